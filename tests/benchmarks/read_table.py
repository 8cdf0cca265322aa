"""How long does `read_table` take, and how much memory, beside `pandas.read_csv`?

Two tables of numbers with a municipality in each row: the nationwide list in its usual size
(1,741 × 131 cells), and a CSV of 100 MB. Each reading runs in a fresh interpreter; seconds are those
of the processor, which other programs do not disturb; the peak is that of the whole process, less
what the imports alone need.
"""

import csv
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import dxkit

SEED = 20261127
COLUMNS = 131
USUAL_ROWS = 1_741
# a little under the most cells that read_table takes (6,000,000)
LARGE_ROWS = 45_000
LARGE_DIGITS = 15
ROUNDS = 3
KIB_PER_MIB = 1024


def write_input(path: Path, rows: int, digits: int) -> None:
    """Write a seeded CSV: code and name of a municipality, then numbers of that many decimals."""
    random = np.random.default_rng(SEED)
    places = dxkit.load("municipality_codes")
    places = places[places["parent"].isna() & ~places["code"].between("01695", "01700")]
    heads = ["団体コード", "市区町村名", *(f"指標{number}" for number in range(1, COLUMNS - 1))]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(heads)
        for row in range(rows):
            place = places.iloc[row % len(places)]
            numbers = random.uniform(0, 1, COLUMNS - 2)
            writer.writerow(
                [place["code"], place["name"], *(f"{number:.{digits}f}" for number in numbers)]
            )


def _read_as_dxkit(path: str):
    return dxkit.loaders.read_table(path, prefecture=None)


def _read_as_pandas(path: str):
    import pandas as pd

    return pd.read_csv(path, dtype={"団体コード": str}, float_precision="round_trip")


READERS = {"read_table": _read_as_dxkit, "read_csv": _read_as_pandas}


def measure_here(reader: str, path: str) -> None:
    """Print processor seconds, peak MiB above the imports, and what identifies the numbers read."""
    # what both readers need before the first file: the libraries and the list of municipalities
    warm_up = Path(path).with_name("warm_up.csv")
    warm_up.write_text("団体コード,数\n28201,1\n28202,2\n", encoding="utf-8")
    READERS[reader](str(warm_up))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    table = READERS[reader](path)
    seconds = time.process_time() - start
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / KIB_PER_MIB
    numbers = table.iloc[:, -(COLUMNS - 2) :].to_numpy(dtype=float)
    print(seconds, peak, len(table), repr(float(numbers.sum())), repr(float(numbers[-1, -1])))


def measure(reader: str, path: Path) -> tuple[float, float, tuple[str, ...]]:
    """Return the least seconds and least peak of several fresh interpreters, and the numbers' mark."""
    outcomes = []
    for _ in range(ROUNDS):
        command = [sys.executable, __file__, reader, str(path)]
        printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        seconds, peak, *mark = printed.split()
        outcomes.append((float(seconds), float(peak), tuple(mark)))
    assert len({mark for *_, mark in outcomes}) == 1
    return min(row[0] for row in outcomes), min(row[1] for row in outcomes), outcomes[0][2]


def main() -> None:
    """Print both readers' time and peak memory on both tables, and the ratios."""
    with tempfile.TemporaryDirectory() as folder:
        for rows, digits in ((USUAL_ROWS, 3), (LARGE_ROWS, LARGE_DIGITS)):
            path = Path(folder) / f"{rows}.csv"
            write_input(path, rows, digits)
            ours, theirs = measure("read_table", path), measure("read_csv", path)
            assert ours[2] == theirs[2], "the two readers give different numbers"
            size = path.stat().st_size / 2**20
            print(f"{rows:,} x {COLUMNS} cells, {size:,.1f} MiB; equal numbers")
            print(f"  read_table {ours[0]:.2f} s, peak {ours[1]:,.0f} MiB")
            print(f"  read_csv   {theirs[0]:.2f} s, peak {theirs[1]:,.0f} MiB")
            print(
                f"  time ratio {ours[0] / theirs[0]:.1f}, memory ratio {ours[1] / max(theirs[1], 1):.1f}"
            )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure_here(*sys.argv[1:])
    else:
        main()
