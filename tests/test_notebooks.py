"""Every notebook keeps the design's form, runs from a clean kernel, shows what people can read, and says numbers that its tables hold."""

import ast
import html
import inspect
import itertools
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbclient import NotebookClient
from test_names import VAGUE_WORDS

import dxkit
from dxkit import drones, groups, linkage, maturity, regions, sharing
from dxkit.support import (
    answers,
    costs,
    liaison,
    matching,
    network,
    procedures,
    process,
    progress,
    security,
    training,
)

ROOT = Path(__file__).resolve().parents[1]
NOTEBOOKS = sorted(
    path
    for path in (ROOT / "notebooks").rglob("*.ipynb")
    if "out" not in path.parts and ".ipynb_checkpoints" not in path.parts
)
FIRST = ROOT / "notebooks" / "00_start_here.ipynb"
TRAINEE_01 = ROOT / "notebooks" / "trainees" / "01_where_are_we.ipynb"


def _read(path):
    return nbformat.read(path, as_version=4)


def _code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def _text(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


ids = [path.relative_to(ROOT / "notebooks").as_posix() for path in NOTEBOOKS]
each_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=ids)


# longer than 20 seconds on an idle core: they run in CI
LONG_RUNS = {
    "facilitators/11_forty_sheets.ipynb",
    "research/04_backtests.ipynb",
    "research/05_same_person.ipynb",
    "research/07_progress_forecast.ipynb",
    "research/10_nationwide.ipynb",
}
# findings that take as long to compute again
LONG_FINDINGS = {
    "research/04_backtests.ipynb",
    "research/06_grouping.ipynb",
    "research/07_progress_forecast.ipynb",
    "research/09_drones.ipynb",
    "research/10_nationwide.ipynb",
}
KERNEL_S = 600
# a day on which most published tables are older than good: no notebook may stop for it
LATER = "2027-04-15"
# doors through which a text from a table would leave as something that runs: a cell may use none
SHOWING = {
    *(
        "style",
        "Styler",
        "to_html",
        "to_latex",
        "to_markdown",
        "_repr_html_",
        "background_gradient",
    ),
    *("HTML", "HTMLMath", "Html", "Label", "Markdown", "Latex", "Math", "Javascript", "SVG"),
    *("display_html", "display_javascript", "display_latex", "display_markdown", "display_svg"),
    *("display_pretty", "display_json", "publish_display_data", "DisplayObject", "usetex"),
}
WRITING = {
    *("to_csv", "to_excel", "to_json", "to_xml", "to_clipboard", "to_sql", "to_stata", "to_file"),
    *("to_pickle", "to_parquet", "to_feather", "to_hdf", "to_orc", "tofile", "savetxt", "dump"),
    *("ExcelWriter", "write_text", "write_bytes", "writelines", "writerow", "writerows", "write"),
    *("openpyxl", "xlsxwriter", "csv", "system", "popen", "subprocess"),
}
# cell magics that write a file or a page, and lines for the system's shell
MAGICS = re.compile(
    r"^\s*(%%(html|HTML|javascript|js|latex|markdown|svg|SVG|script|bash|sh|cmd|writefile)\b"
    r"|%(save|store|logstart|notebook)\b|!)",
    re.M,
)
# what a cell may no longer do: show and the charts do it, and make text inert on the way
OUTDATED_CALLS = {
    r"\.set_axis\(": "dxkit.show(columns=…)",
    r"dxkit\.label\(": "dxkit.show",
    r"\bmade=|^source =|source=dxkit\.describe": "the tables' .attrs",
}


def test_the_first_two_notebooks_are_there():
    assert FIRST in NOTEBOOKS
    assert TRAINEE_01 in NOTEBOOKS


@each_notebook
def test_a_notebook_is_short_and_defines_nothing(path):
    code = _code(_read(path))
    assert len(code) <= 20
    assert all(0 < len(source.strip().splitlines()) <= 12 for source in code)
    assert not any(re.search(r"^\s*(def|class)\s", source, re.M) for source in code)


@each_notebook
def test_a_notebook_stores_no_output_and_has_no_empty_cell(path):
    notebook = _read(path)
    assert all(cell.source.strip() for cell in notebook.cells)
    assert all(
        not cell.outputs and cell.execution_count is None
        for cell in notebook.cells
        if cell.cell_type == "code"
    )


@each_notebook
def test_a_notebook_opens_with_a_question_and_says_for_whom_how_long_and_on_what_data(path):
    first = _read(path).cells[0].source
    title = first.splitlines()[0]
    assert title.startswith("# ")
    assert title.rstrip().endswith("？")
    assert re.search(r"対象.*・.*所要.*分", first.replace("\n", " "))
    assert re.search(r"データ", first)


@each_notebook
def test_a_notebook_imports_once_at_the_top(path):
    imports = [
        source for source in _code(_read(path)) if re.search(r"^(import|from)\s", source, re.M)
    ]
    assert len(imports) == 1
    assert _code(_read(path))[0] == imports[0]


@each_notebook
def test_a_notebook_calls_nothing_that_is_outdated(path):
    code = "\n".join(_code(_read(path)))
    calls = {pattern: re.findall(pattern, code, re.M) for pattern in OUTDATED_CALLS}
    assert {OUTDATED_CALLS[pattern]: hits for pattern, hits in calls.items() if hits} == {}


def _find_open_doors(source):
    """List by which doors other than `dxkit.show` and `write_table` a cell lets text out."""
    doors = {hit.group(1) for hit in MAGICS.finditer(source)}
    # such a cell is not Python
    if doors and source.lstrip().startswith("%%"):
        return doors
    # what only Jupyter reads stands at the start of a line
    for node in ast.walk(ast.parse(re.sub(r"^\s*[%!].*$", "", source, flags=re.M))):
        names = set()
        if isinstance(node, ast.Attribute):
            names = {node.attr}
        elif isinstance(node, ast.Name):
            names = {node.id}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = {part for alias in node.names for part in alias.name.split(".")}
            names |= set((getattr(node, "module", None) or "").split("."))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # a method may also be called by its name: getattr(table, "to_csv")
            names = {node.value} if node.value.startswith("to_") else set()
        elif isinstance(node, ast.Call):
            doors |= _find_open_call(node)
        doors |= names & (SHOWING | WRITING)
    return doors


