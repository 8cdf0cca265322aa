"""Which of this machine's addresses are offered, and does a phone at the other end get through?"""

import json
import os
import shutil
import socket
import subprocess
import sys

import pytest
from rooms import Phone

from dxkit import widgets
from dxkit.errors import ChoiceError
from dxkit.store import Session
from dxkit.widgets.room import Room, list_addresses

# interfaces as psutil tells them: name → (address, is up)
HOTSPOT = {"Wi-Fi 2": ("192.168.137.1", True)}
LAN = {"Ethernet": ("10.20.30.40", True)}


class _Address:
    def __init__(self, address):
        self.address = address
        self.family = socket.AF_INET6 if ":" in address else socket.AF_INET


class _State:
    def __init__(self, isup):
        self.isup = isup


@pytest.fixture
def machine(monkeypatch):
    """Makes a machine with these interfaces and, maybe, a default route."""

    def make(interfaces, *, routed=()):
        monkeypatch.setattr(
            "psutil.net_if_addrs",
            lambda: {name: [_Address(address)] for name, (address, _) in interfaces.items()},
        )
        monkeypatch.setattr(
            "psutil.net_if_stats",
            lambda: {name: _State(isup) for name, (_, isup) in interfaces.items()},
        )
        monkeypatch.setattr(
            "dxkit.widgets.room._addresses._find_routed_addresses", lambda: set(routed)
        )

    return make


def test_a_windows_hotspot_comes_first_although_the_cable_leads_out(machine):
    machine(LAN | HOTSPOT, routed=["10.20.30.40"])
    entries = list_addresses()
    assert [entry.address for entry in entries] == ["192.168.137.1", "10.20.30.40"]
    assert entries[0].note == "Windows のモバイル ホットスポット"
    assert entries[0].interface == "Wi-Fi 2"


def test_a_closed_network_without_a_router_has_an_address_all_the_same(machine):
    machine({"Wi-Fi": ("192.168.0.7", True), "Loopback": ("127.0.0.1", True)})
    assert [entry.address for entry in list_addresses()] == ["192.168.0.7"]


def test_ipv6_alone_will_do_but_not_an_address_that_no_browser_opens(machine):
    machine({"eth0": ("fe80::1%eth0", True), "eth1": ("fd00::5", True), "lo": ("::1", True)})
    assert [entry.address for entry in list_addresses()] == ["fd00::5"]


def test_a_cable_that_is_pulled_out_and_a_virtual_machines_net_are_not_chosen(machine):
    machine(
        {
            "docker0": ("172.17.0.1", True),
            "Ethernet": ("10.0.0.9", False),
            "Wi-Fi": ("192.168.0.7", True),
        },
        routed=["172.17.0.1"],
    )
    assert [entry.address for entry in list_addresses()] == ["192.168.0.7", "172.17.0.1"]


def test_without_any_network_the_fault_is_said(machine, tmp_path):
    machine({"lo": ("127.0.0.1", True)})
    with (
        Session(tmp_path / "m.sqlite") as session,
        pytest.raises(ChoiceError, match="ホットスポット"),
    ):
        Room(session, ["x"], network=True)


def test_the_board_names_the_other_addresses(machine, tmp_path):
    machine(LAN | {"Wi-Fi": ("127.0.0.3", True)})
    with Session(tmp_path / "m.sqlite") as session:
        board = widgets.vote_board(session, ["x"], network=True, address="127.0.0.2")
        try:
            assert "10.20.30.40（Ethernet、外へつながらない口）" in board.children[0].value
        finally:
            board.stop()


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("0.0.0.0", "すべての口"),
        ("::", "すべての口"),
        ("fe80::1", "開けません"),
        ("wifi", "形"),
        ("", "形"),
    ],
)
def test_an_address_that_cannot_stand_in_a_qr_code_is_refused(tmp_path, address, said):
    with Session(tmp_path / "m.sqlite") as session, pytest.raises(ChoiceError, match=said):
        Room(session, ["x"], network=True, address=address)


def test_the_officer_moves_the_room_to_another_address_while_it_runs(tmp_path):
    with (
        Session(tmp_path / "m.sqlite") as session,
        Room(session, ["x"], network=True, address="127.0.0.2") as room,
    ):
        room.move("127.0.0.1")
        assert room.address.startswith("http://127.0.0.1:")
        phone = Phone(room.port, room.code)
        assert phone.vote("x", 1, "a" * 12)[0] == 200
        with pytest.raises(ChoiceError, match="待ち受けられません"):
            room.move("203.0.113.7")
        assert room.address.startswith("http://127.0.0.1:")


