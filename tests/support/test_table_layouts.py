"""An answer hangs on what a table says: not on the order of its rows or columns, its types or index.

Every public function of costs, progress, training and network that takes tables stands here once,
and is given the same tables in many layouts, and marked as invented.
"""

import dataclasses

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit.support import costs, network, progress, training

TOWNS = pd.DataFrame(dxkit.load("municipalities")).drop(columns="geometry")
PRICES = pd.DataFrame({"from_count": [1, 50, 200], "unit_yen": [26_400, 22_000, 18_700]})
LICENCES = TOWNS.tail(9)[["code", "name"]].assign(
    # several municipalities of the same need: only the codes tell them apart
    licences=[3, 3, 8, 3, 12, 8, 3, 40, 8],
    people=TOWNS["people_2020"].tail(9),
)
# the real table, at a few municipalities to be quick
PROGRESS = dxkit.load("progress").query("code < '28207'").reset_index(drop=True)
EARLIER = PROGRESS.assign(as_of="2025-01", share_done=PROGRESS["share_done"] / 2)
EXTENSIONS = dxkit.load("extensions").query("code < '28207'")
VENDORS = dxkit.load("vendors_example").query("code < '28207'")
GAPS = pd.DataFrame(
    [
        (code, topic, round((3 * first + 5 * second) % 7 / 4, 2))
        for first, code in enumerate(TOWNS["code"].head(6))
        for second, topic in enumerate(["dx", "data", "ai", "community", "security"])
    ],
    columns=["code", "topic", "gap"],
)
DONE = pd.DataFrame({"code": ["28100", "28201"], "topic": "dx", "stage": ["know", "try"]})
WISHES = dxkit.load("applicants_example").head(60)
WISHES["applied"] = np.arange(len(WISHES)) // 4
SESSIONS = dxkit.load("course_sessions").assign(seats=lambda table: table["seats"] // 4)
RECORDS = pd.DataFrame(
    [
        (f"p{person}", topic, stage, f"c{person % 2}")
        for person in range(12)
        for topic in ("dx", "ai")
        for rank, stage in enumerate(training.LEARNING_STAGES)
        if person % 4 >= rank
    ],
    columns=["learner", "topic", "stage", "code"],
)
MEMBERSHIPS = (
    dxkit.load("themes").rename(columns={"theme": "group"})[["code", "group"]].assign(kind="theme")
)
ATTENDANCE = pd.DataFrame(
    {"meeting": [1, 1, 1, 2, 2], "group": [1, 1, 2, 1, 1], "code": TOWNS["code"].head(5)}
)
NAMED = pd.DataFrame({"code": ["28209", "28210"], "system": "電子申告", "joined": [True, False]})


def forecast_of(tables, **options):
    return progress.forecast(tables["progress"], tables["extensions"], draws=60, **options)


def lagging_of(tables):
    told = forecast_of(tables)
    return progress.lagging(
        tables["progress"],
        tables["extensions"],
        forecast=told,
        municipalities=tables["municipalities"],
        rules=tables["rules"],
    )


def compare_of(tables):
    late = forecast_of(tables, vendors=tables["vendors"], delay={"甲社": 3.0})
    return progress.compare(forecast_of(tables), late)


STAFF = TOWNS[["code", "name"]].head(8).assign(staff=[1.0, 2.5, np.nan, 4, 2, 1, 3, 9])
FEES = costs.fee(TOWNS)[["code", "name", "fee_yen_year"]]
STEPS = {"progress": PROGRESS, "extensions": EXTENSIONS}

# name → (tables, the answer from such tables); answers are result classes or tables
CASES = {
    "bundle": (
        {"licences": LICENCES, "prices": PRICES},
        lambda t: costs.bundle(t["licences"], t["prices"], minimum=10, handling_yen=20_000),
    ),
    "contract_costs": ({"prices": PRICES}, lambda t: costs.contract_costs(t["prices"], 60)),
    "share": (
        {"licences": LICENCES, "prices": PRICES},
        lambda t: costs.share(t["licences"], t["prices"], minimum=10),
    ),
    "fee": ({"municipalities": TOWNS}, lambda t: costs.fee(t["municipalities"])),
    "fee_limits": ({"municipalities": TOWNS}, lambda t: costs.fee_limits(t["municipalities"])),
    "participation": (
        {"systems": dxkit.load("shared_systems"), "municipalities": TOWNS, "named": NAMED},
        lambda t: costs.participation(
            t["systems"], t["municipalities"], known_participation=t["named"]
        ),
    ),
    "gain": (
        {"fees": FEES, "present": pd.DataFrame({"code": TOWNS["code"], "yen": 200_000.5})},
        lambda t: costs.gain(
            t["fees"],
            t["present"].set_index("code")["yen"],
            joined={"28365": 0.25},
            switch_yen=500_000,
        ),
    ),
    "outliers": (
        {"estimates": dxkit.load("estimates_example")},
        lambda t: costs.outliers(t["estimates"]),
    ),
    "evaluate_outlier_methods": (
        {"municipalities": TOWNS},
        lambda t: costs.evaluate_outlier_methods(t["municipalities"], repeats=10),
    ),
    "table": ({"progress": PROGRESS}, lambda t: progress.table(t["progress"])),
    "forecast": (STEPS, forecast_of),
    "forecast of two dates": (
        {"progress": pd.concat([EARLIER, PROGRESS], ignore_index=True), "extensions": EXTENSIONS},
        forecast_of,
    ),
    "compare": (STEPS | {"vendors": VENDORS}, compare_of),
    "lagging": (
        STEPS | {"municipalities": STAFF, "rules": progress.rules()},
        lagging_of,
    ),
    "plan": (
        {
            "gaps": GAPS,
            "courses": dxkit.load("courses"),
            "topics": dxkit.load("topics"),
            "done": DONE,
        },
        lambda t: training.plan(t["gaps"], t["courses"], topics=t["topics"], done=t["done"]),
    ),
    "seats": (
        {"wishes": WISHES, "sessions": SESSIONS},
        lambda t: training.seats(t["wishes"], t["sessions"]),
    ),
    "funnel": ({"records": RECORDS}, lambda t: training.funnel(t["records"], by=["code"])),
    "ties": ({"memberships": MEMBERSHIPS}, lambda t: network.ties(t["memberships"])),
    "strangers": (
        {"attendance": ATTENDANCE, "memberships": MEMBERSHIPS},
        lambda t: network.strangers(
            TOWNS["code"], t["attendance"], ties=network.ties(t["memberships"])
        ),
    ),
    "dialogues": (
        {"memberships": MEMBERSHIPS},
        lambda t: network.dialogues(network.ties(t["memberships"])),
    ),
}
# one row of the answer stands for each row of the user's table, in the user's order
AS_GIVEN = {"bundle": "code", "share": "code", "fee": "code", "participation": "system"}


def permute_rows(table):
    return table.sample(frac=1, random_state=7)


def reverse_rows(table):
    return table.iloc[::-1].reset_index(drop=True)


def permute_columns(table):
    return table[list(np.random.default_rng(1).permutation(table.columns))]


def narrow_numbers(table):
    return table.astype(dict.fromkeys(table.select_dtypes("float").columns, "float32"))


def narrow_whole_numbers(table):
    return table.astype(dict.fromkeys(table.select_dtypes("int").columns, "int32"))


def whole_numbers_as_floats(table):
    return table.astype(dict.fromkeys(table.select_dtypes("int").columns, "float64"))


def nullable(table):
    return table.convert_dtypes()


def narrow_nullable(table):
    return table.astype(dict.fromkeys(table.select_dtypes("float").columns, "Float32"))


def arrow(table):
    return table.convert_dtypes(dtype_backend="pyarrow")


def objects(table):
    return table.astype(object)


def categories(table):
    return table.astype(dict.fromkeys(table.select_dtypes("str").columns, "category"))


def words_as_index(table):
    return table.set_axis([f"row {number % 3}" for number in range(len(table))])


def by_columns(table):
    """One block a column, each of them a view that runs backwards over its memory."""
    return pd.DataFrame(
        {name: pd.Series(column.to_numpy()[::-1].copy()[::-1]) for name, column in table.items()}
    )


def all_at_once(table):
    return words_as_index(objects(permute_columns(permute_rows(table))))


LAYOUTS = [
    permute_rows,
    reverse_rows,
    permute_columns,
    narrow_numbers,
    narrow_whole_numbers,
    whole_numbers_as_floats,
    nullable,
    narrow_nullable,
    arrow,
    objects,
    categories,
    words_as_index,
    by_columns,
    all_at_once,
]


def parts_of(answer):
    """The tables and figures of an answer by name."""
    if isinstance(answer, pd.DataFrame):
        return {"table": answer}
    return {field.name: getattr(answer, field.name) for field in dataclasses.fields(answer)}


def tables_of(answer):
    return {name: part for name, part in parts_of(answer).items() if isinstance(part, pd.DataFrame)}


def in_one_order(part, key):
    """Rows by their keys, where rows stand as given."""
    if key not in part or not part.index.equals(pd.RangeIndex(len(part))):
        return part
    keys = [column for column in (key, "code") if column in part]
    return part.sort_values(list(dict.fromkeys(keys)), ignore_index=True)


@pytest.fixture(scope="module")
def plain_answers():
    answers = {}

    def answer_to(name):
        if name not in answers:
            tables, function = CASES[name]
            answers[name] = function(tables)
        return answers[name]

    return answer_to


@pytest.mark.parametrize("layout", LAYOUTS, ids=lambda layout: layout.__name__)
@pytest.mark.parametrize("name", CASES)
def test_an_answer_is_the_same_in_every_layout(name, layout, plain_answers):
    tables, function = CASES[name]
    expected = parts_of(plain_answers(name))
    found = parts_of(function({key: layout(table) for key, table in tables.items()}))
    for part, value in expected.items():
        other = found[part]
        if isinstance(value, pd.DataFrame):
            if name in AS_GIVEN:
                first = in_one_order(value, AS_GIVEN[name])
                second = in_one_order(other, AS_GIVEN[name])
            else:
                first, second = value, other
            pd.testing.assert_frame_equal(first, second, rtol=1e-9, atol=1e-9)
        elif isinstance(value, np.ndarray):
            np.testing.assert_allclose(value, other, rtol=1e-9, atol=1e-9)
        elif part == "exact":
            assert {rule: sorted(value[rule]) for rule in value} == {
                rule: sorted(other[rule]) for rule in other
            }
        elif part == "graph":
            assert list(value.edges(data=True)) == list(other.edges(data=True))
        else:
            assert value == pytest.approx(other, rel=1e-9) if part == "bound" else value == other


def test_rows_as_given_follow_the_users_rows():
    shuffled = permute_rows(LICENCES)
    for answer in (costs.bundle(shuffled, PRICES), costs.share(shuffled, PRICES, minimum=10)):
        assert answer.table["code"].tolist() == shuffled["code"].tolist()
        assert answer.table["licences"].tolist() == shuffled["licences"].tolist()
    assert costs.fee(permute_rows(TOWNS))["name"].tolist() == permute_rows(TOWNS)["name"].tolist()


def test_the_forecast_of_the_whole_real_table_does_not_hang_on_the_order_of_its_rows():
    table, listed = dxkit.load("progress"), dxkit.load("extensions")
    first = progress.forecast(table, listed, draws=200)
    second = progress.forecast(permute_rows(table), permute_rows(listed), draws=200)
    pd.testing.assert_frame_equal(first.table, second.table)
    pd.testing.assert_frame_equal(first.cells, second.cells)
    pd.testing.assert_frame_equal(first.curve, second.curve)


def test_the_systems_stand_in_the_ministrys_order_and_others_follow_by_name():
    official = dxkit.load("systems")["system"].tolist()
    assert progress.table(permute_rows(PROGRESS)).columns.tolist() == official
    first = official[0]
    renamed = PROGRESS.assign(system=PROGRESS["system"].replace({first: "あとの業務"}))
    assert progress.table(renamed).columns.tolist() == [*official[1:], "あとの業務"]


def test_a_fault_of_a_later_date_is_shown_at_its_own_row():
    both = pd.concat([EARLIER, PROGRESS], ignore_index=True)
    row = len(EARLIER) + 5
    both.loc[row, "share_done"] = 7.0
    with pytest.raises(dxkit.errors.TableError, match=f"{row + 1}行目"):
        progress.table(both)


# --- where figures come from -----------------------------------------------------------------------------------------


def with_origin(table, **origin):
    copy = table.copy()
    copy.attrs = origin
    return copy


@pytest.mark.parametrize("name", CASES)
def test_what_is_made_of_invented_tables_is_marked_invented(name):
    tables, function = CASES[name]
    for invented in tables:
        given = {
            key: with_origin(table, source="例", kind="made", made=True)
            if key == invented
            else with_origin(table, source="国", kind="published")
            for key, table in tables.items()
        }
        for part, table in tables_of(function(given)).items():
            # present costs are given as a Series, which has a test of its own below
            if (name, invented) == ("gain", "present"):
                continue
            assert table.attrs["made"] is True, (invented, part)
            assert table.attrs["kind"] == "made"
            assert "例" in table.attrs["source"]


@pytest.mark.parametrize("name", [name for name in CASES if name != "evaluate_outlier_methods"])
def test_what_is_made_of_published_tables_is_not_marked_invented(name):
    tables, function = CASES[name]
    given = {
        key: with_origin(table, source="国", licence="自由", as_of="2026", kind="published")
        for key, table in tables.items()
    }
    for table in tables_of(function(given)).values():
        origin = {key: table.attrs[key] for key in ("source", "licence", "as_of", "kind")}
        assert origin == {"source": "国", "licence": "自由", "as_of": "2026", "kind": "published"}
        assert "made" not in table.attrs


def test_a_series_of_present_costs_passes_its_mark_on():
    present = pd.Series({"28365": 400_000})
    present.attrs["made"] = True
    assert costs.gain(FEES, present).attrs["made"] is True


def test_one_bodys_own_row_and_a_copy_of_a_result_keep_their_mark():
    result = costs.outliers(dxkit.load("estimates_example"))
    assert result.for_one("団体A").attrs["made"] is True
    assert result.to_frame().attrs["made"] is True


def test_invented_estimates_and_futures_are_marked_whatever_they_are_made_of():
    table = costs.evaluate_outlier_methods(dxkit.load("municipalities"), repeats=2)
    assert (table.attrs["made"], table.attrs["kind"]) == (True, "made")
    made = progress.trial(n_municipalities=2)
    assert made.finish.attrs["made"] is made.progress.attrs["made"] is True


# --- how answers show themselves -------------------------------------------------------------------------------------

RESULTS = [
    name
    for name in CASES
    if name
    in ("bundle", "share", "participation", "outliers", "forecast", "seats", "ties", "dialogues")
]


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_becomes_a_table_of_its_own_and_a_short_line(name, plain_answers):
    answer = plain_answers(name)
    table = answer.to_frame()
    assert any(table.equals(part) for part in tables_of(answer).values())
    table["note"] = "mine"
    assert "note" not in answer.to_frame()
    assert len(repr(answer)) < 120


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_shows_its_line_and_its_table_in_a_notebook(name, plain_answers):
    answer = plain_answers(name)
    html = answer._repr_html_()
    assert repr(answer).strip("<>") in html
    # under the headings that staff read, not the names of columns
    for heading in dxkit.show(answer.to_frame()).to_frame().columns:
        assert heading in html


def test_a_result_that_is_invented_says_so_and_a_forecast_says_what_a_share_means():
    made = progress.trial(n_municipalities=2)
    assert "架空データ" in made._repr_html_()
    assert made.to_frame().equals(made.progress)
    html = progress.forecast(made.progress, draws=20)._repr_html_()
    assert "架空データ" in html
    assert progress.PROGRESS_CAUTION in html


def test_names_in_a_result_are_text_and_never_code_or_a_formula():
    table = LICENCES.assign(name="<script>alert(1)</script>$x$")
    html = costs.bundle(table, PRICES)._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "mathjax_ignore" in html


# --- the words of one release ago ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "call"),
    [
        (
            "named",
            "known_participation",
            lambda word: (
                costs.participation(dxkit.load("shared_systems"), TOWNS, **{word: NAMED}).cells
            ),
        ),
        (
            "estimates",
            "n_estimates",
            lambda word: costs.evaluate_outlier_methods(TOWNS, repeats=2, **{word: 8}),
        ),
        (
            "planted",
            "n_planted",
            lambda word: costs.evaluate_outlier_methods(TOWNS, repeats=2, **{word: 3}),
        ),
        (
            "towns",
            "municipalities",
            lambda word: progress.lagging(PROGRESS, **{word: STAFF}),
        ),
        ("least", "min_reasons", lambda word: progress.lagging(PROGRESS, **{word: 2})),
        (
            "municipalities",
            "n_municipalities",
            lambda word: progress.trial(**{word: 3}).progress,
        ),
        ("systems", "n_systems", lambda word: progress.trial(**{word: 3}).progress),
        (
            "told",
            "forecast",
            lambda word: pd.DataFrame(
                [TRIAL.covered(**{word: progress.forecast(TRIAL.progress, draws=20)})]
            ),
        ),
        ("least", "min_count", lambda word: training.funnel(RECORDS, **{word: 5})),
        (
            "most",
            "max_topics",
            lambda word: training.plan(GAPS, dxkit.load("courses"), **{word: 1}),
        ),
        (
            "effort",
            "deterministic_limit",
            lambda word: training.seats(WISHES.head(9), SESSIONS, **{word: 1.0}).table,
        ),
        (
            "met",
            "attendance",
            lambda word: network.strangers(TOWNS["code"], **{word: ATTENDANCE}),
        ),
        (
            "sittings",
            "n_sittings",
            lambda word: network.dialogues(network.ties(MEMBERSHIPS), **{word: 6}).table,
        ),
    ],
)
def test_a_keyword_of_one_release_ago_still_works_and_says_what_it_is_now(old, new, call):
    with pytest.warns(FutureWarning, match=f"{old}= は {new}= に変わりました"):
        before = call(old)
    pd.testing.assert_frame_equal(before, call(new))


TRIAL = progress.trial(n_municipalities=3)


def test_the_caution_is_still_there_under_its_old_name():
    assert progress.CAUTION == progress.PROGRESS_CAUTION
