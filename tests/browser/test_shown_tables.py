"""A table of `dxkit.show` in a real Chromium: nothing wider than the page, nothing run, nothing fetched."""

import numpy as np
import pandas as pd
import pytest

import dxkit

pytestmark = pytest.mark.browser

WIDTH = 1024
SENTENCE = "首長が目指す姿を自分の言葉で職員と住民に語り、計画と予算に反映している。" * 4
PWN = "window.__pwned=1"
HOSTILE = f'"><script>{PWN}</script><img src=x onerror={PWN}><svg onload={PWN}></svg>'
TABLES = {
    "a sentence beside numbers": pd.DataFrame(
        {"name": ["姫路市"], "note": [SENTENCE], "people": [1_530_495], "share_done": [0.5]}
    ),
    "twelve columns of numbers": pd.DataFrame(
        np.full((3, 12), 1_234_567.0), columns=[f"とても長い見出しの指標{n}" for n in range(12)]
    ),
    "thirty columns of numbers": pd.DataFrame(np.full((3, 30), 1_234_567.0)),
    "twelve sentences": pd.DataFrame([[SENTENCE] * 12], columns=[f"文{n}" for n in range(12)]),
    "one word without an end": pd.DataFrame({"url": ["https://example.invalid/" + "a" * 900]}),
    "hostile cells": pd.DataFrame({HOSTILE: [HOSTILE, "$\\unicode{x41}$"]}),
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_no_wider_than_the_page_and_nothing_in_it_runs(seen, tmp_path, name):
    path = tmp_path / "a.html"
    page = dxkit.show(TABLES[name])._repr_html_()
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{page}", encoding="utf-8")
    seen.page.set_viewport_size({"width": WIDTH, "height": 800})
    seen.page.goto(path.as_uri())
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= WIDTH
    frame = "document.querySelector('.dxkit-table')"
    assert seen.page.evaluate(f"{frame}.scrollWidth <= {frame}.clientWidth")
    assert seen.page.evaluate("window.__pwned") is None
    seen.nothing_but_the_map()


NAMES = ["online_applications_japan", "丹波篠山市", "trainees/05_read_progress.ipynb"]
BROKEN = """() => [...document.querySelectorAll('.dxkit-table :is(td, th)')].map(cell => {
    const range = document.createRange();
    range.selectNodeContents(cell);
    return range.getClientRects().length;
})"""


@pytest.mark.parametrize("box", ["content-box", "border-box"])
def test_no_name_and_no_short_word_is_broken_beside_long_texts(seen, tmp_path, box):
    table = pd.DataFrame(
        {"グループ": [1, 2, 3], "own": NAMES, "市町": ["南あわじ市", "猪名川町", "市"]}
    )
    path = tmp_path / "a.html"
    page = dxkit.show(table.assign(note=SENTENCE, remark=SENTENCE))._repr_html_()
    style = f"<style>* {{ box-sizing: {box} }}</style>"
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8>{style}<body>{page}", encoding="utf-8")
    seen.page.set_viewport_size({"width": WIDTH, "height": 800})
    seen.page.goto(path.as_uri())
    lines = seen.page.evaluate(BROKEN)
    # five headings, then of each row three short cells in one line and two long ones in several
    assert lines[:5] == [1] * 5
    assert [lines[start : start + 3] for start in (5, 10, 15)] == [[1, 1, 1]] * 3
    assert min(lines[8], lines[9]) > 1


def test_the_names_of_the_tables_that_one_can_load_are_not_broken(seen, tmp_path):
    path = tmp_path / "a.html"
    page = dxkit.show(dxkit.catalog())._repr_html_()
    path.write_text(f"<!DOCTYPE html><meta charset=utf-8><body>{page}", encoding="utf-8")
    seen.page.set_viewport_size({"width": WIDTH, "height": 800})
    seen.page.goto(path.as_uri())
    lines = seen.page.evaluate(BROKEN)
    heads = seen.page.locator(".dxkit-table thead th").count()
    assert set(lines[heads::heads]) == {1}
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= WIDTH
