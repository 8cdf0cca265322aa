"""Recorded answers of a language model are held against the tables, and whoever judged them is scored on both errors."""

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit.errors import ChoiceError, TableError
from dxkit.support import answers

TOWNS = pd.DataFrame(
    {
        "name": ["甲市", "乙町", "丙町"],
        "people_2020": [459_593, 12_000, 12_000],
        "people_2025": [457_162, 11_000, np.nan],
        "area_km2": [50.7, 307.44, 9.13],
        "ai": [1.0, 0.0, np.nan],
    }
)


def ask(place_names, stated, unit, *, column="people_2020", statistic="value"):
    """Check one answer: its verdict, fault and truth."""
    row = {
        "answer_id": 1, "table": "towns", "column": column, "place_names": place_names,
        "statistic": statistic, "stated": stated, "unit": unit,
    }  # fmt: skip
    checked = answers.check_answers(pd.DataFrame([row]), {"towns": TOWNS})
    return tuple(checked.loc[0, ["verdict", "fault", "truth"]])


# what was said and what a person with the table at hand says of it
JUDGED = [
    (ask, ("甲市", "459593", "人"), ("正しい", "なし", "459,593人")),
    (ask, ("甲市", "459,593", "人"), ("正しい", "なし", "459,593人")),
    (ask, ("甲市", "46", "万人"), ("正しい", "なし", "459,593人")),
    (ask, ("甲市", "45.96", "万人"), ("正しい", "なし", "459,593人")),
    (ask, ("甲市", "45", "万人"), ("誤り", "数字", "459,593人")),
    (ask, ("甲市", "45.95", "万人"), ("誤り", "数字", "459,593人")),
    (ask, ("甲市", "460", "千人"), ("正しい", "なし", "459,593人")),
    (ask, ("甲市", "459594", "人"), ("誤り", "数字", "459,593人")),
    (ask, ("甲市", "459593", "万人"), ("誤り", "単位", "459,593人")),
    (ask, ("甲市", "459593", "世帯"), ("誤り", "単位", "459,593人")),
    (ask, ("甲市", "457162", "人"), ("誤り", "時点", "459,593人")),
    (ask, ("丁市", "459593", "人"), ("誤り", "ない市町", "表にない")),
]


@pytest.mark.parametrize(
    ("stated", "unit", "verdict"),
    [
        ("51", "km²", "正しい"),
        ("50", "km²", "誤り"),
        ("50.7", "km²", "正しい"),
        ("50.6", "km²", "誤り"),
        ("5070", "ha", "正しい"),
        ("5069", "ha", "誤り"),
    ],
)
def test_a_figure_with_decimals_may_be_rounded_to_its_last_digit(stated, unit, verdict):
    assert ask("甲市", stated, unit, column="area_km2")[0] == verdict


@pytest.mark.parametrize(("check", "said", "expected"), JUDGED)
def test_a_figure_is_judged_by_number_unit_year_and_place(check, said, expected):
    assert check(*said) == expected


def test_sums_counts_and_the_largest_are_computed_from_the_table():
    assert ask("甲市、乙町", "471593", "人", statistic="sum")[:2] == ("正しい", "なし")
    assert ask("甲市、乙町", "481593", "人", statistic="sum")[:2] == ("誤り", "合計")
    assert ask("", "483593", "人", statistic="sum")[0] == "正しい"
    # a blank is no 0: the sum is not known
    assert ask("", "468162", "人", column="people_2025", statistic="sum") == (
        "誤り", "数字", "表にない",
    )  # fmt: skip
    assert ask("", "1", "市町", column="ai", statistic="count")[0] == "正しい"
    assert ask("", "2", "市町", column="ai", statistic="count")[:2] == ("誤り", "数字")
    assert ask("", "乙町", "", column="area_km2", statistic="largest")[0] == "正しい"
    assert ask("", "甲市", "", column="area_km2", statistic="largest")[1] == "いちばんの取り違え"
    assert ask("", "丁市", "", column="area_km2", statistic="largest")[1] == "ない市町"
    # ties are all right
    assert ask("乙町、丙町", "丙町", "", statistic="largest")[0] == "正しい"
    assert ask("乙町", "307.44", "ha", column="area_km2")[:2] == ("誤り", "単位")
    assert ask("乙町", "30744", "ha", column="area_km2")[0] == "正しい"


