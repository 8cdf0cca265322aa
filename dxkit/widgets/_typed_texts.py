"""Which text, or which of the choices, does a person mean who types 豊岡, ２番目 or 但馬です?"""

import unicodedata
from collections.abc import Sequence

from dxkit.errors import CatalogError, PlaceNameError
from dxkit.loaders import find_municipality, load, municipality_name
from dxkit.widgets._typed_answers import TypedAnswerError, read_typed_number, strip_manners

# what a choice is counted by
PLACE_UNIT = "番"
ONE_CHOICE = "選択肢から1つだけを、そのままの言葉か、上から何番目か（例: 2）で書いてください。"


def read_typed_choice(typed: str, options: Sequence[str]) -> str:
    """Read which of the choices is meant: by its words, a town's other names, or its place.

    Raises
    ------
    TypedAnswerError
        If it is none of them, or more than one: 可ではない and 可か不可 are no answer.
    """
    if typed in options:
        return typed
    near = [option for option in options if _is_choice(typed, option)]
    if len(near) == 1:
        return near[0]
    if has_places(options):
        try:
            place = read_typed_number(typed, PLACE_UNIT)
        except TypedAnswerError:
            place = 0.0
        if place in range(1, len(options) + 1):
            return options[int(place) - 1]
    raise TypedAnswerError(ONE_CHOICE)


def _is_choice(typed: str, option: str) -> bool:
    if fold_text(option) in {fold_text(text) for text in (typed, strip_manners(typed))}:
        return True
    # 淡路 is an area here, though a city goes by that name
    return _is_town(option) and is_same_text(typed, option)


def list_choice_spellings(option: str) -> list[str]:
    """List how a choice may be written, in the form in which texts are compared."""
    names = list_spellings([option]) if _is_town(option) else []
    return sorted({fold_text(option), *names})


def has_places(options: Sequence[str]) -> bool:
    """Check whether a number can only mean a choice's place: not where one is a number itself."""
    return not any(_is_number(option) for option in options)


def _is_number(text: str) -> bool:
    # 2月 is one, too: who types 3 may mean the month
    if unicodedata.normalize("NFKC", text).lstrip()[:1].isdigit():
        return True
    try:
        read_typed_number(text, "")
    except TypedAnswerError:
        return False
    return True


def _is_town(text: str) -> bool:
    try:
        return bool(find_municipality(text)["name"] == text)
    except PlaceNameError:
        return False


def is_same_text(typed: str, answer: str) -> bool:
    """Check whether two texts mean the same: by letters, or as names of one municipality."""
    # an answer may itself end in what is a polite ending elsewhere
    if any(fold_text(text) == fold_text(answer) for text in (typed, strip_manners(typed))):
        return True
    try:
        code = find_municipality(answer)["code"]
    except PlaceNameError:
        return False
    return any(_is_municipality(text, code) for text in (typed, strip_manners(typed)))


def _is_municipality(text: str, code: object) -> bool:
    try:
        return bool(find_municipality(text)["code"] == code)
    except PlaceNameError:
        return False


def list_spellings(answers: Sequence[str]) -> list[str]:
    """List how a municipality among the answers may be typed: by name, kana, old name or ward."""
    spellings = set()
    for answer in answers:
        try:
            place = find_municipality(answer)
        except PlaceNameError:
            continue
        name, kana = str(place["name"]), str(place["kana"])
        code = str(place["code"])
        stems = {kana.removesuffix(end) for end in ("し", "ちょう", "まち")}
        typed = stems | {
            name,
            name[:-1],
            kana,
            code,
            f"{municipality_name(code[:2] + '000')}{name}",
        }
        typed |= {f"{name[:-1]}{end}" for end in ("市役所", "役所", "町役場", "役場", "町", "村")}
        wards = load("municipality_codes", None)
        typed |= set(wards.loc[wards["parent"] == code, "name"].astype(str))
        typed |= _list_villages(code)
        # only what the check itself takes
        spellings |= {fold_text(text) for text in typed if is_same_text(text, answer)}
    return sorted(spellings)


def _list_villages(code: str) -> set[str]:
    """List the former villages in a municipality; the table covers one prefecture."""
    try:
        villages = load("villages", code[:2])
    except CatalogError:
        return set()
    return set(villages.loc[villages["code"] == code, "place"].astype(str))


def fold_text(text: str) -> str:
    plain = "".join(unicodedata.normalize("NFKC", text).split()).casefold()
    return plain.rstrip("。.").removesuffix("です").strip("「」\"'")
