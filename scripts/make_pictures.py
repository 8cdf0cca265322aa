"""What does a visitor of the README see before reading?

Writes the pictures of the README: starts JupyterLab as `make lab` does over a copy of the notebooks,
runs the real notebooks in Chromium, places drone bases with the mouse, votes from phone-sized pages,
and saves what the screen shows in ``docs/pictures``. Needs the packages of `make test` and Chromium.
"""

import contextlib
import io
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from string import Template

from PIL import Image, ImageOps
from playwright.sync_api import Browser, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
TOKEN = "pictures"
START_S = 120
RUN_MS = 300_000
WAIT_MS = 60_000
HERO_WIDTH = 1400
DOOR_WIDTH = 640
DOOR_HEIGHT = 552
HERO_MAX_BYTES = 600_000
DOOR_MAX_BYTES = 250_000
# three places of the map on which a group would settle: one for each part of Tajima
BASES = ("豊岡市役所", "ようか但馬蔵", "村岡ファームガーデン")
# what the phones vote on the five items of the meeting, from -2 反対 to 2 賛成
PHONE_VOTES = (
    (2, 1, 2, -1, 1),
    (2, 0, 1, -2, 1),
    (1, 1, 2, -1, 2),
    (2, 1, 2, 0, 1),
    (2, -1, 1, -1, 2),
    (1, 1, 2, -1, 1),
)
HERO = Template("""<style>
body { margin: 0; font: 19px/1.35 sans-serif; color: #16324a; }
main { width: 1400px; box-sizing: border-box; padding: 18px; background: #e6edf3;
  display: grid; grid-template-columns: 838px 1fr; gap: 18px; }
p { margin: 0 0 8px; font-weight: bold; } small { display: block; font-weight: normal; }
img { display: block; box-shadow: 0 2px 10px #16324a55; border-radius: 6px; background: #fff; }
.phones { display: flex; justify-content: space-between; margin-top: 18px; }
.phones img { width: 236px; box-sizing: border-box; border: 7px solid #222; border-radius: 22px; }
</style><main>
<section><p>グループが地図に拠点を3つ置き、証明された最適と比べる
<small>A group places three bases and compares with the proven optimum</small></p>
<img src="$map" width="838"></section>
<section><p>スマートフォンで投票、棒が伸びる（架空の票）
<small>Phones vote, bars grow (invented votes)</small></p>
<img src="$board" width="508">
<div class="phones"><img src="$phone"><img src="$other_phone"></div></section>
</main>""")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def main() -> None:
    """Write every picture, or only those named on the command line."""
    painters = {
        "hero": paint_hero,
        "trainees": paint_trainees,
        "facilitators": paint_facilitators,
        "research": paint_research,
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    with start_lab() as address, start_browser() as browser:
        for name in sys.argv[1:] or painters:
            painters[name](browser, address)


def paint_hero(browser: Browser, address: str) -> None:
    """Compose the map on which a group placed bases, the board of a vote and two voting phones."""
    shots = {"map": shoot_bases(browser, address), **shoot_votes(browser, address)}
    addresses = {
        name: f"data:image/png;base64,{b64encode(shot).decode()}" for name, shot in shots.items()
    }
    page = browser.new_page(viewport={"width": HERO_WIDTH, "height": 900}, device_scale_factor=1)
    page.set_content(HERO.substitute(addresses))
    page.wait_for_function("[...document.images].every(image => image.complete)")
    save_picture(page.locator("main").screenshot(), "hero", HERO_WIDTH, HERO_MAX_BYTES)
    page.close()


def paint_trainees(browser: Browser, address: str) -> None:
    """Show the map of progress from the first trainees' notebook."""
    with open_notebook(browser, address, "trainees/01_where_are_we.ipynb") as page:
        # the map of progress has five classes, the one of a choice only yes and no
        frame = page.locator("iframe").last
        frame.scroll_into_view_if_needed()
        drawn = frame.content_frame.locator("body[data-drawn]:has-text('進捗率の平均')")
        drawn.wait_for(timeout=WAIT_MS)
        save_picture(frame.screenshot(), "trainees")


def paint_facilitators(browser: Browser, address: str) -> None:
    """Show the levels of the items from the first facilitators' notebook, marked as invented."""
    with open_notebook(browser, address, "facilitators/01_area_profiles.ipynb") as page:
        save_picture(find_chart(page, "charts.levels(").screenshot(), "facilitators")


def paint_research(browser: Browser, address: str) -> None:
    """Show the intervals of ranks from the first research notebook."""
    with open_notebook(browser, address, "research/01_published_index.ipynb") as page:
        save_picture(find_chart(page, "charts.rank_intervals(").screenshot(), "research")


def find_chart(page: Page, call: str) -> Locator:
    """Find the picture below the cell that holds this call."""
    return page.locator(f".jp-CodeCell:has(.cm-content:has-text('{call}')) .jp-RenderedImage img")


def shoot_bases(browser: Browser, address: str) -> bytes:
    """Place three bases by clicks on the map, compare them with the optimum, return the window."""
    with open_notebook(
        browser, address, "facilitators/10_place_bases.ipynb", width=900, height=1170
    ) as page:
        board = page.locator(".dxkit-board")
        board.scroll_into_view_if_needed()
        for i, name in enumerate(BASES, start=1):
            box = page.locator(f".dxkit-spot[title='{name}']").bounding_box()
            assert box is not None
            # the mouse itself, so that what covers a spot on the screen would be noticed
            page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            page.wait_for_function(
                f"document.querySelectorAll('.dxkit-chosen').length === {i}", timeout=WAIT_MS
            )
        page.locator("input[placeholder='グループの名前']").fill("グループA")
        page.locator("button:has-text('この案を記録')").click()
        page.locator(".widget-html td:has-text('グループA')").first.wait_for(timeout=WAIT_MS)
        page.locator("button:has-text('最適と比べる')").click()
        sentence = page.locator(".widget-html:has-text('輪が最適の拠点')").first
        sentence.wait_for(timeout=RUN_MS)
        sentence.evaluate("element => element.scrollIntoView({block: 'start'})")
        # the notebook draws what scrolled into view a moment later
        page.wait_for_timeout(1000)
        return page.locator("#jp-main-dock-panel").screenshot()


def shoot_votes(browser: Browser, address: str) -> dict[str, bytes]:
    """Vote from phones in the meeting's notebook; return the board and two of the phones."""
    with open_notebook(
        browser, address, "facilitators/04_meeting_day.ipynb", width=800, height=1100
    ) as page:
        board = page.locator(".jp-OutputArea-output:has-text('会議コード')").first
        board.scroll_into_view_if_needed()
        room, code, *_ = board.locator("b").all_inner_texts()
        earlier = count_votes(board)
        phones = [open_phone(browser, f"{room}#code={code.replace(' ', '')}") for _ in PHONE_VOTES]
        for phone, votes in zip(phones, PHONE_VOTES, strict=True):
            for item, value in enumerate(votes):
                phone.locator("#items > li").nth(item).locator(f'[data-value="{value}"]').tap()
            phone.wait_for_selector("text=すべて送信しました", timeout=WAIT_MS)
            phone.evaluate("scrollTo(0, 0)")
        # the bars must have grown by these votes, on the facilitator's own screen
        grown = f"{earlier + len(PHONE_VOTES)}票・平均"
        board.locator(f"text={grown}").nth(len(PHONE_VOTES[0]) - 1).wait_for(timeout=WAIT_MS)
        shots = {
            "board": board.screenshot(),
            "phone": phones[-1].screenshot(),
            "other_phone": phones[-2].screenshot(),
        }
        for phone in phones:
            phone.context.close()
        return shots


def open_phone(browser: Browser, link: str) -> Page:
    """Open the voting page as a phone of its own."""
    context = browser.new_context(
        viewport={"width": 375, "height": 600},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        locale="ja-JP",
    )
    page = context.new_page()
    page.goto(link)
    page.wait_for_selector("#items > li", timeout=WAIT_MS)
    return page


def count_votes(board: Locator) -> int:
    """Read from the board how many votes its first item has."""
    votes = re.search(r"(\d+)票", board.inner_text())
    return int(votes[1]) if votes else 0


def save_picture(
    png: bytes, name: str, width: int = DOOR_WIDTH, max_bytes: int = DOOR_MAX_BYTES
) -> None:
    """Write a screenshot at a width, with as many colours as the size of its file allows."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    size = (width, round(picture.height * width / picture.width))
    picture = picture.resize(size, Image.Resampling.LANCZOS)
    if name != "hero" and picture.height < DOOR_HEIGHT:
        # doors stand side by side: white above and below, so that they are equally high
        picture = ImageOps.pad(picture, (width, DOOR_HEIGHT), color="white")
    path = FOLDER / f"{name}.png"
    # with few colours the mark of invented data turns from red to brown, so all of them come first
    for colours in (None, 256, 128):
        (picture.quantize(colours) if colours else picture).save(path, optimize=True)
        if path.stat().st_size <= max_bytes:
            print(f"{path.name}: {picture.width} × {picture.height}, {path.stat().st_size} bytes")
            return
    sys.exit(f"{path.name} stays above {max_bytes} bytes")


@contextlib.contextmanager
def open_notebook(
    browser: Browser, address: str, notebook: str, *, width: int = 860, height: int = 1100
) -> Iterator[Page]:
    """Run all cells of a notebook and hand over its page."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, device_scale_factor=2, locale="ja-JP"
    )
    page = context.new_page()
    page.goto(f"{address}/lab/tree/notebooks/{notebook}?token={TOKEN}&reset")
    page.wait_for_selector(".jp-NotebookPanel .jp-Cell", timeout=WAIT_MS)
    # the list of files makes way for the notebook
    page.keyboard.press("Control+b")
    # asking to run before the kernel is named would bring up a dialog; a narrow window hides both
    kernel = '.jp-Toolbar-kernelName:has-text("ipykernel")'
    page.wait_for_selector(kernel, timeout=WAIT_MS, state="attached")
    idle = '.jp-Notebook-ExecutionIndicator[data-status="idle"]'
    page.wait_for_selector(idle, timeout=WAIT_MS, state="attached")
    page.locator('.lm-MenuBar-item:has-text("実行")').first.click()
    page.locator('.lm-Menu-item[data-command="runmenu:run-all"]').click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('.jp-CodeCell .jp-InputPrompt')]"
        ".every(prompt => /\\[\\d+\\]/.test(prompt.textContent))",
        timeout=RUN_MS,
    )
    page.wait_for_selector(idle, timeout=RUN_MS, state="attached")
    try:
        yield page
    finally:
        context.close()


