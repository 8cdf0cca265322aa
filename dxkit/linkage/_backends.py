"""How are all plausible pairs weighed, on one machine or on many?

Splink writes the SQL; DuckDB runs it on this machine, Spark on a cluster. Both get the same keys and the same model. Learning
looks at a sample of pairs, so that memory does not grow with the square of a register.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError, MissingExtraError, shorten
from dxkit.linkage._splink_model import COMPARISONS, JARO, TRAINING, Comparison, settings

BACKENDS = ("duckdb", "spark")
KEYS = (
    "name",
    "surname",
    "given",
    "kana_plain",
    "kana_surname",
    "kana_given",
    "year",
    "month",
    "day",
    "sex",
    "code",
    "town",
    "block",
    "place",
)
# with fewer pairs than these there is too little to learn from, and the shares of the model stand
LEARN_FROM = 2_000_000
MAX_PAIRS = 2e6
OWN_FOLDER = "dxkit_linkage_"
# what the registers are called in the database; a session of Spark may hold others' tables too
NAMES = ("dxkit_linkage_left", "dxkit_linkage_right")
# log2 of the odds; what is weaker than this no prior makes probable
LEAST_WEIGHT = -8.0


def weigh(tables: Sequence[pd.DataFrame], *, prior: float, backend: str, seed: int) -> pd.DataFrame:
    """Give the weight (log2 of the odds) of every plausible pair: ``left, right`` (row numbers), ``weight`` and levels.

    Parameters
    ----------
    tables
        Keys of one register (its own double entries are sought) or of two.
    prior
        Probability that two records drawn at random are one person, before anything is compared.
    backend
        ``duckdb`` or ``spark``.
    seed
        Of the pairs from which chance agreement is learnt.
    """
    need(backend)
    with tempfile.TemporaryDirectory(prefix=OWN_FOLDER) as folder, _hushed():
        database = _duckdb(folder) if backend == "duckdb" else _spark(folder)
        try:
            return _weighed(
                database, [_input(table, backend) for table in tables], prior, backend, seed
            )
        finally:
            _close(database, backend)


def need(backend: str) -> None:
    """Refuse a backend that does not exist or is not installed."""
    if backend not in BACKENDS:
        raise ChoiceError(
            f"backend「{shorten(backend)}」はありません。{'・'.join(BACKENDS)} から選んでください。"
        )
    for module in ("splink", "duckdb"):
        if find_spec(module) is None:
            raise MissingExtraError(
                f'名寄せには {module} が要ります。pip install "dxkit[linkage]" で入れてください。'
            )
    if backend == "spark" and not (
        find_spec("pyspark") and (shutil.which("java") or os.environ.get("JAVA_HOME"))
    ):
        raise MissingExtraError(
            'backend="spark" には pyspark と Java が要ります。pip install "dxkit[linkage,spark]" で入れてください。'
            '1台で足りるなら backend="duckdb"（既定）のままで動きます。'
        )


def _duckdb(folder: str) -> Any:
    import duckdb  # noqa: PLC0415
    from splink import DuckDBAPI  # noqa: PLC0415

    # the registers themselves and the system want room too: beyond this, pairs wait on the disk
    connection = duckdb.connect(
        ":memory:", config={"temp_directory": str(Path(folder) / "spill"), "memory_limit": "40%"}
    )
    connection.execute("SET preserve_insertion_order = false")
    return DuckDBAPI(connection)


def _spark(folder: str) -> Any:
    """Give Splink on the session that is active, or else on one of this machine alone."""
    sessions: Any = import_module("pyspark.sql").SparkSession
    backend: Any = import_module("splink.backends.spark")
    jar = backend.similarity_jar_location()
    session = sessions.getActiveSession() or _own_session(sessions, jar)
    context = session.sparkContext
    # a cluster's own folder for what is kept between steps stays; ours is gone after each call
    if OWN_FOLDER in (context.getCheckpointDir() or OWN_FOLDER):
        context.setCheckpointDir(str(Path(folder) / "checkpoints"))
    database = backend.SparkAPI(spark_session=session)
    if not session.catalog.functionExists(JARO["spark"]):
        remedy = f"セッションを作るとき、spark.jars に「{jar}」を加えてください。"
        raise ChoiceError(f"Spark に {JARO['spark']} の関数がありません。{remedy}")
    return database


def _own_session(sessions: Any, jar: str) -> Any:
    """Start Spark on this machine, with the functions that Splink brings, and without a page for the network."""
    options = {
        "spark.jars": jar,
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "4g",
        "spark.sql.shuffle.partitions": 8,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    session = sessions.builder.appName("dxkit").config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def _close(database: Any, backend: str) -> None:
    """Leave nothing of ours behind."""
    database.delete_tables_created_by_splink_from_db()
    if backend == "duckdb":
        database.duckdb_con.close()
        return
    for name in NAMES:
        database.spark.catalog.dropTempView(name)


@contextmanager
def _hushed() -> Iterator[None]:
    """Keep Splink's English notes on its progress away from the reader."""
    logger = logging.getLogger("splink")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(before)


