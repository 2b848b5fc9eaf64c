"""Facts: asks the sources of the tables in binderlint/data that age, says what has changed, and writes it.

    python -m tools.facts check|write [--from FOLDER] [TABLE ...]

`check` exits with 1 where a table differs from its source, `write` changes the table. Without names, all tables are asked. FOLDER holds saved copies, each under its address
without `https://`; nothing is downloaded then. wheels.json and brings.tsv have their own programs, `tools.wheels` and `tools.brings`, since they take long.
"""

from __future__ import annotations

import argparse
import ast
import csv
import difflib
import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import requests

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from binderlint.data import DATA

_GITHUB = "https://raw.githubusercontent.com"
_PYTHON = f"{_GITHUB}/python/peps/main/release_management/python-releases.toml"
_NODE = f"{_GITHUB}/nodejs/Release/main/schedule.json"
_DISTRIBUTIONS = "https://salsa.debian.org/debian/distro-info-data/-/raw/main"
_JULIA = "https://julialang-s3.julialang.org/bin/versions.json"
_REPO2DOCKER = f"{_GITHUB}/jupyterhub/repo2docker/main/repo2docker/buildpacks/r.py"
_MYBINDER = f"{_GITHUB}/jupyterhub/mybinder.org-deploy/main/mybinder/values.yaml"

Read = Callable[[str], str]
"""What stands at an address."""


def ends(read: Read, before: str) -> str:
    """ends.tsv: until when releases of Python, Node.js, Debian and Ubuntu get updates. The heading and what is said of package lists stay."""
    lines = before.splitlines()
    kept = [line for line in lines if line.startswith("#")]
    heading = lines[len(kept)]
    lists = {tuple(row[:2]): row[4] for line in lines[len(kept) + 1 :] if (row := line.split("\t"))}
    found = [("centos", "", "", "2024-06-30")]
    for version, facts in tomllib.loads(read(_PYTHON))["metadata"].items():
        if version == "2.7" or (version.startswith("3.") and int(version[2:]) > 3):
            found.append(("python", version, "", str(facts["end-of-life"])))
    found += [("node", version[1:], "", facts["end"]) for version, facts in json.loads(read(_NODE)).items()]
    for name in ("debian", "ubuntu"):
        for release in csv.DictReader(read(f"{_DISTRIBUTIONS}/{name}.csv").splitlines()):
            end = release.get("eol-lts") or release["eol"]
            if end and release["version"]:
                found.append((name, release["version"].removesuffix(" LTS"), release["series"], end))
    found = [row for row in found if row[3] >= "2013"]  # the year of the first images
    found.sort(key=lambda row: (row[0], [int(part) for part in re.findall(r"\d+", row[1])]))
    packages = {"debian": "kept", "ubuntu": "kept"}
    rows = ["\t".join((*row, lists.get(row[:2], packages.get(row[0], "none")))) for row in found]
    return "\n".join((*kept, heading, *rows)) + "\n"


def julia(read: Read, before: str) -> str:
    """julia.json: the releases of Julia, from the list that repo2docker reads at each build."""
    releases = sorted(
        (tuple(map(int, version.split("."))) for version, facts in json.loads(read(_JULIA)).items() if facts["stable"]),
    )
    lines: dict[tuple[int, ...], list[str]] = {}
    for release in releases:
        lines.setdefault(release[:2], []).append(json.dumps(".".join(map(str, release))))
    versions = ",\n".join(f"    {', '.join(line)}" for line in lines.values())
    return re.sub(r'("versions": \[\n).*?(\n  \])', rf"\1{versions}\2", before, flags=re.DOTALL)


def repo2docker(read: Read, before: str) -> str:
    """repo2docker.json: the versions of R that the newest source of repo2docker knows and its release does not."""
    for node in ast.walk(ast.parse(read(_REPO2DOCKER))):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "version_map":
            newest: dict[str, str] = ast.literal_eval(node.value)
            break
    else:
        raise ValueError(f"{_REPO2DOCKER} has no version_map")
    known = json.loads(before)["r"]["versions"]
    unreleased = {version: full for version, full in newest.items() if known.get(version) != full}
    return re.sub(r'("unreleased": )\{.*?\}', lambda found: found[1] + json.dumps(unreleased), before)


def hubs(read: Read, before: str) -> str:
    """hubs.json: the memory of mybinder.org, for a session and for the copy of the repository."""
    import yaml

    values: Any = yaml.safe_load(read(_MYBINDER))["binderhub"]
    executor = values["config"]["KubernetesBuildExecutor"]
    said = {
        "memory": values["jupyterhub"]["singleuser"]["memory"]["limit"],
        "clone": executor["resources"]["limits"]["ephemeral-storage"],
    }
    begin, end = before.index('"mybinder.org": {'), before.index('"generic": {')
    section = before[begin:end]
    for name, value in said.items():
        section = re.sub(rf'("{name}": )"[^"]*"', rf'\g<1>"{value}"', section)
    return before[:begin] + section + before[end:]


TABLES: dict[str, Callable[[Read, str], str]] = {
    "ends.tsv": ends,
    "julia.json": julia,
    "repo2docker.json": repo2docker,
    "hubs.json": hubs,
}


def reader(folder: Path | None) -> Read:
    """What reads an address: from the web, or from saved copies."""

    def saved(address: str) -> str:
        assert folder is not None
        return (folder / address.removeprefix("https://")).read_text("utf-8")

    def asked(address: str) -> str:
        answer = requests.get(address, timeout=60)
        answer.raise_for_status()
        answer.encoding = "utf-8"
        return answer.text

    return saved if folder else asked


def differences(read: Read, names: list[str]) -> Iterator[tuple[Path, str, str]]:
    """The tables that differ from their sources: the file, its text, and what it should be."""
    for name in names:
        path = DATA / name
        before = path.read_text("utf-8")
        after = TABLES[name](read, before)
        if after != before:
            yield path, before, after


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.facts", description="Hold tables against their sources.")
    parser.add_argument("action", choices=("check", "write"))
    parser.add_argument("--from", dest="folder", type=Path, metavar="FOLDER", help="saved copies of the sources")
    parser.add_argument("tables", nargs="*", metavar="TABLE", help=f"of {', '.join(TABLES)}")
    given = parser.parse_intermixed_args(arguments)
    unknown = [name for name in given.tables if name not in TABLES]
    if unknown:
        parser.error(f"unknown table: {', '.join(unknown)}")
    changed = False
    for path, before, after in differences(reader(given.folder), given.tables or list(TABLES)):
        changed = True
        lines = difflib.unified_diff(before.splitlines(True), after.splitlines(True), path.name, path.name, n=0)
        sys.stdout.writelines(lines)
        if given.action == "write":
            path.write_text(after, "utf-8")
    return int(changed and given.action == "check")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
