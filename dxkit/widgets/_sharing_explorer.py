"""Which sharing policy would your group choose, and who would then know and disclose what?

For groups that play the prefecture, a home municipality and a host municipality: choose policies,
outages, how many municipalities take part and how many people agree; see curves and disclosures by
legal ground; record what was decided.
"""

from collections.abc import Iterable, Sequence

from dxkit.errors import ChoiceError, shorten
from dxkit.sharing import Scenario
from dxkit.store import Session
from dxkit.widgets._sharing_texts import ROLE_MEASURES
from dxkit.widgets._sharing_widget import SharingExplorer

# hours that can be looked at, unless the scenario ends before
HOURS = (24, 72, 168)


def sharing_explorer(
    scenario: Scenario,
    *,
    policies: Sequence[str] | None = None,
    draws: int = 5,
    role: str = "避難元の市町",
    hour: int = 72,
    session: Session | None = None,
) -> SharingExplorer:
    """Choose policies, outages and adoption; see who knows what when, and what is disclosed.

    Parameters
    ----------
    scenario
        From `sharing.read_scenario`. What is computed from a scenario is always marked as
        invented; sources and times of its tables are shown below.
    policies
        Names of the policies that are ticked at first; by default all of the scenario's (six at
        most can be drawn).
    draws
        Draws of outages a choice; more are smoother and slower.
    role
        Whose knowledge is drawn at first: ``避難元の市町``, ``避難先の市町`` or ``県（集約先）``.
    hour
        Looked at first: 24, 72 or 168.
    session
        Stores every decision before it is shown as recorded: the policy as the group's choice, the
        rest as a card. Without one, decisions live in ``records`` only.

    Returns
    -------
    SharingExplorer
        A widget. Its ``outcome`` holds the results that are shown, and ``records`` what groups
        decided.

    Raises
    ------
    ChoiceError
        If there is no such policy, role or hour.

    Notes
    -----
    When a number of municipalities is chosen, those with the most evacuees take part, and every
    policy that gathers records (経路 集約) serves only them. Whoever lies outside the prefecture
    takes part as the scenario says.

    Examples
    --------
    >>> from dxkit import sharing
    >>> scenario = sharing.read_scenario("nankai_illustrative").change(hours=30)
    >>> explorer = sharing_explorer(scenario, policies=["協定"], draws=1, hour=24)
    >>> "居場所を知る割合" in explorer.sentence.value, "架空データ" in explorer.footer.value
    (True, True)
    """
    names = list(scenario.policies["policy"])
    ticked = names if policies is None else list(policies)
    last_hour = int(scenario.settings["hours"])
    # a scenario shorter than a day is looked at when it ends
    hours = [mark for mark in HOURS if mark <= last_hour] or [last_hour]
    # refused here by name; ipywidgets would only say that a value is invalid
    _require_offered(ticked, names, "施策")
    _require_offered([role], list(ROLE_MEASURES), "立場")
    _require_offered([hour], hours, "時間")
    return SharingExplorer(
        scenario, ticked=ticked, hours=hours, draws=draws, role=role, hour=hour, session=session
    )


def _require_offered(values: Iterable[object], options: Sequence[object], what: str) -> None:
    """Check that every value is offered.

    Raises
    ------
    ChoiceError
        Naming the first that is not.
    """
    unknown = [value for value in values if value not in options]
    if unknown:
        choices = "・".join(map(str, options))
        raise ChoiceError(
            f"{what}「{shorten(unknown[0])}」はありません。{choices} から選んでください。"
        )
