"""check: lint repositories, and with --fix mend them."""

from __future__ import annotations

import os
import sys
from functools import partial

from binderlint.commands import several
from binderlint.commands.exits import CLEAN, CRASHED, FAILED, FOUND, UsageError
from binderlint.commands.several import Item, Output, Result
from binderlint.lint.options import OPTIONS, SUBDIR
from binderlint.outside.streams import tell
from binderlint.style import COLOURS
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence
    from pathlib import Path

    from binderlint.commands.target import Target
    from binderlint.lint.fixer import Fixed
    from binderlint.lint.report import Report
    from binderlint.lint.settings import Settings
    from binderlint.outside.disk import Change, Written
    from binderlint.read.lock import Lock
    from binderlint.reporters.overview import Row
    from binderlint.snapshot import Snapshot

# Formats that name files for whoever runs the command, so from its folder; the others name them from the repository's root.
_RELATIVE = ("full", "concise", "github", "markdown")


_TOLD = 20  # names that are not those of rules, and that are said one by one


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `check`; those that are also settings come from the table of settings."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a folder stands for the repository around it; a file limits the report to it; `gh:owner/name@ref` or a launch link is fetched (default: the current folder)",
    )
    fixing = parser.add_argument_group("fixing")
    fixing.add_argument("--fix", action="store_true", help="write the safe fixes")
    fixing.add_argument(
        "--unsafe-fixes", action="store_true", help="also those after which Binder may build something else"
    )
    fixing.add_argument(
        "--from-env",
        metavar="PYTHON",
        help="with --unsafe-fixes: pin to the versions beside this Python (its path, its name, or the folder of its environment)",
    )
    fixing.add_argument(
        "--exit-non-zero-on-fix",
        action="store_true",
        help="exit with 1 when something was fixed, though nothing is left",
    )
    fixing.add_argument("--diff", action="store_true", help="print the fixes as a patch, change nothing")
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output",
        action="append",
        metavar="FORMAT[=FILE]",
        help="full (default), concise, json, github or markdown, and for many repositories jsonl, csv or overview; may be repeated, each to its own file",
    )
    output.add_argument("--color", choices=COLOURS, default=COLOURS[0], help="colours (default: on a terminal)")
    output.add_argument("--show-suppressed", action="store_true", help="list what was suppressed, with the reasons")
    source = parser.add_argument_group("what to check")
    source.add_argument("--ref", metavar="REF", help="a branch, tag or commit instead of the working tree")
    source.add_argument("--subdir", default="", metavar="FOLDER", help=SUBDIR)
    configuration = source.add_mutually_exclusive_group()
    configuration.add_argument("--config", type=several.to_path, metavar="FILE", help="use this configuration file")
    configuration.add_argument(
        "--config-ref", metavar="REF", help="use the configuration file as it is in this branch, tag or commit"
    )
    configuration.add_argument("--isolated", action="store_true", help="use no configuration file")
    for option in OPTIONS:
        if option.flag and option.kind == "flag":
            source.add_argument(option.flag, action="store_true", default=None, help=option.help)
        elif option.flag and option.kind in ("choice", "hub"):
            source.add_argument(option.flag, choices=option.choices, help=f"{option.help} (default: {option.default})")
        elif option.flag:
            source.add_argument(option.flag, action="append", metavar="RULE,...", help=option.help.partition(";")[0])
    several.add_arguments(parser, "checked")


def run(options: argparse.Namespace) -> int:
    """Check every repository and give the worst exit code."""
    from binderlint.lint.settings import ConfigError
    from binderlint.reporters import several as reporters
    from binderlint.snapshot import RepositoryError

    try:
        if options.ref is not None and not options.ref.strip():
            raise UsageError("--ref needs the name of a branch, tag or commit")
        items = several.find_items(options.paths, options.list, options.subdir)
        targets = [item.target for item in items if item.target]
        outputs = [_output(wanted, targets, options.color) for wanted in options.output or ["full"]]
        _refuse_contradictions(options, targets)
        if not items[0].alone:
            _check_flags(options)
        versions = None
        if options.from_env is not None:
            from binderlint.outside.installed import read_installed

            versions = read_installed(options.from_env)
        if options.diff:
            outputs = []
        work = several.Work(
            partial(_check, options, tuple(outputs), versions),
            reporters.failed,
            reporters.before,
            reporters.after,
            "checked",
        )
        return several.run(items, work, outputs, options.jobs)
    except (RepositoryError, ConfigError) as error:
        raise UsageError(str(error)) from error


