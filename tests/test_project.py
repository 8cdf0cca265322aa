"""The project's own files say the same everywhere and name no machine."""

import importlib.util
import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ("requirements.lock", "requirements-lab.lock", "requirements-full.lock")


def _read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def _pins(name):
    return set(re.findall(r"^([a-z0-9._-]+==[^\s;\\]+)", _read(name), re.M | re.I))


def _tracked():
    told = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if told.returncode:
        pytest.skip("not a git checkout")
    return told.stdout.split("\n")


def test_every_make_command_of_the_readme_is_a_target_on_every_system():
    words = set(re.findall(r"^make (\w+)", _read("README.md"), re.M)) | {
        "docs",
        "pack",
        "data",
        "bench",
    }
    makefile, windows = _read("Makefile"), _read("make.cmd")
    assert {"lab", "test"} <= words
    for word in words:
        assert re.search(rf"^{word}:", makefile, re.M)
        assert re.search(rf"^:{word}$", windows, re.M)


def test_no_two_test_files_have_one_name():
    # pytest imports them by their names alone, and would leave the second one out
    names = [Path(path).name for path in _tracked() if re.search(r"tests/.*test_\w+\.py$", path)]
    assert len(names) > 50
    assert len(names) == len(set(names))


def test_the_conda_file_is_what_pyproject_says():
    spec = importlib.util.spec_from_file_location(
        "make_environment", ROOT / "scripts" / "make_environment.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert _read("environment.yml") == module.environment(PROJECT)


@pytest.mark.parametrize("name", LOCKS)
def test_every_pin_is_hashed_and_no_address_is_named(name):
    text = _read(name)
    assert "://" not in text
    assert "index" not in re.sub(r"^[a-z].*$", "", text, flags=re.M)
    blocks = re.findall(r"^[a-zA-Z0-9].*?==.*(?:\n    --hash=.*)*", text, re.M)
    assert len(blocks) > 80
    assert all("--hash=sha256:" in block for block in blocks)


def test_users_get_the_versions_that_are_tested():
    lab, full = _pins("requirements-lab.lock"), _pins("requirements-full.lock")
    assert lab < full < _pins("requirements.lock")


def test_every_dependency_is_pinned():
    pinned = {pin.split("==")[0].lower().replace("_", "-") for pin in _pins("requirements.lock")}
    extras = ("linkage", "planning", "text", "lab", "full")
    wanted = [
        *PROJECT["dependencies"],
        *(need for extra in extras for need in PROJECT["optional-dependencies"][extra]),
    ]
    wanted = [need for need in wanted if not need.startswith("dxkit[")]
    assert {re.split(r"[<>=\[]", need)[0].lower() for need in wanted} <= pinned


def test_what_maps_replace_is_pinned_exactly():
    assert "branca==0.8.2" in PROJECT["dependencies"]
    assert "folium==0.20.0" in PROJECT["dependencies"]


def test_no_tracked_file_names_a_machine_or_stores_output():
    leak = re.compile(r"(?:^|[^A-Za-z0-9_.:])/(?:work|tmp|root|home)/[a-z]")
    for name in _tracked():
        path = ROOT / name
        if (
            name.startswith("dxkit/assets/leaflet")
            or not path.is_file()
            or path.suffix == ".png"
            or path == Path(__file__)
        ):
            continue
        assert not leak.search(path.read_text(encoding="utf-8")), name
        if path.suffix == ".ipynb":
            assert all(
                not cell.get("outputs")
                for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
            ), name
    assert "uv.lock" not in _tracked()


def test_every_line_of_the_list_of_slow_tests_names_a_test():
    lines = (ROOT / "tests" / "slow_tests.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        if not line or line.startswith("#"):
            continue
        file, _, name = line.partition("::")
        source = (ROOT / file).read_text(encoding="utf-8")
        assert name.startswith("*") or f"def {name}(" in source, line


# --- what `make lab` says where it cannot help


def _load_make_venv():
    spec = importlib.util.spec_from_file_location("make_venv", ROOT / "scripts" / "make_venv.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Version(tuple):
    """A version that compares as `sys.version_info` does."""

    __slots__ = ()


@pytest.mark.parametrize(
    ("version", "words"),
    [((3, 10, 4), "Python 3.11 以降が必要です"), ((3, 14, 0), "jntajis-python")],
)
def test_a_python_without_wheels_is_refused_in_words(monkeypatch, version, words):
    script = _load_make_venv()
    monkeypatch.setattr(script.sys, "version_info", Version(version))
    with pytest.raises(SystemExit, match=words):
        script.check_computer(_pins("requirements-full.lock"))


# the lock of `make lab` has wheels for 3.14
@pytest.mark.parametrize("version", [(3, 11, 7), (3, 12, 0), (3, 13, 9), (3, 14, 0)])
def test_a_supported_python_is_taken_without_a_word(monkeypatch, capsys, version):
    script = _load_make_venv()
    monkeypatch.setattr(script.sys, "version_info", Version(version))
    monkeypatch.setattr(script.sys, "platform", "linux")
    script.check_computer(_pins("requirements-lab.lock"))
    assert capsys.readouterr().out == ""


def test_an_intel_mac_is_told_what_may_be_missing(monkeypatch, capsys):
    script = _load_make_venv()
    monkeypatch.setattr(script.sys, "platform", "darwin")
    monkeypatch.setattr(script.platform, "machine", lambda: "x86_64")
    script.check_computer(_pins("requirements-lab.lock"))
    out = capsys.readouterr().out
    assert "Intel の Mac" in out
    assert "Intel Macs" in out


def test_the_package_that_a_newer_python_lacks_is_pinned_and_supported_pythons_are_listed():
    script = _load_make_venv()
    assert any(
        pin.startswith(f"{script.LACKING_NEWER}==") for pin in _pins("requirements-full.lock")
    )
    assert not any(
        pin.startswith(f"{script.LACKING_NEWER}==") for pin in _pins("requirements-lab.lock")
    )
    newest = ".".join(map(str, script.NEWEST))
    assert newest in _read("SECURITY.md")
    assert script.LACKING_NEWER in _read("SECURITY.md")
