"""The sheets of a meeting in a real Chromium: one A4 a group, nothing cut, nothing fetched, nothing run."""

import pandas as pd
import pytest
from test_reports_offline import HOSTILE, all_shown, is_a4, opened, printed

import dxkit
from dxkit import reports, store

pytestmark = pytest.mark.browser

TOWNS = dxkit.load("municipalities")
LONG = (
    "切替えの日に窓口を止める時間と、住民への知らせ方と、うまくいかなかったときの戻し方を、どの順に、だれと決めましたか。"
    * 3
)


def whole(page):
    """Every word lies inside the sheet and no box hides a part of what it holds."""
    return page.evaluate(
        """() => [...document.querySelectorAll('.sheet')].every(sheet => {
            const edge = sheet.getBoundingClientRect();
            return [...sheet.querySelectorAll('*')].every(part => {
                const box = part.getBoundingClientRect();
                return box.right <= edge.right + 1 && box.bottom <= edge.bottom + 1 && part.scrollWidth <= part.clientWidth + 1
                    || ['inline', 'none'].includes(getComputedStyle(part).display) || part.closest('svg');
            });
        })"""
    )


def test_41_members_in_seven_groups_print_on_seven_a4_sheets(seen, tmp_path):
    groups = pd.DataFrame({"code": TOWNS["code"], "group": [1 + row % 7 for row in range(41)]})
    page = opened(
        seen,
        reports.handout(groups, url="http://127.0.0.1:8000/?code=ABCD", path=tmp_path / "a.html"),
    )
    seen.nothing_but_the_map()
    assert all_shown(page)
    assert whole(page)
    assert [is_a4(box) for box in printed(page)] == [True] * 7


def test_ten_members_long_texts_and_four_columns_still_fit_on_one_sheet(seen, tmp_path):
    codes = TOWNS["code"].head(10)
    groups = pd.DataFrame({"code": codes, "group": "移行の予定が近い組"})
    members = pd.DataFrame(
        {
            "code": codes,
            "vendor": "長い名前の株式会社ソリューションズ西日本",
            "part": "リーダー",
            "note": "午後から",
            "task": "司会",
        }
    )
    sheet = reports.handout(
        groups, members=members, show=["vendor", "part", "note", "task"], questions=[LONG] * 9, reasons={"移行の予定が近い組": LONG * 3},
        url="https://127.0.0.1:8000/" + "a" * 200, title=LONG, date=LONG, place=LONG, path=tmp_path / "a.html",
    )  # fmt: skip
    page = opened(seen, sheet)
    assert whole(page)
    assert [is_a4(box) for box in printed(page)] == [True]


def test_a_record_prints_on_a4_and_what_was_typed_is_only_read(seen, tmp_path):
    with store.Session(tmp_path / "a.sqlite") as session:
        for number in range(60):
            session.note(text=f"{HOSTILE} {LONG}", group=str(number % 5), title=HOSTILE[:30])
        for client in "123":
            session.vote(item=HOSTILE, value=2, client=client)
        sheet = reports.record(
            session, title=HOSTILE, agenda=dxkit.load("meeting_agenda"), path=tmp_path / "a.html"
        )
    page = opened(seen, sheet)
    seen.nothing_but_the_map()
    assert whole(page)
    assert page.locator("script").count() == 0
    assert page.locator("img").count() == 0
    boxes = printed(page)
    assert len(boxes) > 1
    assert all(is_a4(box) for box in boxes)


@pytest.mark.slow
def test_the_official_sheet_of_every_municipality_still_fits_on_one_page(seen, tmp_path):
    for code in TOWNS["code"]:
        page = opened(seen, reports.profile(code, path=tmp_path / "a.html"))
        assert whole(page)
        assert len(printed(page)) == 1
