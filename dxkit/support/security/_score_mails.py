"""Which of the traps were found, and which honest mails were taken for one?"""

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import MethodText, TableResult, accepts_any_table, carry_provenance

WHAT = "メールの表"
# what was decided: is a trap, was flagged
OUTCOMES = {
    (True, True): "見つけた",
    (True, False): "見のがした",
    (False, True): "まちがえて疑った",
    (False, False): "正しく通した",
}


@dataclass(frozen=True)
class MailScore(TableResult):
    """What became of each mail.

    Attributes
    ----------
    table
        One row a mail: ``mail, sender, subject, outcome`` (見つけた・見のがした・まちがえて疑った・
        正しく通した) and ``clue`` (by what it can be told).
    settings
        ``traps, found, missed, honest, false_alarms`` (mails), ``precision`` (traps among the
        flagged; missing if none was flagged) and ``recall`` (flagged among the traps).
    """

    table: pd.DataFrame
    settings: dict[str, object]

    def _describe_method(self) -> MethodText:
        used = self.settings
        return MethodText(
            ja=(
                f"怪しいとした通を正解と比べ、{used['traps']}通のわなのうち{used['found']}通を"
                f"見つけ、ふつうの{used['honest']}通のうち{used['false_alarms']}通を疑ったと数えた。",
            ),
            en=(
                f"Flags were compared with the key: {used['found']} of {used['traps']} traps were "
                f"found, {used['false_alarms']} of {used['honest']} honest mails were flagged.",
            ),
        )

    def __repr__(self) -> str:
        used = self.settings
        return (
            f"<わなの{used['traps']}通のうち {used['found']}通を見つけ、"
            f"ふつうの{used['honest']}通のうち {used['false_alarms']}通を疑いました>"
        )


@accepts_any_table("mails")
def score_mails(mails: pd.DataFrame, flagged: Iterable[object]) -> MailScore:
    """Score which mails somebody took for a trap: what was found, and false alarms.

    Both stand side by side: who flags every mail finds every trap and can no longer work.

    Parameters
    ----------
    mails
        One row a mail: ``mail`` (its number), ``is_phishing`` (1 or 0), ``sender, subject, clue``
        where known.
    flagged
        Numbers of the mails that are taken for a trap.

    Returns
    -------
    MailScore

    Raises
    ------
    TableError
        If the table cannot be used.
    ChoiceError
        Naming every number that is no mail's.

    Examples
    --------
    >>> import pandas as pd
    >>> mails = pd.DataFrame({"mail": [1, 2, 3], "is_phishing": [1, 0, 1]})
    >>> score_mails(mails, [1, 2])
    <わなの2通のうち 1通を見つけ、ふつうの1通のうち 1通を疑いました>
    """
    rows = read_plain_table(mails)
    _checks.require_columns(rows, ["mail", "is_phishing"], WHAT)
    numbers = _checks.read_numbers(rows, "mail", WHAT, high=10**6, whole=True)
    rows["mail"] = numbers.astype(int)
    _checks.require_unique_rows(rows, ["mail"], WHAT)
    key = _checks.read_numbers(rows, "is_phishing", WHAT, high=1, whole=True) == 1
    marks = _read_flags(rows["mail"].tolist(), flagged)
    outcomes = [OUTCOMES[bool(trap), mark] for trap, mark in zip(key, marks, strict=True)]
    # what a mail is known by, where the table has it
    texts = [name for name in ("sender", "subject", "clue") if name in rows]
    table = rows[["mail", *texts]].assign(outcome=outcomes)
    table = table.sort_values("mail", kind="stable", ignore_index=True)
    counts = {label: outcomes.count(label) for label in OUTCOMES.values()}
    hits = counts["見つけた"]
    # traps and honest mails that were flagged
    flags = hits + counts["まちがえて疑った"]
    settings: dict[str, object] = {
        "traps": int(key.sum()),
        "found": hits,
        "missed": counts["見のがした"],
        "honest": int((~key).sum()),
        "false_alarms": counts["まちがえて疑った"],
        "precision": hits / flags if flags else float("nan"),
        "recall": hits / int(key.sum()) if key.any() else float("nan"),
    }
    carry_provenance(table, mails)
    table.attrs["settings"] = settings
    return MailScore(table, settings)


def _read_flags(numbers: list[object], flagged: Iterable[object]) -> list[bool]:
    """Read which mails were flagged; numbers may be typed as text, full-width, too."""
    if isinstance(flagged, str | bytes) or not isinstance(flagged, Iterable):
        raise ChoiceError(
            f"flagged=「{shorten(flagged)}」は使えません。[2, 5] のように番号を並べてください。"
        )
    texts = [_to_number_text(number) for number in numbers]
    typed = [_to_number_text(number) for number in flagged]
    if strays := [text for text in typed if text not in texts]:
        raise ChoiceError(
            f"{'・'.join(map(shorten, strays))} 番のメールはありません。"
            f"{texts[0]}〜{texts[-1]} の番号を書いてください。"
        )
    return [text in typed for text in texts]


def _to_number_text(number: object) -> str:
    """Write a number as text: 2, 2.0 and ２ are the same mail."""
    text = str(number).strip()
    try:
        return f"{float(text):g}"
    except ValueError:
        return text
