"""check: lint repositories, and with --fix mend them."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from binderlint.cli import CLEAN, CRASHED, FOUND, UsageError
from binderlint.escapes import printable
from binderlint.outside.streams import show, show_patch, tell
from binderlint.settings import OPTIONS

if TYPE_CHECKING:
    from binderlint.diagnostic import Diagnostic
    from binderlint.files.locks import Lock
    from binderlint.outside.remote import Remote
    from binderlint.report import Report
    from binderlint.repository import Repository
    from binderlint.settings import Settings

# Formats that name files for whoever runs the command, so from its folder; the others name them from the repository's root.
_RELATIVE = ("full", "concise", "github", "markdown")


class Target(NamedTuple):
    """A repository to check, and the files of it to report on (None for all)."""

    root: Path
    paths: set[str] | None = None
    remote: Remote | None = None
    """A repository on the web, instead of the one at the root."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `check`; those that are also settings come from the table of settings."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a folder is checked as a repository; a file limits the report to it; `gh:owner/name@ref` or a launch link is fetched (default: the repository around the current folder)",
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
    fixing.add_argument("--diff", action="store_true", help="print the fixes as a patch, change nothing")
    output = parser.add_argument_group("output")
    output.add_argument(
        "--output",
        action="append",
        metavar="FORMAT[=FILE]",
        help="full (default), concise, json, github or markdown; may be repeated, each to its own file",
    )
    output.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours (default: on a terminal)"
    )
    output.add_argument("--show-suppressed", action="store_true", help="list what was suppressed, with the reasons")
    source = parser.add_argument_group("what to check")
    source.add_argument("--ref", metavar="REF", help="a branch, tag or commit instead of the working tree")
    configuration = source.add_mutually_exclusive_group()
    configuration.add_argument("--config", type=Path, metavar="FILE", help="use this configuration file")
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


def run(options: argparse.Namespace) -> int:
    """Check every target and give the worst exit code."""
    from binderlint.settings import ConfigError
    from binderlint.snapshot import RepositoryError

    try:
        if options.ref is not None and not options.ref.strip():
            raise UsageError("--ref needs the name of a branch, tag or commit")
        outputs = _outputs(options.output or ["full"])
        targets = _targets(options.paths)
        committed = options.ref or any(target.remote for target in targets)
        if committed and (options.fix or options.diff):
            raise UsageError("A commit cannot be fixed: leave out --fix and --diff, or --ref and the link")
        if options.config_ref is not None and any(target.remote for target in targets):
            raise UsageError("--config-ref goes with a folder, not with the address of a repository")
        if options.unsafe_fixes and not (options.fix or options.diff):
            raise UsageError("--unsafe-fixes goes with --fix (to write them) or --diff (to see them)")
        if options.from_env is not None and not options.unsafe_fixes:
            raise UsageError(
                "--from-env goes with --fix --unsafe-fixes (to write the versions) or --diff --unsafe-fixes"
            )
        versions = None
        if options.from_env is not None:
            from binderlint.outside.installed import read_installed

            versions = read_installed(options.from_env)
        return max(_check(target, options, outputs, versions, len(targets) > 1) for target in targets)
    except (RepositoryError, ConfigError, argparse.ArgumentTypeError) as error:
        raise UsageError(str(error)) from error


def _outputs(wanted: list[str]) -> list[tuple[str, Path | None]]:
    from binderlint.reporters import FORMATS

    outputs = []
    for one in wanted:
        name, _, file = one.partition("=")
        if name not in FORMATS:
            raise argparse.ArgumentTypeError(
                f"--output {name}: there is no such format; choose from {', '.join(FORMATS)}"
            )
        if file:
            try:
                Path(file).write_text("")  # each repository of this run adds to it
            except OSError as error:
                raise argparse.ArgumentTypeError(
                    f"--output {one}: {file} cannot be written: {error.strerror}"
                ) from error
        outputs.append((name, Path(file) if file else None))
    return outputs


