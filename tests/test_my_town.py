"""One's own municipality is typed as one likes, understood as the tables call it, and kept for all notebooks."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import maps, maturity, widgets
from dxkit.errors import ChoiceError, PlaceNameError, StoreError, TableError
from dxkit.loaders import find_municipality, user_folder

TOWNS = dxkit.load("municipalities")
CODES = list(TOWNS["code"])


@pytest.fixture(autouse=True)
def _home(tmp_path, monkeypatch):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("豊岡市", "豊岡市"),
        ("豊岡", "豊岡市"),
        ("兵庫県豊岡市", "豊岡市"),
        ("とよおか", "豊岡市"),
        ("とよおかし", "豊岡市"),
        ("あさご市", "朝来市"),
        ("しんおんせん町", "新温泉町"),
        ("トヨオカシ", "豊岡市"),
        ("ﾄﾖｵｶ", "豊岡市"),
        (" 豊岡 市 ", "豊岡市"),
        ("豊岡市役所", "豊岡市"),
        ("28209", "豊岡市"),
        ("２８２０９", "豊岡市"),
        ("城崎町", "豊岡市"),
        ("篠山市", "丹波篠山市"),
        ("篠山", "丹波篠山市"),
        ("龍野市", "たつの市"),
        ("垂水区", "神戸市"),
        ("神戸市垂水区", "神戸市"),
        ("こうべ", "神戸市"),
        ("太子町", "太子町"),
        ("たいしちょう", "太子町"),
        ("揖保郡太子町", "太子町"),
        ("佐用町役場", "佐用町"),
        ("宍栗市", "宍粟市"),
    ],
)
def test_a_name_is_understood_as_people_type_it(typed, name):
    assert find_municipality(typed)["name"] == name
    assert dxkit.my_town(typed) == name
    assert dxkit.my_town() == name


def test_every_municipality_is_found_by_its_name_its_reading_and_its_code():
    for row in TOWNS.itertuples():
        for typed in (row.name, row.kana, row.code, f"兵庫県{row.name}"):
            assert find_municipality(typed)["code"] == row.code


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("とよか", "もしかして: 豊岡市"),
        ("豊丘市", "もしかして: .*豊岡市"),
        ("ほげほげ", "「ほげほげ」という市区町村はありません"),
        ("", "空欄"),
        ("大阪市", "兵庫県の市町ではありません"),
        ("28999", "28999"),
        (None, "None"),
        (np.nan, "nan"),
    ],
)
def test_what_means_no_municipality_is_refused_in_words_and_changes_nothing(typed, words):
    dxkit.my_town("養父市")
    with pytest.raises(PlaceNameError, match=words):
        find_municipality(typed)
    if typed is not None:
        with pytest.raises(PlaceNameError, match=words):
            dxkit.my_town(typed)
    assert dxkit.my_town() == "養父市"


def test_the_choice_is_there_in_another_program_on_another_day():
    dxkit.my_town("あさご")
    told = [sys.executable, "-c", "import dxkit; print(dxkit.my_town())"]
    done = subprocess.run(told, capture_output=True, text=True, check=True, encoding="utf-8")
    assert done.stdout.strip() == "朝来市"


def test_before_anybody_has_chosen_the_example_of_the_notebooks_stands():
    assert dxkit.my_town() == "豊岡市"
    assert not user_folder().exists()


def test_a_damaged_file_is_no_choice():
    dxkit.my_town("養父市")
    for path in user_folder().iterdir():
        path.write_text('{"code": [', encoding="utf-8")
    assert dxkit.my_town() == "豊岡市"


def test_a_choice_that_cannot_be_kept_is_said(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("a file where the folder should be")
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path / "file"))
    with pytest.raises(StoreError, match=r"保存できません.*DXKIT_HOME"):
        dxkit.my_town("養父市")


def test_another_prefecture_has_its_own_example_and_its_own_towns(monkeypatch):
    monkeypatch.setenv("DXKIT_PREFECTURE", "鳥取県")
    assert dxkit.my_town() == "鳥取市"
    assert dxkit.my_town("米子") == "米子市"
    # a choice of another prefecture is no choice here
    monkeypatch.setenv("DXKIT_PREFECTURE", "28")
    assert dxkit.my_town() == "豊岡市"


# the chooser --------------------------------------------------------------------------------------


def _choose(chooser, typed):
    box, button = chooser.children[0].children
    box.value = typed
    button.click()
    return chooser.children[1].value


def test_the_chooser_offers_all_and_says_what_was_understood():
    chooser = widgets.choose_town(TOWNS)
    assert list(chooser.children[0].children[0].options) == list(TOWNS["name"])
    said = _choose(chooser, "とよおか")
    assert "「とよおか」は豊岡市です" in said
    assert dxkit.my_town() == "豊岡市"
    assert "太い線: 豊岡市" in chooser.children[2].outputs[0]["data"]["text/html"]


def test_the_chooser_refuses_in_words_and_keeps_what_was_chosen():
    chooser = widgets.choose_town(TOWNS)
    _choose(chooser, "養父市")
    said = _choose(chooser, "<img src=x onerror=alert(1)>")
    assert "という市区町村はありません" in said
    assert "<img" not in said
    assert "一覧から選ぶか" in _choose(chooser, "  ")
    assert dxkit.my_town() == "養父市"


# the outline --------------------------------------------------------------------------------------


def _outlined(drawing):
    return drawing.page().count('"color":"#d55e00"')


def test_a_municipality_is_outlined_on_every_kind_of_map():
    mine = TOWNS[TOWNS["name"] == "豊岡市"]
    halls = pd.DataFrame(
        {"name": TOWNS["name"], "lat": TOWNS["office_lat"], "lon": TOWNS["office_lon"]}
    )
    make = lambda: maps.choropleth(TOWNS, column="people_2020")  # noqa: E731
    for drawing, panes in ((make(), 1), (maps.points(halls), 1), (maps.compare(make(), make()), 2)):
        before = drawing.shapes()
        assert drawing.outline(mine) is drawing
        assert _outlined(drawing) == panes
        assert drawing.page().count("太い線: 豊岡市") == panes
        # a line is no shape that is counted
        assert drawing.shapes() == before


# the sentences ------------------------------------------------------------------------------------

VALUES = dxkit.load("dashboard").set_index("code")
FRAMEWORK = dxkit.load("indicators_dashboard").set_index("indicator")
INDICATORS = [name for name in FRAMEWORK.index if name in VALUES.columns]


def _expected(values, code, unit):
    """Compute by hand what the sentence must hold."""
    areas = TOWNS.set_index("code")["area"]
    around = [c for c in CODES if areas[c] == areas[code] and c != code and pd.notna(values.get(c))]
    everyone = [c for c in CODES if pd.notna(values.get(c))]
    if unit == "有無":
        parts = [f"{len(everyone)}市町では{sum(values[c] > 0 for c in everyone)}市町が実施"]
        if around:
            parts.append(f"ほかの{len(around)}市町では{sum(values[c] > 0 for c in around)}市町")
        return [*parts, "「実施」" if values[code] > 0 else "「未実施」"]
    middle = np.median([values[c] for c in everyone])
    parts = [
        f"は{_written(values[code], unit)}です",
        f"{len(everyone)}市町の中央値は{_written(middle, unit)}",
    ]
    if around:
        middle = np.median([values[c] for c in around])
        parts.append(f"ほかの{len(around)}市町の中央値は{_written(middle, unit)}")
    return parts


def _written(value, unit):
    """Write a figure as the tables' readers do: shares as %, counts with a decimal where they have one."""
    if unit == "割合":
        return f"{100 * value:.0f}％"
    return f"{value:.0f}{unit}" if value == int(value) else f"{value:.1f}{unit}"


