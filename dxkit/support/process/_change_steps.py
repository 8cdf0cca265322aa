"""What do the steps look like after a change of some of them?"""

from collections.abc import Mapping

import pandas as pd

from dxkit._plain_tables import read_plain_table
from dxkit.errors import ChoiceError, shorten
from dxkit.schema import accepts_any_table, carry_provenance
from dxkit.support.process._steps import read_process

CHANGEABLE = ("who", "staff", "medium", "work_min", "wait_min", "sent_back", "back_to")
Changes = Mapping[str, Mapping[str, object] | None]


@accepts_any_table("steps")
def change_steps(steps: pd.DataFrame, changes: Changes) -> pd.DataFrame:
    """Change or drop steps of a process.

    Parameters
    ----------
    steps
        As for `flow_times`.
    changes
        Name of a step → ``{column: new value}``, or ``None`` to drop the step. ``staff`` is changed
        for all steps of the same ``who``.

    Returns
    -------
    pandas.DataFrame
        The steps after the change, in order.

    Raises
    ------
    ChoiceError
        Naming every step and column that is not there, or if no step is left.
    TableError
        If the steps before or after the change cannot be used.

    Examples
    --------
    >>> import pandas as pd
    >>> steps = pd.DataFrame({"order": [1, 2], "step": ["受付", "審査"], "who": ["窓口", "担当"]})
    >>> steps = steps.assign(work_min=[10, 30], wait_min=[0, 465])
    >>> changed = change_steps(steps, {"審査": {"wait_min": 0}, "受付": None})
    >>> changed[["step", "wait_min"]].values.tolist()
    [['審査', 0.0]]
    """
    table = read_process(steps).table.copy()
    _require_changes(table, changes)
    for step, change in changes.items():
        is_step = table["step"].astype(str) == step
        if change is None:
            table = table[~is_step]
            continue
        for column, value in _complete_change(table, change).items():
            is_changed = is_step
            if column == "staff":
                # people are shared by all steps of who has them after the change
                who = change.get("who", table.loc[is_step, "who"].iloc[0])
                is_changed = is_step | (table["who"] == who)
            # a column that the form left out, such as the medium
            if column not in table:
                table[column] = None
            # any type: what does not fit is named when the result is read again
            table[column] = table[column].astype(object).where(~is_changed, value)
    if table.empty:
        raise ChoiceError("手順が1つも残りません。なくす（None）手順を減らしてください。")
    # columns that were changed cell by cell get their types back
    plain = read_plain_table(table.reset_index(drop=True))
    return carry_provenance(read_process(plain).table, steps)


def _complete_change(table: pd.DataFrame, change: Mapping[str, object]) -> dict[str, object]:
    """Let a step that goes to somebody who is there already share the people who are there."""
    is_there = table["who"].astype(str) == str(change.get("who", ""))
    if is_there.any() and "staff" not in change:
        return {"staff": table.loc[is_there, "staff"].iloc[0], **change}
    return dict(change)


def _require_changes(table: pd.DataFrame, changes: Changes) -> None:
    """Refuse unknown names: a change that is passed over would look like one without effect."""
    if not isinstance(changes, Mapping) or not all(
        change is None or isinstance(change, Mapping) for change in changes.values()
    ):
        raise ChoiceError(
            '変更は {"手順の名前": {"work_min": 10}} のように書いてください（なくすときは None）。'
        )
    # all problems in one message
    present = [str(step) for step in table["step"]]
    problems = [
        f"手順「{shorten(step)}」はありません（ある手順: {shorten('、'.join(present))}）"
        for step in changes
        if step not in present
    ]
    problems += [
        f"「{shorten(step)}」の「{shorten(column)}」は変えられません（変えられる列: {'、'.join(CHANGEABLE)}）"
        for step, change in changes.items()
        for column in change or {}
        if column not in CHANGEABLE
    ]
    if problems:
        raise ChoiceError("。".join(problems) + "。")
