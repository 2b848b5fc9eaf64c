"""Julia projects: the tables of Project.toml with places, and the version that Manifest.toml was made with."""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.read.digits import release
from binderlint.read.toml import decode_error_place, find_value, find_values, parse_loose, parse_toml
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Text
from binderlint.typed import Any
from binderlint.values import NamedTuple

_UUID = regex(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


class Project(NamedTuple):
    """The project file that selects the build, and what is in it; nothing where it is not valid."""

    source: Source
    data: dict[str, Any]

    @property
    def compat(self) -> Text | None:
        """What `[compat]` says of Julia itself."""
        return find_value(self.source, "compat", "julia")

    @property
    def is_julia(self) -> bool:
        """Whether anything in it is of a Julia project; an empty file is one too."""
        tables = {"deps", "compat", "extras", "targets", "weakdeps", "extensions", "sources", "workspace", "apps"}
        return not self.data or bool(tables & set(self.data)) or "uuid" in self.data

    @property
    def is_package(self) -> bool:
        """Whether it is the project of a package, which others install by its name."""
        return all(key in self.data for key in ("name", "uuid", "version"))

    def wrong_deps(self) -> list[tuple[str, Text]]:
        """The dependencies whose value is no UUID."""
        deps = self.data.get("deps")
        values = deps if isinstance(deps, dict) else {}
        wrong = [name for name, value in values.items() if not (isinstance(value, str) and _UUID.fullmatch(value))]
        written = find_values(self.source) if wrong else {}
        return [(name, text) for name in wrong if (text := written.get(("deps", name)))]


def read_project(repo: Snapshot) -> Project | None:
    """JuliaProject.toml, else Project.toml, where it selects the build."""
    plan = build_plan(repo)
    if plan.buildpack != Buildpack.JULIA:
        return None
    for name in ("JuliaProject.toml", "Project.toml"):
        if source := repo.get(plan.path(name)):
            try:
                return Project(source, parse_loose(source.text.removeprefix("\ufeff")))
            except Exception:  # the parser of `toml` raises IndexError and others for some files
                return Project(source, {})
    return None


def manifest_version(repo: Snapshot) -> str:
    """The Julia that Manifest.toml was resolved with, empty where it does not say."""
    if (source := _manifest(repo)) and (version := find_value(source, "julia_version")):
        return str(version) if re.fullmatch(r"\d+\.\d+\.\d+", version) else ""
    return ""


def has_old_manifest(repo: Snapshot) -> bool:
    """Whether Manifest.toml is in the format of Julia 1.6 and earlier, which does not say which Julia made it (Pkg, src/manifest.jl)."""
    source = _manifest(repo)
    return source is not None and "[[" in source.text and not find_value(source, "manifest_format")


def manifest_fault(repo: Snapshot) -> tuple[Place, str] | None:
    """Where Julia cannot read the manifest beside the project, and what is wrong there."""
    source = _manifest(repo)
    if source is None:
        return None
    try:
        parse_toml(source.text.removeprefix("\ufeff"))
    except ValueError as error:
        return decode_error_place(source, error), str(error)
    except RecursionError:
        pass
    return None


def locked_packages(repo: Snapshot) -> frozenset[str] | None:
    """The names of the packages in the manifest beside the project; None where there is none that can be read."""
    source = _manifest(repo)
    if any(path.startswith(build_plan(repo).path("Manifest-v")) for path in repo.sources):
        return None  # of one Julia alone
    try:
        data = parse_toml(source.text.removeprefix("\ufeff")) if source else None
    except (ValueError, RecursionError):
        return None
    if data is None:
        return None
    entries = data.get("deps", {}) if "manifest_format" in data or "deps" in data else data
    return (
        frozenset(name for name, value in entries.items() if isinstance(value, list))
        if isinstance(entries, dict)
        else None
    )


def _manifest(repo: Snapshot) -> Source | None:
    """The manifest that Julia reads beside the project."""
    paths = (build_plan(repo).path(name) for name in ("JuliaManifest.toml", "Manifest.toml"))
    return next((source for path in paths if (source := repo.get(path))), None)


def rewritten(compat: str) -> str:
    """A constraint that repo2docker cannot read, in a form that it can and with the newest version it allows; empty where there is none."""
    text = compat.strip()
    if text in ("*", ""):
        return "1"
    if found := re.fullmatch(r"(>=|≥|<=|≤|<|>|=|\^|~)\s+(\d+(?:\.\d+)*)", text):
        return found[1] + found[2]
    if found := re.fullmatch(r"(\d+\.\d+)(?:\.[x*])", text):
        return "~" + found[1]
    if found := re.fullmatch(r"(\d+)\.[x*]", text):
        return found[1]
    if found := re.fullmatch(r"=?\s*(\d+\.\d+)\.\d+", text):
        return "~" + found[1]
    if found := re.fullmatch(r"\d+(?:\.\d+)*\s+-\s+(\d+\.\d+)(?:\.\d+)?", text):
        return "~" + found[1]
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 1 and all(re.fullmatch(r"\^?\d+(?:\.\d+)*", part) for part in parts):
        # carets: together they allow what the lowest of the newest major version allows
        numbers = [release(part.lstrip("^")) for part in parts]
        newest = max(number[0] for number in numbers)
        return ".".join(map(str, min(number for number in numbers if number[0] == newest)))
    if len(parts) > 1 and all(re.fullmatch(r"~\d+\.\d+(?:\.\d+)?", part) for part in parts):
        return max(parts, key=lambda part: release(part[1:]))
    return ""


def is_narrower(compat: str) -> bool:
    """Whether `rewritten` has no form for a constraint, or one that allows less."""
    parts = [part.strip() for part in compat.split(",")]
    if len(parts) > 1:
        return "~" in compat or len({part.lstrip("^").partition(".")[0] for part in parts}) > 1
    ranges = re.search(r"\s-\s", compat) or re.fullmatch(r"\s*=?\s*\d+\.\d+\.\d+\s*", compat)
    return ranges is not None or not rewritten(compat)
