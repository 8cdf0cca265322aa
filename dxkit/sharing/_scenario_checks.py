"""Do the files of a scenario fit each other: codes, shares that sum to one, hours in order, names that exist?"""

from collections.abc import Iterable, Mapping
from itertools import pairwise
from math import isnan
from typing import Any

from dxkit.errors import Fault
from dxkit.sharing._scenario_fields import HUBS, PAIRS, PLACES, ROUTES
from dxkit.sharing._scenario_reader import Line, unknown_key

TOLERANCE = 1e-3
CHOICES = {"route": ("経路", ROUTES), "pairs": ("相手", PAIRS), "hub": ("集約先", HUBS)}
CODE_COLUMNS = {
    "staff": ("code",),
    "outages": ("code",),
    "agreements": ("first", "second"),
    "destinations": ("home", "host"),
}
CODE_LABELS = {"code": "団体コード", "first": "甲", "second": "乙", "home": "元", "host": "先"}


def faults_of(settings: Mapping[str, Any], lines: Mapping[str, list[Line]]) -> list[Fault]:
    """Give every fault that shows only when the files are seen together."""
    faults = [
        *_towns(lines["evacuees"]),
        *_codes(lines),
        *_places(lines),
        *_arrivals(lines["arrivals"]),
    ]
    faults += [
        *_intervals(lines["moves"]),
        *_pairs(lines["agreements"]),
        *_observed(lines["observed"]),
    ]
    faults += _repeated(lines["outages"], ("code",), "outages.csv")
    faults += _repeated(lines["staff"], ("code", "from_hour"), "staff.csv")
    faults += _repeated(lines["contacts"], ("place", "from_hour"), "contacts.csv")
    if settings["method"] == "行列":
        faults += _matrix(lines)
    else:
        faults += _coordinates(lines["evacuees"])
    if settings["own_share"] + settings["outside_share"] > 1 + TOLERANCE:
        remedy = "「自市町内の割合」と「県外の割合」の和を1以下にしてください"
        faults.append(Fault("割合の和が1を超えます", remedy, file="scenario.yaml", column="移動先"))
    return faults


def policy_faults(own: list[Line]) -> list[Fault]:
    """Give the faults of a scenario's own table of policies."""
    faults = _repeated(own, ("policy",), "policies.csv")
    for line in own:
        faults += choice_faults(line.cells, line.row, "policies.csv")
    return faults


def choice_faults(values: Mapping[str, object], row: int, file: str) -> list[Fault]:
    """Give a fault for every cell that is not among the offered words."""
    found = []
    for name, (label, offered) in CHOICES.items():
        if name in values and values[name] not in offered:
            remedy = f"{'・'.join(offered)} から選んでください"
            found.append(
                Fault(
                    "知らない値です", remedy, file=file, row=row, column=label, value=values[name]
                )
            )
    return found


def _towns(rows: list[Line]) -> list[Fault]:
    faults = _repeated(rows, ("code",), "evacuees.csv") + _repeated(rows, ("name",), "evacuees.csv")
    if rows and sum(_number(row, "evacuees") for row in rows) == 0:
        faults.append(
            Fault(
                "避難者が1人もいません",
                "避難者数を書いてください",
                file="evacuees.csv",
                column="避難者数",
            )
        )
    return faults


def _codes(lines: Mapping[str, list[Line]]) -> list[Fault]:
    known = {str(row.cells["code"]) for row in lines["evacuees"]}
    faults = []
    for name, columns in CODE_COLUMNS.items():
        for row in lines[name]:
            for column in columns:
                code = str(row.cells[column])
                if code and known and code not in known:
                    remedy = "evacuees.csv に行を足すか、コードを直してください"
                    label = CODE_LABELS[column]
                    problem = "evacuees.csv にない団体コードです"
                    faults.append(
                        Fault(
                            problem,
                            remedy,
                            file=f"{name}.csv",
                            row=row.row,
                            column=label,
                            value=code,
                        )
                    )
    return faults


def _places(lines: Mapping[str, list[Line]]) -> list[Fault]:
    """Check that the four places stand once each, that their shares sum to one, and that other files name only them."""
    faults = []
    for name in ("places", "moves", "contacts"):
        for row in lines[name]:
            if row.cells["place"] and row.cells["place"] not in PLACES:
                problem, remedy = unknown_key(str(row.cells["place"]), PLACES)
                value = row.cells["place"]
                faults.append(
                    Fault(
                        problem.replace("項目", "場所"),
                        remedy,
                        file=f"{name}.csv",
                        row=row.row,
                        column="場所",
                        value=value,
                    )
                )
    rows = lines["places"]
    faults += _repeated(rows, ("place",), "places.csv")
    present = {row.cells["place"] for row in rows}
    if rows and (missing := [place for place in PLACES if place not in present]):
        remedy = "なければ割合を0として行を足してください"
        faults.append(
            Fault(
                f"場所「{'、'.join(missing)}」の行がありません",
                remedy,
                file="places.csv",
                column="場所",
            )
        )
    for column, label in (("share", "当初の割合"), ("share_after", "移動後の割合")):
        faults += _sum_to_one(rows, column, label, "places.csv")
    return faults