def _find_open_call(call):
    """Name a call that opens a file for writing or shows raw data."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    options = {option.arg for option in call.keywords}
    if name == "display" and options & {"raw", "metadata"}:
        return {"display(raw=)"}
    if name != "open":
        return set()
    # open(path) and path.open() read; what else they do is not asked any further
    is_method = isinstance(call.func, ast.Attribute)
    is_reading = len(call.args) <= (0 if is_method else 1) and "mode" not in options
    return set() if is_reading else {"open"}


@each_notebook
def test_what_leaves_a_notebook_goes_through_show_and_write_table_only(path):
    doors = set().union(*map(_find_open_doors, _code(_read(path))))
    assert doors == set(), "dxkit.show and dxkit.loaders.write_table make text inert"


@pytest.mark.parametrize(
    "source",
    [
        "table.style",
        "table.style.background_gradient()",
        "pd.io.formats.style.Styler(table)",
        "table.to_csv('out/a.csv')",
        "table.to_csv()",
        "notes.to_excel('a.xlsx', index=False)",
        "(table\n .head()\n .to_html())",
        "save = table.to_csv\nsave('a.csv')",
        "getattr(table, 'to_csv')('a.csv')",
        "from IPython.display import HTML\nHTML(card)",
        "from IPython.display import HTML as page\ndisplay(page(card))",
        "import IPython\nIPython.display.Markdown(card)",
        "from IPython.core.display import Javascript",
        "display({'text/html': card}, raw=True)",
        "from IPython.display import publish_display_data as show",
        "widgets.HTML(card)",
        "ipywidgets.Label(card)",
        "open('a.csv', 'w').write(card)",
        "open('a.csv', mode='a')",
        "path.open('w')",
        "Path('a.html').write_text(card)",
        "import csv",
        "from openpyxl import Workbook",
        "with pd.ExcelWriter('a.xlsx') as book:\n    pass",
        "np.savetxt('a.csv', values)",
        "json.dump(cards, file)",
        "plt.rcParams['text.usetex'] = True\nusetex = True",
        "%%html\n<b>x</b>",
        "%%javascript\nalert(1)",
        "%%writefile a.csv\n=1+1",
        "!echo =1+1 > a.csv",
    ],
)
def test_every_other_door_out_of_a_notebook_is_seen(source):
    assert _find_open_doors(source)


@pytest.mark.parametrize(
    "source",
    [
        "dxkit.show(table, columns={'name': '市町'})",
        "write_table(table, 'out/a.csv')",
        "session.export('out/record.xlsx')",
        "reports.record(session, path='out/record.html')",
        "print(f'{len(table)}行')",
        "display(dxkit.show(table))",
        "lines = open('a.txt').read()",
        "IFrame(str(path), width='100%')",
        "%matplotlib inline",
    ],
)
def test_the_safe_doors_of_a_notebook_are_open(source):
    assert _find_open_doors(source) == set()


@each_notebook
def test_a_notebooks_variables_say_what_they_hold(path):
    code = "\n".join(re.sub(r"^%.*$", "", source, flags=re.M) for source in _code(_read(path)))
    names = {
        node.id
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    assert names & VAGUE_WORDS == set()


@pytest.mark.parametrize(
    "path",
    [path for path in NOTEBOOKS if path != FIRST],
    ids=[name for name in ids if not name.startswith("00")],
)
def test_a_notebook_walks_from_choice_to_belief(path):
    heads = re.findall(r"^## (.+)$", _text(_read(path)), re.M)
    for part in ("設定", "やってみよう", "どこまで信じてよいか", "まとめ"):
        assert any(part in head for head in heads), f"「{part}」の節がありません: {heads}"
    order = [
        next(i for i, head in enumerate(heads) if part in head)
        for part in ("設定", "やってみよう", "どこまで信じてよいか", "まとめ")
    ]
    assert order == sorted(order)


@each_notebook
def test_links_between_notebooks_lead_somewhere(path):
    for target in re.findall(r"\]\(([^)#]+\.ipynb)\)", _text(_read(path))):
        assert (path.parent / target).exists(), target


def test_the_start_lists_every_notebook_with_its_own_question_and_minutes():
    listed = _text(_read(FIRST))
    for path in NOTEBOOKS:
        if path == FIRST:
            continue
        first = _read(path).cells[0].source
        question = first.splitlines()[0].removeprefix("# ").strip()
        minutes = re.search(r"所要[^0-9]*(\d+)分", first).group(1)
        row = next(
            (
                line
                for line in listed.splitlines()
                if path.relative_to(FIRST.parent).as_posix() in line
            ),
            "",
        )
        assert question in row, f"{path.name}: {question}"
        assert f"{minutes}分" in row


def test_notebook_json_names_a_python_kernel_and_no_machine():
    for path in NOTEBOOKS:
        metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
        assert metadata["kernelspec"]["name"] == "python3"
        assert set(metadata) <= {"kernelspec", "language_info"}


def _expected_of_trainee_01():
    """List every sentence part of the first trainee notebook that holds a figure, computed from the tables."""
    values = dxkit.load("dashboard").set_index("code")
    mean = dxkit.load("progress").groupby("code")["share_done"].mean()
    places = dxkit.load("municipalities").set_index("code")
    systems = len(dxkit.load("systems"))
    yes = values[["ai", "structure"]].sum().astype(int)
    return [
        f"全部で{len(places)}市町",
        f"人口は合わせて{places['people_2020'].sum():,}人（2020年）",
        f"AIは{yes['ai']}市町が導入",
        f"全庁的な体制は{yes['structure']}市町にあります",
        f"{len(mean)}市町の平均は{mean.mean():.1%}",
        f"{systems}業務",
        "40の作業手順",
    ]


def test_every_number_in_the_findings_of_trainee_01_is_what_the_tables_say():
    cells = [cell.source for cell in _read(TRAINEE_01).cells if cell.cell_type == "markdown"]
    findings = [source for source in cells if "わかったこと" in source or "見るところ" in source]
    # headings carry the number of their section
    text = re.sub(r"^##.*$", "", "\n".join(findings), flags=re.M).replace("**", "").replace(" ", "")
    for part in _expected_of_trainee_01():
        if part in text:
            text = text.replace(part, "")
    assert len(findings) >= 8
    assert re.findall(r"[0-9][0-9,.]*", text) == []


def test_the_findings_of_trainee_01_hold_the_figures_they_should():
    text = _text(_read(TRAINEE_01)).replace("**", "").replace(" ", "")
    missing = [part for part in _expected_of_trainee_01() if part not in text]
    assert missing == []


def _dashboard_intervals():
    return maturity.rank_intervals(dxkit.load("dashboard"), dxkit.load("indicators_dashboard"))


def _expected_of_how_firm():
    table = _dashboard_intervals().table.join(
        dxkit.load("municipalities").set_index("code")["name"]
    )
    width = table["p95"] - table["p05"]
    widest = table.loc[width.idxmax()]
    return [
        f"平均で{width.mean():.0f}位分",
        f"いちばん広い{widest['name']}は{widest['p05']}位から{widest['p95']}位まで",
        "1位や2位の違い",
        f"{len(table)}の順位ではなく、{table['tier'].max()}の組",
    ]


def _expected_of_published_index():
    index, framework = (
        dxkit.load("technology_index").set_index("country"),
        dxkit.load("indicators_technology"),
    )
    figures = index[list(framework.loc[framework["low"].notna(), "indicator"])]
    linear = maturity.score(figures, framework).total.rank(ascending=False)
    assert (linear == index["rank_linear"]).all()
    order = maturity.robust_order(figures, framework)
    korea = index.loc["Korea"]
    return [
        f"{len(index)}か国すべてで順位が一致します（ずれ0）",
        f"{len(index)}か国すべてで一致します（ずれ0と0）",
        f"韓国は線形で{korea['rank_linear']:.0f}位、幾何平均で{korea['rank_geometric']:.0f}位",
        "小数2桁で公表された重み",
        "大きくて0.015です",
        "「0.015以内」",
        "サイサナら（2005）",
        f"組み合わせの{order.settings['settled']:.0%}",
    ]


def _expected_of_honest_intervals():
    world = {
        "n_municipalities": 40,
        "n_items": 60,
        "n_raters": 5,
        "n_vignettes": 2,
        "spread": 0.8,
        "severity": 0.3,
        "error": 0.6,
    }
    coverage = {"weights": [], "severity": []}
    for seed in range(20):
        trial = maturity.hearing_trial(seed=seed, **world)
        for name, trials_covered in coverage.items():
            vary = tuple(dict.fromkeys(("weights", name)))
            intervals = maturity.rank_intervals(
                trial.levels,
                trial.indicators,
                answers=trial.answers,
                vary=vary,
                draws=1000,
                seed=seed,
            )
            trials_covered.append(trial.covered(intervals.table))
    weights_only, with_severity = (
        np.mean(trials_covered, axis=0) for trials_covered in coverage.values()
    )
    assert 0.28 <= weights_only[0] <= 0.42
    assert with_severity[0] > 0.9
    assert with_severity[1] < 6.5
    return ["3分の1ほど", "架空の町2つ", "9割を超えて", "6.5位分より狭く"]


def _expected_of_area_profiles():
    answers, framework = dxkit.load("hearing_example"), dxkit.load("indicators_hearing")
    towns = dxkit.load("municipalities").set_index("code")
    members = towns.index[towns["area"] == "但馬"]
    area_answers = answers[answers["code"].isin(members)]
    intervals = maturity.rank_intervals(
        maturity.values_of(answers), framework, answers=answers, draws=4000
    ).table
    return [
        f"但馬の{len(members)}市町には、答えのない項目が{(area_answers['status'] != 'answered').sum()}件",
        "5つのうち、半年でできそうなものを1つ選び",
        f"幅の平均は{int((intervals['p95'] - intervals['p05']).mean())}位分を超えます",
        "1回のヒアリング",
    ]


def _method_correlations(values, indicators):
    """Rank correlation of the arithmetic mean of goalposts with each other method."""
    methods = {
        "最小最大": {"normalise": "minmax"},
        "偏差": {"normalise": "zscore"},
        "順位": {"normalise": "rank"},
        "幾何": {"aggregate": "geometric"},
        "調和": {"aggregate": "harmonic"},
        "コープランド": {"aggregate": "copeland"},
    }
    plain = maturity.score(values, indicators).total.rank()
    return {
        name: maturity.score(values, indicators, **method).total.rank().corr(plain)
        for name, method in methods.items()
    }


def _total_effects(values, indicators, floor):
    effects = maturity.sensitivity(values, indicators, draws=256, seed=1, floor=floor)
    return effects.set_index("factor")["ST"]


def _expected_of_handbook_steps():
    values, indicators = dxkit.load("dashboard"), dxkit.load("indicators_dashboard")
    scores = maturity.score(values, indicators)
    dimensions = indicators[indicators["parent"].isna()].assign(low=0.0, high=1.0)
    omission = maturity.leave_one_out(values, indicators).iloc[0]
    assert omission["indicator"] == "rpa"
    people = dxkit.load("municipalities").set_index("code")["people_2020"]
    order = _method_correlations(values, indicators)
    low, high = (_total_effects(values, indicators, floor) for floor in (0.01, 0.2))
    return [
        f"順位相関は、幾何平均が{order['幾何']:.2f}、調和平均が{order['調和']:.2f}で",
        f"偏差（{order['偏差']:.2f}）、コープランド（{order['コープランド']:.2f}）、順位（{order['順位']:.2f}）",
        f"下端を0.01に決めると、総合効果（ST）は集計の方法が{low['aggregate']:.2f}、"
        f"正規化の方法が{low['normalise']:.2f}で",
        f"下端を0.2に決めると{high['aggregate']:.2f}と{high['normalise']:.2f}で",
        f"この1項目を外すだけで、順位は平均{omission['mean_shift']:.1f}位",
        f"αは{maturity.consistency(scores, draws=10).loc['services', 'alpha']:.2f}で",
        f"組み合わせの{maturity.robust_order(scores.dimensions, dimensions).settings['settled']:.0%}は",
        f"総合点と人口の順位相関は{scores.total.rank().corr(people.rank()):.2f}です",
    ]


def _expected_of_who_knows():
    outcome = sharing.simulate(sharing.read_scenario("nankai_illustrative"), draws=5)
    known_home = outcome.timeline.query("measure == 'known_home'").pivot_table(
        index="policy", columns="hour", values="mean"
    )
    spread = known_home.max() - known_home.min()
    # the policies part late: within the first day they differ by a third of what they do after a week
    assert spread[24] < 0.4 * spread[168]
    compared = sharing.compare(outcome).set_index("policy")
    assert compared.loc["緊急時", "disclosed"] > compared.loc["県ハブ", "disclosed"]
    assert (
        compared.loc["緊急時", "known_home_168"] <= compared.loc["県ハブ", "known_home_168"] + 0.01
    )
    week = sharing.read_scenario("nankai_illustrative").change(hours=168)
    design = sharing.design_policies()
    results = sharing.compare(sharing.simulate(week, policies=design, draws=1))
    hub = "1か所に集める・当日・問わない・使わない"
    effects = sharing.switch_effects(
        design, results, measure="known_home_168", base=f"職員だけ・{hub}"
    ).set_index("switch")
    known = results.set_index("policy")["known_home_168"]
    cloud = "1か所に集める・すぐ・問わない・使う"
    assert known[f"自分でも登録・{hub}"] > known[f"自分でも登録・{cloud}"]
    # the last step's "first" is that of the table beside it
    flips = dxkit.load("policy_flips").set_index("conclusion")["holds"]
    assert set(flips["168時間後の1位"]) == {"国クラウド"}
    return [
        *_expected_of_borrowed_movement(),
        "72時間を過ぎてから",
        "1か所あるかどうか",
        _write_flips("差は72時間を過ぎてから開く"),
        _write_flips("多く渡しても多くは知れない"),
        _write_flips("168時間後の1位"),
        "168時間後の1位は国クラウドですが、6つのうち「自分でも登録」があるのは国クラウドだけです",
        "1か所に集める県ハブのほうが上になります"
        f"（{known[f'自分でも登録・{hub}']:.2f}と{known[f'自分でも登録・{cloud}']:.2f}）",
        f"72通りの違いの{effects.loc['channel', 'main_share']:.0%}は窓口だけで決まり、"
        f"国の仕組みで決まるのは{effects.loc['national', 'main_share']:.0%}です",
    ]


def _expected_of_borrowed_movement():
    """The conclusions under the movement of two past disasters, simulated here without their helper."""
    scenario = sharing.read_scenario("nankai_illustrative")
    conclusions = []
    for event in (None, "noto_2024", "kumamoto_2016"):
        variant = sharing.borrow_evidence(scenario, event) if event else scenario
        run = sharing.compare(sharing.simulate(variant.change(hours=168), draws=3))
        table = run.set_index("policy")
        spread = {hour: np.ptp(table[f"known_home_{hour}"]) for hour in (24, 168)}
        hub, broadcast = table.loc["県ハブ"], table.loc["緊急時"]
        conclusions.append(
            (
                *(table[f"known_home_{hour}"].idxmax() for hour in (72, 168)),
                spread[24] < 0.4 * spread[168],
                broadcast["disclosed"] > hub["disclosed"]
                and broadcast["known_home_168"] < hub["known_home_168"] + 0.01,
            )
        )
    assert len(set(conclusions)) == 1, conclusions
    assert conclusions[0] == ("国クラウド", "国クラウド", True, True)
    return [
        "人の動きを、2024年の能登や2016年の熊本の公表値から計算した値に替えても、"
        f"{len(conclusions[0])}つの結論はどれも変わりません"
    ]


def _write_flips(conclusion, subject="この文"):
    """Write what turns a conclusion, and how often it stands, as the notebooks do."""
    rows = dxkit.load("policy_flips").query("conclusion == @conclusion")
    return (
        f"下の表は、{subject}を左右する仮定です。{len(rows)}つの仮定のうち"
        f"{rows['flips_at'].notna().sum()}つは、1つだけで答えを変えます。"
        f"{len(rows)}つをいちどに動かすと、{rows['stands_share'].iloc[0]:.0%}の場合に"
        "答えは変わりません。"
    )


def _tajima():
    """Estimated people of Tajima with their need, and halls, roadside stations and offices as candidates."""
    towns = dxkit.load("municipalities")
    codes = towns.loc[towns["area"] == "但馬", "code"]
    demand, sites = (
        table[table["code"].isin(codes)].reset_index(drop=True)
        for table in map(dxkit.load, ("mesh_estimated", "sites"))
    )
    is_open_to_all = sites["name"].str.contains("公民館|コミュニティセンター")
    candidates = sites[(sites["kind"] != "避難所") | is_open_to_all].reset_index(drop=True)
    return drones.need(demand, dxkit.load("stations"), near_km=5), candidates


def _need_reached(demand, siting):
    return demand.loc[siting.covered, "in_need"].sum() / demand["in_need"].sum()


def _expected_of_drones():
    demand, candidates = _tajima()
    drone = dxkit.load("drone_types").set_index("drone", drop=False).loc["airtruck"]
    wind_ms = dxkit.load("wind_normals").query("station == '香住' and month == 1")["mean_wind_ms"]
    calm, loaded = drones.flight_range(drone), drones.flight_range(drone, payload_kg=2.0)
    windy = drones.flight_range(drone, payload_kg=2.0, wind_ms=float(wind_ms.iloc[0]))
    assert 0.05 < 1 - loaded / calm < 0.15
    assert 0.05 < 1 - windy / loaded < 0.15
    plans = [
        drones.best_bases(demand, candidates, count=3, range_km=windy, weight=weight)
        for weight in ("people", "in_need")
    ]
    assert not set(plans[0].bases["base"]) & set(plans[1].bases["base"])
    reached = [demand.loc[plan.covered, "people"].sum() for plan in plans]
    near = demand.loc[plans[0].covered & (demand["km_to_service"] <= 2), "people"].sum()
    assert near / reached[0] > 0.5
    curve = drones.budget_curve(demand, candidates, counts=12, range_km=windy)
    shares = curve[["share", "worst_share"]].diff().dropna()
    assert (shares["share"].rank() != shares["worst_share"].rank()).any()
    winds = drones.robustness(
        demand, plans[0], drone=drone, payload_kg=2.0, winds_ms=(3, 5, 7), directions=8,
        range_km=windy, draws=2, candidates=candidates, seed=1,
    )  # fmt: skip
    by_wind = winds[winds["kind"] == "wind"].groupby("wind_ms")["share"].max()
    assert by_wind[7] < 0.8 * by_wind[3]
    need = [_need_reached(demand, plan) for plan in plans]
    return [
        "距離を1割ほど縮めるだけです",
        "地上10mほど",
        f"届く人の{near / reached[0]:.0%}は駅から2 km以内に住む人です",
        f"駅から遠い人では、{need[0]:.0%}にしか届きません",
        f"駅から遠い人で選ぶと、その{need[1]:.0%}に届きます（人数で選ぶと{need[0]:.0%}）",
        f"届く人の数は{reached[0]:,.0f}人から{reached[1]:,.0f}人に減り、拠点は1つも重なりません",
    ]


def _expected_of_place_bases():
    demand, candidates = _tajima()
    craft = dxkit.load("drone_types").set_index("drone", drop=False).loc["pf2_cat3"]
    km = drones.flight_range(craft, payload_kg=1.0, wind_ms=3.0)
    by_site = drones.reach(demand, candidates, range_km=km).merge(
        demand[["place", "people"]], on="place"
    )
    sites = list(by_site.groupby("base")["people"].sum().sort_values(ascending=False).index[:3])
    group_plan = drones.best_bases(
        demand,
        candidates[candidates["base"].isin(sites)].reset_index(drop=True),
        count=3,
        range_km=km,
        fixed=sites,
    )
    best = drones.best_bases(demand, candidates, count=3, range_km=km)
    for_need = drones.best_bases(demand, candidates, count=3, range_km=km, weight="in_need")
    starts = dxkit.load("sites").query("kind != '避難所' and code in @demand.code")
    trials = drones.first_trials(demand, starts, dxkit.load("delivery_modes"), range_km=km)
    assert trials["stands"].max() < 0.9
    assert (trials["drone_wins"] == 0).all()
    return [
        f"いちばん安いままなのは、{trials['stands'].min():.0%}〜{trials['stands'].max():.0%}だけです",
        f"{len(trials)}市町のうち、ドローンが往復で届くのは{trials['in_reach'].sum()}市町で",
        "1か所だけで届く人の多い順",
        f"3か所置くと、最適の{group_plan.value / best.value:.0%}の人にしか届きません",
        f"駅から遠い人の{_need_reached(demand, best):.0%}だけです",
        f"駅から遠い人で選べば{_need_reached(demand, for_need):.0%}に届きます",
        f"まったく届かない市町が{(best.by_code['covered'] == 0).sum()}つ残ります",
    ]


def _allocations(demand, candidates, siting, km):
    """Spread each municipality's people otherwise, as the notebook does it."""
    rng, rows, code = np.random.default_rng(6), [], demand["code"]
    for contrast in (0.0, 0.5, 1.0, 1.5):
        for draw in range(30):
            weights = demand["people"] ** contrast * np.exp(
                0.6 * rng.standard_normal(len(demand)) * (draw > 0)
            )
            trial = demand.assign(
                people=weights
                * demand.groupby(code)["people"].transform("sum")
                / weights.groupby(code).transform("sum")
            )
            best = drones.best_bases(trial, candidates, count=5, range_km=km)
            regret = 1 - trial.loc[siting.covered, "people"].sum() / best.value
            rows.append(
                (
                    contrast,
                    best.share,
                    regret,
                    len(set(best.bases["base"]) & set(siting.bases["base"])),
                )
            )
    return pd.DataFrame(rows, columns=["contrast", "share", "regret", "same"]).groupby("contrast")


