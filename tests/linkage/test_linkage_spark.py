"""Spark gives the links of DuckDB.

Spark is 450 MB and changes what other packages do when it is there, so `.ci/run` installs it beside everything else and runs this file
alone; elsewhere this test is skipped by name.
"""

import os
import shutil
from importlib.util import find_spec

import pandas as pd
import pytest

from dxkit import linkage

LACKING = [
    name
    for name, there in (("pyspark", find_spec("pyspark")), ("java", shutil.which("java")))
    if not there
]
CALLED_FOR = os.environ.get("DXKIT_SPARK") == "1"


def _write_foreign(letter, address):
    people = [("Ann Smith", "1950-43-06"), ("Bob Jones", "19540306"), ("Eve Adams", "")]
    born = ["1954-03-06", "1945-03-06", ""] if letter == "R" else [day for _, day in people]
    names = [name for name, _ in people]
    table = pd.DataFrame({"record_id": [f"{letter}{row}" for row in range(3)], "name": names})
    return table.assign(kana="", birthday=born, sex="", address=address, code="3101")


@pytest.mark.slow
@pytest.mark.skipif(
    bool(LACKING) and not CALLED_FOR,
    reason=f"Spark is not here ({LACKING} missing): .ci/run installs it",
)
def test_spark_gives_the_links_of_duckdb():
    left, right, _ = linkage.synth_registers(300, seed=1)
    # words of addresses in other letters, and a date that cannot be, take SQL of their own
    left = pd.concat([left, _write_foreign("L", "12 Elm Road Kew")], ignore_index=True)
    right = pd.concat([right, _write_foreign("R", "Kew Elm Road 12")], ignore_index=True)
    here, there = (
        linkage.link(left, right, threshold=0.01, backend=backend)
        for backend in ("duckdb", "spark")
    )
    order = ["left_id", "right_id"]
    tables = [found.sort_values(order, ignore_index=True) for found in (here, there)]
    assert len(here) > 90
    assert {"L0", "L1"} <= set(here["left_id"])
    pd.testing.assert_frame_equal(*tables, rtol=1e-9)
    twice = [
        linkage.dedupe(right, backend=backend).sort_values(order, ignore_index=True)
        for backend in ("duckdb", "spark")
    ]
    assert len(twice[0]) > 0
    pd.testing.assert_frame_equal(*twice, rtol=1e-9)
