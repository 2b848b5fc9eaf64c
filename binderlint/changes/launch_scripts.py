"""Launch scripts: what the rules about start and postBuild share: which there are, what a failure does, and fixes in terms of commands."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import remove_lines, replace, replaced
from binderlint.fact import fact
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.diagnostic import Applicability, Fix, Replace
from binderlint.pattern import regex
from binderlint.read.script import Command, Kind, Script, Shell
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Span, Text

_SEMICOLON = regex(r"[ \t]*;(?![;&])")  # not the `;;` and `;&` of a `case`
START_DIES = "the container never starts"
BUILD_FAILS = "the build fails"
GOES_ON = "the command fails and the rest goes on without it"


@fact
def launch_scripts(repo: Snapshot) -> tuple[tuple[Script, str], ...]:
    """PostBuild and start, and what happens when one cannot be run."""
    both = ((post_build_script(repo), BUILD_FAILS), (start_script(repo), START_DIES))
    return tuple((script, effect) for script, effect in both if script)


def result(script: Script, command: Command) -> str:
    """What the failure of a command does."""
    if not script.decides(command):
        return GOES_ON
    return "the launch fails" if script.source.name == "start" else BUILD_FAILS


def understood(repo: Snapshot) -> tuple[Script, Shell] | None:
    """start, where it is shell code that is understood from the first line to the last."""
    script = start_script(repo)
    shell = script.shell if script else None
    return (script, shell) if script and shell and not shell.broken else None


def after(repo: Snapshot, script: Script, edit: Replace) -> Shell | None:
    """What a script would be after an edit."""
    text = replaced(script.source.text, [edit])
    return Script(Source(script.source.path, script.source.encode(text)), repo.get).shell


def mended(repo: Snapshot, script: Script, edit: Replace) -> bool:
    """Whether after an edit the command that start is given arrives whole on every path."""
    shell = after(repo, script, edit)
    return shell is not None and shell.arrival in (Kind.EXEC, Kind.PLAIN)


def rewritten(title: str, text: Text, new: str, applicability: Applicability = Applicability.SAFE) -> Fix | None:
    """The fix that writes a word anew, None where it stands in a text with escapes, so that its own place is not known."""
    return Fix(title, (replace(text, new),), applicability) if text.place.text == text else None


def removed(command: Command, title: str, applicability: Applicability) -> Fix | None:
    """The fix that removes a command with its lines, where nothing else stands on them."""
    place = command.alone
    if place is None or not command.context.whole:
        return None
    source = place.source
    around = source.text[source.line(place.line).start : place.span.start]
    around += source.text[place.span.end : source.line(place.end_line).end]
    if re.sub(r"#.*", "", around).strip(" \t;"):
        return None
    return Fix(title, (remove_lines(place),), applicability)


def in_background(place: Place) -> Replace:
    """The edit that lets a statement run in the background: `&` stands where its `;` stood, since a shell takes one of the two."""
    source, end = place.source, place.span.end
    found = _SEMICOLON.match(source.text, end)
    return Replace(source.path, Span(end, found.end() if found else end), " &")


def before_server(script: Script) -> Iterator[Command]:
    """The commands of start itself that delay the server: not in the background, and on a path that is taken."""
    for command in script.executed:
        context = command.context
        if not context.background and not command.after:
            yield command


def moved(repo: Snapshot, script: Script, command: Command) -> Fix | None:
    """The fix that moves the statement of a command from start to postBuild, where that can be done."""
    from binderlint.changes.to_post_build import to_post_build

    edits = to_post_build(repo, script, command)
    return Fix("Move it to postBuild", edits, Applicability.UNSAFE) if edits else None
