"""several: a command for one repository or for many. Of many, one that cannot be looked at is a row with its reason, and the others are."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, redirect_stderr
from functools import partial

from binderlint.commands.exits import CLEAN, CRASHED, FAILED, UsageError, bug
from binderlint.escapes import printable
from binderlint.outside.interrupts import held
from binderlint.outside.streams import command, show, show_patch, tell
from binderlint.style import Style
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from binderlint.commands.target import Target
    from binderlint.reporters.overview import Row

_LONGEST_LIST = 50_000_000  # bytes
_MARKDOWN = 600_000  # bytes of all reports in Markdown; beside them the overview fits into what GitHub takes


class Item(NamedTuple):
    """One of the repositories of a run."""

    name: str
    """What it is called: its folder as seen from the current one, or `gh:owner/name@ref`."""
    target: Target | None
    failure: str = ""
    """Why it cannot be looked at, as far as that is known beforehand; then there is no target."""
    where: str = ""
    """The file and the line that name it, where a list does."""
    alone: bool = False
    """True where the run is about no other: then nobody has to be told which one is meant."""

    @property
    def label(self) -> str:
        """What stands before a message about it."""
        return "" if self.alone else f"{self.name}: "


class Output(NamedTuple):
    """A format, the file that it goes to (`""` for standard output), and how to print it."""

    format: str
    file: str = ""
    style: Style = Style()


class Result(NamedTuple):
    """What came of one repository. It is what a worker sends, so there is nothing in it that needs the repository."""

    row: Row
    code: int
    texts: tuple[str, ...]
    """For each output what goes to it."""
    patch: bytes = b""
    told: str = ""
    """For standard error, as it is."""


class Work(NamedTuple):
    """What is done with each repository; all of it is sent to workers."""

    call: Callable[[Item], Result]
    """Looks at a repository. It may raise what a command may raise."""
    fail: Callable[[str, Row, Style], str]
    """What a format says of a repository that was not looked at."""
    before: Callable[[str], str]
    """What a format begins with."""
    after: Callable[[str, Sequence[Row], Style], str]
    """What a format ends with."""
    done: str
    """The word for it: "checked"."""


def add_arguments(parser: argparse.ArgumentParser, done: str) -> None:
    """The flags for many repositories."""
    group = parser.add_argument_group("many repositories")
    group.add_argument(
        "--from",
        dest="list",
        metavar="FILE",
        help="a list of repositories, a folder or an address on each line (empty lines and what follows a `#` do not count); `-` is standard input",
    )
    group.add_argument(
        "--jobs",
        type=_jobs,
        default=1,
        metavar="N",
        help=f"how many are {done} at the same time (default: 1); `auto`, or 0, is one for each core",
    )


def to_path(text: str) -> Path:
    """An argument as a path. Who only wants the help does not load what makes paths."""
    from pathlib import Path

    return Path(text)


def _jobs(text: str) -> int:
    if text not in ("auto", "0"):
        if not text.isdecimal():
            from argparse import ArgumentTypeError

            raise ArgumentTypeError(f"`{text}` is neither a number nor `auto`")
        return int(text)
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


# -- which


def find_items(paths: Sequence[str], file: str | None, subdir: str) -> list[Item]:
    """The repositories of the arguments and of a list, each once, in their order.

    Raises RepositoryError where one argument is all there is and it names nothing, and UsageError where the list cannot be read.
    """
    from binderlint.commands.target import find_targets

    if file is None and len(paths) <= 1:
        (only,) = find_targets(paths, subdir)
        return [Item(_name(only), only, alone=True)]
    found: dict[object, Item] = {}
    again = 0
    for given, where in [*((path, "") for path in paths), *(_read_list(file) if file else ())]:
        item = _item(given, where, subdir)
        target = item.target
        key = _key(target) if target else given
        known = found.get(key)
        if known is None:
            found[key] = item
        elif target and known.target:
            again += bool(where)
            found[key] = known._replace(target=known.target.joined(target))
    if not found:
        raise UsageError(f"{_shown(file)} names no repository")
    if again:
        tell(f"binderlint: note: {again} more {'line names' if again == 1 else 'lines name'} a repository of the list again. Each counts once")  # fmt: skip
    items = list(found.values())
    return [item._replace(alone=file is None and len(items) == 1) for item in items]


def _item(given: str, where: str, subdir: str) -> Item:
    from binderlint.commands.target import find_targets
    from binderlint.read.secrets import masked
    from binderlint.snapshot import RepositoryError

    try:
        (target,) = find_targets([given], subdir)
        if where and target.paths is not None:
            raise RepositoryError("this is a file. A list names folders and addresses")
    except RepositoryError as error:
        why = str(error)
        written = (masked(given), *([] if "\0" in given else [os.path.abspath(given), os.path.realpath(given)]))
        for name in written:
            why = why.removeprefix(f"{name}: ")
        return Item(masked(given), None, why, where)
    except (OSError, ValueError):  # a name that no file can have
        return Item(masked(given), None, "no such file or folder", where)
    return Item(_name(target), target, where=where)


def _key(target: Target) -> object:
    remote = target.remote
    return (remote.identity.lower() or remote.url, remote.ref, remote.subdir) if remote else target.root


def _name(target: Target) -> str:
    from binderlint.commands.target import from_here

    return target.remote.name if target.remote else from_here(target.root)


def _shown(file: str | None) -> str | None:
    return "standard input" if file == "-" else file


def _read_list(file: str) -> Iterator[tuple[str, str]]:
    """What the lines of a list name, and where. Raises UsageError where it cannot be read."""
    try:
        if file != "-":
            with open(file, "rb") as stream:
                data = stream.read(_LONGEST_LIST + 1)
        elif sys.stdin is None:
            raise UsageError("--from -: standard input is closed")
        else:
            data = sys.stdin.buffer.read(_LONGEST_LIST + 1)
    except OSError as error:
        raise UsageError(f"--from {file}: {error.strerror}") from error
    if len(data) > _LONGEST_LIST:
        raise UsageError(f"--from {file}: larger than {_LONGEST_LIST // 10**6} MB")
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))  # as PowerShell writes what is redirected
    text = data.decode("utf-16", "replace") if utf16 else data.decode("utf-8-sig", "surrogateescape")
    shown = _shown(file)
    for number, line in enumerate(text.split("\n"), 1):
        named = f" {line.strip()}".partition(" #")[0].strip()
        if named:
            yield named, f"{shown}:{number}"


# -- the run


def run(items: Sequence[Item], work: Work, outputs: Sequence[Output], jobs: int) -> int:
    """Look at every repository, print what comes of it, and give the worst exit code. Where there is only one, what `work` raises is raised."""
    from binderlint.outside.progress import Progress

    alone = items[0].alone
    prints = _Prints(outputs, [item.target.top for item in items if item.target], alone)
    progress = Progress(len(items), work.done)
    rows: list[Row] = []
    code = CLEAN
    try:
        with closing(_results(items, work, outputs, jobs, progress.hide)) as results:
            for result in results:
                progress.hide()
                if not rows:
                    for one in outputs:
                        prints.add(one, work.before(one.format))
                prints.result(result)
                code = max(code, result.code)
                rows.append(result.row)
                if not alone:
                    progress.show(len(rows))
        progress.hide()
        for one in outputs:
            if not alone or one.format == "overview":
                prints.add(one, work.after(one.format, rows, one.style))
    finally:
        progress.hide()
        code = max(code, prints.write())
    return code


def _results(
    items: Sequence[Item], work: Work, outputs: Sequence[Output], jobs: int, hide: Callable[[], None]
) -> Generator[Result]:
    jobs = min(jobs, len(items))
    if items[0].alone:
        yield work.call(items[0])
    elif jobs <= 1:
        yield from (_look(work, outputs, hide, item) for item in items)
    else:
        from binderlint.outside.workers import in_order

        yield from in_order(partial(_look, work, outputs, _nothing), items, jobs, partial(_failed, work, outputs))


def _nothing() -> None:
    """There is no progress to hide in a worker."""


def _look(work: Work, outputs: Sequence[Output], hide: Callable[[], None], item: Item) -> Result:
    """What comes of a repository, whatever becomes of it. What is said on the way is in the result; where the run is stopped, it is said then."""
    said = io.StringIO()
    try:
        with redirect_stderr(said):
            result = _guarded(work, outputs, item)
        with held():  # an interrupt in what is called when something goes would be lost
            gc.collect()  # facts and snapshots hold each other, and a snapshot of a commit holds a git process
    except BaseException:
        hide()
        command(said.getvalue())
        raise
    return result._replace(told=said.getvalue() + result.told)


def _guarded(work: Work, outputs: Sequence[Output], item: Item) -> Result:
    from binderlint.lint.settings import ConfigError
    from binderlint.snapshot import RepositoryError

    if item.target is None:
        return _failed(work, outputs, item, item.failure)
    try:
        return work.call(item)
    except (RepositoryError, ConfigError, UsageError) as error:
        return _failed(work, outputs, item, str(error))
    except Exception as error:
        if isinstance(error, OSError) and error.filename is not None:
            return _failed(work, outputs, item, f"{error.filename}: {error.strerror}")
        if os.environ.get("BINDERLINT_DEBUG"):
            from traceback import format_exception

            command("".join(format_exception(error)))
        return _failed(work, outputs, item, bug(error))._replace(code=CRASHED)


def _failed(work: Work, outputs: Sequence[Output], item: Item, why: str) -> Result:
    """What comes of a repository that cannot be looked at."""
    from binderlint.reporters import github
    from binderlint.reporters.overview import Row

    row = Row(item.name, failure=_in_short(why, item))
    said = ": ".join(filter(None, (item.where, row.repository, row.failure)))
    if any(output.format == "github" and not output.file for output in outputs):
        told = ""  # it is among the annotations
    elif os.environ.get("GITHUB_ACTIONS") == "true":
        told = github.refusal(said)
    else:
        told = f"{printable(f'binderlint: error: {said}')}\n"
    texts = tuple(work.fail(output.format, row, output.style) for output in outputs)
    return Result(row, FAILED, texts, told=told)


def _in_short(why: str, item: Item) -> str:
    """A reason without the name of the repository, which stands before it."""
    from binderlint.read.secrets import masked

    target = item.target
    if target is None:
        return why
    for name in (target.root, target.top, item.name, masked(target.remote.url) if target.remote else ""):
        why = why.removeprefix(f"{name}: ")
    return why.replace(f"{target.top}{os.sep}", "")


class _Prints:
    """What is printed: at once on the streams, and at the end in files."""

    def __init__(self, outputs: Sequence[Output], roots: list[Path], alone: bool) -> None:
        self._outputs = outputs
        self._alone = alone
        self._roots = roots
        self._texts: dict[str, list[str]] = {output.file: [] for output in outputs if output.file}
        self._sizes = [0] * len(outputs)
        self._told: set[str] = set()

    def result(self, result: Result) -> None:
        """Print what came of a repository. A warning that many repositories share is told once."""
        for line in result.told.splitlines(keepends=True):
            if not line.startswith("binderlint: warning: "):
                command(line)
            elif line not in self._told:
                self._told.add(line)
                command(line)
        if result.patch:
            show_patch(result.patch)
        texts = [self._fitting(number, text) for number, text in enumerate(result.texts)]
        for output, text in sorted(zip(self._outputs, texts, strict=True), key=lambda one: not one[0].file):
            self.add(output, text)  # those for files first: they have what has been seen, wherever the run is stopped

    def _fitting(self, number: int, text: str) -> str:
        """A text, and in Markdown, of which GitHub takes no more than a MiB, once that there is no room for it."""
        if self._outputs[number].format != "markdown" or self._alone:
            return text
        before, self._sizes[number] = self._sizes[number], self._sizes[number] + len(text.encode())
        if self._sizes[number] <= _MARKDOWN:
            return text
        return "The other reports do not fit in here: see `--output json`.\n\n" if before <= _MARKDOWN else ""

    def add(self, output: Output, text: str) -> None:
        """Print a text."""
        if output.file:
            self._texts[output.file].append(text)
        elif text:
            show(text)

    def write(self) -> int:
        """Write the files, and give the exit code of that."""
        if not self._texts:
            return CLEAN
        from binderlint.outside.output import OutputError, write_output

        code = CLEAN
        for file, texts in self._texts.items():
            try:
                if any(texts):
                    write_output(file, "".join(texts), self._roots)
            except OutputError as error:
                tell(f"binderlint: error: {error}")
                code = FAILED
        return code
