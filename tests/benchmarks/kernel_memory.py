"""How much memory does one person's kernel take, step by step? (Linux; the figures of docs/larger_rooms.md)

    python tests/benchmarks/kernel_memory.py [--kernels 3]

Several kernels at once, as a server for a room would run them. "own" is what one more kernel adds (private pages), "resident"
also counts what the kernels share (libraries in the page cache). A bare kernel, without dxkit, stands beside it in the same run.
"""

import argparse
from pathlib import Path

from jupyter_client import KernelManager

STEPS = {
    "a bare kernel": "pass",
    "import dxkit": "import dxkit",
    "one table": "towns = dxkit.load('municipalities')",
    "one map": "picture = dxkit.maps.choropleth(towns, column='people_2020', label='人口')._repr_html_()",
    "a vote board": "import tempfile; from dxkit import store, widgets\n"
    "board = widgets.vote_board(store.Session(tempfile.mkdtemp() + '/m.sqlite'), ['a', 'b'])",
}


def megabytes(pid):
    """Give resident and own memory of a process."""
    lines = (
        line.split()
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    )
    sizes = {line[0].rstrip(":"): int(line[1]) / 1024 for line in lines}
    return sizes["Rss"], sizes["Private_Clean"] + sizes["Private_Dirty"]


def main():
    """Start the kernels, run the steps in each, and print what the largest takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--kernels", type=int, default=3)
    kernels = []
    try:
        for _ in range(parser.parse_args().kernels):
            manager = KernelManager()
            manager.start_kernel()
            client = manager.client()
            kernels.append((manager, client))
            client.start_channels()
            client.wait_for_ready(timeout=120)
        for step, code in STEPS.items():
            for _, client in kernels:
                reply = client.execute_interactive(code, timeout=300, output_hook=lambda _: None)
                if reply["content"]["status"] != "ok":
                    raise SystemExit(f"{step}: {reply['content']}")
            resident, own = max(
                megabytes(manager.provisioner.process.pid) for manager, _ in kernels
            )
            print(
                f"{step:<14} resident {resident:4.0f} MB   own {own:4.0f} MB   ({len(kernels)} kernels)"
            )
    finally:
        for manager, client in kernels:
            client.stop_channels()
            manager.shutdown_kernel(now=True)


if __name__ == "__main__":
    main()
