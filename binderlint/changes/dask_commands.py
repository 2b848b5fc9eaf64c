"""dask's command lines: where they stand in worker templates and scripts, and what today's dask no longer knows."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert_item, remove, replace
from binderlint.fact import fact
from binderlint.facts.dask.configs import containers, dask_configs, image_release
from binderlint.facts.dask.versions import newest
from binderlint.facts.parsed import notebook_of
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.diagnostic import Edit
from binderlint.pattern import regex
from binderlint.read.constraints import End
from binderlint.read.notebook import may_run
from binderlint.read.plain_notebook import cells_with
from binderlint.read.script import Command, parse_shell
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Place, Scalar, Span, Text
from binderlint.values import NamedTuple

# distributed 2022.10.0 took these out (distributed/cli); None: it had no effect any more and goes without a successor.
FLAGS: dict[str, str | None] = {
    "--no-bokeh": "--no-dashboard",
    "--bokeh": "--dashboard",
    "--bokeh-port": "--dashboard-address",
    "--nprocs": "--nworkers",
    "--no-reconnect": None,
    "--reconnect": None,
}
_PROGRAMS = regex(r"(?:.*/)?(dask-(?:worker|scheduler|ssh))$")
_SUBCOMMANDS = (("worker",), ("scheduler",), ("ssh",))
_FLAG = regex(r"(?<![\w-])(--(?:no-)?bokeh(?:-port)?|--nprocs|--(?:no-)?reconnect)(?![\w-])(?:(=|\s+)(\d+))?")
_STARTED = regex(rb"dask[ -](?:worker|scheduler|ssh)")
_EXECUTABLE = regex(r"(?<![\w.-])(dask-(?:worker|scheduler|ssh))(?![\w.-])")


class Word(NamedTuple):
    """One argument: its value, and its place with the quotes it is written in."""

    value: str
    place: Place


class Line(NamedTuple):
    """A command line: its words, in YAML the list they are items of, and the newest release it can be run by."""

    words: tuple[Word, ...]
    array: Array | None
    release: End


class Old(NamedTuple):
    """A flag or program of old, where it stands, what it is called today, and the edits that write that."""

    name: str
    today: str | None
    place: Place
    edits: tuple[Edit, ...]


@fact
def command_lines(repo: Snapshot) -> tuple[Line, ...]:
    """Every command line that starts a part of dask: in worker templates, and in the scripts that run at build and launch."""
    return tuple(_command_lines(repo))


def _command_lines(repo: Snapshot) -> Iterator[Line]:
    release = newest(repo)
    for config in dask_configs(repo):
        for container in containers(config):
            known = image_release(container, release)
            if known is not None and container.runs_dask:
                yield from (_line(value, known) for value in container.command)
    if release is None:
        return
    for command in _commands(repo):
        if ("dask-" in command.name and _PROGRAMS.match(command.name)) or (
            command.name == "dask" and command.values[:1] in _SUBCOMMANDS
        ):
            yield Line(tuple(Word(word.pattern, word.place) for word in command.words), None, release)


def _commands(repo: Snapshot) -> Iterator[Command]:
    """The commands of the scripts, and of the lines with `!` in notebooks that start dask."""
    for script in (post_build_script(repo), start_script(repo)):
        yield from script.running if script else ()
    for source in repo.files:
        if not source.name.endswith(".ipynb") or b"dask" not in source.searchable:
            continue

        if not may_run(source, _STARTED):
            continue
        cells = cells_with(notebook_of(repo, source), lambda text: "dask" in text)
        for line in (line for cell in cells if cell.kind == "code" for line in cell.lines):
            start = len(line) - len(line.lstrip())
            if line.startswith("!", start) and "dask" in line:
                yield from parse_shell(line.part(start + 1, len(line))).commands


def _line(value: Array | Text, release: End) -> Line:
    items = [value] if isinstance(value, Text) else [one for one in value if isinstance(one, (Text, Scalar))]
    words = tuple(Word(str(one.value if isinstance(one, Scalar) else one), one.place) for one in items)
    return Line(words, value if isinstance(value, Array) and len(items) == len(value) else None, release)


def old_flags(line: Line) -> Iterator[Old]:
    """The flags of a command line that no release since 2022.10.0 knows."""
    for index, word in enumerate(line.words):
        name, _, value = word.value.partition("=")
        if name not in FLAGS:
            if " " in word.value:
                yield from _flags_in(word)
            continue
        today = FLAGS[name]
        if today is None:
            yield Old(name, None, word.place, _without(line, index))
            continue
        edits = [_rewrite(word, name, today)]
        if name == "--bokeh-port":
            following = word if value else line.words[index + 1] if index + 1 < len(line.words) else None
            if following is None or not (value or following.value).isdigit():
                yield Old(name, today, word.place, ())
                continue
            edits = (
                [_rewrite(word, f"{name}={value}", f"{today}=:{value}")] if value else [*edits, _port(following, line)]
            )
        yield Old(name, today, word.place, tuple(edits))


def old_executables(line: Line) -> Iterator[Old]:
    """The programs of a command line that were removed in 2026.6.0."""
    for index, word in enumerate(line.words):
        if index and line.words[index - 1].value == "--name":
            continue
        if found := _PROGRAMS.match(word.value):
            name = found[1]
            command = name.removeprefix("dask-")
            if line.array is not None:
                edits: tuple[Edit, ...] = (
                    insert_item(line.array, index, word.place.text.replace(name, "dask")),
                    _rewrite(word, word.value, command),
                )
            else:
                written = word.place.text.strip("\"'") if " " not in word.value else word.place.text
                edits = (replace(word.place, written.replace(name, f"dask {command}")),)
            yield Old(name, f"dask {command}", word.place, edits)
            return
        if " " in word.value:
            for inside in _EXECUTABLE.finditer(word.place.text):
                today = inside[1].replace("-", " ")
                place = _inside(word.place, *inside.span(1))
                yield Old(inside[1], today, place, (replace(place, today),))


def _flags_in(word: Word) -> Iterator[Old]:
    """Flags in a command line that is one text: `bash -c "dask-worker --nprocs 2"`."""
    for found in _FLAG.finditer(word.place.text):
        name, gap, value = found[1], found[2], found[3]
        today = FLAGS[name]
        if today is None:
            place = _inside(word.place, found.start(), found.end(1))
            yield Old(name, None, place, (replace(_inside(word.place, found.start() - 1, found.end(1)), ""),))
        elif name == "--bokeh-port" and value:
            place = _inside(word.place, found.start(), found.end())
            yield Old(name, today, place, (replace(place, f"{today}{gap}:{value}"),))
        elif name != "--bokeh-port":
            place = _inside(word.place, found.start(1), found.end(1))
            yield Old(name, today, place, (replace(place, today),))


def _inside(place: Place, start: int, end: int) -> Place:
    return Place(place.source, Span(place.span.start + start, place.span.start + end), place.cell)


def _rewrite(word: Word, old: str, new: str) -> Edit:
    """Another text for a part of a word; the quotes around it stay."""
    start = word.place.text.find(old)
    return replace(_inside(word.place, start, start + len(old)) if start >= 0 else word.place, new)


def _port(word: Word, line: Line) -> Edit:
    """A port number as an address: `:8787`. In YAML a plain text would not begin with a colon."""
    if line.array is not None and word.place.text == word.value:
        return replace(word.place, f'":{word.value}"')
    return _rewrite(word, word.value, f":{word.value}")


def _without(line: Line, index: int) -> tuple[Edit, ...]:
    """The command line without a word."""
    if line.array is not None:
        return (remove(line.array, index),)
    if not index:
        return ()
    start, end = line.words[index - 1].place.span.end, line.words[index].place.span.end
    return (replace(line.words[index].place._replace(span=Span(start, end)), ""),)
