"""plan: what repo2docker would do with a repository, here, at a ref, or on the web."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from binderlint.commands.exits import CLEAN, FOUND, UsageError
from binderlint.lint.options import OPTIONS
from binderlint.outside.streams import show

if TYPE_CHECKING:
    from binderlint.lint.hubs import Hub
    from binderlint.snapshot import Snapshot


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `plan`."""
    parser.add_argument(
        "target",
        nargs="?",
        metavar="PATH",
        help="a folder, `gh:owner/name@ref`, `gl:group/name@ref`, or a launch link (default: the repository around the current folder)",
    )
    parser.add_argument("--ref", metavar="REF", help="a branch, tag or commit instead of the working tree")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")
    hub = next(option for option in OPTIONS if option.name == "hub")
    parser.add_argument("--hub", choices=hub.choices, help=f"{hub.help} (default: {hub.default})")
    parser.add_argument("--config", type=Path, metavar="FILE", help="use this configuration file")
    parser.add_argument("--isolated", action="store_true", help="use no configuration file")
    parser.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", help="colours (default: on a terminal)"
    )


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
    from binderlint.outside.dotgit import find_top
    from binderlint.outside.remote import find_remote, open_remote
    from binderlint.snapshot import RepositoryError, Snapshot

    remote = find_remote(options.target) if options.target else None
    if remote is None:
        folder = Path(options.target) if options.target else find_top(Path.cwd()) or Path.cwd()
        hub = _hub(folder, options)
        if options.ref is not None:
            if not options.ref.strip():
                raise RepositoryError("--ref needs the name of a branch, tag or commit")
            return Snapshot.from_ref(folder, options.ref, hub=hub)
        return Snapshot.from_folder(folder, hub=hub)
    if options.ref:
        raise RepositoryError("--ref goes with a folder; write gh:owner/name@ref")
    return open_remote(remote, Path.cwd(), hub=_hub(None, options))


def _hub(folder: Path | None, options: argparse.Namespace) -> str | Hub:
    from binderlint.lint.settings import Settings, find_configuration, load_settings

    file = options.config or (
        None if options.isolated or folder is None or not folder.is_dir() else find_configuration(folder)
    )
    settings = load_settings(file) if file else Settings()
    return options.hub or settings.hub