def _refuse_contradictions(options: argparse.Namespace, targets: list[Target]) -> None:
    """Raise UsageError where flags do not go together, or not with these targets."""
    remote = any(target.remote for target in targets)
    if (options.ref or remote) and (options.fix or options.diff):
        raise UsageError("A commit cannot be fixed: leave out --fix and --diff, or --ref and the link")
    if options.ref and remote:
        raise UsageError("--ref goes with folders; write gh:owner/name@ref")
    if options.config_ref is not None and remote:
        raise UsageError("--config-ref goes with a folder, not with the address of a repository")
    if options.unsafe_fixes and not (options.fix or options.diff):
        raise UsageError("--unsafe-fixes goes with --fix (to write them) or --diff (to see them)")
    if options.from_env is not None and not options.unsafe_fixes:
        raise UsageError("--from-env goes with --fix --unsafe-fixes (to write the versions) or --diff --unsafe-fixes")
    if options.exit_non_zero_on_fix and not options.fix:
        raise UsageError("--exit-non-zero-on-fix goes with --fix")
    if options.fix and options.jobs != 1:
        raise UsageError("--fix writes one repository after the other, so --jobs does not go with it")


def _output(wanted: str, targets: list[Target], color: str) -> Output:
    """What one `--output` asks for. Raises UsageError; no file is touched before there is a report."""
    from binderlint.reporters import FORMATS, OF_MANY
    from binderlint.style import Style, style_for

    name, _, file = wanted.partition("=")
    if name not in (*FORMATS, *OF_MANY):
        known = ", ".join((*FORMATS, *OF_MANY))
        raise UsageError(f"--output {name}: there is no such format; choose from {known}")
    if file:
        from binderlint.outside.output import OutputError, check_output

        try:
            check_output(file, [target.top for target in targets])
        except OutputError as error:
            raise UsageError(f"--output {wanted}: {error}") from error
    return Output(name, file, Style() if file else style_for(sys.stdout, color))


def _settings(item: Item, target: Target, options: argparse.Namespace) -> Settings:
    from binderlint.commands.target import from_here
    from binderlint.lint.settings import Settings, find_configuration, load_committed, load_settings

    if options.config_ref is not None:
        settings = load_committed(target.root, target.top, options.config_ref)
    else:
        file = options.config or (
            None if options.isolated or target.remote else find_configuration(target.root, target.top)
        )
        settings = load_settings(file) if file else Settings()
    if settings.file:
        here = from_here(os.path.join(os.path.realpath(settings.file.parent), settings.file.name))
        at = f" of {settings.commit}" if settings.commit else ""
        settings = settings._replace(called=f"{options.config or here}{at}")
    if settings.file and not options.config:
        base = target.root.relative_to(settings.file.parent).as_posix()
        own = base == "." and not options.ref and not settings.commit
        settings = settings._replace(base="" if base == "." else f"{base}/", path=settings.file.name if own else "")
    settings = _with_flags(settings, options)
    names = (
        settings.select,
        settings.ignore,
        settings.also_ignore,
        settings.severity,
        settings.unfixable,
        settings.extend_safe_fixes,
        [word for words in settings.per_file_ignores.values() for word in words],
    )
    for problem in _unknown([name for given in names for name in given]):
        _warn(problem if options.config else f"{item.label}{problem}")
    return settings


def _check_flags(options: argparse.Namespace) -> None:
    """Raise ConfigError for what is wrong with the flags and the configuration file that they name, whatever the repository."""
    from binderlint.lint.settings import Settings, load_settings

    _with_flags(load_settings(options.config) if options.config else Settings(), options)


