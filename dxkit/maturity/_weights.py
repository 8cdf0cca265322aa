"""Where do the weights come from: given, equal, from the data, or from people's comparisons?"""

import numpy as np
import pandas as pd

from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import Floats, build, figures

METHODS = ("equal", "pca", "ahp")
# mean consistency index of random comparisons of 1, 2, 3 ... things (Saaty 1980)
RANDOM_INDEX = (
    0.0,
    0.0,
    0.58,
    0.90,
    1.12,
    1.24,
    1.32,
    1.41,
    1.45,
    1.49,
    1.51,
    1.48,
    1.56,
    1.57,
    1.59,
)
CONSISTENT = 0.1


def reweight(
    indicators: pd.DataFrame,
    *,
    method: str = "equal",
    values: pd.DataFrame | None = None,
    comparisons: pd.DataFrame | None = None,
    components: int | None = None,
) -> pd.DataFrame:
    """Give a framework table with other weights.

    Parameters
    ----------
    indicators
        The framework; not altered. Rows of weight 0 stay uncounted.
    method
        ``"equal"``: 1 for every row. ``"pca"``: indicators by what they explain of the common variation (all headings are then
        passed over: the weights are those of a flat index). ``"ahp"``: rows compared in ``comparisons``.
    values
        Figures, for ``"pca"``; complete.
    comparisons
        For ``"ahp"``: a square table, rows and columns named as members of one heading; how many times as important the row
        is as the column (1/9 to 9).
    components
        How many principal components, for ``"pca"``; by default those with an eigenvalue above 1.

    Returns
    -------
    pandas.DataFrame
        ``.attrs["consistency_ratio"]`` for ``"ahp"`` (below 0.1 is usable), ``.attrs["explained"]`` for ``"pca"``.

    Raises
    ------
    ChoiceError
        If there is no such method, or what it needs is missing.
    TableError
        If comparisons are not reciprocal or contradict each other, or figures are missing.

    Notes
    -----
    Handbook step 6: principal components with varimax rotation and squared loadings (Nicoletti, Scarpetta & Boylaud 2000),
    and the analytic hierarchy process (Saaty 1980). PCA weights say what varies together, not what matters.
    """
    if method not in METHODS:
        raise ChoiceError(
            f"重みの方法「{method}」はありません。{'・'.join(METHODS)} から選んでください。"
        )
    if method == "ahp":
        return _by_comparison(indicators, comparisons)
    if method == "pca":
        return _by_components(indicators, values, components)
    result = indicators.copy()
    result["weight"] = np.where(result["weight"] > 0, 1.0, 0.0)
    return result


def _by_comparison(indicators: pd.DataFrame, comparisons: pd.DataFrame | None) -> pd.DataFrame:
    if comparisons is None:
        raise ChoiceError("method='ahp' には comparisons=（何倍重要かの表）が必要です。")
    matrix = comparisons.to_numpy(dtype=float)
    _check_comparisons(comparisons, matrix, indicators)
    weights, ratio = eigen_weights(matrix)
    if ratio > CONSISTENT:
        problem = f"比較どうしが食い違っています（整合比 {ratio:.2f}、0.10 以下が目安）"
        raise TableError(
            [Fault(problem, "大きく食い違う組を話し合って直してください", value=f"{ratio:.3f}")]
        )
    result = indicators.copy()
    chosen = dict(zip(comparisons.index, weights * len(weights), strict=True))
    result["weight"] = [
        chosen.get(name, weight)
        for name, weight in zip(result["indicator"], result["weight"], strict=True)
    ]
    result.attrs["consistency_ratio"] = ratio
    return result


def eigen_weights(matrix: Floats) -> tuple[Floats, float]:
    """Give the principal eigenvector of a matrix of comparisons (sum 1) and its consistency ratio.

    Parameters
    ----------
    matrix
        Square, positive, reciprocal.

    Returns
    -------
    weights : numpy.ndarray
    ratio : float
        (λ − n) / (n − 1) over that of random comparisons.
    """
    size = matrix.shape[0]
    roots, vectors = np.linalg.eig(matrix)
    first = int(np.argmax(roots.real))
    weights = np.abs(vectors[:, first].real)
    index = (roots[first].real - size) / max(size - 1, 1)
    random = RANDOM_INDEX[min(size, len(RANDOM_INDEX)) - 1]
    return weights / weights.sum(), max(0.0, float(index / random)) if random else 0.0


