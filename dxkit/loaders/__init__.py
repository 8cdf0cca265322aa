"""Which tables are there, and how is an official or home-made file read?

`load`, `catalog`, `describe` and `label` serve the project's own tables; `identify` says what a
file is, and `read` reads it with the reader that fits; each ``read_*`` takes an official file
format; `read_table` takes anybody's spreadsheet; `fetch` downloads from the publishers' own
addresses; `write_hearing_form` and `read_hearing` are the two ends of the prefecture's hearing,
`write_form` and `read_form` of all other forms (table ``form_columns``);
`write_table` exports.
"""

from dxkit.loaders._boundaries import read_boundaries
from dxkit.loaders._catalog import catalog
from dxkit.loaders._compare_with_shipped import compare_with_shipped
from dxkit.loaders._dashboard import read_dashboard
from dxkit.loaders._data_folder import data_folder
from dxkit.loaders._decode_text import decode_text
from dxkit.loaders._describe import describe
from dxkit.loaders._describe_reading import describe_reading
from dxkit.loaders._did import read_did
from dxkit.loaders._elevation import read_elevation
from dxkit.loaders._estat import read_estat
from dxkit.loaders._extensions import read_extensions
from dxkit.loaders._fetch import fetch
from dxkit.loaders._find_municipality import find_municipality
from dxkit.loaders._form_answers import read_form
from dxkit.loaders._form_sheet import write_form
from dxkit.loaders._hearing_form import write_hearing_form
from dxkit.loaders._hearing_table import read_hearing
from dxkit.loaders._identify import identify
from dxkit.loaders._label import label
from dxkit.loaders._load import list_newer_files, load, load_shipped
from dxkit.loaders._mesh_population import read_mesh_population
from dxkit.loaders._municipalities import all_municipalities
from dxkit.loaders._my_town import my_town, user_folder
from dxkit.loaders._place_names import is_former_name, municipality_name
from dxkit.loaders._read import read
from dxkit.loaders._read_roster import read_roster
from dxkit.loaders._residents import read_residents
from dxkit.loaders._resolve_municipality import resolve_municipality
from dxkit.loaders._resolve_prefecture import (
    HYOGO,
    find_prefecture,
    list_unvisited,
    name_municipalities,
    resolve_prefecture,
)
from dxkit.loaders._roadside_stations import read_roadside_stations
from dxkit.loaders._roster_headings import list_headings
from dxkit.loaders._service_catalogue import read_catalogue
from dxkit.loaders._shelters import read_shelters
from dxkit.loaders._standard_facilities import read_facilities
from dxkit.loaders._standardization import read_standardization
from dxkit.loaders._table import read_table
from dxkit.loaders._towns import read_towns
from dxkit.loaders._weather_areas import read_weather_areas
from dxkit.loaders._wind_normals import read_wind_normals
from dxkit.loaders._write_table import write_table

__all__ = [
    "HYOGO",
    "all_municipalities",
    "catalog",
    "compare_with_shipped",
    "data_folder",
    "decode_text",
    "describe",
    "describe_reading",
    "fetch",
    "find_municipality",
    "find_prefecture",
    "identify",
    "is_former_name",
    "label",
    "list_headings",
    "list_newer_files",
    "list_unvisited",
    "load",
    "load_shipped",
    "municipality_name",
    "my_town",
    "name_municipalities",
    "read",
    "read_boundaries",
    "read_catalogue",
    "read_dashboard",
    "read_did",
    "read_elevation",
    "read_estat",
    "read_extensions",
    "read_facilities",
    "read_form",
    "read_hearing",
    "read_mesh_population",
    "read_residents",
    "read_roadside_stations",
    "read_roster",
    "read_shelters",
    "read_standardization",
    "read_table",
    "read_towns",
    "read_weather_areas",
    "read_wind_normals",
    "resolve_municipality",
    "resolve_prefecture",
    "user_folder",
    "write_form",
    "write_hearing_form",
    "write_table",
]
