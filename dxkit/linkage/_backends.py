"""How are all plausible pairs weighed, on one machine or on many?

Splink writes the SQL; DuckDB runs it on this machine, Spark on a cluster. Both get the same keys
and the same model; two large registers are weighed alike, but without Splink
(`_large_registers`). Learning looks at a sample of pairs, so that memory does not grow with the
square of a register, and always runs in DuckDB, so that both weigh alike.
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

from dxkit._arrays import FloatArray
from dxkit._checks import require_choice
from dxkit.errors import ChoiceError, MissingExtraError
from dxkit.linkage._blocking_rules import is_large
from dxkit.linkage._comparisons import COMPARISONS, JARO_WINKLER, Comparison
from dxkit.linkage._large_registers import WeighedPairs, weigh_large_registers
from dxkit.linkage._learn_shares import build_array, learn_shares, multiply_levels
from dxkit.linkage._splink_model import Shares, build_settings, scale_shares, write_case

BACKENDS = ("duckdb", "spark")
KEYS = (
    "name",
    "surname",
    "given",
    "kana_plain",
    "kana_surname",
    "kana_given",
    "digits",
    "year",
    "month",
    "day",
    "sex",
    "code",
    "town",
    "block",
    "place",
    "words",
)
FOLDER_PREFIX = "dxkit_linkage_"
# what the registers are called in the database; a session of Spark may hold others' tables too
TABLE_NAMES = ("dxkit_linkage_left", "dxkit_linkage_right")
# with this much, five million records by a million stay within 8 GB in all
MAX_DUCKDB_GIB = 3
# log2 of the odds; what is weaker than this no prior makes probable
MIN_WEIGHT = -8.0


def weigh_pairs(
    tables: Sequence[pd.DataFrame], *, prior: float, backend: str, seed: int
) -> pd.DataFrame:
    """Weigh every plausible pair.

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

    Returns
    -------
    pandas.DataFrame
        One row a pair: ``left, right`` (row numbers), ``weight`` (log2 of the odds).
        ``attrs["house_share"]``: of pairs that are not one person, those of one house.
    """
    require_backend(backend)
    shares = learn_shares(list(tables), KEYS, seed)
    with tempfile.TemporaryDirectory(prefix=FOLDER_PREFIX) as folder, _silence_splink():
        database = _open_duckdb(folder) if backend == "duckdb" else _open_spark(folder)
        try:
            if (
                backend == "duckdb"
                and len(tables) == 2
                and is_large(len(tables[0]), len(tables[1]))
            ):
                pairs = weigh_large_registers(
                    database.duckdb_con, tables, shares, prior=prior, least_weight=MIN_WEIGHT
                )
                return _sort_pairs(pairs, shares, prior)
            inputs = [_build_input(table, backend) for table in tables]
            return _run_splink(database, inputs, prior, backend, shares)
        finally:
            _close_database(database, backend)


def require_backend(backend: str) -> None:
    """Refuse a backend that does not exist or is not installed."""
    require_choice(backend, BACKENDS, "backend")
    for module in ("splink", "duckdb"):
        if find_spec(module) is None:
            raise MissingExtraError(
                f"名寄せには {module} が要ります。dxkit のフォルダーで make full を実行するか、"
                'pip install "dxkit[linkage]" で入れてください。'
            )
    has_java = bool(shutil.which("java") or os.environ.get("JAVA_HOME"))
    if backend == "spark" and not (find_spec("pyspark") and has_java):
        raise MissingExtraError(
            'backend="spark" には pyspark と Java が要ります。'
            'pip install "dxkit[linkage,spark]" で入れてください。'
            '1台で足りるなら backend="duckdb"（既定）のままで動きます。'
        )


def _open_duckdb(folder: str) -> Any:
    import duckdb  # noqa: PLC0415
    from splink import DuckDBAPI  # noqa: PLC0415

    # the registers themselves and the system want room too: beyond this, pairs wait on the disk
    connection = duckdb.connect(
        ":memory:", config={"temp_directory": str(Path(folder) / "spill"), "memory_limit": "40%"}
    )
    share_of_memory = connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0]
    connection.execute(f"SET memory_limit = '{_limit_memory(share_of_memory)}'")
    connection.execute("SET preserve_insertion_order = false")
    connection.execute("SET enable_progress_bar = false")
    return DuckDBAPI(connection)


def _limit_memory(share_of_memory: str) -> str:
    """Choose the lesser of DuckDB's share of the memory and what the largest registers need."""
    amount, unit = share_of_memory.split()
    is_large = unit == "TiB" or (unit == "GiB" and float(amount) > MAX_DUCKDB_GIB)
    return f"{MAX_DUCKDB_GIB} GiB" if is_large else share_of_memory


def _open_spark(folder: str) -> Any:
    """Open Splink on the session that is active, or else on one of this machine alone."""
    sessions: Any = import_module("pyspark.sql").SparkSession
    backend: Any = import_module("splink.backends.spark")
    jar = backend.similarity_jar_location()
    session = sessions.getActiveSession() or _start_session(sessions, jar)
    context = session.sparkContext
    # a cluster's own folder for what is kept between steps stays; ours is gone after each call
    if FOLDER_PREFIX in (context.getCheckpointDir() or FOLDER_PREFIX):
        context.setCheckpointDir(str(Path(folder) / "checkpoints"))
    database = backend.SparkAPI(spark_session=session)
    if not session.catalog.functionExists(JARO_WINKLER["spark"]):
        remedy = f"セッションを作るとき、spark.jars に「{jar}」を加えてください。"
        raise ChoiceError(f"Spark に {JARO_WINKLER['spark']} の関数がありません。{remedy}")
    return database