def _with_flags(settings: Settings, options: argparse.Namespace) -> Settings:
    """The settings with those of the command line. Raises ConfigError for a rule there that does not exist."""
    from binderlint.lint.settings import ConfigError

    chosen = {option.name.replace("-", "_") for option in OPTIONS if option.flag}
    given = {name: value for name in chosen if (value := getattr(options, name)) is not None}
    if "select" in given:
        given["select"] = _names(given["select"])
    if "ignore" in given:
        given["also_ignore"] = _names(given.pop("ignore"))
    settings = settings._replace(**given, given=frozenset(given))
    if mistaken := _unknown((*given.get("select", ()), *given.get("also_ignore", ()))):
        raise ConfigError(mistaken[0])  # a mistake of the person who is there
    return settings


def _unknown(names: Sequence[str]) -> list[str]:
    """What to say of names of rules that there are not."""
    from binderlint.lint.naming import codes_of, suggestion

    unknown = [name for name in dict.fromkeys(names) if not codes_of(name)]
    problems = []
    for name in unknown[:_TOLD]:
        close = suggestion(name)
        problems.append(f"there is no rule `{name}`{f'; did you mean `{close}`?' if close else ''}")
    if len(unknown) > _TOLD:
        problems.append(f"{len(unknown) - _TOLD} more names in the configuration are not those of rules")
    return problems


def _names(given: list[str]) -> tuple[str, ...]:
    return tuple(name.strip() for part in given for name in part.split(",") if name.strip())


def _warn(message: str) -> None:
    tell(f"binderlint: warning: {message}")


def _check(options: argparse.Namespace, outputs: Sequence[Output], versions: Lock | None, item: Item) -> Result:
    """Check one repository, and fix it where that is asked for. Raises what a command may raise."""
    from binderlint.lint.linter import check
    from binderlint.reporters.overview import checked_row
    from binderlint.snapshot import RepositoryError

    target = item.target
    assert target
    if target.note:
        tell(f"binderlint: note: {target.note}")
    settings = _settings(item, target, options)
    repo = _read(item, target, options, settings, versions)
    if (options.fix or options.diff) and repo.clone.root is None:
        raise RepositoryError(f"{target.root}: a bare repository has no files that could be fixed")
    if options.diff:
        return _patch(repo, settings, item, target, options)
    code = CLEAN
    if options.fix:
        repo, report, code = _fix(repo, settings, item, target, options, versions)
    else:
        report = check(repo, settings)
    report = report.only(target.paths)._replace(repository=item.name, commit=repo.git.commit)
    row = checked_row(repo, report)
    texts = tuple(_text(report, row, item, target, output) for output in outputs)
    if options.show_suppressed:
        _tell_suppressed(report, item)
    if report.crashed:
        code = CRASHED
    elif any(settings.fails(found.severity) for found in report.diagnostics):
        code = max(code, FOUND)
    return Result(row, code, texts)


def _read(
    item: Item, target: Target, options: argparse.Namespace, settings: Settings, versions: Lock | None
) -> Snapshot:
    """The repository of a target as it is now. Raises RepositoryError."""
    from binderlint.snapshot import Snapshot

    if target.remote:
        from binderlint.outside.remote import open_remote

        repo = open_remote(target.remote, target.root, hub=settings.hub)
    elif options.ref:
        repo = Snapshot.from_ref(target.root, options.ref, hub=settings.hub)
    else:
        repo = Snapshot.from_folder(target.root, hub=settings.hub, versions=versions)
        if versions and (objection := versions.objection(_python_of(repo))):
            _warn(f"{item.label}{objection}")
    return _with_answers(repo, item, "online" in settings.given) if settings.online else repo


def _python_of(repo: Snapshot) -> str:
    """The Python that the build uses, empty when that is not known."""
    from binderlint.repo2docker.build import build_plan

    python = build_plan(repo).python
    return python.version if python else ""


