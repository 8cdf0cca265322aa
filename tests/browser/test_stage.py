"""A person who never saw code prepares and runs a meeting: officer's page, projector, phones."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))
from rooms import Phone

from dxkit.widgets.room import open_room
from dxkit.widgets.room._drill import start_drill

pytestmark = pytest.mark.browser
WAIT_MS = 30_000
LEAST_PX = 28
SIZES = ((1024, 768), (1920, 1080))
HOSTILE = '<img src=x onerror="window.__pwned=1">'
# every text of a page with its size in pixels, and whether it is cut off at the window's edge
MEASURE = """() => {
    const sizes = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const text = walker.currentNode.textContent.trim(), part = walker.currentNode.parentElement;
        const box = part.getBoundingClientRect();
        if (!text || !box.width) continue;
        sizes.push([text, parseFloat(getComputedStyle(part).fontSize), box.left >= 0 && box.right <= innerWidth + 1 && box.top >= 0 && box.bottom <= innerHeight + 1]);
    }
    return sizes;
}"""


@pytest.fixture
def room(tmp_path):
    opened = open_room(tmp_path, meeting="意見交換会", address="127.0.0.1", browser=False)
    yield opened
    opened.stop()
    opened.session.close()


@pytest.fixture
def windows(chromium):
    """Opens windows; remembers what went wrong in them."""
    contexts, errors = [], []

    def new(link, size, **options):
        viewport = {"width": size[0], "height": size[1]}
        context = chromium.new_context(viewport=viewport, locale="ja-JP", **options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
        page.goto(link)
        return page

    new.errors = errors
    yield new
    for context in contexts:
        context.close()


def _ask(officer, label, kind, options=""):
    officer.fill("#label", label)
    officer.select_option("#kind", kind)
    if options:
        officer.fill("#options", options)
    officer.press("#label", "Enter")
    officer.wait_for_selector(f"#questions >> text={label}", timeout=WAIT_MS)


def _go(officer, label):
    officer.locator("#steps button", has_text=label).first.click()
    officer.wait_for_selector(f"#now >> text={label}", timeout=WAIT_MS)


def _check_sizes(stage):
    measured = stage.evaluate(MEASURE)
    assert measured
    assert [text for text, size, _ in measured if size < LEAST_PX] == []
    assert [text for text, _, is_whole in measured if not is_whole] == []


def _answer_with_a_thumb(phone):
    items = phone.locator("#items > li")
    items.nth(0).locator('button[data-value="2"]').tap()
    items.nth(1).locator("button").nth(0).tap()
    for at in (2, 0, 1):
        items.nth(2).locator("button").nth(at).tap()
    items.nth(3).locator("input").fill("安心")
    items.nth(3).locator("button").tap()
    items.nth(4).locator("textarea").fill(HOSTILE)
    items.nth(4).locator("button").tap()


def _answer_with_twenty_phones(room):
    questions = list(room.stage.questions.values())
    for at in range(20):
        other = Phone(room.port, room.code)
        for number, answer in enumerate(
            (
                {"value": at % 5 - 2},
                {"option": questions[1].options[at % 12]},
                {"ranking": [questions[2].options[(at + place) % 4] for place in range(3)]},
                {"text": ("安心", "忙しい", "長い")[at % 3]},
                {"text": f"意見その{at}。" + "専門の職員を派遣してほしい。" * 4},
            )
        ):
            body = {"item": questions[number].key, "id": f"{at:06d}{number:06d}", **answer}
            assert other.ask("POST", "/vote", body)[0] == 200


@pytest.mark.slow
def test_a_meeting_is_prepared_and_run_without_code_and_read_from_the_back_row(
    room, windows, tmp_path
):
    officer = windows(room.local_officer_link, (1280, 900))
    officer.wait_for_selector("#desk", timeout=WAIT_MS)
    assert room.gate.derive_secret("officer") not in officer.url
    _ask(officer, "共同調達の勉強会を続け、仕様書のひな形を県と市町で一緒に作る", "scale")
    _ask(officer, "次の会の時間帯", "choice", "\n".join(f"候補の時間帯 {at}" for at in range(12)))
    _ask(officer, "先に取り組むこと", "ranking", "文字同定\n照会\n比較表\n専門家の派遣")
    _ask(officer, "ひとこと", "words")
    _ask(officer, HOSTILE, "open")
    agenda = ["14:00 受付", "14:10 グループで話す", "15:10 投票"]
    officer.fill("#agenda", "\n".join(agenda + [f"16:{at} 続き" for at in range(10, 40)]))
    officer.click("#meeting button")
    officer.wait_for_selector("text=書き換えました", timeout=WAIT_MS)
    officer.click("#timer button[type=submit]")
    officer.wait_for_selector("#left >> text=あと", timeout=WAIT_MS)
    phone = windows(room.link, (375, 667), is_mobile=True, has_touch=True)
    phone.wait_for_selector("#items > li", timeout=WAIT_MS)
    _answer_with_a_thumb(phone)
    phone.locator("#test").tap()
    phone.wait_for_selector("text=確かめた端末は1台", timeout=WAIT_MS)
    officer.wait_for_selector("text=接続テスト 1台", timeout=WAIT_MS)
    _answer_with_twenty_phones(room)
    stages = [windows(room.stage_link, size) for size in SIZES]
    # one card is kept back, the others are let through
    officer.wait_for_selector("text=42枚が待っています", timeout=WAIT_MS)
    officer.locator("#cards li.waiting button", has_text="映さない").first.click()
    officer.wait_for_selector("text=41枚が待っています", timeout=WAIT_MS)
    officer.click("#pass")
    officer.wait_for_selector("text=待っているカードはありません", timeout=WAIT_MS)
    shown = {
        "参加のQRコード": "会議コード",
        "次第": "15:10 投票",
        "共同調達": "+2 賛成",
        "次の会の時間帯": "候補の時間帯 11",
        "先に取り組むこと": "専門家の派遣",
        "ひとこと": "安心 ×",
        HOSTILE: "専門の職員を派遣",
        "カード": "まだカードはありません",
    }
    for number, (label, text) in enumerate(shown.items()):
        _go(officer, label)
        if number in range(2, 7):
            for stage in stages:
                stage.wait_for_selector("text=電話で答えてください", timeout=WAIT_MS)
            officer.click("#reveal")
        for stage, size in zip(stages, SIZES, strict=True):
            stage.wait_for_selector(f"#view >> text={text}", timeout=WAIT_MS)
            if label == HOSTILE:
                # 20 of 21 opinions were let through; what does not fit is counted
                fitting = stage.locator(".card").count()
                stage.wait_for_selector(f"text=ほか{20 - fitting}枚", timeout=WAIT_MS)
            stage.screenshot(path=tmp_path / f"stage_{number}_{size[0]}.png")
            _check_sizes(stage)
            assert stage.evaluate("typeof window.__pwned") == "undefined"
            assert stage.evaluate("document.documentElement.scrollHeight <= innerHeight")
    officer.screenshot(path=tmp_path / "officer.png", full_page=True)
    assert windows.errors == []


def test_the_officer_drives_with_the_keyboard_alone(room, windows):
    officer = windows(room.local_officer_link, (1280, 900))
    officer.wait_for_selector("#desk", timeout=WAIT_MS)
    officer.focus("#label")
    officer.keyboard.type("続けますか")
    officer.keyboard.press("Tab")
    officer.keyboard.press("Tab")
    officer.keyboard.press("Enter")
    officer.wait_for_selector("#questions >> text=続けますか", timeout=WAIT_MS)
    # a presenter's clicker; not while somebody types
    officer.locator("h1").click()
    officer.evaluate("document.activeElement.blur()")
    for label in ("次第", "続けますか"):
        officer.keyboard.press("PageDown")
        officer.wait_for_selector(f"#now >> text={label}", timeout=WAIT_MS)
    officer.keyboard.press("PageUp")
    officer.wait_for_selector("#now >> text=次第", timeout=WAIT_MS)
    assert windows.errors == []


def test_a_page_without_its_secret_link_shows_nothing(room, windows):
    officer = windows(f"{room.address}officer", (1280, 900))
    officer.wait_for_selector("#lost", timeout=WAIT_MS)
    assert officer.locator("#desk").is_hidden()
    stage = windows(f"{room.address}stage", SIZES[0])
    stage.wait_for_selector("text=秘密のリンクから開き直してください", timeout=WAIT_MS)
    assert "意見交換会" not in stage.content()


def test_a_drill_card_counts_phones_and_shows_a_missing_figure_as_missing(room, windows, tmp_path):
    start_drill(room)
    key = next(key for key in room.stage.questions if key.startswith("1枚目"))
    drill = room.log.read_setting("drill", {})
    score = {"known": 0.215, "lawful_share": None, "staff_hours": None, "least_known": 0.1}
    policies = room.stage.questions[key].options
    drill[key] |= {"scores": [score | {"policy": policy} for policy in policies]}
    drill[key]["scores"][1] |= {"staff_hours": 1234.4}
    room.log.write_setting("drill", drill)
    room.stage.go_to(f"question:{key}")
    stages = [windows(room.stage_link, size) for size in (*SIZES, (1366, 768))]
    for stage in stages:
        stage.wait_for_selector("text=グループごとに、電話1台で1つ選んでください", timeout=WAIT_MS)
    # two of the four phones may lie on one table: the stage cannot know
    for number in range(4):
        body = {"item": key, "option": policies[2 if number < 3 else 1], "id": f"{number:012d}"}
        assert Phone(room.port, room.code).ask("POST", "/vote", body)[0] == 200
    room.stage.show_result(key, is_shown=True)
    for number, stage in enumerate(stages):
        stage.wait_for_selector(".scores", timeout=WAIT_MS)
        rows = [row.inner_text().split("\t") for row in stage.locator(".scores tr").all()]
        assert rows[0][1] == "選んだ端末"
        assert rows[1][1:] == ["0台", "22%", "－", "－", "10%"]
        assert rows[2][1:] == ["1台", "22%", "－", "1,234時間", "10%"]
        assert rows[3][1] == "3台"
        stage.screenshot(path=tmp_path / f"drill_{number}.png")
        _check_sizes(stage)
    assert windows.errors == []


def test_the_officer_reads_where_the_key_lies_and_what_nobody_has_tried(room, windows, tmp_path):
    officer = windows(room.local_officer_link, (1024, 768))
    officer.wait_for_selector("#desk", timeout=WAIT_MS)
    officer.locator("#secrecy summary").click()
    for text in ("鍵は保存ファイルと同じフォルダーにあります", "Windows と Mac では試していません"):
        officer.wait_for_selector(f"#secrecy >> text={text}", timeout=WAIT_MS)
    officer.locator("#secrecy").scroll_into_view_if_needed()
    officer.screenshot(path=tmp_path / "secrecy.png")
    assert windows.errors == []
