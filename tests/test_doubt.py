"""Does any answer of dxkit hang on how its tables lie? A metamorphic test over every public function.

Each public function that takes tables stands once in the file of its package (`test_doubt_….py`),
with real tables where there are any, and `assumptions.doubt` reruns it over memory layouts, row and
column orders, dtypes and indexes. Here: that none is missing, and what only a process of its own
can show. `python tests/test_doubt.py` prints the table of functions and changes.
"""

import dataclasses
import importlib
import inspect
import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from doubt_cases import collect_cases, report_doubt, select_moved

import dxkit
from dxkit import assumptions

ROOT = Path(__file__).resolve().parent.parent
CASES = collect_cases()

# packages whose functions only draw what others have computed, or read files
EXEMPT_PACKAGES = {
    "charts": "draws pictures of answers that stand above",
    "maps": "draws maps of answers that stand above",
    "widgets": "shows answers that stand above in a notebook",
    "reports": "writes answers that stand above into files",
}
EXEMPT = {
    "assumptions.doubt": "is the tool itself (tests/assumptions/test_assumptions_doubt.py)",
    "assumptions.multiverse": "takes choices and no table",
    "loaders.all_municipalities": "takes no table",
    "loaders.catalog": "takes no table",
    "loaders.compare_with_shipped": "takes a name",
    "loaders.data_folder": "takes no table",
    "loaders.list_newer_files": "takes no table",
    "loaders.load_shipped": "takes a name",
    "loaders.decode_text": "reads a file's bytes",
    "loaders.describe": "takes a name",
    "loaders.describe_reading": "reads a file",
    "loaders.find_municipality": "takes a word",
    "loaders.my_town": "takes a word",
    "loaders.user_folder": "takes no table",
    "loaders.fetch": "downloads a file",
    "loaders.identify": "reads a file",
    "loaders.list_headings": "reads a file",
    "loaders.is_former_name": "takes a word",
    "loaders.load": "takes a name",
    "loaders.municipality_name": "takes a word",
    "loaders.find_prefecture": "takes a word",
    "loaders.list_unvisited": "takes a word",
    "loaders.name_municipalities": "takes a word",
    "loaders.resolve_prefecture": "takes a word",
    "loaders.read": "reads a file",
    "loaders.resolve_municipality": "takes a word",
    "loaders.write_hearing_form": "writes a file",
    "maturity.describe_value": "writes a sentence on one row (tests/test_my_town.py)",
    "maturity.hearing_trial": "invents its tables",
    "schema.accepts_any_table": "decorates a function; tests/test_pandas_manners.py tries it",
    "schema.drop_old_names": "takes names",
    "schema.is_old": "takes two texts",
    "schema.today": "takes no table",
    "schema.write_age_note": "reads what attrs say",
    "schema.find_schema": "takes a name",
    "schema.hash_table": "tells layouts apart: another order of the rows is another table",
    "schema.read_source_note": "takes one text",
    "schema.to_table": "reads layouts as they lie; tests/test_pandas_manners.py tries it",
    "schema.write_methods": "writes what the answer's attrs say; tests/test_methods.py tries it",
    "schema.heading": "takes a word",
    "schema.map_headings": "takes words",
    "schema.plain_cell": "takes one cell",
    "schema.replace_surrogates": "takes one text",
    "schema.safe_cell": "takes one cell",
    "schema.writable_text": "takes one text",
    "schema.write_sheets": "writes a file",
    "loaders.write_table": "writes a file",
    "sharing.default_policies": "takes no table",
    "sharing.borrow_evidence": "takes a scenario; simulate has a case",
    "sharing.movement_evidence": "takes no table",
    "sharing.ordinances": "takes no table",
    "sharing.policy_assumptions": "takes no table",
    "sharing.build_policy_conclusions": "returns functions of numbers; simulate has a case",
    "sharing.raci": "takes no table",
    "sharing.read_scenario": "reads files",
    "sharing.run_person_engine": "is what simulate runs with engine='person', which has a case",
    "sharing.scenario_names": "takes no table",
    "store.check_text": "takes one cell",
    "store.check_vote": "takes one cell",
    "store.is_practice": "takes one name",
    "store.practise": "invents its votes",
    "linkage.agreement_levels": "takes no table",
    "linkage.error_kinds": "takes no table",
    "linkage.synth_registers": "invents its tables",
    "regions.areas": "takes no table",
    "regions.mesh": "takes mesh codes",
    "regions.municipalities": "takes no table",
    "regions.neighbours": "takes no table",
    "regions.within": "takes codes",
    "support.costs.core_objection": "takes numbers by position",
    "support.costs.nucleolus": "takes numbers by position",
    "support.costs.shapley": "takes numbers by position",
    "support.progress.rules": "takes no table",
    "support.training.write_calendar": "writes a file",
    "loaders.write_form": "writes files",
    "support.progress.trial": "invents its tables",
}
PACKAGES = (
    "assumptions",
    "drones",
    "groups",
    "linkage",
    "loaders",
    "maturity",
    "regions",
    "schema",
    "sharing",
    "store",
    *(
        f"support.{name}"
        for name in (
            "answers",
            "costs",
            "liaison",
            "matching",
            "network",
            "procedures",
            "process",
            "progress",
            "security",
            "training",
        )
    ),
)


