"""What does the prefecture's own document say, as tables?

Every figure is parsed from the text of 「市町DX支援パッケージ（令和7年度）」 or from the fact sheet beside it; none is
typed here. What the document prints wrongly is kept as printed, beside the proposed reading. What it does not say (which
municipalities take part in a shared system) stays unknown.
"""

import json
import re
import unicodedata
from functools import lru_cache
from pathlib import Path

import pandas as pd

from making.workplace import MakeError, Workplace

DOCUMENT = ("seeds", "000_0b6430c55e6918c0.txt")
FACT_SHEET = ("SEED_FACTS.md",)
HYOGO = "28"
CIRCLED = "①②③④⑤"
REIWA = 2018
LETTERHEAD = "Hyogo Prefecture"
FIRST_PAGE = 2
PAGE_NUMBER = rf"^\d+(?=$|[{CIRCLED}ⅠD])|(?<= )\d+$"
DRAFT = "検討・調整中の内容を含む"
# the page that says that what follows it is still under discussion
OVERVIEW_PAGE = 5
# rows of the fact sheet: the measure to which each belongs and words of the document by which its page is found
ITEMS = {
    "S00": ("", "県内市町からは県と連携していないとの声"),
    "S01": ("1-1", "基幹系20業務シ"),
    "S02": ("1-1", "② グループ意見交換会（課題の共有"),
    "S03": ("1-1", "③ ベンダー交渉の円滑化支援"),
    "S04": ("1-2", "《共同運営システム等一覧》"),
    "S05": ("1-3", "アラカルト方式の研修を実施"),
    "S06": ("1-3", "② DX推進リーダー育成プログラム"),
    "S07": ("2-1", "参画予定：９市町"),
    "S08": ("2-2", "① 地域DX横展開モデル支援事業"),
    "S09": ("2-2", "② 市町デジタル人材ネットワーク形成事業"),
    "S10": ("2-3", "「南海トラフ地震を想定した防災デジタルの推進」"),
    "S11": ("2-4", "〈参考〉令和6年度開催実績"),
    "S12": ("3-1", "概ね圏域単位(神戸市を除く。)での総合相談窓口"),
    "S13": ("3-2", "① 市町DX推進状況調査"),
    "S14": ("3-3", "① 県･市町トップ層の対話の場の設定"),
}
# the same system under the name that each publisher gives it
PROGRESS_NAMES = {"住民基本台帳": "住民記録", "戸籍の附票": "戸籍附票"}
# the file's official headings, under short names; what is counted and not judged has weight 0
INDICATORS = {
    "organisation": {
        "chief_officer": "CIOの任命",
        "chief_officer_aide": "CIO補佐官等の任命",
        "policy": "全体方針策定",
        "structure": "全庁的な体制構築",
        "outside_experts": "外部人材活用",
        "staff_development": "職員育成の取組",
        "training_for_all": "全職員対象研修の実施",
    },
    "operations": {
        "ai": "AIの導入状況",
        "rpa": "RPAの導入状況",
        "telework": "テレワークの導入状況",
    },
    "services": {
        "mynumber_cards": "マイナンバーカードの保有状況",
        "online_care": "子育て・介護26手続のオンライン化状況",
        "online_frequent": "よく使う32手続のオンライン化状況",
        "frequent_offered": "よく使う32手続のオンライン化状況_実施されている手続総数（分母）",
        "frequent_online": (
            "よく使う32手続のオンライン化状況_実施されている手続総数のうち「オンライン化済」と回答した手続数（分子）"
        ),
    },
}
DIMENSIONS = {
    "organisation": "自治体DXの推進体制等",
    "operations": "自治体業務のDX",
    "services": "住民サービスのDX",
}
COUNTS = ("frequent_offered", "frequent_online")
FREQUENT_PROCEDURES = 32


def areas(work: Workplace) -> pd.DataFrame:
    """Make the ten areas: ``area_name, area, label, order, members, codes, note``; ``codes`` separated by a blank."""
    line = next(line for line in _lines(work.source(*FACT_SHEET)) if line.startswith("圏域"))
    body = line.split(":", 1)[1].split(". ")[0]
    stems = {name[:-1]: code for name, code in _hyogo_codes(work).items()}
    rows = []
    for order, (area, inside) in enumerate(re.findall(r"([^\s,(]+)\(([^)]*)\)", body), start=1):
        # 神戸(1) gives a count: the area is the city itself
        members = [area] if inside.strip().isdigit() else inside.split()
        codes = sorted(stems[member] for member in members)
        rows.append(
            (
                area,
                f"{area}地域",
                order,
                len(codes),
                " ".join(codes),
                "県民局・県民センターの所管区域",
            )
        )
    table = pd.DataFrame(rows, columns=["area_name", "label", "order", "members", "codes", "note"])
    # the name of a release ago stays behind the new one
    table.insert(1, "area", table["area_name"])
    return table


