"""A sheet does not depend on what one or two others answered: nobody can work it out from it."""

import pytest

from dxkit import maturity, reports

OWN = "28209"
OTHERS = ["28201", "28202", "28203", "28204"]


def _profile(answers, framework, path):
    page = reports.profile(OWN, answers=answers, indicators=framework, path=path)
    return page.read_text("utf-8")


def _answers_of(hearing, codes):
    answers, framework = hearing
    return answers[answers["code"].isin([OWN, *codes, "V1", "V2"])], framework


def _with_levels(answers, codes, level):
    """The same answers, but these municipalities are on one level everywhere."""
    changed = answers.copy()
    is_real = changed["code"].isin(codes) & (changed["status"] == "answered")
    changed.loc[is_real, "level"] = level
    return changed


@pytest.mark.parametrize("count", [1, 2])
def test_a_profile_beside_one_or_two_others_is_the_same_whatever_they_answered(
    hearing_made, tmp_path, count
):
    answers, framework = _answers_of(hearing_made, OTHERS[:count])
    pages = {
        _profile(_with_levels(answers, OTHERS[:count], level), framework, tmp_path / "a.html")
        for level in (0, 3, 5)
    }
    assert len(pages) == 1
    assert "比べられる市町が3つに満たないため" in pages.pop()


def test_a_profile_beside_three_others_compares(hearing_made, tmp_path):
    answers, framework = _answers_of(hearing_made, OTHERS[:3])
    pages = [
        _profile(_with_levels(answers, OTHERS[:3], level), framework, tmp_path / "a.html")
        for level in (0, 5)
    ]
    assert pages[0] != pages[1]
    assert "近い3市町のうち" in pages[1]


def test_an_item_or_heading_that_two_others_answered_is_not_compared_among_four(
    hearing_made, tmp_path
):
    answers, framework = _answers_of(hearing_made, OTHERS)
    items = framework[framework["parent"] == "vision"]["indicator"]
    # two of four others are silent about one heading
    is_silent = answers["code"].isin(OTHERS[:2]) & answers["item"].isin(items)
    answers = answers.assign(
        status=answers["status"].mask(is_silent, "declined"),
        level=answers["level"].mask(is_silent),
    )
    speaking = answers["code"].isin(OTHERS[2:]) & answers["item"].isin(items)
    pages = set()
    for level in (0, 5):
        changed = answers.copy()
        changed.loc[speaking & (changed["status"] == "answered"), "level"] = level
        pages.add(_profile(changed, framework, tmp_path / "a.html"))
    assert len(pages) == 1


def _deck(answers, framework, path):
    page = reports.deck(answers, indicators=framework, path=path, draws=20).read_text("utf-8")
    return page.split("聞き取り者の評価はそろっているか")[-1].split("</section>")[0]


def test_the_deck_names_no_interviewer_and_shows_no_ones_severity(hearing_made, tmp_path):
    answers, framework = _answers_of(hearing_made, OTHERS[:1])
    sheet = _deck(answers, framework, tmp_path / "a.html")
    raters = answers["rater"].dropna().unique()
    assert len(raters) >= 3
    assert not any(str(rater) in sheet for rater in raters)
    assert f"{len(raters)}人" in sheet
    # one spread in place of the single figures
    for severity in maturity.rater_severity(answers).table["severity"]:
        assert f"{severity:+.2f}" not in sheet


def test_two_interviewers_are_not_compared_at_all(hearing_made, tmp_path):
    answers, framework = _answers_of(hearing_made, OTHERS[:1])
    two = answers["rater"].dropna().unique()[:2]
    sheets = set()
    for level in (1, 4):
        changed = answers[answers["rater"].isin(two)].copy()
        is_first = (changed["rater"] == two[0]) & changed["code"].isin(["V1", "V2"])
        changed.loc[is_first & (changed["status"] == "answered"), "level"] = level
        sheets.add(_deck(changed, framework, tmp_path / "a.html"))
    assert len(sheets) == 1
    assert "聞き取り者が3人に満たないため" in sheets.pop()
