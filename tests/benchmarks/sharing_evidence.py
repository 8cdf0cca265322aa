"""What carries the conclusions about sharing: forecasts, flips and the law, printed in one go.

    python tests/benchmarks/sharing_evidence.py [--only forecast] [--choose]

- ``forecast``: leave-one-event-out, from hour 74 on, each event and horizon beside all null models;
  coverage, width and interval score; then the same with the variant chosen inside it, and every
  variant tried, from ``docs/`` (``--choose`` computes the scores anew, which takes long).
- ``conclusions``: each sentence that ranks policies, with the smallest change that turns it.
- ``law``: 40 questions, the answer by hand and by the table, the article, and what was read.
"""

import argparse
from pathlib import Path

import pandas as pd

import dxkit
from dxkit import sharing

DOCS = Path(__file__).resolve().parents[2] / "docs"
HORIZON_COLUMNS = ["dxkit", "last_value", "own_exponential", "six_percent", "lomax_alone"]


def print_table(table, digits=1):
    """Print a whole table, however wide."""
    print(table.round(digits).to_string(index=False, na_rep=""), "\n", flush=True)


def summarise_misses(scores):
    """Give the median and worst miss in points, by method and horizon and over all."""
    size = scores.assign(miss=scores["miss_points"].abs())
    parts = [("all", size), *size.groupby("days")]
    rows = [
        {"days": days, "method": method, "counts": len(own), "median": own["miss"].median(),
         "mean": own["miss"].mean(), "worst": own["miss"].max(),
         "worst_event": own.loc[own["miss"].idxmax(), "event"]}
        for days, part in parts
        for method, own in part.groupby("method")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def print_scores(scores, heading):
    """Print each event beside the null models, the summary, and how wide the interval is."""
    print(f"== {heading}: miss in points of the largest count so far")
    misses = scores.pivot_table(index=["event", "days"], columns="method", values="miss_points")
    print_table(misses[HORIZON_COLUMNS].reset_index())
    print("-- median, mean and worst of all and by days ahead")
    print_table(summarise_misses(scores))
    ours = scores[scores["method"] == "dxkit"]
    covered = ours["is_covered"].astype(bool)
    print(f"-- 80 % interval: {covered.sum()} of {len(ours)} covered ({covered.mean():.0%}), "
          f"mean width {ours['width_points'].mean():.1f} points, mean interval score "
          f"{ours['interval_score'].mean():.1f}")  # fmt: skip
    columns = ["event", "days", "people", "predicted", "low", "high", "is_covered"]
    print_table(ours[[*columns, "width_points", "interval_score", "variant"]])


def print_forecast(*, choose):
    """Print leave-one-event-out, with the shipped variant and with one chosen inside it."""
    print_scores(sharing.score_forecasts(), "the shipped variant")
    if choose:
        nested = sharing.score_forecasts(choose=True)
    else:
        nested = pd.read_csv(DOCS / "forecast_scores.csv")
    print_scores(nested, "the variant chosen inside leave-one-event-out")
    print("== every variant tried: miss in points, coverage, width, interval score, mean by event")
    print_table(pd.read_csv(DOCS / "forecast_variants.csv"), 2)


def print_conclusions():
    """Print each conclusion beside what turns it."""
    flips = dxkit.load("policy_flips")
    for conclusion, rows in flips.groupby("conclusion", sort=False):
        print(f"== {conclusion}")
        print_table(rows.drop(columns="conclusion"), 3)


def print_law():
    """Print the questions, the answer of the table beside the one by hand, and inversions."""
    questions = dxkit.load("law_questions").fillna("")
    rows = []
    for question in questions.to_dict("records"):
        decision = sharing.may_disclose(
            question["from_"],
            question["to"],
            question["category"],
            phase=question["phase"],
            consent=question["consent"] == "あり",
            code=question["code"] or None,
        )
        answers = (decision.verdict, decision.ground)
        is_same = answers == (question["verdict"], question["ground"])
        rows.append(question | {"table": "同じ" if is_same else "/".join(answers)})
    table = pd.DataFrame(rows).drop(columns="notice")
    print("== 教材であり法的助言ではない")
    for row in table.to_dict("records"):
        place = f"（{row['code']}）" if row["code"] else ""
        print(f"{row['question_number']:>2} {row['from_']}{place} → {row['to']}・{row['category']}・{row['phase']}"
              f"・同意{row['consent'] or 'なし'}: {row['verdict']}（{row['ground']}）表の計算: {row['table']}\n"
              f"   読んだもの: {row['read']}")  # fmt: skip
    same = (table["table"] == "同じ").sum()
    print(f"\n{same} of {len(table)} answers by hand are the table's; {len(sharing.grounds())} rows, "
          f"{(sharing.grounds()['certainty'] != '要確認').sum()} read; places where a later phase "
          f"allows more without saying why: {len(sharing.find_phase_inversions())}")  # fmt: skip


def main():
    """Print all, or one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=["", "forecast", "conclusions", "law"], default="")
    parser.add_argument("--choose", action="store_true", help="choose anew inside, which is slow")
    options = parser.parse_args()
    if options.only in ("", "forecast"):
        print_forecast(choose=options.choose)
    if options.only in ("", "conclusions"):
        print_conclusions()
    if options.only in ("", "law"):
        print_law()


if __name__ == "__main__":
    main()
