"""Everything built is opened in some notebook, or the reason stands here; no reason outlives its cause."""

import ast
import importlib
import json
from pathlib import Path

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
PACKAGES = (
    *("assumptions", "charts", "codes", "drones", "groups", "linkage", "loaders", "maps"),
    *("maturity", "regions", "reports", "sharing", "store", "support.costs", "support.liaison"),
    *("support.answers", "support.matching", "support.network", "support.procedures"),
    *("support.process", "support.progress", "support.security", "support.training"),
    *("widgets", "widgets.room"),
)
READ = "dxkit.read finds it by the file's content: trainees/07"
PLACE = "a step of load, read and my_town"
SHEET = "a step of the maps"
ENGINE = "a step of sharing.simulate, for studies of the model: research/04"
CHECK = "checks what a meeting writes"
BILL = "a step of costs.share and costs.bundle: facilitators/06"
CODE = "a step of the readers; for scripts"
MODEL = "another question to the same model as best_bases; named in docs/method_drones.md"
REASONS = {
    "assumptions.doubt": "a test of functions, not a step of a study: tests/test_doubt.py and test_doubt_….py",
    "assumptions.multiverse": "for studies of one's own; docs/method_assumptions.md",
    "charts.multiverse": "draws assumptions.multiverse",
    **dict.fromkeys(
        ("drones.backup", "drones.centre_bases", "drones.fewest_bases", "drones.median_bases"),
        MODEL,
    ),
    "drones.circles": "a step of best_bases(no_fly=)",
    "drones.terrain_distances": "named in research/09, section 10: distance_km=",
    "groups.next_round": "the meeting's pages offer it; needs last month's seats",
    "groups.rotate": "research/06 shows groups.tradeoff, which calls it",
    "linkage.agreement_levels": "lists the model's levels; docs/method_linkage.md",
    "linkage.error_kinds": "lists what synth_registers can plant",
    "linkage.identify_characters": "a step of share_characters: facilitators/12",
    **dict.fromkeys(
        (
            *("loaders.all_municipalities", "loaders.data_folder", "loaders.find_prefecture"),
            *("loaders.is_former_name", "loaders.list_unvisited", "loaders.municipality_name"),
            *("loaders.name_municipalities", "loaders.resolve_municipality"),
            *("loaders.resolve_prefecture", "loaders.user_folder"),
        ),
        PLACE,
    ),
    "loaders.decode_text": CODE,
    "loaders.fetch": "needs a network; docs/method_loaders.md",
    **dict.fromkeys(
        (
            *("loaders.identify", "loaders.read_boundaries", "loaders.read_dashboard"),
            *("loaders.read_did", "loaders.read_elevation", "loaders.read_estat"),
            "loaders.read_extensions",
            *("loaders.read_facilities", "loaders.read_mesh_population", "loaders.read_residents"),
            *("loaders.read_roadside_stations", "loaders.read_roster", "loaders.read_shelters"),
            *("loaders.read_standardization", "loaders.read_table", "loaders.read_towns"),
            *("loaders.read_weather_areas", "loaders.read_wind_normals"),
        ),
        READ,
    ),
    "loaders.read_catalogue": "needs a downloaded catalogue; named in facilitators/08",
    **dict.fromkeys(
        (
            *("maps.bend_arrow", "maps.name_difference_kinds", "maps.prepare_sketch"),
            "maps.reach_ring",
        ),
        SHEET,
    ),
    "maturity.competition_ranks": "a step of rank_intervals",
    "maturity.draw_weights": "a step of rank_intervals",
    "maturity.outranking": "a step of score(aggregate='copeland')",
    "maturity.plain_framework": "a step of score without a framework",
    "maturity.population_band": "a step of peers",
    **dict.fromkeys(("regions.locate", "regions.mesh", "regions.within"), CODE),
    **dict.fromkeys(("reports.edition", "reports.pack"), "make pack runs it before the day"),
    "widgets.write_still": "a step of reports.edition",
    "loaders.list_headings": "the meeting's pages ask it for each heading",
    **dict.fromkeys(
        ("loaders.compare_with_shipped", "loaders.list_newer_files", "loaders.load_shipped"),
        "a step of load and dxkit.check, which notebook 00 runs",
    ),
    "reports.record_template": "the office edits it in Word; facilitators/05 reads it",
    **dict.fromkeys(
        (
            *("sharing.build_model", "sharing.build_rules"),
            *("sharing.check_policies", "sharing.default_policies", "sharing.describe_policies"),
            *("sharing.draw_outages", "sharing.run_cohort_engine"),
            *("sharing.run_person_engine", "sharing.scenario_names"),
        ),
        ENGINE,
    ),
    "sharing.find_phase_inversions": "a check of one's own table of law",
    "sharing.ordinances": "a step of may_disclose(code=)",
    **dict.fromkeys(("store.check_text", "store.check_vote"), CHECK),
    **dict.fromkeys(
        ("store.kendall_w", "store.opinion_groups", "store.opinion_plane"),
        "a step of Session.agreement: facilitators/04",
    ),
    **dict.fromkeys(
        (
            *("support.costs.contract_costs", "support.costs.core_objection"),
            *("support.costs.nucleolus", "support.costs.shapley"),
        ),
        BILL,
    ),
    "support.matching.found_share": "scores a test set: scripts/evaluate_matching.py",
    "support.matching.split_intentions": "needs the filled form; named in facilitators/08",
    "support.process.change_steps": "a step of compare_changes: trainees/09",
    "support.training.find_materials": "needs the filled form of materials",
    **dict.fromkeys(
        (
            *("codes.check_digit", "codes.full_code", "codes.mesh_box", "codes.mesh_code"),
            "codes.short_code",
        ),
        CODE,
    ),
    **dict.fromkeys(
        ("widgets.room.list_addresses", "widgets.room.open_room"), "make room runs it on the day"
    ),
}
# asked for by name: a reason does not do
OPENED = {
    *("sharing.dispatch", "drones.cost_per_delivery", "maturity.change", "drones.runway_strips"),
    *("network.backup_partners", "network.common_gaps", "network.owners"),
}
TABLES = ("flight_rules", "study_meetings", "runways", "online_applications")


def read_code():
    """All code of the notebooks, without magics."""
    for path in sorted(NOTEBOOKS.rglob("[0-9]*.ipynb")):
        if ".ipynb_checkpoints" in path.parts or "out" in path.parts:
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                lines = "".join(cell["source"]).splitlines()
                yield "\n".join(line for line in lines if not line.lstrip().startswith(("%", "!")))


def list_names():
    """Every name and attribute that the notebooks use, and every text."""
    names, texts = set(), set()
    for source in read_code():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.Attribute):
                names.add(node.attr)
            elif isinstance(node, ast.Name):
                names.add(node.id)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                texts.add(node.value)
    return names, texts


def list_functions():
    """Every public function: package.name; classes and constants come with what returns them."""
    return {
        f"{package}.{name}"
        for package in PACKAGES
        for name in importlib.import_module(f"dxkit.{package}").__all__
        if name[0].islower()
    }


def test_every_public_function_is_opened_in_a_notebook_or_has_a_reason():
    names, _ = list_names()
    unopened = {name for name in list_functions() if name.rpartition(".")[2] not in names}
    assert sorted(unopened - set(REASONS)) == []
    # a reason goes once a notebook opens the function
    assert sorted(set(REASONS) - unopened) == []


def test_what_was_asked_for_by_name_is_opened():
    names, texts = list_names()
    assert {name.rpartition(".")[2] for name in OPENED} <= names
    assert set(TABLES) <= texts
