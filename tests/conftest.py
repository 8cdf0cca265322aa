"""What several folders of tests share."""

import os
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dxkit

# tests and the kernels that they start keep nothing in the home of whoever runs them
os.environ["DXKIT_HOME"] = tempfile.mkdtemp(prefix="dxkit-home-")

# measured by scripts/list_slow_tests.py
SLOW_TESTS = {
    line
    for line in (Path(__file__).parent / "slow_tests.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
}


def pytest_collection_modifyitems(items):
    """Mark the tests of the list as slow: the long tail that CI runs."""
    for item in items:
        file, _, rest = item.nodeid.partition("::")
        name, bracket, parameters = rest.partition("[")
        lines = {f"{file}::{name}"}
        # time that the tests of a file share is spent only where a test asks for what is shared
        if _shares_a_fixture(item):
            lines |= {f"{file}::*", f"{file}::*{bracket}{parameters}"}
        if lines & SLOW_TESTS:
            item.add_marker(pytest.mark.slow)


def _shares_a_fixture(item):
    definitions = getattr(item, "_fixtureinfo", None)
    if definitions is None:
        return False
    scopes = {found[-1].scope for found in definitions.name2fixturedefs.values()}
    return bool(scopes & {"class", "module", "package"}) or "chromium" in item.fixturenames


HEADINGS = {
    "vision": "目指す姿・トップのコミットメント",
    "promotion": "推進体制・職員のマインド",
    "people": "求める人材像・育成方針・目標",
    "state": "推進状況・課題",
}
ITEMS_EACH = 8


def _framework():
    rows = [(name, "", label, np.nan, np.nan) for name, label in HEADINGS.items()]
    for name, label in HEADINGS.items():
        rows += [
            (
                f"{name}_{at}",
                name,
                f"{label[:5]}についての{at}番目の設問、住民に語り計画に反映しているか",
                0.0,
                5.0,
            )
            for at in range(ITEMS_EACH)
        ]
    table = pd.DataFrame(rows, columns=["indicator", "parent", "label", "low", "high"]).assign(
        direction=1, weight=1.0, unit="段階"
    )
    texts = {
        f"level_{at}": f"段階{at}: 手順を決め、担当を置き、年に{at}回は見直して結果を職員に知らせている"
        for at in range(6)
    }
    return table.assign(**texts)


@pytest.fixture(scope="session")
def hearing_made():
    """Invented answers of 40 municipalities by five interviewers who also rated two fictional towns, and the framework."""
    framework, random = _framework(), np.random.default_rng(7)
    items = [name for name in framework["indicator"] if name not in HEADINGS]
    codes = [code for code in dxkit.load("municipalities")["code"] if code != "28100"]
    visits = [(code, f"聞き手{at % 5 + 1}") for at, code in enumerate(codes)]
    visits += [(town, f"聞き手{at + 1}") for town in ("V1", "V2") for at in range(5)]
    rows = []
    for code, rater in visits:
        levels = np.clip(np.round(random.normal(random.normal(1.8, 0.6), 0.9, len(items))), 0, 5)
        kinds = random.choice(
            ["answered", "declined", "unknown", "not_applicable"],
            len(items),
            p=[0.92, 0.04, 0.02, 0.02],
        )
        rows += [
            (code, item, rater, level, min(level + 1, 5), kind, f"{item}の根拠")
            for item, level, kind in zip(items, levels, kinds, strict=True)
        ]
    answers = pd.DataFrame(
        rows, columns=["code", "item", "rater", "level", "target", "status", "evidence"]
    )
    silent = answers["status"] != "answered"
    answers.loc[silent, ["level", "target"]] = np.nan
    answers.loc[silent, "evidence"] = None
    answers.attrs["made"] = True
    return answers, framework