def _check_comparisons(table: pd.DataFrame, matrix: Floats, indicators: pd.DataFrame) -> None:
    faults = [
        Fault(
            "比較の表の名前が indicators にありません", "indicator の名前にしてください", value=name
        )
        for name in table.index
        if name not in set(indicators["indicator"])
    ]
    if list(table.index) != list(table.columns):
        faults.append(Fault("比較の表の行と列の名前が違います", "同じ名前を同じ順に並べてください"))
    elif not (matrix > 0).all():
        faults.append(Fault("比較の表に0以下の数か空欄があります", "1/9〜9 の数を入れてください"))
    else:
        faults += [
            Fault(
                "行と列を入れ替えた比較が逆数になっていません",
                "片方を逆数にしてください",
                column=str(table.columns[b]),
                value=matrix[a, b],
            )
            for a, b in np.argwhere(np.triu(np.abs(matrix * matrix.T - 1) > 0.02))
        ]
    if faults:
        raise TableError(faults)


def _by_components(
    indicators: pd.DataFrame, values: pd.DataFrame | None, components: int | None
) -> pd.DataFrame:
    if values is None:
        raise ChoiceError("method='pca' には values=（指標の値の表）が必要です。")
    framework = build(indicators)
    numbers, _ = figures(values, framework)
    if np.isnan(numbers).any():
        raise TableError(
            [
                Fault(
                    "空欄のある表では主成分を計算できません",
                    "score の impute と同じように補ってください",
                )
            ]
        )
    weights, explained = component_weights(numbers * framework.direction, components)
    chosen = dict(zip(framework.leaves, weights * len(weights), strict=True))
    counted = indicators["indicator"].isin(framework.leaves)
    result = indicators[counted].assign(
        parent="", weight=[chosen[name] for name in indicators["indicator"][counted]]
    )
    result.attrs["explained"] = explained
    return result


def component_weights(numbers: Floats, components: int | None = None) -> tuple[Floats, float]:
    """Give each column's weight (sum 1) from rotated principal components, and the share of variance that they explain.

    A column belongs to the component on which it loads most; within it, its weight is its share of squared loadings; the
    components weigh by the variance that they explain.

    Parameters
    ----------
    numbers
        Units × columns, complete.
    components
        How many; by default those with an eigenvalue above 1.
    """
    roots, vectors = np.linalg.eigh(np.corrcoef(numbers, rowvar=False))
    order = np.argsort(roots)[::-1]
    roots, vectors = roots[order], vectors[:, order]
    kept = components or max(int((roots > 1).sum()), 1)
    loadings = varimax(vectors[:, :kept] * np.sqrt(roots[:kept].clip(0)))
    squared = loadings**2
    own = squared.argmax(axis=1)
    variance = squared.sum(axis=0)
    weight = squared[np.arange(own.size), own] / variance[own] * (variance[own] / variance.sum())
    return weight / weight.sum(), float(roots[:kept].sum() / roots.sum())


def varimax(loadings: Floats, rounds: int = 200, tolerance: float = 1e-10) -> Floats:
    """Rotate components so that each column loads on few (Kaiser 1958).

    Parameters
    ----------
    loadings
        Columns × components.
    rounds, tolerance
        When to stop.
    """
    count = loadings.shape[0]
    turn = np.eye(loadings.shape[1])
    before = 0.0
    for _ in range(rounds):
        turned = loadings @ turn
        target = turned**3 - turned * (turned**2).sum(axis=0) / count
        left, sizes, right = np.linalg.svd(loadings.T @ target)
        turn = left @ right
        if sizes.sum() - before < tolerance:
            break
        before = sizes.sum()
    return np.asarray(loadings @ turn)
