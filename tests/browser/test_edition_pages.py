"""The edition without Python: pages open from the disk with the network unplugged, and answer as the notebooks do."""

import html
import re
from collections import Counter

import nbformat
import pytest

import dxkit
from dxkit import reports, widgets
from dxkit.errors import ChoiceError

pytestmark = pytest.mark.browser
MAX_MB = 60
HEAD = "# いくつありますか？\n\n**対象** 研修生 ・ **所要** 5分 ・ **データ** 架空\n\n次へ: [次](b.ipynb)"
IMPORTS = "import dxkit\nfrom dxkit import loaders, maps, maturity, widgets"
# question, answer, options → written answers, right ones, wrong ones and such as are none
WRITTEN = [
    (
        33,
        {"unit": "市町", "hint": ("表を見ます。", "`len(x)` & 数えます。")},
        ["33", "３３", "33市町", "約33", "三十三", "三三", "33団体", "およそ33市町です", "33.0", " 33 つ", "33くらい", "３３市町。", "34", "3", "-33", "三十四", "３３０", "たくさん", "33と34", "33〜34", "3,3", "33人", "33％", "", "　", "0033", "33<b>", "△33"],
    ),
    (
        5465002,
        {"unit": "人"},
        ["5465002", "5,465,002", "５４６５００２人", "546万5002", "546万5,002人", "五百四十六万五千二人", "5465002名", "546万人", "5465003", "五百万", "546", "5,46,5002", "五百人くらいの町", "多い", "人", "?", "5465002円", "5465002km", "5465002.", "万", "1億", "二〇二〇"],
    ),
    (
        75,
        {"unit": "％", "tolerance": 0.5, "hint": "6節です。"},
        ["75", "75%", "７５％", "75.4", "75.6", "七十五", "七五", "7割5分", "七割五分", "7割", "0.75", "０．７５", "75パーセント", "約75％", "75ポイント", "76", "57", "-75", "100", "半分以上", "70〜80", "四分の三", "7割5", "割", ".75"],
    ),
    (
        [0.5, 12.25],
        {"unit": "km", "tolerance": 0.01},
        ["0.5", ".5", "半分", "12.25", "12.25キロ", "12.25KM", "１２．２５㎞", "十二", "-0.5", "ー0.5", "▲12.25", "0.5km", "0.5 km です", "約 0.5 キロメートル", "0.51", "0.52", "12.24", "0.5市町", "0.5個", "00.5", "1/2"],
    ),
    (
        "豊岡市",
        {},
        ["豊岡市", "豊岡", "「豊岡市」", "豊岡市です", "豊岡市。", "とよおかし", "兵庫県豊岡市", "28209", "２８２０９", "豊岡 市", "豊岡市役所", "神戸市", "豊岡町", "朝来市", "", "とよおか市x", "豊岡市 と 朝来市", "トヨ", "市", "TOYOOKA", "28100"],
    ),
]  # fmt: skip
CHOICES = ["可", "要確認", "根拠なし"]


