"""Concordance, variance shares and the benefit of the doubt from their definitions."""

import math

import numpy as np
from scipy.optimize import linprog


def kendall_w(ratings):
    """Kendall's W with ties (Kendall & Smith 1939; Siegel 1956): judges × things."""
    ranks = []
    ties = 0.0
    for judge in ratings:
        ranks.append(
            [
                sum(other < mark for other in judge)
                + (sum(other == mark for other in judge) + 1) / 2
                for mark in judge
            ]
        )
        ties += sum(judge.count(mark) ** 3 - judge.count(mark) for mark in set(judge))
    n_judges, n_things = len(ratings), len(ratings[0])
    sums = [sum(column) for column in zip(*ranks, strict=True)]
    middle = sum(sums) / n_things
    spread = sum((total - middle) ** 2 for total in sums)
    return 12 * spread / (n_judges**2 * (n_things**3 - n_things) - n_judges * ties)


def spearman(first, second):
    """Pearson's coefficient of mean ranks."""
    ranks = [
        [sum(b < a for b in column) + (sum(b == a for b in column) + 1) / 2 for a in column]
        for column in (first, second)
    ]
    middles = [sum(column) / len(column) for column in ranks]
    parts = [
        [value - middle for value in column] for column, middle in zip(ranks, middles, strict=True)
    ]
    product = sum(a * b for a, b in zip(*parts, strict=True))
    return product / math.sqrt(math.prod(sum(value**2 for value in part) for part in parts))


def cronbach(rows):
    """Cronbach's alpha (handbook, p. 72) from rows without blanks."""
    figures = np.array(rows, dtype=float)
    n_items = figures.shape[1]
    items = sum(np.var(figures[:, item], ddof=1) for item in range(n_items))
    return n_items / (n_items - 1) * (1 - items / np.var(figures.sum(axis=1), ddof=1))


def benefit_of_doubt(figures, low=0.0, high=1.0):
    """Best score of each unit under weights of its own (Melyn & Moesen 1991; Cherchye 2007).

    ``max Σ w y`` with ``Σ w y' ≤ 1`` for all units; each indicator's part of the own score is
    between ``low`` and ``high`` of it.
    """
    scores = []
    for row in figures:
        rows, limits = [], []
        for other in figures:
            rows.append(list(other))
            limits.append(1.0)
        for item in range(len(row)):
            part = [row[item] if column == item else 0.0 for column in range(len(row))]
            rows.append([low * value - own for value, own in zip(row, part, strict=True)])
            rows.append([own - high * value for value, own in zip(row, part, strict=True)])
            limits += [0.0, 0.0]
        answer = linprog([-value for value in row], A_ub=rows, b_ub=limits, method="highs-ds")
        scores.append(-answer.fun)
    return scores


def two_level_shares(table):
    """Exact first-order and total Sobol' indices of a function of independent, even choices.

    ``table`` is an array of outputs, an axis a factor (Sobol' 1993; Homma & Saltelli 1996).
    """
    whole = table.var()
    axes = range(table.ndim)
    first = [
        table.mean(axis=tuple(other for other in axes if other != axis)).var() / whole
        for axis in axes
    ]
    total = [table.var(axis=axis).mean() / whole for axis in axes]
    return first, total