def _targets(paths: list[str]) -> list[Target]:
    """Folders are repositories of their own, as with repo2docker's --subdir; files limit the report on the repository around them."""
    from binderlint.outside.dotgit import find_top

    here = Path.cwd()
    if not paths:
        return [Target(find_top(here) or here)]

    from binderlint.outside.remote import find_remote
    from binderlint.snapshot import RepositoryError

    remotes = [Target(here, None, remote) for given in paths if (remote := find_remote(given))]
    paths = [given for given in paths if not find_remote(given)]
    targets: dict[Path, set[str] | None] = {}
    for given in paths:
        path = Path(given)
        if not os.path.lexists(path):
            raise RepositoryError(f"{given}: no such file or folder")
        if path.is_dir():
            whole = path.resolve()
            root = whole.parent if whole.name in ("binder", ".binder") else whole
            targets[root] = None if root == whole else targets.get(root, set())
            if root != whole and targets[root] is not None:
                targets[root] = {*(targets[root] or ()), whole.name}
            continue
        full = path.parent.resolve() / path.name
        root = find_top(full.parent) or (
            full.parent.parent if full.parent.name in ("binder", ".binder") else full.parent
        )
        known = targets.get(root, set())
        targets[root] = None if known is None else {*known, full.relative_to(root).as_posix()}
    return [*(Target(root, chosen) for root, chosen in targets.items()), *remotes]


def _settings(root: Path | None, options: argparse.Namespace) -> Settings:
    from binderlint.rules import all_rules
    from binderlint.settings import Settings, find, load, load_committed

    if options.config_ref is not None and root:
        settings = load_committed(root, options.config_ref)
    else:
        file = options.config or (None if options.isolated or root is None else find(root))
        settings = load(file) if file else Settings()
    if settings.file:
        here = _from_here(os.path.join(os.path.realpath(settings.file.parent), settings.file.name))
        at = f" of {settings.commit}" if settings.commit else ""
        settings = settings._replace(called=f"{options.config or here}{at}")
    chosen = {option.name.replace("-", "_") for option in OPTIONS if option.flag}
    given = {name: value for name in chosen if (value := getattr(options, name)) is not None}
    if "select" in given:
        given["select"] = _names(given["select"])
    if "ignore" in given:
        given["also_ignore"] = _names(given.pop("ignore"))
    settings = settings._replace(**given, given=frozenset(given))
    named = [
        *settings.select,
        *settings.ignore,
        *settings.also_ignore,
        *settings.severity,
        *settings.unfixable,
        *settings.extend_safe_fixes,
    ]
    if named:
        known = {word for rule in all_rules() for word in (rule.code, rule.name, rule.code[:3])} | {"ALL"}
        for name in named:
            if not any(name.upper() == word or name.lower() == word or word.startswith(name.upper()) for word in known):
                _warn(f"there is no rule `{name}`{_did_you_mean(name, sorted(known))}")
    return settings


def _names(given: list[str]) -> tuple[str, ...]:
    return tuple(name.strip() for part in given for name in part.split(",") if name.strip())


def _did_you_mean(name: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, 1)
    return f"; did you mean `{close[0]}`?" if close else ""


def _warn(message: str) -> None:
    tell(f"binderlint: warning: {message}")


