"""A table that does not hold what it must is refused with all its faults, in Japanese and by its own headings."""

import pandas as pd
import pandera.pandas as pa
import pytest

import dxkit
from dxkit import schema
from dxkit.errors import ChoiceError, TableError

DEMAND = pd.DataFrame(
    {
        "place": ["a", "b"],
        "code": ["28201", None],
        "lat": [34.8, 35.0],
        "lon": [134.7, 134.8],
        "people": [10, 0],
        "elderly": [3, None],
    }
)


def _faults(table, name, **options):
    with pytest.raises(TableError, match="→") as caught:
        schema.validate(table, name, **options)
    return caught.value.faults


def test_a_sound_table_comes_back_with_its_types_and_remembers_where_it_came_from():
    before = DEMAND.copy()
    before.attrs["file"] = "a.csv"
    after = schema.validate(before, "demand")
    assert after["people"].dtype == float
    assert after.attrs["file"] == "a.csv"
    assert before["people"].dtype == int


@pytest.mark.parametrize(
    ("change", "column", "problem"),
    [
        ({"people": [10, -1]}, "people", "0以上"),
        ({"lat": [135, 34]}, "lat", "20〜46"),
        ({"place": ["a", "a"]}, "place", "重複"),
        ({"code": ["28201", "99999"]}, "code", "団体コード"),
        ({"people": [10, None]}, "people", "空欄"),
        ({"people": [10, "多数"]}, "people", "数値ではありません"),
    ],
)
def test_each_kind_of_fault_is_said_in_japanese_at_its_place(change, column, problem):
    faults = _faults(DEMAND.assign(**change), "demand", file="a.csv", rows=[5, 6])
    (fault,) = {fault.column: fault for fault in faults}.values()
    assert fault.column == schema.heading(column)
    assert problem in fault.problem
    assert fault.row in (5, 6)
    assert fault.file == "a.csv"


def test_all_faults_come_at_once_in_the_order_of_the_rows():
    faults = _faults(
        DEMAND.assign(lat=[0, 0], people=[-1, -1]).drop(columns="lon"), "demand", rows=[5, 6]
    )
    assert [fault.row for fault in faults] == sorted(fault.row or 0 for fault in faults) or faults[
        0
    ].row is None
    assert {fault.column for fault in faults} == {
        schema.heading(name) for name in ("lat", "lon", "people")
    }
    assert len(faults) == 5


def test_the_files_own_heading_is_used_where_it_is_known():
    (fault,) = _faults(DEMAND.assign(people=[-1, 0]), "demand", names={"people": "夜間人口"})
    assert fault.column == "夜間人口"


def test_a_code_of_another_prefecture_is_no_row_of_the_values():
    (fault,) = _faults(pd.DataFrame({"code": ["28201", "27381"]}), "values")
    assert "兵庫県" in fault.problem
    assert fault.value == "27381"


def test_the_same_system_twice_for_one_municipality_is_a_repeat():
    table = pd.DataFrame(
        {"code": ["28201"] * 2, "system": ["住民記録"] * 2, "share_done": [0.5, 0.6]}
    )
    assert "重複" in _faults(table, "progress")[0].problem


def test_a_schema_of_ones_own_is_used_as_it_is():
    own = pa.DataFrameSchema({"x": pa.Column(int, title="数", metadata={"unit": "件"})})
    assert schema.find_schema(own) is own
    (fault,) = _faults(pd.DataFrame({"x": ["a"]}), own)
    assert fault.column == "数［件］"


def test_an_unknown_form_lists_the_known_ones():
    with pytest.raises(ChoiceError, match="demand"):
        schema.validate(DEMAND, "demands")


@pytest.mark.parametrize(
    ("table", "form"),
    [("municipalities", "municipalities"), ("mesh_people", "demand"), ("progress", "progress")],
)
def test_the_shipped_tables_hold_what_they_must(table, form):
    loaded = dxkit.load(table)
    assert len(schema.validate(pd.DataFrame(loaded), form)) == len(loaded)


def test_every_heading_is_japanese_or_a_known_sign_and_leads_back_to_its_column():
    for column in schema.HEADINGS:
        assert schema.map_headings([column])[schema.heading(column)] == column


def test_every_column_of_every_shipped_table_has_a_heading():
    wide = {"dashboard", "online_applications", "technology_index"}
    columns = {
        column
        for _, row in dxkit.catalog().iterrows()
        if row["name"] not in wide
        for column in row["columns"].split()
    }
    assert sorted(columns - set(schema.HEADINGS)) == []


def test_provenance_merges_sources_and_takes_the_weakest_kind():
    census, example, estimate = (pd.DataFrame() for _ in range(3))
    census.attrs = {"source": "国勢調査", "as_of": "2020", "kind": "published"}
    estimate.attrs = {"source": "国勢調査、推計", "kind": "estimated"}
    example.attrs = {"source": "例", "made": True}
    merged = schema.merge_provenance(census, None, estimate, 3, {"licence": "CC BY 4.0"})
    assert merged == {
        "source": "国勢調査、推計",
        "as_of": "2020",
        "licence": "CC BY 4.0",
        "kind": "estimated",
    }
    assert schema.merge_provenance(estimate, example)["kind"] == "made"
    assert schema.merge_provenance() == {}


def test_provenance_is_carried_beside_what_a_result_says_itself():
    example = pd.DataFrame({"a": [1]})
    example.attrs = {"source": "例", "made": True, "file": "a.csv"}
    result = pd.DataFrame({"b": [2]})
    result.attrs = {"settings": {"seed": 0}, "source": "自分で計算"}
    assert schema.carry_provenance(result, example) is result
    assert result.attrs == {
        # what the result says already stands beside the sources of its inputs
        "source": "例、自分で計算",
        "kind": "made",
        "made": True,
        "settings": {"seed": 0},
    }
    assert schema.is_made(result)
