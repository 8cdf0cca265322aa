"""A facilitator's folder is read whole, or every fault in it is named with file, line and key."""

import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

import dxkit
from dxkit import sharing
from dxkit.errors import ChoiceError, TableError

ROOT = Path(__file__).resolve().parents[2]
SCENARIOS = ROOT / "data" / "scenarios"
NAMES = ["japan_2011", "kobe_1995", "nankai_illustrative", "noto_2024"]
SIX = ["共有なし", "協定", "県ハブ", "同意制", "緊急時", "国クラウド"]
sys.path.insert(0, str(ROOT / "data"))
from making.sharing import nankai_evacuees  # noqa: E402 - lies beside the data, not in the package


@pytest.fixture
def folder(tmp_path):
    return Path(shutil.copytree(SCENARIOS / "noto_2024", tmp_path / "演習"))


def edit(folder, file, old, new):
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_four_scenarios_of_the_issue_are_shipped():
    assert sharing.scenario_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_figure_has_a_source_or_says_that_it_is_assumed(name):
    figures = sharing.read_scenario(name).figures
    assert (figures["source"].str.strip() != "").all()
    assert (figures["assumed"] == figures["source"].str.startswith("仮定")).all()
    assert figures["assumed"].any()


@pytest.mark.parametrize("name", NAMES)
def test_the_list_of_figures_in_the_catalogue_is_that_of_the_folder(name):
    shipped = dxkit.load(name)
    pd.testing.assert_frame_equal(
        shipped.fillna({"item": "", "unit": ""}),
        sharing.read_scenario(name).figures,
        check_dtype=False,
        check_like=True,
    )
    assert shipped.attrs["made"] is True


def test_the_published_anchors_are_in_the_scenarios():
    noto = sharing.read_scenario("noto_2024").tables
    assert noto["evacuees"]["evacuees"].sum() == 34_000
    people = [34_000, 15_000, 17_000, 16_317, 12_621, 10_000, 32_980]
    assert noto["observed"]["people"].tolist() == people
    japan = sharing.read_scenario("japan_2011").tables
    assert japan["evacuees"]["evacuees"].sum() == 124_594
    assert japan["observed"]["people"].tolist() == [13_844, 55_000, 99_653]
    kobe = sharing.read_scenario("kobe_1995").tables
    assert kobe["evacuees"]["evacuees"].sum() == 307_022
    counted = [274_780, 310_862, 316_678, 294_078, 199_127, 99_913, 59_947, 49_980, 48_314, 39_804]
    assert kobe["observed"]["people"].tolist() == counted


def test_nankai_shares_out_half_a_million_by_the_stated_rule():
    towns = pd.DataFrame(dxkit.load("municipalities").drop(columns="geometry"))
    listed = (
        sharing.read_scenario("nankai_illustrative")
        .tables["evacuees"]
        .set_index("code")["evacuees"]
    )
    assert listed.sum() == 500_000
    assert listed.drop("99000").astype(int).to_dict() == nankai_evacuees(towns).to_dict()


def test_the_six_policies_are_shipped_and_marked_as_assumed():
    table = sharing.default_policies()
    assert table["policy"].tolist() == SIX
    assert table["source"].str.startswith("仮定").all()


def test_a_folder_reads_like_the_shipped_name_and_so_does_its_yaml(folder):
    shipped, copied = sharing.read_scenario("noto_2024"), sharing.read_scenario(folder)
    pd.testing.assert_frame_equal(shipped.figures, copied.figures)
    assert sharing.read_scenario(folder / "scenario.yaml").settings == shipped.settings


def test_full_width_digits_percent_signs_commas_and_english_keys_are_understood(folder):
    edit(folder, "scenario.yaml", "同意率: {値: 0.6, 出典: 仮定}", "consent_share: 45%")
    edit(folder, "evacuees.csv", "市町名,避難者数", "市町名,evacuees")
    edit(folder, "staff.csv", "17384,0,4", "17384,0,１２")
    scenario = sharing.read_scenario(folder)
    assert scenario.settings["consent_share"] == 0.45
    assert scenario.tables["staff"].set_index("code").loc["17384", "staff"] == 12


def test_a_file_saved_by_excel_in_cp932_is_read(folder):
    path = folder / "evacuees.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp932"))
    assert sharing.read_scenario(folder).tables["evacuees"]["name"].iloc[0] == "七尾市"


def test_policies_are_chosen_in_order_and_changed_by_key(folder):
    with (folder / "scenario.yaml").open("a", encoding="utf-8") as file:
        file.write(
            "施策: [県ハブ, 協定]\n施策の変更:\n  協定:\n    開始_時間: 12\n    二重登録の発見率: {値: 0.4, 出典: 訓練}\n"
        )
    table = sharing.read_scenario(folder).policies.set_index("policy")
    assert list(table.index) == ["県ハブ", "協定"]
    assert table.loc["協定", ["start_hour", "strike_share"]].tolist() == [12, 0.4]
    assert table.loc["県ハブ", "start_hour"] == 6


