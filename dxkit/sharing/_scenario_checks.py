"""Do the files of a scenario fit each other: codes, shares that sum to one, hours in order, names?

`find_scenario_faults` runs every check that needs more than one cell, and gathers all faults.
"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import isnan
from typing import Any

from dxkit.errors import Fault
from dxkit.sharing._csv_reader import Line
from dxkit.sharing._field_values import explain_unknown_key
from dxkit.sharing._scenario_fields import HUBS, PAIRS, PLACES, ROUTES

# how far a sum of written shares may be from 1
TOLERANCE = 1e-3
CHOICES = {"route": ("経路", ROUTES), "pairs": ("相手", PAIRS), "hub": ("集約先", HUBS)}
# columns that hold a code of evacuees.csv, by file
CODE_COLUMNS = {
    "staff": ("code",),
    "outages": ("code",),
    "agreements": ("first", "second"),
    "destinations": ("home", "host"),
}
CODE_LABELS = {"code": "団体コード", "first": "甲", "second": "乙", "home": "元", "host": "先"}


def find_scenario_faults(
    settings: Mapping[str, Any], lines: Mapping[str, list[Line]]
) -> list[Fault]:
    """Find every fault that shows only when the files are seen together."""
    faults = [
        *_check_municipalities(lines["evacuees"]),
        *_check_codes(lines),
        *_check_places(lines),
        *_check_arrivals(lines["arrivals"]),
        *_check_hour_intervals(lines["moves"]),
        *_check_agreements(lines["agreements"]),
        *_check_uses(lines["observed"]),
        *_find_repeated_rows(lines["outages"], ("code",), "outages.csv"),
        *_find_repeated_rows(lines["staff"], ("code", "from_hour"), "staff.csv"),
        *_find_repeated_rows(lines["contacts"], ("place", "from_hour"), "contacts.csv"),
    ]
    # a table of destinations replaces the gravity model, which needs coordinates
    if settings["method"] == "行列":
        faults += _check_destinations(lines)
    else:
        faults += _check_coordinates(lines["evacuees"])
    if settings["own_share"] + settings["outside_share"] > 1 + TOLERANCE:
        remedy = "「自市町内の割合」と「県外の割合」の和を1以下にしてください"
        faults.append(Fault("割合の和が1を超えます", remedy, file="scenario.yaml", column="移動先"))
    return faults


def find_policy_faults(policies: list[Line]) -> list[Fault]:
    """Find the faults of a scenario's own table of policies."""
    faults = _find_repeated_rows(policies, ("policy",), "policies.csv")
    for line in policies:
        faults += find_unknown_choices(line.cells, line.row, "policies.csv")
    return faults


def find_unknown_choices(values: Mapping[str, object], row: int, file: str) -> list[Fault]:
    """Find every cell of a policy that is not among the words on offer."""
    return [
        Fault(
            "知らない値です",
            f"{'・'.join(words)} から選んでください",
            file=file,
            row=row,
            column=label,
            value=values[name],
        )
        for name, (label, words) in CHOICES.items()
        if name in values and values[name] not in words
    ]


def _check_municipalities(lines: list[Line]) -> list[Fault]:
    file = "evacuees.csv"
    faults = _find_repeated_rows(lines, ("code",), file)
    faults += _find_repeated_rows(lines, ("name",), file)
    if lines and sum(_read_number(line, "evacuees") for line in lines) == 0:
        remedy = "避難者数を書いてください"
        faults.append(Fault("避難者が1人もいません", remedy, file=file, column="避難者数"))
    return faults


def _check_codes(lines: Mapping[str, list[Line]]) -> list[Fault]:
    known_codes = {str(line.cells["code"]) for line in lines["evacuees"]}
    # where evacuees.csv itself could not be read, no code is blamed for it
    if not known_codes:
        return []
    remedy = "evacuees.csv に行を足すか、コードを直してください"
    return [
        Fault(
            "evacuees.csv にない団体コードです",
            remedy,
            file=f"{name}.csv",
            row=line.row,
            column=CODE_LABELS[column],
            value=str(line.cells[column]),
        )
        for name, columns in CODE_COLUMNS.items()
        for line in lines[name]
        for column in columns
        if line.cells[column] and str(line.cells[column]) not in known_codes
    ]


def _check_places(lines: Mapping[str, list[Line]]) -> list[Fault]:
    """Check that the four places stand once each with shares of sum 1, and others name no more."""
    faults = []
    for name in ("places", "moves", "contacts"):
        for line in lines[name]:
            place = line.cells["place"]
            if place and place not in PLACES:
                problem, remedy = explain_unknown_key(str(place), PLACES)
                problem = problem.replace("項目", "場所")
                faults.append(
                    Fault(
                        problem,
                        remedy,
                        file=f"{name}.csv",
                        row=line.row,
                        column="場所",
                        value=place,
                    )
                )
    faults += _find_repeated_rows(lines["places"], ("place",), "places.csv")
    present = {line.cells["place"] for line in lines["places"]}
    missing = [place for place in PLACES if place not in present]
    if lines["places"] and missing:
        problem = f"場所「{'、'.join(missing)}」の行がありません"
        remedy = "なければ割合を0として行を足してください"
        faults.append(Fault(problem, remedy, file="places.csv", column="場所"))
    for column, label in (("share", "当初の割合"), ("share_after", "移動後の割合")):
        faults += _check_sum(lines["places"], column, label, "places.csv")
    return faults