def _expected_of_drone_assumptions():
    demand, candidates = _tajima()
    craft = dxkit.load("drone_types").set_index("drone", drop=False).loc["pf2_cat3"]
    calm, windy = (
        drones.flight_shape(craft),
        drones.flight_shape(craft, wind_ms=7.0, wind_from_deg=0.0),
    )
    km = calm["range_km"].iloc[0]
    along, across = windy["range_km"].iloc[0] / km, windy["range_km"].iloc[90] / km
    windy_km = drones.flight_range(craft, payload_kg=1.0, wind_ms=5.0)
    trials = _allocations(
        demand,
        candidates,
        drones.best_bases(demand, candidates, count=5, range_km=windy_km),
        windy_km,
    )
    mean, low, high = trials.mean(), trials["share"].min()[1.0], trials["share"].max()[1.0]
    errors = dxkit.load("mesh_errors").query("area == '広島県の中山間'")
    misplaced = errors.set_index(["rule", "level"])["misplaced_share"]
    return [
        f"{misplaced['estimated', '1km']:.0%}が違う1 kmメッシュに、{misplaced['estimated', '500m']:.0%}が違う500 mメッシュ",
        f"1 kmの推計を4等分すると、{misplaced['quartered', '500m']:.0%}です",
        f"公表された20分と17.5分から、k = {drones.power_exponent(craft):.2f}",
        f"風7m/秒では、風の向き（往復どちらも）の距離が無風の{along:.0%}、横向きが{across:.0%}になり",
        f"届く面積は{(windy['range_km'] ** 2).mean() / km**2:.0%}に減ります",
        f"距離の減りは{1 - drones.flight_range(craft, payload_kg=1.0) / km:.0%}です",
        f"0から1.5に変えると、最適な5か所で届く人の割合は平均{mean['share'][0.0]:.0%}から{mean['share'][1.5]:.0%}まで",
        f"もとの集まり方（1）なら、メッシュごとの誤差を乗せても割合は{low:.0%}〜{high:.0%}で",
        f"5か所のうち平均{mean['same'][1.0]:.1f}か所が同じ拠点、失う割合は平均{mean['regret'][1.0]:.1%}です",
        f"等分（0）では同じ拠点は平均{mean['same'][0.0]:.1f}か所、失う割合は{mean['regret'][0.0]:.0%}です",
    ]


def _expected_of_who_may_tell():
    scenario = sharing.read_scenario("nankai_illustrative")
    outcome = sharing.simulate(scenario, draws=10)
    movements = outcome.flows.query("hour == 72 and home != host")
    outside = movements.loc[movements["host_name"] == "県外", "people"].sum()
    verdicts_by_consent = [
        sharing.ground_matrix("所在", phase="72時間以内", consent=consent)["verdict"]
        for consent in (False, True)
    ]
    without, with_ = (verdicts.value_counts() for verdicts in verdicts_by_consent)
    assert with_["可"] > without["可"]
    disclosures = outcome.disclosures.query("policy == '緊急時'").groupby("verdict")["mean"].sum()
    assert 0.4 < disclosures["根拠なし"] / disclosures.sum() < 0.45
    compared = sharing.compare(outcome).set_index("policy")
    assert compared.loc["県ハブ", "known_home_72"] >= compared.loc["緊急時", "known_home_72"]
    assert compared.loc["県ハブ", "disclosed"] < 0.7 * compared.loc["緊急時", "disclosed"]
    return [
        *_expected_of_borrowed_movement(),
        *_expected_of_registrations(),
        f"72時間後、市町をまたいで避難している人は約{movements['people'].sum() / 10_000:.1f}万人（うち県外が約{outside / 10_000:.1f}万人）",
        "72時間以内の",
        f"{len(verdicts_by_consent[0])}組のうち、根拠があるのは{without['可']}組、要確認が{without['要確認']}組です",
        "1節の`consent`",
        f"根拠のある組は{with_['可']}組に増えます",
        "提供の4割あまり",
        _write_flips("72時間後の1位", "「72時間後の1位」"),
        _write_flips("多く渡しても多くは知れない", "「多く渡しても多くは知れない」"),
    ]


def _misses_from_day_49(scenario):
    """Misses of the people not located while contact began with the prefecture's database."""
    late = scenario.with_table("contacts", scenario.tables["contacts"].assign(from_hour=1176.0))
    table = sharing.replay(late).table.query("measure == '所在不明' and hour > 384")
    assert table["miss_points"].min() > 7
    return table["miss_points"]


def _expected_of_table_top():
    cards = dxkit.load("drill_cards")
    happened = cards[(cards["card"] <= 2) & cards["setting"].notna()]
    changes = dict(zip(happened["setting"], happened["value"], strict=True))
    scenario = sharing.read_scenario("nankai_illustrative").change(hours=72, draws=10, **changes)
    scores = sharing.drill_scores(sharing.simulate(scenario), hour=24)
    fewest_hours = scores.index[scores["staff_hours"] == scores["staff_hours"].min()]
    assert scores["known"].idxmax() not in fewest_hours
    return [
        "2枚目を開いたとき、24時間までに",
        f"{scores['known'].min():.0%}〜{scores['known'].max():.0%}です",
    ]


def _known_by_borrowed_movement():
    """Noto's daily rates of registering; who is known after 14 days by movement and policy."""
    evidence = sharing.movement_evidence("noto_2024")
    nankai = sharing.read_scenario("nankai_illustrative").change(draws=4)
    policies = nankai.policies.set_index("policy", drop=False).loc[["県ハブ", "国クラウド"]]
    cloud = policies.loc["国クラウド", ["self_per_day", "strike_share"]]
    hub = policies.loc[["県ハブ"]].assign(policy="県ハブ＋本人の登録", **cloud)
    policies = pd.concat([policies, hub])
    scenarios = {"書いたとおり": nankai}
    for event, name in {
        "noto_2024": "2024年能登",
        "kobe_1995": "1995年兵庫",
        "kumamoto_2016": "2016年熊本",
        "hokkaido_2018": "2018年北海道",
    }.items():
        scenarios[name] = sharing.borrow_evidence(nankai, event)
    compared = {
        name: sharing.compare(sharing.simulate(scenario, policies=policies)).set_index("policy")
        for name, scenario in scenarios.items()
    }
    known = pd.DataFrame({name: table["known_home_336"] for name, table in compared.items()}).T
    return evidence.loc[evidence["part"] == "登録", "value"], known


def _expected_of_shrinking_towns(towns, values):
    people = dxkit.load("projections").query("year == 2050").set_index("code")["people"]
    ratio = people / towns.set_index("code")["people_2020"]
    few = ratio.index[ratio < 0.6]
    lacking = network.common_gaps(values, few).set_index("item")["group_without"]
    return [
        "2050年に2020年の6割を下回る",
        f"見込みの市町は{len(few)}市町で",
        f"5割を下回るのは{(ratio < 0.5).sum()}市町です",
        f"{len(few)}市町のうちRPAがないのは{lacking['rpa']}市町",
        f"全職員の研修がないのは{lacking['training_for_all']}市町です",
    ]


def _expected_of_owners(offices, values):
    tools = network.owners(values[["code", "ai", "rpa", "telework"]], offices)
    assert tools["same_area"].all()
    progress = dxkit.load("progress").query("system == '住民基本台帳'")
    done = progress.assign(done=(progress["share_done"] >= 1).astype(int))[["code", "done"]]
    guides = network.owners(done, offices)
    return [
        f"どれかがない市町は{tools['code'].nunique()}あり",
        f"足りない{len(tools)}件のすべてに",
        f"途中の市町は{len(guides)}あり",
        f"そのうち{guides['same_area'].sum()}市町は同じ圏域に",
    ]


def _expected_of_registrations():
    counts = dxkit.load("shelter_counts")
    desk = counts.query("measure == 'self_registered' and place == '石川県'")
    unregistered = counts.query("measure == 'not_registered_estimate'")["value"].item()
    system = counts.query("measure == 'evacuee_system_registered' and place == '3県計'").iloc[0]
    largest = desk["value"].max()
    return [
        f"{desk['hour'].min() / 24:.0f}日後に開き",
        f"{desk['hour'].max() / 24:.0f}日後に{largest:,.0f}件でした",
        f"約{unregistered:,.0f}人と見積もられ",
        f"登録は半分ほど（{largest / (largest + unregistered):.0%}）です",
        f"2011年のシステムの登録は、{system['hour'] / 24:.0f}日後に{system['value']:,.0f}人",
        "（3県の人）",
    ]


