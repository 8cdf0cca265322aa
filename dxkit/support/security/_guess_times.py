"""How long does it take to guess a password, under which assumptions?"""

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.schema import accepts_any_table, carry_provenance

# Julian year
YEAR_S = 365.25 * 86_400
# largest power of ten that is written out; above it the universe is younger
LONGEST_YEARS = 1e10
UNITS = (
    (YEAR_S, "年"),
    (86_400.0, "日"),
    (3_600.0, "時間"),
    (60.0, "分"),
    (1.0, "秒"),
)


@accepts_any_table("passwords", "attacks")
def guess_times(passwords: pd.DataFrame, attacks: pd.DataFrame) -> pd.DataFrame:
    """Compute how long it takes on average to guess passwords that were chosen at random.

    Parameters
    ----------
    passwords
        One row a kind: ``password`` (what it is called), ``letters`` (from which each place is
        drawn: 10 digits, 26 letters, 7,776 words), ``length`` (places).
    attacks
        One row a way of guessing: ``label, per_second`` (guesses) with ``low, high``, and
        ``source``.

    Returns
    -------
    pandas.DataFrame
        One row a kind and attack: ``password, attack_label, combinations, bits`` (binary logarithm
        of the combinations), ``seconds`` (half of the combinations at ``per_second``),
        ``seconds_low, seconds_high`` (at ``high`` and ``low`` guesses a second), and the three in
        words: ``time, time_low, time_high``.

    Raises
    ------
    TableError
        If a table cannot be used.

    Notes
    -----
    Arithmetic, no measurement: (letters ** length) / 2 / per_second. People do not choose at
    random: a word, a name or a password used elsewhere is tried first and found far sooner.

    Examples
    --------
    >>> import pandas as pd
    >>> kinds = pd.DataFrame({"password": ["数字4けた"], "letters": [10], "length": [4]})
    >>> attack = pd.DataFrame({"label": ["毎秒1回"], "per_second": [1.0], "low": 0.1, "high": 10})
    >>> times = guess_times(kinds, attack)
    >>> times[["combinations", "time", "time_low", "time_high"]].values.tolist()
    [[10000.0, '1.4時間', '8.3分', '14時間']]
    """
    kinds = read_plain_table(passwords)
    ways = read_plain_table(attacks)
    _checks.require_columns(kinds, ["password", "letters", "length"], "パスワードの表")
    _checks.require_columns(ways, ["label", "per_second", "low", "high"], "試し方の表")
    _checks.require_unique_rows(kinds, ["password"], "パスワードの表")
    _checks.require_unique_rows(ways, ["label"], "試し方の表")
    limits = {"letters": 100_000, "length": 100}
    for column, high in limits.items():
        kinds[column] = _checks.read_numbers(
            kinds, column, "パスワードの表", low=1, high=high, whole=True
        )
    for column in ("per_second", "low", "high"):
        # fewer than one guess in thirty years is none
        ways[column] = _checks.read_numbers(ways, column, "試し方の表", low=1e-9, high=1e30)
    # every kind of password against every way of guessing
    table = kinds[["password", "letters", "length"]].merge(
        ways[["label", "per_second", "low", "high"]].rename(columns={"label": "attack_label"}),
        how="cross",
    )
    table["bits"] = table["length"] * np.log2(table["letters"])
    table["combinations"] = 2.0 ** table["bits"]
    # few combinations are whole numbers
    is_small = table["bits"] < 50
    table.loc[is_small, "combinations"] = table["combinations"].round()
    # on average the right one is among the first half
    half = table["combinations"] / 2
    for name, rate in (("", "per_second"), ("_low", "high"), ("_high", "low")):
        table[f"seconds{name}"] = half / table[rate]
        table[f"time{name}"] = [write_time(seconds) for seconds in table[f"seconds{name}"]]
    columns = ["password", "attack_label", "combinations", "bits"]
    columns += [f"{kind}{name}" for kind in ("seconds", "time") for name in ("", "_low", "_high")]
    return carry_provenance(table[columns], passwords, attacks)


def write_time(seconds: float) -> str:
    """Write a time in the largest unit of which there is one, with two figures."""
    if seconds < 1:
        return "1秒未満"
    if seconds > LONGEST_YEARS * YEAR_S:
        return "100億年より長い"
    size, unit = next((size, unit) for size, unit in UNITS if seconds >= size)
    number = float(f"{seconds / size:.2g}")
    if unit != "年" or number < 10_000:
        return f"{number:,g}{unit}"
    if number < 1e8:
        return f"{number / 1e4:,g}万年"
    return f"{number / 1e8:,g}億年"