def _check_sum(lines: list[Line], column: str, label: str, file: str) -> list[Fault]:
    total = sum(_read_number(line, column) for line in lines)
    if not lines or isnan(total) or abs(total - 1) <= TOLERANCE:
        return []
    problem = f"割合の和が1になりません（和 {total:g}）"
    remedy = "和を1にしてください"
    return [Fault(problem, remedy, file=file, row=lines[-1].row, column=label)]


def _check_arrivals(lines: list[Line]) -> list[Fault]:
    """Check that hours rise, that cumulative shares do not fall, and that they end with all."""
    faults = []
    for before, after in pairwise(lines):
        for column, label in (("hour", "時間"), ("share", "累積割合")):
            change = _read_number(after, column) - _read_number(before, column)
            # two rows of the same hour contradict each other, two of the same share do not
            if change < 0 or (column == "hour" and change == 0):
                faults.append(
                    Fault(
                        "前の行より進んでいません",
                        "時間の順に、累積で書いてください",
                        file="arrivals.csv",
                        row=after.row,
                        column=label,
                        value=after.cells[column],
                    )
                )
    if lines and abs(_read_number(lines[-1], "share") - 1) > TOLERANCE:
        faults.append(
            Fault(
                "累積割合が1で終わりません",
                "最後の行を1（全員）にしてください",
                file="arrivals.csv",
                row=lines[-1].row,
                column="累積割合",
                value=lines[-1].cells["share"],
            )
        )
    return faults


def _check_hour_intervals(lines: list[Line]) -> list[Fault]:
    """Check that an interval ends after it begins and that those of one place do not overlap."""
    faults = []
    earlier_lines: dict[object, list[Line]] = {}
    for line in lines:
        start = _read_number(line, "from_hour")
        end = _read_number(line, "to_hour")
        place = line.cells["place"]
        if end <= start:
            faults.append(
                Fault(
                    "終了が開始より前です",
                    "終了を開始より後にしてください",
                    file="moves.csv",
                    row=line.row,
                    column="終了_時間",
                    value=line.cells["to_hour"],
                )
            )
        for earlier in earlier_lines.setdefault(place, []):
            if (
                start < _read_number(earlier, "to_hour")
                and _read_number(earlier, "from_hour") < end
            ):
                problem = "同じ場所の期間が重なっています"
                remedy = f"{earlier.row}行目と重ならないようにしてください"
                faults.append(Fault(problem, remedy, file="moves.csv", row=line.row, value=place))
        earlier_lines[place].append(line)
    return faults


def _check_agreements(lines: list[Line]) -> list[Fault]:
    return [
        Fault(
            "自分自身との協定です",
            "別の市町を書いてください",
            file="agreements.csv",
            row=line.row,
            column="乙",
            value=line.cells["second"],
        )
        for line in lines
        if line.cells["first"] and line.cells["first"] == line.cells["second"]
    ]


def _check_destinations(lines: Mapping[str, list[Line]]) -> list[Fault]:
    """Check that the shares of every home with evacuees sum to one."""
    file = "destinations.csv"
    if not lines["destinations"]:
        problem = "方式が「行列」ですが、移動先の表がありません"
        remedy = "destinations.csv を作るか、方式を「重力」にしてください"
        return [Fault(problem, remedy, file="scenario.yaml", column="方式")]
    faults = _find_repeated_rows(lines["destinations"], ("home", "host"), file)
    homes = [line for line in lines["evacuees"] if _read_number(line, "evacuees") > 0]
    for home in homes:
        code = home.cells["code"]
        rows = [line for line in lines["destinations"] if line.cells["home"] == code]
        if not rows:
            problem = "移動先が書かれていない市町です"
            remedy = "この市町を「元」とする行を足してください"
            faults.append(Fault(problem, remedy, file=file, column="元", value=code))
        faults += _check_sum(rows, "share", "割合", file)
    return faults


def _check_coordinates(lines: list[Line]) -> list[Fault]:
    remedy = "重力では県内の市町に座標が要ります"
    return [
        Fault("座標がありません", remedy, file="evacuees.csv", row=line.row, column=label)
        for line in lines
        for column, label in (("lat", "緯度"), ("lon", "経度"))
        if line.cells["inside"] and isnan(_read_number(line, column))
    ]


def _check_uses(lines: list[Line]) -> list[Fault]:
    return [
        Fault(
            "知らない役割です",
            "当てはめ・予測 のどちらかにしてください",
            file="observed.csv",
            row=line.row,
            column="役割",
            value=line.cells["use"],
        )
        for line in lines
        if line.cells["use"] not in ("当てはめ", "予測")
    ]


def _find_repeated_rows(lines: Iterable[Line], columns: tuple[str, ...], file: str) -> list[Fault]:
    faults: list[Fault] = []
    first_rows: dict[tuple[object, ...], int] = {}
    for line in lines:
        key = tuple(line.cells[column] for column in columns)
        # an empty cell has been blamed by itself
        if not all(str(part) for part in key):
            continue
        if key in first_rows:
            value = " ".join(str(part) for part in key)
            remedy = f"{first_rows[key]}行目とどちらか一方にしてください"
            faults.append(
                Fault("同じ行が2つあります", remedy, file=file, row=line.row, value=value)
            )
        first_rows.setdefault(key, line.row)
    return faults


def _read_number(line: Line, column: str) -> float:
    value = line.cells[column]
    return float(value) if isinstance(value, int | float) else float("nan")
