"""What do the files of doubt cases share? What a case is, how it is tried, and where all cases stand.

A file ``test_doubt_….py`` beside the other tests of a package holds its cases in ``CASES``.
"""

import dataclasses
import importlib
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from dxkit import assumptions

FOLDER = Path(__file__).resolve().parent
# what the quick suite tries on answers of 0.1 s and more, and on those of 0.5 s and more; all
# changes run in CI
SOME = ("memory by column", "rows shuffled", "columns shuffled", "float32", "object dtypes")
FEW = ("rows shuffled", "object dtypes")


@dataclasses.dataclass(frozen=True)
class Case:
    """A public function, tables for it, and how it is called with them."""

    tables: Mapping[str, pd.DataFrame]
    call: Callable
    # "table: change" → why the answer may depend on it, as the function's docstring says too
    contract: Mapping[str, str] = dataclasses.field(default_factory=dict)
    # too slow for the quick suite with all changes: there, only these
    quick: tuple[str, ...] | None = None


def by_code(answer, codes):
    """An answer in the order of the rows of a table, under the codes of that table."""
    return answer.set_axis(codes.astype(str).to_numpy())


def report_doubt(case, *, quick=False):
    """Report what each change of the tables does to a case's answer, and whether it may."""
    options = {"changes": case.quick} if quick and case.quick else {}
    report = assumptions.doubt(case.call, case.tables, **options)
    key = report["table"] + ": " + report["change"]
    report["allowed"] = key.isin(case.contract)
    return report


def select_moved(report):
    """Select the rows of a report in which an answer moves that may not."""
    is_same = report["outcome"].isin(["same", "not applicable"])
    return report[~is_same & ~report["allowed"]]


def list_moved(case, *, quick=False):
    """List what moves a case's answer as a text; empty if nothing does."""
    moved = select_moved(report_doubt(case, quick=quick))
    return "" if moved.empty else moved.drop(columns="allowed").to_string()


def collect_cases():
    """Collect the cases of all files; a name that two files have is refused."""
    cases = {}
    for path in sorted(FOLDER.rglob("test_doubt_*.py")):
        # as pytest does with a folder that is no package
        if str(path.parent) not in sys.path:
            sys.path.insert(0, str(path.parent))
        module_cases = importlib.import_module(path.stem).CASES
        if repeated := sorted(set(cases) & set(module_cases)):
            raise ValueError(f"{path.name} repeats the cases {repeated}")
        cases |= module_cases
    return cases