def test_all_faults_of_the_recorded_answers_come_at_once():
    rows = pd.DataFrame(
        {
            "answer_id": [1, 2, 3, 4],
            "table": ["towns", "moon", "towns", "towns"],
            "column": ["people_2020", "people_2020", "people_1890", "area_km2"],
            "place_names": ["甲市", "甲市", "甲市", "甲市、乙町"],
            "statistic": "value",
            "stated": ["たくさん", "1", "1", "1"],
            "unit": ["人", "人", "人", "坪"],
        }
    )
    with pytest.raises(TableError, match="たくさん") as caught:
        answers.check_answers(rows, {"towns": TOWNS})
    message = str(caught.value)
    for part in ("moon", "people_1890", "甲市、乙町", "坪"):
        assert part in message
    with pytest.raises(TableError, match="answer_id"):
        answers.check_answers(rows.drop(columns="answer_id"), {"towns": TOWNS})
    with pytest.raises(ChoiceError, match="表の名前"):
        answers.check_answers(rows, TOWNS)


def test_both_errors_of_a_judgement_are_counted():
    checked = pd.DataFrame(
        {"answer_id": [1, 2, 3, 4], "verdict": ["誤り", "誤り", "正しい", "正しい"]}
    )
    score = answers.score_judgements(checked, [1, "3"]).set_index("outcome")
    assert score["answer_ids"].to_dict() == {
        "見つけた誤り": "1", "見のがした誤り": "2", "正しいのに疑った": "3", "正しく信じた": "4",
    }  # fmt: skip
    everything = answers.score_judgements(checked, [1, 2, 3, 4])["count"].tolist()
    assert everything == [2, 0, 2, 0]
    assert answers.score_judgements(checked, [])["count"].tolist() == [0, 2, 0, 2]
    assert answers.score_judgements(checked, 2)["count"].tolist() == [1, 1, 0, 2]
    with pytest.raises(ChoiceError, match="番号「9」の答えはありません。使える番号: 1、2、3、4"):
        answers.score_judgements(checked, [1, 9])
    with pytest.raises(TableError, match="たぶん"):
        answers.score_judgements(checked.assign(verdict="たぶん"), [1])


def test_a_prompt_names_table_column_unit_and_date_and_no_other_column():
    towns = dxkit.load("municipalities").head(3)
    text = answers.write_prompt(towns, "people_2020", "いちばん多いのは\nどこか。")
    assert text.splitlines()[0] == "問い: いちばん多いのは どこか。"
    for part in ("人口（2020年）", "単位: 人", "2020-10-01", "表にない", "神戸市: 1525152"):
        assert part in text
    assert "557" not in text
    made = dxkit.load("hearing_example").head(2).assign(name="甲")
    made.attrs = dxkit.load("hearing_example").attrs
    assert "架空" in answers.write_prompt(made, "level", "どれか。")
    blank = TOWNS.tail(1)
    assert "丙町: 空白（0ではない）" in answers.write_prompt(blank, "people_2025", "何人か。")
    with pytest.raises(ChoiceError, match="51行"):
        answers.write_prompt(pd.concat([towns.head(1)] * 51), "people_2020", "何人か。")
    with pytest.raises(ChoiceError, match="空です"):
        answers.write_prompt(towns, "people_2020", "  ")
    with pytest.raises(TableError, match="people_1890"):
        answers.write_prompt(towns, "people_1890", "何人か。")


def test_what_is_invented_stays_marked():
    towns = dxkit.load("municipalities")
    dashboard = dxkit.load("dashboard").merge(towns[["code", "name"]], on="code")
    checked = answers.check_answers(
        dxkit.load("recorded_answers"), {"municipalities": towns, "dashboard": dashboard}
    )
    assert checked.attrs["made"] is True
    assert answers.score_judgements(checked, [2]).attrs["made"] is True
