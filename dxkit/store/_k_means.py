"""Which groups do points in the plane form, and how clearly do they stand apart?

k-means (Lloyd's algorithm from seeded k-means++ starts) and the mean silhouette (Rousseeuw 1987).
Every search has a fixed number of starts, so that it gives the same answer on every machine.
"""

import numpy as np
from scipy.spatial.distance import cdist

from dxkit._arrays import FloatArray, IntArray

STARTS = 100
# what a silhouette is divided by, at least: points that coincide would divide by zero
SMALLEST_DISTANCE = 1e-12


def cluster_points(points: FloatArray, group_count: int, random: np.random.Generator) -> IntArray:
    """Cluster points by the best of several starts of Lloyd's algorithm."""
    clusterings = [
        _run_lloyd(points, _draw_centres(points, group_count, random)) for _ in range(STARTS)
    ]
    return min(clusterings, key=lambda clustering: clustering[1])[0]


def compute_silhouette(points: FloatArray, labels: IntArray) -> float:
    """Compute the mean silhouette; a point alone in its group counts 0."""
    kinds, own_group = np.unique(labels, return_inverse=True)
    if len(kinds) < 2:
        return -1.0
    distance_sums = np.column_stack(
        [cdist(points, points[labels == kind]).sum(axis=1) for kind in kinds]
    )
    sizes = np.bincount(own_group)
    rows = np.arange(len(points))
    # a point is no neighbour of itself
    to_own = distance_sums[rows, own_group] / np.maximum(sizes[own_group] - 1, 1)
    to_groups = distance_sums / sizes
    to_groups[rows, own_group] = np.inf
    to_nearest = to_groups.min(axis=1)
    larger = np.maximum(np.maximum(to_own, to_nearest), SMALLEST_DISTANCE)
    scores = np.where(sizes[own_group] > 1, (to_nearest - to_own) / larger, 0.0)
    return float(scores.mean())


def _draw_centres(points: FloatArray, group_count: int, random: np.random.Generator) -> FloatArray:
    """Draw first centres far from each other, as k-means++ does."""
    centres = [points[random.integers(len(points))]]
    for _ in range(group_count - 1):
        squared = cdist(points, np.array(centres), "sqeuclidean").min(axis=1)
        centres.append(points[random.choice(len(points), p=squared / squared.sum())])
    return np.array(centres)


def _run_lloyd(points: FloatArray, centres: FloatArray) -> tuple[IntArray, float]:
    """Move centres until no point changes its group: labels and sum of squared distances."""
    labels = np.full(len(points), -1, dtype=np.intp)
    while True:
        squared = cdist(points, centres, "sqeuclidean")
        nearest = squared.argmin(axis=1)
        if (nearest == labels).all():
            return labels, float(squared.min(axis=1).sum())
        labels = nearest
        # a centre that nobody is nearest to stays where it is
        centres = np.array(
            [
                points[labels == i].mean(axis=0) if (labels == i).any() else centre
                for i, centre in enumerate(centres)
            ]
        )
