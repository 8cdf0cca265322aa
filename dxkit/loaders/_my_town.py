"""Which municipality is the trainee's own, in all notebooks and on all days?

One small file in the user's own folder keeps the choice; nothing else is kept there about a person.
"""

import json
import os
from pathlib import Path

from dxkit.errors import PlaceNameError, StoreError
from dxkit.loaders._find_municipality import find_municipality
from dxkit.loaders._resolve_prefecture import HYOGO, find_prefecture, resolve_prefecture

# names the folder in the environment, for example on a PC that several people share
VARIABLE = "DXKIT_HOME"
FILE_NAME = "my_town.json"
# until somebody has chosen: the municipality of the notebooks' own examples, in Hyogo
EXAMPLE = "豊岡市"


def user_folder() -> Path:
    """Find the folder of what a user keeps between two days: ``DXKIT_HOME``, or ``~/.dxkit``.

    Returns
    -------
    pathlib.Path
        The folder; it need not exist yet.

    Examples
    --------
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", DXKIT_HOME="somewhere"):
    ...     user_folder().name
    'somewhere'
    """
    return Path(os.environ.get(VARIABLE) or Path.home() / ".dxkit").expanduser()


def my_town(text: str | None = None) -> str:
    """Return the name of one's own municipality; with a text, choose and keep it.

    Parameters
    ----------
    text
        A name as for `find_municipality` (とよおか, 篠山市, 垂水区, …). None returns what was
        chosen, in whatever notebook and on whatever day.

    Returns
    -------
    str
        The official name. Until somebody has chosen: 豊岡市, or elsewhere the prefecture's capital.

    Raises
    ------
    PlaceNameError
        If the text means no municipality, or several.
    StoreError
        If the choice cannot be kept.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from unittest.mock import patch
    >>> with patch.dict("os.environ", DXKIT_HOME=mkdtemp()):
    ...     my_town(), my_town("篠山市"), my_town()
    ('豊岡市', '丹波篠山市', '丹波篠山市')
    """
    if text is None:
        return _read_choice() or _choose_example()
    place = find_municipality(text)
    path = user_folder() / FILE_NAME
    partial = path.with_name(f".{FILE_NAME}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # another notebook may be reading: the file must never be seen half written
        partial.write_text(json.dumps({"code": place["code"]}), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        raise StoreError(
            f"市町の選択を保存できません（{path}）。書き込みの権限を確かめるか、"
            f"環境変数 {VARIABLE} に別のフォルダーを書いてください。"
        ) from error
    return str(place["name"])


def _read_choice() -> str:
    """Read what was chosen; empty where nothing was, or where it is of another prefecture."""
    try:
        kept = json.loads((user_folder() / FILE_NAME).read_text(encoding="utf-8"))
        return str(find_municipality(kept["code"])["name"])
    except (OSError, ValueError, KeyError, TypeError, PlaceNameError):
        # a damaged file is the same as no choice: the notebook shows which municipality it uses
        return ""


def _choose_example() -> str:
    number = resolve_prefecture()
    if number in (HYOGO, None):
        return EXAMPLE
    return str(find_municipality(find_prefecture(number)["seat"])["name"])