def _check(
    target: Target,
    options: argparse.Namespace,
    outputs: list[tuple[str, Path | None]],
    versions: Lock | None,
    several: bool,
) -> int:
    from binderlint.linter import check
    from binderlint.repository import Repository
    from binderlint.snapshot import RepositoryError

    settings = _settings(None if target.remote else target.root, options)
    assume = settings.assume_binder or settings.file is not None
    if target.remote:
        from binderlint.outside.remote import open_remote

        repo = open_remote(target.remote, target.root, hub=settings.hub, assume_binder=assume)
    elif options.ref:
        repo = Repository.from_ref(target.root, options.ref, hub=settings.hub, assume_binder=assume)
    else:
        repo = Repository.from_folder(target.root, hub=settings.hub, assume_binder=assume, versions=versions)
        if versions and (objection := versions.objection(repo.plan.python)):
            _warn(objection)
    if settings.online:
        repo = _with_all_refs(repo)
    if options.fix or options.diff:
        if repo.clone.root is None:
            raise RepositoryError(f"{target.root}: a bare repository has no files that could be fixed")
        report, changed = _fix(repo, settings, target, options)
    else:
        report, changed = check(repo, settings).only(target.paths), False
    if not options.diff:
        _print(report, target.root, options, outputs, several)
    if report.crashed:
        return CRASHED
    failed = changed if options.diff else any(settings.fails(found.severity) for found in report.diagnostics)
    return FOUND if failed else CLEAN


def _with_all_refs(repo: Repository) -> Repository:
    """The repository with what its host says of branches and tags; without an answer, as it is."""
    from binderlint.outside.online import OnlineError, with_all_refs

    try:
        return repo.with_git(with_all_refs(repo.git))
    except OnlineError as error:
        _warn(str(error))
        return repo


def _fix(repo: Repository, settings: Settings, target: Target, options: argparse.Namespace) -> tuple[Report, bool]:
    """Fix in memory, then write or print the patch; the report is of what is left."""
    from binderlint.diagnostic import Applicability
    from binderlint.fixer import fix
    from binderlint.outside.disk import changes, write

    least = Applicability.UNSAFE if options.unsafe_fixes else Applicability.SAFE
    fixed = fix(repo, settings, least, paths=target.paths)
    changed = changes(repo, fixed.repo)
    for found, reason in fixed.reverted:
        _warn(f"{found.place}: the fix of {found.code} {found.name} was not applied: {reason}")
    if options.diff:
        from binderlint.outside.diff import patch

        show_patch(patch(changed))
        tell(f"Would change {len(changed)} file{'s' if len(changed) != 1 else ''}.")
    else:
        for problem in write(target.root, changed):
            _warn(problem)
        tell(*_fixed_lines(fixed.applied))
    return fixed.report.only(target.paths), bool(changed)


def _fixed_lines(applied: tuple[Diagnostic, ...]) -> list[str]:
    lines = [f"Fixed {found.path}: {found.fix.title} ({found.code} {found.name})" for found in applied if found.fix]
    return [*lines, ""] if lines else ["Nothing to fix."]


def _print(
    report: Report, root: Path, options: argparse.Namespace, outputs: list[tuple[str, Path | None]], several: bool
) -> None:
    from binderlint.reporters import render
    from binderlint.style import Style, style_for

    for name, file in outputs:
        shown = _relocated(report, _prefix(root)) if name in _RELATIVE else report
        style = Style() if file else style_for(sys.stdout, options.color)
        text = render(name, shown, style)
        if several and name == "json":
            text = " ".join(line.strip() for line in text.splitlines()) + "\n"
        elif several and name in ("full", "concise"):
            text = f"{style.paint('bold', printable(str(root)))}\n{text}\n"
        if file:
            with file.open("a", encoding="utf-8") as stream:
                stream.write(text)
        else:
            show(text)
    if options.show_suppressed:
        for found, reason, by in report.suppressed:
            said = by.where if by.option == "comment" else f"{by.where} {by.option}".strip()
            tell(f"suppressed: {found.place}: {found.code} {found.name}: {reason or 'no reason given'} ({said})")


def _prefix(root: Path) -> str:
    """What stands before the repository's paths as seen from the current folder, empty where they are the same."""
    shown = _from_here(os.path.realpath(root))
    return "" if shown == "." else f"{shown}/"


def _from_here(path: str) -> str:
    """A real path (Windows may give a folder by its short name, `RUNNER~1`) as seen from the current folder; all of it on another drive."""
    try:
        path = os.path.relpath(path, os.path.realpath(os.curdir))
    except ValueError:
        pass
    return path.replace(os.sep, "/")


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
