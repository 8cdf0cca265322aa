"""What the design promises can be imported, says what it means, and keeps to the project's habits."""

import ast
import importlib
import inspect
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import dxkit

ROOT = Path(__file__).resolve().parents[1]
SOURCES = sorted((ROOT / "dxkit").rglob("*.py"))
PROMISED = {
    "dxkit": ["load", "catalog", "describe", "label", "check", "show", "data_folder", "read", "my_town"],
    "dxkit.assumptions": ["doubt", "flips", "multiverse", "table"],
    "dxkit.codes": ["short_code", "full_code", "mesh_code", "mesh_box"],
    "dxkit.loaders": [
        "read_table", "read_boundaries", "read_dashboard", "read_standardization", "read_extensions", "read_shelters",
        "read_towns", "read_roadside_stations", "read_mesh_population", "read_estat", "read_residents", "fetch",
        "read_hearing", "write_hearing_form", "identify", "read", "read_facilities", "read_did", "find_municipality",
        "describe_reading", "read_elevation", "read_wind_normals", "read_weather_areas",
    ],
    "dxkit.linkage": ["normalise", "link", "dedupe", "evaluate", "missed_by_kind", "review_plan", "synth_registers"],
    "dxkit.regions": ["municipalities", "areas", "neighbours", "locate", "mesh", "within"],
    "dxkit.maps": ["choropleth", "points", "coverage", "difference", "flows", "compare"],
    "dxkit.charts": [
        "burn_down", "change", "dots", "gantt", "grounds", "hasse", "heatmap", "levels", "link_errors", "multiverse", "network", "raci", "radar", "rank_intervals", "reunions", "routes", "sensitivity", "tiers",
    ],
    "dxkit.maturity": [
        "score", "rank_intervals", "sensitivity", "robust_order", "agreement", "rater_severity", "peers", "typology", "next_steps",
        "change", "benefit_of_doubt", "reweight", "leave_one_out", "plain_framework", "consistency", "correlations", "values_of", "hearing_trial",
    ],
    "dxkit.groups": ["explain", "form", "replan", "rotate", "tradeoff"],
    "dxkit.widgets": ["choose_town", "maturity_explorer", "sharing_explorer", "drone_explorer", "exercise", "group_builder", "vote_board"],
    "dxkit.store": ["kendall_w", "opinion_groups"],
    "dxkit.reports": ["deck", "handout", "one_page", "pack", "profile", "profiles", "record"],
    "dxkit.support.costs": ["bundle", "evaluate_outlier_methods", "fee", "fee_limits", "gain", "outliers", "participation", "share"],
    "dxkit.support.training": ["funnel", "plan", "seats"],
    "dxkit.support.matching": ["adopters", "found_share", "match", "similar"],
    "dxkit.support.liaison": ["assign", "digest", "distances", "rounds"],
    "dxkit.support.network": ["dialogues", "strangers", "ties"],
    "dxkit.support.progress": ["compare", "forecast", "lagging", "rules", "table", "trial"],
}  # fmt: skip
NAMES = [(module, name) for module, names in PROMISED.items() for name in names]


def _bodies(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef):
            body = node.body[1:] if ast.get_docstring(node) else node.body
            yield node.name, (body[-1].end_lineno - body[0].lineno + 1 if body else 0)


@pytest.mark.parametrize(("module", "name"), NAMES)
def test_a_promised_name_is_there_typed_and_documented(module, name):
    function = getattr(importlib.import_module(module), name)
    signature = inspect.signature(function)
    assert signature.return_annotation is not inspect.Signature.empty
    assert all(
        each.annotation is not inspect.Parameter.empty for each in signature.parameters.values()
    )
    said = inspect.getdoc(function)
    assert "Returns\n" in said
    if signature.parameters:
        assert "Parameters\n" in said


def test_importing_dxkit_loads_no_heavy_library():
    told = "import sys, dxkit; print([m for m in ('numpy', 'pandas', 'geopandas', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_name_that_is_not_there_says_what_is():
    with pytest.raises(AttributeError, match="nothing_like_it"):
        _ = dxkit.nothing_like_it


def test_bodies_are_short_and_modules_fit_a_screenful_of_thought():
    lengths = [length for path in SOURCES for _, length in _bodies(path)]
    long = [
        (path.name, name, length)
        for path in SOURCES
        for name, length in _bodies(path)
        if length > 40
    ]
    assert long == []
    assert statistics.median(lengths) <= 8
    assert [
        path.name for path in SOURCES if len(path.read_text(encoding="utf-8").splitlines()) > 350
    ] == []


def test_every_module_opens_with_a_question():
    closed = [
        path.name
        for path in SOURCES
        if "?"
        not in (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n")[0]
    ]
    assert closed == []


def test_every_expected_error_is_matched_by_its_words():
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == "raises"
            ):
                assert any(word.arg == "match" for word in node.keywords), (
                    f"{path.name}:{node.lineno}"
                )