def indicators_dashboard(work: Workplace) -> pd.DataFrame:  # noqa: ARG001 - every job takes the workplace
    """Make the framework of the dashboard: three dimensions and their indicators, all of equal weight."""
    rows: list[tuple[object, ...]] = [
        (name, None, label, 1, 1.0, None, None, None) for name, label in DIMENSIONS.items()
    ]
    for dimension, indicators in INDICATORS.items():
        for name, label in indicators.items():
            counted = name in COUNTS
            unit = "割合" if dimension == "services" else "有無"
            judged = (0.0, "件", 0, FREQUENT_PROCEDURES) if counted else (1.0, unit, 0, 1)
            rows.append((name, dimension, label, 1, *judged))
    table = pd.DataFrame(
        rows, columns=["indicator", "parent", "label", "direction", "weight", "unit", "low", "high"]
    )
    return table.astype({"low": "Int64", "high": "Int64"})


def systems(work: Workplace) -> pd.DataFrame:
    """Make the 20 systems: ``order, system`` as in the document, ``progress_name`` and ``extension_name`` as published."""
    text = "".join(_between(work, "※ 住民基本台帳", "① システム標準化に係る市町支援"))
    named = [name.strip() for name in text.lstrip("※ ").split("、")]
    progress_names = {
        row["business"]
        for row in _json(work.source("data", "dx", "gc_standardization.json"))["businesses"]
    }
    extension_names = {
        row["business"]
        for row in _json(work.source("data", "dx", "gc_tokutei_detail.json"))["business_summary"]
    }
    table = pd.DataFrame({"order": range(1, len(named) + 1), "system": named})
    table = table.assign(
        progress_name=table["system"].replace(PROGRESS_NAMES), extension_name=table["system"]
    )
    if set(table["progress_name"]) != progress_names or not set(named) <= extension_names:
        raise MakeError("20業務の名称が、総務省かデジタル庁の表と合いません。")
    return table


def themes(work: Workplace) -> pd.DataFrame:
    """Make who takes part in which theme, a row a seat: ``theme, code, name, page, status``."""
    codes = _hyogo_codes(work)
    rows = []
    theme = ""
    for page, line in _paged(work):
        if found := re.match(r"[①②③] (\S+DX)$", line):
            theme = found[1]
        if found := re.match(r"(参画予定):\s*\d+市町\((.+)\)$", _half(line)):
            rows += [
                (theme, codes[name], name, str(page), found[1]) for name in found[2].split("、")
            ]
    return pd.DataFrame(rows, columns=["theme", "code", "name", "page", "status"])


def shared_systems(work: Workplace) -> pd.DataFrame:
    """Make the nine shared systems: how many take part, not who, because the document does not name them."""
    lines = list(_between(work, "システム種別", "（1）概要"))
    header = _half(lines[0])
    found = re.search(r"\[R(\d+)\.(\d+)現在\]", header)
    if found is None:
        raise MakeError("共同運営システムの表に時点がありません。")
    as_of = f"{REIWA + int(found[1])}-{int(found[2]):02d}"
    rows = [_shared_system(line, as_of) for line in lines[1:] if "・" in line]
    return pd.DataFrame(rows)


def _shared_system(line: str, as_of: str) -> dict[str, object]:
    front, scope = line.split("・", 1)
    parts = re.match(r"(\S+?)(※\S+)? ((?:県|\d).*)$", front.strip())
    if parts is None:
        raise MakeError(f"共同運営システムの行が読めません: {line}")
    system, remark, takes_part = parts[1], parts[2] or "", parts[3]
    remarks = [
        f"{who and '県は'}{said}"
        for who, said in re.findall(r"(県)?[（(]([^）)]+)[）)]", takes_part)
    ]
    notes = [remark.lstrip("※"), *remarks, "参加団体の名称は資料にない"]
    count = {unit: int(number) for number, unit in re.findall(r"(\d+)(市|町|組合)", takes_part)}
    return {
        "system": system,
        "cities": count.get("市", 0),
        "towns": count.get("町", 0),
        "associations": count.get("組合", 0),
        "prefecture": takes_part.startswith("県"),
        "as_of": as_of,
        "scope": scope.strip(),
        "note": "。".join(note for note in notes if note),
    }


def measures(work: Workplace) -> pd.DataFrame:
    """Make the ten measures and, below them, the rows of the fact sheet.

    Columns ``id, parent, kind`` (measure or item), ``pillar, measure, flag`` (拡充, 新規), ``page, status``.
    """
    rows = _overview(work) + _items(work)
    table = pd.DataFrame(
        rows, columns=["id", "parent", "kind", "pillar", "measure", "flag", "page"]
    )
    pillars = table.set_index("id")["pillar"]
    table["pillar"] = table["pillar"].fillna(table["parent"].map(pillars))
    table["status"] = pd.Series(DRAFT, index=table.index).where(
        table["page"].astype(int) > OVERVIEW_PAGE
    )
    return table


