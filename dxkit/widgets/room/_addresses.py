"""Under which addresses do phones in the room reach this laptop?

A closed network may have no router: then no route tells which address is meant, and all of them
are listed for the officer to choose from.
"""

import ipaddress
import socket
from typing import NamedTuple

import psutil  # type: ignore[import-untyped] # comes with Jupyter, without types

from dxkit.errors import ChoiceError

# addresses for documentation (RFC 5737, RFC 3849): choosing a route to them sends no packet
ROUTE_PROBES = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))
# Windows gives itself this one when it opens a mobile hotspot
HOTSPOT = ipaddress.ip_network("192.168.137.0/24")
HOTSPOT_NOTE = "Windows のモバイル ホットスポット"
# starts of the names of interfaces that lead into this machine only
INNER_INTERFACES = (
    "docker",
    "veth",
    "br-",
    "virbr",
    "vEthernet",
    "vboxnet",
    "vmnet",
    "tun",
    "utun",
)


class NetworkAddress(NamedTuple):
    """One address of this machine.

    Attributes
    ----------
    address
        As `vote_board` takes it.
    interface
        The network interface's name, such as Wi-Fi.
    note
        What kind of address it is, in Japanese.
    """

    address: str
    interface: str
    note: str


def list_addresses() -> list[NetworkAddress]:
    """List this machine's addresses that phones may reach, the likeliest first; nothing is sent.

    Returns
    -------
    list of NetworkAddress
        A Windows hotspot first, then the address of the route to everywhere, if there is one, other
        IPv4, IPv6, and interfaces of virtual machines last. Left out are loopback and IPv6
        addresses of a single cable (fe80::), which browsers cannot open.

    Notes
    -----
    Whether a phone really gets through, only a phone can tell: its page has a connection test.

    Examples
    --------
    >>> all(entry.address != "127.0.0.1" for entry in list_addresses())
    True
    """
    routed = _find_routed_addresses()
    statistics = psutil.net_if_stats()
    entries = []
    for interface, addresses in psutil.net_if_addrs().items():
        # a cable that is pulled out keeps its address
        if interface in statistics and not statistics[interface].isup:
            continue
        entries += [
            (address.address, interface)
            for address in addresses
            if address.family in (socket.AF_INET, socket.AF_INET6)
        ]
    listed = [
        NetworkAddress(address, interface, _describe_address(address, interface, routed))
        for address, interface in entries
        if _is_reachable(address)
    ]
    return sorted(listed, key=lambda entry: _rank(entry, routed))


def choose_address() -> str:
    """Choose the address that phones most likely reach.

    Raises
    ------
    ChoiceError
        If this machine has none.
    """
    addresses = list_addresses()
    if not addresses:
        raise ChoiceError(
            "このパソコンのネットワークのアドレスが見つかりません。"
            "Wi-Fi かモバイル ホットスポットにつなぐか、address= に指定してください。"
        )
    return addresses[0].address


def check_address(address: str) -> str:
    """Check that an address can stand in a link.

    Raises
    ------
    ChoiceError
        If it is no address, one of all interfaces, or one that browsers cannot open.
    """
    try:
        number = ipaddress.ip_address(str(address))
    except ValueError as error:
        choices = "、".join(entry.address for entry in list_addresses()) or "（なし）"
        raise ChoiceError(
            f"address=「{address}」はアドレスの形をしていません。"
            f"このパソコンのアドレス: {choices}。"
        ) from error
    if number.is_unspecified:
        raise ChoiceError(
            f"address=「{address}」はすべての口を指し、QRコードに書けません。"
            "list_addresses() の1つを指定してください。"
        )
    if number.version == 6 and number.is_link_local:
        raise ChoiceError(
            f"address=「{address}」（fe80 で始まるもの）は、ブラウザーで開けません。"
            "list_addresses() の1つを指定してください。"
        )
    return str(address)


def write_host(address: str) -> str:
    """Write an address as it stands in a link: IPv6 in brackets."""
    return f"[{address}]" if ":" in address else address


def _find_routed_addresses() -> set[str]:
    """Find the addresses that this machine would send from; empty without a default route."""
    routed = set()
    for family, target in ROUTE_PROBES:
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((target, 9))
                routed.add(str(probe.getsockname()[0]))
        except OSError:
            # no such route, or no IPv6 at all
            continue
    return routed


def _is_reachable(address: str) -> bool:
    # the zone behind % is this machine's own affair
    number = ipaddress.ip_address(address.partition("%")[0])
    is_cable = number.version == 6 and number.is_link_local
    return not (number.is_loopback or number.is_unspecified or number.is_multicast or is_cable)


def _describe_address(address: str, interface: str, routed: set[str]) -> str:
    number = ipaddress.ip_address(address)
    if number in HOTSPOT:
        return HOTSPOT_NOTE
    if interface.startswith(INNER_INTERFACES):
        return "このパソコンの中だけの口"
    if address in routed:
        return "外へつながる口"
    if number.is_link_local:
        return "自動で割り当てられたもの（ルーターなし）"
    return "IPv6（ルーターなし）" if number.version == 6 else "外へつながらない口"


def _rank(entry: NetworkAddress, routed: set[str]) -> tuple[bool, bool, bool, bool, bool, str]:
    number = ipaddress.ip_address(entry.address)
    # False comes first
    return (
        entry.interface.startswith(INNER_INTERFACES),
        number.version == 6,
        # a hotspot is opened for phones, also where a cable leads out
        number not in HOTSPOT,
        entry.address not in routed,
        number.is_link_local,
        entry.address,
    )
