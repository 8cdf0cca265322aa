"""Which prefecture is this toolkit for, and which municipalities belong to it?"""

from dxkit.loaders._municipalities import Municipality, all_municipalities
from dxkit.loaders._resolve_prefecture import HYOGO


def list_hyogo_municipalities() -> list[Municipality]:
    """List the 41 municipalities of Hyogo in code order, without the wards of Kobe."""
    return [
        place for place in all_municipalities() if place.code.startswith(HYOGO) and not place.parent
    ]
