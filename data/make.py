"""Rebuild every table of ``data/`` from where it came from, and refresh ``catalog.csv``.

``python data/make.py [--sources ../shared] [--out DIR] [--only NAME …] [--offline]``

``published/`` is re-read from the official files under ``--sources`` (kept as it is where they are absent), ``derived/``
is computed from registry packages, ``estimated/`` by models from both, ``made/`` from seeded rules. The same input gives the same bytes. Everything is
written to a temporary folder first and moved in at the end: a run that fails changes nothing.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
from making import (
    boundaries,
    catalogue,
    downloads,
    drones,
    evacuees,
    facts,
    flight,
    forms,
    genai,
    hearing,
    meeting,
    mesh_estimated,
    mesh_people,
    mesh_quarters,
    national,
    package,
    places,
    published,
    services,
    sharing,
    technology,
    training,
)
from making.packages import default_cache
from making.workplace import MakeError, Workplace, write

DATA = Path(__file__).resolve().parent
SOURCES = DATA.parent.parent / "shared"

# in the order of what needs what
JOBS: dict[str, Callable[[Workplace], pd.DataFrame]] = {
    "municipality_codes": published.municipality_codes,
    "areas": facts.areas,
    "municipalities": published.municipalities,
    "projections": published.projections,
    "town_statistics": published.town_statistics,
    "systems": facts.systems,
    "indicators_dashboard": facts.indicators_dashboard,
    "dashboard": published.dashboard,
    "online_applications": published.online_applications,
    "progress": published.progress,
    "extensions": published.extensions,
    "prefectures": national.prefectures,
    "bridges": national.bridges,
    "areas_japan": national.areas_japan,
    "municipalities_japan": national.municipalities_japan,
    "dashboard_japan": national.dashboard_japan,
    "procedures": national.procedures,
    "online_applications_japan": national.online_applications_japan,
    "progress_japan": national.progress_japan,
    "extensions_japan": national.extensions_japan,
    "themes": facts.themes,
    "shared_systems": facts.shared_systems,
    "measures": facts.measures,
    "study_meetings": facts.study_meetings,
    "package_figures": package.package_figures,
    "package_lists": package.package_lists,
    "logic_model": package.logic_model,
    "downloads": downloads.downloads,
    "technology_index": technology.technology_index,
    "indicators_technology": technology.indicators_technology,
    "indicators_hearing": hearing.indicators_hearing,
    "vignettes": hearing.vignettes,
    "hearing_example": hearing.hearing_example,
    "hearing_example_truth": hearing.hearing_example_truth,
    "hearing_example_raters": hearing.hearing_example_raters,
    "services": services.services,
    "service_wishes": services.service_wishes,
    "service_budgets": services.service_budgets,
    "liaison_log": services.liaison_log,
    "boundaries": boundaries.boundaries,
    "boundary_files": boundaries.boundary_files,
    "neighbour_prefectures": boundaries.neighbour_prefectures,
    "stations": places.stations,
    "villages": places.villages,
    "mesh_people": mesh_people.mesh_people,
    "mesh_estimated": mesh_estimated.mesh_estimated,
    "mesh_check": mesh_estimated.mesh_check,
    "mesh_estimated_500m": mesh_quarters.mesh_estimated_500m,
    "mesh_check_500m": mesh_quarters.mesh_check_500m,
    "mesh_errors": mesh_quarters.mesh_errors,
    "wind_normals": flight.wind_normals,
    "did": flight.did,
    "elevation": flight.elevation,
    "sites": flight.sites,
    "real_flights": flight.real_flights,
    "runways": drones.runways,
    "drone_types": drones.drone_types,
    "flight_rules": drones.flight_rules,
    "delivery_costs": drones.delivery_costs,
    "delivery_modes": drones.delivery_modes,
    "meeting_agenda": meeting.meeting_agenda,
    "meeting_questions": meeting.meeting_questions,
    "vendors_example": meeting.vendors_example,
    "shelter_counts": evacuees.shelter_counts,
    "evacuation_facts": evacuees.evacuation_facts,
    "policies": sharing.policies,
    "drill_cards": sharing.drill_cards,
    "policy_switches": sharing.policy_switches,
    "policy_assumptions": sharing.policy_assumptions,
    "policy_flips": sharing.policy_flips,
    "legal_grounds": sharing.legal_grounds,
    "raci": sharing.raci,
    "ordinances": sharing.ordinances,
    "law_questions": sharing.law_questions,
    "disaster_practice": sharing.disaster_practice,
    "nankai_illustrative": sharing.figures("nankai_illustrative"),
    "noto_2024": sharing.figures("noto_2024"),
    "japan_2011": sharing.figures("japan_2011"),
    "kobe_1995": sharing.figures("kobe_1995"),
    "topics": training.topics,
    "courses": training.courses,
    "liaison_curriculum": training.liaison_curriculum,
    "course_sessions": training.course_sessions,
    "applicants_example": training.applicants_example,
    "estimates_example": training.estimates_example,
    "form_columns": forms.form_columns,
    "liaison_fields": forms.handwritten("liaison_fields", ("field",)),
    "talent_assumptions": forms.handwritten("talent_assumptions", ("assumption",)),
    "support_forms": forms.handwritten("support_forms", ("form",)),
    "kit_prices": forms.handwritten("kit_prices", ("kit", "from_count")),
    "school_example": forms.handwritten("school_example", ("code",)),
    "currency_example": forms.handwritten("currency_example", ("code",)),
    "talent_example": forms.handwritten("talent_example", ("code", "role")),
    "procedure_volumes": forms.handwritten("procedure_volumes", ("procedure",)),
    "portal_items": forms.handwritten("portal_items", ("item",)),
    "system_links": forms.handwritten("system_links", ("from_system", "to_system")),
    "talent_roles": forms.handwritten("talent_roles", ("role",)),
    "talent_skills": forms.handwritten("talent_skills", ("role", "skill")),
    "recorded_answers": genai.recorded_answers,
    "ai_input_rules": forms.handwritten("ai_input_rules", ("information", "service", "publisher")),
    "hackathon_themes": forms.handwritten("hackathon_themes", ("theme",)),
    "hackathon_steps": forms.handwritten("hackathon_steps", ("order",)),
    "hackathon_example": genai.hackathon_example,
    "process_example": forms.handwritten("process_example", ("process", "order")),
    "network_models": forms.handwritten("network_models", ("model",)),
    "layer_systems": forms.handwritten("layer_systems", ("system",)),
    "layer_passages": forms.handwritten("layer_passages", ("from_layer", "to_layer")),
    "password_attacks": forms.handwritten("password_attacks", ("attack",)),
    "password_kinds": forms.handwritten("password_kinds", ("password",)),
    "report_deadlines": forms.handwritten("report_deadlines", ("duty",)),
    "report_cases": forms.handwritten("report_cases", ("case",)),
    "practice_facts": forms.handwritten("practice_facts", ("topic", "order")),
    "mails_example": forms.handwritten("mails_example", ("mail",)),
    "incident_example": forms.handwritten("incident_example", ("scene", "choice")),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a command; give 0, or 1 with the reason on standard error."""
    chosen = _parser().parse_args(arguments)
    sources = chosen.sources if (chosen.sources / "data").is_dir() else None
    if sources is None:
        print(
            f"公表ファイルの置き場所 {chosen.sources} がないため、published/ は今のままにします。"
        )
    try:
        with tempfile.TemporaryDirectory(dir=_made(chosen.out).parent) as folder:
            work = Workplace(
                data=DATA,
                staging=Path(folder),
                cache=chosen.cache,
                sources=sources,
                offline=chosen.offline,
            )
            build(work, chosen.only or list(JOBS))
            finish(work, chosen.out)
    except MakeError as error:
        print(f"作り直しを止めました（何も書き換えていません）: {error}", file=sys.stderr)
        return 1
    return 0


