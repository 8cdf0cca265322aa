"""How often is the matcher right on the needs that were kept aside?

``python scripts/evaluate_matching.py`` reads ``tests/support/needs_aside.csv``, of which nothing was used to choose a
threshold, and writes ``tests/support/needs_aside_result.csv``. It runs once: where the result is there it stops, as a
second look, after a change, would be tuning on what was kept aside. ``--show`` prints the result that is there.
"""

import hashlib
import sys
from pathlib import Path

import pandas as pd

import dxkit
from dxkit.support import matching

ROOT = Path(__file__).resolve().parents[1]
NEEDS = ROOT / "tests" / "support" / "needs_aside.csv"
RESULT = ROOT / "tests" / "support" / "needs_aside_result.csv"
TOP = 3


def main() -> int:
    """Evaluate once; give 1 where it has been done."""
    if RESULT.exists():
        print(RESULT.read_text(encoding="utf-8"), end="")
        if "--show" in sys.argv:
            return 0
        print("すでに一度評価しています。取り置いた半分での評価は、やり直しません。")
        return 1
    needs = pd.read_csv(NEEDS, keep_default_na=False)
    proposals = matching.match(needs["need"], dxkit.load("services"), top=TOP)
    by_need = dict(list(proposals.groupby("need_id")))
    rows = [
        row
        for number, need in enumerate(needs.to_dict("records"), start=1)
        for row in judge({str(key): str(text) for key, text in need.items()}, by_need[number])
    ]
    figures = pd.DataFrame(rows).groupby("measure", sort=False)["right"].agg(["sum", "count"])
    figures["sha256"] = hashlib.sha256(NEEDS.read_bytes()).hexdigest()
    figures.to_csv(RESULT, lineterminator="\n")
    print(RESULT.read_text(encoding="utf-8"), end="")
    return 0


def judge(need: dict[str, str], proposals: pd.DataFrame) -> list[dict[str, object]]:
    """Judge the proposals of one need: one row a measure that concerns it."""
    is_refused = bool((proposals["name"] == "何も合いません").any())
    if need["service"] == "none":
        return [{"measure": "right_refusal", "right": is_refused}]
    answers = {need["service"], *need["also"].split()}
    services = proposals["service"].tolist()
    return [
        {"measure": "right_first", "right": services[0] in answers},
        {"measure": "right_in_top_three", "right": bool(answers & set(services))},
        {"measure": "wrong_refusal", "right": is_refused},
    ]


if __name__ == "__main__":
    sys.exit(main())
