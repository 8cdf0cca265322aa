"""Sheets about a municipality: complete, without ranks or other people's names, deaf to what answers say, never half written."""

import base64
import html
import re
import xml.etree.ElementTree as ET

import numpy as np
import pandas as pd
import pytest

import dxkit
from dxkit import charts, reports, store
from dxkit.errors import ChoiceError, CodeError, TableError
from dxkit.support import progress

TOWNS = dxkit.load("municipalities").set_index("code")
# what somebody may type, and what is then read
HOSTILE = {
    "<script>window.__pwned=1</script>": "<script>window.__pwned=1</script>",
    '"><img src=x onerror="window.__pwned=1">': '"><img src=x onerror="window.__pwned=1">',
    "</style><svg onload=window.__pwned=1>": "</style><svg onload=window.__pwned=1>",
    "$body ${policy} {title} %s": "$body ${policy} {title} %s",
    "\ufdd0 \u202e 反対": "□ □ 反対",
}


def written(path):
    return path.read_text(encoding="utf-8")


def words(source):
    """What a reader sees: no tags, no style, entities read."""
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>|<[^>]+>", " ", source, flags=re.S)
    return html.unescape(body)


def sheets(source):
    return source.split('<section class="sheet">')[1:]


@pytest.fixture
def few(hearing_made):
    answers, framework = hearing_made
    some = answers[answers["code"].isin(["28201", "28202", "28209", "V1", "V2"])]
    return some, framework


@pytest.fixture(scope="module")
def card(hearing_made, tmp_path_factory):
    answers, framework = hearing_made
    return written(
        reports.profile(
            "28209",
            answers=answers,
            indicators=framework,
            path=tmp_path_factory.mktemp("card") / "a.html",
        )
    )


def test_the_official_sheet_shows_the_towns_figures_and_its_twenty_systems(tmp_path):
    source = written(reports.profile("28209", path=tmp_path / "豊岡.html"))
    said = words(source)
    town = TOWNS.loc["28209"]
    for figure in (
        town["name"],
        town["kana"],
        town["area"],
        f"{town['people_2020']:,}",
        f"{town['people_2025']:,}",
        "697.55",
    ):
        assert str(figure) in said
    progress = dxkit.load("progress").query("code == '28209'")
    assert len(sheets(source)) == 1
    assert source.count("<li><span>") == 20
    shares = re.findall(r'<rect class="done" width="([\d.]+)"', source)
    np.testing.assert_allclose(
        [float(share) for share in shares], 100 * progress["share_done"], atol=0.05
    )
    assert source.count(">特定移行</span>") == progress["extended"].sum() == 17
    assert "延長）は18件" in said
    assert "配送DX（参画予定）" in said
    assert "架空データ" not in source


def test_every_municipality_has_an_official_sheet_without_any_other_ones_name(tmp_path):
    for code in ("28100", "28221", "28301", "28586"):
        said = words(written(reports.profile(code, path=tmp_path / "one.html")))
        named = {name for name in TOWNS["name"] if name in said}
        assert named == {TOWNS.loc[code, "name"]}


def test_the_hearing_sheet_says_that_answers_are_invented_and_how_much_was_answered(
    card, hearing_made
):
    answers, _ = hearing_made
    own = answers[answers["code"] == "28209"]
    first, second = sheets(card)
    assert "<title>市町カルテ 豊岡市（架空データ）</title>" in card
    assert "聞き取り調査から見た 豊岡市（架空データ）" in words(second)
    assert "架空データ" not in first
    assert f"回答した割合（重み）{(own['status'] == 'answered').mean():.0%}" in words(second)
    assert second.count("<li><h3>") == 3
    assert second.count("<img ") == 2


def test_real_answers_are_not_called_invented(hearing_made, tmp_path):
    answers, framework = hearing_made
    real = answers.copy()
    real.attrs = {}
    assert "架空" not in written(
        reports.profile("28209", answers=real, indicators=framework, path=tmp_path / "a.html")
    )


@pytest.fixture
def titles(monkeypatch):
    """The titles of the pictures that reports draw."""
    drawn = []

    def listen(chart):
        def draw(*args, **options):
            figure = chart(*args, **options)
            drawn.append(figure.get_suptitle())
            return figure

        return draw

    for name in ("levels", "dots", "heatmap", "rank_intervals", "tiers"):
        monkeypatch.setattr(f"dxkit.charts.{name}", listen(getattr(charts, name)))
    return drawn


def with_origin(answers, attrs):
    copy = answers.copy()
    copy.attrs = attrs
    return copy


