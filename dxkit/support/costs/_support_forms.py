"""Which form of support fits what a municipality lacks, and what would it cost?"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.schema import accepts_any_table, carry_provenance

NO_FORM = "none"
NO_FORM_LABEL = "希望を聞く（この表では足りないものがない）"
TOO_FEW_LABEL = "希望を聞く（足りないものはあるが、どの形の条件にも届かない）"
UNKNOWN_LABEL = "答えがなく、分からない"


@accepts_any_table("values", "forms")
def support_forms(
    values: pd.DataFrame,
    forms: pd.DataFrame,
    *,
    types: "pd.Series | None" = None,
    labels: "Mapping[str, str] | pd.Series | None" = None,
) -> pd.DataFrame:
    """Find for each municipality the first form of support that fits what it lacks, and its cost.

    Parameters
    ----------
    values
        One row a municipality: ``code`` and one column an item (1 has it, 0 lacks it; a blank is
        neither).
    forms
        One row a form, the strongest first: ``form, label, lacks`` (items, separated by blanks),
        ``least`` (of them must be lacking), ``days`` (a year), ``yen_day, low, high`` (of the price
        a day). Table ``support_forms``; its prices are assumptions.
    types
        Index ``code``: the type of each (`dxkit.maturity.typology`, ``labels``), handed on.
    labels
        Item → Japanese name.

    Returns
    -------
    pandas.DataFrame
        One row a municipality: ``code, type, lacking`` (names of the items that decided),
        ``unknown`` (how many of all items are blank), ``form, label, days``, ``yen, low_yen,
        high_yen``. Without a form (``none``) days and prices are 0; missing where an answer is
        missing, too, for nobody knows then whether one is needed. ``.attrs["settings"]``:
        ``total_yen`` of those that are known, ``unpriced`` (how many are not).

    Raises
    ------
    TableError
        If a column is missing, a code or form repeats, or a form asks for an unknown item.

    Notes
    -----
    A rule, not a proof: it proposes what to talk about. Whether a municipality wishes it is asked
    in the hearing.

    Examples
    --------
    >>> import pandas as pd
    >>> values = pd.DataFrame({"code": ["28201", "28202"], "plan": [0, 1], "cio": [0, 1]})
    >>> forms = pd.DataFrame([{"form": "advise", "label": "助言", "lacks": "plan cio", "least": 2,
    ...     "days": 12, "yen_day": 80_000, "low": 50_000, "high": 120_000}])
    >>> support_forms(values, forms)[["code", "form", "yen"]].to_numpy().tolist()
    [['28201', 'advise', 960000.0], ['28202', 'none', 0.0]]
    """
    plain = read_plain_table(values)
    _checks.require_columns(plain, ["code"], "values")
    _checks.require_unique_rows(plain, ["code"], "values")
    rules = _read_forms(forms, plain)
    type_by_code = _checks.read_mapping(types, "types")
    names = _checks.read_mapping(labels, "labels")
    items = list(dict.fromkeys(item for rule in rules for item in rule["items"]))
    numbers = {item: _checks.read_numbers(plain, item, "values", blank=True) for item in items}
    order = plain["code"].astype(str).argsort(kind="stable")
    rows = []
    for position in order:
        lacking = {item for item in items if numbers[item][position] < 1}
        unknown = sum(bool(np.isnan(numbers[item][position])) for item in items)
        code = str(plain["code"].iloc[position])
        rows.append(
            {
                "code": code,
                "type": type_by_code.get(code),
                **_choose_form(rules, lacking, names, has_blanks=unknown > 0),
                "unknown": unknown,
            }
        )
    columns = ["code", "type", "lacking", "unknown", "form", "label"]
    columns += ["days", "yen", "low_yen", "high_yen"]
    table = pd.DataFrame(rows, columns=columns)
    unpriced = int(table["yen"].isna().sum())
    table.attrs = {"settings": {"total_yen": float(table["yen"].sum()), "unpriced": unpriced}}
    return carry_provenance(table, values, forms, types)


def _read_forms(forms: pd.DataFrame, values: pd.DataFrame) -> list[dict[str, Any]]:
    """Read the forms in their order, each with its items."""
    plain = read_plain_table(forms)
    needed = ["form", "label", "lacks", "least", "days", "yen_day", "low", "high"]
    _checks.require_columns(plain, needed, "forms")
    _checks.require_unique_rows(plain, ["form"], "forms")
    for column in ("least", "days", "yen_day", "low", "high"):
        plain[column] = _checks.read_numbers(plain, column, "forms")
    rules: list[dict[str, Any]] = [
        {str(name): cell for name, cell in row.items()} | {"items": str(row["lacks"]).split()}
        for row in plain.to_dict("records")
    ]
    faults = [
        Fault(
            "この項目は values の表にありません",
            "項目の記号を直すか、その列のある表を渡してください",
            row=number,
            column="lacks",
            value=item,
        )
        for number, rule in enumerate(rules, start=1)
        for item in rule["items"]
        if item not in values.columns
    ]
    if faults:
        raise TableError(faults)
    return rules


def _choose_form(
    rules: list[dict[str, Any]],
    lacking: set[str],
    labels: Mapping[str, str],
    *,
    has_blanks: bool,
) -> dict[str, object]:
    """Take the first form enough of whose items are lacking."""

    def write_names(items: list[str]) -> str:
        return "、".join(str(labels.get(item, item)) for item in items)

    for rule in rules:
        own = [item for item in rule["items"] if item in lacking]
        if len(own) < rule["least"] or not own:
            continue
        prices = {
            column: float(rule["days"]) * float(rule[price])
            for column, price in (("yen", "yen_day"), ("low_yen", "low"), ("high_yen", "high"))
        }
        return {
            "lacking": write_names(own),
            "form": rule["form"],
            "label": rule["label"],
            "days": rule["days"],
            **prices,
        }
    # who did not answer may lack what would decide: no 0 yen
    amount = np.nan if has_blanks else 0.0
    label = UNKNOWN_LABEL if has_blanks else TOO_FEW_LABEL if lacking else NO_FORM_LABEL
    amounts = dict.fromkeys(("days", "yen", "low_yen", "high_yen"), amount)
    listed = list(
        dict.fromkeys(item for rule in rules for item in rule["items"] if item in lacking)
    )
    return {"lacking": write_names(listed), "form": NO_FORM, "label": label, **amounts}
