"""The page of methods repeats what the shipped print of all mixtures says of a single choice changed."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
COUNTS = (3, 5, 8)
# the words of the page: those of the print
CHOICES = {
    "usual": "usual",
    "by need": "need",
    "made people": "made",
    "around the DID": "around the DID",
    "climbs": "climbs",
    "wind, the month that loses most": "wind",
    "made people, DID and climbs": "made, DID, climbs",
}
MONTHS = ("", "January", "February", "March", "April", "May", "June", "July", "August",
          "September", "October", "November", "December")  # fmt: skip


def _read(name):
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def _read_print(drone):
    """(choice, number of bases): people, in need, bases in common, loss, month."""
    own = _read("siting_choices.md").split(f"== {drone} ")[1].split("-- bases that stand")[0]
    rows = {}
    for line in own.split("-- one choice changed")[1].splitlines()[2:]:
        match = re.match(r" +(\d) +(\S.*?) +(\d\.\d{3}) +(\d\.\d{3}) +(\d) +(\d\.\d{3})$", line)
        if match:
            month = re.fullmatch(r"wind of month (\d+) \(largest loss\)", match[2])
            figures = [*map(float, match.groups()[2:]), MONTHS[int(month[1])] if month else ""]
            rows["wind" if month else match[2], int(match[1])] = figures
    return rows


def _read_page(heading):
    """The same, out of the page of methods."""
    table = _read("method_drones.md").split(f"| {heading} | p = 3 |")[1].split("\n\n")[0]
    rows = {}
    for line in table.splitlines()[2:]:
        choice, *cells = line.strip("| ").split(" | ")
        for count, cell in zip(COUNTS, cells, strict=True):
            shares, *others = cell.split("; ")
            share, month = re.fullmatch(r"([\d./ ]+?)(?: \((\w+)\))?", shares).groups()
            same, lost = others or (str(count), "0 %")
            same = float(same.partition(" of ")[0])
            lost = float(lost.removesuffix(" %")) / 100
            figures = [*map(float, share.split(" / ")), same, lost, month or ""]
            rows[CHOICES[choice], count] = figures
    return rows


@pytest.mark.parametrize(
    ("drone", "heading"),
    [("airtruck", "AirTruck, 2 kg, 10.4 km"), ("pf2_cat3", "PF2-CAT3, 1 kg, 4.5 km")],
)
def test_the_page_of_methods_has_every_figure_of_the_print(drone, heading):
    printed, written = _read_print(drone), _read_page(heading)
    assert len(printed) == len(CHOICES) * len(COUNTS)
    assert written.keys() == printed.keys()
    for key, figures in printed.items():
        assert written[key][:-1] == pytest.approx(figures[:-1], abs=1e-9), key
        assert written[key][-1] == figures[-1], key