def _with_answers(repo: Snapshot, item: Item, by_flag: bool) -> Snapshot:
    """The repository with what the services that Binder uses say of what it names; who gave no answer is said.

    A configuration comes with the repository, so without the flag only services are asked that the repository cannot choose.
    """
    from contextlib import nullcontext

    from binderlint.facts.online import web_questions
    from binderlint.lock.offered import is_there, offered_versions
    from binderlint.outside.online import ask_web
    from binderlint.outside.progress import shown
    from binderlint.source import RepositoryError, UnreadError
    from binderlint.web import ADDRESSES

    try:
        questions = list(web_questions(repo))
    except UnreadError:
        return repo  # which is said by a rule: what cannot be read is not judged
    allowed = [one for one in questions if by_flag or one.kind not in ADDRESSES]
    with shown("Asking the web ...") if item.alone else nullcontext():
        web, unanswered = ask_web(allowed)
    web = web._replace(complete=web.complete and len(allowed) == len(questions))
    for sentence in unanswered:
        _warn(f"{item.label}{sentence}")
    if by_flag and is_there():
        try:
            with shown("Looking for versions that go together ...") if item.alone else nullcontext():
                web = web._replace(resolved=offered_versions(repo))
        except RepositoryError as error:
            _warn(f"{item.label}Versions that go together were not looked for: {error}")
    return repo.with_web(web)


def _fixed(repo: Snapshot, settings: Settings, item: Item, target: Target, options: argparse.Namespace) -> Fixed:
    """The repository as the fixes make it, in memory."""
    from binderlint.lint.diagnostic import Applicability
    from binderlint.lint.fixer import fix

    least = Applicability.UNSAFE if options.unsafe_fixes else Applicability.SAFE
    fixed = fix(repo, settings, least, paths=target.paths)
    for found, reason in fixed.reverted:
        _warn(f"{item.label}{found.place}: the fix of {found.code} {found.name} was not applied: {reason}")
    return fixed


def _patch(repo: Snapshot, settings: Settings, item: Item, target: Target, options: argparse.Namespace) -> Result:
    """The fixes as a patch, which changes nothing."""
    from binderlint.outside.diff import patch
    from binderlint.outside.disk import changes
    from binderlint.reporters.overview import Row

    folder = "" if item.alone else _below_here(target)
    fixed = _fixed(repo, settings, item, target, options)
    changed = changes(repo, fixed.repo)
    tell(f"{item.label}Would change {len(changed)} file{'s' if len(changed) != 1 else ''}.")
    code = FOUND if changed else CLEAN
    if fixed.report.only(target.paths).crashed:
        code = CRASHED
    return Result(Row(item.name), code, (), patch(changed, folder))


def _below_here(target: Target) -> str:
    """Where a repository is for `git apply` in the current folder: below the top of the git repository around that, or below it itself.

    Raises RepositoryError for a repository that is elsewhere.
    """
    from binderlint.outside.dotgit import find_top
    from binderlint.snapshot import RepositoryError

    here = several.to_path(".").resolve()
    top = find_top(here) or here
    if not target.root.is_relative_to(top):
        raise RepositoryError(
            "a patch for several repositories can only be applied in a folder that has all of them in it. "
            "Change to one, or make a patch for each"
        )
    return target.root.relative_to(top).as_posix().removeprefix(".")


def _fix(
    repo: Snapshot,
    settings: Settings,
    item: Item,
    target: Target,
    options: argparse.Namespace,
    versions: Lock | None,
) -> tuple[Snapshot, Report, int]:
    """Write the fixes and say which; the files as they are then, the report of them, and the exit code as far as the writing decides it."""
    from binderlint.lint.linter import check
    from binderlint.outside.disk import changes, parts, standing, write

    _clear(repo, target.root)
    try:
        fixed = _fixed(repo, settings, item, target, options)
    except KeyboardInterrupt:
        tell(f"{item.label}Stopped before anything was fixed.")
        raise
    wanted = parts(changes(repo, fixed.repo), [found.fix for found in fixed.applied if found.fix])
    try:
        written = write(target.root, wanted)
    except BaseException:
        _tell_written(fixed, standing(target.root, wanted), _prefix(target.root), item.label)
        raise
    _tell_written(fixed, written, _prefix(target.root), item.label)
    repo, report = fixed.repo, fixed.report
    if written.left or any(change.before is None or change.origin for change in written.done):
        repo = _read(item, target, options, settings, versions)
        _tell_new(repo, written, target.root)
        report = fixed.not_offering(check(repo, settings))
    code = FAILED if written.left else FOUND if written.done and options.exit_non_zero_on_fix else CLEAN
    return repo, report, code


