"""What else does the prefecture's document say: its figures, its lists, and which action answers which issue?

Every figure and every name is cut out of the document's text by the words around it; only those words, and which measure an
action belongs to, are written here. A figure of page 6 or later is still under discussion, as page 5 says.
"""

import re
from collections.abc import Callable, Iterator

import pandas as pd

from making.facts import CIRCLED, DRAFT, OVERVIEW_PAGE, REIWA, _half, _paged
from making.workplace import MakeError, Workplace

Number = Callable[[str], float]
SURVEY, COUNTED, RENEWED = "2023-08", "2025-03", "R6"
AS_PRINTED = "記載どおり"


def _count(text: str) -> float:
    return float(text.replace(",", ""))


def _percent(text: str) -> float:
    return round(_count(text) / 100, 4)


def _ten_thousands(text: str) -> float:
    return _count(text) * 10_000


def _part(text: str) -> float:
    return 1 / _count(text)


def _half_year(text: str) -> float:
    return {"半": 0.5}[text]


# row of the fact sheet, name, Japanese label, unit, as of, pattern (its group is the figure), how the figure is read
FIGURES: tuple[tuple[str, str, str, str, str, str, Number], ...] = (
    ("S00", "few_staff", "担当職員2人以下の市町", "市町", "", r"担当職員数2人以下が(\d+)/", _count),
    (
        "S00",
        "few_staff_of",
        "担当職員数を数えた市町",
        "市町",
        "",
        r"担当職員数2人以下が\d+/(\d+)市町",
        _count,
    ),
    ("S00", "not_linked", "県と連携していない市町", "市町", SURVEY, r"本県(\d+)/", _count),
    (
        "S00",
        "not_linked_of",
        "連携の有無を答えた市町",
        "市町",
        SURVEY,
        r"本県\d+/(\d+)市町",
        _count,
    ),
    (
        "S00",
        "not_linked_share",
        "県と連携していない市町の割合",
        "割合",
        SURVEY,
        r"本県\d+/\d+市町\(([\d.]+)%\)",
        _percent,
    ),
    ("S01", "systems", "基幹系の業務", "業務", "", r"基幹系(\d+)業務シ", _count),
    (
        "S01",
        "on_time",
        "期限内に移行を終える見込みの市町",
        "市町",
        "",
        r"移行完了見込は(\d+)市町",
        _count,
    ),
    ("S01", "extension_years", "移行困難システムの延長", "年", "", r"期限の(\d+)年延", _count),
    (
        "S03",
        "fee_bodies",
        "クラウド利用料低減支援の団体",
        "団体",
        RENEWED,
        r"低減支援【R6実績】(\d+)団体",
        _count,
    ),
    (
        "S03",
        "fee_cities",
        "クラウド利用料低減支援の市",
        "市",
        RENEWED,
        r"低減支援【R6実績】\d+団体\((\d+)市",
        _count,
    ),
    (
        "S03",
        "fee_towns",
        "クラウド利用料低減支援の町",
        "町",
        RENEWED,
        r"低減支援【R6実績】\d+団体\(\d+市(\d+)町",
        _count,
    ),
    (
        "S03",
        "cloud_bodies",
        "クラウド研修の団体",
        "団体",
        RENEWED,
        r"アップ支援【R6実績】(\d+)団体",
        _count,
    ),
    (
        "S03",
        "cloud_cities",
        "クラウド研修の市",
        "市",
        RENEWED,
        r"アップ支援【R6実績】\d+団体\((\d+)市",
        _count,
    ),
    (
        "S03",
        "cloud_towns",
        "クラウド研修の町",
        "町",
        RENEWED,
        r"アップ支援【R6実績】\d+団体\(\d+市(\d+)町",
        _count,
    ),
    (
        "S03",
        "cloud_associations",
        "クラウド研修の組合",
        "組合",
        RENEWED,
        r"アップ支援【R6実績】\d+団体\(\d+市\d+町(\d+)組合",
        _count,
    ),
    (
        "S03",
        "cloud_people",
        "クラウド研修の人数",
        "人",
        RENEWED,
        r"アップ支援【R6実績】\d+団体\([^)]*\)、(\d+)名",
        _count,
    ),
    (
        "S04",
        "monthly_fee",
        "e-ひょうごの月額（5万人未満）",
        "円",
        "",
        r"何人利用しても([\d,]+)円\(月額\)",
        _count,
    ),
    (
        "S04",
        "fee_people",
        "定額となる人口の上限（未満）",
        "人",
        "",
        r"人口(\d+)万人未満市町の利用料",
        _ten_thousands,
    ),
    ("S04", "fee_share", "現行に対する割合（以下）", "割合", "", r"現行の1/(\d+)以下", _part),
    ("S05", "lectures", "出前講座", "講座", RENEWED, r"【R6開設】(\d+)講座", _count),
    (
        "S06",
        "leader_years",
        "リーダー育成の受入",
        "年",
        "",
        r"デジタル改革課で(半)年間受け入れ",
        _half_year,
    ),
    ("S07", "themes", "推進する課題", "課題", "", r"連携が必須となる次の(\d+)課題", _count),
    ("S07", "education", "教育DXの参画予定", "市町", "", r"教育DX参画予定:(\d+)市町", _count),
    ("S07", "delivery", "配送DXの参画予定", "市町", "", r"配送DX参画予定:(\d+)市町", _count),
    (
        "S07",
        "points",
        "地域通貨・ポイントDXの参画予定",
        "市町",
        "",
        r"ポイントDX参画予定:(\d+)市町",
        _count,
    ),
    ("S11", "meetings", "推進検討会の開催（程度）", "回", "", r"開催回数(\d+)回程度", _count),
    (
        "S11",
        "platform_cities",
        "データ連携基盤を保有する市",
        "市",
        "2024-10-23",
        r"データ連携基盤を保有する県内(\d+)市",
        _count,
    ),
)
# figures that are a date: row, name, label, pattern (year, and month where the document has one)
DATES = (
    ("S01", "deadline", "標準準拠システムへの移行の期限", r"令和(\d+)年度末までに、基幹系"),
    (
        "S04",
        "renewal",
        "e-ひょうごのリニューアル運用開始",
        r"R(\d+)\.(\d+)[~～]リニューアル運用開始",
    ),
)
# row, name of the list, pattern (its group is the whole list), pattern that cuts it up or finds its entries
LISTS = (
    (
        "S00",
        "県に期待する支援",
        r"提供開始(市町への.+?)【出典】",
        r"市町への.+?\)|市町の申し出.+?\)|その他|希望しない\(必要ない\)",
    ),
    ("S02", "個別相談", r"個別相談\((.+?)\)", r"[^、]+"),
    ("S02", "グループ分けの例", r"グループ分け\(例:(.+?)\)", r"[^、]+"),
    ("S02", "意見交換会のテーマ", r"フォーカス\((.+?)など\)", r"[^、や]+"),
    ("S05", "学びのサイクル", r"効果的に組合せて、(.+?)の「学び", r"[^【】、]+"),
    ("S05", "出前講座", r"【R6開設】\d+講座\((.+?)\)", r"[^、]+"),
    ("S06", "リエゾン研修", r"〈カリキュラム例〉(.+?)②DX推進リーダー育成", r"[^①②③④、]+"),
    ("S08", "取組分野", r"〈取組分野〉(.+?)②市町デジタル人材ネットワーク", r"[^•]+"),
    ("S10", "共同研究の主体", r"(兵庫県\(防災力.+?)による、県政課題", r"(?:^|、|及び)([^、(]+?)\("),
    (
        "S10",
        "研究テーマ",
        r"推進」\(案\)(ア\).+?)②進め方",
        r"[アイウ]\)(広域被災者データベース|[^アイウ]+?\)|[^アイウ]+?支援)",
    ),
    ("S11", "開催テーマの例", r"〈開催テーマの例〉(.+?)など", r"[^、]+"),
    ("S12", "リエゾンの種類", r"総合相談窓口となる(.+?)が協力して", r"「(.+?)」"),
    ("S13", "ヒアリング項目", r"〈ヒアリング項目例〉(.+?)②県内市町の実情", r"[^•]+"),
)
# lists whose entries are lines of a page: row, name, page, how such a line begins
LINES = (
    ("S12", "主な任務", 15, r"[アイウ]\) ?(.+)$"),
    ("S14", "トップ層の連携", 18, rf"[{CIRCLED}] (.+)$"),
)
LONGEST_NAME_LINE = 9
# pillar, measure, how the issue begins (page 4, left), how the action begins (page 4, right)
ANSWERS = (
    ("1", "1-1", "システム標準化では、", "システム標準化の期限年度"),
    ("1", "1-2", "県・市町共同運営の電子申請", "「e-ひょうご」のUI/UX改善・"),
    ("1", "1-3", "デジタル人材研修では、", "各団体の状況に応じた"),
    ("2", "2-1", "総務省の事業を活用、", "引き続き総務省の事業"),
    ("2", "2-2", "地域DX優良事例の県内", "横展開の取組分野を"),
    ("3", "3-1", "DX推進リエゾンについて", "DX推進リエゾンを継続設置"),
    ("3", "3-2", "市町からの相談対応、", "各市町におけるDX推進状況"),
    ("3", "3-3", "県・市町の担当者間", "県と市町双方のトップ層"),
)
ANSWERS_PAGE = 4