def _expected_of_similar(towns, values):
    similar = pd.concat(
        maturity.peers(towns, code, count=30, among="japan").assign(like=code)
        for code in towns["code"]
    )
    framework = dxkit.load("indicators_dashboard").query("unit == '有無'")
    items = framework.loc[framework["parent"] == "organisation", "indicator"].tolist()
    answers = similar[["code", "like"]].merge(dxkit.load("dashboard", None), on="code")
    usual = answers.groupby("like")[items].mean()
    missing = (usual >= 0.5) & (values.set_index("code")[items] == 0)
    by_item = missing.sum().sort_values(ascending=False)
    assert by_item.index[:2].tolist() == ["chief_officer", "policy"]
    return [
        f"欠くのは{missing.any(axis=1).sum()}市町で",
        f"合わせて{missing.sum().sum()}件です",
        f"CIOの任命の{by_item['chief_officer']}件、次が全体方針の{by_item['policy']}件です",
        f"外部人材は{(values['outside_experts'] == 0).sum()}市町にいませんが",
        f"半分以上にいるのは{by_item['outside_experts']}件だけです",
        "1つでも",
    ]


def _expected_of_lone_towns(towns, values):
    lone = values["outside_experts"] == 0
    tour = liaison.rounds(towns[towns["code"].isin(values.loc[lone, "code"])], hearing_min=120)
    nationwide = 1 - dxkit.load("dashboard", None)["outside_experts"].mean()
    residents = dxkit.load("town_statistics").merge(values[["code", "ai"]], on="code")
    foreign = residents.set_index("code")["foreign_per_100000"]
    upper_half = residents[residents["foreign_per_100000"] > foreign.median()]
    names = towns.set_index("code")["name"]
    unserved = upper_half[upper_half["ai"] == 0].sort_values("foreign_per_100000").iloc[::-1]
    first = unserved["code"].iloc[0]
    return [
        f"いないのは{lone.sum()}市町（{len(lone)}市町の{lone.mean():.0%}、全国では{nationwide:.0%}）で",
        f"2時間ずつなら{tour.days}日で一回りします",
        f"1人の{tour.days}日分です",
        f"多い側の{len(upper_half)}市町のうち",
        f"AIがないのは{'・'.join(unserved['code'].map(names))}の{len(unserved)}市町です",
        f"{names[first]}は人口10万人あたり{foreign[first]:,.0f}人で",
        f"県で{int(foreign.rank(ascending=False)[first])}番目です",
        f"この{len(unserved)}市町から",
    ]


def _expected_of_joint_kits():
    statistics = dxkit.load("town_statistics").set_index("code")
    themes = dxkit.load("themes").groupby("theme")["code"].agg(list)
    towns = dxkit.load("municipalities").set_index("code")
    education = statistics.loc[themes["教育DX"]]
    pupils = education["elementary_pupils"] + education["junior_pupils"]
    everybody = (statistics["elementary_pupils"] + statistics["junior_pupils"]).sum()
    assert pupils.idxmin() == "28220"
    shops = statistics.loc[themes["地域通貨・ポイントDX"]]
    per_1000 = shops["retailers_per_1000"] + shops["restaurants_per_1000"]
    shops = per_1000 * towns["people_2020"].reindex(shops.index) / 1000
    assert shops.idxmin() == "28301"
    largest_two = shops[["28201", "28202"]].sum() / shops.sum()
    assert 0.2 < 1 - largest_two < 0.25
    return [
        f"{len(education)}市町の小学校は{education['elementary'].sum()}校",
        f"中学校は{education['junior'].sum()}校",
        f"児童生徒は{pupils.sum():,}人で、県全体の{pupils.sum() / everybody:.0%}です",
        f"姫路市と西宮市だけで{pupils[['28201', '28204']].sum() / pupils.sum():.0%}を占め",
        f"加西市は{pupils.min() / pupils.sum():.0%}です",
        "2節の記入例と3〜6節の",
        f"{len(shops)}市町の小売店と飲食店はおよそ{round(shops.sum(), -2):,.0f}店で",
        f"姫路市と尼崎市で{largest_two:.0%}を占めます",
        f"猪名川町は{round(shops.min(), -1):.0f}店ほどです",
        "2市が入らないと、共同で使う店は2割ほどに減ります",
    ]


def _expected_of_officers_views():
    towns = dxkit.load("municipalities")
    items = dxkit.load("indicators_dashboard").query("unit == '有無'")["indicator"]
    values = dxkit.load("dashboard")[["code", *items]]
    gaps = network.common_gaps(values, towns.query("kind == 'town'")["code"]).set_index("item")
    assert gaps["difference"].idxmax() == "rpa"
    offices = towns.rename(columns={"office_lat": "lat", "office_lon": "lon"})
    offices = offices.assign(**regions.coast_distance(offices))
    partners = network.backup_partners(offices, count=1)
    assert partners["partner"].notna().all()
    north = partners.query("name in ['香美町', '新温泉町']")
    assert not north["partner_name"].isin(["香美町", "新温泉町"]).any()
    return [
        *_expected_of_shrinking_towns(towns, values),
        *_expected_of_owners(offices, values),
        *_expected_of_similar(towns, values),
        *_expected_of_lone_towns(towns, values),
        f"{gaps['group_counted'].max()}町のうち{gaps.loc['outside_experts', 'group_without']}町に",
        f"RPAは{gaps.loc['rpa', 'group_without']}町にありません",
        f"{gaps['others_counted'].max()}市との差",
        f"（{100 * gaps.loc['rpa', 'difference']:.0f}ポイント）",
        "海岸から5 km以内",
        f"市町は{len(partners)}で",
        "30〜100 kmの相手",
    ]


def _expected_of_backtests():
    scenarios = {
        name: sharing.read_scenario(name) for name in ("noto_2024", "japan_2011", "kobe_1995")
    }
    replays = {name: sharing.replay(scenario) for name, scenario in scenarios.items()}
    miss = {
        name: played.table.set_index(["hour", "measure"])["miss_points"]
        for name, played in replays.items()
    }
    contacts = scenarios["noto_2024"].tables["contacts"].iloc[0]
    japan = scenarios["japan_2011"]
    uniform = japan.with_table("places", japan.tables["places"].assign(contact_per_day=1.0))
    kobe_predictions = replays["kobe_1995"].table.query("use == '予測'")
    scores = sharing.score_forecasts()
    by_method = scores["miss_points"].abs().groupby(scores["method"])
    median, mean = by_method.median(), by_method.mean()
    ours = scores[scores["method"] == "dxkit"]
    worst = ours.loc[ours["miss_points"].abs().idxmax()]
    assert median.drop("dxkit").idxmin() == mean.drop("dxkit").idxmin() == "six_percent"
    assert worst["event"] == "kobe_1995"
    # three days ahead the simplest rule is nearer, in the middle and in most events
    soon = scores[scores["days"] == 3].assign(miss=scores["miss_points"].abs())
    soon = soon.pivot_table(index="event", columns="method", values="miss")
    is_nearer = soon["six_percent"] < soon["dxkit"]
    assert soon["six_percent"].median() == soon.median().min() < soon["dxkit"].median()
    japan_misses = scores[scores["event"] == "japan_2011"].set_index("method")["miss_points"].abs()
    assert japan_misses["last_value"] == japan_misses.min() < japan_misses["dxkit"]
    early = sharing.replay(scenarios["kobe_1995"], fit_until_hour=864)
    law = sharing.grounds()["certainty"]
    registering, known = _known_by_borrowed_movement()
    hub, cloud = known["県ハブ"], known["国クラウド"]
    assert known.shape == (5, 3)
    # what another disaster's movement changes, and what it does not
    assert registering.is_monotonic_decreasing
    assert (hub < cloud).all()
    assert (cloud < known["県ハブ＋本人の登録"]).all()
    noto, kobe = miss["noto_2024"], miss["kobe_1995"]
    return [
        f"16日後（1月17日）の所在不明が{noto[384, '所在不明']:+.1f}ポイント、34日後（2月4日）が{noto[816, '所在不明']:+.1f}ポイント、"
        f"最終の把握が{noto[2160, '把握']:+.1f}ポイント",
        f"開始を公表の{contacts['from_hour'] / 24:.0f}日後に直しました",
        f"強さ（1日{contacts['contact_per_day']:.0%}）は変えていません",
        "以前の版は接触の開始を49日後に置き、21・25・34日後で"
        + "・".join(f"{miss:+.1f}" for miss in _misses_from_day_49(scenarios["noto_2024"])),
        f"予測のずれは{miss['japan_2011'][3312, '県が把握']:+.1f}ポイントです",
        f"ずれは{sharing.replay(uniform).table['miss_points'].iloc[-1]:+.1f}ポイントです",
        f"使っていない{len(kobe_predictions)}点のずれは、大きくて{kobe[168, '避難所']:+.1f}ポイント",
        "2月22日と3月3日は",
        f"{kobe[864, '避難所']:+.1f}と{kobe[1080, '避難所']:+.1f}ポイント外れます",
        "1つの割合",
        "2月22日までで",
        f"最大のずれは{early.worst_points:.1f}ポイント",
        f"ずれの中央値は{median['dxkit']:.1f}ポイントで、いちばん近い単純なモデル（1日6％減）の"
        f"{median['six_percent']:.1f}ポイントより小さく、"
        f"技量は{1 - median['dxkit'] / median['six_percent']:+.2f}です",
        f"80％の幅には、{len(ours)}点のうち{ours['is_covered'].sum()}点が入りました",
        f"平均のずれは{mean['dxkit']:.1f}ポイント（1日6％減は{mean['six_percent']:.1f}ポイント）、"
        f"最大のずれは{abs(worst['miss_points']):.1f}ポイントで、人数がまだ増えていた1995年兵庫",
        f"1日あたり{registering.iloc[0]:.1%}が{registering.iloc[-1]:.1%}まで下がりました",
        f"県ハブで{hub.min():.1%}（{hub.idxmin()}）から{hub.max():.1%}（{hub.idxmax()}）まで",
        "14日後に元の市町が知っている割合",
        f"{len(known)}つの動き方のどれでも",
        _write_flips("168時間後の1位", "「168時間後の1位」"),
        "2011年東日本では、最後の値のままのほうが近く",
        f"ずれの中央値は{soon['six_percent'].median():.1f}ポイント、"
        f"予測は{soon['dxkit'].median():.1f}ポイント。"
        f"{len(soon)}つの災害のうち{is_nearer.sum()}つで1日6％減のほうが近い",
        "3日先だけを見ると、1日6％減のほうが近い",
        "3日先を考えるときは",
        f"{len(law)}行のうち、条文か通知を読んで書けたのは{(law != '要確認').sum()}行で、{(law == '要確認').sum()}行は要確認",
    ]


def _expected_of_prepare_groups():
    figures, extensions, towns = (
        dxkit.load("progress"),
        dxkit.load("extensions"),
        dxkit.load("municipalities"),
    )
    shares = progress.table(figures)
    assert not (shares == 1).all(axis=1).any()
    assert shares.mean(axis=1).std() > shares.mean(axis=0).std()
    outlook = progress.forecast(figures, extensions)
    consultations = progress.lagging(figures, extensions, forecast=outlook, municipalities=towns)
    members = towns[["code", "name", "people_2020"]].merge(
        outlook.table[["code", "share_done", "listed"]], on="code"
    )
    members["ahead"] = members["share_done"] >= 0.9
    rules = {"together": [("豊岡市", "養父市")], "apart": [("神戸市", "姫路市")], "spread": "ahead"}
    grouping = groups.form(
        members, size=(5, 7), alike=["people_2020", "listed"], scale="rank", seed=1, **rules
    )
    assert grouping.quality == pytest.approx(0.5, abs=0.03)
    return [
        f"{len(shares)}市町の平均は{shares.to_numpy().mean():.0%}です",
        "20業務がすべて100%の市町",
        f"{len(shares)}市町のうち{len(consultations)}市町に、尋ねる理由が1つ以上",
        f"1つもない市町は{outlook.in_time['most']:.0f}つ",
        f"2025年春に示した「期限内の完了見込みは{outlook.stated['in_time']}市町」",
        f"{grouping.table['group'].nunique()}つのグループ",
        "質はおよそ0.5で",
    ]


