"""What must each table hold?

One `pandera` schema a table of the design's "grain and columns" list. Each column carries its
Japanese heading and its unit, so that `dxkit.label` and error messages say the same.
"""

import re

import pandas as pd
import pandera.pandas as pa

from dxkit import codes
from dxkit._checks import is_among
from dxkit.errors import ChoiceError, CodeError
from dxkit.schema._headings import HEADINGS

# digits of a code that say its prefecture
PREFECTURE_DIGITS = 2
# where so many rows are of one prefecture, a row of another is a slip
HOME_SHARE = 0.5
MUNICIPALITY_KINDS = ("city", "town", "village", "ward")
STATUSES = ("answered", "declined", "unknown", "not_applicable")
# fictional towns that every interviewer rates beside the real ones
FICTIONAL_TOWN = re.compile(r"V[0-9]+")


def find_schema(name: str | pa.DataFrameSchema) -> pa.DataFrameSchema:
    """Find the schema of that name; a schema is returned as it is.

    Parameters
    ----------
    name
        A name in `SCHEMAS`, or a pandera schema.

    Returns
    -------
    pandera.DataFrameSchema

    Raises
    ------
    ChoiceError
        If there is none of that name.

    Examples
    --------
    >>> list(find_schema("candidates").columns)
    ['base', 'name', 'kind', 'lat', 'lon']
    """
    if isinstance(name, pa.DataFrameSchema):
        return name
    if not is_among(name, SCHEMAS):
        raise ChoiceError(
            f"表の形「{name}」はありません。{'・'.join(SCHEMAS)} から選んでください。"
        )
    return SCHEMAS[name]


def _are_at_home(values: pd.Series) -> pd.Series:
    """Check that no row strays from the prefecture of the others; a nationwide table has none."""
    numbers = values.astype(str).str[:PREFECTURE_DIGITS]
    counts = numbers.value_counts(sort=False)
    if counts.empty or counts.max() < len(values) * HOME_SHARE:
        return pd.Series(True, index=values.index)
    # the first of equals: a table of two rows belongs where its first one does
    return numbers == counts.idxmax()


def _is_short_code(value: object) -> bool:
    try:
        return codes.short_code(value) == value
    except CodeError:
        return False


def _is_rated_case(value: object) -> bool:
    """Check for a municipality, or a fictional town that every interviewer rates."""
    # fictional towns have no code of the standard
    if FICTIONAL_TOWN.fullmatch(str(value)):
        return True
    return _is_short_code(value)


def _make_column(
    name: str,
    kind: type,
    *checks: pa.Check,
    nullable: bool = False,
    unique: bool = False,
    required: bool = True,
) -> pa.Column:
    """Make a column that knows its heading and unit."""
    # headings stand in one place, for tables, messages and labels alike
    heading, unit = HEADINGS[name]
    return pa.Column(
        kind,
        list(checks),
        title=heading,
        metadata={"unit": unit},
        nullable=nullable,
        unique=unique,
        required=required,
        # spreadsheets store whole numbers as decimals: types are put right, not refused
        coerce=True,
    )


def _check_range(low: float, high: float) -> pa.Check:
    return pa.Check.in_range(low, high, error=f"{low:g}〜{high:g}の範囲にありません")


def _check_choice(*choices: str) -> pa.Check:
    return pa.Check.isin(choices, error=f"{'・'.join(choices)} のどれかにしてください")


CODE = pa.Check(_is_short_code, element_wise=True, error="5桁の団体コードではありません")
CASE = pa.Check(
    _is_rated_case,
    element_wise=True,
    error="5桁の団体コードでも架空の町（V1 など）でもありません",
)
AT_HOME = pa.Check(_are_at_home, error="ほかの行と違う都道府県の団体コードです")
COUNT = pa.Check.ge(0, error="0以上の数にしてください")
SHARE = _check_range(0, 1)
# degrees: Japan with its remote islands
LATITUDE = _check_range(20, 46)
LONGITUDE = _check_range(122, 154)

# name → what a table of that form must hold
SCHEMAS: dict[str, pa.DataFrameSchema] = {
    "municipalities": pa.DataFrameSchema(
        {
            "code": _make_column("code", str, CODE, AT_HOME, unique=True),
            "code6": _make_column("code6", str),
            "name": _make_column("name", str),
            "kana": _make_column("kana", str),
            "area_name": _make_column("area_name", str),
            "kind": _make_column("kind", str, _check_choice(*MUNICIPALITY_KINDS)),
            "people_2020": _make_column("people_2020", int, COUNT),
            "people_2025": _make_column("people_2025", int, COUNT),
            "households_2020": _make_column("households_2020", int, COUNT),
            "elderly_2020": _make_column("elderly_2020", int, COUNT),
            "area_km2": _make_column("area_km2", float, COUNT),
        }
    ),
    "values": pa.DataFrameSchema({"code": _make_column("code", str, CODE, AT_HOME, unique=True)}),
    "members": pa.DataFrameSchema({"code": _make_column("code", str, CODE, AT_HOME, unique=True)}),
    "indicators": pa.DataFrameSchema(
        {
            "indicator": _make_column("indicator", str, unique=True),
            "parent": _make_column("parent", str, nullable=True),
            "label": _make_column("label", str),
            "direction": _make_column(
                "direction", int, pa.Check.isin((1, -1), error="1 か -1 にしてください")
            ),
            "weight": _make_column("weight", float, COUNT),
            "unit": _make_column("unit", str, nullable=True),
            "low": _make_column("low", float, nullable=True),
            "high": _make_column("high", float, nullable=True),
        }
    ),
    "answers": pa.DataFrameSchema(
        {
            "code": _make_column("code", str, CASE),
            "item": _make_column("item", str),
            "rater": _make_column("rater", str, nullable=True),
            "level": _make_column("level", float, _check_range(0, 5), nullable=True),
            "target": _make_column("target", float, _check_range(0, 5), nullable=True),
            "status": _make_column("status", str, _check_choice(*STATUSES)),
            "evidence": _make_column("evidence", str, nullable=True),
        }
    ),
    "demand": pa.DataFrameSchema(
        {
            "place": _make_column("place", str, unique=True),
            "code": _make_column("code", str, CODE, nullable=True),
            "lat": _make_column("lat", float, LATITUDE),
            "lon": _make_column("lon", float, LONGITUDE),
            "people": _make_column("people", float, COUNT),
            "elderly": _make_column("elderly", float, COUNT, nullable=True),
        }
    ),
    "candidates": pa.DataFrameSchema(
        {
            "base": _make_column("base", str, unique=True),
            "name": _make_column("name", str),
            "kind": _make_column("kind", str, nullable=True),
            "lat": _make_column("lat", float, LATITUDE),
            "lon": _make_column("lon", float, LONGITUDE),
        }
    ),
    "progress": pa.DataFrameSchema(
        {
            "code": _make_column("code", str, CODE),
            "system": _make_column("system", str),
            "share_done": _make_column("share_done", float, SHARE, nullable=True),
            "extended": _make_column("extended", bool, required=False),
        },
        unique=["code", "system"],
    ),
}
