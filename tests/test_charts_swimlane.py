"""Boxes stand in the lane of who does them; only the bar at the bottom has true lengths."""

import pandas as pd
import pytest
from matplotlib.patches import Rectangle

from dxkit.charts import swimlane
from dxkit.errors import ChoiceError, TableError


@pytest.fixture
def steps():
    return pd.DataFrame(
        {
            "order": [2, 1, 3],
            "step": ["審査する", "受け付ける", "決裁する"],
            "who": ["担当", "窓口", "担当"],
            "work_min": [30, 15, 15],
            "wait_min": [60, 0, 930],
            "sent_back": [0.2, 0, 0],
            "medium": ["システム", "紙", "電話"],
        }
    )


def words(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def boxes(figure, height):
    shapes = [patch for patch in figure.axes[0].patches if isinstance(patch, Rectangle)]
    return [shape for shape in shapes if shape.get_height() == pytest.approx(height)]


def test_each_box_stands_in_its_lane_in_the_order_of_the_steps(steps):
    figure = swimlane(steps)
    labels = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert labels == ["1", "2", "3", "かかる時間"]
    heads = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts}
    assert (heads["窓口"], heads["担当"]) == (0, 1)
    centres = [
        (round(box.get_x() + box.get_width() / 2), round(box.get_y() + box.get_height() / 2))
        for box in boxes(figure, 0.5)
    ]
    assert centres == [(0, 0), (1, 1), (1, 2)]
    # the colours of paper, system and anything else differ
    assert len({box.get_facecolor() for box in boxes(figure, 0.5)}) == 3


def test_minutes_waits_in_days_and_returns_are_written(steps):
    texts = words(swimlane(steps))
    assert {"作業15分", "作業30分", "待ち60分", "★待ち2日", "差戻20%"} <= set(texts)
    assert not any(text.startswith("待ち0") for text in texts)


def test_the_bar_has_the_true_lengths_repeats_counted(steps):
    figure = swimlane(steps)
    bar = [box.get_width() for box in boxes(figure, 0.4)]
    total = 15 + 60 + 30 + 930 + 15
    shares = [width / sum(bar) * total for width in bar]
    assert shares == pytest.approx([0, 15, 60, 30, 930, 15])
    assert "うち作業は6%です" in figure.get_supxlabel()
    repeated = swimlane(steps.assign(passes=[2.0, 2.0, 1.0]))
    assert "差し戻しの繰り返しも数えます" in repeated.get_supxlabel()
    assert "うち作業は9%です" in repeated.get_supxlabel().replace("\n", "")


def test_names_are_inert_and_a_long_one_is_cut(steps):
    figure = swimlane(steps.assign(step=["$x^2$", "<b>受付</b>", "あ" * 90], who="甲"))
    texts = ["".join(text.split("\n")) for text in words(figure)]
    assert "$x^2$" in texts
    assert "<b>受付</b>" in texts
    assert not any(len(text) > 24 for text in texts)
    assert not any(text.get_parse_math() for text in figure.axes[0].texts)


def test_steps_that_cannot_be_drawn_are_refused(steps):
    with pytest.raises(TableError, match="who"):
        swimlane(steps.drop(columns="who"))
    with pytest.raises(TableError, match="order"):
        swimlane(steps.assign(order=1))
    with pytest.raises(TableError, match="wait_min"):
        swimlane(steps.assign(wait_min=["長い", 0, 1]))
    with pytest.raises(ChoiceError, match="day_min"):
        swimlane(steps, day_min=0)
    assert (
        "時間が書かれていません" in swimlane(steps.assign(work_min=0, wait_min=0)).get_supxlabel()
    )
