"""plan: what repo2docker would do with a repository, here, at a ref, or on the web."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from binderlint.commands.exits import CLEAN, FOUND, UsageError
from binderlint.lint.options import OPTIONS, SUBDIR
from binderlint.outside.streams import show, tell
from binderlint.style import COLOURS

if TYPE_CHECKING:
    from binderlint.commands.target import Target
    from binderlint.lint.hubs import Hub
    from binderlint.snapshot import Snapshot


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `plan`."""
    parser.add_argument(
        "target",
        nargs="?",
        metavar="PATH",
        help="a folder, which stands for the repository around it, `gh:owner/name@ref`, `gl:group/name@ref`, or a launch link (default: the current folder)",
    )
    parser.add_argument("--ref", metavar="REF", help="a branch, tag or commit instead of the working tree")
    parser.add_argument("--subdir", default="", metavar="FOLDER", help=SUBDIR)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")
    hub = next(option for option in OPTIONS if option.name == "hub")
    parser.add_argument("--hub", choices=hub.choices, help=f"{hub.help} (default: {hub.default})")
    parser.add_argument("--config", type=Path, metavar="FILE", help="use this configuration file")
    parser.add_argument("--isolated", action="store_true", help="use no configuration file")
    parser.add_argument("--color", choices=COLOURS, default=COLOURS[0], help="colours (default: on a terminal)")


def run(options: argparse.Namespace) -> int:
    """Print the plan; the exit code is 1 where the hub does not take the repository."""
    from binderlint.lint.settings import ConfigError
    from binderlint.reporters import plan as reporter
    from binderlint.snapshot import RepositoryError
    from binderlint.style import style_for

    try:
        repo = _repository(options)
        outline = reporter.outline(repo)
    except (RepositoryError, ConfigError) as error:
        raise UsageError(str(error)) from error
    if options.format == "json":
        show(reporter.render_json(outline))
    else:
        show(reporter.render(outline, style_for(sys.stdout, options.color)))
    return CLEAN if outline.hub.accepts else FOUND


def _repository(options: argparse.Namespace) -> Snapshot:
    from binderlint.commands.target import find_targets
    from binderlint.outside.remote import open_remote
    from binderlint.snapshot import RepositoryError, Snapshot

    if options.ref is not None and not options.ref.strip():
        raise RepositoryError("--ref needs the name of a branch, tag or commit")
    (target,) = find_targets([options.target] if options.target else [], options.subdir)
    if target.paths is not None:
        raise RepositoryError(f"{options.target}: not a folder")
    if target.note:
        tell(f"binderlint: note: {target.note}")
    hub = _hub(target, options)
    if target.remote is None:
        if options.ref is not None:
            return Snapshot.from_ref(target.root, options.ref, hub=hub)
        return Snapshot.from_folder(target.root, hub=hub)
    if options.ref:
        raise RepositoryError("--ref goes with a folder; write gh:owner/name@ref")
    return open_remote(target.remote, target.root, hub=hub)


def _hub(target: Target, options: argparse.Namespace) -> str | Hub:
    from binderlint.lint.settings import Settings, find_configuration, load_settings

    file = options.config or (
        None if options.isolated or target.remote else find_configuration(target.root, target.top)
    )
    settings = load_settings(file) if file else Settings()
    return options.hub or settings.hub