def public_functions():
    """Every public function of the packages that compute: package.name."""
    for package in PACKAGES:
        module = importlib.import_module(f"dxkit.{package}")
        names = getattr(module, "__all__", None) or [
            name
            for name, thing in vars(module).items()
            if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
        ]
        for name in names:
            thing = getattr(module, name)
            if callable(thing) and not inspect.isclass(thing):
                yield f"{package}.{name}"


def functions_of(case):
    """The functions that a case names: "package.first, second", with words after them."""
    package, _, rest = (
        case.rpartition(".") if "," not in case else case.split(",")[0].rpartition(".")
    )
    first, *more = [
        part.strip() for part in f"{rest}{case[len(package) + 1 + len(rest) :]}".split(",")
    ]
    return {f"{package}.{name.split(' ')[0]}" for name in [first, *more] if name}


def test_every_public_function_has_a_case_or_a_reason():
    covered = set().union(*(functions_of(name) for name in CASES))
    functions = set(public_functions())
    readers = {name for name in functions if name.startswith("loaders.read_")}
    assert sorted(functions - covered - set(EXEMPT) - readers) == []
    # no reason outlives its function, and none stands beside a case
    assert sorted(set(EXEMPT) - functions) == []
    assert sorted(set(EXEMPT) & covered) == []
    # whatever is public is in one of the lists
    below = {name for name in dxkit._MODULES if name not in ("codes", "errors", "support")}
    assert below <= {package.split(".")[0] for package in PACKAGES} | set(EXEMPT_PACKAGES)


# --- hash seeds and threads: what only a process of its own can have ---


def plain(answer):  # noqa: PLR0911 - one line a kind of answer
    """An answer as what JSON can hold, rows in the order they have."""
    if isinstance(answer, pd.DataFrame):
        frame = pd.DataFrame(answer)
        return {
            str(column): plain(frame.iloc[:, at].tolist())
            for at, column in enumerate(frame.columns)
        } | {"index": plain(frame.index.tolist())}
    if isinstance(answer, pd.Series):
        return plain(answer.to_frame("value"))
    if isinstance(answer, Mapping):
        return {str(key): plain(value) for key, value in answer.items()}
    if isinstance(answer, list | tuple):
        return [plain(value) for value in answer]
    if isinstance(answer, np.ndarray):
        return plain(answer.tolist())
    if dataclasses.is_dataclass(answer):
        return {
            field.name: plain(getattr(answer, field.name)) for field in dataclasses.fields(answer)
        }
    if isinstance(answer, bool | np.bool_):
        return bool(answer)
    if isinstance(answer, int | float | Fraction | np.number):
        return float(answer)
    if hasattr(answer, "edges"):
        return sorted([*edge[:2], plain(edge[2])] for edge in answer.edges(data=True))
    return None if answer is None or answer is pd.NA else str(answer)


