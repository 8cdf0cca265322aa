"""How many people live where, by the official statistics?

Readers for the CSV of e-Stat's API, and for 総務省「住民基本台帳に基づく人口」 XLSX.
"""

import re
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from dxkit.errors import TableError
from dxkit.loaders import _place_names
from dxkit.loaders._encoding import GET_AGAIN
from dxkit.loaders._official_layout import Columns, find_columns

SEXES = {"計": "total", "総数": "total", "男": "men", "女": "women"}
AGE = re.compile(r"\d+(歳)?[～~-]\d+(歳)?|\d+(歳)?以上|\d+歳|総数")
TOTALS = {"men": "男", "women": "女", "people": "計", "households": "世帯数"}
NO_MUNICIPALITY = ("", "-", "―", "市区町村名")


def read_estat(path: str | Path) -> pd.DataFrame:
    """Read a CSV of the e-Stat API.

    Parameters
    ----------
    path
        CSV with a header such as ``@cat01,@area,@time,@unit,$``; lines before it (parameters, table information) are passed
        over.

    Returns
    -------
    pandas.DataFrame
        One row a value: ``code`` (five digits from ``@area``; text of the source where it is no municipality or
        prefecture, e.g. a mesh), ``time, unit, value`` and the other dimensions under their name (``cat01`` …). ``-``,
        ``***`` and ``X`` are missing.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    columns = find_columns(path, [("@area", "area_code"), ("$", "value")], kind="e-StatのAPIのCSV")
    table: dict[str, Sequence[object]] = {"code": columns.text("@area", "area_code")}
    for head in columns.heads:
        plain = head.removeprefix("@")
        if head and plain not in ("area", "area_code", "$", "value"):
            table[plain] = columns.text(head)
    table["value"] = columns.numbers("$", "value")
    columns.settle()
    frame = pd.DataFrame(table)
    frame.attrs = {"file": columns.sheet.file}
    return frame


def read_residents(
    path: str | Path, *, prefecture: str | None = None, sheet: str | None = None
) -> pd.DataFrame:
    """Read 総務省「住民基本台帳に基づく人口、人口動態及び世帯数」.

    Parameters
    ----------
    path
        XLSX: the table of totals (人口・世帯数) or the one by age class (three rows a body: 計, 男, 女).
    prefecture
        Two-digit prefecture to keep.
    sheet
        Sheet name; by default the first that fits.

    Returns
    -------
    pandas.DataFrame
        By age: one row a municipality × sex × age class: ``code, sex`` (total/men/women), ``age, people``; "X" (suppressed)
        is missing. Totals: one row a municipality: ``code, men, women, people, households``.
        Rows of prefectures and of the whole country are left out.

    Raises
    ------
    TableError
        With every fault of the file.
    """
    needed = [("団体コード",), ("都道府県名",), ("市区町村名",)]
    columns = find_columns(path, needed, kind="住民基本台帳の人口の表", sheet=sheet)
    named = columns.position("市区町村名")
    columns.keep([at for at in columns.data if _is_municipality(columns.cell(at, named))])
    if not columns.data:
        raise TableError(
            [columns.sheet.fault("市区町村の行がありません", GET_AGAIN, at=columns.header)]
        )
    columns.join_heads()
    place = columns.municipalities(
        ("団体コード",), ("市区町村名",), prefecture=None, pref=("都道府県名",)
    )
    table = (
        _by_age(columns, place) if columns.position("性別") is not None else _totals(columns, place)
    )
    columns.settle()
    kept = table[table["code"].str.startswith(prefecture)] if prefecture else table
    kept = kept.reset_index(drop=True)
    kept.attrs = {"file": columns.sheet.file, "sheet": columns.sheet.name}
    return kept


def _is_municipality(name: str) -> bool:
    return name not in NO_MUNICIPALITY and not _place_names.is_total(name)


def _by_age(columns: Columns, place: list[str | None]) -> pd.DataFrame:
    position = columns.position("性別")
    sexes = [SEXES.get(columns.cell(at, position), "") for at in columns.data]
    for at, sex in zip(columns.data, sexes, strict=True):
        if not sex:
            columns.fault(
                "性別ではありません",
                "計・男・女のどれかのはずです",
                at,
                position,
                columns.cell(at, position),
            )
    classes = [head for head in columns.heads if AGE.fullmatch(head.replace(" ", ""))]
    if not classes:
        fault = columns.sheet.fault(
            "年齢階級の列がありません", "年齢階級別の表か確かめてください", at=columns.header
        )
        raise TableError([fault])
    _no_repeats(
        columns, [f"{code} {sex}" if code else "" for code, sex in zip(place, sexes, strict=True)]
    )
    parts = [
        pd.DataFrame(
            {
                "code": place,
                "sex": sexes,
                "age": age.replace("~", "～"),
                "people": columns.numbers(age, low=0),
            }
        )
        for age in classes
    ]
    return pd.concat(parts, ignore_index=True).sort_values(["code", "sex"], kind="stable")


def _totals(columns: Columns, place: list[str | None]) -> pd.DataFrame:
    heads = {name: _people_head(columns, word) for name, word in TOTALS.items()}
    for name, head in heads.items():
        if head is None:
            remedy = "人口・世帯数の表か確かめてください"
            columns.faults.append(
                columns.sheet.fault(
                    "この見出しの列がありません",
                    remedy,
                    at=columns.header,
                    column=f"人口_{TOTALS[name]}",
                )
            )
    columns.settle()
    _no_repeats(columns, [code or "" for code in place])
    return pd.DataFrame(
        {"code": place} | {name: columns.numbers(head or "", low=0) for name, head in heads.items()}
    )


def _people_head(columns: Columns, word: str) -> str | None:
    """Find 男 below 人口: the first heading that ends so and is not about change (増減, 動態, 転入 …)."""
    fitting = [
        head
        for head in columns.heads
        if head == word or head.endswith(f"_{word}") or head.startswith(f"{word}_")
    ]
    return next(
        (
            head
            for head in fitting
            if not re.search(r"増減|動態|転入|転出|出生|死亡|記載|消除", head)
        ),
        None,
    )


def _no_repeats(columns: Columns, keys: list[str]) -> None:
    """Note rows that repeat a municipality (and sex)."""
    seen: set[str] = set()
    for at, key in zip(columns.data, keys, strict=True):
        if key and key in seen:
            columns.fault(
                "同じ市区町村の行が2つあります",
                "どちらかを消してください",
                at,
                columns.position("団体コード"),
                key[:5],
            )
        seen.add(key)
