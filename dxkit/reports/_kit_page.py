"""What does a mayor need to know of a joint procurement, on one page?"""

from pathlib import Path

import pandas as pd

from dxkit.errors import ChoiceError, shorten
from dxkit.loaders import load
from dxkit.reports._atomic_write import write_report
from dxkit.reports._html_page import escape_text, write_page, write_part, write_sheet, write_table
from dxkit.reports._origin_marks import in_brackets, read_mark, write_source
from dxkit.schema import heading
from dxkit.support.costs import Kit, TalentPool

# from here on decimals say nothing
LARGE = 1000
PART_HEADINGS = (
    "市町",
    "各自なら（円/年）",
    "負担（円/年）",
    "参加",
    "参加する単価（いまの何倍まで）",
)
POOL_HEADINGS = (
    "役割",
    "市町",
    "日数（年）",
    "人数",
    "時間内に始まる割合",
    "県で持つ（円）",
    "各自（円）",
)
FLIP_HEADINGS = ("仮定", "いま", "下", "上", "結論が変わる値")


def kit_page(
    result: Kit | TalentPool,
    *,
    title: str,
    code: str | None = None,
    path: str | Path = "out/kit.html",
) -> Path:
    """Write one A4 page for a mayor from a joint procurement or a shared pool of staff.

    Parameters
    ----------
    result
        From `dxkit.support.costs.kit` or `dxkit.support.costs.talent_pool`.
    title
        The heading.
    code
        The municipality whose mayor reads it: the sentence on it comes first, and its row is
        marked. Only for a `Kit`: a pool is not split by municipality.
    path
        The file (``.html``).

    Returns
    -------
    pathlib.Path
        One HTML file that opens offline and prints on A4: the answer in sentences, who pays what,
        and at which value of the assumptions the answer turns. 架空 where the tables say so.

    Raises
    ------
    ChoiceError
        If ``code`` has no row, or was given for a pool, or ``result`` is neither of the two.

    Examples
    --------
    >>> import tempfile
    >>> import dxkit
    >>> from dxkit.support import costs
    >>> form = dxkit.load("school_example")
    >>> prices = dxkit.load("kit_prices").query("kit == 'school'")
    >>> result = costs.kit(form, prices, units="teachers", minimum=100)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = kit_page(result, title="校務支援", code="28201", path=f"{folder}/a.html")
    ...     page = written.read_text("utf-8")
    >>> "姫路市" in page, "架空" in page
    (True, True)
    """
    if isinstance(result, Kit):
        parts = _write_kit(result, code)
        aside = "共同調達"
    elif isinstance(result, TalentPool):
        if code is not None:
            raise ChoiceError(
                f"code={shorten(code)} は使えません。人材プールは市町ごとに分けていないので、"
                "code を書かずに呼んでください。"
            )
        parts = _write_pool(result)
        aside = "デジタル人材プール"
    else:
        raise ChoiceError(
            f"{type(result).__name__} は1枚にできません。costs.kit か costs.talent_pool の結果を"
            "渡してください。"
        )
    mark = in_brackets(read_mark(result))
    foot = [
        "負担・参加は額だけの計算です。契約の残り、仕様の違い、議会の日程は入っていません。",
        write_source(result.table),
    ]
    sheet = write_sheet(escape_text(f"{title}{mark}"), parts, aside=aside, foot=foot)
    return write_report(path, write_page(f"{title}{mark}", sheet))


def _write_kit(result: Kit, code: str | None) -> list[str]:
    """Write the answer, the parts and the flips of a joint procurement."""
    table = result.table.assign(name=_name_rows(result.table))
    sentences = _say_own(table, code) if code is not None else []
    joining = table[table["joins"]]
    settings = result.settings
    sentences.append(
        f"{len(table)}市町のうち{len(joining)}市町が参加し、共同で年{settings['total_yen']:,}円です"
        f"（同じ市町が各自なら年{settings['alone_yen']:,}円）。"
    )
    sentences.append(
        "この分け方なら、抜けて組み直した方が安い組はありません。"
        if settings["in_core"]
        else "この分け方では、抜けて組み直した方が安い組があります。分け方を変えて話し合います。"
    )
    rows = [
        (
            f"▶ {row['name']}" if row["code"] == code else row["name"],
            f"{row['units']:,}",
            f"{row['alone_yen']:,.0f}",
            "参加しない" if pd.isna(row["part_yen"]) else f"{row['part_yen']:,.0f}",
            "する" if row["joins"] else "しない",
            _write_turn(row),
        )
        for row in table.to_dict("records")
    ]
    # "teachers" and "shops" are not just a number
    headings = (PART_HEADINGS[0], heading(str(result.settings["units"])), *PART_HEADINGS[1:])
    return [
        write_part("結論", _write_sentences(sentences)),
        write_part("だれがいくら", write_table(headings, rows, number_columns=(1, 2, 3, 5))),
        write_part("どこまで動くと変わるか", _write_flips(result.flips)),
    ]


