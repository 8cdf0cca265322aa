"""Which tests are left to CI, because they take longer than a breath?

Reads what pytest prints with ``--durations=0`` on an idle machine and writes ``tests/slow_tests.txt``:
one test a line (all its parameters), or ``file::*[parameter]`` and ``file::*`` where the time is
spent in what the tests of a parameter or a file share. ``tests/conftest.py`` marks them slow.

    python scripts/list_slow_tests.py durations.txt --longest 2
"""

import argparse
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "slow_tests.txt"
# seconds, phase, file, test, parameters
LINE = re.compile(r"^\s*([\d.]+)s (call|setup)\s+(tests/\S+\.py)::([^\[\s]+)(\[.*\])?$")
HEADING = """\
# Tests that take longer than {longest:g} s on an idle machine; CI runs them, `make test` does not.
# Written by scripts/list_slow_tests.py; a line may be added by hand.
"""
# what these files share is computed once and guards the whole house
ALWAYS = (
    *("tests/test_names.py", "tests/test_public.py", "tests/test_layers.py"),
    "tests/test_notebook_comparisons.py",
)


def main() -> None:
    """Write the list from a file of durations."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("durations", type=Path)
    parser.add_argument("--longest", type=float, default=2.0, help="seconds that a test may take")
    options = parser.parse_args()
    text = options.durations.read_text(encoding="utf-8")
    tests = read_slow_tests(text, longest=options.longest)
    # what was listed before did not run, so its time is not known
    earlier = {line for line in read_list() if Path(ROOT, line.split("::")[0]).exists()}
    lines = sorted(earlier | tests)
    LIST.write_text(HEADING.format(longest=options.longest) + "\n".join(lines) + "\n", "utf-8")
    print(f"{len(lines)} lines, {len(set(lines) - earlier)} of them new")


def read_slow_tests(text: str, *, longest: float) -> set[str]:
    """List the tests of a report that took longer."""
    tests = set()
    for line in text.splitlines():
        match = LINE.match(line)
        if not match or float(match[1]) <= longest or match[3] in ALWAYS:
            continue
        file, name, parameters = match[3], match[4], match[5] or ""
        if match[2] == "call":
            tests.add(f"{file}::{name}")
        else:
            tests.add(f"{file}::*{parameters}")
    return tests


def read_list() -> list[str]:
    """Read the lines of the list, without comments."""
    if not LIST.exists():
        return []
    lines = LIST.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


if __name__ == "__main__":
    main()
