"""Which of these mails is a trap? Tick, and see what was found and what was a false alarm."""

import html

import ipywidgets
import pandas as pd

from dxkit import _checks
from dxkit.schema import MADE_MARK, is_made
from dxkit.support.security import MailScore, score_mails
from dxkit.widgets._html import BAD, GOOD, NEUTRAL, write_message, write_table

WHAT = "メールの表"
CARD = "border:1px solid #bbb;border-radius:4px;padding:6px 10px;margin:2px 0;"
CARD += "line-height:1.5;width:min(560px,46vw);box-sizing:border-box"
INVITATION = "あやしいと思うメールに印を付けて、「採点する」を押します。リンクは動きません。"
HEADS = ("番号", "件名", "結果", "見分けるところ")


def mail_board(mails: pd.DataFrame) -> ipywidgets.VBox:
    """Show mails with a box to tick beside each, and score what was ticked.

    Parameters
    ----------
    mails
        One row a mail: ``mail, sender, address, subject, text, link`` (may be blank),
        ``is_phishing, clue`` (table ``mails_example``). No link can be followed.

    Returns
    -------
    ipywidgets.VBox
        ``children[-1].value`` holds the score as HTML: what was found and false alarms, then each
        mail with its clue.

    Raises
    ------
    TableError
        If the table cannot be used.

    Examples
    --------
    >>> import dxkit
    >>> board = mail_board(dxkit.load("mails_example"))
    >>> board.children[1].children[0].value = True
    >>> board.children[-2].click()
    >>> "まちがえて疑った 1通" in board.children[-1].value
    True
    """
    needed = ["mail", "sender", "address", "subject", "text", "link", "is_phishing", "clue"]
    _checks.require_columns(mails, needed, WHAT)
    rows = mails.fillna({"link": ""}).to_dict("records")
    # the key is looked at before anybody ticks a box
    score_mails(mails, [])
    boxes = [
        ipywidgets.Checkbox(
            description="あやしい", indent=False, layout=ipywidgets.Layout(width="7em")
        )
        for _ in rows
    ]
    button = ipywidgets.Button(description="採点する", button_style="primary")
    verdict = ipywidgets.HTML(value=write_message(NEUTRAL, INVITATION))
    mark = f"（{MADE_MARK}）" if is_made(mails) else ""
    title = ipywidgets.HTML(value=f"<b>届いたメール {len(rows)}通{mark}</b>")

    def judge(_: object) -> None:
        flagged = [row["mail"] for row, box in zip(rows, boxes, strict=True) if box.value]
        verdict.value = _write_score(score_mails(mails, flagged))

    button.on_click(judge)
    cards = [
        ipywidgets.HBox([box, ipywidgets.HTML(value=_write_card(row))])
        for row, box in zip(rows, boxes, strict=True)
    ]
    return ipywidgets.VBox([title, *cards, button, verdict])


def _write_card(row: dict[object, object]) -> str:
    """Write a mail as text; its link is shown and cannot be followed."""
    texts = {name: html.escape(str(row[name])) for name in row if isinstance(name, str)}
    link = f"<br>リンク・添付: <code>{texts['link']}</code>" if texts["link"] else ""
    return (
        f'<div style="{CARD}"><b>{texts["mail"]}　{texts["subject"]}</b><br>'
        f"差出人: {texts['sender']} &lt;{texts['address']}&gt;<br>{texts['text']}{link}</div>"
    )


def _write_score(score: MailScore) -> str:
    used = score.settings
    is_perfect = not used["missed"] and not used["false_alarms"]
    words = (
        f"見つけた {used['found']}通 / わな {used['traps']}通、"
        f"まちがえて疑った {used['false_alarms']}通 / ふつう {used['honest']}通"
    )
    rows = score.table[["mail", "subject", "outcome", "clue"]].astype(str).to_numpy().tolist()
    return write_message(GOOD if is_perfect else BAD, words) + write_table(
        HEADS, rows, keep_first=True
    )
