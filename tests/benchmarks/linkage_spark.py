"""Does a cluster of two worker processes give the links of one machine, and what does it cost?

    python tests/benchmarks/linkage_spark.py [--residents 100000] [--records 50000] [--memory 2g]

Needs pyspark and Java (the last lines of `.ci/run` install both beside the environment). Starts Spark's own master and two workers,
each a process with one core, on this machine; links invented registers through DuckDB and through the cluster, compares both
tables of links, and prints time and peak memory of every process. On real machines the folder for what is kept between steps must be
one that all of them see (`SparkContext.setCheckpointDir`).
"""

import argparse
import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from dxkit import linkage

SEED = 4
HOST = "127.0.0.1"
WORKERS = 2
START_S = 120


def find_port():
    """Ask the system for a port that is free."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        return listener.getsockname()[1]


def start_cluster(folder, memory):
    """Start a master and two workers; wait until the master counts both."""
    import pyspark

    home = Path(pyspark.__file__).parent
    port, page = find_port(), find_port()
    env = {
        **os.environ,
        "SPARK_HOME": str(home),
        "SPARK_WORKER_DIR": folder,
        "SPARK_LOCAL_IP": HOST,
    }
    start = str(home / "bin/spark-class")
    package = "org.apache.spark.deploy"
    url = f"spark://{HOST}:{port}"
    commands = [
        [f"{package}.master.Master", "--host", HOST, "--port", str(port), "--webui-port", str(page)]
    ]
    worker = [f"{package}.worker.Worker", "--host", HOST, "--cores", "1", "--memory", memory]
    commands += [[*worker, "--webui-port", str(find_port()), url] for _ in range(WORKERS)]
    processes = []
    for number, command in enumerate(commands):
        with (Path(folder) / f"process{number}.log").open("w") as log:
            processes.append(subprocess.Popen([start, *command], env=env, stdout=log, stderr=log))
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        time.sleep(1)
        try:
            with urllib.request.urlopen(f"http://{HOST}:{page}/json/") as answer:
                if json.load(answer)["aliveworkers"] == WORKERS:
                    return url, processes
        except OSError:
            continue
    stop(processes)
    sys.exit(f"the cluster did not start within {START_S} s")


def stop(processes):
    """End the processes that were started here."""
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()


def connect(url, memory):
    """Open a session on the cluster, as its owner would."""
    from pyspark.sql import SparkSession
    from splink.backends.spark import similarity_jar_location

    options = {
        "spark.jars": similarity_jar_location(),
        "spark.driver.host": HOST,
        "spark.driver.bindAddress": HOST,
        "spark.driver.memory": memory,
        "spark.executor.memory": memory,
        "spark.executor.cores": 1,
        "spark.sql.shuffle.partitions": 8,
        "spark.default.parallelism": 8,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    session = SparkSession.builder.master(url).appName("dxkit").config(map=options).getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def list_processes(ancestor):
    """List what runs under a process: name, processor seconds and peak memory of each."""
    parents, rows = {}, {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            status = dict(
                line.split(":", 1)
                for line in (path / "status").read_text().splitlines()
                if ":" in line
            )
            ticks = (path / "stat").read_text().rsplit(")", 1)[1].split()[11:13]
            words = (path / "cmdline").read_text().split("\0")
        except OSError:
            continue
        pid = int(path.name)
        parents[pid] = int(status["PPid"])
        names = [word.rsplit(".", 1)[-1] for word in words if word.startswith("org.apache.spark")]
        if names and "VmHWM" in status:
            seconds = sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
            rows[pid] = (names[0], seconds, int(status["VmHWM"].split()[0]) / 1e6)
    below = {ancestor}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return {pid: row for pid, row in rows.items() if pid in below}


def measure(left, right, backend):
    """Link and say how long it took, on the clock and on this process's processors."""
    wall, cpu = time.perf_counter(), time.process_time()
    links = linkage.link(left, right, threshold=0.01, backend=backend)
    seconds, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{backend}: {len(links):,} links, {seconds:.0f} s ({cpu:.0f} s of CPU here), Python's peak {peak:.2f} GB",
        flush=True,
    )
    return links.sort_values(["left_id", "right_id"], ignore_index=True)


def main():
    """Link on one machine and on the cluster."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--residents", type=int, default=100_000)
    parser.add_argument("--records", type=int, default=50_000)
    parser.add_argument("--memory", default="2g", help="of the driver and of each worker")
    options = parser.parse_args()
    if find_spec("pyspark") is None or shutil.which("java") is None:
        print(
            "not measured: pyspark (requirements-spark.lock, last lines of .ci/run) and Java are needed."
        )
        return
    # the shelter holds about a third of the residents it is drawn from
    left, right, truth = linkage.synth_registers(
        max(options.residents, 3 * options.records), seed=SEED
    )
    right = right.sample(options.records, random_state=SEED)
    true_left = left["record_id"].isin(
        truth.loc[truth["right_id"].isin(right["record_id"]), "left_id"]
    )
    # residents who stand in the shelter's list first, so that fewer residents still have partners
    left = pd.concat([left[true_left], left[~true_left]]).head(options.residents)
    left = left.sample(frac=1, random_state=SEED)
    print(f"{len(left):,} residents × {len(right):,} records (invented)", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        url, processes = start_cluster(folder, options.memory)
        try:
            here = measure(left, right, "duckdb")
            session = connect(url, options.memory)
            there = measure(left, right, "spark")
            for name, seconds, peak in list_processes(os.getpid()).values():
                print(f"  {name}: {seconds:.0f} s of CPU, peak {peak:.2f} GB", flush=True)
            session.stop()
        finally:
            stop(processes)
    pd.testing.assert_frame_equal(here, there, rtol=1e-9)
    difference = (here["weight"] - there["weight"]).abs().max()
    print(f"the same {len(here):,} links; weights differ by {difference:.1e} at most")
    print(dict(linkage.evaluate(there[there["probability"] >= 0.5], truth)))


if __name__ == "__main__":
    main()
