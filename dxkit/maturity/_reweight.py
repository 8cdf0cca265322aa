"""Where do the weights come from: given, equal, from the data, or from people's comparisons?"""

import numpy as np
import pandas as pd

from dxkit import schema
from dxkit._arrays import FloatArray
from dxkit._checks import require_choice, require_number, require_whole_number
from dxkit.errors import ChoiceError, Fault, TableError
from dxkit.maturity._framework import parse_framework, read_figures
from dxkit.maturity._normalise import find_flat_columns
from dxkit.maturity._read_values import require_numbers
from dxkit.schema import accepts_any_table, carry_provenance

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
# comparisons with a higher consistency ratio contradict each other (Saaty 1980)
MAX_RATIO = 0.1
# two comparisons of one pair are reciprocal up to the rounding of 1/3 and the like
RECIPROCAL_TOLERANCE = 0.02


@accepts_any_table("indicators", "values", "comparisons")
def reweight(
    indicators: pd.DataFrame,
    *,
    method: str = "equal",
    values: pd.DataFrame | None = None,
    comparisons: pd.DataFrame | None = None,
    components: int | None = None,
    max_ratio: float = MAX_RATIO,
) -> pd.DataFrame:
    """Write other weights into a framework table.

    Parameters
    ----------
    indicators
        The framework; not altered. Rows of weight 0 stay uncounted.
    method
        ``"equal"``: 1 for every row. ``"pca"``: indicators by what they explain of the common
        variation (all headings are then passed over: the weights are those of a flat index).
        ``"ahp"``: rows compared in ``comparisons``.
    values
        Figures, for ``"pca"``; complete.
    comparisons
        For ``"ahp"``: a square table, rows and columns named as members of one heading; how many
        times as important the row is as the column (1/9 to 9).
    components
        How many principal components, for ``"pca"``; by default those with an eigenvalue above 1.
    max_ratio
        Highest consistency ratio of comparisons that is taken, for ``"ahp"``.

    Returns
    -------
    pandas.DataFrame
        The framework with its ``weight`` changed; by ``"pca"`` the weights have mean 1 (divide by
        their sum for shares). ``.attrs["consistency_ratio"]`` for ``"ahp"``
        (below 0.1 is usable), ``.attrs["explained"]`` for ``"pca"``; ``.attrs["settings"]`` holds
        the method and what it was given.

    Raises
    ------
    ChoiceError
        If there is no such method, or what it needs is missing.
    TableError
        If comparisons are not reciprocal or contradict each other, or figures are missing.

    Notes
    -----
    Handbook step 6: principal components with varimax rotation and squared loadings (Nicoletti,
    Scarpetta & Boylaud 2000), and the analytic hierarchy process (Saaty 1980). PCA weights say
    what varies together, not what matters.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame(
    ...     {"indicator": ["plan", "team"], "parent": "", "label": ["計画", "体制"],
    ...      "direction": 1, "weight": 1.0, "unit": "段階", "low": 0.0, "high": 5.0}
    ... )
    >>> names = ["plan", "team"]
    >>> comparisons = pd.DataFrame([[1, 3], [1 / 3, 1]], index=names, columns=names)
    >>> reweight(frame, method="ahp", comparisons=comparisons)["weight"].round(2).tolist()
    [1.5, 0.5]
    """
    require_choice(method, METHODS, "method")
    require_number(max_ratio, "max_ratio")
    if components is not None:
        require_whole_number(components, "components")
    if method == "ahp":
        return _reweight_by_comparison(indicators, comparisons, max_ratio)
    if method == "pca":
        return _reweight_by_components(indicators, values, components)
    result = indicators.copy()
    result["weight"] = np.where(result["weight"] > 0, 1.0, 0.0)
    result.attrs["settings"] = {"method": "equal"}
    return carry_provenance(result, indicators)


def _reweight_by_comparison(
    indicators: pd.DataFrame, comparisons: pd.DataFrame | None, max_ratio: float
) -> pd.DataFrame:
    if comparisons is None:
        raise ChoiceError("method='ahp' には comparisons=（何倍重要かの表）が必要です。")
    schema.validate(indicators, "indicators")
    # labels count: columns in another order than the rows are the same comparisons
    if comparisons.index.is_unique and set(comparisons.index) == set(comparisons.columns):
        comparisons = comparisons[list(comparisons.index)]
    require_numbers(comparisons)
    matrix = comparisons.to_numpy(dtype=float)
    if faults := _find_comparison_faults(comparisons, matrix, indicators):
        raise TableError(faults)
    weights, ratio = compute_eigen_weights(matrix)
    if ratio > max_ratio:
        problem = f"比較どうしが食い違っています（整合比 {ratio:.2f}、{max_ratio:.2f} 以下が目安）"
        remedy = "大きく食い違う組を話し合って直してください"
        raise TableError([Fault(problem, remedy, value=f"{ratio:.3f}")])
    result = indicators.copy()
    # mean weight 1, as the rows that were not compared have
    new_weights = dict(zip(comparisons.index, weights * len(weights), strict=True))
    result["weight"] = [
        new_weights.get(name, weight)
        for name, weight in zip(result["indicator"], result["weight"], strict=True)
    ]
    result.attrs["consistency_ratio"] = ratio
    result.attrs["settings"] = {"method": "ahp", "max_ratio": max_ratio}
    return carry_provenance(result, indicators, comparisons)