def differences(before, after, place=""):
    """Where two plain answers differ by more than 1e-9."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [
            where
            for key in {**before, **after}
            for where in differences(before.get(key), after.get(key), f"{place}.{key}")
        ]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return [
            where
            for at, pair in enumerate(zip(before, after, strict=True))
            for where in differences(*pair, f"{place}[{at}]")
        ]
    if isinstance(before, float) and isinstance(after, float):
        same = math.isclose(before, after, rel_tol=1e-9, abs_tol=1e-9) or (
            math.isnan(before) and math.isnan(after)
        )
    else:
        same = before == after
    return [] if same else [place]


def answers_under(hash_seed, threads, path):
    """All answers of a process with this hash seed and number of threads."""
    environment = dict(os.environ) | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    environment |= dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), threads
    )
    command = [sys.executable, str(Path(__file__).resolve()), "--answers", str(path)]
    return subprocess.Popen(command, env=environment, cwd=ROOT)


def test_no_answer_hangs_on_the_hash_seed_or_the_number_of_threads(tmp_path):
    paths = [tmp_path / "first.json", tmp_path / "second.json"]
    runs = [answers_under(str(at), str(at + 1), path) for at, path in enumerate(paths)]
    assert [run.wait() for run in runs] == [0, 0]
    first, second = (json.loads(path.read_text(encoding="utf-8")) for path in paths)
    assert set(first) == set(CASES)
    assert differences(first, second) == []


def test_the_comparison_of_processes_can_fail():
    frame = pd.DataFrame({"a": [1.0, np.nan], "b": ["x", None]})
    moved = frame.assign(a=[1.0 + 1e-6, np.nan])
    assert differences(plain(frame), plain(frame.copy())) == []
    assert differences(plain(frame), plain(moved)) == [".a[0]"]
    assert differences(plain({"t": frame}), plain({"t": frame.iloc[::-1]})) != []


def test_the_table_for_people_ends_with_what_it_counted():
    table = pd.DataFrame(
        {"rows shuffled": [".(c)", "M"], "float32": [" ", "!KeyError"]},
        index=["sharing.build_rules, run_cohort_engine", "maturity.score, codes in the index"],
    )
    assert count_outcomes(table) == (
        "2 cases of 3 functions x 2 changes: 1 the same, 1 differ as the docstring says (c), "
        "1 moved (M), 0 refused (R), 1 stopped by an error (E, !)"
    )


# --- the table for people ---


@cache
def change_names():
    report = assumptions.doubt(lambda t: t, pd.DataFrame({"a": [1.0]}))
    return list(dict.fromkeys(report["change"]))


def summarise(names):
    """Functions × changes: how many tables' answers moved (M), were refused (R) or crashed (E)."""
    letters = {"moved": "M", "refused": "R", "error": "E", "same": ".", "not applicable": " "}
    rows = {}
    for name in names:
        try:
            report = report_doubt(CASES[name])
        except Exception as error:  # noqa: BLE001 - a case that cannot even run is what the table is for
            rows[name] = {"one thread": f"!{type(error).__name__}"}
            print(f"## {name}: {type(error).__name__}: {error}"[:600], flush=True)
            continue
        report["letter"] = report["outcome"].map(letters).where(~report["allowed"], "(c)")
        rows[name] = (
            report.groupby("change")["letter"]
            .agg(lambda part: "".join(part).strip() or " ")
            .to_dict()
        )
        for row in select_moved(report).itertuples():
            print(
                f"## {name}: {row.table}: {row.change}: {row.outcome} {row.largest_difference:.2g} {row.place}"[
                    :400
                ],
                flush=True,
            )
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=change_names()).fillna(" ")


def is_function(name):
    """Whether dxkit has it: words behind a comma in a case's name are no functions."""
    package, _, last = name.rpartition(".")
    return hasattr(importlib.import_module(f"dxkit.{package}"), last)


def count_outcomes(table):
    """Say in a line how many comparisons a table of letters holds, and what moved in them."""
    cells = table.to_numpy(dtype=str).ravel().tolist()
    # a cell with ! names an exception, whose letters are no outcomes
    letters = "".join(cell for cell in cells if "!" not in cell).replace("(c)", "c")
    functions = filter(is_function, set().union(*(functions_of(name) for name in table.index)))
    counts = {
        "the same": letters.count("."),
        "differ as the docstring says (c)": letters.count("c"),
        "moved (M)": letters.count("M"),
        "refused (R)": letters.count("R"),
        "stopped by an error (E, !)": letters.count("E") + sum("!" in cell for cell in cells),
    }
    parts = ", ".join(f"{count} {what}" for what, count in counts.items())
    return f"{len(table)} cases of {len(list(functions))} functions x {table.shape[1]} changes: {parts}"


def main(arguments):
    if arguments[:1] == ["--answers"]:
        answers = {name: plain(case.call(**case.tables)) for name, case in CASES.items()}
        Path(arguments[1]).write_text(json.dumps(answers, ensure_ascii=False), encoding="utf-8")
        return
    names = [name for name in CASES if not arguments or any(word in name for word in arguments)]
    table = summarise(names)
    print(table.to_string())
    print(count_outcomes(table))


if __name__ == "__main__":
    main(sys.argv[1:])
