"""A newer file in the data folder takes the place of a shipped table, or is refused in words."""

import warnings

import pandas as pd
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import CatalogError, ChoiceError, TableError, TableWarning

COURSES = "courses_2027-04.csv"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A data folder of one's own, with the shipped tables in it."""
    shipped = dxkit.data_folder()
    own = tmp_path / "data"
    own.mkdir()
    for entry in shipped.iterdir():
        (own / entry.name).symlink_to(entry)
    monkeypatch.setenv("DXKIT_DATA", str(own))
    return own


def _write_progress(
    folder, name, share="0.5", *, skip=(), codes=None, systems=None, date="2026-07"
):
    """Write a table of the 41 × 20 as a person would, by hand, with every share the same."""
    codes = codes or dxkit.load("municipalities")["code"].tolist()
    systems = systems or dxkit.load("systems")["system"].tolist()
    lines = ["団体コード,業務,進捗率,特定移行支援システム,時点"]
    lines += [
        f"{code},{system},{share},False,{date}"
        for code in codes
        if code not in skip
        for system in systems
    ]
    (folder / name).write_text("\n".join(lines), encoding="cp932")


def _write_dashboard(path, indicators):
    """Write an official dashboard of all Japan, in which nothing is carried out."""
    places = [place for place in loaders.all_municipalities() if not place.parent]
    lines = ["区分,指標," + ",".join(place.name for place in places)]
    lines += [f"体制,{label}," + ",".join(["未実施"] * len(places)) for label in indicators]
    path.write_text("\n".join(lines), encoding="utf-8")


def _edit_courses(folder, edit, name=COURSES):
    path = dxkit.data_folder() / dxkit.catalog().set_index("name").loc["courses", "file"]
    (folder / name).write_text(edit(path.read_text(encoding="utf-8")), encoding="utf-8")


def test_a_file_called_after_a_table_takes_its_place_and_load_says_which_it_used(folder):
    shipped = dxkit.load("progress")
    assert shipped.attrs["file"] == "published/progress.csv"
    _write_progress(folder, "progress_2026-07.csv")
    with pytest.warns(TableWarning, match=r"progress_2026-07\.csv.*2026-07.*2026-01時点.*代わり"):
        newer = dxkit.load("progress")
    assert newer.attrs["file"] == "progress_2026-07.csv"
    assert newer.attrs["as_of"] == "2026-07"
    assert set(newer["share_done"]) == {0.5}
    assert list(newer.columns) == list(shipped.columns)
    assert newer.dtypes.tolist() == shipped.dtypes.tolist()
    assert len(newer) == 41 * 20
    # six months younger, so good for six months more
    assert newer.attrs["inputs"][0]["fresh_until"] == "2027-01-28"
    assert loaders.load_shipped("progress").equals(shipped)


def test_taken_out_of_the_folder_a_file_is_forgotten(folder):
    _write_progress(folder, "progress.csv")
    with pytest.warns(TableWarning, match="代わり"):
        dxkit.load("progress")
    (folder / "progress.csv").unlink()
    assert dxkit.load("progress").attrs["file"] == "published/progress.csv"


def test_an_official_file_is_known_by_what_it_holds(folder):
    labels = dxkit.load("indicators_dashboard").set_index("indicator")["label"]
    indicators = [labels[column] for column in dxkit.load("dashboard").columns[1:]]
    _write_dashboard(folder / "比較_2026年3月.csv", indicators)
    with pytest.warns(TableWarning, match="比較_2026年3月"):
        newer = dxkit.load("dashboard")
    assert newer["chief_officer"].tolist() == [0.0] * 41
    assert newer.attrs["as_of"] == "2026-03"


def test_maps_and_charts_of_a_newer_file_name_it(folder):
    _write_progress(folder, "progress_2026-07.csv")
    with pytest.warns(TableWarning, match="代わり"):
        progress = dxkit.load("progress")
    means = progress.groupby("code", as_index=False)["share_done"].mean()
    dxkit.schema.carry_provenance(means, progress)
    towns = dxkit.load("municipalities").merge(means, on="code")
    dxkit.schema.carry_provenance(towns, means)
    page = dxkit.maps.choropleth(towns, column="share_done", title="進捗").page()
    assert "progress_2026-07.csv" in page
    assert "2026-07" in page


def test_a_comparison_lists_what_the_file_changes_and_nothing_else(folder):
    _edit_courses(folder, lambda text: text)
    assert dxkit.compare_with_shipped("courses").empty
    courses = loaders.load_shipped("courses")
    first = str(courses.loc[0, "label"])
    _edit_courses(folder, lambda text: text.replace(first, "別の名前", 1))
    changes = dxkit.compare_with_shipped("courses")
    assert len(changes) == 1
    assert changes.loc[0, "newer"] == "別の名前"
    assert changes.loc[0, "shipped"] == first
    assert changes.attrs["settings"]["file"] == COURSES
    assert changes.attrs["settings"]["changed"] == 1