def _write_turn(row: "dict[object, object]") -> str:
    """Write up to which price a municipality joins."""
    if not pd.isna(row["joins_below"]):  # type: ignore[call-overload]
        return f"{row['joins_below']:.2f}"
    return "2倍でも参加" if row["joins"] else "半額でも参加しない"


def _say_own(table: pd.DataFrame, code: str | None) -> list[str]:
    """Say what the answer is for one municipality."""
    rows = table[table["code"] == code]
    if rows.empty:
        listed = "、".join(table["code"].astype(str).head(5))
        raise ChoiceError(
            f"code の「{shorten(code)}」はこの共同調達の表にありません。ある団体コード: {listed}"
        )
    row = rows.iloc[0]
    if not row["joins"]:
        return [f"{row['name']}は、この額では参加しません（{row['reason']}）。"]
    saved = row["alone_yen"] - row["part_yen"]
    gain = (
        f"各自で買うより年{saved:,.0f}円安くなります"
        if saved >= 1
        else "各自で買う額と変わりません（安くなるのは、いっしょに買うほかの市町です）"
    )
    sentences = [f"{row['name']}の負担は年{row['part_yen']:,.0f}円で、{gain}。"]
    if not pd.isna(row["joins_below"]):
        sentences.append(
            f"{row['name']}は、単価がいまの{row['joins_below']:.2f}倍を超えると参加しません。"
        )
    return sentences


def _write_pool(result: TalentPool) -> list[str]:
    """Write the answer, the roles and the flips of a pool of staff."""
    table = result.table
    pool_yen = table["pool_yen"].sum()
    alone_yen = table["alone_yen"].sum()
    word = "安く" if pool_yen < alone_yen else "高く"
    sentences = [
        f"{len(table)}の役割に{int(table['people'].sum())}人が要り、県で持つと年{pool_yen:,.0f}円です。",
        f"各自で雇う・頼む場合（年{alone_yen:,.0f}円）より、"
        f"年{abs(alone_yen - pool_yen):,.0f}円{word}なります。",
    ]
    dear = table[table["saved_yen"] < 0]
    if len(dear):
        names = "、".join(dear["label"].astype(str))
        sentences.append(f"役割ごとに見ると、{names}は各自の方が安くなります。")
    rows = [
        (
            row["label"],
            row["municipalities"],
            f"{row['days']:,.0f}",
            row["people"],
            f"{row['in_time']:.0%}",
            f"{row['pool_yen']:,.0f}",
            f"{row['alone_yen']:,.0f}",
        )
        for row in table.to_dict("records")
    ]
    return [
        write_part("結論", _write_sentences(sentences)),
        write_part("役割ごと", write_table(POOL_HEADINGS, rows, number_columns=range(1, 7))),
        write_part("どこまで動くと変わるか", _write_flips(result.flips)),
    ]


def _write_flips(flips: pd.DataFrame) -> str:
    """Write at which value of each assumption the answer turns."""
    rows = [
        (
            row["assumption"],
            *(_write_number(row[column]) for column in ("value", "low", "high")),
            "この幅では変わらない" if pd.isna(row["flips_at"]) else _write_number(row["flips_at"]),
        )
        for row in flips.to_dict("records")
    ]
    stands = flips.attrs.get("stands")
    # the share of draws is of all assumptions at once
    note = (
        ""
        if stands is None or pd.isna(stands)
        else f'<p class="note">仮定をいっしょに引き直したとき、同じ結論になったのは{stands:.0%}です。</p>'
    )
    return write_table(FLIP_HEADINGS, rows, number_columns=(1, 2, 3, 4)) + note


def _write_number(number: float) -> str:
    """Write yen without decimals, and shares with two."""
    return f"{number:,.0f}" if abs(number) >= LARGE else f"{number:,.2f}"


def _write_sentences(sentences: list[str]) -> str:
    return "".join(f"<p>{escape_text(sentence)}</p>" for sentence in sentences)


def _name_rows(table: pd.DataFrame) -> pd.Series:
    """Take the names of the table, or those of the municipalities of all Japan."""
    names = table["name"] if "name" in table.columns else pd.Series(None, index=table.index)
    national = load("municipalities", None).set_index("code")["name"]
    usable = names.where(names.notna() & (names.astype(str) != table["code"].astype(str)))
    return usable.fillna(table["code"].map(national)).fillna(table["code"])
