"""Normalisation, aggregation and ranks of composite indicators (OECD/JRC 2008, steps 5 and 6).

A tree is a list of rows ``(name, parent, weight, direction, low, high)``; the empty parent is the
total. Figures are a dict of dicts: unit → indicator → number or ``None``.
"""

import math
from statistics import mean, stdev


def find_leaves(tree):
    parents = {row[1] for row in tree}
    return [row for row in tree if row[0] not in parents]


def normalise(figures, tree, method, scale):
    """Bring every indicator onto one scale, more is better (handbook, pp. 83-88)."""
    scaled = {unit: {} for unit in figures}
    for name, _, _, direction, low, high in find_leaves(tree):
        column = {
            unit: row[name] * direction for unit, row in figures.items() if row[name] is not None
        }
        for unit in figures:
            scaled[unit][name] = None
            if unit in column:
                scaled[unit][name] = _normalise_one(
                    column[unit], list(column.values()), method, scale, (low, high, direction)
                )
    return scaled


def _normalise_one(value, others, method, scale, posts):
    low_end, high_end = scale
    if method == "zscore":
        return (value - mean(others)) / stdev(others)
    if method == "rank":
        below = sum(other < value for other in others)
        level = sum(other == value for other in others)
        return below + (level + 1) / 2
    if method == "percentile":
        share = sum(other < value for other in others) / max(len(others) - 1, 1)
    else:
        low, high = min(others), max(others)
        if method == "goalposts":
            low, high = sorted(post * posts[2] for post in posts[:2])
        share = min(max((value - low) / (high - low), 0), 1)
    return low_end + (high_end - low_end) * share


def aggregate(scaled, tree, method, min_answered, drawn=None):
    """Unit → heading → figure or ``None``; ``"total"`` is the whole.

    A heading averages the members that are there, with weights (drawn ones, if there are) scaled to
    sum 1 among them; it is there if one is, and if they hold ``min_answered`` of its given weight.
    """
    return {
        unit: _climb(row, tree, method, min_answered, drawn or {}) for unit, row in scaled.items()
    }


def _climb(row, tree, method, min_answered, drawn):
    figures = dict(row)

    def figure_of(name):
        if name not in figures:
            members = [entry for entry in tree if entry[1] == ("" if name == "total" else name)]
            there = [entry for entry in members if figure_of(entry[0]) is not None]
            share = sum(entry[2] for entry in there) / sum(entry[2] for entry in members)
            figures[name] = None
            if there and share >= min_answered - 1e-9:
                weighed = [(figures[entry[0]], drawn.get(entry[0], entry[2])) for entry in there]
                figures[name] = _average(weighed, sum(weight for _, weight in weighed), method)
        return figures[name]

    for entry in tree:
        figure_of(entry[0])
    figure_of("total")
    return figures


def _average(members, whole, method):
    if method == "geometric":
        return math.prod(figure ** (weight / whole) for figure, weight in members)
    if method == "harmonic":
        return whole / sum(weight / figure for figure, weight in members)
    return sum(figure * weight for figure, weight in members) / whole


def leaf_shares(tree):
    """Each indicator's share of the total: the product of the shares on its way up."""
    rows = {row[0]: row for row in tree}
    shares = {}
    for leaf in find_leaves(tree):
        share, name = 1.0, leaf[0]
        while name:
            parent = rows[name][1]
            share *= rows[name][2] / sum(row[2] for row in tree if row[1] == parent)
            name = parent
        shares[leaf[0]] = share
    return shares


def copeland(scaled, tree):
    """Wins less losses of each unit as a share of the others (handbook, equation 32 and p. 113)."""
    shares = leaf_shares(tree)
    scores = {}
    for unit, row in scaled.items():
        wins = 0
        for other, figures in scaled.items():
            if other != unit:
                lead = sum(
                    share * ((row[name] > figures[name]) - (row[name] < figures[name]))
                    for name, share in shares.items()
                    if row[name] is not None and figures[name] is not None
                )
                wins += (lead > 1e-12) - (lead < -1e-12)
        scores[unit] = wins / (len(scaled) - 1)
    return scores


def rank(scores):
    """1 is the highest; level ones share the better rank; those without a score stand behind all."""
    with_score = {unit: score for unit, score in scores.items() if score is not None}
    return {
        unit: 1 + sum(other > with_score[unit] + 1e-9 for other in with_score.values())
        if unit in with_score
        else 1 + len(with_score)
        for unit in scores
    }


def quantile(ranks, share):
    """The smallest rank that a share of the draws does not exceed."""
    ordered = sorted(ranks)
    return next(
        rank for at, rank in enumerate(ordered, start=1) if at / len(ordered) >= share - 1e-12
    )