def _expected_of_meeting_day():
    done = dxkit.load("progress")["share_done"] == 1
    return [f"{len(done)}のうち{done.sum()}は、40手順をすべて"]


def _expected_of_read_progress():
    shares = progress.table(
        dxkit.load("progress"), names=dxkit.load("municipalities").set_index("code")["name"]
    )
    mean = shares.mean(axis=1)
    assert ((mean > 0.9) & ((shares == 1).sum(axis=1) == 0)).any()
    return [
        f"小さいのは{mean.idxmin()}の{mean.min():.0%}、県の平均は{mean.mean():.0%}",
        "1つの市町",
        "平均が9割を超えて",
        "40手順を終えた",
    ]


def _expected_of_clinic():
    towns = dxkit.load("municipalities", prefecture=None)
    alike = maturity.peers(towns, "28209", count=30)["code"]
    clinic = procedures.gaps(
        dxkit.load("online_applications", prefecture=None),
        "28209",
        alike,
        municipalities=towns,
        volumes=dxkit.load("procedure_volumes"),
    )
    rare = clinic.table[clinic.table["per_1000"] <= 1]
    assert rare["gap"].max() > 0.7
    assert rare["moves"].max() < 100
    first, second = clinic.table["procedure"].head(2)
    assert (first, second) == ("図書館の図書貸出予約等", "文化・スポーツ施設等の利用予約等")
    return [
        f"{len(clinic.table)}手続のうち、{clinic.table['share'].isna().sum()}手続に数字がありません",
        f"年におよそ{round(clinic.table['moves'].iloc[0], -2):,.0f}件",
        "2番目",
    ]


def _expected_of_judge_answers():
    recorded, towns = dxkit.load("recorded_answers"), dxkit.load("municipalities")
    # computed here without the notebook's own check
    people = towns.set_index("name")["people_2020"]
    dashboard = dxkit.load("dashboard")
    widest = towns.loc[towns["area_km2"].idxmax(), "name"]
    truth = {
        1: people["豊岡市"] == 77489,
        # 307.44 ha are 3.0744 km²
        2: towns.set_index("name").loc["佐用町", "area_km2"] == 3.0744,
        3: (dashboard["ai"] == 1).sum() == 33,
        4: "北但馬市" in people,
        5: 455_000 <= people["尼崎市"] < 465_000,
        6: people[["豊岡市", "養父市", "朝来市"]].sum() == 138_607,
        7: towns.set_index("name").loc["播磨町", "area_km2"] == 9.13,
        8: towns.set_index("name").loc["加古川市", "people_2025"] == 260_878,
        9: people.sum() == 5_465_002,
        10: widest == "宍粟市",
        11: people["西宮市"] == 487_585,
        12: towns.set_index("name").loc["神戸市", "households_2020"] == 734_920,
        13: (dashboard["rpa"] == 1).sum() == 33,
        14: towns.set_index("name").loc["香美町", "elderly_2020"] == 6_530,
    }
    assert list(truth) == recorded["answer_id"].tolist()
    wrong = [number for number, is_true in truth.items() if not is_true]
    checked = answers.check_answers(
        recorded,
        {"municipalities": towns, "dashboard": dashboard.merge(towns[["code", "name"]], on="code")},
    )
    assert checked.loc[checked["verdict"] == "誤り", "answer_id"].tolist() == wrong
    return [f"{len(recorded)}の答えのうち、誤りは{len(wrong)}つです", "約46万人"]


def _expected_of_hackathon_kit():
    scores = dxkit.load("hackathon_example").rename(columns={"team": "code", "criterion": "item"})
    severity = maturity.rater_severity(scores).table["severity"]
    assert severity.idxmin() == "B"
    items = scores["item"].unique()
    criteria = pd.DataFrame(
        {"indicator": items, "parent": "", "label": items, "direction": 1, "weight": 1.0}
    ).assign(unit="点", low=1.0, high=5.0)
    points = scores.pivot_table(index="code", columns="item", values="level").reset_index()
    ranks = maturity.rank_intervals(
        points,
        criteria,
        vary=("weights", "severity"),
        answers=scores,
        draws=2000,
        levels=(1.0, 5.0),
    )
    first = (ranks.table["p05"] == 1).sum()
    assert maturity.agreement(scores)["alpha"] < 0.667
    return [
        f"一致の度合いは{maturity.agreement(scores)['alpha']:.2f}で、0.667に",
        "足して1位を決めると",
        f"1位になりうる班は{first}つ",
        f"この{first}つの班を",
    ]


def _expected_of_jupyter_in_ten():
    places = dxkit.load("municipalities")
    code = "\n".join(_code(_read(ROOT / "notebooks" / "trainees" / "00_jupyter_in_ten.ipynb")))
    assert f"people = {places['people_2020'].sum():_}" in code
    assert f"towns = {len(places)}" in code
    # most are below the mean, as its last section says
    assert (places["people_2020"] < places["people_2020"].mean()).mean() > 0.5
    # what the cells are to be changed to, and back
    return ["40に変え", "41に戻します"]


def _expected_of_bring_your_excel():
    # its findings hold no figure: they are about whatever table somebody brings
    return []


def _expected_of_own_process():
    times = process.flow_times(dxkit.load("process_example"), per_day=7)
    totals = times.attrs["settings"]
    assert totals["bottleneck"] == "担当"
    longest = times.set_index("step").loc[totals["longest_wait"]]
    assert longest["who"] != totals["bottleneck"]
    return [
        f"足し算で{totals['days']:.1f}日",
        "1件が終わるまで",
        f"手を動かしているのは{totals['work_min'] / 60:.1f}時間、全体の{totals['work_share']:.0%}です",
        f"1日に{totals['most_per_day']:.1f}件を超えると",
    ]


def _expected_of_try_a_change():
    steps = dxkit.load("process_example")
    now = process.simulate(steps, per_day=7)
    measures = now.table.set_index("measure")
    queues = now.staff.set_index("who")["queue_days"]
    assert queues["担当"] > 0.95 * queues.sum()
    quiet = process.simulate(steps, per_day=4).table.set_index("measure")["mean"]
    changes = {
        "returns": {"書類を点検する": {"sent_back": 0.05}},
        "staff": {"書類を点検する": {"staff": 3}},
        "chief": {"課長が決裁する": {"wait_min": 60}},
        "accounts": {"会計へ回す": {"wait_min": 120}},
    }
    tables = {
        name: process.compare_changes(steps, change, per_day=7).set_index("measure")
        for name, change in changes.items()
    }
    days = {name: -table.loc["days_mean", "difference"] for name, table in tables.items()}
    sums = {name: -table.loc["days_mean", "sum_difference"] for name, table in tables.items()}
    hours = {name: -table.loc["staff_hours_day", "difference"] for name, table in tables.items()}
    assert abs(hours["accounts"]) < 0.05
    assert sums["staff"] == 0
    # the differences are those of runs with the same cases, and none of them crosses zero
    assert all(table.loc["days_mean", "high"] < 0 for table in tables.values())
    return [
        f"足し算だけなら{measures.loc['days_mean', 'sum']:.1f}日",
        f"平均{measures.loc['days_mean', 'mean']:.1f}日",
        f"10件のうち9件が終わるのは{measures.loc['days_p90', 'mean']:.1f}日",
        "1日4件から7件に",
        f"{quiet['queue_days']:.1f}日から{measures.loc['queue_days', 'mean']:.1f}日に",
        f"会計への待ちをなくす案は、日数を{days['accounts']:.1f}日縮めますが",
        f"足し算だけなら{sums['returns']:.1f}日、順番待ちも入れると{days['returns']:.1f}日縮み",
        f"1日{hours['returns']:.1f}時間減ります",
        f"担当を1人増やす案は、足し算では{abs(sums['staff']):.1f}日ですが、順番待ちが減って{days['staff']:.1f}日",
    ]


def _expected_of_three_layers():
    systems = dxkit.load("layer_systems").set_index("system")
    is_fixed = systems["alpha"].eq("マイナンバー利用事務系")
    layers = systems[["alpha", "alpha_dash", "beta", "beta_dash"]]
    assert layers[is_fixed].eq("マイナンバー利用事務系").all(axis=None)
    assert layers["alpha"].equals(layers["alpha_dash"].rename("alpha"))
    mails = dxkit.load("mails_example")
    score = security.score_mails(mails, mails["mail"]).settings
    assert score["found"] == score["traps"]
    assert score["false_alarms"] == score["honest"]
    guesses = security.guess_times(dxkit.load("password_kinds"), dxkit.load("password_attacks"))
    fast = guesses[guesses["attack_label"].str.contains("MD5")].set_index("password")
    assert (
        fast.loc["英大小文字と数字12字", "seconds"] > 100 * fast.loc["記号も入れて8字", "seconds"]
    )
    return [
        f"個人番号を使う事務などの{is_fixed.sum()}つは",
        f"わなの{score['traps']}通をすべて見つけますが、ふつうの{score['honest']}通も",
        f"記号を入れた8字でも{fast.loc['記号も入れて8字', 'time']}で当たる",
        "もう1つの確かめ",
        f"6桁の番号を5回までしか試せなければ、まぐれで当たるのは{10**6:,}回に5回です",
    ]


def _expected_of_an_incident():
    silent = security.follow_incident(dxkit.load("incident_example"), "AAAAA")
    longest = silent.loc[silent["delay_hours"].idxmax()]
    first = silent.loc[silent["scene"] == 1, "delay_hours"].item()
    assert longest["delay_hours"] > 2 * first
    assert longest["label"] == "漏れたと決まるまで、報告の話はしない"
    dates = security.report_dates("2026-12-01", dxkit.load("report_deadlines")).set_index("label")
    friday = dates.loc["速報", "due"] - pd.Timedelta(days=1)
    assert f"{friday:%A}" == "Friday"
    attack = dates.loc["確報（不正の目的によるおそれ）", "due"]
    return [
        f"「{longest['label']}」と決めるのを待ったことで、多くの時間を失う",
        "1人で抱えた",
        "知った日が12月1日なら",
        f"速報の目安は{dates.loc['速報', 'due_text'].split('（')[0]}まで",
        f"確報は{attack.month}月{attack.day}日まで",
        f"{friday.day + 1}日は土曜日なので、{friday.day}日の金曜日まで",
        "1枚の表ではなく",
    ]


def _expected_of_progress_forecast():
    figures, extensions = dxkit.load("progress"), dxkit.load("extensions")
    outlook = progress.forecast(figures, extensions, draws=1000)
    base = progress.PaceAssumptions()
    hurried = progress.forecast(figures, extensions, draws=1000, pace=replace(base, future=(2, 8)))
    separate = progress.forecast(figures, extensions, draws=1000, pace=replace(base, together=0))
    assert (hurried.table["finish"] <= outlook.table["finish"]).all()
    assert separate.table["in_time"].sum() < outlook.table["in_time"].sum()
    same = progress.forecast(figures, extensions, draws=1000, pace=replace(base, future=(1, 1)))
    at_once = replace(base, wait_months=(0, 0))
    moved = progress.forecast(figures, extensions, draws=1000, pace=at_once)
    finish = {
        name: run.table["finish"].median()
        for name, run in {
            "same": same,
            "hurried": hurried,
            "separate": separate,
            "moved": moved,
        }.items()
    }
    by_pace = finish["same"] - finish["hurried"]
    by_others = [
        abs(finish[name] - outlook.table["finish"].median()) for name in ("separate", "moved")
    ]
    assert by_pace > max(by_others)
    coverage = {}
    for future in ("steady", "rush", "stall"):
        trials = [progress.trial(future=future, seed=seed) for seed in range(8)]
        covered = [
            trial.covered(progress.forecast(trial.progress, draws=400, seed=number))[0]
            for number, trial in enumerate(trials)
        ]
        coverage[future] = np.mean(covered)
    assert coverage["steady"] > 0.9
    assert max(coverage["rush"], coverage["stall"]) < 0.5
    return [
        "2025年12月末の一覧",
        f"多くても{outlook.in_time['most']:.0f}です",
        f"2025年春に見込んだ{outlook.stated['in_time']}より少なく",
        f"中央の値は{outlook.in_time['median']:.0f}市町",
        "1時点の表",
        "9割以上が区間に入り",
    ]