def _clear(repo: Snapshot, root: Path) -> None:
    """Remove what a run that was killed has left."""
    from posixpath import dirname

    from binderlint.outside.disk import clear
    from binderlint.outside.dotgit import find_top

    tracked = repo.sources if find_top(root) else ()
    for path in clear(root, {dirname(path) for path in repo.sources}, tracked):
        tell(f"Removed {_prefix(root)}{path}, which a run of binderlint left that was killed.")


def _tell_written(fixed: Fixed, written: Written, prefix: str, label: str) -> None:
    """Say what was fixed, which is only what is on the disk, and what was not and why."""
    applied = [(found, found.fix) for found in fixed.applied if found.fix]
    for found, fix in applied:
        if written.holds(fix):
            tell(f"Fixed {prefix}{found.path}: {fix.title} ({found.code} {found.name})")
    for change, why in written.left:
        tell(f"binderlint: error: {prefix}{_deed(change)}: {why}")
    if not applied:
        tell(f"{label}Nothing to fix.")


def _deed(change: Change) -> str:
    """What did not happen to a file."""
    if change.before is None:
        return f"{change.path} was not written"
    if change.after is None:
        return f"{change.path} was not removed"
    if change.origin:
        return f"{change.origin} was not renamed to {change.path}"
    return f"{change.path} was not changed"


def _tell_new(repo: Snapshot, written: Written, root: Path) -> None:
    """Say which of the new files are not in git yet; Binder gets only those that are."""
    import shlex

    from binderlint.facts.ignore import git_excludes

    new = [change for change in written.done if change.after and change.path not in repo.sources]
    if not new:
        return
    prefix = _prefix(root)
    command = ["git", *(["-C", prefix.rstrip("/")] if prefix else []), "add"]
    if any(git_excludes(repo, change.path) for change in new):
        command.append("--force")
    names = [path for change in new for path in (change.origin, change.path) if path]
    tell(
        f"Not in git yet: {', '.join(prefix + change.path for change in new)}. "
        f"Binder gets only what is in git, so run: {shlex.join([*command, *names])}"
    )


def _text(report: Report, row: Row, item: Item, target: Target, output: Output) -> str:
    """What goes to an output."""
    from binderlint.reporters import FORMATS, render
    from binderlint.reporters import several as reporters

    if output.format in _RELATIVE:
        named = target.remote and not item.alone  # two of them have the same paths
        report = _relocated(report, f"{item.name}/" if named else _prefix(target.root))
    if item.alone and output.format in FORMATS:
        return render(output.format, report, output.style)
    return reporters.each(output.format, report, row, output.style)


def _tell_suppressed(report: Report, item: Item) -> None:
    for found, reason, by in report.suppressed:
        said = by.where if by.option == "comment" else f"{by.where} {by.option}".strip()
        what = f"{found.place}: {found.code} {found.name}: {reason or 'no reason given'} ({said})"
        tell(f"suppressed: {item.label}{what}")


def _prefix(root: Path) -> str:
    """What stands before the repository's paths as seen from the current folder, empty where they are the same."""
    from binderlint.commands.target import from_here

    shown = from_here(os.path.realpath(root))
    return "" if shown == "." else f"{shown}/"


def _relocated(report: Report, prefix: str) -> Report:
    """The report with paths as seen from the current folder."""
    from binderlint.source import Source

    if not prefix:
        return report
    moved = {
        found.path: Source(f"{prefix}{found.path}", found.place.source.data, found.place.source.mode)
        for found in report.diagnostics
    }
    return report._replace(
        diagnostics=tuple(
            found._replace(place=found.place._replace(source=moved[found.path])) for found in report.diagnostics
        )
    )