def test_a_scenario_is_changed_as_a_copy():
    scenario = sharing.read_scenario("noto_2024")
    assert scenario.change(consent_share=0.1).settings["consent_share"] == 0.1
    assert scenario.settings["consent_share"] == 0.6
    with pytest.raises(ChoiceError, match="設定「同意」はありません"):
        scenario.change(同意=0.1)


def test_an_unknown_name_lists_those_that_exist():
    with pytest.raises(ChoiceError, match=r"「能登」はありません.*kobe_1995、nankai_illustrative"):
        sharing.read_scenario("能登")


BROKEN = {
    "a misspelt key": ("scenario.yaml", "期間_時間:", "期間時間_:", r"期間"),
    "a misspelt key inside": ("scenario.yaml", "紙の送付_時間:", "紙の送附_時間:", r"scenario.yaml」 18行目 列「紙の送附_時間.*「紙の送付_時間」のこと"),
    "a word for a number": ("scenario.yaml", "乱数の種: 2024", "乱数の種: いろは", r"7?6行目 列「乱数の種」 値「いろは」: 数ではありません"),
    "a share above one": ("scenario.yaml", "同意率: {値: 0.6", "同意率: {値: 1.6", r"10行目 列「同意率」 値「1.6」: 範囲の外の数です → 0以上1以下"),
    "half a draw": ("scenario.yaml", "抽選回数: 50", "抽選回数: 50.5", r"5行目 列「抽選回数」 値「50.5」: 整数ではありません"),
    "a key twice": ("scenario.yaml", "抽選回数: 50", "抽選回数: 50\n抽選回数: 60", r"6行目 列「抽選回数」: 同じ項目が2回あります → 5行目"),
    "a tab": ("scenario.yaml", "  同意率", "\t同意率", r"scenario.yaml」 10行目: YAMLとして読めません.*タブ"),
    "an open bracket": ("scenario.yaml", "{値: 0.5, 出典: 仮定}", "{値: 0.5, 出典: 仮定", r"scenario.yaml」 \d+行目: YAMLとして読めません"),
    "an alias bomb": ("scenario.yaml", "抽選回数: 50", "甲: &a [x, x]\n乙: [*a, *a]", r"5行目 値「a」: YAMLの別名（アンカー）は使えません"),
    "a tag that would run code": ("scenario.yaml", "抽選回数: 50", "抽選回数: !!python/object/apply:os.system [ls]", r"5行目 値「tag:yaml.org,2002:python/object/apply:os.system」: YAMLのタグは使えません"),
    "an unknown way of sharing out": ("scenario.yaml", "方式: 重力", "方式: 魔法", r"12行目 列「方式」 値「魔法」: 知らない方式です"),
    "a matrix without its table": ("scenario.yaml", "方式: 重力", "方式: 行列", r"移動先の表がありません → destinations.csv"),
    "shares that exceed one": ("scenario.yaml", "県外の割合: {値: 0.1,", "県外の割合: {値: 0.7,", r"列「移動先」: 割合の和が1を超えます"),
    "an unknown policy": ("scenario.yaml", "抽選回数: 50", "抽選回数: 50\n施策: [協定, 県ハプ]", r"6行目 列「施策」 値「県ハプ」: 知らない施策です → 「県ハブ」のこと"),
    "the same policy twice": ("scenario.yaml", "抽選回数: 50", "抽選回数: 50\n施策: [協定, 協定]", r"6行目 値「協定」: 同じ施策が2回あります"),
    "a policy's unknown route": ("scenario.yaml", "抽選回数: 50", "抽選回数: 50\n施策の変更: {県ハブ: {経路: 鳩}}", r"6行目 列「経路」 値「鳩」: 知らない値です → なし・直接・集約"),
    "a missing column": ("evacuees.csv", "団体コード,市町名,避難者数", "団体コード,市町名,人々", r"列「(人々|避難者数)」"),
    "a broken code": ("staff.csv", "17384,0", "1738,0", r"staff.csv」 \d+行目 列「団体コード」 値「1738」: 5桁の団体コードではありません"),
    "a code that is nowhere": ("outages.csv", "17384,0.9", "28100,0.9", r"outages.csv」 5行目 列「団体コード」 値「28100」: evacuees.csv にない団体コードです"),
    "an empty cell": ("evacuees.csv", "17384,志賀町,", "17384,,", r"evacuees.csv」 5行目 列「市町名」: 空欄です"),
    "a minus sign": ("staff.csv", "17384,0,4", "17384,0,-4", r"staff.csv」 5行目 列「職員数」 値「-4」: 範囲の外の数です"),
    "the same town twice": ("outages.csv", "17384,0.9", "17202,0.9", r"outages.csv」 5行目 値「17202」: 同じ行が2つあります → 2行目"),
    "a place that does not exist": ("moves.csv", "指定避難所,384", "指定避難処,384", r"moves.csv」 3行目 列「場所」 値「指定避難処」: 知らない場所です → 「指定避難所」のこと"),
    "shares of places that do not sum to one": ("places.csv", "指定避難所,1,0", "指定避難所,0.9,0", r"places.csv」 5行目 列「当初の割合」: 割合の和が1になりません（和 0.9）"),
    "an interval that ends before it begins": ("moves.csv", "指定避難所,384,2160", "指定避難所,2160,384", r"moves.csv」 3行目 列「終了_時間」.*: 終了が開始より前です"),
    "intervals that overlap": ("moves.csv", "指定避難所,384,2160", "指定避難所,300,2160", r"moves.csv」 3行目 値「指定避難所」: 同じ場所の期間が重なっています → 2行目"),
    "a comma too many": ("staff.csv", "17384,0,4,仮定", "17384,0,4,仮定,余分", r"staff.csv」 5行目 値「余分」: 見出しより値が多い行です"),
    "an open quotation mark": ("staff.csv", "17384,0,4,仮定", '17384,0,4,"仮定', r"staff.csv」 5行目: CSVとして読めません"),
    "no coordinates": ("evacuees.csv", "37.006", "", r"evacuees.csv」 5行目 列「緯度」: 座標がありません"),
}  # fmt: skip


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_gives_a_message_with_file_line_and_key(folder, case):
    file, old, new, message = BROKEN[case]
    edit(folder, file, old, new)
    with pytest.raises(TableError, match=message) as caught:
        sharing.read_scenario(folder)
    # a renamed key or heading is both unknown and missing; everything else is one fault
    assert len(caught.value.faults) <= (2 if case in ("a misspelt key", "a missing column") else 1)