def _write(folder, name, *cells):
    folder.mkdir(parents=True, exist_ok=True)
    made = nbformat.v4.new_notebook(
        cells=[
            nbformat.v4.new_markdown_cell(HEAD),
            *(nbformat.v4.new_code_cell(cell.strip()) for cell in cells),
        ],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    nbformat.write(made, folder / name)


def _open(seen, path):
    seen.page.goto(path.as_uri())
    seen.page.wait_for_selector("body[data-ready]", timeout=30_000, state="attached")
    return seen.page


def _count_shapes(page):
    counts = []
    for frame in page.query_selector_all("iframe[srcdoc]"):
        frame.scroll_into_view_if_needed()
        inner = frame.content_frame()
        if inner.query_selector("#map-data"):
            inner.wait_for_selector("body[data-drawn]", timeout=30_000)
            counts.append(int(inner.evaluate("document.body.dataset.drawn")))
    return counts


def _text(page_html):
    return html.unescape(re.sub(r"<[^>]*>", "", page_html))


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """Two tiny notebooks as an edition, for three municipalities."""
    folder = tmp_path_factory.mktemp("edition")
    exercises = [
        f"widgets.exercise('問い{number}', {answer!r}, **{options!r})"
        for number, (answer, options, _) in enumerate(WRITTEN)
    ]
    choice = f"widgets.exercise('選ぶ問い', '要確認', choices={CHOICES!r}, hint='表を見ます。')"
    _write(folder / "notebooks" / "trainees", "b.ipynb", IMPORTS, *exercises, choice)
    _write(
        folder / "notebooks" / "trainees",
        "a.ipynb",
        IMPORTS,
        "town = dxkit.my_town()",
        "towns = dxkit.load('municipalities')\nplace = loaders.find_municipality(town)\nmine = towns[towns['code'] == place['code']]",
        "print('人口', int(place['people_2020']), '<script>')",
        "maps.choropleth(towns, column='people_2020', label='人口').outline(mine)",
        "values = towns.set_index('code')[['people_2020', 'people_2025']]",
        "import pandas as pd\nindicators = pd.DataFrame({'indicator': ['people_2020', 'people_2025'], 'label': ['2020年', '2025年'], 'unit': ['人', '人']})\nwidgets.maturity_explorer(values, indicators, towns, code=place['code'])",
        "widgets.exercise(f'{town}の面積は？', float(place['area_km2']), unit='km2', tolerance=1)",
    )
    return reports.edition(
        folder / "pages",
        notebooks=folder / "notebooks",
        municipalities=["神戸市", "豊岡市", "朝来市"],
        sheets=False,
        show_progress=False,
    )


@pytest.mark.slow
def test_the_index_leads_to_every_page_and_pages_lead_to_pages(seen, small):
    page = _open(seen, small / "index.html")
    links = page.eval_on_selector_all("a", "links => links.map(link => link.getAttribute('href'))")
    assert links == ["trainees/a.html", "trainees/b.html"]
    page.get_by_role("link", name="いくつありますか？").first.click()
    page.wait_for_selector("body[data-ready]", state="attached")
    hrefs = page.eval_on_selector_all("a", "links => links.map(link => link.getAttribute('href'))")
    assert hrefs == ["../index.html", "b.html"]
    seen.nothing_but_the_map()


@pytest.mark.slow
def test_maps_are_drawn_and_buttons_move_a_widget_by_keyboard(seen, small):
    page = _open(seen, small / "trainees" / "a.html")
    assert _count_shapes(page) == [41, 41]
    # code is there, but folded
    assert page.locator("details.source[open]").count() == 0
    before = page.inner_text(".choice-result")
    assert before.startswith("2020年: 41市町の中央値")
    page.get_by_role("button", name="2025年").focus()
    page.keyboard.press("Enter")
    assert page.inner_text(".choice-result").startswith("2025年: 41市町の中央値")
    page.get_by_role("button", name="但馬").focus()
    page.keyboard.press("Space")
    tajima = dxkit.load("municipalities").query("area == '但馬'")
    assert page.inner_text(".choice-result").startswith(f"2025年: {len(tajima)}市町の中央値")
    assert _count_shapes(page) == [41, len(tajima)]
    seen.nothing_but_the_map()


@pytest.mark.slow
def test_a_page_speaks_of_the_municipality_that_is_chosen_and_remembers_it(seen, small):
    towns = dxkit.load("municipalities").set_index("name")
    page = _open(seen, small / "trainees" / "a.html")
    for name in ("朝来市", "神戸市", "豊岡市", "朝来市"):
        page.select_option("#dxkit-town", name)
        text = page.inner_text("main")
        assert f"人口 {towns['people_2020'][name]} <script>" in text
        assert f"{name}の面積は？" in text
        assert _count_shapes(page) == [41, 41]
        frame = page.query_selector("iframe[srcdoc]").content_frame()
        assert f"太い線: {name}" in frame.inner_text("body")
        # a widget's map that stays with the first municipality says so
        assert page.locator(".stays:visible").count() == (name != "豊岡市")
    page.fill(".exercise input[type=text]", str(towns["area_km2"]["朝来市"]))
    page.click(".exercise button")
    assert "○ 正解" in page.inner_text(".verdict")
    again = _open(seen, small / "trainees" / "a.html")
    assert again.input_value("#dxkit-town") == "朝来市"
    assert "○ 正解" in again.inner_text(".verdict")
    seen.nothing_but_the_map()


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(WRITTEN)))
def test_the_page_judges_every_written_answer_as_python_does(
    seen, small, number, tmp_path, monkeypatch
):
    monkeypatch.setenv("DXKIT_HOME", str(tmp_path))
    answer, options, texts = WRITTEN[number]
    assert len(texts) >= 20
    page = _open(seen, small / "trainees" / "b.html")
    form = page.locator(".exercise").nth(number)
    exercise = widgets.exercise(f"問い{number}", answer, **options)
    box, _, button = exercise.children[1].children
    verdicts = Counter()
    for typed in texts:
        box.value = typed
        button.click()
        expected = _text(exercise.children[-1].value)
        form.locator("input").fill(typed)
        form.locator("button").click()
        assert form.locator(".verdict").text_content() == expected, typed
        verdicts[expected[0]] += 1
    # right, wrong and neither were all among them
    assert verdicts["○"] >= 3
    assert verdicts["×"] >= 3
    assert verdicts.total() - verdicts["○"] - verdicts["×"] >= 1
    seen.nothing_but_the_map()