@pytest.mark.parametrize("indicator", INDICATORS)
def test_each_of_the_41_has_a_sentence_with_the_figures_of_the_table(indicator):
    unit, label = FRAMEWORK.loc[indicator, "unit"], FRAMEWORK.loc[indicator, "label"]
    texts = {
        code: maturity.describe_value(VALUES[indicator], TOWNS, code, label=label, unit=unit)
        for code in CODES
    }
    assert len(texts) == 41
    for code, text in texts.items():
        name = TOWNS.set_index("code").loc[code, "name"]
        assert text.startswith(f"{name}の「{label}」は")
        if pd.isna(VALUES[indicator].get(code)):
            assert "データなし（空欄）です。0ではありません" in text
            continue
        assert [part for part in _expected(VALUES[indicator], code, unit) if part not in text] == []


def test_kobe_is_not_compared_with_itself_and_a_stranger_is_not_silent():
    progress = dxkit.load("progress").groupby("code")["share_done"].mean()
    kobe = maturity.describe_value(progress, TOWNS, "28100", label="進捗率", unit="割合")
    assert "神戸にはほかの市町がないので" in kobe
    assert "神戸のほかの" not in kobe
    some = progress[["28209", "28222"]]
    assert "この表に入っていません。数字があるのは但馬の2市町です" in maturity.describe_value(
        some, TOWNS, "28201", label="進捗率", unit="割合"
    )
    assert "どの市町にもありません" in maturity.describe_value(
        progress.iloc[:0], TOWNS, "28201", label="進捗率", unit="割合"
    )
    with pytest.raises(ChoiceError, match="99999"):
        maturity.describe_value(progress, TOWNS, "99999")


def test_a_sentence_on_invented_figures_says_so():
    values = VALUES["ai"].copy()
    values.attrs = {"made": True, "kind": "made"}
    assert "架空データ" in maturity.describe_value(values, TOWNS, "28209", unit="有無")
    assert "架空データ" not in maturity.describe_value(VALUES["ai"], TOWNS, "28209", unit="有無")


def test_figures_under_codes_of_another_spelling_are_those_of_the_same_towns():
    plain = pd.Series([0.5, 0.75], index=["28209", "28222"])
    text = maturity.describe_value(plain, TOWNS, "28222", unit="割合")
    assert "75％" in text
    for codes in ([28209, 28222], ["282090", "282227"], ["２８２０９", "２８２２２"]):
        assert maturity.describe_value(plain.set_axis(codes), TOWNS, "28222", unit="割合") == text


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        (pd.Series(range(41)), "どの行も、municipalities の市町ではありません"),
        (pd.Series(["済", "3"], index=["28209", "28222"]), "28209 の値が数ではありません"),
        (pd.Series([np.inf, 3], index=["28209", "28222"]), "28209 の値が数ではありません"),
        (pd.Series([1, 2], index=["28209", "28209"]), "同じ行が2つ以上あります"),
    ],
    ids=["rows counted from 0", "a word", "infinity", "a town twice"],
)
def test_figures_that_cannot_be_told_are_refused_and_not_called_missing(figures, words):
    with pytest.raises(TableError, match=words):
        maturity.describe_value(figures, TOWNS, "28209")
