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


@pytest.mark.slow
@pytest.mark.skipif(
    bool(LACKING) and not CALLED_FOR,
    reason=f"Spark is not here ({LACKING} missing): .ci/run installs it",
)
def test_spark_gives_the_links_of_duckdb():
    left, right, _ = linkage.synth_registers(300, seed=1)
    here, there = (
        linkage.link(left, right, threshold=0.01, backend=backend)
        for backend in ("duckdb", "spark")
    )
    order = ["left_id", "right_id"]
    tables = [found.sort_values(order, ignore_index=True) for found in (here, there)]
    assert len(here) > 90
    pd.testing.assert_frame_equal(*tables, rtol=1e-9)
    twice = [
        linkage.dedupe(right, backend=backend).sort_values(order, ignore_index=True)
        for backend in ("duckdb", "spark")
    ]
    assert len(twice[0]) > 0
    pd.testing.assert_frame_equal(*twice, rtol=1e-9)
