"""JUL: which Julia a build gets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import append_lines, insert_lines, replace
from binderlint.files.julia import Project, manifest_version, read_project, rewritten
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.source import Text

_DEPS = '[deps]\nPlots = "91a5bcdd-55d7-5caf-9e0b-520d859cae80"\n'
_COMPAT = _DEPS + '\n[compat]\njulia = "{}"  # ours\n'


def _allows(constraint: str) -> str:
    """The newest known Julia that repo2docker would take for a constraint, empty where it would raise."""
    from binderlint.buildpacks.julia import find_match
    from binderlint.buildpacks.tables import julia

    try:
        return find_match(constraint, julia()["versions"]) or ""
    except (AttributeError, ValueError, TypeError, IndexError):
        return ""


class JuliaCompatUnparsable(Rule):
    """repo2docker cannot read the Julia version in `[compat]`.

    It has its own reader, which knows `1.10`, `^1.10`, `~1.10`, `=1.10.4` and `>=1.6`. Lists (`1.6, 1.10`), ranges (`1.6 - 1.10`), a space after the sign (`>= 1.6`), `1.10.x` and names, all of which Julia itself accepts, end the build with an error.
    So does a version that was never released.

    ## Fix safety

    The fix writes a constraint that repo2docker can read and that yours allows. It is unsafe: the meaning for Julia itself may become narrower.
    """

    code = "JUL002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#907", "jupyterhub/repo2docker: repo2docker/semver.py")
    examples = (
        Bad(
            {"Project.toml": _COMPAT.format("1.6, 1.10")},
            at="Project.toml:5:9",
            fixed={"Project.toml": _COMPAT.format("1.6")},
            why="A list",
        ),
        Bad(
            {"binder/Project.toml": _COMPAT.format("1.6 - 1.9").replace("\n", "\r\n")},
            at="binder/Project.toml:5:9",
            fixed={"binder/Project.toml": _COMPAT.format("~1.9").replace("\n", "\r\n")},
            why="A range",
        ),
        Bad(
            {"JuliaProject.toml": _COMPAT.format(">= 1.6")},
            at="JuliaProject.toml:5:9",
            fixed={"JuliaProject.toml": _COMPAT.format(">=1.6")},
            why="A space after the sign",
        ),
        Bad(
            {"Project.toml": _COMPAT.format("1.10.x")},
            at="Project.toml:5:9",
            fixed={"Project.toml": _COMPAT.format("~1.10")},
            why="A letter instead of the last number",
        ),
        Bad(
            {"Project.toml": _COMPAT.format("*")},
            at="Project.toml:5:9",
            fixed={"Project.toml": _COMPAT.format("1")},
            why="A star",
        ),
        Bad({"Project.toml": _COMPAT.format("nightly")}, at="Project.toml:5:9", why="A name"),
        Bad({"Project.toml": _COMPAT.format("2")}, at="Project.toml:5:9", why="A version that was never released"),
        Good({"Project.toml": _COMPAT.format("~1.10")}, why="A tilde"),
        Good({"Project.toml": _COMPAT.format("=1.10.4")}, why="One release"),
        Good({"Project.toml": _COMPAT.format(">=1.6")}, why="No space after the sign"),
        Good(
            {"Project.toml": _COMPAT.format("1.6, 1.10"), "binder/requirements.txt": "numpy\n"},
            why="Binder does not read this file",
        ),
        Good(
            {"Project.toml": _DEPS + '\n[compat]\nPlots = "1.6, 1.10"\njulia = "~1.10"\n'},
            why="A list for a package, which Pkg reads",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        project, error = read_project(repo), repo.plan.error
        if not (project and project.data and error and error.place.path == project.source.path):
            return
        compat = project.compat
        if compat is None:
            return
        new = rewritten(compat)
        yield self.at(
            compat,
            f"repo2docker cannot read which Julia `{compat}` means, so the build stops with an error"
            if "matching" not in error.message
            else f"No Julia was ever released that `{compat}` allows, so the build stops with an error",
            help="Write one version, as in `~1.10` (the newest 1.10) or `=1.10.4`",
            fix=_set(compat, new) if new and _allows(new) else None,
        )


def _set(compat: Text, new: str) -> Fix:
    written = compat.place.text
    quote = written[0] if written[:1] in ("'", '"') else '"'
    return Fix(f"Write `{new}`", (replace(compat.place, f"{quote}{new}{quote}"),), Applicability.UNSAFE)


class JuliaVersionFloats(Rule):
    """Each build may get another Julia version.

    Without `[compat] julia`, or with `julia = "1.6"`, which means "1.6 or any newer 1.x", repo2docker installs the newest Julia 1 on the day of the build. It does not read Manifest.toml, which was resolved with one version and often cannot be used with
    another: standard libraries change from release to release.

    ## Fix safety

    The fix writes the Julia version of Manifest.toml, or otherwise the one that Binder installs today. It is unsafe: newer releases with their fixes are no longer installed.
    """

    code = "JUL003"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/repo2docker#1190", "jupyterhub/repo2docker#903", "jupyterhub/repo2docker#1375")
    examples = (
        Bad(
            {"Project.toml": _COMPAT.format("1.6"), "Manifest.toml": 'julia_version = "1.10.4"\n[deps]\n'},
            at="Project.toml:5:9",
            fixed={"Project.toml": _COMPAT.format("~1.10")},
            why="A version that allows every newer one",
        ),
        Bad(
            {"binder/Project.toml": _DEPS.rstrip("\n"), "binder/Manifest.toml": 'julia_version = "1.9.2"\n'},
            at="binder/Project.toml:1:1",
            fixed={"binder/Project.toml": _DEPS + '\n[compat]\njulia = "~1.9"\n'},
            why="No version",
        ),
        Bad(
            {
                "Project.toml": _DEPS + '\n[compat]\nPlots = "1"\n',
                "Manifest.toml": 'julia_version = "1.11.1"\n',
            },
            at="Project.toml:1:1",
            fixed={"Project.toml": _DEPS + '\n[compat]\njulia = "~1.11"\nPlots = "1"\n'},
            why="A version of a package only",
        ),
        Good({"Project.toml": _COMPAT.format("~1.10")}, why="One minor version"),
        Good({"Project.toml": _COMPAT.format("=1.10.4")}, why="One release"),
        Good({"Project.toml": _COMPAT.format("<1.11")}, why="An upper bound"),
        Good(
            {"Project.toml": _COMPAT.format("1.6, 1.10")},
            why="A version that cannot be read, which julia-compat-unparsable reports",
        ),
        Good({"Project.toml": _DEPS, "binder/requirements.txt": "numpy\n"}, why="Binder does not read this file"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        project, version = read_project(repo), repo.plan.julia
        if project is None or repo.plan.error or version is None or not project.is_julia:
            return
        compat = project.compat
        if compat is not None and not re.fullmatch(r"\s*(?:\^|>=?|≥)?\s*\d+(?:\.\d+)*\s*", compat):
            return
        made = manifest_version(repo)
        minor = ".".join((made or version.version).split(".")[:2])
        today = ".".join(version.version.split(".")[:2])
        differs = f", and Manifest.toml was made with {made}" if made and minor != today else ""
        where = f"`{compat}` allows every newer Julia 1" if compat else "No version of Julia is named"
        new = f"~{minor}"
        yield self.at(
            compat if compat is not None else project.source,
            f"{where}, so each build takes the newest there is ({today} or later){differs}",
            help=f'Write `julia = "{new}"` under `[compat]`',
            fix=None if not _allows(new) else _set(compat, new) if compat is not None else _added(project, new),
        )


def _added(project: Project, constraint: str) -> Fix | None:
    """A line under `[compat]`, or the table at the end of the file."""
    line = f'julia = "{constraint}"'
    for number, text in enumerate(project.source.lines(), 1):
        if re.match(r"\s*\[compat\]\s*(?:#|$)", text):
            return Fix(f"Write `{line}`", (insert_lines(project.source, number + 1, line),), Applicability.UNSAFE)
    if "compat" in project.data:
        return None
    return Fix(f"Write `{line}`", (append_lines(project.source, f"\n[compat]\n{line}"),), Applicability.UNSAFE)
