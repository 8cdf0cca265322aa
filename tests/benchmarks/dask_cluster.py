"""What do two Dask worker processes gain, on work that `executor=` shares out?

    pip install distributed
    python tests/benchmarks/dask_cluster.py

The same call runs serially, on a pool of two processes (the plain alternative), and on a local Dask
cluster of two worker processes with one thread each. The three answers must be equal to the last
bit. Printed are seconds by the clock and processor seconds of all processes; starting the workers
is counted apart.
"""

import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pandas as pd
import psutil

import dxkit
from dxkit import maturity, sharing

WORKERS = 2
DRAWS = 400_000


def measure_processor_s():
    """Sum the processor seconds of this process and its children, alive or ended."""
    this = psutil.Process()
    own = this.cpu_times()
    total = own.user + own.system + own.children_user + own.children_system
    for child in this.children(recursive=True):
        times = child.cpu_times()
        total += times.user + times.system
    return total


def run_ranks(executor):
    """Ranks of the 41 municipalities in many draws."""
    values, indicators = dxkit.load("dashboard"), dxkit.load("indicators_dashboard")
    answer = maturity.rank_intervals(values, indicators, draws=DRAWS, seed=1, executor=executor)
    return answer.table


def run_forecasts(executor):
    """Forecasts of every event of the archive, each left out once."""
    return sharing.score_forecasts(executor=executor)


def run_scenario(executor):
    """Six policies of the shipped scenario, twenty draws."""
    scenario = sharing.read_scenario("nankai_illustrative")
    return sharing.compare(sharing.simulate(scenario, draws=20, executor=executor))


def take_time(call, executor):
    """Run a call; return its answer, seconds by the clock and processor seconds."""
    clock, processor = time.perf_counter(), measure_processor_s()
    answer = call(executor)
    return answer, time.perf_counter() - clock, measure_processor_s() - processor


def report(name, seconds):
    """Print a row."""
    print(f"  {name:<26}{seconds[0]:9.1f} s clock{seconds[1]:9.1f} s processor", flush=True)


def main():
    """Print, for each call, the serial run, two processes, and Dask."""
    try:
        from distributed import Client, LocalCluster
    except ImportError:
        print("not measured: pip install distributed")
        return
    begun = time.perf_counter()
    cluster = LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None
    )
    client = Client(cluster)
    client.wait_for_workers(WORKERS)
    print(f"Dask: {WORKERS} worker processes started in {time.perf_counter() - begun:.1f} s")
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        # both have imported the package before the clock starts
        for executor in (pool, client.get_executor()):
            list(executor.map(np.sqrt, range(2 * WORKERS)))
        for call in (run_ranks, run_forecasts, run_scenario):
            print(call.__doc__)
            serial, *seconds = take_time(call, None)
            report("default", seconds)
            for name, executor in (("two processes", pool), ("Dask", client.get_executor())):
                answer, *seconds = take_time(call, executor)
                report(name, seconds)
                pd.testing.assert_frame_equal(answer, serial, check_exact=True)
    memory = client.run(lambda: psutil.Process().memory_info().rss / 2**20)
    print(f"memory of each worker: {', '.join(f'{size:.0f} MB' for size in memory.values())}")
    print("all answers equal")
    client.close()
    cluster.close()


if __name__ == "__main__":
    main()
