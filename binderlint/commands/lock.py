"""lock: write the versions that go together, today or as of an earlier day, into the files that list the packages."""

from __future__ import annotations

import argparse
import datetime
from collections.abc import Iterator

from binderlint.commands.exits import CLEAN, FAILED, FOUND, UsageError
from binderlint.lint.options import SUBDIR
from binderlint.outside.streams import show, show_patch, tell
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from binderlint.commands.target import Target
    from binderlint.lint.diagnostic import Edit
    from binderlint.lock.moment import Moment
    from binderlint.lock.pip import Learnt
    from binderlint.lock.together import Resolved, Unresolved
    from binderlint.lock.when import Days
    from binderlint.lock.written import Line
    from binderlint.snapshot import Snapshot


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `lock`."""
    parser.add_argument(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="a folder, which stands for the repository around it (default: the current folder)",
    )
    parser.add_argument(
        "--as-of",
        metavar="DAY",
        help="only packages that were there on a day such as 2019-06-30, at `last-commit`, or at a branch, tag or commit",
    )
    parser.add_argument(
        "--python",
        metavar="X.Y",
        help="for this Python, and write it into the files, instead of the one that Binder uses now",
    )
    parser.add_argument(
        "--full", action="store_true", help="write the versions of all other packages as well, in a generated list"
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; the exit code is 1 if something would be written"
    )
    parser.add_argument("--diff", action="store_true", help="write nothing, and print a patch")
    parser.add_argument(
        "--allow-builds",
        action="store_true",
        help="run the setup.py of packages of which only the source is there, on this computer",
    )
    parser.add_argument(
        "--when",
        action="store_true",
        help="write nothing, and find the oldest and the newest day on which the packages go together",
    )
    parser.add_argument("--subdir", default="", metavar="FOLDER", help=SUBDIR)  # fmt: skip


class _Job(NamedTuple):
    """What is to be done."""

    repo: Snapshot
    target: Target
    options: argparse.Namespace
    python: str
    moment: Moment | None
    learnt: Learnt


def run(options: argparse.Namespace) -> int:
    """Resolve and write; the exit code is 1 where the packages do not go together, or `--check` and `--diff` would change something."""
    from binderlint.snapshot import RepositoryError

    try:
        if options.when and (options.check or options.diff or options.full or options.as_of):
            raise UsageError("--when only looks for days, so --as-of, --full, --check and --diff do not go with it")
        job = _job(options)
        return _when(job) if options.when else _lock(job)
    except RepositoryError as error:
        raise UsageError(str(error)) from error


def _job(options: argparse.Namespace) -> _Job:
    from binderlint.commands.target import find_targets
    from binderlint.facts.lfs import without_pointers
    from binderlint.lock.moment import read_moment
    from binderlint.lock.pip import Learnt
    from binderlint.lock.written import with_generated
    from binderlint.snapshot import Snapshot

    target = find_targets([options.path], options.subdir)[0]
    if target.remote:
        raise UsageError("lock writes into files, so it needs a folder. Clone the repository, and lock the clone")
    if target.paths:
        raise UsageError(f"{options.path}: not a folder")
    if target.note:
        tell(f"binderlint: note: {target.note}")
    repo = with_generated(without_pointers(Snapshot.from_folder(target.root)))
    if repo.clone.root is None:
        raise UsageError(f"{target.root}: a bare repository has no files that could be changed")
    moment = read_moment(options.as_of, target.root) if options.as_of is not None else None
    return _Job(repo, target, options, _python(repo, options.python), moment, Learnt())


def _python(repo: Snapshot, given: str | None) -> str:
    """The Python to resolve for. Raises UsageError where there is nothing that could be resolved."""
    from binderlint.lock.together import lockable_pythons
    from binderlint.repo2docker.build import build_plan
    from binderlint.repo2docker.buildpack import Buildpack

    plan, known = build_plan(repo), lockable_pythons()
    if plan.error:
        raise UsageError(
            f"{plan.error.place}: repo2docker stops here, so there is nothing to lock. Run binderlint first, which says why"
        )
    if plan.buildpack == Buildpack.PIPFILE:
        raise UsageError(
            "Binder installs this repository from its Pipfile. Lock that with `pipenv lock`, and commit Pipfile.lock"
        )
    if plan.python is None or not plan.transparent:
        raise UsageError(
            "Binder does not build this repository from a list of Python packages, so there is nothing to lock"
        )
    python = given or plan.python.version
    if python not in known:
        about = f"--python {python}" if given else f"{plan.python.place}: Binder uses Python {python} here"
        raise UsageError(f"{about}. lock knows the versions {', '.join(reversed(known))}; choose one with --python")
    return python


# -- lock


def _lock(job: _Job) -> int:
    from binderlint.lint.wording import listed
    from binderlint.lock.together import Resolved, resolve_all
    from binderlint.lock.written import left_to_binder, left_to_server

    found = resolve_all(job.repo, job.python, job.moment, job.options.allow_builds, job.learnt)
    if not isinstance(found, Resolved):
        return _refused(job, found)
    if not found.pins:
        raise UsageError(
            "There is nothing to lock: no requirements.txt or environment.yml lists a package that can be looked up"
        )
    edits, lines = _edits(job, found)
    after = job.repo.apply(edits)
    notes = found.notes
    if names := left_to_server(job.repo):
        notes += (f"No version is written for {listed(names)}: Binder's Jupyter server needs its own",)
    if job.options.full and (names := left_to_binder(job.repo, found.pip)):
        notes += (
            f"Not held are {listed(names)}: Binder's Jupyter server needs them in its own versions, which may be too new for packages of an earlier time",
        )
    for note in (*(f"{left.place}: {left.place.text}: {left.why}" for left in found.wanted.left), *notes):
        tell(f"binderlint: note: {note}")
    return _finish(job, found, after, lines)


def _edits(job: _Job, found: Resolved) -> tuple[list[Edit], list[Line]]:
    """What is to be changed, and the packages that get a version. Raises UsageError where a file is in the way."""
    from binderlint.changes.python import pin_python
    from binderlint.lock.written import full_edits, pin_edits, refuses
    from binderlint.repo2docker.build import build_plan

    pairs = list(pin_edits(job.repo, job.python, found.pip, found.conda))
    edits: list[Edit] = [edit for edit, _ in pairs]
    plan = build_plan(job.repo)
    if plan.python and plan.python.version != job.python:
        edit = pin_python(job.repo, job.python)
        if edit is None:
            raise UsageError(
                f"Python {job.python} cannot be written into the files here. Name it in them, and run lock again without --python"
            )
        edits.append(edit)
    if job.options.full:
        if found.pip and (path := refuses(job.repo)):
            raise UsageError(
                f"{path}: --full writes its list of versions here, but this file is not one that it has made. Rename it"
            )
        day = f"as of {job.moment.called}" if job.moment else ""
        edits += full_edits(job.repo, job.python, day, found.pip, found.conda)
    return edits, [line for _, line in pairs]


def _finish(job: _Job, found: Resolved, after: Snapshot, lines: list[Line]) -> int:
    """Write, or say what would be written."""
    from binderlint.outside.diff import patch
    from binderlint.outside.disk import changes, write

    changed = changes(job.repo, after)
    if job.options.diff:
        show_patch(patch(changed))
        return FOUND if changed else CLEAN
    _print(_summary(job, found, lines))
    names = ", ".join(change.path for change in changed)
    if not changed:
        return CLEAN
    if job.options.check:
        _print([f"Would change {names}."])
        return FOUND
    written = write(job.target.root, [tuple(changed)])
    for change, why in written.left:
        tell(f"binderlint: error: {change.path} was not changed: {why}")
    if written.done:
        _print([f"Changed {', '.join(change.path for change in written.done)}."])
    if new := [change.path for change in written.done if change.before is None]:
        tell(f"Not in git yet: {', '.join(new)}. Binder gets only what is in git, so add it with `git add`")
    return FAILED if written.left else CLEAN


def _summary(job: _Job, found: Resolved, lines: list[Line]) -> Iterator[str]:
    pins = found.pins
    size = sum(one.size for one in pins) / 1_000_000
    sources = [one.name for one in pins if one.source]
    yield f"{_for(job.python, job.moment)}: {_count(len(pins), 'package')} go together{f' ({size:,.0f} MB to download)' if size >= 1 else ''}."
    if sources:
        yield f"Binder builds from their sources: {', '.join(sources)}."
    yield from (f"{one.where}: {one.before} -> {one.after}" for one in lines)
    if not lines:
        yield "Every package that is listed and that lock pins has a version."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _for(python: str, moment: Moment | None) -> str:
    return f"Python {python}, {f'as of {moment.called}' if moment else 'today'}"


# -- conflicts


def _refused(job: _Job, found: Unresolved) -> int:
    """Say why the packages do not go together, where they are listed, and which Python they would go together for."""
    from binderlint.lock.moment import commit_moment
    from binderlint.lock.together import first_that_resolves, loosened, proposals
    from binderlint.snapshot import RepositoryError

    conflict = found.conflict
    _print([f"{_for(job.python, job.moment)}: these packages cannot be installed together."])
    _print(f"  {place}: {place.text}" for place in found.wanted.at(conflict.packages))
    _print(["The reason:", *(f"  {line}" for line in conflict.text.splitlines())])
    if conflict.hint:
        _print([f"{conflict.hint}."])
    try:
        last = commit_moment(job.target.root, "HEAD")
    except RepositoryError:
        last = None
    tried = proposals(job.repo, job.python, job.moment, last)
    other, all_tried = first_that_resolves(job.repo, tried, found, job.options.allow_builds, job.learnt)
    if other is None:
        _print(
            [
                "No other Python of Binder's changes that."
                if all_tried
                else "Not all other Pythons were tried: that takes too long here. Try one with --python."
            ]
        )
        for one in loosened(job.python, job.moment, found, job.options.allow_builds, job.learnt):
            _print(
                [
                    f"Without `{one.requirement.specifier}` they go together: {one.requirement.text.place}: "
                    f"{one.requirement.name} would be {one.version}."
                ]
            )
        return FOUND
    words = [f"--python {other.python}"] if other.python != job.python else []
    words += [f"--as-of {other.moment.called}"] if other.moment else []
    words += ["--allow-builds"] if job.options.allow_builds else []
    _print([f"{_for(other.python, other.moment)}: they go together. Run `binderlint lock {' '.join(words)}`"])
    return FOUND


# -- when


def _when(job: _Job) -> int:
    """Say between which days the packages go together."""
    from binderlint.lock.moment import FIRST_DAY, commit_moment, of_day
    from binderlint.lock.together import Resolved, resolve_all
    from binderlint.lock.when import find_days, find_known
    from binderlint.snapshot import RepositoryError
    from binderlint.today import today

    def holds(day: datetime.date) -> bool:
        found = isinstance(
            resolve_all(job.repo, job.python, of_day(day), job.options.allow_builds, job.learnt), Resolved
        )
        tell(f"{day}: {'yes' if found else 'no'}")
        return found

    last = datetime.date.fromisoformat(today())
    try:
        hint = min(commit_moment(job.target.root, "HEAD").time.date(), last)
    except RepositoryError:
        hint = last
    known = find_known(holds, FIRST_DAY, last, hint)
    if known is None:
        _print(
            [
                f"Python {job.python}: on no day that was tried do these packages go together. Run `binderlint lock` to see why."
            ]
        )
        return FOUND
    days = find_days(holds, known, FIRST_DAY, last)
    _print([_said_days(job.python, days)])
    return CLEAN


def _said_days(python: str, days: Days) -> str:
    from binderlint.lock.moment import FIRST_DAY

    until = f"to {days.newest}" if days.newest else "until today"
    return f"Python {python}: these packages go together from {days.oldest or FIRST_DAY} {until}."


def _print(lines: Iterator[str] | list[str]) -> None:
    from binderlint.escapes import printable

    show("".join(f"{printable(line)}\n" for line in lines))