def package_figures(work: Workplace) -> pd.DataFrame:
    """Make the figures of the document: ``id, figure, label, value, unit, date, as_of, page, status, quote``."""
    rows: list[tuple[object, ...]] = []
    for row, name, label, unit, as_of, pattern, read in FIGURES:
        page, found = _find(work, pattern)
        rows.append((row, name, label, read(found[1]), unit, None, as_of or None, page, found[0]))
    for row, name, label, pattern in DATES:
        page, found = _find(work, pattern)
        year, month = REIWA + int(found[1]), found[2] if found.re.groups > 1 else None
        # a fiscal year ends with March of the next year
        date = f"{year}-{int(month):02d}" if month else f"{year + 1}-03-31"
        rows.append((row, name, label, None, "日付", date, None, page, found[0]))
    columns = ["id", "figure", "label", "value", "unit", "date", "as_of", "page", "quote"]
    table = pd.DataFrame(rows, columns=columns).sort_values("id", kind="stable", ignore_index=True)
    return _with_status(table)[[*columns[:8], "status", "quote"]]


def package_lists(work: Workplace) -> pd.DataFrame:
    """Make the lists of the document, a row an entry: ``id, list, order, name, page, status``."""
    rows: list[tuple[object, ...]] = []
    for row, name, inside, each in LISTS:
        page, found = _find(work, inside)
        rows += [
            (row, name, order, entry, page)
            for order, entry in enumerate(re.findall(each, found[1]), start=1)
        ]
    for row, name, page, start in LINES:
        lines = [_half(line) for at, line in _paged(work) if at == page]
        entries = [read[1] for line in lines if (read := re.match(start, line))]
        rows += [(row, name, order, entry, page) for order, entry in enumerate(entries, start=1)]
    rows += [("S05", "アラカルト", order, name, 9) for order, name in _a_la_carte(work)]
    table = pd.DataFrame(rows, columns=["id", "list", "order", "name", "page"])
    return _with_status(
        table.sort_values(["id", "list", "order"], kind="stable", ignore_index=True)
    )


