"""Which municipality or mesh cell does this code name, and is it typed correctly?

Municipality codes follow JIS X 0401/0402: two digits for the prefecture, three for the municipality
and, in the six-digit form of 総務省「全国地方公共団体コード」, one check digit (modulus 11). Mesh codes
follow JIS X 0410. Text in, text out: a code is never a number here, because numbers lose their
leading zero.
"""

from dxkit.codes._check_digit import check_digit
from dxkit.codes._mesh_box import MeshBox, mesh_box
from dxkit.codes._mesh_code import mesh_code
from dxkit.codes._mesh_levels import MESH_LEVELS
from dxkit.codes._municipality_code import full_code, short_code

__all__ = [
    "MESH_LEVELS",
    "MeshBox",
    "check_digit",
    "full_code",
    "mesh_box",
    "mesh_code",
    "short_code",
]
