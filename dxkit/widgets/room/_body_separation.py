"""Who of one body sits apart from whom, where colleagues shall not sit together?

A body that sends more persons than there are groups is spread as evenly as the groups allow. Who
is wished together, also by way of others, counts as one.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, TypeAlias

# one who sits somewhere: body and person
Key: TypeAlias = tuple[str, str]
Links: TypeAlias = Mapping[str, Sequence[Sequence[Any]]]


def part_bodies(
    links: Links, keys: Sequence[Key], count: int, seats: Mapping[Key, int] | None = None
) -> list[tuple[Key, ...]]:
    """Part the persons of each body, as far as the number of groups allows.

    Parameters
    ----------
    links
        What is wished for those who sit somewhere.
    keys
        Who sits somewhere.
    count
        The number of groups.
    seats
        Where they sit, if they do: who is apart already is parted from whom.
    """
    return [
        tuple(layer)
        for units in _list_units(links, keys).values()
        for layer in _lay_units(units, count, seats or {})
        if len(layer) > 1
    ]


def describe_crowded(links: Links, keys: Sequence[Key], count: int) -> list[str]:
    """Describe the bodies that send more persons than there are groups."""
    sizes: dict[str, int] = {}
    for body, _ in keys:
        sizes[body] = sizes.get(body, 0) + 1
    return [
        f"「{body}」は{sizes[body]}人で、グループの数（{count}）より多いので、"
        f"1つのグループに{ceil(len(units) / count)}人までにして分けます。"
        for body, units in _list_units(links, keys).items()
        # those who are wished together count as one, and are no reason for a remark alone
        if len(units) > count
    ]


def _list_units(links: Links, keys: Sequence[Key]) -> dict[str, list[Key]]:
    """List one person of each body for all of it who stay together."""
    blocks = _tie_members(links, keys)
    units: dict[str, dict[int, Key]] = {}
    for key in keys:
        units.setdefault(key[0], {}).setdefault(blocks[key], key)
    return {body: list(persons.values()) for body, persons in units.items()}


def _tie_members(links: Links, keys: Sequence[Key]) -> dict[Key, int]:
    """Give each the number of those with whom it stays together, also by way of others."""
    blocks = {key: number for number, key in enumerate(keys)}
    for link in links.get("together", ()):
        # a body's name means all whom it sends
        numbers = {blocks[key] for key in keys if key in link or key[0] in link}
        first = min(numbers, default=0)
        blocks = {key: first if block in numbers else block for key, block in blocks.items()}
    return blocks


def _lay_units(units: Sequence[Key], count: int, seats: Mapping[Key, int]) -> list[list[Key]]:
    """Lay units into as few layers as can be, each of which fills a group at most once."""
    layers: list[list[Key]] = [[] for _ in range(ceil(len(units) / max(count, 1)))]
    crowd = []
    for unit in units:
        free = (
            layer
            for layer in layers
            if len(layer) < count and all(_sit_apart(unit, other, seats) for other in layer)
        )
        layer = next(free, None)
        if layer is None:
            crowd.append(unit)
        else:
            layer.append(unit)
    for unit in crowd:
        # more of them in one group than need be: the page names whom to part
        next(layer for layer in layers if len(layer) < count).append(unit)
    return layers


def _sit_apart(one: Key, other: Key, seats: Mapping[Key, int]) -> bool:
    return one not in seats or other not in seats or seats[one] != seats[other]
