"""plan: the way from a repository's files to a launch, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from binderlint.escapes import printable
from binderlint.lint.hubs import Verdict, judge
from binderlint.lint.wording import joined
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import Match, Plan, PlanError, Status, Step, Version
from binderlint.repo2docker.steps import build_steps, launch, reinstalls
from binderlint.reporters.json import dumps
from binderlint.reporters.jsonl import one_line
from binderlint.reporters.overview import Row, render_plans
from binderlint.snapshot import Snapshot
from binderlint.source import Place
from binderlint.style import Style, hanging, wrapped
from binderlint.typed import Any
from binderlint.values import NamedTuple

LANGUAGES = {
    Buildpack.DOCKER: "Dockerfile",
    Buildpack.JULIA: "Julia",
    Buildpack.JULIA_REQUIRE: "Julia (old)",
    Buildpack.NIX: "Nix",
    Buildpack.R: "R",
    Buildpack.CONDA: "conda",
    Buildpack.PIPFILE: "Pipfile",
    Buildpack.PYTHON: "Python",
}
VERSION = 1
BOTH = Match(Buildpack.DOCKER, "RuntimeError")
"""How `matching` begins where there are two binder directories."""
_MARKS = {Status.USED: ("green", "used"), Status.INDIRECT: ("blue", "indirect"), Status.IGNORED: ("yellow", "ignored")}


class Outline(NamedTuple):
    """Everything there is to say of a repository's plan."""

    plan: Plan
    steps: tuple[Step, ...]
    reinstalls: tuple[str, ...]
    launch: str
    hub: Verdict
    repository: str = ""
    """What the repository is called, empty where nobody has named it."""
    commit: str = ""
    """The commit that is checked out, or that was looked at; empty where that is not known."""


def outline(repo: Snapshot, repository: str = "") -> Outline:
    """The plan of a repository, called by a name, with its steps and the verdict of its hub."""
    steps = build_steps(repo)
    plan = build_plan(repo)
    return Outline(plan, steps, reinstalls(steps), launch(plan), judge(repo.allows, plan), repository, repo.git.commit)


def each(format: str, found: Outline, style: Style) -> str:
    """The plan of one of several repositories."""
    if format == "json":
        return one_line(render_json(found))
    return f"{style.paint('bold', printable(found.repository))}\n{render(found, style)}\n"


def failed(format: str, row: Row, style: Style) -> str:
    """What is said of a repository that could not be looked at. In text the overview says it, and standard error has."""
    content = {"version": VERSION, "repository": row.repository, "commit": None, "failure": row.failure}
    return one_line(dumps(content)) if format == "json" else ""


def before(format: str) -> str:
    """Nothing comes first."""
    return ""


def after(format: str, rows: Sequence[Row], style: Style) -> str:
    """What comes last: in text the overview."""
    return render_plans(rows, style) if format == "text" else ""


def render(found: Outline, style: Style) -> str:
    """The plan as text: verdict, what decides, files, steps, launch."""
    return "\n".join(_lines(_shown(found), found.plan.error, style)) + "\n"


def _shown(value: Any) -> Any:
    """The same value with every text in it as a terminal can show it."""
    match value:
        case str():
            return printable(value)
        case Place():
            return value
        case tuple() if hasattr(value, "_make"):
            return value._make(map(_shown, value))
        case tuple():
            return tuple(map(_shown, value))
    return value


def _lines(found: Outline, error: PlanError | None, style: Style) -> Iterator[str]:
    plan = found.plan
    yield from _verdict(found, style)
    if error:
        yield ""
        where = style.paint("bold", printable(str(error.place)))
        yield f"{style.paint('red', 'repo2docker stops')} ({printable(error.stage)}), at {where}:"
        yield from (f"  {printable(line)}" for line in f"{error.type}: {error.message}".splitlines())
    yield ""
    yield from _facts(found, style)
    if plan.files:
        yield ""
        yield style.paint("bold", "Files")
        yield from _files(plan, style)
    if found.steps:
        yield ""
        yield style.paint("bold", "Build")
        yield from _steps(found.steps, style)
        yield ""
        yield style.paint("bold", "Launch")
        yield f"  {found.launch}"
    if found.steps:
        yield ""
        yield from (style.paint("dim", line) for line in wrapped(_rebuilt(found), style))
    if not found.hub.accepts:
        yield ""
        yield style.paint("dim", "`binderlint` says what to do about it.")


def _rebuilt(found: Outline) -> str:
    """What runs again when the repository changes; every ref that moves is a new image (binderhub, builder.py)."""
    if found.plan.buildpack == Buildpack.DOCKER:
        return "Every commit makes a new image."
    files = list(found.reinstalls)
    before = (
        f"; those before it only when {joined(files, 'or')} change{'s' if len(files) == 1 else ''}" if files else ""
    )
    return f"Every commit makes a new image, for which the steps from the copy on run again{before}."


