"""Where do points lie that an official table lists? Degrees, columns and table of such readers."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dxkit.loaders._official_layout import OfficialSheet
from dxkit.loaders._origin import set_origin
from dxkit.loaders._point_remarks import warn_of_points

# degrees: Japan with its remote islands
LATITUDE_LIMITS = (20, 46)
LONGITUDE_LIMITS = (122, 154)
# headings by which the columns go
LATITUDE = ("緯度", "lat")
LONGITUDE = ("経度", "lon", "lng")


def read_points(official: OfficialSheet) -> dict[str, list[float | None]]:
    """Read the columns of latitude and longitude."""
    south, north = LATITUDE_LIMITS
    west, east = LONGITUDE_LIMITS
    return {
        "lat": official.read_numbers(*LATITUDE, low=south, high=north),
        "lon": official.read_numbers(*LONGITUDE, low=west, high=east),
    }


def make_table(
    official: OfficialSheet, columns: Mapping[str, Sequence[object]], title: str, kind: str
) -> pd.DataFrame:
    """Make the table of columns that were read; raise the faults, say which points are odd."""
    official.raise_faults()
    table = pd.DataFrame(dict(columns))
    sheet = official.sheet
    warn_of_points(table, sheet)
    as_of = official.find_date()
    set_origin(table, title, sheet.file, kind=kind, as_of=as_of, sheet=sheet.name)
    return table
