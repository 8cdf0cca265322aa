"""Printed sheets in a real Chromium with the network unplugged: nothing fetched, nothing run, nothing cut, A4."""

import re

import pytest

from dxkit import reports

pytestmark = pytest.mark.browser

PWN = "window.__pwned=1"
HOSTILE = f'"><script>{PWN}</script><img src=x onerror={PWN}><svg onload={PWN}></svg>'
# 1/72 inch, as PDF measures
A4 = (595, 842)
LONG = (
    "首長が目指す姿を自分の言葉で職員と住民に語り、計画と予算と毎年の見直しに反映し、その結果を公表している。"
    * 6
)


def opened(seen, path):
    seen.page.goto(path.as_uri())
    seen.page.wait_for_function("[...document.images].every(image => image.complete)")
    return seen.page


def printed(page):
    """The sizes of the sheets that the browser would print, in points."""
    content = page.pdf(prefer_css_page_size=True)
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", content)
    assert len(boxes) == len(re.findall(rb"/Type /Page\b", content))
    return [tuple(round(float(side)) for side in box) for box in boxes]


def all_shown(page):
    """Every picture has been drawn and nothing is wider than its sheet."""
    return page.evaluate(
        """() => [...document.images].every(image => image.naturalWidth > 100 && image.clientWidth > 100)
        && [...document.querySelectorAll('.sheet')].every(sheet => sheet.scrollWidth <= sheet.clientWidth + 1)"""
    )


def is_a4(box, *, landscape=False):
    sheet = A4[::-1] if landscape else A4
    return max(abs(side - length) for side, length in zip(box, sheet, strict=True)) <= 1


def test_an_official_sheet_opens_with_no_request_and_prints_on_one_page(seen, tmp_path):
    for code in ("28100", "28209", "28221"):
        page = opened(seen, reports.profile(code, path=tmp_path / f"{code}.html"))
        seen.nothing_but_the_map()
        assert all_shown(page)
        assert [is_a4(box) for box in printed(page)] == [True]


def test_a_profile_with_its_hearing_opens_with_no_request_and_prints_on_two_pages(
    seen, hearing_made, tmp_path
):
    answers, framework = hearing_made
    page = opened(
        seen,
        reports.profile("28209", answers=answers, indicators=framework, path=tmp_path / "a.html"),
    )
    seen.nothing_but_the_map()
    assert all_shown(page)
    assert page.locator("img").count() == 3
    assert [is_a4(box) for box in printed(page)] == [True, True]


def test_the_longest_texts_still_print_on_two_pages(seen, hearing_made, tmp_path):
    answers, framework = hearing_made
    texts = dict.fromkeys([f"level_{level}" for level in range(6)], LONG)
    framework = framework.assign(
        label=framework["label"].where(framework["parent"].eq(""), LONG), **texts
    )
    path = reports.profile(
        "28221",
        answers=answers.assign(evidence=LONG),
        indicators=framework,
        audience="prefecture",
        path=tmp_path / "a.html",
    )
    page = opened(seen, path)
    assert all_shown(page)
    assert len(printed(page)) == 2


def test_the_prefectures_sheets_print_one_a_page_in_landscape(seen, hearing_made, tmp_path):
    answers, framework = hearing_made
    page = opened(
        seen, reports.deck(answers, indicators=framework, path=tmp_path / "deck.html", draws=500)
    )
    seen.nothing_but_the_map()
    assert all_shown(page)
    count = page.locator(".sheet").count()
    assert [is_a4(box, landscape=True) for box in printed(page)] == [True] * count
    assert count == 9


@pytest.mark.parametrize("width", [720, 960, 1024, 1366])
def test_on_a_screen_the_prefectures_sheets_are_cut_off_nowhere(
    seen, hearing_made, tmp_path, width
):
    answers, framework = hearing_made
    path = reports.deck(answers, indicators=framework, path=tmp_path / "deck.html", draws=50)
    seen.page.set_viewport_size({"width": width, "height": 768})
    page = opened(seen, path)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_hostile_answers_never_run_even_without_the_pages_policy(seen, hearing_made, tmp_path):
    answers, framework = hearing_made
    options = {
        "answers": answers.assign(evidence=HOSTILE),
        "indicators": framework.assign(label=framework["label"] + HOSTILE),
    }
    for path in (
        reports.profile("28209", path=tmp_path / "a.html", audience="prefecture", **options),
        reports.deck(path=tmp_path / "b.html", draws=50, **options),
    ):
        source, count = re.subn(
            r'<meta http-equiv="Content-Security-Policy"[^>]*>',
            "",
            path.read_text(encoding="utf-8"),
        )
        assert count == 1
        path.write_text(source, encoding="utf-8")
        page = opened(seen, path)
        seen.nothing_but_the_map()
        assert PWN in page.locator("body").text_content()


def test_a_script_slipped_into_a_saved_sheet_is_not_run(seen, tmp_path):
    path = reports.profile("28209", path=tmp_path / "a.html")
    slipped = f"<script>{PWN}</script><img src=x onerror={PWN}></body>"
    path.write_text(path.read_text(encoding="utf-8").replace("</body>", slipped), encoding="utf-8")
    page = opened(seen, path)
    assert page.evaluate("typeof window.__pwned") == "undefined"
    assert seen.errors
    assert all("Content Security Policy" in error for error in seen.errors)


def test_the_index_leads_to_every_sheet(seen, hearing_made, tmp_path):
    answers, framework = hearing_made
    some = answers[answers["code"].isin(["28201", "28209", "V1", "V2"])]
    folder = reports.profiles(
        some, path=tmp_path / "all", indicators=framework, show_progress=False, draws=50
    )
    page = opened(seen, folder / "index.html")
    page.click("text=豊岡市")
    assert page.title() == "市町カルテ 豊岡市（架空データ）"
    page.go_back()
    page.click("text=聞き取り調査の全体像")
    assert page.title() == "聞き取り調査の全体像（架空データ）"
    seen.nothing_but_the_map()