def _weighed(
    database: Any, tables: Sequence[Any], prior: float, backend: str, seed: int
) -> pd.DataFrame:
    from splink import Linker  # noqa: PLC0415

    named = zip(tables, "ab", NAMES, strict=False)
    frames = [
        database.register(table, dataset_display_name=short, table_name=name)
        for table, short, name in named
    ]
    sizes = (len(tables[0]), len(tables[-1]))
    model = settings("link_only" if len(tables) == 2 else "dedupe_only", prior, sizes, backend)
    linker = Linker(
        frames if len(tables) == 2 else frames[0], model, log_level=None, validate_settings=False
    )
    if float(sizes[0]) * sizes[1] >= LEARN_FROM:
        _learn(linker, seed)
    pairs: Any = linker.inference.predict(threshold_match_weight=LEAST_WEIGHT, warning_mode="never")
    return _rows(pairs.as_pyarrow_table())


def _input(table: pd.DataFrame, backend: str) -> Any:
    """Give the keys in the form that the backend reads; records are known by their row."""
    pa: Any = import_module("pyarrow")

    columns = {"unique_id": pa.array(np.arange(len(table), dtype=np.int32))}
    columns |= {key: pa.Array.from_pandas(table[key]) for key in KEYS}
    return pa.table(columns) if backend == "duckdb" else pa.table(columns).to_pandas()


def _learn(linker: Any, seed: int) -> None:
    linker.training.estimate_u_using_random_sampling(max_pairs=MAX_PAIRS, seed=seed)
    for rule in TRAINING:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, max_pairs=MAX_PAIRS
        )


def _rows(pairs: Any) -> pd.DataFrame:
    """Give pairs in the order of their rows."""
    left, right = pairs["unique_id_l"].to_numpy(), pairs["unique_id_r"].to_numpy()
    order = np.lexsort((right, left))
    weight = pairs["match_weight"].to_numpy().astype(np.float64)
    return pd.DataFrame({"left": left[order], "right": right[order], "weight": weight[order]})


def agreement(pairs: pd.DataFrame, lefts: pd.DataFrame, rights: pd.DataFrame) -> pd.DataFrame:
    """Give the place of each field's level among those of its comparison, -1 where it is unknown; one row a pair."""
    import duckdb  # noqa: PLC0415

    pa: Any = import_module("pyarrow")

    with duckdb.connect(":memory:") as connection:
        for side, keys in (("l", lefts), ("r", rights)):
            rows = keys.take(pairs["left" if side == "l" else "right"].to_numpy())
            columns = {f"{key}_{side}": pa.Array.from_pandas(rows[key]) for key in KEYS}
            connection.register(side, pa.table({"pair": pa.array(np.arange(len(rows)))} | columns))
        levels = ", ".join(f"{_case(each)} AS {each.field}" for each in COMPARISONS)
        found = connection.execute(
            f"SELECT {levels} FROM l JOIN r USING (pair) ORDER BY pair"
        ).fetchnumpy()  # noqa: S608
    return pd.DataFrame({name: np.asarray(values) for name, values in found.items()})


def _case(comparison: Comparison) -> str:
    whens = [f"WHEN {level.sql} THEN {place}" for place, level in enumerate(comparison.levels[:-1])]
    return f"CASE WHEN {comparison.unknown} THEN -1 {' '.join(whens)} ELSE {len(comparison.levels) - 1} END"