def _overview(work: Workplace) -> list[tuple[str | None, ...]]:
    """Read the page that lists pillars and measures."""
    rows: list[tuple[str | None, ...]] = []
    number, pillar = "", ""
    for page, line in _paged(work):
        if page != OVERVIEW_PAGE:
            continue
        if found := re.match(r"(\d) (.+)$", _half(line)):
            number, pillar = found[1], line.split(" ", 1)[1]
        elif found := re.match(rf"([{CIRCLED}]) (.+?)(?:【(.+)】)?$", line):
            place = CIRCLED.index(found[1]) + 1
            first = _page_of_measure(work, line[:2] + found[2])
            rows.append(
                (f"{number}-{place}", None, "measure", pillar, found[2], found[3], str(first))
            )
    return rows


def _page_of_measure(work: Workplace, heading: str) -> int:
    """Give the first page after the overview whose heading begins like this one."""
    start = heading[:10]
    pages = (page for page, line in _paged(work) if page > OVERVIEW_PAGE and start in line)
    return next(pages)


def _items(work: Workplace) -> list[tuple[str | None, ...]]:
    """Read the rows of the fact sheet and find the page of each in the document."""
    rows: list[tuple[str | None, ...]] = []
    for line in _lines(work.source(*FACT_SHEET)):
        if found := re.match(r"\| (S\d\d) \| ([^|]+) \|", line):
            parent, words = ITEMS[found[1]]
            page = next((page for page, text in _paged(work) if words in text), None)
            if page is None:
                raise MakeError(f"{found[1]} の語「{words}」が資料に見つかりません。")
            rows.append((found[1], parent or None, "item", None, found[2].strip(), None, str(page)))
    return rows


def study_meetings(work: Workplace) -> pd.DataFrame:
    """Make the five meetings of fiscal 2024 (令和6年度): ``number, printed, date, slip, topic, summary``.

    ``date`` is the proposed reading: meetings follow one another, so a printed date earlier than the one before is taken
    for the next year and flagged in ``slip``.
    """
    rows = []
    before = ""
    for _, line in _paged(work):
        if found := re.match(r"第(\d)回\(R(\d+)\.(\d+)\.(\d+)\) ([^:]+):(.+)$", _half(line)):
            number, year, month, day = (int(part) for part in found.groups()[:4])
            date = f"{REIWA + year}-{month:02d}-{day:02d}"
            slip = date < before
            date = f"{REIWA + year + 1}{date[4:]}" if slip else date
            rows.append((number, f"R{year}.{month}.{day}", date, slip, found[5], found[6]))
            before = date
    return pd.DataFrame(rows, columns=["number", "printed", "date", "slip", "topic", "summary"])


def _hyogo_codes(work: Workplace) -> dict[str, str]:
    listed = work.read("municipality_codes")
    chosen = listed[listed["code"].str.startswith(HYOGO) & listed["parent"].isna()]
    return dict(zip(chosen["name"], chosen["code"], strict=True))


def _between(work: Workplace, first: str, last: str) -> list[str]:
    """Give the lines of the document from the one that begins with ``first`` to before the one that contains ``last``."""
    lines = [line for _, line in _paged(work)]
    start = next(at for at, line in enumerate(lines) if line.startswith(first))
    end = next(at for at in range(start, len(lines)) if last in lines[at])
    return lines[start:end]


@lru_cache(maxsize=1)
def _document(path: Path) -> tuple[tuple[int, str], ...]:
    """Give every line with its page.

    Pages follow one another without a mark of their own; each begins with an indented line or the letterhead, and carries
    its number somewhere: alone, or at one end of a heading.
    """
    blocks: list[list[str]] = [[]]
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(" ") or line == LETTERHEAD:
            blocks.append([])
        blocks[-1].append(line.strip())
    pages = _numbered(blocks)
    return tuple((page, line) for page, block in zip(pages, blocks, strict=True) for line in block)


def _numbered(blocks: list[list[str]]) -> list[int]:
    """Give each block its page; a block without number continues the page before, unless exactly one number is missing."""
    printed: list[int | None] = []
    page = FIRST_PAGE - 1
    for block in blocks:
        found = {int(number) for line in block for number in re.findall(PAGE_NUMBER, line)}
        printed.append(next((number for number in (page + 1, page + 2) if number in found), None))
        page = printed[-1] or page
    pages: list[int] = []
    for at, number in enumerate(printed):
        before = pages[-1] if pages else FIRST_PAGE
        following = printed[at + 1] if at + 1 < len(printed) else None
        skipped = number is None and following is not None and following - before > 1
        pages.append(number or (before + 1 if skipped else before))
    return pages


def _paged(work: Workplace) -> tuple[tuple[int, str], ...]:
    return _document(work.source(*DOCUMENT))


def _lines(path: Path) -> list[str]:
    return [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]


def _half(text: str) -> str:
    """Give digits and brackets in half width, circled numbers as they are."""
    return "".join(
        char if char in CIRCLED else unicodedata.normalize("NFKC", char) for char in text
    )


def _json(path: Path) -> dict[str, list[dict[str, str]]]:
    content: dict[str, list[dict[str, str]]] = json.loads(path.read_text(encoding="utf-8"))
    return content