def test_a_comparison_of_numbers_gives_the_difference_and_the_municipality(folder):
    shipped = loaders.load_shipped("progress")
    _write_progress(folder, "progress.csv", share="0.5")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        changes = dxkit.compare_with_shipped("progress")
    shares = changes[changes["item"] == "進捗率［割合］"]
    assert len(shares) == int((shipped["share_done"] != 0.5).sum())
    assert (shares["newer"].astype(float) - shares["shipped"].astype(float)).tolist() == (
        shares["difference"].tolist()
    )
    assert set(shares["name"]) <= set(dxkit.load("municipalities")["name"])


def test_a_table_without_a_newer_file_cannot_be_compared(folder):
    with pytest.raises(ChoiceError, match="systems"):
        dxkit.compare_with_shipped("systems")


@pytest.mark.parametrize(
    ("content", "match"),
    [
        ("市町名,件数\n姫路市,3\n尼崎市,4\n", "列がありません"),
        (
            "団体コード,業務,進捗率,特定移行支援システム,時点\n28201,戸籍,はやい,False,2026-07\n",
            "数の列",
        ),
    ],
)
def test_a_file_that_does_not_fit_its_table_is_refused(folder, content, match):
    (folder / "progress.csv").write_text(content, encoding="utf-8")
    with pytest.raises(TableError, match=match) as caught:
        dxkit.load("progress")
    assert "progress.csv" in str(caught.value)
    # other tables are not concerned
    assert len(dxkit.load("systems")) == 20
    row = dxkit.check().set_index("項目").loc["置いた新しい表"]
    assert row["結果"] == "×"
    assert match in row["内容"]


def test_a_missing_municipality_is_named(folder):
    _write_progress(folder, "progress.csv", skip=("28201",))
    with pytest.raises(TableError, match=r"1市区町村の行がありません: 姫路市"):
        dxkit.load("progress")


def test_a_repeated_row_is_named(folder):
    codes = [*dxkit.load("municipalities")["code"], "28201"]
    _write_progress(folder, "progress.csv", codes=codes)
    with pytest.raises(TableError, match=r"団体コードと業務の同じ行が2つあります: 28201・"):
        dxkit.load("progress")


def test_a_file_that_fits_no_table_is_never_passed_over(folder):
    (folder / "memo.csv").write_text("市町名,件数\n姫路市,3\n", encoding="utf-8")
    with pytest.raises(CatalogError, match=r"memo\.csv.*分かりません"):
        dxkit.load("progress")
    row = dxkit.check().set_index("項目").loc["置いた新しい表"]
    assert row["結果"] == "×"
    assert "memo.csv" in row["内容"]


def test_a_file_that_cannot_be_read_is_named(folder):
    (folder / "新しい表.xlsx").write_bytes(b"PK\x03\x04broken")
    with pytest.raises(CatalogError, match=r"新しい表\.xlsx"):
        dxkit.load("systems")


def test_two_files_for_one_table_are_refused(folder):
    _write_progress(folder, "progress.csv")
    _write_progress(folder, "progress_2026-07.csv")
    with pytest.raises(CatalogError, match="2つあります"):
        dxkit.load("progress")


def test_a_name_and_a_content_that_disagree_are_refused(folder):
    _write_dashboard(folder / "progress.csv", ["CIOの任命"])
    with pytest.raises(TableError, match="ダッシュボード"):
        dxkit.load("progress")


def test_another_prefecture_than_the_files_keeps_the_shipped_table_and_says_so(folder):
    _write_progress(folder, "progress.csv")
    with pytest.warns(TableWarning, match="鳥取県の行がないため、付属の表"):
        table = dxkit.load("progress", "31")
    assert set(table["code"].str[:2]) == {"31"}


def test_what_computers_leave_in_folders_is_no_table(folder):
    for name in ("Thumbs.db", ".DS_Store", "~$progress.xlsx", "desktop.ini", "README.txt"):
        (folder / name).write_bytes(b"x")
    assert loaders.list_newer_files() == {}
    assert dxkit.load("progress").attrs["file"] == "published/progress.csv"


def test_an_edited_copy_of_an_invented_table_stays_invented(folder):
    text = (dxkit.data_folder() / "made/policies.csv").read_text(encoding="utf-8")
    (folder / "policies.csv").write_text(text, encoding="utf-8")
    with pytest.warns(TableWarning, match="代わり"):
        table = dxkit.load("policies")
    assert table.attrs["made"] is True
    pd.testing.assert_frame_equal(pd.DataFrame(table), loaders.load_shipped("policies"))