def logic_model(work: Workplace) -> pd.DataFrame:
    """Make which action of this year answers which issue of the last: ``number, pillar, issue, action, measures, page, status``.

    The document sets both side by side without lines between them; paired here by their order within a pillar.
    """
    text = _joined(work, ANSWERS_PAGE)
    starts = [text.index(_squeezed(words)) for row in ANSWERS for words in row[2:]] + [
        text.index("令和6年度の振り返り")
    ]
    ends = {start: min(other for other in starts if other > start) for start in starts[:-1]}
    said = [text[start : ends[start]] for start in starts[:-1]]
    pillars = work.read("measures").set_index("id")["pillar"]
    rows = [
        (
            number,
            pillars[measure],
            said[2 * number - 2],
            said[2 * number - 1],
            measure,
            ANSWERS_PAGE,
        )
        for number, (_, measure, _, _) in enumerate(ANSWERS, start=1)
    ]
    return _with_status(
        pd.DataFrame(rows, columns=["number", "pillar", "issue", "action", "measures", "page"])
    )


def _a_la_carte(work: Workplace) -> Iterator[tuple[int, str]]:
    """Read the seven items of the training menu, whose names run over several short lines."""
    lines = [_half(line) for page, line in _paged(work) if page == 9]
    for at, line in enumerate(lines):
        if found := re.match(r"([1-7]) (\S+)( .+)?$", line):
            name = found[2]
            for following in [] if found[3] else filter(None, lines[at + 1 :]):
                if len(following) > LONGEST_NAME_LINE:
                    break
                name += following
            yield int(found[1]), name


def _find(work: Workplace, pattern: str) -> tuple[int, re.Match[str]]:
    """Find a pattern in the text of a page, without its blanks and line ends."""
    for page in sorted({page for page, _ in _paged(work)}):
        if found := re.search(pattern, _joined(work, page)):
            return page, found
    raise MakeError(f"資料に「{pattern}」が見つかりません。")


def _joined(work: Workplace, page: int) -> str:
    return _squeezed("".join(line for at, line in _paged(work) if at == page))


def _squeezed(text: str) -> str:
    return re.sub(r"\s", "", _half(text))


def _with_status(table: pd.DataFrame) -> pd.DataFrame:
    later = table["page"].astype(int) > OVERVIEW_PAGE
    return table.assign(
        page=table["page"].astype(str), status=later.map({True: DRAFT, False: AS_PRINTED})
    )