def test_a_missing_file_a_huge_file_and_a_picture_are_named(folder):
    (folder / "places.csv").unlink()
    with pytest.raises(TableError, match=r"places.csv」: ファイルがありません"):
        sharing.read_scenario(folder)
    (folder / "scenario.yaml").write_text("#" * 1_000_001, encoding="utf-8")
    with pytest.raises(TableError, match=r"scenario.yaml」.*ファイルが大きすぎます → 1 MB 以下"):
        sharing.read_scenario(folder)
    (folder / "scenario.yaml").write_bytes(b"\x89PNG\r\n\x1a\n0000")
    with pytest.raises(TableError, match="画像（PNG）"):
        sharing.read_scenario(folder)


def test_deep_nesting_is_refused_before_it_is_composed(folder):
    (folder / "scenario.yaml").write_text("名称: " + "[" * 5_000 + "]" * 5_000, encoding="utf-8")
    with pytest.raises(TableError, match="入れ子が深すぎる"):
        sharing.read_scenario(folder)


def test_arrivals_must_go_forward_and_end_with_everybody(folder):
    (folder / "arrivals.csv").write_text("時間,累積割合\n0,0.5\n24,0.4\n24,0.9\n", encoding="utf-8")
    with pytest.raises(TableError, match="3件の問題") as caught:
        sharing.read_scenario(folder)
    assert [fault.row for fault in caught.value.faults] == [3, 4, 4]


def test_all_faults_of_all_files_come_together(folder):
    edit(folder, "staff.csv", "17384,0,4", "17384,0,x")
    edit(folder, "scenario.yaml", "抽選回数: 50", "抽選回数: 0")
    edit(folder, "outages.csv", "17384,0.9", "17384,9")
    with pytest.raises(TableError, match="3件の問題") as caught:
        sharing.read_scenario(folder)
    assert {fault.file for fault in caught.value.faults} == {
        "staff.csv",
        "scenario.yaml",
        "outages.csv",
    }


def test_a_folder_chooses_among_the_policies_that_are_given(folder):
    own = sharing.default_policies().head(2).assign(start_hour=[3, 5])
    scenario = sharing.read_scenario(folder, policies=sharing.check_policies(own))
    assert scenario.policies["policy"].tolist() == SIX[:2]
    assert scenario.policies["start_hour"].tolist() == [3, 5]


def test_a_table_of_policies_is_read_as_written_in_a_file_or_every_fault_is_named():
    written = sharing.default_policies().head(2).astype(str).assign(start_hour=["１２", ""])
    checked = sharing.check_policies(written)
    assert checked["start_hour"].tolist() == [12.0, 0.0]
    assert checked["consent"].dtype == bool
    with pytest.raises(TableError, match="3件の問題") as caught:
        sharing.check_policies(written.assign(start_hour="昼", copies=["0", "-1"]))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        (2, "開始_時間"),
        (3, "開始_時間"),
        (3, "余分な送付先の数"),
    ]
