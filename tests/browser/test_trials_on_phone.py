"""The page for the five towns is read on a phone: no sideways scroll, no tiny letters, all columns."""

import pytest

import dxkit
from dxkit import drones, reports

pytestmark = pytest.mark.browser
SMALLEST = """() => Math.min(...[...document.querySelectorAll("body *")]
  .filter((part) => part.getClientRects().length && [...part.childNodes]
    .some((node) => node.nodeType === 3 && node.textContent.trim()))
  .map((part) => parseFloat(getComputedStyle(part).fontSize)))"""
WIDTH = 390


def test_a_phone_shows_every_column_of_the_page_for_the_towns(chromium, tmp_path):
    towns = dxkit.load("municipalities")
    homes = dxkit.load("mesh_estimated").query("code in ['28585', '28586']")
    far = drones.need(homes, dxkit.load("stations"), near_km=5)
    offices = dxkit.load("sites").query("kind == '役所・役場'")
    trials = drones.first_trials(far, offices, dxkit.load("delivery_modes"), range_km=8)
    path = reports.trial_page(trials, towns, path=tmp_path / "trials.html")
    page = chromium.new_page(viewport={"width": WIDTH, "height": 844})
    try:
        page.goto(path.as_uri())
        page.screenshot(path=tmp_path / "phone.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") == WIDTH
        assert page.evaluate(SMALLEST) >= 14
        rights = page.eval_on_selector_all(
            "td", "all => all.map((cell) => cell.getBoundingClientRect().right)"
        )
        assert len(rights) == 2 * (8 + 5)
        assert max(rights) <= WIDTH
        # on a wide screen it is the sheet of paper that it was
        page.set_viewport_size({"width": 1366, "height": 768})
        assert page.eval_on_selector(".sheet", "sheet => sheet.offsetWidth") == 794
        assert page.locator(".stacked thead").first.is_visible()
    finally:
        page.close()
