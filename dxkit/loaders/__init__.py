"""Which tables are there, and how is an official or home-made file read?

`load`, `catalog`, `describe` and `label` serve the project's own tables; each ``read_*`` takes an official file format;
`read_table` takes anybody's spreadsheet; `fetch` downloads from the publishers' own addresses;
`write_hearing_form` and `read_hearing` are the two ends of the prefecture's hearing; `write_table` exports.
"""

from dxkit.loaders.boundaries import read_boundaries
from dxkit.loaders.checking import check
from dxkit.loaders.dashboard import read_dashboard
from dxkit.loaders.exporting import write_table
from dxkit.loaders.fetching import fetch
from dxkit.loaders.hearing import read_hearing
from dxkit.loaders.hearing_form import write_hearing_form
from dxkit.loaders.meshes import read_mesh_population
from dxkit.loaders.places import read_roadside_stations, read_shelters, read_towns
from dxkit.loaders.registry import catalog, describe, label, load
from dxkit.loaders.standardization import read_extensions, read_standardization
from dxkit.loaders.statistics import read_estat, read_residents
from dxkit.loaders.tables import read_table

__all__ = [
    "catalog",
    "check",
    "describe",
    "fetch",
    "label",
    "load",
    "read_boundaries",
    "read_dashboard",
    "read_estat",
    "read_extensions",
    "read_hearing",
    "read_mesh_population",
    "read_residents",
    "read_roadside_stations",
    "read_shelters",
    "read_standardization",
    "read_table",
    "read_towns",
    "write_hearing_form",
    "write_table",
]
