"""Which of our own characters are in the standard set, which have a candidate, and which remain?

文字同定: every character of a list is placed in JIS X 0208, JIS X 0213 or Unicode alone, and the
forms to which the official maps reduce it (縮退) are named with the map that says so.
`share_characters` puts the lists of several municipalities together.
"""

import re
import unicodedata
from collections.abc import Callable

import numpy as np
import pandas as pd

from dxkit import _checks
from dxkit._plain_tables import read_plain_table
from dxkit.errors import Fault, TableError
from dxkit.linkage._name_variants import COMMON_VARIANTS, find_official_map
from dxkit.schema import accepts_any_table, carry_provenance

# what is found of a character, the easiest first
FINDINGS = {
    "everyday": "そのまま使える（JIS第1・第2水準）",
    "standard": "JIS X 0213 にある（第3・第4水準）",
    "one": "縮退の候補が1つ",
    "several": "縮退の候補が2つ以上（選ぶ）",
    "none": "候補が見つからない（字形を目で見る）",
    "private": "外字の領域の番号（字形が分からない）",
}
# findings after which somebody still has to look
REMAINING = ("several", "none", "private")
# the maps of 縮退 by the flag that jntajis takes, in the order in which they bind
SCHEMES = {
    4: "法務省告示582号 別表第四",
    8: "戸籍法関連の通達・通知",
    1: "JIS包摂規準・UCS統合規則",
    2: "読み・字形による類推",
}
OWN_MAP = "本プロジェクトの異体字表"
# selectors of a glyph variant stand behind the character that they vary
SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
PRIVATE_CATEGORY = "Co"
COLUMNS = ["level", "candidates", "basis", "finding", "finding_label", "remains"]


@accepts_any_table("characters")
def identify_characters(characters: pd.DataFrame) -> pd.DataFrame:
    """Find for each character of a list where it stands and what it could be reduced to.

    Parameters
    ----------
    characters
        One row a character, from the form ``characters`` (`dxkit.loaders.read_form`) or an own
        list: ``character`` (one character, perhaps with a variation selector); ``code, own_code,
        mj, people`` and others are kept.

    Returns
    -------
    pandas.DataFrame
        The same rows and columns with ``level`` (``0208``, ``0213``, ``unicode`` or ``private``),
        ``code_point``, ``candidates`` (forms of JIS X 0213 to which an official map reduces it,
        separated by 、; the character itself is none), ``basis`` (the maps that say so),
        ``finding`` and ``finding_label``, and ``remains`` (whether somebody must look).
        ``attrs["settings"]``: ``maps`` and how many remain.

    Raises
    ------
    TableError
        If the column is missing, or a cell is blank or holds several characters; with every fault.

    Notes
    -----
    Candidates only: whether a name may be written otherwise is for its bearer and the family
    register to say. The maps are the MJ縮退マップ (CITPC) as the package ``jntajis-python`` carries
    it; without it a table of some 130 common variants stands in, and the settings say so. The list
    of 行政事務標準文字 (MJ+) itself is not shipped: a character in JIS X 0213 is in it, one beyond may
    be.

    Examples
    --------
    >>> import pandas as pd
    >>> found = identify_characters(pd.DataFrame({"character": ["高", "髙", chr(0xE000)]}))
    >>> found[["character", "candidates", "finding"]].to_numpy()[:2].tolist()
    [['高', '', 'everyday'], ['髙', '高', 'one']]
    >>> found["finding"].iloc[2], found.attrs["settings"]["remain"]
    ('private', 1)
    """
    table = read_plain_table(characters)
    _checks.require_columns(table, ["character"], "文字の一覧")
    _require_one_character(table["character"])
    lookup = find_official_map()
    plain = [SELECTORS.sub("", str(text)) for text in table["character"]]
    found = pd.DataFrame([_identify(text, lookup) for text in plain], columns=COLUMNS)
    table = table.assign(
        code_point=[f"U+{ord(text):04X}" for text in plain],
        **{column: found[column] for column in COLUMNS},
    )
    table.attrs["settings"] = {
        "maps": [OWN_MAP] if lookup is None else list(SCHEMES.values()),
        "remain": int(table["remains"].sum()),
    }
    return carry_provenance(table, characters)


def _require_one_character(cells: pd.Series) -> None:
    """Refuse blanks and cells of several characters, naming each row."""
    faults = []
    for row, cell in enumerate(cells, start=1):
        text = "" if pd.isna(cell) else SELECTORS.sub("", str(cell).strip())
        if len(text) != 1:
            problem = "空欄です" if not text else "1文字ではありません"
            remedy = "1つのセルに1文字を書いてください（外字は、外字の文字を貼り付けます）"
            value = None if not text else cell
            faults.append(Fault(problem, remedy, row=row, column="character", value=value))
    if faults:
        raise TableError(faults)


