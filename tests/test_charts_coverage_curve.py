"""The curve of bases and the rose of winds say what their tables say."""

import numpy as np
import pandas as pd
import pytest

from dxkit.charts import curve, wind_rose
from dxkit.errors import TableError


@pytest.fixture
def budget():
    return pd.DataFrame(
        {
            "count": [1, 2, 3, 4],
            "share": [0.4, 0.7, 0.8, 0.85],
            "covered": [40.0, 70.0, 80.0, 85.0],
            "bound": [40.0, 70.0, 80.0, 90.0],
            "gap": [0.0, 0.0, 0.0, 0.055],
            "worst_share": [0.0, 0.2, 0.3, 0.3],
            "elbow": [False, True, False, False],
        }
    )


@pytest.fixture
def winds():
    calm = [{"kind": "wind", "wind_ms": 0.0, "wind_from_deg": 0.0, "share": 0.8}]
    rows = [
        {"kind": "wind", "wind_ms": 5.0, "wind_from_deg": turn, "share": 0.6 + turn / 1000}
        for turn in (0.0, 90.0, 180.0, 270.0)
    ]
    return pd.DataFrame([*calm, *rows, {"kind": "closed", "share": 0.5}])


def lines(figure):
    return {
        line.get_label(): line
        for line in figure.axes[0].get_lines()
        if not line.get_label().startswith("_")
    }


def test_the_lines_are_the_shares(budget):
    drawn = lines(curve(budget))
    assert drawn["届く人の割合"].get_ydata().tolist() == budget["share"].tolist()
    assert drawn["いちばん届かない市町"].get_ydata().tolist() == budget["worst_share"].tolist()


def test_the_elbow_is_told_in_words(budget):
    texts = [text.get_text() for text in curve(budget).axes[0].texts]
    assert any("2 拠点で 70%" in text for text in texts)


def test_what_is_not_proven_is_shown_as_a_band(budget):
    assert len(curve(budget).axes[0].collections) == 1
    assert not curve(budget.assign(gap=0.0)).axes[0].collections


def test_the_rose_closes_and_calm_air_is_a_circle(winds):
    drawn = lines(wind_rose(winds))
    assert set(drawn) == {"無風", "5 m/s"}
    assert drawn["5 m/s"].get_ydata()[0] == drawn["5 m/s"].get_ydata()[-1]
    assert np.ptp(drawn["無風"].get_ydata()) == 0


def test_invented_data_are_marked_in_the_title(budget, winds):
    assert "（架空データ）" in curve(budget, made=True, title="題").get_suptitle()
    assert "（架空データ）" in wind_rose(winds, made=True, title="題").get_suptitle()


def test_a_table_without_what_is_drawn_is_refused(budget, winds):
    with pytest.raises(TableError, match="share"):
        curve(budget.drop(columns="share"))
    with pytest.raises(TableError, match="robustness"):
        wind_rose(winds[winds["kind"] == "closed"])