def compute_eigen_weights(matrix: FloatArray) -> tuple[FloatArray, float]:
    """Compute the principal eigenvector of comparisons (sum 1) and their consistency ratio.

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
    eigenvalues, vectors = np.linalg.eig(matrix)
    principal = int(np.argmax(eigenvalues.real))
    weights = np.abs(vectors[:, principal].real)
    index = (eigenvalues[principal].real - size) / max(size - 1, 1)
    random_index = RANDOM_INDEX[min(size, len(RANDOM_INDEX)) - 1]
    # one or two things cannot contradict each other
    ratio = max(0.0, float(index / random_index)) if random_index else 0.0
    return weights / weights.sum(), ratio


def _find_comparison_faults(
    table: pd.DataFrame, matrix: FloatArray, indicators: pd.DataFrame
) -> list[Fault]:
    problem = "比較の表の名前が indicators にありません"
    faults = [
        Fault(problem, "indicator の名前にしてください", value=name)
        for name in table.index
        if name not in set(indicators["indicator"])
    ]
    if list(table.index) != list(table.columns):
        problem = "比較の表の行と列の名前が違います"
        faults.append(Fault(problem, "行と列に同じ名前を1回ずつ書いてください"))
    elif not (matrix > 0).all():
        problem = "比較の表に0以下の数か空欄があります"
        faults.append(Fault(problem, "1/9〜9 の数を入れてください"))
    else:
        off_reciprocal = np.abs(matrix * matrix.T - 1) > RECIPROCAL_TOLERANCE
        faults += [
            Fault(
                "行と列を入れ替えた比較が逆数になっていません",
                "片方を逆数にしてください",
                column=str(table.columns[column]),
                value=matrix[row, column],
            )
            for row, column in np.argwhere(np.triu(off_reciprocal))
        ]
    return faults


def _reweight_by_components(
    indicators: pd.DataFrame, values: pd.DataFrame | None, components: int | None
) -> pd.DataFrame:
    if values is None:
        raise ChoiceError("method='pca' には values=（指標の値の表）が必要です。")
    framework = parse_framework(indicators)
    numbers, _ = read_figures(values, framework)
    if np.isnan(numbers).any():
        problem = "空欄のある表では主成分を計算できません"
        raise TableError([Fault(problem, "score の impute と同じように補ってください")])
    # what is equal everywhere varies with nothing: it has no correlation
    equal = find_flat_columns(numbers)
    if equal.any():
        problem = "すべての市町で同じ値なので、主成分を計算できません"
        remedy = "この指標を indicators から外すか、値の違う市町を加えてください"
        raise TableError(
            Fault(problem, remedy, column=name)
            for name, is_equal in zip(framework.leaves, equal, strict=True)
            if is_equal
        )
    if components is not None:
        require_whole_number(components, "components", high=numbers.shape[1])
    weights, explained = compute_component_weights(numbers * framework.direction, components)
    new_weights = dict(zip(framework.leaves, weights * len(weights), strict=True))
    is_leaf = indicators["indicator"].isin(framework.leaves)
    result = indicators[is_leaf].assign(
        parent="", weight=[new_weights[name] for name in indicators["indicator"][is_leaf]]
    )
    result.attrs["explained"] = explained
    result.attrs["settings"] = {"method": "pca", "components": components}
    return carry_provenance(result, indicators, values)


def compute_component_weights(
    numbers: FloatArray, components: int | None = None
) -> tuple[FloatArray, float]:
    """Compute each column's weight (sum 1) from rotated principal components.

    A column belongs to the component on which it loads most; within it, its weight is its share of
    squared loadings; the components weigh by the variance that they explain.

    Parameters
    ----------
    numbers
        Units × columns, complete.
    components
        How many; by default those with an eigenvalue above 1.

    Returns
    -------
    weights : numpy.ndarray
    explained : float
        Share of the variance that the components explain.
    """
    eigenvalues, vectors = np.linalg.eigh(np.corrcoef(numbers, rowvar=False))
    order = np.argsort(eigenvalues)[::-1]
    eigenvalues = eigenvalues[order]
    n_components = components or max(int((eigenvalues > 1).sum()), 1)
    # tiny negative eigenvalues are rounding
    scale = np.sqrt(eigenvalues[:n_components].clip(0))
    loadings = rotate_varimax(vectors[:, order][:, :n_components] * scale)
    squared = loadings**2
    own_component = squared.argmax(axis=1)
    variance = squared.sum(axis=0)
    share_within = squared[np.arange(own_component.size), own_component] / variance[own_component]
    weights = share_within * (variance[own_component] / variance.sum())
    explained = float(eigenvalues[:n_components].sum() / eigenvalues.sum())
    return weights / weights.sum(), explained


def rotate_varimax(
    loadings: FloatArray, max_rounds: int = 200, tolerance: float = 1e-10
) -> FloatArray:
    """Rotate components so that each column loads on few (Kaiser 1958).

    Parameters
    ----------
    loadings
        Columns × components.
    max_rounds, tolerance
        When to stop.
    """
    n_columns = loadings.shape[0]
    rotation = np.eye(loadings.shape[1])
    gain_before = 0.0
    for _ in range(max_rounds):
        rotated = loadings @ rotation
        # gradient of the variance of squared loadings, projected onto the rotations
        gradient = rotated**3 - rotated * (rotated**2).sum(axis=0) / n_columns
        first_vectors, sizes, last_vectors = np.linalg.svd(loadings.T @ gradient)
        rotation = first_vectors @ last_vectors
        if sizes.sum() - gain_before < tolerance:
            break
        gain_before = sizes.sum()
    return np.asarray(loadings @ rotation)