def _identify(
    character: str, lookup: Callable[[str, int], list[str]] | None
) -> tuple[str, str, str, str, str, bool]:
    """Place one character, and find what the maps reduce it to."""
    level = _find_level(character)
    candidates, basis = _find_candidates(character, lookup)
    if level == "private":
        finding = "private"
    elif level == "0208":
        finding = "everyday"
    elif level == "0213":
        # in the standard set as it is; the candidates stand beside it for who wants to reduce it
        finding = "standard"
    elif len(candidates) > 1:
        finding = "several"
    elif candidates:
        finding = "one"
    else:
        finding = "none"
    remains = finding in REMAINING
    joined = "、".join(candidates)
    return level, joined, "、".join(basis), finding, FINDINGS[finding], remains


def _find_level(character: str) -> str:
    """Find the smallest set of characters that holds this one."""
    if unicodedata.category(character) == PRIVATE_CATEGORY:
        return "private"
    for level, encoding in (("0208", "shift_jis"), ("0213", "shift_jis_2004")):
        try:
            character.encode(encoding)
        except UnicodeEncodeError:
            continue
        return level
    return "unicode"


def _find_candidates(
    character: str, lookup: Callable[[str, int], list[str]] | None
) -> tuple[list[str], list[str]]:
    """Find the forms to which a character is reduced, and by which maps."""
    if lookup is None:
        forms = [word[0] for word in COMMON_VARIANTS.split() if character in word[1:]]
        return forms, [OWN_MAP] * bool(forms)
    candidates: list[str] = []
    basis: list[str] = []
    for flag, label in SCHEMES.items():
        forms = [
            form
            for form in lookup(character, flag)
            if form != character and len(form) == 1 and _find_level(form) in ("0208", "0213")
        ]
        if forms:
            basis.append(label)
        candidates += [form for form in forms if form not in candidates]
    return candidates, basis


@accepts_any_table("characters")
def share_characters(characters: pd.DataFrame, *, min_municipalities: int = 1) -> pd.DataFrame:
    """List each character once for all municipalities that have it: identified once, used by all.

    Parameters
    ----------
    characters
        Of several municipalities: ``code, character``, and whatever `identify_characters` takes.
    min_municipalities
        Only characters that so many municipalities have.

    Returns
    -------
    pandas.DataFrame
        One row a character, those that remain first, then those that most have: ``character,
        code_point, municipalities`` (how many have it), ``codes`` (separated by blanks),
        ``people`` (where known), ``candidates, basis, finding, finding_label, remains``.
        ``attrs["settings"]``: ``looks_alone`` (looks if each municipality works alone),
        ``looks_shared`` (if each character is looked at once).

    Raises
    ------
    TableError
        If a column is missing, or a municipality lists a character twice. Characters of the
        private area are no fault: the same number is another glyph in each municipality, so that
        none of them is shared.

    Examples
    --------
    >>> import pandas as pd
    >>> lists = pd.DataFrame({"code": ["28201", "28202", "28202"], "character": ["髙", "髙", "囯"]})
    >>> share_characters(lists)[["character", "municipalities", "finding"]].to_numpy().tolist()
    [['囯', 1, 'several'], ['髙', 2, 'one']]
    """
    table = read_plain_table(characters)
    _checks.require_columns(table, ["code", "character"], "文字の一覧")
    _checks.require_unique_rows(table, ["code", "character"], "文字の一覧")
    least = _checks.require_whole_number(min_municipalities, "min_municipalities")
    if "people" in table.columns:
        people = _checks.read_numbers(table, "people", "文字の一覧", blank=True)
        # sums of text would be longer text
        if not pd.api.types.is_numeric_dtype(table["people"].dtype):
            table = table.assign(people=people)
    found = identify_characters(table)
    # a number of the private area is another glyph at each municipality
    is_private = found["finding"] == "private"
    key = np.where(is_private, found["code"].astype(str) + found["character"], found["character"])
    groups = found.assign(key=key).groupby("key", sort=False)
    rows = groups.first()[["character", "code_point", *COLUMNS[1:]]]
    rows.insert(2, "municipalities", groups["code"].nunique())
    rows.insert(3, "codes", groups["code"].agg(lambda codes: " ".join(sorted(map(str, codes)))))
    if "people" in found.columns:
        rows.insert(4, "people", groups["people"].sum(min_count=1))
    remaining = found["remains"]
    shared = rows[rows["municipalities"] >= least]
    shared = shared.sort_values(
        ["remains", "municipalities", "code_point"], ascending=[False, False, True], kind="stable"
    ).reset_index(drop=True)
    shared.attrs["settings"] = {
        "looks_alone": int(remaining.sum()),
        "looks_shared": int(rows["remains"].sum()),
        "min_municipalities": least,
    }
    return carry_provenance(shared, characters)
