"""The reference opens from a folder with the network unplugged; typing into the index leaves what was asked for."""

import importlib.util
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("make_api", ROOT / "scripts" / "make_api.py")
    make_api = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(make_api)
    folder = tmp_path_factory.mktemp("docs") / "api"
    make_api.write_pages(folder, make_api.read_sentences())
    return folder


def test_every_page_opens_without_a_request_or_an_error(seen, pages):
    for path in sorted(pages.rglob("*.html")):
        seen.page.goto(path.as_uri())
        assert seen.page.locator("h1").count() == 1, path.name
    seen.nothing_but_the_map()


def test_the_index_leads_to_a_name_and_leaves_what_was_typed(seen, pages):
    seen.page.goto((pages / "index.html").as_uri())
    rows = seen.page.locator(".name:visible")
    all_names = rows.count()
    seen.page.fill("input[type=search]", "順位　幅")
    texts = rows.all_inner_texts()
    assert 0 < len(texts) < all_names / 4
    assert all("順位" in text and "幅" in text for text in texts)
    # packages in which nothing is left make way
    assert seen.page.locator("section:visible").count() < seen.page.locator("section").count()
    seen.page.fill("input[type=search]", "")
    assert rows.count() == all_names
    seen.page.locator("a:text-is('rank_intervals')").first.click()
    assert seen.page.url.endswith("maturity.html#rank_intervals")
    assert seen.page.locator("#rank_intervals .sentence").inner_text().startswith("重みや")
    seen.page.locator("a:has-text('すべての名前')").click()
    assert seen.page.url.endswith("index.html")
    seen.nothing_but_the_map()
