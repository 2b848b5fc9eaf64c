"""try: make the environment of the plan on this computer, without Docker, and try the imports and the launch in it."""

from __future__ import annotations

import argparse
import sys

from binderlint.commands.exits import CLEAN, FAILED, FOUND, UsageError
from binderlint.lint.options import SUBDIR
from binderlint.outside.streams import show, tell
from binderlint.style import COLOURS
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.commands.target import Target
    from binderlint.repo2docker.plan import Plan
    from binderlint.snapshot import Snapshot
    from binderlint.trial.run import Tried


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `try`."""
    parser.description = f"""{parser.description}.

Makes the environment that Binder would make in a temporary folder, with a copy of the repository, and tries
there what the notebooks import. Without --run, only packages with wheels are installed, and only the modules of these
packages are imported: no code of the repository runs. Packages do run when they are imported."""
    parser.add_argument(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="a folder, which stands for the repository around it (default: the current folder)",
    )
    parser.add_argument(
        "--run",
        action="store_true",
        help="run code of the repository on this computer, with your rights: postBuild, start, its setup.py and those of "
        "packages without wheels, the modules that its notebooks import, and packages from addresses that it names",
    )
    parser.add_argument(
        "--open",
        action="store_true",
        help="with --run: open the launch path in your browser and keep the server until Ctrl-C",
    )
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")
    parser.add_argument("--color", choices=COLOURS, default=COLOURS[0], help="colours (default: on a terminal)")
    parser.add_argument("--subdir", default="", metavar="FOLDER", help=SUBDIR)


def run(options: argparse.Namespace) -> int:
    """Try and report; the exit code is 1 where something that was tried does not work."""
    from binderlint.snapshot import RepositoryError
    from binderlint.trial.run import tried

    if options.open and not options.run:
        raise UsageError("--open starts the server of the repository, which takes --run")
    try:
        target, repo, plan = _repository(options)
        with tried(repo, plan, target.root, options.run, tell) as found:
            _report(options, found)
            if options.open:
                _open(found)
            return FAILED if found.outcome.empty else FOUND if found.outcome.failed else CLEAN
    except RepositoryError as error:
        raise UsageError(str(error)) from error


def _repository(options: argparse.Namespace) -> tuple[Target, Snapshot, Plan]:
    from binderlint.commands.target import find_targets
    from binderlint.facts.lfs import without_pointers
    from binderlint.repo2docker.build import build_plan
    from binderlint.snapshot import Snapshot
    from binderlint.trial.left import hopeless

    target = find_targets([options.path], options.subdir)[0]
    if target.remote:
        raise UsageError("try needs a folder. Clone the repository, and try the clone")
    if target.paths:
        raise UsageError(f"{options.path}: not a folder")
    if target.note:
        tell(f"binderlint: note: {target.note}")
    repo = without_pointers(Snapshot.from_folder(target.root))
    plan = build_plan(repo)
    if why := hopeless(plan):
        raise UsageError(why)
    return target, repo, plan


def _report(options: argparse.Namespace, found: Tried) -> None:
    from binderlint.reporters import trial as reporter
    from binderlint.style import style_for

    if options.format == "json":
        show(reporter.render_json(found.outcome))
    else:
        show(reporter.render(found.outcome, style_for(sys.stdout, options.color)))


def _open(found: Tried) -> None:
    """Show the server to the user until it ends or Ctrl-C."""
    import webbrowser

    child, address = found.running.child, found.running.address
    if child is None:
        tell("binderlint: note: no server runs, so there is nothing to open")
        return
    tell(f"Opening {address}", "Ctrl-C ends the server.")
    webbrowser.open(address)
    child.wait(None)