def _verdict(found: Outline, style: Style) -> list[str]:
    if found.hub.accepts:
        said = f"{found.hub.name} will try to build this repository; `binderlint` says what may stop it"
        return hanging(f"{style.paint('green', 'ok')} ", said, 3, style)
    said = f"{found.hub.name} will not launch this repository: {'; '.join(found.hub.reasons)}"
    return hanging(f"{style.paint('red', 'no')} ", said, 3, style)


def _facts(found: Outline, style: Style) -> Iterator[str]:
    plan = found.plan
    folder = f"in `{plan.binder_dir}/`" if plan.binder_dir else "in the root of the repository"
    if BOTH in plan.matching:
        folder = "in `binder/` and `.binder/`, of which repo2docker takes one only"
    facts = [("Configuration", folder), ("Buildpack", _buildpack(plan))]
    for name, version in (("Python", plan.python), ("R", plan.r), ("Julia", plan.julia)):
        if version:
            facts.append((name, f"{version.version}  {_source(version)}"))
    if plan.separate_kernel:
        facts.append(("Kernel", "in an environment of its own, beside a server on a newer Python"))
    width = max(len(name) for name, _ in facts)
    for name, value in facts:
        yield from hanging(f"{style.paint('bold', name.ljust(width))}  ", value, width + 2, style)


def _buildpack(plan: Plan) -> str:
    if plan.buildpack is None:
        return "none: repo2docker stops before it chooses one"
    if plan.default:
        return "none matches; repo2docker's default is a bare Python environment"
    others = [LANGUAGES[one.buildpack] for one in plan.matching[1:] if not one.error]
    also = f", which comes before {' and '.join(others)}" if others else ""
    return f"{LANGUAGES[plan.buildpack]} ({plan.buildpack}){also}"


def _source(version: Version) -> str:
    reason = version.reason
    return f"{printable(str(version.place))}: {reason}" if version.place else f"default: {reason}"


_REASON = 40  # columns that are left for a reason, with fewer of which it stands below


def _files(plan: Plan, style: Style) -> Iterator[str]:
    width = max(len(use.path) for use in plan.files)
    order = list(_MARKS)
    for use in sorted(plan.files, key=lambda use: (order.index(use.status), use.path)):
        colour, word = _MARKS[use.status]
        head = f"  {style.paint(colour, word.ljust(8))}  {use.path.ljust(width)}"
        if width > style.width - _REASON:
            yield head
            yield from (f"    {style.paint('dim', line.strip())}" for line in wrapped(use.reason, style, "    "))
        else:
            yield from hanging(f"{head}  ", use.reason, width + 14, style, "dim")


def _steps(steps: tuple[Step, ...], style: Style) -> Iterator[str]:
    width = max(len(step.user) for step in steps)
    for number, step in enumerate(steps, 1):
        files = f"  {style.paint('cyan', ', '.join(step.files))}" if step.files and step.when != "docker" else ""
        what = step.what
        if len(what) > style.width - width - 8:
            what = what[: style.width - width - 9] + "…"
        text = style.paint("bold", what) if step.when == "copy" else what
        yield f"  {number:2}  {style.paint('dim', step.user.ljust(width))}  {text}{files}"


def render_json(found: Outline) -> str:
    """The plan as JSON; its form is docs/plan.schema.json."""
    plan = found.plan
    content: dict[str, Any] = {
        "version": VERSION,
        "repository": found.repository or None,
        "commit": found.commit or None,
        "failure": None,
        "binder_dir": plan.binder_dir,
        "buildpack": plan.buildpack and plan.buildpack.value,
        "matching": list(map(str, plan.matching)),
        "default": plan.default,
        "python": _version(plan.python),
        "r": _version(plan.r),
        "julia": _version(plan.julia),
        "separate_kernel": plan.separate_kernel,
        "files": [{"path": use.path, "status": use.status.value, "reason": use.reason} for use in plan.files],
        "steps": [
            {"user": step.user, "what": step.what, "files": list(step.files), "when": step.when} for step in found.steps
        ],
        "reinstalls": list(found.reinstalls),
        "start": plan.start,
        "post_build": plan.post_build,
        "launch": found.launch,
        "error": None,
        "hub": {"name": found.hub.name, "accepts": found.hub.accepts, "reasons": list(found.hub.reasons)},
    }
    if plan.error:
        place = plan.error.place
        content["error"] = {
            "stage": plan.error.stage,
            "type": plan.error.type,
            "message": plan.error.message,
            "path": place.path,
            "line": place.line,
            "column": place.column,
        }
    return dumps(content)


def _version(version: Version | None) -> dict[str, Any] | None:
    if version is None:
        return None
    source = str(version.place) if version.place else "default"
    return {"version": version.version, "source": source, "reason": version.reason}
