"""How long does `import dxkit` take beside `import pandas`?

Medians of `python -X importtime` over several fresh interpreters, alternating, in one run.
"""

import re
import statistics
import subprocess
import sys

ROUNDS = 7


def import_us(module: str) -> int:
    """Give the cumulative microseconds of importing a module in a fresh interpreter."""
    command = [sys.executable, "-X", "importtime", "-c", f"import {module}"]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    return int(re.search(rf"\|\s*(\d+) \| {module}$", told, re.M)[1])


def main() -> None:
    """Print both medians and their ratio."""
    pairs = [(import_us("dxkit"), import_us("pandas")) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(
        f"import dxkit {ours / 1000:.2f} ms, import pandas {theirs / 1000:.1f} ms, ratio {ours / theirs:.4f}"
    )


if __name__ == "__main__":
    main()
