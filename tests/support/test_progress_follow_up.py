"""After the deadline the forecast becomes follow-up: no file is refused for its date, and a later one scores the earlier."""

import numpy as np
import openpyxl
import pandas as pd
import pytest

import dxkit
from dxkit import loaders
from dxkit.errors import ChoiceError, TableError
from dxkit.support import progress as pr

SYSTEMS = dxkit.load("systems")
TOWNS = pd.DataFrame(dxkit.load("municipalities"))[["code6", "name"]]
PROGRESS, EXTENSIONS = dxkit.load("progress"), dxkit.load("extensions")
# year and month of a file, how its sheet is called, steps of 40 gained since 2026-01
FILES = {"2026-03": ("令和8年3月", 2), "2026-07": ("令和8年7月", 6), "2027-01": ("令和9年1月", 14)}


def write_file(path, title, gained):
    """Write a workbook in the ministry's layout: 41 municipalities, 20 systems, shares of 40 steps."""
    book = openpyxl.Workbook()
    book.active.title = f"{title}_進捗状況"
    book.active.append(["標準化の進捗状況"])
    book.active.append(["団体コード", "都道府県名", "市区町村名", *SYSTEMS["progress_name"]])
    for place, town in enumerate(TOWNS.itertuples()):
        # every tenth is far ahead, so that some are through in the last file
        ahead = 20 if place % 10 == 0 else 0
        steps = [
            min(40, 6 + ahead + (7 * place + 3 * system) % 31 + gained) for system in range(20)
        ]
        book.active.append([town.code6, "兵庫県", town.name, *[step / 40 for step in steps]])
    book.save(path)
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("progress")
    return {
        date: loaders.read_standardization(write_file(folder / f"{date}.xlsx", title, gained))
        for date, (title, gained) in FILES.items()
    }


@pytest.mark.parametrize("date", FILES)
@pytest.mark.parametrize("deadline", ["2026-03-31", "2031-03-31"])
def test_a_file_of_any_date_is_read_forecast_and_followed_up(files, date, deadline):
    figures = files[date]
    assert set(figures["as_of"]) == {date}
    outlook = pr.forecast(figures, EXTENSIONS, deadline=deadline, draws=60)
    is_past = deadline == "2026-03-31"
    assert outlook.settings["after_deadline"] is is_past
    through = (figures.groupby("code")["share_done"].min() == 1).to_numpy()
    if is_past:
        assert outlook.table["in_time"].tolist() == through.astype(float).tolist()
        assert outlook.in_time == dict.fromkeys(("p05", "median", "p95", "most"), through.sum())
        assert "の後の進捗" in repr(outlook)
    consultations = pr.lagging(figures, EXTENSIONS, forecast=outlook, municipalities=None)
    assert ("確率" in "".join(consultations["reasons"])) is not is_past
    state = pr.follow_up(figures, EXTENSIONS)
    assert len(state.cells) == (figures["share_done"] < 1).sum()
    assert (state.table["open_systems"] == 0).sum() == through.sum()
    assert through.sum() == (5 if date == "2027-01" else 0)


def test_with_the_last_day_as_deadline_those_listed_are_not_never():
    listed = EXTENSIONS.loc[EXTENSIONS["count"] > 0, "code"]
    assert len(listed) == 33
    outlook = pr.forecast(PROGRESS, EXTENSIONS, deadline="2031-03-31", draws=300)
    chances = outlook.table.set_index("code")["in_time"]
    assert (chances[listed] > 0).all()
    assert chances[listed].mean() > 0.5
    assert outlook.in_time["most"] == 41
    # and for the first deadline they stay out, as the list says
    first = pr.forecast(PROGRESS, EXTENSIONS, draws=300).table.set_index("code")["in_time"]
    with_open = PROGRESS[PROGRESS["extended"] & (PROGRESS["share_done"] < 1)]["code"].unique()
    assert (first[with_open] == 0).all()


def test_listed_systems_end_after_march_2026_even_where_an_earlier_deadline_is_asked_for():
    outlook = pr.forecast(
        PROGRESS.assign(as_of="2025-01"), EXTENSIONS, deadline="2025-12-31", draws=50
    )
    listed = outlook.cells[outlook.cells["extended"]]
    assert (listed["finish_p05"] >= pd.Timestamp("2026-03-31")).all()