def _start_session(sessions: Any, jar: str) -> Any:
    """Start Spark on this machine, with Splink's functions and without a page for the network."""
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


def _close_database(database: Any, backend: str) -> None:
    """Leave nothing of ours behind."""
    database.delete_tables_created_by_splink_from_db()
    if backend == "duckdb":
        database.duckdb_con.close()
        return
    # the session is the user's: it stays open, without our views
    for name in TABLE_NAMES:
        database.spark.catalog.dropTempView(name)


@contextmanager
def _silence_splink() -> Iterator[None]:
    """Keep Splink's English notes on its progress away from the reader."""
    logger = logging.getLogger("splink")
    level_before = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level_before)


def _run_splink(
    database: Any, tables: Sequence[Any], prior: float, backend: str, shares: Shares
) -> pd.DataFrame:
    from splink import Linker  # noqa: PLC0415

    frames = [
        database.register(table, dataset_display_name=letter, table_name=name)
        for table, letter, name in zip(tables, "ab", TABLE_NAMES, strict=False)
    ]
    is_link = len(tables) == 2
    records = (len(tables[0]), len(tables[-1]))
    model = build_settings(
        "link_only" if is_link else "dedupe_only", prior, records, backend, shares
    )
    linker = Linker(
        frames if is_link else frames[0], model, log_level=None, validate_settings=False
    )
    pairs: Any = linker.inference.predict(threshold_match_weight=MIN_WEIGHT, warning_mode="never")
    columns = ["unique_id_l", "unique_id_r", "match_weight"]
    columns += [f"mw_{comparison.field}" for comparison in COMPARISONS]
    answer = _read_columns(pairs, columns, backend)
    levels = np.column_stack(
        [
            _find_levels(comparison, shares, answer[f"mw_{comparison.field}"])
            for comparison in COMPARISONS
        ]
    )
    weight = np.asarray(answer["match_weight"], dtype=np.float64)
    rows = (answer["unique_id_l"], answer["unique_id_r"])
    return _sort_pairs(WeighedPairs(*rows, weight, levels), shares, prior)


def _read_columns(pairs: Any, columns: list[str], backend: str) -> dict[str, Any]:
    """Read the columns that are needed; Splink holds several more of each comparison."""
    if backend == "duckdb":
        answer: dict[str, Any] = pairs.as_duckdbpyrelation().select(", ".join(columns)).fetchnumpy()
        return answer
    table = pairs.as_spark_dataframe().select(*columns).toPandas()
    return {column: table[column].to_numpy() for column in columns}


def _build_input(table: pd.DataFrame, backend: str) -> Any:
    """Put the keys into the form that the backend reads; records are known by their row."""
    pa: Any = import_module("pyarrow")

    columns = {"unique_id": pa.array(np.arange(len(table), dtype=np.int32))}
    # Spark knows no dictionaries
    columns |= {key: build_array(table[key], is_plain=backend == "spark") for key in KEYS}
    return pa.table(columns)


def _sort_pairs(pairs: WeighedPairs, shares: Shares, prior: float) -> pd.DataFrame:
    """Put pairs into the order of their rows: a database hands them over in any."""
    order = np.lexsort((pairs.right, pairs.left))
    weight = _weigh_against_house(pairs.weight[order], pairs.levels[order], shares, prior)
    table = pd.DataFrame({"left": pairs.left[order], "right": pairs.right[order], "weight": weight})
    table.attrs["house_share"] = shares.house
    return table


def _find_levels(comparison: Comparison, shares: Shares, weights: Any) -> Any:
    """Find the level of each pair by its weight; what is unknown weighs nothing."""
    ratios = scale_shares(comparison, shares) / shares.u[comparison.field]
    level_weights = np.append(np.log2(ratios), 0.0)
    order = np.argsort(level_weights)
    middles = (level_weights[order][1:] + level_weights[order][:-1]) / 2
    positions = np.append(np.arange(len(ratios)), -1)[order]
    return positions[np.searchsorted(middles, np.asarray(weights, dtype=np.float64))]


def _weigh_against_house(
    weight: FloatArray, levels: Any, shares: Shares, prior: float
) -> FloatArray:
    """Hold each pair against two people of one house too, not only against strangers."""
    fields = [comparison.field for comparison in COMPARISONS]
    ratios = [shares.h[field] / shares.m[field] for field in fields]
    odds = np.log2(prior) - np.log2(1 - prior)
    stranger = (1 - shares.house) * np.exp2(odds - weight)
    against = stranger + shares.house * multiply_levels(levels, ratios)
    mixed: FloatArray = odds - np.log2(against)
    return mixed


def find_agreement(pairs: pd.DataFrame, lefts: pd.DataFrame, rights: pd.DataFrame) -> pd.DataFrame:
    """Find which level of agreement each field of each pair reaches.

    Returns
    -------
    pandas.DataFrame
        One row a pair, one column a field: position of the level in its comparison, -1 where
        nothing can be said.
    """
    import duckdb  # noqa: PLC0415

    pa: Any = import_module("pyarrow")

    with duckdb.connect(":memory:") as connection:
        for side, side_column, keys in (("l", "left", lefts), ("r", "right", rights)):
            rows = keys.take(pairs[side_column].to_numpy())
            columns = {f"{key}_{side}": build_array(rows[key]) for key in KEYS}
            connection.register(side, pa.table({"pair": pa.array(np.arange(len(rows)))} | columns))
        cases = ", ".join(
            f"{write_case(comparison)} AS {comparison.field}" for comparison in COMPARISONS
        )
        query = f"SELECT {cases} FROM l JOIN r USING (pair) ORDER BY pair"  # noqa: S608
        levels = connection.execute(query).fetchnumpy()
    return pd.DataFrame({field: np.asarray(values) for field, values in levels.items()})