def test_the_line_that_marks_invented_figures_marks_those_of_a_published_table(folder):
    text = (dxkit.data_folder() / "published/themes.csv").read_text(encoding="utf-8")
    note = "※架空データです。実在の団体や人の値ではありません。"
    (folder / "themes_2026-04.csv").write_text(f"{text.rstrip()}\n{note}\n", encoding="utf-8")
    with pytest.warns(TableWarning, match="代わり"):
        table = dxkit.load("themes")
    assert table.attrs["made"] is True
    assert table.attrs["kind"] == "made"
    assert table.attrs["inputs"][0]["kind"] == "made"
    assert len(table) == 24


def test_a_table_written_as_invented_is_invented_when_it_comes_back(folder):
    themes = dxkit.load("themes")
    themes.attrs["made"] = True
    loaders.write_table(themes, folder / "themes_2026-04.csv")
    with pytest.warns(TableWarning, match="代わり"):
        assert dxkit.schema.is_made(dxkit.load("themes"))


def test_percent_where_shares_stand_is_refused(folder):
    _write_progress(folder, "progress_2026-07.csv", share="65")
    with pytest.raises(TableError, match=r"0〜1の割合.*「65"):
        dxkit.load("progress")


def test_a_weight_or_a_load_above_1_is_no_share(folder):
    path = dxkit.data_folder() / dxkit.catalog().set_index("name").loc["real_flights", "file"]
    flights = pd.read_csv(path, dtype=str).assign(payload_kg="30")
    flights.to_csv(folder / "real_flights_2026-12.csv", index=False)
    with pytest.warns(TableWarning, match="代わり"):
        assert set(dxkit.load("real_flights")["payload_kg"]) == {30}


def test_a_table_of_everybody_and_everything_may_lack_no_part(folder):
    _write_progress(folder, "progress_2026-07.csv", systems=["戸籍"])
    with pytest.raises(TableError, match=r"779行がありません: 業務.*の .*ほか9") as caught:
        dxkit.load("progress")
    assert len(caught.value.faults) == 1


def test_one_lost_pair_is_named(folder):
    _write_progress(folder, "progress_2026-07.csv")
    path = folder / "progress_2026-07.csv"
    text = path.read_text(encoding="cp932")
    path.write_text(text.replace("28201,戸籍,0.5,False,2026-07\n", ""), encoding="cp932")
    with pytest.raises(TableError, match=r"1行がありません: 28201・戸籍"):
        dxkit.load("progress")


def test_a_table_that_may_shrink_says_what_it_lost(folder):
    courses = loaders.load_shipped("courses")["course"]
    _edit_courses(folder, lambda text: "\n".join(text.splitlines()[:-1]))
    with pytest.warns(TableWarning, match=f"1行がありません: .*{courses.iloc[-1]}"):
        assert len(dxkit.load("courses")) == len(courses) - 1


@pytest.mark.parametrize(
    ("name", "as_of", "limit"),
    [
        ("progress_20260731.csv", "2026-07", "2027-01-28"),
        ("progress_202607.csv", "2026-07", "2027-01-28"),
        ("progress_2026-07-31.csv", "2026-07", "2027-01-28"),
        ("progress_2026年7月.csv", "2026-07", "2027-01-28"),
        # undated: no longer good than the table whose place it takes
        ("progress.csv", "", "2026-07-31"),
        ("progress_2026年13月.csv", "", "2026-07-31"),
        ("progress_20261399.csv", "", "2026-07-31"),
    ],
)
def test_a_files_date_moves_its_limit_and_without_one_the_shipped_limit_stays(
    folder, name, as_of, limit
):
    _write_progress(folder, name, date="")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        newer = dxkit.load("progress")
    assert newer.attrs["as_of"] == as_of
    assert newer.attrs["inputs"][0]["fresh_until"] == limit
    said = [str(warning.message) for warning in caught]
    assert any("いつの時点か分かりません" in text for text in said) == (not as_of)


def test_the_date_in_every_row_is_the_files_date(folder):
    _write_progress(folder, "progress.csv")
    with pytest.warns(TableWarning, match="2026-07時点"):
        newer = dxkit.load("progress")
    assert newer.attrs["inputs"][0]["fresh_until"] == "2027-01-28"


def test_a_month_that_there_is_not_is_no_date_and_no_raw_error(folder):
    text = (dxkit.data_folder() / "published/themes.csv").read_text(encoding="utf-8")
    note = "※出典: 県｜時点: 2026-13"
    (folder / "themes.csv").write_text(f"{text.rstrip()}\n{note}\n", encoding="utf-8")
    with pytest.warns(TableWarning, match=r"themes\.csv.*いつの時点か分かりません"):
        table = dxkit.load("themes")
    assert table.attrs["inputs"][0]["fresh_until"] == "2026-03-31"