def test_a_state_follows_from_share_list_form_and_day():
    figures = pd.DataFrame(
        [
            ("28201", "戸籍", 1.0),
            ("28201", "就学", 0.9),
            ("28202", "戸籍", 0.5),
            ("28202", "就学", 0.5),
            ("28203", "戸籍", 0.5),
            ("28203", "就学", np.nan),
        ],
        columns=["code", "system", "share_done"],
    ).assign(as_of="2026-07")
    listed = pd.DataFrame({"code": ["28202"], "systems": ["戸籍"]})
    form = pd.DataFrame(
        [
            ("28202", "就学", "2026-09-30", "認められた", "2026-06-30", "甲社"),
            ("28203", "戸籍", "2027-01-04", "申請中", None, "乙社"),
        ],
        columns=["code", "system", "cutover_date", "extension", "extension_until", "vendor"],
    )
    state = pr.follow_up(figures, listed, cutovers=form)
    states = {(row.code, row.system): row.state for row in state.cells.itertuples()}
    assert states == {
        ("28201", "就学"): "not_applied",
        ("28202", "戸籍"): "in_extension",
        ("28202", "就学"): "overdue",
        ("28203", "戸籍"): "applied",
        ("28203", "就学"): "unknown",
    }
    until = state.cells.set_index(["code", "system"])["until"]
    assert until["28202", "戸籍"] == pd.Timestamp("2031-03-31")
    assert until["28202", "就学"] == pd.Timestamp("2026-06-30")
    assert until.isna().sum() == 3
    assert state.cells.set_index(["code", "system"])["until_is_limit"].sum() == 1
    assert state.table["code"].tolist() == ["28202", "28201", "28203"]
    assert state.table.set_index("code").loc["28203", "next_cutover"] == pd.Timestamp("2027-01-04")
    assert "延長を申請しますか" in state.table.set_index("code").loc["28201", "ask"]
    # before the deadline nobody has to have applied
    early = pr.follow_up(figures.assign(as_of="2026-02"), listed)
    assert set(early.cells["state"]) == {"before_deadline", "in_extension", "unknown"}
    assert "すべて終えた 0" in repr(state)


def test_a_form_that_contradicts_the_figures_or_the_law_is_told_of_with_every_fault():
    figures = pd.DataFrame({"code": ["28201"], "system": ["戸籍"], "share_done": [0.5]})
    figures = figures.assign(as_of="2026-07")
    form = pd.DataFrame({"code": ["28201", "28202"], "system": ["介護", "戸籍"]})
    with pytest.raises(TableError, match="進捗の表にない") as caught:
        pr.follow_up(figures, cutovers=form)
    assert [fault.value for fault in caught.value.faults] == ["28201・介護", "28202・戸籍"]
    late = pd.DataFrame({"code": ["28201"], "system": ["戸籍"], "extension_until": ["2031-04-01"]})
    with pytest.raises(TableError, match="いちばん遅い日（2031-03-31）より後"):
        pr.follow_up(figures, cutovers=late)
    with pytest.raises(TableError, match="値「たぶん」: 延長の欄が選択肢にありません"):
        pr.follow_up(figures, cutovers=late.assign(extension="たぶん", extension_until=None))
    with pytest.raises(TableError, match="値「来年」: 切替の様式 の日付が読めません"):
        pr.follow_up(figures, cutovers=late.assign(extension_until="来年"))
    with pytest.raises(ChoiceError, match="as_of"):
        pr.follow_up(figures.drop(columns="as_of"))


def test_a_list_may_say_until_when_each_systems_extension_lasts():
    figures = pd.DataFrame({"code": ["28201"], "system": ["戸籍"], "share_done": [0.5]})
    listed = pd.DataFrame({"code": ["28201"], "system": ["戸籍"], "until": ["2028-03-31"]})
    state = pr.follow_up(figures.assign(as_of="2026-07"), listed)
    assert state.cells.loc[0, ["state", "until_is_limit"]].tolist() == ["in_extension", False]
    assert state.cells.loc[0, "months_left"] == pytest.approx(20, abs=0.1)