def _sum_to_one(rows: list[Line], column: str, label: str, file: str) -> list[Fault]:
    total = sum(_number(row, column) for row in rows)
    if not rows or isnan(total) or abs(total - 1) <= TOLERANCE:
        return []
    return [
        Fault(
            f"割合の和が1になりません（和 {total:g}）",
            "和を1にしてください",
            file=file,
            row=rows[-1].row,
            column=label,
        )
    ]


def _arrivals(rows: list[Line]) -> list[Fault]:
    faults = []
    for before, after in pairwise(rows):
        for column, label in (("hour", "時間"), ("share", "累積割合")):
            falls = _number(after, column) < _number(before, column)
            if falls or (column == "hour" and _number(after, column) == _number(before, column)):
                value = after.cells[column]
                remedy = "時間の順に、累積で書いてください"
                faults.append(
                    Fault(
                        "前の行より進んでいません",
                        remedy,
                        file="arrivals.csv",
                        row=after.row,
                        column=label,
                        value=value,
                    )
                )
    if rows and abs(_number(rows[-1], "share") - 1) > TOLERANCE:
        last = rows[-1]
        remedy = "最後の行を1（全員）にしてください"
        value = last.cells["share"]
        faults.append(
            Fault(
                "累積割合が1で終わりません",
                remedy,
                file="arrivals.csv",
                row=last.row,
                column="累積割合",
                value=value,
            )
        )
    return faults


def _intervals(rows: list[Line]) -> list[Fault]:
    """Check that an interval ends after it begins and that those of one place do not overlap."""
    faults = []
    seen: dict[object, list[Line]] = {}
    for row in rows:
        start, end = _number(row, "from_hour"), _number(row, "to_hour")
        if end <= start:
            remedy = "終了を開始より後にしてください"
            faults.append(
                Fault(
                    "終了が開始より前です",
                    remedy,
                    file="moves.csv",
                    row=row.row,
                    column="終了_時間",
                    value=row.cells["to_hour"],
                )
            )
        for other in seen.setdefault(row.cells["place"], []):
            if start < _number(other, "to_hour") and _number(other, "from_hour") < end:
                remedy = f"{other.row}行目と重ならないようにしてください"
                faults.append(
                    Fault(
                        "同じ場所の期間が重なっています",
                        remedy,
                        file="moves.csv",
                        row=row.row,
                        value=row.cells["place"],
                    )
                )
        seen[row.cells["place"]].append(row)
    return faults


def _pairs(rows: list[Line]) -> list[Fault]:
    remedy = "別の市町を書いてください"
    return [
        Fault(
            "自分自身との協定です",
            remedy,
            file="agreements.csv",
            row=row.row,
            column="乙",
            value=row.cells["second"],
        )
        for row in rows
        if row.cells["first"] and row.cells["first"] == row.cells["second"]
    ]


def _matrix(lines: Mapping[str, list[Line]]) -> list[Fault]:
    """Check that the shares of every home with evacuees sum to one."""
    rows = lines["destinations"]
    if not rows:
        remedy = "destinations.csv を作るか、方式を「重力」にしてください"
        return [
            Fault(
                "方式が「行列」ですが、移動先の表がありません",
                remedy,
                file="scenario.yaml",
                column="方式",
            )
        ]
    faults = _repeated(rows, ("home", "host"), "destinations.csv")
    homes = [row for row in lines["evacuees"] if _number(row, "evacuees") > 0]
    for home in homes:
        own = [row for row in rows if row.cells["home"] == home.cells["code"]]
        if not own:
            remedy = "この市町を「元」とする行を足してください"
            value = home.cells["code"]
            faults.append(
                Fault(
                    "移動先が書かれていない市町です",
                    remedy,
                    file="destinations.csv",
                    column="元",
                    value=value,
                )
            )
        faults += _sum_to_one(own, "share", "割合", "destinations.csv")
    return faults


def _coordinates(rows: list[Line]) -> list[Fault]:
    faults = []
    for row in rows:
        for column, label in (("lat", "緯度"), ("lon", "経度")):
            number = _number(row, column)
            if row.cells["inside"] and isnan(number):
                remedy = "重力では県内の市町に座標が要ります"
                faults.append(
                    Fault(
                        "座標がありません", remedy, file="evacuees.csv", row=row.row, column=label
                    )
                )
    return faults


def _observed(rows: list[Line]) -> list[Fault]:
    remedy = "当てはめ・予測 のどちらかにしてください"
    return [
        Fault(
            "知らない役割です",
            remedy,
            file="observed.csv",
            row=row.row,
            column="役割",
            value=row.cells["use"],
        )
        for row in rows
        if row.cells["use"] not in ("当てはめ", "予測")
    ]


def _repeated(rows: Iterable[Line], columns: tuple[str, ...], file: str) -> list[Fault]:
    faults: list[Fault] = []
    seen: dict[tuple[object, ...], int] = {}
    for row in rows:
        key = tuple(row.cells[column] for column in columns)
        if not all(str(part) for part in key):
            continue
        if key in seen:
            value = " ".join(str(part) for part in key)
            remedy = f"{seen[key]}行目とどちらか一方にしてください"
            faults.append(Fault("同じ行が2つあります", remedy, file=file, row=row.row, value=value))
        seen.setdefault(key, row.row)
    return faults


def _number(row: Line, column: str) -> float:
    value = row.cells[column]
    return float(value) if isinstance(value, int | float) else float("nan")
