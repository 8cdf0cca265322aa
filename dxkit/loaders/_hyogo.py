"""Which prefecture is this toolkit for, and which municipalities belong to it?"""

from dxkit.loaders._municipalities import Municipality, all_municipalities
from dxkit.loaders._resolve_prefecture import HYOGO

# 神戸市; its wards have codes of their own, and the prefecture's hearing does not ask it
KOBE = "28100"


def list_hyogo_municipalities() -> list[Municipality]:
    """List the 41 municipalities of Hyogo in code order, without the wards of Kobe."""
    return [
        place for place in all_municipalities() if place.code.startswith(HYOGO) and not place.parent
    ]