def test_a_connection_test_from_a_phone_is_counted_once_a_phone(tmp_path):
    with Session(tmp_path / "m.sqlite") as session, Room(session, ["x"]) as room:
        phones = [Phone(room.port, room.code) for _ in range(2)]
        counts = [phone.ask("POST", "/test", {})[1]["tested"] for phone in (*phones, *phones)]
        assert counts == [1, 2, 2, 2]
        assert room.tested == 2
        assert session.count() == 0


SERVE = """
import json, sys
from dxkit.store import Session
from dxkit.widgets.room import Room, list_addresses
with Session(sys.argv[1]) as session, Room(session, ["x"], network=True) as room:
    listed = [entry.address for entry in list_addresses()]
    print(json.dumps([room.link, listed]), flush=True)
    sys.stdin.readline()
    print(int(session.results()["votes"].sum()), flush=True)
"""
# as a phone does: open the link's page, come in with its secret, vote
VOTE = """
import json, sys, urllib.request
address, _, secret = sys.argv[1].partition("#key=")
open_url = urllib.request.build_opener(urllib.request.ProxyHandler({})).open
assert b"page.js" in open_url(address, timeout=20).read()
def send(path, body, token=""):
    headers = {"Origin": address.rstrip("/"), "Content-Type": "application/json", "X-Room-Token": token}
    return json.load(open_url(urllib.request.Request(address + path, json.dumps(body).encode(), headers), timeout=20))
token = send("join", {"key": secret, "device": "d" * 32})["token"]
send("vote", {"item": "x", "value": 1, "id": "v" * 12}, token)
"""


def _ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=False).returncode


@pytest.fixture
def namespaces():
    """Two machines on a cable: the laptop's end and the phone's."""
    names = [f"dxkit-{role}-{os.getpid()}" for role in ("laptop", "phone")]
    if shutil.which("ip") is None or _ip("netns", "add", names[0]):
        pytest.skip("no network namespace: this user may not make one")
    _ip("netns", "add", names[1])
    yield names
    for name in names:
        _ip("netns", "del", name)


def _join(namespaces, number, laptop, phone):
    """Lay a cable between the two, with an address at each end; no route beyond it."""
    ends = [f"dx{role}{number}" for role in "ab"]
    assert _ip("link", "add", ends[0], "type", "veth", "peer", "name", ends[1]) == 0
    for name, end, address in zip(namespaces, ends, (laptop, phone), strict=True):
        assert _ip("link", "set", end, "netns", name) == 0
        # without waiting for somebody else to claim the same address
        extra = ["nodad"] if ":" in address else []
        assert _ip("-n", name, "addr", "add", address, "dev", end, *extra) == 0
        assert _ip("-n", name, "link", "set", end, "up") == 0


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cables", "chosen"),
    [
        ([("192.168.0.7/24", "192.168.0.8/24")], "192.168.0.7"),
        ([("fd00:1::7/64", "fd00:1::8/64")], "fd00:1::7"),
        (
            [("10.9.0.7/24", "10.9.0.8/24"), ("192.168.137.1/24", "192.168.137.8/24")],
            "192.168.137.1",
        ),
    ],
    ids=["no_default_route", "ipv6_only", "two_interfaces_one_a_hotspot"],
)
def test_the_qr_codes_link_works_from_the_other_end(namespaces, tmp_path, cables, chosen):
    for number, (laptop, phone) in enumerate(cables):
        _join(namespaces, number, laptop, phone)
    inside = [["ip", "netns", "exec", name, sys.executable] for name in namespaces]
    room = subprocess.Popen(
        [*inside[0], "-c", SERVE, str(tmp_path / "m.sqlite")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    link, listed = json.loads(room.stdout.readline())
    assert listed[0] == chosen
    assert sorted(listed) == sorted(laptop.partition("/")[0] for laptop, _ in cables)
    assert (f"[{chosen}]" if ":" in chosen else chosen) in link
    subprocess.run([*inside[1], "-c", VOTE, link], check=True, timeout=60)
    assert room.communicate("\n", timeout=60)[0].strip() == "1"
