"""Does any answer about labels, checks and what is shown hang on how its tables lie?"""

import pandas as pd
import pytest
from doubt_cases import Case, list_moved
from doubt_tables import PROGRESS, TOWNS

import dxkit
from dxkit import schema


def show_of(table):
    shown = schema.show(
        table.set_index("code"), columns=["name", "kind", "people_2020", "habitable_share"]
    )
    return sorted(str(shown).splitlines()), "".join(sorted(shown._repr_html_())), shown.to_frame()


CASES = {
    "schema.validate": Case(
        {"table": TOWNS}, lambda table: schema.validate(table, "municipalities")
    ),
    "schema.validate the progress": Case(
        {"table": PROGRESS}, lambda table: schema.validate(table, "progress")
    ),
    "schema.carry_provenance, merge_provenance, is_made": Case(
        {"table": PROGRESS},
        lambda table: (
            schema.carry_provenance(pd.DataFrame({"x": [1]}), table).attrs,
            schema.merge_provenance(table),
            schema.is_made(table),
        ),
    ),
    "loaders.label": Case({"table": TOWNS}, dxkit.label),
    "schema.show": Case({"table": TOWNS}, show_of),
}


@pytest.mark.parametrize("name", CASES)
def test_an_answer_does_not_hang_on_how_its_tables_lie(name):
    assert list_moved(CASES[name], quick=True) == ""
