"""How do a meeting's door, votes and cards look on the facilitator's screen?

Every text of the meeting is escaped.
"""

import html
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import segno

from dxkit.schema import VOTE_WORDS
from dxkit.widgets.room import Room, list_addresses

# from brown to blue-green (ColorBrewer BrBG), told apart by the colour-blind, each with its ink
SEGMENTS = (
    ("against_strongly", f"{VOTE_WORDS[-2]}（−2）", "#a6611a", "#fff"),
    ("against", f"{VOTE_WORDS[-1]}（−1）", "#dfc27d", "#222"),
    ("neutral", f"{VOTE_WORDS[0]}（0）", "#e9e9e9", "#222"),
    ("for", f"{VOTE_WORDS[1]}（+1）", "#80cdc1", "#222"),
    ("for_strongly", f"{VOTE_WORDS[2]}（+2）", "#018571", "#fff"),
)
BAR_STYLE = "display:flex;height:26px;background:#f4f4f4;border:1px solid #bbb"
CARD_STYLE = (
    "border:1px solid #c9b458;background:#fffbe6;padding:4px 10px;margin:4px;"
    "white-space:pre-wrap;max-width:20em"
)
LOCAL_HINT = '<div style="color:#555">電話からは、network=True で始めたときに入れます</div>'
SWATCH_STYLE = "display:inline-block;padding:0 8px;margin:0 6px 2px 0"


def write_door(room: Room) -> str:
    """Write address, code and QR code as HTML; no QR code leads a phone to itself."""
    picture = ""
    if room.has_qr:
        source = segno.make(room.link, error="m", micro=False).svg_data_uri(scale=5, border=3)
        picture = (
            f'<img alt="参加用のQRコード" width="210" height="210" src="{html.escape(source)}">'
        )
    # two groups of four digits are typed with fewer mistakes
    code = f"{room.code[:4]} {room.code[4:]}"
    where = "同じ Wi-Fi の端末から" if room.has_qr else "このパソコンのブラウザーだけから"
    others = _write_other_addresses(room) if room.has_qr else LOCAL_HINT
    code_style = "font-size:2em;letter-spacing:.08em"
    return (
        '<div style="display:flex;flex-wrap:wrap;gap:16px;align-items:center;line-height:1.5">'
        f"{picture}<div><div>{where}参加できます</div>"
        f'<div style="font-size:1.4em"><b>{html.escape(room.address)}</b></div>'
        f'<div>会議コード <b style="{code_style}">{code}</b></div>{others}</div></div>'
    )


def write_warnings(warnings: Sequence[str]) -> str:
    """Write what the facilitator should know, as HTML; empty when there is nothing."""
    lines = "".join(f"<li>{html.escape(warning)}</li>" for warning in warnings)
    return f'<ul style="margin:4px 0;color:#8a1f11">{lines}</ul>' if lines else ""


def _write_other_addresses(room: Room) -> str:
    """Write this laptop's other addresses: the one above was chosen, maybe not rightly."""
    others = [
        f"{entry.address}（{entry.interface}、{entry.note}）"
        for entry in list_addresses()
        if entry.address != room.host
    ]
    if not others:
        return ""
    text = f"つながらないときは address= に: {'、'.join(others)}"
    return f'<div style="color:#555">{html.escape(text)}</div>'


def write_chart(results: pd.DataFrame, items: Mapping[str, str], *, min_votes: int) -> str:
    """Write one bar an item, its parts as wide as each value's share of the votes.

    Parameters
    ----------
    results
        As `Session.results` returns them.
    items
        The items' labels by their ids.
    min_votes
        Below this many votes only their number is told.

    Returns
    -------
    str
        HTML.
    """
    key = "".join(
        f'<span style="{SWATCH_STYLE};background:{paint};color:{ink}">{name}</span>'
        for _, name, paint, ink in SEGMENTS
    )
    rows = "".join(
        _write_item(row, items.get(str(row["item"]), str(row["item"])), min_votes)
        for row in results.to_dict(orient="records")
    )
    return f'<div style="max-width:760px;line-height:1.5"><div>{key}</div>{rows}</div>'


def write_cards(notes: pd.DataFrame) -> str:
    """Write the cards under the titles of their groups, as HTML.

    Parameters
    ----------
    notes
        As `Session.notes` returns them.
    """
    # a group that was given no title is called by its name
    titles = notes["title"].where(notes["title"] != "", notes["group"])
    heads = titles.replace("", "まだグループのないカード")
    blocks = []
    for head, texts in notes.groupby(heads, sort=False)["text"]:
        cards = "".join(f'<div style="{CARD_STYLE}">{html.escape(text)}</div>' for text in texts)
        blocks.append(
            f'<h4 style="margin:10px 0 2px">{html.escape(str(head))}</h4>'
            f'<div style="display:flex;flex-wrap:wrap">{cards}</div>'
        )
    return "".join(blocks)


def _write_item(row: Mapping[Any, Any], label: str, min_votes: int) -> str:
    votes = int(row["votes"])
    # the bar of a single vote would tell who cast it
    is_shown = votes >= max(min_votes, 1)
    parts = ""
    tail = f"{votes}票（{min_votes}票そろうと表示）"
    if is_shown:
        tail = f"{votes}票・平均 {row['mean']:+.2f}"
        parts = "".join(
            _write_segment(int(row[column]), votes, paint, ink)
            for column, _, paint, ink in SEGMENTS
        )
    bar = f'<div style="{BAR_STYLE}">{parts}</div>'
    return f'<div style="margin-top:8px"><div><b>{html.escape(label)}</b>　{tail}</div>{bar}</div>'


def _write_segment(count: int, votes: int, paint: str, ink: str) -> str:
    if not count:
        return ""
    style = (
        f"width:{count / votes:.2%};background:{paint};color:{ink};"
        "text-align:center;overflow:hidden"
    )
    return f'<div style="{style}">{count}</div>'