@pytest.mark.parametrize(
    ("attrs", "mark"),
    [
        ({"made": True}, "架空データ"),
        ({"kind": "made"}, "架空データ"),
        ({"kind": "estimated"}, "推計"),
    ],
)
def test_every_sheet_and_picture_of_marked_answers_bears_their_mark(
    few, tmp_path, titles, attrs, mark
):
    answers, framework = few
    made = reports.profiles(
        with_origin(answers, attrs),
        path=tmp_path / "a",
        indicators=framework,
        show_progress=False,
        draws=50,
    )
    for name in ("28201.html", "28209.html", "deck.html", "index.html"):
        source = written(made / name)
        assert f"（{mark}）</title>" in source
    second = sheets(written(made / "28209.html"))[1]
    explained = {"架空データ": "架空データ（実在の市町の回答ではありません）"}.get(mark, mark)
    assert f'<p class="made">{explained}</p>' in second
    assert all(f"（{mark}）</h1>" in sheet for sheet in sheets(written(made / "deck.html")))
    # the official picture of each of three cards bears no mark, all others do
    assert titles.count("") == 3
    assert set(titles) == {"", f"（{mark}）"}


def test_an_invented_framework_makes_no_answer_an_invented_one(few, tmp_path, titles):
    answers, framework = few
    framework = with_origin(framework, {"source": "作った設問", "kind": "made", "made": True})
    published = with_origin(answers, {"source": "県の聞き取り", "kind": "published"})
    made = reports.profiles(
        published, path=tmp_path / "a", indicators=framework, show_progress=False, draws=50
    )
    for path in made.glob("*.html"):
        assert "架空データ" not in written(path)
    assert set(titles) == {""}
    assert "出典: 県の聞き取り" in words(sheets(written(made / "28209.html"))[1])
    deck = sheets(written(made / "deck.html"))
    assert all("出典: 県の聞き取り" in words(sheet) for sheet in deck)


def test_no_rank_and_no_other_name_stands_on_a_municipalitys_own_sheets(card):
    said = words(card)
    assert {name for name in TOWNS["name"] if name in said} == {"豊岡市"}
    assert not re.search(r"\d+\s*位", said)


def test_the_prefecture_sees_who_is_like_it_and_who_has_reached_the_next_level(
    hearing_made, tmp_path
):
    answers, framework = hearing_made
    options = {"answers": answers, "indicators": framework, "path": tmp_path / "a.html"}
    said = words(written(reports.profile("28209", audience="prefecture", **options)))
    like = dxkit.maturity.peers(TOWNS.loc[TOWNS.index != "28100"].reset_index(), "28209", n=8)
    assert all(name in said for name in like["name"])
    assert "近くで到達" in said


def test_pictures_are_inside_the_page_and_can_be_read(card):
    pictures = re.findall(r'<img alt="([^"]+)" src="data:image/svg\+xml;base64,([^"]+)"', card)
    assert len(pictures) == card.count("<img ") == 3
    for told, source in pictures:
        assert "豊岡市" in told
        drawing = ET.fromstring(base64.b64decode(source))
        assert drawing.tag.endswith("svg")
        assert not [
            each
            for each in drawing.iter()
            if each.tag.endswith(("script", "image", "foreignObject"))
        ]
    assert "<script" not in card
    assert not re.findall(r"""(?:src|href)=["'](?!data:)""", card)


def test_the_same_answers_give_the_same_bytes(hearing_made, tmp_path):
    answers, framework = hearing_made
    first, second = (
        reports.profile(
            "28209", answers=answers, indicators=framework, path=tmp_path / name
        ).read_bytes()
        for name in ("a.html", "b.html")
    )
    assert first == second


@pytest.mark.parametrize("said", HOSTILE)
def test_hostile_words_in_answers_and_framework_are_text(hearing_made, tmp_path, said):
    answers, framework = hearing_made
    texts = dict.fromkeys([f"level_{at}" for at in range(6)], said)
    bad = framework.assign(label=framework["label"] + said, **texts)
    options = {
        "answers": answers.assign(evidence=said, rater=answers["rater"] + said),
        "indicators": bad,
    }
    for source in (
        written(
            reports.profile("28209", path=tmp_path / "a.html", audience="prefecture", **options)
        ),
        written(reports.deck(path=tmp_path / "b.html", draws=50, **options)),
    ):
        plain = re.sub(r"<style>.*?</style>", "", source, flags=re.S)
        assert not re.search(r"<(script|iframe|object|a|svg onload|img src)", plain)
        assert not re.search(r"<[^>]*\son\w+=", re.sub(r'"[^"]*"', '""', plain))
        assert HOSTILE[said] in words(plain)


def test_very_long_words_are_cut_to_what_a_sheet_holds(hearing_made, tmp_path):
    answers, framework = hearing_made
    source = written(
        reports.profile(
            "28209",
            answers=answers.assign(evidence="長" * 5000),
            indicators=framework,
            path=tmp_path / "a.html",
        )
    )
    assert "長" * 90 in source
    assert "長" * 100 not in source


