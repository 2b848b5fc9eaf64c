"""plan: what repo2docker would do with a repository, here, at a ref, or on the web."""

from __future__ import annotations

import sys
from functools import partial

from binderlint.commands import several
from binderlint.commands.exits import CLEAN, FOUND, UsageError
from binderlint.commands.several import Item, Output, Result
from binderlint.lint.options import OPTIONS, SUBDIR
from binderlint.outside.streams import tell
from binderlint.style import COLOURS
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from binderlint.commands.target import Target
    from binderlint.lint.hubs import Hub
    from binderlint.snapshot import Snapshot


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `plan`."""
    parser.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        help="a folder, which stands for the repository around it, `gh:owner/name@ref`, `gl:group/name@ref`, or a launch link (default: the current folder)",
    )
    parser.add_argument("--ref", metavar="REF", help="a branch, tag or commit instead of the working tree")
    parser.add_argument("--subdir", default="", metavar="FOLDER", help=SUBDIR)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print it (default: text)")
    hub = next(option for option in OPTIONS if option.name == "hub")
    parser.add_argument("--hub", choices=hub.choices, help=f"{hub.help} (default: {hub.default})")
    parser.add_argument("--config", type=several.to_path, metavar="FILE", help="use this configuration file")
    parser.add_argument("--isolated", action="store_true", help="use no configuration file")
    parser.add_argument("--color", choices=COLOURS, default=COLOURS[0], help="colours (default: on a terminal)")
    several.add_arguments(parser, "read")


def run(options: argparse.Namespace) -> int:
    """Print the plan of every repository; the exit code is 1 where the hub does not take one."""
    from binderlint.lint.settings import ConfigError
    from binderlint.reporters import plan as reporter
    from binderlint.snapshot import RepositoryError
    from binderlint.style import style_for

    try:
        if options.ref is not None and not options.ref.strip():
            raise UsageError("--ref needs the name of a branch, tag or commit")
        items = several.find_items(options.paths, options.list, options.subdir)
        if options.ref and any(item.target and item.target.remote for item in items):
            raise UsageError("--ref goes with folders; write gh:owner/name@ref")
        output = Output(options.format, style=style_for(sys.stdout, options.color))
        work = several.Work(partial(_plan, options, output), reporter.failed, reporter.before, reporter.after, "read")
        return several.run(items, work, [output], options.jobs)
    except (RepositoryError, ConfigError) as error:
        raise UsageError(str(error)) from error


def _plan(options: argparse.Namespace, output: Output, item: Item) -> Result:
    """The plan of one repository. Raises what a command may raise."""
    from binderlint.reporters import plan as reporter
    from binderlint.reporters.overview import planned_row

    target = item.target
    assert target
    if target.note:
        tell(f"binderlint: note: {target.note}")
    repo = _repository(target, options)
    found = reporter.outline(repo, item.name)
    if not item.alone:
        text = reporter.each(output.format, found, output.style)
    else:
        text = reporter.render_json(found) if output.format == "json" else reporter.render(found, output.style)
    return Result(planned_row(repo, item.name, found.hub), CLEAN if found.hub.accepts else FOUND, (text,))


def _repository(target: Target, options: argparse.Namespace) -> Snapshot:
    from binderlint.commands.target import from_here
    from binderlint.facts.lfs import without_pointers
    from binderlint.outside.remote import open_remote
    from binderlint.snapshot import RepositoryError, Snapshot

    if target.paths:
        raise RepositoryError(f"{from_here(target.root / min(target.paths))}: not a folder")
    hub = _hub(target, options)
    if target.remote:
        repo = open_remote(target.remote, target.root, hub=hub)
    elif options.ref is not None:
        repo = Snapshot.from_ref(target.root, options.ref, hub=hub)
    else:
        repo = Snapshot.from_folder(target.root, hub=hub)
    return without_pointers(repo)


def _hub(target: Target, options: argparse.Namespace) -> str | Hub:
    from binderlint.lint.settings import Settings, find_configuration, load_settings

    file = options.config or (
        None if options.isolated or target.remote else find_configuration(target.root, target.top)
    )
    settings = load_settings(file) if file else Settings()
    return options.hub or settings.hub