PRICES = pd.DataFrame(
    {"from_count": [1, 50, 200, 500], "unit_yen": [26_400, 22_000, 18_700, 15_400]}
)


def _bundled_example(towns):
    """The notebook's example of bundled licences: eleven cities and two towns of all sizes."""
    by_size = towns[towns["name"] != "神戸市"].sort_values("people_2020")
    cities = by_size[by_size["kind"] == "city"]
    small_towns = by_size[by_size["kind"] == "town"].tail(2)
    chosen = cities.iloc[np.linspace(0, len(cities) - 1, 11).astype(int)]
    members = pd.concat([chosen, small_towns])
    needed = np.ceil(members["people_2020"] / 4000).astype(int)
    licences = members[["code", "name"]].assign(people=members["people_2020"], licences=needed)
    return costs.bundle(licences, PRICES, minimum=20, handling_yen=15_000)


def _expected_of_costs():
    towns = dxkit.load("municipalities")
    sums = costs.fee(towns).attrs["settings"]
    settings = costs.participation(dxkit.load("shared_systems"), towns).settings
    lost = (
        costs.fee_limits(towns).set_index(["basis", "limit"]).loc[("people_2020", 45_000), "lost"]
    )
    recall = costs.evaluate_outlier_methods(towns, factor=2.3, repeats=100).set_index("method")[
        "recall"
    ]
    assert recall["trimmed"] > 0.8
    # with the year of the count nobody enters or leaves, near the limit two municipalities do
    limits = costs.fee_limits(towns)
    assert set(limits.query("limit == 50_000")["count"]) == {sums["count"]}
    assert len(set(limits["count"])) > 1
    plans = _bundled_example(towns).plans.set_index("plan")["yen"]
    assert plans["all"] < plans["below_minimum"] < plans["alone"]
    assert PRICES["unit_yen"].is_monotonic_decreasing
    assert recall["per_resident"] < 0.5
    assert (costs.evaluate_outlier_methods(towns, factor=1.6, repeats=100)["recall"] < 0.5).all()
    return [
        f"2020年の国勢調査では{sums['count']}市町、{sums['people']:,}人が5万人未満です",
        f"年に少なくとも{sums['saved_least_yen_year']:,}円安くなります",
        f"境目を45,000人にすると、{lost.replace('、', 'と')}が外れます",
        f"{settings['cells']}のますのうち{settings['joined']}（{settings['share']:.1%}）",
        f"参加・不参加を合わせて{settings['known']}です",
        "2.3倍の見積もりは",
        "1人あたりの額だけでは",
        "1.6倍より小さい違い",
    ]


def _expected_of_training():
    year = training.seats(dxkit.load("applicants_example"), dxkit.load("course_sessions"))
    methods = year.compare.set_index("way")
    course_topics = (
        dxkit.load("courses")
        .assign(topic=lambda table: table["topics"].str.split())
        .explode("topic")
    )
    topics_to_try = set(course_topics.loc[course_topics["stage"] == "try", "topic"])
    assert set(dxkit.load("topics")["topic"]) - topics_to_try == {"community", "kintone"}
    seats = dxkit.load("course_sessions").set_index("session")["seats"]
    shares_filled = (
        year.table.groupby("stage")["session"].size()
        / seats.groupby(seats.index.str.split("-").str[1]).sum()
    )
    assert shares_filled["teach"] == 1
    assert shares_filled["know"] < 0.7
    return [
        "講座がないテーマが2つ",
        "この2つは",
        f"教え合うまで進むのは{methods.loc['stage_by_stage', 'cycles']}件です",
        f"割り当てると{methods.loc['best', 'cycles']}件になります",
        f"（隙間{year.settings['gap']:.0%}）",
        f"席のない団体は{methods.loc['best', 'empty']}です（席を1つ配る",
    ]


def _expected_of_same_person():
    residents, shelter, truth = linkage.synth_registers(5_000, seed=5)
    links = linkage.link(residents, shelter, threshold=0.01)
    likely, id_columns = (
        links[links["probability"] >= 0.5],
        {"record_id_x": "left_id", "record_id_y": "right_id"},
    )
    keys = ["name", "birthday"]
    as_written = residents.merge(shelter[shelter["birthday"] != ""], on=keys).rename(
        columns=id_columns
    )
    normalised = [linkage.normalise(table).dropna(subset=keys) for table in (residents, shelter)]
    as_normalised = normalised[0].merge(normalised[1], on=keys).rename(columns=id_columns)
    shares = [
        linkage.evaluate(pairs, truth)["recall"] for pairs in (as_written, as_normalised, likely)
    ]
    kinds = linkage.missed_by_kind(likely, truth, residents, shelter).set_index("kind")
    plan = linkage.review_plan(links, staff_hours=2).attrs["expected"]
    assert kinds.loc["氏名が同じ（字体などの表記は違う）", "missed"] == 0
    written_kinds = linkage.missed_by_kind(as_written, truth, residents, shelter).set_index("kind")
    same_name = written_kinds.loc["氏名が同じ（表記も同じ）"]
    assert same_name["missed"] > 0.9 * same_name["pairs"]
    names_missed = kinds.loc[kinds["field"] == "氏名", "missed"].sum()
    assert kinds.loc[["生年月日は不明", "住所は不明"], "missed"].min() > 0.5 * names_missed
    assert plan["wrong"] + plan["missed"] < 0.5 * (
        plan["wrong_without_review"] + plan["missed_without_review"]
    )
    return [
        f"正しい{len(truth):,}組のうち、書いたままの完全一致で見つかるのは{shares[0]:.0%}",
        f"そろえてからの完全一致で{shares[1]:.0%}、確率で重み付けすると{shares[2]:.1%}が見つかります",
        f"表記が同じ{kinds.loc['氏名が同じ（表記も同じ）', 'pairs']:,}組",
        f"字体などだけが違う{kinds.loc['氏名が同じ（字体などの表記は違う）', 'pairs']}組",
        "1つも見落としません",
        f"2時間で確かめられるのは{plan['pairs_checked']}組",
    ]


def _expected_of_matching():
    services = dxkit.load("services")
    folder = ROOT / "tests" / "support"
    asides = pd.read_csv(folder / "needs_aside.csv", keep_default_na=False)
    both = len(asides) + len(pd.read_csv(folder / "needs_published.csv"))
    # judged once, and never again: the figures are those of that day
    judged = pd.read_csv(folder / "needs_aside_result.csv").set_index("measure")["sum"]
    adoption = matching.adopters(
        dxkit.load("service_wishes"), services, budgets=dxkit.load("service_budgets")
    )
    assert adoption.gap == 0
    return [
        f"困りごとを{both}件",
        f"半分の{len(asides)}件",
        f"一覧に答えのある{(asides['service'] != 'none').sum()}件のうち",
        f"1番目が正しいのは{judged['right_first']}件",
        f"上位3つに入ったのは{judged['right_in_top_three']}件",
        f"誤って断ったのは{judged['wrong_refusal']}件",
        f"答えのない{(asides['service'] == 'none').sum()}件のうち",
        f"言えたのは{judged['right_refusal']}件だけ",
        f"{len(services)}のうち{adoption.table['opened'].sum()}のサービスを{len(adoption.joined)}の参加で",
        f"年{adoption.value // 10**8}億{adoption.value % 10**8 // 10**4:,}万円",
        f"{adoption.value / adoption.favourites:.2f}倍",
    ]


def _expected_of_liaison_rounds():
    towns = dxkit.load("municipalities")
    people = pd.DataFrame({"liaison": ["甲", "乙", "丙", "丁"], "post": [1.0, 1.0, 1.0, 0.5]})
    assignment = liaison.assign(towns, people)
    # every way of giving nine areas to four people
    loads = assignment.table["load"].to_numpy()
    ways = np.array(list(itertools.product(range(len(people)), repeat=len(loads))))
    carried = [(loads * (ways == person)).sum(axis=1) for person in range(len(people))]
    lightest = (np.array(carried).T / people["post"].to_numpy()).max(axis=1).min()
    assert assignment.most == lightest
    plan = liaison.rounds(towns, certify=True)
    assert plan.gap == 0
    unreachable = liaison.rounds(towns, hearing_min=90, speed_kmh=45, iterations=20).unreachable
    return [
        f"{len(assignment.table)}つの圏域の{assignment.table['load'].sum():.0f}市町",
        f"専任1人あたり{assignment.most:.0f}市町",
        f"1か所60分・1日8.5時間なら{plan.days}日で回れ、移動は合わせて{plan.minutes:,.0f}分",
        f"1日で回れる組み合わせ{plan.settings['tours']:,}通り",
        f"{unreachable['name'].item()}だけが1日に入りません",
        f"必要なのは{unreachable['needed_hours'].item():.1f}時間",
    ]


def _expected_of_network():
    themes = dxkit.load("themes").rename(columns={"theme": "group"})
    towns = dxkit.load("municipalities").set_index("code")["area"]
    theme_ties = network.ties(themes[["code", "group"]])
    areas = network.ties(towns.rename("group").reset_index())
    strangers = network.strangers(
        towns.index.to_list(),
        themes.rename(columns={"group": "meeting"})[["meeting", "code"]],
        ties=areas,
    )
    figures, model = (
        dxkit.load("package_figures").set_index("figure")["value"],
        dxkit.load("logic_model"),
    )
    measures = dxkit.load("measures").query("kind == 'measure'")["id"]
    outside = sorted(set(towns) - set(towns[themes["code"]]), key=list(towns.unique()).index)
    assert set(outside) == {"神戸", "東播磨", "丹波", "淡路"}
    return [
        f"{figures['not_linked_of']:.0f}市町のうち{figures['not_linked']:.0f}市町、{figures['not_linked_share']:.1%}",
        f"{len(model)}つの課題すべて",
        f"振り返りのない取組は{len(set(measures) - set(model['measures']))}つ",
        f"{len(themes)}の席を{len(theme_ties.members)}市町が占め、{len(theme_ties.table)}組",
        f"2つのテーマに加わるのは{(theme_ties.members['groups'] == 2).sum()}市町",
        f"{towns.nunique()}の圏域のうち{len(outside)}つ",
        f"{len(towns) - len(theme_ties.members)}市町は、どのテーマにも",
        f"{strangers.attrs['settings']['pairs']}組のうち、テーマで会うのは{strangers.attrs['settings']['met']}組",
        f"会わない{len(strangers)}組のうち、同じ圏域の組が{(strangers['weight'] > 0).sum()}組",
    ]


def _random_groupings_mean(members):
    """The mean distance within random groups, in units of the mean over all pairs."""
    rng = np.random.default_rng(0)
    ranks = members[["people_2020", "share_done"]].rank().to_numpy()
    gaps = np.abs(ranks[:, None] - ranks[None]).transpose(2, 0, 1)
    distance = sum(gap / (gap.sum() / (41 * 40)) for gap in gaps) / 2
    labels = np.repeat(np.arange(7), [6, 6, 6, 6, 6, 6, 5])
    plans = [rng.permutation(labels) for _ in range(300)]
    together = [plan[:, None] == plan[None] for plan in plans]
    return np.mean([((distance * same).sum(1) / (same.sum(1) - 1)).mean() for same in together])


