"""Does one machine carry a room of 30 trainees: how much memory, how long a click, and is the board right?

    python tests/benchmarks/course_sessions.py [--sessions 30] [--thinking 2] [--kernels 1]
        [--course out/course] [--notebook trainees/01_where_are_we]

`make room` serves the course as pages for PCs on which nothing can be installed; they compute in
the trainees' own browsers, so the room's memory is that of one server, however many there are. The
first part starts it as `make room` does and lets all sessions at once do what such a page does: come
in, share, load each page of the course, answer each of its exercises twice, raise cards, while the
board is asked every two seconds as in the facilitator's browser. Without `--course` (a folder of
`make pack TO=out/course ARGS=--course-only`) two pages are made first and all exercises reported. The
second part is for a machine that runs JupyterLab for all: a kernel each, which runs a whole notebook
and then answers its exercises; what one more adds is multiplied, which is no measurement of 30.
There is no rival for the board.
"""

import argparse
import http.client
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import nbformat
import psutil
from jupyter_client import KernelManager

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "store"))
from rooms import Phone

from dxkit import reports
from dxkit.widgets.room._course_exercises import list_course_exercises

ROOT = Path(__file__).resolve().parents[2]
POLL_S, GOAL_S, GOAL_GB = 2.0, 1.0, 16.0
TUNABLES = "glibc.malloc.tcache_count=0"
FEW_PAGES = ["trainees/00_jupyter_in_ten.ipynb", "trainees/01_where_are_we.ipynb"]
SHELL = ("/course", "/course.css", "/course.js")


def measure_memory(pid):
    """Give resident and own memory of a process and its children, in MB."""
    resident = own = 0
    main = psutil.Process(pid)
    for process in (main, *main.children(recursive=True)):
        memory = process.memory_full_info()
        resident, own = resident + memory.rss, own + memory.uss
    return resident / 1e6, own / 1e6


def start_room(folder, course):
    """Start the room as `make room` does; return its process, port, code and officer's key."""
    command = [sys.executable, str(ROOT / "scripts" / "open_room.py"), "--no-browser"]
    command += ["--folder", folder, "--address", "127.0.0.1", "--meeting", "研修"]
    command += ["--course", str(course)]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env=os.environ | {"GLIBC_TUNABLES": TUNABLES}
    )
    text = ""
    while "Ctrl+C を押します" not in text:
        line = process.stdout.readline()
        if not line:
            raise SystemExit(f"the room did not open: {text}")
        text += line
    link = urlsplit(re.search(r"http://\S+/officer#\S+", text)[0])
    code = re.search(r"会議コード: (\d+)", text)[1]
    return process, link.port, code, parse_qs(link.fragment)["key"][0]


def load_page(port, path, times, sizes):
    """Load a page as a browser does, compressed and whole."""
    begun = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path, headers={"Accept-Encoding": "gzip", "Connection": "close"})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{path}: {answer.status}")
    times.append(time.monotonic() - begun)
    sizes[path] = len(content)


def group_exercises(pages):
    """Group the course's exercises by the page that asks them; others stand with the first."""
    groups = {page["address"]: [] for page in pages}
    first = next(iter(groups))
    for cell_id, exercise in list_course_exercises().items():
        start = f"trainees/{exercise.notebook}_"
        address = next((name for name in groups if name.startswith(start)), first)
        groups[address].append(cell_id)
    return groups


def run_session(number, room, thinking_s, times, pages):
    """Come in, share, load each page, try and solve its exercises, stop at an error, show a card."""
    for path in SHELL:
        load_page(room[0], path, [], {})
    phone = Phone(*room)

    def report(words):
        begun = time.monotonic()
        status, answer = phone.ask("POST", "/progress", words, timeout=60)
        times.append(time.monotonic() - begun)
        if status != 200:
            raise SystemExit(f"refused: {status} {answer}")
        time.sleep(thinking_s)

    report({"share": True})
    course = phone.ask("GET", "/course/list", timeout=60)[1]
    for address, exercises in group_exercises(course["pages"]).items():
        load_page(room[0], f"/{course['folder']}{address}", *pages)
        for cell_id in exercises:
            for state in ("tried", "solved"):
                report({"exercise": {"id": cell_id, "state": state}})
    report({"error": "引用符" if number < 7 else ""})
    report({"card": "red" if number < 4 else "green"})


def watch_board(port, key, times, stop):
    """Ask for the board as the facilitator's browser does; return what it showed last."""
    state = None
    while state is None or not stop.is_set():
        begun = time.monotonic()
        _, state = Phone(port).ask("GET", "/board/state", headers={"X-Room-Key": key}, timeout=60)
        times.append(time.monotonic() - begun)
        stop.wait(POLL_S)
    return Phone(port).ask("GET", "/board/state", headers={"X-Room-Key": key}, timeout=60)[1]


