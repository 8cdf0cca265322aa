"""Which lines of the project's lock file does another computer need?

pip judges environment markers (PEP 508) by the computer that it runs on, and would leave out what
only Windows needs; here they are judged by the computers that a pack is made for.
"""

import re
from collections.abc import Sequence

from packaging.markers import default_environment
from packaging.requirements import Requirement

from dxkit.errors import ChoiceError, shorten

# the markers of the computers that a pack can be made for
PLATFORMS = {
    "win_amd64": {
        "implementation_name": "cpython",
        "os_name": "nt",
        "platform_machine": "AMD64",
        "platform_python_implementation": "CPython",
        "platform_system": "Windows",
        "sys_platform": "win32",
    },
}
# a lock may ask for the patch release, which nobody knows beforehand: the first and one after the
# last cover all
PATCHES = ("0", "99")
HASH_OPTION = " --hash="


def describe_environments(platform: str | None, python_version: str) -> list[dict[str, str]]:
    """Return the marker environments that the target computers may have.

    Raises
    ------
    ChoiceError
        If the platform or version is not offered.
    """
    if not re.fullmatch(r"3\.(1[1-9]|[2-9]\d)", python_version):
        raise ChoiceError(
            f"python_version「{shorten(python_version)}」は使えません。"
            "3.11 以降を「3.11」のように書いてください。"
        )
    if platform is not None and platform not in PLATFORMS:
        raise ChoiceError(
            f"platform「{shorten(platform)}」は使えません。"
            f"{'・'.join(PLATFORMS)} か、この PC と同じ種類なら None です。"
        )
    markers = {name: str(value) for name, value in default_environment().items()}
    if platform is not None:
        # releases of another system are unknown here
        markers |= PLATFORMS[platform] | {"platform_release": "", "platform_version": ""}
    full_versions = [f"{python_version}.{patch}" for patch in PATCHES]
    return [
        {
            **markers,
            "python_version": python_version,
            "python_full_version": version,
            "implementation_version": version,
            "extra": "",
        }
        for version in full_versions
    ]


def select_pins(lock: str, environments: Sequence[dict[str, str]]) -> dict[str, list[str]]:
    """Select the lines of a lock that any of the environments needs.

    Returns
    -------
    dict
        Full Python version → lines without their markers. A line that several versions need stands
        under the first.
    """
    # a requirement goes over several lines, joined by a backslash
    lines = [line for line in lock.replace("\\\n", " ").splitlines() if line.strip()]
    pins_of: dict[str, list[str]] = {}
    for environment in environments:
        needed = [pin for line in lines if (pin := _read_pin(line, environment))]
        # what an earlier environment brings is not fetched again
        present = {pin for pins in pins_of.values() for pin in pins}
        version = environment["python_full_version"]
        pins_of[version] = [pin for pin in needed if pin not in present]
    return {version: pins for version, pins in pins_of.items() if pins}


def _read_pin(line: str, environment: dict[str, str]) -> str:
    """Return a line without its marker, or nothing if the environment does not need it."""
    text, *hashes = line.split(HASH_OPTION)
    requirement = Requirement(text.strip())
    if requirement.marker is not None and not requirement.marker.evaluate(environment):
        return ""
    pin = f"{requirement.name}{requirement.specifier}"
    return HASH_OPTION.join([pin, *(text.strip() for text in hashes)])