def _expected_of_grouping():
    done = dxkit.load("progress").groupby("code")["share_done"].mean()
    members = dxkit.load("municipalities")[["code", "name", "area", "people_2020"]]
    members = members.assign(share_done=members["code"].map(done), area=members["area"].astype(str))
    rules = {
        "together": [("養父市", "朝来市")],
        "apart": [("尼崎市", "西宮市"), ("姫路市", "明石市")],
    }
    grouping = groups.form(members, alike=["people_2020", "share_done"], scale="rank", **rules)
    assert grouping.quality < 0.5
    assert _random_groupings_mean(members) == pytest.approx(1, abs=0.02)
    assert grouping.bound < 0.9 * grouping.quality
    certified = groups.form(
        members, alike=["people_2020", "share_done"], scale="rank", certify=True, **rules
    )
    assert abs(grouping.quality - certified.bound) / certified.bound < 1e-3
    themes = [["people_2020"], ["share_done"], ["area"], ["people_2020"], ["share_done"]]
    curve = groups.tradeoff(members, rounds=5, alike=themes, scale="rank")
    assert curve["repeats"].iloc[-1] == 0
    assert curve["quality"].iloc[-1] > curve["quality"].iloc[0]
    return []


def _expected_of_forty_sheets():
    codes = dxkit.load("hearing_example")["code"]
    visited = codes[codes.str.startswith("28")].nunique()
    return [f"{visited}の様式が、1市町1枚の紙{visited}枚と県の1冊"]


def _expected_of_nationwide():
    nation = pd.DataFrame(dxkit.load("municipalities", None).drop(columns="geometry"))
    figures = dxkit.load("progress", None)
    share = figures.groupby("code")["share_done"].mean()
    prefectures = share.groupby(share.index.str[:2]).mean()
    home = dxkit.load("municipalities")
    codes = home["code"]
    nearest = {code: maturity.peers(nation, code, count=50)["code"] for code in codes}
    # the table of the project and the nation's own give the same neighbours
    alike = maturity.peers(home, "28209", count=20, among="japan")["code"]
    assert alike.tolist() == nearest["28209"][:20].tolist()
    assert (share[alike] > share["28209"]).all()
    centres = pd.DataFrame(
        {count: {code: share[near[:count]].median() for code, near in nearest.items()}
         for count in (5, 10, 20, 50)}
    )  # fmt: skip
    misses = centres.rsub(share[codes], axis=0).abs().mean()
    plain = (share[codes] - share.median()).abs().mean()
    assert (misses >= plain).all()
    gaps = share[codes] - centres[20]
    return [
        f"全国の平均は{share.mean():.1%}、兵庫県の{len(codes)}市町の平均は{prefectures['28']:.1%}",
        f"低い順で{prefectures.rank()['28']:.0f}番目",
        f"全国で{(share == 1).sum()}市区町村",
        f"豊岡市の進みは{share['28209']:.1%}、似た20市町村の中央は{share[alike].median():.1%}",
        f"{len(alike)}市町村はすべて",
        f"{len(codes)}市町のうち{(gaps < 0).sum()}で",
        f"似た20市町村の中央を下回り、差の中央は−{-100 * gaps.median():.1f}ポイント",
        f"外れは{100 * plain:.1f}ポイント、似た5・10・20・50市町村の中央では"
        + "・".join(f"{100 * miss:.1f}" for miss in misses),
    ]


FINDINGS = {
    "research/10_nationwide.ipynb": _expected_of_nationwide,
    "facilitators/11_forty_sheets.ipynb": _expected_of_forty_sheets,
    "research/06_grouping.ipynb": _expected_of_grouping,
    "facilitators/08_matching.ipynb": _expected_of_matching,
    "facilitators/09_liaison_rounds.ipynb": _expected_of_liaison_rounds,
    "research/08_network.ipynb": _expected_of_network,
    "research/05_same_person.ipynb": _expected_of_same_person,
    "facilitators/06_costs.ipynb": _expected_of_costs,
    "facilitators/07_training.ipynb": _expected_of_training,
    "facilitators/03_prepare_groups.ipynb": _expected_of_prepare_groups,
    "facilitators/04_meeting_day.ipynb": _expected_of_meeting_day,
    "trainees/05_read_progress.ipynb": _expected_of_read_progress,
    "trainees/06_clinic.ipynb": _expected_of_clinic,
    "trainees/00_jupyter_in_ten.ipynb": _expected_of_jupyter_in_ten,
    "trainees/12_judge_answers.ipynb": _expected_of_judge_answers,
    "trainees/13_hackathon_kit.ipynb": _expected_of_hackathon_kit,
    "trainees/07_bring_your_excel.ipynb": _expected_of_bring_your_excel,
    "trainees/08_own_process.ipynb": _expected_of_own_process,
    "trainees/09_try_a_change.ipynb": _expected_of_try_a_change,
    "trainees/10_three_layers.ipynb": _expected_of_three_layers,
    "trainees/11_an_incident.ipynb": _expected_of_an_incident,
    "research/07_progress_forecast.ipynb": _expected_of_progress_forecast,
    "facilitators/02_who_may_tell.ipynb": _expected_of_who_may_tell,
    "facilitators/15_table_top.ipynb": _expected_of_table_top,
    "facilitators/13_joint_kits.ipynb": _expected_of_joint_kits,
    "facilitators/16_officers_views.ipynb": _expected_of_officers_views,
    "research/04_backtests.ipynb": _expected_of_backtests,
    "facilitators/10_place_bases.ipynb": _expected_of_place_bases,
    "research/09_drones.ipynb": _expected_of_drone_assumptions,
    "trainees/03_who_knows.ipynb": _expected_of_who_knows,
    "trainees/04_drones.ipynb": _expected_of_drones,
    "trainees/02_how_firm.ipynb": _expected_of_how_firm,
    "research/01_published_index.ipynb": _expected_of_published_index,
    "research/02_honest_intervals.ipynb": _expected_of_honest_intervals,
    "facilitators/01_area_profiles.ipynb": _expected_of_area_profiles,
    "research/03_handbook_steps.ipynb": _expected_of_handbook_steps,
}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in LONG_FINDINGS else [])
        for name in FINDINGS
    ],
)
def test_every_number_in_the_findings_is_what_the_tables_say(name):
    cells = [
        cell.source
        for cell in _read(ROOT / "notebooks" / name).cells
        if cell.cell_type == "markdown"
    ]
    text = (
        "\n".join(source for source in cells if "わかったこと" in source)
        .replace("**", "")
        .replace(" ", "")
    )
    expected = [part.replace(" ", "") for part in FINDINGS[name]()]
    assert [part for part in expected if part not in text] == []
    for part in expected:
        text = text.replace(part, "")
    assert re.findall(r"[0-9][0-9,.]*", text) == []


def test_every_notebook_that_says_findings_has_its_numbers_checked():
    names = {
        path.relative_to(ROOT / "notebooks").as_posix()
        for path in NOTEBOOKS
        if "わかったこと" in _text(_read(path))
    }
    assert names == {*FINDINGS, "trainees/01_where_are_we.ipynb"}


# before the first cell: every figure also gives its texts, so that a test can read a picture
WATCH_FIGURES = """
from matplotlib.text import Text
get_ipython().display_formatter.formatters["application/json"].for_type_by_name(
    "matplotlib.figure", "Figure", lambda figure: [text.get_text() for text in figure.findobj(Text)]
)
"""
# every exercise also gives its answer, and what the code in its hints gives in its notebook
WATCH_EXERCISES = """
import re as _re
from dxkit import widgets as _widgets
_exercise = _widgets.exercise
def _watched(question, answer, **options):
    hints = options.get("hint", "")
    codes = [code for hint in ([hints] if isinstance(hints, str) else hints) for code in _re.findall("`([^`]+)`", hint)]
    shell = get_ipython()
    plain = lambda value: [str(part) if isinstance(part, str) else float(part) for part in (value if isinstance(value, list | tuple) else [value])]
    told = {"question": question, "answers": plain(answer), "codes": [plain(eval(code, shell.user_ns)) for code in codes]}
    shell.display_pub.publish({"application/json": {"exercise": told | {"unit": options.get("unit", ""), "tolerance": options.get("tolerance", 0), "choices": [str(choice) for choice in options.get("choices") or []], "hints": len(hints) if not isinstance(hints, str) else 1}}})
    return _exercise(question, answer, **options)
_widgets.exercise = _watched
"""
PICTURE = re.compile(r"<(?:図|地図)「(.*)」(?: 図形\d+)?>", re.S)
MARK = "（架空データ）"
# pictures whose figures nobody measured, judged by reading the notebooks; no other may carry the mark
INVENTED_PICTURES = {
    "facilitators/01_area_profiles.ipynb": [
        "但馬の5市町: 項目ごとの段階",
        "養父市の横顔（4つの柱、0〜100）",
        "但馬: だれがだれに教えられるか",
    ],
    "facilitators/02_who_may_tell.ipynb": [
        "避難した人の流れ（72時間後）",
        "知ることと、知らせること",
    ],
    "facilitators/06_costs.ipynb": [
        "共同調達の費用の分け方",
        "1人あたりのクラウド利用料（12件の見積もり）",
        "団体Jに渡す図（ほかの団体は載せない）",
    ],
    "facilitators/07_training.ipynb": [
        "但馬: どのテーマの差が大きいか",
        "学びのサイクル: どこまで進めるか",
    ],
    "facilitators/08_matching.ipynb": [
        "困りごととサービスの近さ",
        "ドローン配送: 参加と次の声かけ",
    ],
    "research/02_honest_intervals.ipynb": ["順位の幅（重み・厳しさ・回答の誤差）"],
    "research/05_same_person.ipynb": ["見落としの種類"],
    "research/07_progress_forecast.ipynb": ["終わっていない業務の数"],
    "trainees/03_who_knows.ipynb": ["元の市町は、居場所を知っているか", "知ることと、知らせること"],
    "trainees/07_bring_your_excel.ipynb": [
        "窓口の予約",
        "窓口の予約（円の大きさ）と1000人あたり（色）",
    ],
    "trainees/08_own_process.ipynb": ["手順と待ち"],
    "trainees/13_hackathon_kit.ipynb": ["6班の順位の幅（重みと採点のぶれ）"],
}
# how many tables of a notebook hold invented figures
INVENTED_TABLES = {
    "facilitators/01_area_profiles.ipynb": 1,
    "facilitators/02_who_may_tell.ipynb": 5,
    "facilitators/04_meeting_day.ipynb": 3,
    "facilitators/05_record.ipynb": 1,
    "facilitators/06_costs.ipynb": 5,
    "facilitators/10_place_bases.ipynb": 1,
    "facilitators/15_table_top.ipynb": 4,
    "facilitators/16_officers_views.ipynb": 3,
    "facilitators/11_forty_sheets.ipynb": 1,
    "research/09_drones.ipynb": 1,
    "facilitators/07_training.ipynb": 4,
    "facilitators/08_matching.ipynb": 6,
    "facilitators/09_liaison_rounds.ipynb": 3,
    "facilitators/12_cutover.ipynb": 4,
    "facilitators/13_joint_kits.ipynb": 7,
    "facilitators/14_cases_and_skills.ipynb": 4,
    "research/02_honest_intervals.ipynb": 3,
    "research/04_backtests.ipynb": 3,
    "research/05_same_person.ipynb": 7,
    "research/07_progress_forecast.ipynb": 5,
    "trainees/03_who_knows.ipynb": 7,
    "trainees/04_drones.ipynb": 1,
    "trainees/05_read_progress.ipynb": 2,
    "trainees/06_clinic.ipynb": 2,
    "trainees/07_bring_your_excel.ipynb": 1,
    "trainees/08_own_process.ipynb": 2,
    "trainees/09_try_a_change.ipynb": 5,
    "trainees/11_an_incident.ipynb": 6,
    "trainees/12_judge_answers.ipynb": 3,
    "trainees/13_hackathon_kit.ipynb": 1,
}
# texts of cells that pandas writes and people cannot read
RAW_CELLS = {"True", "False", "nan", "NaN", "None", "<NA>", "NaT"}


