"""How far does a newcomer come, in which time, with how many presses, by mouse and by keyboard alone?

    python tests/benchmarks/newcomer_tries.py [--by keyboard] [--width 1024] [--pictures FOLDER]

JupyterLab as `make lab` starts it, in Chromium, from notebooks/00 on, with a town, answers and files
of nobody before. A step ends when its state is seen on the screen, and fails if it is not. Counted
are seconds (of this machine at this moment: its load is printed), presses of a mouse button or a
key, letters typed among them, and wrong turns: presses that led elsewhere than they should
(by keyboard; the mouse is sent to what it is to press, so that there is nothing to count). The way
itself is known beforehand, so this is the least that a person needs, not what one would stray.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "browser"))
from conftest import CHROMIUM_FLAGS, chromium_path, copy_notebooks, open_lab
from newcomers import KeyboardNewcomer, MouseNewcomer, name_cell
from playwright.sync_api import sync_playwright

import dxkit

SIZES = ((1366, 768), (1024, 768))
WAYS = ("mouse", "keyboard")
TOWN, TYPED_TOWN = "朝来市", "あさご"
OWN_FILE = "市町名,窓口の件数\n豊岡,1234\n養父市,820\n朝来,610\n篠山市,100\n"
COURSE = "trainees/00_jupyter_in_ten.ipynb"
EXCEL = "trainees/07_bring_your_excel.ipynb"


def find_cell(notebook, text):
    """Find the place of the cell that holds a text."""
    path = Path(__file__).resolve().parents[2] / "notebooks" / notebook
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return next(place for place, cell in enumerate(cells) if text in "".join(cell["source"]))


def walk_first_notebook(person, notebook="00_start_here.ipynb"):
    """Come to the first map, and outline the own municipality."""
    picture, town = find_cell(notebook, "maps.choropleth("), find_cell(notebook, "choose_town(")
    person.lab.open(person.page, f"notebooks/{notebook}")
    with person.step("first map"):
        person.run_to(picture)
        person.see_map(picture)
    with person.step("own town outlined"):
        person.run_to(town)
        person.fill(town, "input", TYPED_TOWN, "この市町にする")
        person.see_map(town, TOWN)
        person.see(f"{name_cell(town)} .widget-html:has-text('{TOWN}にしました')")
    return find_cell(notebook, COURSE)


def answer_first_exercise(person):
    """Make the mistake of running a cell too early, mend it by its words, and answer a question."""
    average, question = find_cell(COURSE, "average ="), find_cell(COURSE, "small =")
    towns = dxkit.load("municipalities")
    answer = int((towns["people_2020"] < 5_465_002 / 41).sum())
    person.wait_for_kernel(COURSE)
    with person.step("first error mended"):
        person.run_cell(average)
        person.see(f"{name_cell(average)} .jp-OutputArea :text('上のセルを先に実行します')")
        # as the words say
        for cell in (find_cell(COURSE, "import dxkit"), find_cell(COURSE, "towns = 41"), average):
            person.run_cell(cell)
        person.see(f"{name_cell(average)} .jp-OutputArea :text('1市町あたり')")
    with person.step("first exercise answered"):
        person.run_to(question)
        person.fill(question, "input", str(answer), "答え合わせ")
        person.see(f"{name_cell(question)} .widget-html :text('正解です')")


def draw_own_file(person, folder):
    """Bring a file of one's own and see it as a map."""
    file = folder / "窓口.csv"
    file.write_text(OWN_FILE, encoding="cp932")
    receiver = find_cell(EXCEL, "receive_table(")
    person.wait_for_kernel(EXCEL)
    with person.step("own file on a map"):
        person.run_to(receiver)
        person.choose_file(receiver, file)
        person.see(f"{name_cell(receiver)} .widget-html:has-text('を読みました')")
        person.see_map(receiver, "窓口の件数")


def try_once(browser, lab, way, size, pictures):
    """Walk the whole way once, with a row a step and one of the whole."""
    copy_notebooks(lab.folder)
    shutil.rmtree(os.environ["DXKIT_HOME"], ignore_errors=True)
    width, height = size
    context = browser.new_context(viewport={"width": width, "height": height}, locale="ja-JP")
    page = context.new_page()
    # from the start: a press right after the first listener may find the system's own list of files
    page.on("filechooser", lambda chooser: None)
    person = (MouseNewcomer if way == "mouse" else KeyboardNewcomer)(page, lab)
    try:
        links = walk_first_notebook(person)
        with person.step("(on to the course)"):
            person.follow(COURSE, links)
        answer_first_exercise(person)
        with person.step("(on to one's own file)"):
            person.go_back()
            person.follow(EXCEL, links)
        draw_own_file(person, lab.folder)
        person.show(("whole", *(sum(row[place] for row in person.rows) for place in (1, 2, 3))))
    finally:
        if pictures:
            page.screenshot(path=Path(pictures) / f"{way}_{width}.png")
        context.close()
        lab.stop_kernels()


def main():
    """Print a row a step and run, and the sum of each run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--by", choices=WAYS, help="only by one of them")
    parser.add_argument("--width", type=int, choices=[width for width, _ in SIZES])
    parser.add_argument("--pictures", help="a folder for a picture of the last screen of each run")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as workplace, sync_playwright() as playwright:
        os.environ["DXKIT_HOME"] = str(Path(workplace) / "home")
        flags = list(CHROMIUM_FLAGS)
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=flags)
        print(f"{'screen':12}{'by':10}{'step':26}{'seconds':>8}{'presses':>9}{'wrong turns':>13}")
        with open_lab(Path(workplace)) as lab:
            for size in SIZES:
                for way in WAYS:
                    if options.by in (None, way) and options.width in (None, size[0]):
                        try_once(browser, lab, way, size, options.pictures)
        browser.close()
    print(f"load of this machine at the end: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


if __name__ == "__main__":
    main()
