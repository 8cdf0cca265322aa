"""The words of the Makefile mean the same in make.cmd: TO=, SLOW= and ARGS=, as cmd.exe and PowerShell hand them over.

cmd.exe itself is not there on every system: what make.cmd does with its words is walked through line by line.
"""

import re
from pathlib import Path

import pytest

LINES = (Path(__file__).resolve().parents[1] / "make.cmd").read_text(encoding="utf-8").splitlines()
MOST_STEPS = 200


def _split_words(line):
    """Split as cmd.exe does: at spaces, commas, semicolons and equals signs outside quotes."""
    return re.findall(r'(?:"[^"]*"|[^\s,;="])+', line)


class _Walk:
    def __init__(self, words):
        self.words, self.values = ["make.cmd", *words], {"PYTHON": "py", "VENV": "python"}

    def _fill(self, line):
        def cut(match):
            start, _, length = match[2].partition(",")
            text = self.values.get(match[1], "")
            return text[int(start) :][: int(length) if length else None]

        def word(match):
            at = int(match[2])
            text = self.words[at] if at < len(self.words) else ""
            return text.strip('"') if match[1] else text

        line = re.sub(r"%(\w+):~([\d,]+)%", cut, line)
        line = re.sub(r"%(~?)(\d)", word, line)
        return re.sub(r"%(\w+)%", lambda match: self.values.get(match[1], ""), line)

    def run(self, start):
        """Walk from a label to the first program that is not a check before it; give its line."""
        at = LINES.index(start)
        for _ in range(MOST_STEPS):
            at += 1
            line = self._fill(LINES[at]).strip()
            if condition := re.fullmatch(r'if (not )?(?:/i )?"(.*?)"=="(.*?)" (.*)', line):
                if (condition[2].lower() == condition[3].lower()) == bool(condition[1]):
                    continue
                line = condition[4]
            if condition := re.fullmatch(r"if defined (\w+) (.*)", line):
                if not self.values.get(condition[1]):
                    continue
                line = condition[2]
            if line == "shift":
                # make.cmd itself goes, too: nothing asks for it any more
                self.words = self.words[1:]
            elif setting := re.fullmatch(r'set "(\w+)=(.*)"|set (\w+)=(.*)', line):
                self.values[setting[1] or setting[3]] = setting[2] or setting[4] or ""
            elif line.startswith("goto "):
                at = LINES.index(":" + line.removeprefix("goto "))
            elif line.startswith("python ") and not line.endswith("|| exit /b 1"):
                return " ".join(line.split())
        raise AssertionError("make.cmd does not come to an end")


def _run_make(words):
    walk = _Walk(words)
    walk.values["VERB"] = words[0]
    return walk.run(":verb")


@pytest.mark.parametrize(
    ("line", "program"),
    [
        ("pack", r"python scripts\make_pack.py"),
        ("pack out/p", r"python scripts\make_pack.py out/p"),
        (
            "pack TO=out/course ARGS=--course-only",
            r'python scripts\make_pack.py "out/course" --course-only',
        ),
        (
            'room ARGS="--course out/pack/pages"',
            r"python scripts\open_room.py --course out/pack/pages",
        ),
        ('room --meeting "第 2 回"', r'python scripts\open_room.py --meeting "第 2 回"'),
        ("data --only towns", r"python data\make.py --only towns"),
        ("test", 'python -m pytest -n 2 --dist loadfile -m "not slow"'),
        ("test SLOW=", 'python -m pytest -n 2 --dist loadfile -m "not slow"'),
        ("test SLOW=1", "python -m pytest -n 2 --dist loadfile"),
        ("test slow=1 -k codes", "python -m pytest -n 2 --dist loadfile -k codes"),
    ],
)
def test_cmd_hands_the_words_on(line, program):
    assert _run_make(_split_words(line)) == program


@pytest.mark.parametrize(
    ("words", "program"),
    [
        (
            ["pack", "TO=out/course", "ARGS=--course-only"],
            r'python scripts\make_pack.py "out/course" --course-only',
        ),
        (["room", '"ARGS=--course out/x"'], r"python scripts\open_room.py --course out/x"),
        (["test", "SLOW=1", "ARGS=-x"], "python -m pytest -n 2 --dist loadfile -x"),
        (["test", "SLOW="], 'python -m pytest -n 2 --dist loadfile -m "not slow"'),
    ],
)
def test_what_comes_whole_means_the_same(words, program):
    assert _run_make(words) == program


def test_the_walk_finds_the_fault_of_an_earlier_version(monkeypatch):
    # what was handed on before TO and ARGS were known
    without = [line for line in LINES if '%"=="TO"' not in line and '%"=="ARGS"' not in line]
    monkeypatch.setattr("test_make_words.LINES", without)
    line = _run_make(_split_words("pack TO=out/course ARGS=--course-only"))
    assert line == r"python scripts\make_pack.py TO out/course ARGS --course-only"