def test_what_slipped_since_the_last_file_is_listed_by_kind():
    before = pd.DataFrame(
        {
            "code": ["28201", "28201", "28202", "28202", "28203"],
            "system": ["戸籍", "就学", "戸籍", "就学", "戸籍"],
            "share_done": [0.5, 0.5, 0.5, 1.0, 0.2],
            "extended": [False, False, False, False, True],
        }
    )
    after = before.assign(
        share_done=[0.4, 0.5, 0.9, 1.0, 0.3], extended=[False, False, True, False, True]
    ).iloc[:4]
    table = pd.concat([before.assign(as_of="2026-03"), after.assign(as_of="2026-07")])
    found = pr.slips(table)
    assert found[["code", "system", "slip"]].to_numpy().tolist() == [
        ["28201", "就学", "stood_still"],
        ["28201", "戸籍", "went_back"],
        ["28202", "戸籍", "newly_listed"],
        ["28203", "戸籍", "vanished"],
    ]
    assert found.set_index("slip").loc["went_back", ["before", "after"]].tolist() == [
        "50.0%",
        "40.0%",
    ]
    form = pd.DataFrame(
        {
            "code": "28201",
            "system": ["戸籍", "就学"] * 2,
            "cutover_date": ["2026-09-01", "2026-09-01", "2027-01-04", "2026-08-01"],
            "as_of": ["2026-03", "2026-03", "2026-07", "2026-07"],
        }
    )
    moved = pr.slips(table, cutovers=form).query("slip == 'cutover_moved'")
    assert moved[["system", "before", "after", "later_days"]].to_numpy().tolist() == [
        ["戸籍", "2026-09-01", "2027-01-04", 125.0]
    ]


def test_one_date_cannot_be_compared_with_itself():
    with pytest.raises(TableError, match="時点が1つしかない"):
        pr.slips(PROGRESS)


def test_a_later_file_scores_the_earlier_forecast_beside_one_without_a_model(files):
    earlier = pr.forecast(files["2026-03"], EXTENSIONS, draws=200)
    scores = pr.score_forecast(earlier, files["2026-07"])
    assert len(scores) == 41
    # the figures of the later file, counted by hand from how it was written
    assert scores["steps_left"].sum() == pytest.approx(
        40 * (1 - files["2026-07"]["share_done"]).sum()
    )
    assert (scores["steps_p05"] <= scores["steps_p95"]).all()
    settings = scores.attrs["settings"]
    assert settings["coverage"] == scores["within"].mean()
    error = (scores["steps_left_then"] - scores["steps_left"]).mean()
    assert settings["error_steps_unchanged"] == pytest.approx(error)
    assert settings["left_out"] == 0
    with pytest.raises(ChoiceError, match="より後の進捗の表"):
        pr.score_forecast(earlier, files["2026-03"])


def test_a_forecast_that_knew_the_pace_beats_that_nothing_moves():
    trial = pr.trial(n_municipalities=12, seed=3)
    earlier = pr.forecast(trial.progress, draws=200)
    # the later file: each system at the pace of its true future, steps evenly until it is through
    months = (trial.finish.set_index("code")["finish"] - pd.Timestamp("2026-01-31")).dt.days / 30.4
    pace = (6 / months.clip(lower=6))[trial.progress["code"]].to_numpy()
    share = trial.progress["share_done"]
    later = trial.progress.assign(as_of="2026-07", share_done=share + (1 - share) * pace)
    assert pr.score_forecast(earlier, later).attrs["settings"]["skill"] > 0


def test_made_figures_stay_made_and_inputs_stay_as_they_are(files):
    figures = PROGRESS.copy()
    figures.attrs |= {"made": True, "kind": "made"}
    two = pd.concat([figures.assign(as_of="2025-11"), figures])
    two.attrs = dict(figures.attrs)
    state = pr.follow_up(figures, EXTENSIONS)
    outlook = pr.forecast(PROGRESS, draws=20)
    tables = [state.table, state.cells, pr.slips(two)]
    tables.append(pr.score_forecast(outlook, figures.assign(as_of="2026-07")))
    assert all(dxkit.schema.is_made(table) for table in tables)
    assert not dxkit.schema.is_made(pr.follow_up(PROGRESS, EXTENSIONS).table)