@contextlib.contextmanager
def start_browser() -> Iterator[Browser]:
    """Start Chromium with the Japanese font of the charts."""
    spec = find_spec("matplotlib_fontja")
    fonts = Path(next(iter((spec and spec.submodule_search_locations) or ()))) / "fonts"
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        config = Path(folder) / "fonts.conf"
        config.write_text(
            f"<fontconfig><dir>/usr/share/fonts</dir><dir>{fonts}</dir>"
            f"<cachedir>{folder}</cachedir></fontconfig>",
            encoding="utf-8",
        )
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("DXKIT_CHROMIUM") or shutil.which("chromium"),
            args=FLAGS,
            env={**os.environ, "FONTCONFIG_FILE": str(config)},
        )
        yield browser
        browser.close()


@contextlib.contextmanager
def start_lab() -> Iterator[str]:
    """Start JupyterLab over a copy of the notebooks; yield its address."""
    with tempfile.TemporaryDirectory() as folder:
        ignored = shutil.ignore_patterns("out", ".ipynb_checkpoints")
        shutil.copytree(ROOT / "notebooks", Path(folder) / "notebooks", ignore=ignored)
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        options = [
            f"--LabApp.app_settings_dir={ROOT / 'dxkit' / 'assets' / 'lab'}",
            "--no-browser",
            f"--port={port}",
            f"--IdentityProvider.token={TOKEN}",
            *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []),
        ]
        # kernels import this checkout; nobody's own settings of JupyterLab show in a picture
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "JUPYTER_CONFIG_DIR": f"{folder}/config",
            "JUPYTERLAB_SETTINGS_DIR": f"{folder}/settings",
        }
        with (
            Path(folder, "lab.log").open("w") as log,
            subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *options],
                cwd=folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            ) as server,
        ):
            try:
                wait_for_server(f"http://127.0.0.1:{port}/api/status?token={TOKEN}")
                yield f"http://127.0.0.1:{port}"
            finally:
                server.terminate()


def wait_for_server(address: str) -> None:
    """Wait until the server answers."""
    for _ in range(START_S * 2):
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(address, timeout=5).close()
            return
        time.sleep(0.5)
    sys.exit("JupyterLab did not start")


if __name__ == "__main__":
    main()