def test_a_town_whose_answers_are_all_missing_has_a_sheet_that_says_so(hearing_made, tmp_path):
    answers, framework = hearing_made
    silent = answers.copy()
    silent.loc[silent["code"] == "28209", ["level", "target"]] = np.nan
    silent.loc[silent["code"] == "28209", "status"] = "declined"
    said = words(
        written(
            reports.profile("28209", answers=silent, indicators=framework, path=tmp_path / "a.html")
        )
    )
    assert "回答した割合（重み）0%" in said
    assert "候補はありません" in said


@pytest.mark.parametrize(
    ("code", "options", "expected"),
    [
        (
            "13101",
            {},
            (CodeError, "「13101」は兵庫県の41市町の団体コードではありません.*28100（神戸市）"),
        ),
        (
            "28209",
            {"audience": "mayor"},
            (ChoiceError, "audience=「mayor」は選べません。municipality・prefecture"),
        ),
        (
            "28100",
            {"heard": True},
            (ChoiceError, "神戸市（28100）の回答がありません。answers= を外す"),
        ),
        (
            "28209",
            {"heard": True, "without": "status"},
            (TableError, "列「status」: 回答 の表に列がありません → 今ある列: code"),
        ),
        ("28209", {"heard": True, "only": "V1"}, (TableError, "41市町の回答がありません")),
    ],
)
def test_what_cannot_be_written_is_refused_and_no_file_is_left(
    hearing_made, tmp_path, code, options, expected
):
    error, said = expected
    answers, framework = hearing_made
    if "only" in options:
        answers = answers[answers["code"] == options["only"]]
    given = (
        {"answers": answers.drop(columns=options.get("without", [])), "indicators": framework}
        if options.get("heard")
        else {}
    )
    audience = {key: value for key, value in options.items() if key == "audience"}
    with pytest.raises(error, match=re.sub(r"([（）「」])", r"[\1]", said)):
        reports.profile(code, path=tmp_path / "a.html", **given, **audience)
    assert list(tmp_path.iterdir()) == []


def test_parts_of_a_page_escape_what_they_are_given(tmp_path):
    members = pd.DataFrame({"code": ["28209"], "<b>": ["<b>"]})
    groups = pd.DataFrame({"code": ["28209"], "group": ["<b>"]})
    with store.Session(tmp_path / "a.sqlite") as session:
        record = reports.record(
            session,
            # the title of the page, a heading, a list and the cells of a table
            title="<b>",
            place="<b>",
            decisions=[{"what": "<b>"}],
            path=tmp_path / "record.html",
        )
    handout = reports.handout(groups, members=members, show=["<b>"], path=tmp_path / "a.html")
    for source, count in ((written(record), 4), (written(handout), 4)):
        assert source.count("&lt;b&gt;") >= count
        assert "<b>" not in source
        assert "sha256-" in source


