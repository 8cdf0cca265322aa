"""How long does it take to count, for every pair of 1,741 municipalities, who is before whom?

`RankIntervals.above` of 1,000 draws beside plain numpy, which compares a row of draws with all
others. Both must give the same table.
"""

import time

import numpy as np
from rank_draws import tables

from dxkit import maturity

UNITS, DRAWS = 1741, 1000
LIMIT_S = 5.0


def count_with_numpy(ranks):
    """Compare every unit's draws with those of all others; a tie counts half."""
    by_unit = np.ascontiguousarray(ranks.T)
    shares = np.empty((len(by_unit), len(by_unit)))
    for unit, own in enumerate(by_unit):
        shares[unit] = (own < by_unit).mean(axis=1) + 0.5 * (own == by_unit).mean(axis=1)
    return shares


def main():
    values, frame = tables(UNITS)
    firm = maturity.rank_intervals(values, frame, draws=DRAWS, vary=("weights", "normalise"))
    start, processor = time.perf_counter(), time.process_time()
    above = firm.above
    ours, ours_processor = time.perf_counter() - start, time.process_time() - processor
    start, processor = time.perf_counter(), time.process_time()
    shares = count_with_numpy(firm.ranks)
    rival, rival_processor = time.perf_counter() - start, time.process_time() - processor
    np.testing.assert_allclose(above.to_numpy(), shares, rtol=0, atol=1e-12)
    print(f"{UNITS} units, {DRAWS} draws, same table")
    print(f"dxkit .above  {ours:6.2f} s ({ours_processor:.2f} s of processor)")
    print(f"plain numpy   {rival:6.2f} s ({rival_processor:.2f} s of processor)")
    print("within the limit" if ours <= LIMIT_S else f"above the limit of {LIMIT_S} s")


if __name__ == "__main__":
    main()
