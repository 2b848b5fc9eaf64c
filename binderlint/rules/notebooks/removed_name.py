"""removed-name: A notebook uses a name that the installed release of a package does not have any more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from binderlint.data import rows
from binderlint.facts.called import CalledUse, Calls
from binderlint.facts.environment.asked import asked_packages
from binderlint.facts.environment.held import newest_release
from binderlint.facts.environment.provided import provided
from binderlint.facts.environment.python import python_minor
from binderlint.facts.local_modules import imported_files, modules_in
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.other_lists import installs_other_list
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read import wheels
from binderlint.read.cells import syntax
from binderlint.read.constraints import only_below
from binderlint.read.digits import release
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.uses import Use, note_imports, uses
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text
from binderlint.values import NamedTuple


class _Removed(NamedTuple):
    name: str
    package: str
    since: str
    instead: str

    @property
    def top(self) -> str:
        """The module that the name belongs to."""
        return self.name.lstrip(".").partition(".")[0]


_BUILTIN = "builtins."
_INSIDE = ".*"  # the package still has the name, and no module of this name
# Packages that hold the same modules.
_ALSO = {"tensorflow": ("tensorflow-gpu", "tensorflow-cpu")}
_WORD = regex(r"\w+")
_ATTRIBUTE = regex(r"\.[\s\\]*(\w+)")
_ARGUMENT = regex(r"(\w+)[\s\\]*=")


class _Words(NamedTuple):
    """The words without one of which code uses nothing that was removed: they are found faster than names."""

    names: frozenset[str]
    """The last words of names: they are imported, or stand behind a dot."""
    arguments: frozenset[str]
    calls: frozenset[str]
    """Names of Python 2 that nobody imports, with the bracket of a call."""

    def are_in(self, text: str) -> bool:
        words = frozenset(_WORD.findall(text))
        return (
            (
                not self.names.isdisjoint(words)
                and ("import" in text or not self.names.isdisjoint(_ATTRIBUTE.findall(text)))
            )
            or (not self.arguments.isdisjoint(words) and not self.arguments.isdisjoint(_ARGUMENT.findall(text)))
            or any(call in text for call in self.calls)
        )


class RemovedName(Rule):
    code = "NBK009"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = python_minor(repo)
        if plan.error or not python or plan.separate_kernel or installs_other_list(repo):
            return
        removed = _removed(repo, python)
        words = _Words(
            frozenset(name.removesuffix(_INSIDE).rpartition(".")[2] for name in removed if name[-1] not in ")]"),
            frozenset(name[:-1].replace("(", "[").rpartition("[")[2] for name in removed if name[-1] in ")]"),
            frozenset(f"{name.removeprefix(_BUILTIN)}(" for name in removed if name.startswith(_BUILTIN)),
        )
        seen: set[str] = set()
        for page in notebooks:
            if not page.is_python or not removed:
                continue
            yield from self._modules(repo, page, words, removed, seen)
            speaking = {cell.number for cell in page.code if words.are_in(cell.text)}
            called = speaking or any(words.are_in(source.text) for source in imported_files(repo, page))
            calls = Calls(repo, page.source.folder)
            aliases = _builtins(page.all_code, removed) if speaking else {}
            local = modules_in(repo, page.source.folder)
            for cell in page.code if called else ():
                if behind := _behind(cell.text, calls, removed, local):
                    one, name, gone = behind
                    what = f"runs line {one.use.line} of {one.source.path}" if one.source else f"calls `{one.function}`"
                    yield self._gone(
                        page.line(cell.number, one.line), name, gone, f"this cell, which {what}, ends", python
                    )
                    break
                if cell.number not in speaking:
                    if "import" in cell.text:
                        note_imports(cell.text, aliases)
                    continue
                if found := next((one for one in _found(cell.text, aliases, removed) if one[2].top not in local), None):
                    yield self._gone(page.line(cell.number, found[0]), *found[1:], "this cell ends", python)
                    break

    def _modules(
        self, repo: Snapshot, page: PlainNotebook, words: _Words, removed: dict[str, _Removed], seen: set[str]
    ) -> Iterator[Diagnostic]:
        """The files of the repository that a notebook imports, each looked at once."""
        for source in imported_files(repo, page):
            if source.path in seen:
                continue
            seen.add(source.path)
            if not words.are_in(source.text):
                continue
            found = next(_found(source.text.removeprefix("\ufeff"), {}, removed, when_loaded=True), None)
            if found:
                line = next(islice(source.lines(), found[0] - 1, None))
                what = f"`{page.source.path}`, which imports this file, ends"
                yield self._gone(line, *found[1:], what, python_minor(repo))

    def _gone(self, where: Text | Place, written: str, gone: _Removed, what: str, python: str) -> Diagnostic:
        if gone.package == "python" and gone.since == "3.0":
            return self.at(
                where,
                f"{written} only exists in Python 2, and Binder installs Python 3, so {what} with an error",
                help=f"Use {_quoted(gone.instead)}" if gone.instead else "Remove the line",
            )
        older = (
            f"build with a Python before {gone.since}"
            if gone.package == "python"
            else f"pin a version of {gone.package} before {gone.since}"
        )
        table, last = wheels.known(gone.package, python), newest_release(gone.package, (("<", gone.since),), python)
        if table and (last is None or table.never_built(last)):
            older += f" and a Python for which it was made, as none was for {python}"
        if gone.instead.startswith("from "):  # older releases have it as well
            advice = f"Write {_quoted(gone.instead)}"
        elif gone.instead:
            advice = f"Use {_quoted(gone.instead)}, or {older}"
        else:
            advice = older[0].upper() + older[1:]
        return self.at(
            where,
            f"{written} was removed in {'Python' if gone.package == 'python' else gone.package} {gone.since}, and Binder installs that or a newer release, so {what} with an error",
            help=advice,
        )


def _behind(
    text: str, calls: Calls, removed: dict[str, _Removed], local: frozenset[str]
) -> tuple[CalledUse, str, _Removed] | None:
    """What a function that a cell calls uses of the names of the table; nothing where the cell catches exceptions."""
    tree = syntax(text)
    for one in calls.of(tree) if tree else ():
        for _, written, gone in _of_use(one.use, one.aliases, removed):
            if gone.top not in local:
                return one, written, gone
    return None


def _builtins(text: str, removed: dict[str, _Removed]) -> dict[str, str]:
    """The names of Python 2 that a notebook uses without an import, and does not define itself."""
    names = [name.removeprefix(_BUILTIN) for name in removed if name.startswith(_BUILTIN)]
    used = [name for name in names if f"{name}(" in text]
    return {
        name: _BUILTIN + name
        for name in used
        if not re.search(rf"\b(?:def|class|import|as)\b[^\n]*\b{name}\b|\b{name}\s*=", text)
    }


def _removed(repo: Snapshot, python: str) -> dict[str, _Removed]:
    """The names that the newest releases that the build may install do not have."""
    asked = {one.key: one for listed in asked_packages(repo) for one in listed}
    for package, others in _ALSO.items():
        if package not in asked and (other := next((asked[name] for name in others if name in asked), None)):
            asked[package] = other
    found, ours, brought = {}, release(python), _first_releases(repo, python, frozenset(asked))
    for name, package, since, lowest, instead in rows("removed_names.tsv"):
        pin = None if package == "python" else asked.get(package)
        if ours < release(lowest):
            continue
        if package != "python" and not pin and not brought.get(package, ()) >= release(since):
            continue
        if pin is None or not pin.version or not only_below(pin.version, release(since)):
            found[name] = _Removed(name, package, since, instead)
    return found


def _first_releases(repo: Snapshot, python: str, asked: frozenset[str]) -> dict[str, tuple[int, ...]]:
    """The packages that others bring along, and the first release of each that is built for this Python: no older one can come with them."""
    known = ((name, wheels.known(name, python)) for name in (provided(repo) or frozenset()) - asked)
    return {name: one.first for name, one in known if one and one.first}


def _found(
    text: str, aliases: dict[str, str], removed: dict[str, _Removed], when_loaded: bool = False
) -> Iterator[tuple[int, str, _Removed]]:
    """Where code uses a name of the table, as a message calls it."""
    for use in uses(text, aliases, when_loaded):
        yield from _of_use(use, aliases, removed)


def _of_use(use: Use, aliases: dict[str, str], removed: dict[str, _Removed]) -> Iterator[tuple[int, str, _Removed]]:
    if use.imported:
        if gone := _gone(use.names[0], removed):
            yield use.line, f"`{use.written}`", gone
    elif use.call:
        if known := next((one for one in use.names if one.startswith(_BUILTIN) and one in removed), None):
            yield use.line, f"`{use.written}`", removed[known]
        for keyword in use.call.keywords:
            for name in use.names:
                if gone := removed.get(f"{name}[{keyword.arg}]"):
                    yield use.line, f"`{use.written}`", gone
                    break
                if gone := removed.get(f"{name}({keyword.arg})"):
                    yield use.line, f"The argument `{keyword.arg}` of `{use.written}`", gone
                    break
    elif known := next((one for one in use.names if one in removed and _may_be(removed[one], aliases)), None):
        yield use.line, f"`{known[1:] if known.startswith('.') else use.written}`", removed[known]


def _may_be(gone: _Removed, aliases: dict[str, str]) -> bool:
    """Whether an attribute may be the one of the package: only where that is imported."""
    return not gone.name.startswith(".") or any(name.partition(".")[0] == gone.package for name in aliases.values())


def _gone(module: str, removed: dict[str, _Removed]) -> _Removed | None:
    """The entry of a module, or of one that it is in."""
    parts = module.split(".")
    names = [".".join(parts[:n]) for n in range(1, len(parts) + 1)]
    inside = (f"{name}{_INSIDE}" for name in names[:-1])
    return next((removed[name] for name in (*names, *inside) if name in removed), None)


def _quoted(instead: str) -> str:
    return instead if "`" in instead else f"`{instead}`"