def print_times(name, times):
    """Print how long clicks took."""
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]
    verdict = "met" if p95 <= GOAL_S else "MISSED"
    print(
        f"{name:<28} {len(times):5} p50 {statistics.median(times) * 1000:6.0f} ms   "
        f"p95 {p95 * 1000:6.0f} ms   max {max(times) * 1000:6.0f} ms   goal {GOAL_S:.0f} s {verdict}"
    )


def make_course(course, folder):
    """Make a few pages where no folder of the course is named."""
    if course:
        return Path(course)
    return reports.edition(
        Path(folder) / "course", notebooks=FEW_PAGES, municipalities=["豊岡市"], sheets=False
    )


def bench_room(sessions, thinking_s, course):
    """Let all sessions read and report at once, and print the server's memory, times and board."""
    clicks, polls, loads, sizes, stop = [], [], [], {}, threading.Event()
    with tempfile.TemporaryDirectory() as folder:
        process, port, code, key = start_room(folder, make_course(course, folder))
        try:
            empty = measure_memory(process.pid)
            with ThreadPoolExecutor(sessions + 1) as pool:
                board = pool.submit(watch_board, port, key, polls, stop)
                try:
                    jobs = [
                        pool.submit(
                            run_session, at, (port, code), thinking_s, clicks, (loads, sizes)
                        )
                        for at in range(sessions)
                    ]
                    for job in jobs:
                        job.result()
                finally:
                    stop.set()
                state = board.result()
            full = measure_memory(process.pid)
        finally:
            process.terminate()
            process.wait(timeout=60)
    print(f"the room: resident {empty[0]:.0f} MB empty, {full[0]:.0f} MB with {sessions} sessions")
    print(f"{len(sizes)} pages, {sum(sizes.values()) / 1e6:.1f} MB on the wire each session")
    print_times("pages loaded", loads)
    print_times("reports from trainees", clicks)
    print_times("board asked", polls)
    solved = sum(tile["solved"] == f"{sessions}人" for tile in state["tiles"])
    print(
        f"the board: {state['total']}, {solved} of {len(list_course_exercises())} exercises solved by all, "
        f"{state['stops']}, {[(card['label'], card['count']) for card in state['cards']]}"
    )
    if solved != len(list_course_exercises()):
        sys.exit("the board does not show what the sessions did")
    return full[0]


def bench_kernel(notebook):
    """Run a notebook of the course in a kernel; return its memory and how long answers took."""
    cells = nbformat.read(ROOT / "notebooks" / f"{notebook}.ipynb", as_version=4).cells
    manager, times = KernelManager(), []
    manager.start_kernel(cwd=tempfile.mkdtemp())
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=300)
        for source in (cell.source for cell in cells if cell.cell_type == "code"):
            is_exercise = "widgets.exercise(" in source
            code = (
                source.replace("widgets.exercise(", "quiz = widgets.exercise(")
                if is_exercise
                else source
            )
            run_cell(client, code)
            if is_exercise:
                box = "quiz.children[1].children"
                begun = time.monotonic()
                run_cell(
                    client,
                    f"{box}[0].value = {box}[0].options[0] if hasattr({box}[0], 'options') else '1'",
                )
                run_cell(client, f"{box}[2].click()")
                times.append(time.monotonic() - begun)
        return *measure_memory(manager.provisioner.process.pid), times
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def run_cell(client, code):
    """Run a cell and fail if it does."""
    reply = client.execute_interactive(code, timeout=600, output_hook=lambda _: None)
    if reply["content"]["status"] != "ok":
        raise SystemExit(f"{code}\n{reply['content']}")


def main():
    """Print both parts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sessions", type=int, default=30)
    parser.add_argument("--kernels", type=int, default=1)
    parser.add_argument("--thinking", type=float, default=2.0, help="seconds between two clicks")
    parser.add_argument("--course", help="folder of the course's pages")
    parser.add_argument("--notebook", default="trainees/01_where_are_we")
    options = parser.parse_args()
    os.environ["DXKIT_HOME"] = tempfile.mkdtemp()
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    bench_room(options.sessions, options.thinking, options.course)
    for _ in range(options.kernels):
        resident, own, times = bench_kernel(options.notebook)
        together = (resident + own * (options.sessions - 1)) / 1000
        verdict = "met" if together <= GOAL_GB else "MISSED"
        print(
            f"a kernel after {options.notebook}: resident {resident:.0f} MB, own {own:.0f} MB; "
            f"{options.sessions} would be {together:.1f} GB, goal {GOAL_GB:.0f} GB {verdict}"
        )
        print_times("an answer in a kernel", times)


if __name__ == "__main__":
    main()