@dataclass(frozen=True)
class Run:
    """A notebook as a clean kernel executed it."""

    path: Path
    cells: list
    folder: Path

    @property
    def name(self):
        return self.path.relative_to(ROOT / "notebooks").as_posix()

    @property
    def outputs(self):
        return [output for cell in self.cells for output in cell.outputs]

    @property
    def tables(self):
        """HTML of the tables that cells show; maps have none."""
        pages = [output.get("data", {}).get("text/html", "") for output in self.outputs]
        return [page for page in pages if "<table" in page and "<iframe" not in page]

    @property
    def exercises(self):
        """What each exercise asks: question, answers, unit, and what the code of its hints gives."""
        told = [output.get("data", {}).get("application/json") for output in self.outputs]
        return [entry["exercise"] for entry in told if isinstance(entry, dict)]

    @property
    def pictures(self):
        """Title → all texts of the charts and maps that cells show."""
        pictures = {}
        for output in self.outputs:
            data = output.get("data", {})
            if match := PICTURE.fullmatch(data.get("text/plain", "")):
                texts = data.get("application/json") or [html.unescape(data["text/html"])]
                pictures[match.group(1)] = "\n".join(texts)
        return pictures


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(path, marks=[pytest.mark.slow] if name in LONG_RUNS else [], id=name)
        for path, name in zip(NOTEBOOKS, ids, strict=True)
    ],
)
def run(request, tmp_path_factory):
    path, folder = request.param, tmp_path_factory.mktemp("run")
    shutil.copy(path, folder)
    notebook = _read(folder / path.name)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(WATCH_FIGURES + WATCH_EXERCISES))
    resources = {"metadata": {"path": str(folder)}}
    client = NotebookClient(
        notebook,
        timeout=KERNEL_S,
        kernel_name="python3",
        resources=resources,
        # a busy machine sends one print in pieces
        coalesce_streams=True,
    )
    client.execute(env=os.environ | {"DXKIT_TODAY": LATER})
    cells = [cell for cell in notebook.cells[1:] if cell.cell_type == "code"]
    return Run(path, cells, folder)


def test_a_notebook_runs_from_a_clean_kernel_without_a_warning(run):
    assert all(cell.execution_count for cell in run.cells)
    problems = [
        output.get("text") or output.get("evalue")
        for output in run.outputs
        if output.output_type == "error" or output.get("name") == "stderr"
    ]
    assert problems == []


def _list_old_tables(path):
    """List the tables that a notebook's code names and that are older than good on the later day."""
    limits = dxkit.catalog().set_index("name")["fresh_until"]
    code = "\n".join(re.sub(r"^%.*$", "", source, flags=re.M) for source in _code(_read(path)))
    # to describe a table is not to use it
    code = re.sub(r'describe\("[a-z_]+"\)', "describe", code)
    texts = {node.value for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Constant)}
    return sorted(texts & set(limits.index[(limits != "期限なし") & (limits < LATER)]))


def test_a_notebook_says_which_of_its_tables_are_older_than_good(run):
    lines = [
        output["data"]["text/plain"]
        for output in run.outputs
        if output.get("data", {}).get("text/plain", "").startswith("期限を過ぎた表を使っています")
    ]
    names = {
        name
        for line in lines
        for group in re.findall(r"[:、] ?([a-z0-9_・]+)（", line)
        for name in group.split("・")
    }
    row = (run.name, "・".join(_list_old_tables(run.path)), "・".join(sorted(names)))
    # the table notebook → old tables in its code → what its outputs say: pytest -s
    sys.stdout.write(" | ".join(row) + "\n")
    assert set(_list_old_tables(run.path)) <= names


def test_a_table_in_a_notebook_is_written_for_people(run):
    for page in run.tables:
        assert "dxkit-table" in page
        headings = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', page)
        cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page)
        assert [heading for heading in headings if re.fullmatch(r"[a-z][a-z0-9_]+", heading)] == []
        assert {html.unescape(cell) for cell in cells} & RAW_CELLS == set()


def test_a_picture_of_invented_data_says_so_and_every_picture_names_its_source(run):
    marked = [title.removesuffix(MARK) for title in run.pictures if title.endswith(MARK)]
    assert marked == INVENTED_PICTURES.get(run.name, [])
    assert [title for title, texts in run.pictures.items() if "出典: " not in texts] == []


def _count_drawn(layer, geometries):
    """Count the shapes that a layer of a map draws, as the map's own script does."""
    if layer["kind"] == "group":
        return sum(_count_drawn(part, geometries) for part in layer["layers"])
    if layer["kind"] == "points":
        return len(layer["lat"])
    is_shape = layer["kind"] == "shapes" and layer["interactive"]
    return len(geometries[layer["set"]]) if is_shape else 0


def _count_shapes(page):
    """Count the shapes of each map in an output, from what lies in the page itself."""
    counts = []
    for frame in re.findall(r'<iframe[^>]*srcdoc="([^"]*)"', page):
        pattern = r'id="map-data">(.*?)</script>'
        data = re.search(pattern, html.unescape(frame), re.S)
        if data:
            # three signs are escaped in the page, as JSON allows
            spec = json.loads(data[1])
            layers = [layer for pane in spec["panes"] for layer in pane["layers"]]
            counts.append(sum(_count_drawn(layer, spec["geometries"]) for layer in layers))
    return counts


def test_every_map_of_a_notebook_travels_inside_it_with_its_shapes(run):
    """A browser's count after saving, F5, moving and export is `tests/browser/test_reopened.py`."""
    bundles = [output.get("data", {}) for output in run.outputs]
    drawings = [data for data in bundles if data.get("text/plain", "").startswith("<地図「")]
    counts = [_count_shapes(data["text/html"]) for data in drawings]
    sys.stdout.write(f"{run.name}: {counts}\n")
    assert all(counts)
    assert all(count > 0 for shapes in counts for count in shapes)
    # a viewer without frames has a still picture
    assert all("image/svg+xml" in data for data in drawings)


def test_a_table_of_invented_data_says_so(run):
    marked = [page for page in run.tables if "<div>架空データ</div>" in page]
    assert len(marked) == INVENTED_TABLES.get(run.name, 0)


# what sentences of a notebook rest on, and its outputs or the pages that it writes must show
SHOWN_PARTS = {
    "facilitators/02_who_may_tell.ipynb": [
        "登録のない人（見積もり）",
        ">10,000<",
        "登録のある割合（件と人を同じとみなす）: 49%",
    ],
    "facilitators/13_joint_kits.ipynb": ["教職員（利用者）［人］", "加盟店（見込み）［店］"],
}


def test_outputs_and_pages_show_what_the_sentences_rest_on(run):
    parts = [*run.tables, *(output.get("text", "") for output in run.outputs)]
    parts += [page.read_text("utf-8") for page in run.folder.glob("out/*.html")]
    text = "\n".join(parts)
    assert [part for part in SHOWN_PARTS.get(run.name, []) if part not in text] == []


def test_the_days_of_a_round_are_said_to_rest_on_its_assumptions():
    text = _text(_read(ROOT / "notebooks" / "facilitators" / "16_officers_views.ipynb"))
    defaults = {
        name: parameter.default
        for name, parameter in inspect.signature(liaison.rounds).parameters.items()
    }
    assert (
        f"時速{defaults['speed_kmh']:.0f} km、道のりは直線の{defaults['detour']}倍、"
        f"1日{defaults['day_hours']}時間という**仮定**"
    ) in text


def test_sentences_on_the_joint_kits_say_which_numbers_are_invented_or_estimated():
    text = _text(_read(ROOT / "notebooks" / "facilitators" / "13_joint_kits.ipynb"))
    assert text.count("2節の記入例と3〜6節の学校数") == 2
    assert "4節の店の数は公表された率からの見積もり" in text
    # other services can join too, and May's counts are written over those of the list
    assert "上の限り" not in text
    assert "額だけになります" not in text


def _read_minutes(path):
    return int(re.search(r"所要[^0-9]*(\d+)分", _read(path).cells[0].source).group(1))


def test_trainees_meet_an_exercise_every_quarter_of_an_hour_and_can_solve_it(run):
    """The last hint is code of one line: run in a new cell, it gives the answer, with nothing but the cells shown."""
    if not run.name.startswith("trainees/"):
        assert all(exercise["answers"] for exercise in run.exercises)
        return
    assert len(run.exercises) >= _read_minutes(run.path) / 15
    for exercise in run.exercises:
        assert exercise["hints"] >= 2, exercise["question"]
        assert len(exercise["codes"]) == 1, exercise["question"]
        for given, answer in zip(exercise["codes"][0], exercise["answers"], strict=True):
            assert given == answer if isinstance(answer, str) else given == pytest.approx(answer)


def test_the_record_of_exercises_is_what_the_notebook_asks(run):
    """`tests/test_course_answers.py` tries what stands there; `scripts/record_exercises.py` writes it."""
    if not run.name.startswith("trainees/"):
        pytest.skip("the record is of the trainees' course")
    record = pd.read_csv(
        Path(__file__).with_name("course_exercises.csv"), dtype=str, keep_default_na=False
    )
    rows = record[record["notebook"] == run.path.stem].to_dict("records")
    assert len(rows) == len(run.exercises)
    for row, exercise in zip(rows, run.exercises, strict=True):
        assert (row["question"], row["unit"]) == (exercise["question"], exercise["unit"])
        assert row["choices"] == "|".join(exercise["choices"])
        assert float(row["tolerance"]) == exercise["tolerance"]
        for text, answer in zip(row["answers"].split("|"), exercise["answers"], strict=True):
            assert (
                text == answer if isinstance(answer, str) else float(text) == pytest.approx(answer)
            )


def test_no_answer_stands_in_the_prose_above_its_exercise(run):
    if not run.name.startswith("trainees/"):
        pytest.skip("an exercise of facilitators or researchers repeats what a group has found")
    cells = _read(run.path).cells
    for exercise in run.exercises:
        # its cell is found by the fixed part of the question
        start = max(re.split(r"[0-9豊岡市但馬「」]+", exercise["question"]), key=len)[:12]
        place = next(at for at, cell in enumerate(cells) if start in cell.source)
        prose = "".join(cell.source for cell in cells[:place] if cell.cell_type == "markdown")
        for answer in exercise["answers"]:
            if isinstance(answer, str):
                findings = re.findall(r"わかったこと.*", prose)
                assert len(answer) < 2 or not any(answer in text for text in findings)
            else:
                # 2か所以上 is a range and gives no answer away
                told = rf"(?<![0-9.,]){answer:g}{exercise['unit']}(?!以上|以下)"
                assert not re.search(told, prose), exercise


# settings that a trainee is invited to change, each with the other defaults; every one must run to the end
CHOICES = [
    *(("04_drones", 'drone = "airtruck"', f'drone = "{drone}"') for drone in ("pf2_cat3", "pf2_delivery", "pf4")),
    ("04_drones", 'station, month = "香住", 1', 'station, month = "生野", 8'),
    *(("03_who_knows", "mark = 168", f"mark = {hour}") for hour in (24, 72, 336)),
    *(("01_where_are_we", 'indicator = "ai"', f'indicator = "{name}"') for name in ("rpa", "telework", "policy", "structure", "chief_officer")),
    *(("10_three_layers", 'model = "alpha"', f'model = "{name}"') for name in ("alpha_dash", "beta", "beta_dash")),
    ("11_an_incident", 'known_on = "2026-12-01"', 'known_on = "2026/4/30"'),
    *((name, "dxkit.my_town()", f'"{town}"') for name in ("01_where_are_we", "02_how_firm", "03_who_knows", "04_drones", "05_read_progress") for town in ("神戸市", "とよおか")),
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(("name", "before", "after"), CHOICES)
def test_every_choice_that_a_notebook_offers_works_with_its_other_defaults(
    name, before, after, tmp_path
):
    notebook = _read(ROOT / "notebooks" / "trainees" / f"{name}.ipynb")
    changed = [
        cell for cell in notebook.cells if cell.cell_type == "code" and before in cell.source
    ]
    assert len(changed) == 1
    changed[0].source = changed[0].source.replace(before, after)
    resources = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(notebook, timeout=KERNEL_S, kernel_name="python3", resources=resources).execute()
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    assert [output for output in outputs if output.get("name") == "stderr"] == []
    # no map leaves a file
    assert list(tmp_path.iterdir()) == []