def build(work: Workplace, names: Sequence[str]) -> None:
    """Write the named tables into the staging folder, in the order of `JOBS`."""
    kinds = {row["name"]: row["kind"] for row in catalogue.read(work.data / "catalog.csv")}
    files = work.files()
    for name, job in JOBS.items():
        if name not in names or (
            kinds[name] in ("published", "estimated") and work.sources is None
        ):
            continue
        write(job(work), work.staging / files[name])
        print(f"{name}: {files[name]}")


def finish(work: Workplace, out: Path) -> None:
    """Complete the staging folder with what was not rebuilt, refresh the catalogue, and move all of it in."""
    rows = catalogue.read(work.data / "catalog.csv")
    for file in catalogue.files(rows, work.data):
        built, kept = work.staging / file, work.data / file
        if not built.exists() and kept.exists():
            built.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(kept, built)
    catalogue.write(catalogue.refresh(rows, work.staging), work.staging / "catalog.csv")
    # the catalogue goes last: until then, a changed file is refused by its hash
    for file in [*catalogue.files(rows, work.staging), "catalog.csv"]:
        _made((out / file).parent)
        (work.staging / file).replace(out / file)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="data/ の表を元の資料から作り直し、目録を更新します。"
    )
    parser.add_argument(
        "--sources", type=Path, default=SOURCES, help="公表ファイルの置き場所（既定: ../shared）"
    )
    parser.add_argument("--out", type=Path, default=DATA, help="書き出すフォルダー（既定: data/）")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=list(JOBS),
        metavar="NAME",
        help=f"この表だけ作る: {' '.join(JOBS)}",
    )
    parser.add_argument(
        "--cache", type=Path, default=default_cache(), help="取得したパッケージの置き場所"
    )
    parser.add_argument(
        "--offline",
        action="store_true",
        help="ネットワークを使わない（キャッシュにあるものだけ使う）",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
