"""What follows from each choice in a made incident, and how many hours does it cost?"""

import unicodedata
from collections.abc import Sequence

import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, Fault, TableError, shorten
from dxkit.schema import accepts_any_table, carry_provenance

WHAT = "事故の筋書きの表"
COLUMNS = ("scene", "hour", "text", "choice", "label", "follows", "delay_hours", "judgement")


@accepts_any_table("incident")
def follow_incident(incident: pd.DataFrame, choices: str | Sequence[str]) -> pd.DataFrame:
    """Follow a made incident along the choices of its scenes.

    Parameters
    ----------
    incident
        One row a scene and choice: ``scene, hour`` (since the first), ``text`` (of the scene, in
        one of its rows), ``choice`` (a letter), ``label, follows, delay_hours, judgement`` and,
        where known, ``reason``.
    choices
        One letter a scene from the first on, ``"BAB"`` or a list; full-width and small letters and
        blanks between them do. Scenes without a choice are left out.

    Returns
    -------
    pandas.DataFrame
        One row a scene that was chosen in: ``scene, hour, text, choice, label, follows, reason,
        judgement, delay_hours, delay_sum`` (hours lost so far). ``.attrs["settings"]``: ``scenes``
        (in all), ``chosen``, ``delay_hours`` (in all), ``good`` (choices judged よい).

    Raises
    ------
    TableError
        If the table cannot be used.
    ChoiceError
        Naming every letter that is not offered in its scene, or if there are more than scenes.

    Examples
    --------
    >>> import dxkit
    >>> path = follow_incident(dxkit.load("incident_example"), "BA")
    >>> path[["scene", "judgement", "delay_sum"]].values.tolist()
    [[1, 'よい', 0.0], [2, 'おくれる', 12.0]]
    """
    rows = read_plain_table(incident)
    _checks.require_columns(rows, COLUMNS, WHAT)
    for column in ("scene", "hour", "delay_hours"):
        rows[column] = _checks.read_numbers(rows, column, WHAT)
    _require_letters(rows)
    _checks.require_unique_rows(rows, ["scene", "choice"], WHAT)
    letters = _read_letters(choices)
    scenes = sorted(set(rows["scene"]))
    if len(letters) > len(scenes):
        raise ChoiceError(
            f"choices に {len(letters)}字あります。場面は{len(scenes)}つです。1場面に1字で書いてください。"
        )
    _require_offered(rows, dict(zip(scenes, letters, strict=False)))
    # the text stands in one of a scene's rows, whichever comes first
    texts = rows.assign(text=rows["text"].fillna("").astype(str)).groupby("scene")["text"].max()
    # one row a scene in which something was chosen
    path = pd.DataFrame({"scene": scenes[: len(letters)], "choice": letters})
    table = path.merge(rows.drop(columns="text"), on=["scene", "choice"], how="left")
    table["text"] = table["scene"].map(texts)
    table["delay_sum"] = table["delay_hours"].cumsum()
    # a story may go without reasons
    if "reason" not in table:
        table["reason"] = ""
    table = table.astype({"scene": int})
    columns = ["scene", "hour", "text", "choice", "label", "follows", "reason", "judgement"]
    result = carry_provenance(table[[*columns, "delay_hours", "delay_sum"]], incident)
    result.attrs["settings"] = {
        "scenes": len(scenes),
        "chosen": len(letters),
        "delay_hours": float(table["delay_hours"].sum()),
        "good": int((table["judgement"] == "よい").sum()),
    }
    return result


def _require_letters(rows: pd.DataFrame) -> None:
    """Fold the choices as those that are typed; refuse what is not one letter."""
    rows["choice"] = [_fold_letters(cell) for cell in rows["choice"]]
    faults = [
        Fault(
            "選択肢の記号が1字ではありません",
            "A・B・C のような1字にしてください",
            row=position + 1,
            column="choice",
            value=letter,
        )
        for position, letter in enumerate(rows["choice"])
        if len(letter) != 1
    ]
    if faults:
        raise TableError(faults)


def _fold_letters(cell: object) -> str:
    """Make letters half-width and capital."""
    return unicodedata.normalize("NFKC", str(cell)).strip().upper()


def _read_letters(choices: str | Sequence[str]) -> list[str]:
    """Read one letter a scene, full-width or small, with or without blanks and commas."""
    if not isinstance(choices, str | list | tuple):
        raise ChoiceError(
            f'choices=「{shorten(choices)}」は使えません。"BAB" のように書いてください。'
        )
    # typed in Japanese, letters are full-width and separated by 、
    folded = _fold_letters("".join(map(str, choices)))
    return [letter for letter in folded if letter not in " 、,・-\n\t"]


def _require_offered(rows: pd.DataFrame, letters: dict[float, str]) -> None:
    """Refuse letters that a scene does not offer, all at once."""
    letters_of_scene = rows.groupby("scene")["choice"].agg(lambda cells: sorted(map(str, cells)))
    faults = [
        f"場面{scene:g}に「{shorten(letter)}」はありません（{'・'.join(letters_of_scene[scene])} から選ぶ）"
        for scene, letter in letters.items()
        if letter not in letters_of_scene[scene]
    ]
    if faults:
        raise ChoiceError("。".join(faults) + "。")