def test_a_bar_never_leaves_its_box(monkeypatch, tmp_path):
    def load(name):
        table = dxkit.load(name)
        if name == "progress":
            attrs, shares = table.attrs, [1.7, -1.0]
            table["share_done"] = shares * (len(table) // 2)
            table.attrs = attrs
        return table

    # what the table gives to talk about is computed from possible shares only
    topics = progress.lagging(dxkit.load("progress"), dxkit.load("extensions"))
    monkeypatch.setattr("dxkit.reports._official_figures.lagging", lambda *_, **__: topics)
    monkeypatch.setattr("dxkit.reports._official_figures.load", load)
    source = written(reports.profile("28209", path=tmp_path / "a.html"))
    widths = re.findall(r'<rect class="done" width="([\d.]+)" height="8"/></svg>', source)
    assert sorted(map(float, set(widths))) == [0, 100]


# the prefecture's sheets ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def slides(hearing_made, tmp_path_factory):
    answers, framework = hearing_made
    return written(
        reports.deck(
            answers,
            indicators=framework,
            path=tmp_path_factory.mktemp("deck") / "deck.html",
            draws=500,
        )
    )


def test_the_deck_has_a_sheet_for_each_thing_that_can_be_said(slides):
    titles = [re.sub(r"<.*", "", each) for each in re.findall(r"<h1>(.*?)</h1>", slides)]
    assert titles == [
        "回答の状況（架空データ）",
        *(f"段階の分布: {name}（架空データ）" for name in (
            "目指す姿・トップのコミットメント", "推進体制・職員のマインド", "求める人材像・育成方針・目標", "推進状況・課題",
        )),
        "分野ごとの点（架空データ）",
        "順位はどこまで確かか（架空データ）",
        "聞き取り者の評価はそろっているか（架空データ）",
        "まだ分かっていないこと（答えのない市町が多い項目）（架空データ）",
    ]  # fmt: skip
    said = words(slides)
    assert re.search(r"40 +市町 +32 +項目", said)
    assert "聞き取りの対象外か、まだ回答のない市町: 神戸市" in said
    # how strict each is stays with the interviewers
    assert not re.search(r"聞き手\d", slides)
    assert "甘さ・厳しさのばらつき（標準偏差）" in said


def test_interviewers_who_share_no_case_are_not_compared_and_the_intervals_say_so(
    hearing_made, tmp_path
):
    answers, framework = hearing_made
    alone = answers[~answers["code"].str.startswith("V")]
    said = words(
        written(reports.deck(alone, indicators=framework, path=tmp_path / "deck.html", draws=50))
    )
    assert "聞き取り者の評価がそろっているかは、分かりません" in said
    assert "聞き取り者の厳しさは含まれず、実際の幅はこれより広くなります" in said


def test_what_is_missing_is_counted_by_its_reason(slides, hearing_made):
    answers, framework = hearing_made
    real = answers[~answers["code"].str.startswith("V")]
    counts = pd.crosstab(real["item"], real["status"])
    worst = (counts["declined"] + counts["unknown"]).idxmax()
    label = framework.set_index("indicator").loc[worst, "label"]
    row = re.search(rf"<tr><td >{re.escape(label)}</td>(.*?)</tr>", slides).group(1)
    assert [int(n) for n in re.findall(r">(\d+)<", row)] == counts.loc[
        worst, ["declined", "unknown", "not_applicable"]
    ].tolist()


# the whole folder -----------------------------------------------------------------------------------------------------------


def test_a_folder_holds_a_sheet_for_each_who_answered_the_deck_and_an_index(few, tmp_path):
    answers, framework = few
    made = reports.profiles(
        answers, path=tmp_path / "カルテ", indicators=framework, show_progress=False, draws=50
    )
    assert made == tmp_path / "カルテ"
    assert sorted(path.name for path in made.iterdir()) == [
        "28201.html", "28202.html", "28209.html", "deck.html", "index.html", "profiles.json",
    ]  # fmt: skip
    links = re.findall(r'href="([^"]+)"', written(made / "index.html"))
    assert sorted(links) == ["28201.html", "28202.html", "28209.html", "deck.html"]
    assert [path.name for path in tmp_path.iterdir()] == ["カルテ"]


def test_an_untouched_folder_is_made_anew_and_one_with_notes_is_not(few, tmp_path):
    answers, framework = few
    for _ in range(2):
        made = reports.profiles(
            answers, path=tmp_path / "a", indicators=framework, show_progress=False, draws=50
        )
    (made / "28201.html").write_text("書き込み", encoding="utf-8")
    with pytest.raises(ChoiceError, match=r"28201\.html"):
        reports.profiles(answers, path=made, indicators=framework, show_progress=False, draws=50)
    assert written(made / "28201.html") == "書き込み"


def test_somebody_elses_folder_is_never_written_into(few, tmp_path):
    answers, framework = few
    (tmp_path / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(ChoiceError, match="市町カルテのフォルダーではないので上書きしません"):
        reports.profiles(answers, path=tmp_path, indicators=framework, show_progress=False)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.docx"]


def test_a_run_that_breaks_off_leaves_what_was_there(few, tmp_path, monkeypatch):
    answers, framework = few
    made = reports.profiles(
        answers, path=tmp_path / "a", indicators=framework, show_progress=False, draws=50
    )
    before = {path.name: path.read_bytes() for path in made.iterdir()}

    def broken(*_):
        raise OSError("disk full")

    monkeypatch.setattr("dxkit.reports._profiles.write_slides", broken)
    with pytest.raises(OSError, match="disk full"):
        reports.profiles(answers, path=made, indicators=framework, show_progress=False)
    assert {path.name: path.read_bytes() for path in made.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_old_keywords_still_work_for_one_release(few, tmp_path):
    answers, framework = few
    options = {"indicators": framework, "draws": 50}
    with pytest.warns(FutureWarning, match="profile の to= は path= "):
        path = reports.profile("28209", to=tmp_path / "profile.html")
    assert path == tmp_path / "profile.html"
    with pytest.warns(FutureWarning, match="deck の to= は path= "):
        path = reports.deck(answers, to=tmp_path / "deck.html", **options)
    assert path == tmp_path / "deck.html"
    with pytest.warns(FutureWarning) as caught:
        reports.profiles(answers, to=tmp_path / "all", progress=False, **options)
    said = " ".join(str(each.message) for each in caught)
    assert "profiles の to= は path= " in said
    assert "profiles の progress= は show_progress= " in said
    assert (tmp_path / "all" / "index.html").is_file()