@pytest.mark.slow
def test_choices_are_judged_with_hints_and_at_last_the_answer(seen, small):
    page = _open(seen, small / "trainees" / "b.html")
    form = page.locator(".exercise").last
    form.locator("button").click()
    assert "答えを選ぶか入力してから" in form.locator(".verdict").inner_text()
    for tries in (1, 2, 3):
        form.get_by_label("根拠なし").check()
        form.locator("button").click()
        said = form.locator(".verdict").inner_text()
        assert said.startswith("×")
        assert "表を見ます。" in said
        assert form.locator("details").count() == (tries == 3)
    form.get_by_label("要確認").check()
    form.locator("button").click()
    assert form.locator(".verdict").inner_text().startswith("○ 正解です。答えは 要確認 です。")


def test_what_cannot_become_an_edition_is_refused_by_name(tmp_path):
    with pytest.raises(ChoiceError, match=r"trainees/99\.ipynb"):
        reports.edition(tmp_path / "pages", notebooks=["trainees/99.ipynb"])
    with pytest.raises(ChoiceError, match="東京都"):
        reports.edition(tmp_path / "pages", municipalities=["豊岡市", "東京都"])
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ChoiceError, match="上書きしません"):
        reports.edition(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


@pytest.mark.slow
def test_a_notebook_that_fails_is_named_and_leaves_nothing(tmp_path):
    _write(tmp_path / "notebooks", "broken.ipynb", "1 / 0")
    with pytest.raises(ChoiceError, match=r"broken\.ipynb.*ZeroDivisionError|broken\.ipynb.*0"):
        reports.edition(
            tmp_path / "pages", notebooks=tmp_path / "notebooks", sheets=False, show_progress=False
        )
    assert not (tmp_path / "pages").exists()


@pytest.mark.slow
def test_a_cell_that_shows_something_else_when_run_again_is_refused(tmp_path):
    _write(
        tmp_path / "notebooks",
        "counts.ipynb",
        "town = '豊岡市'\ncalls = []",
        "calls.append(town)\nprint(town, len(calls))",
    )
    with pytest.raises(ChoiceError, match="3番目のセルの結果が初めと違います"):
        reports.edition(
            tmp_path / "pages", notebooks=tmp_path / "notebooks", sheets=False, show_progress=False
        )
