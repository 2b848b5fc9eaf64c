"""env-invalid-spec: An item of `dependencies` in environment.yml is not a conda package."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append, between, item_break, remove, replace
from binderlint.facts.environment.mapping import conda_list, pip_section
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.matchspec import parse_spec
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Scalar, Table, Text
from binderlint.values import NamedTuple

_NAME = r"[A-Za-z0-9_][A-Za-z0-9_.-]*"


# A name, alone or with one version: nothing below is about it.
_PLAIN = regex(rf"{_NAME}(?:==?[0-9][0-9A-Za-z.*]*)?")


# What only pip reads: options, addresses, paths, `name @ address`.
_FOR_PIP = regex(
    rf"(?:-[a-z]\s|--[a-z]|-[erc]\S|(?:git|hg|svn|bzr)\+|(?:https?|file|git)://(?!.*(?:\.conda|\.tar\.bz2)(?:#|$)|.*::)|\.\.?(?:/|$)|{_NAME}(?:\[[^\]]*\])?\s*@\s*\S).*",
    re.IGNORECASE,
)


_TURNED = regex(r"=([<>])(?!=)")


_TRIPLE = regex(r"===")


_EXTRAS = regex(rf"({_NAME})\[[A-Za-z0-9_., -]+\]\s*(?:[<>=!~].*)?")


_MARKER = regex(rf"{_NAME}[^;]*;\s*(?:python_version|sys_platform|platform_\w+|os_name|implementation_name)\b.*")


_BLANK_FOR_COMMA = regex(r"([<>=!~]=?\s*[0-9][0-9A-Za-z.*]*)\s+(?=[<>!~]=?)")


_WORDS = regex(rf"{_NAME}(?:[\s,]+{_NAME})+,?")


_COMPARISON_FIRST = regex(r"[<>=!~].*")


_NO_VERSION = regex(rf"({_NAME})\s*(?:[<>~!]=?)\s*")


# White space that is not ASCII's, which mamba treats as part of the name: a no-break space, for instance, from a web page.
_UNUSUAL_SPACE = regex(r"[^\S \t\n\r\v\f]+")


# Words and placeholders that stand where a version belongs.
_NO_RELEASE = regex(r"[=\s]*(?:latest|newest|stable|current|any|x\.x(?:\.x)?|[A-Z]+(?:_[A-Z]+)+|VERSION)")


class Finding(NamedTuple):
    """What is wrong with an item, what to do, and the fix."""

    message: str
    help: str
    fix: Fix | None = None
    severity: Severity = Severity.ERROR
    level: Level = Level.LAUNCH


class EnvInvalidSpec(Rule):
    code = "CND014"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(conda_list)
    def check(self, repo: Snapshot, items: Array) -> Iterator[Diagnostic]:
        for index, item in enumerate(items):
            if isinstance(item, (Array, Table)):
                continue
            if isinstance(item, Scalar):
                if item.value is not None:
                    yield self.at(
                        item,
                        f"`{item.place.text}` is a number, not a package, so nothing can be installed",
                        help="Add the name of the package before it",
                    )
            elif found := _judge(repo, items, index, item):
                yield self.at(
                    item, found.message, help=found.help, fix=found.fix, severity=found.severity, level=found.level
                )


def _judge(repo: Snapshot, items: Array, index: int, item: Text) -> Finding | None:
    """What is wrong with an item; None for what conda reads, and for what this rule does not know."""
    if _PLAIN.fullmatch(item) or "{{" in item or "{%" in item:
        return None
    if _UNUSUAL_SPACE.search(item):
        changed = _UNUSUAL_SPACE.sub(" ", item)
        return Finding(
            f"`{changed}` contains a no-break space or another unusual space, which conda treats as part of the name: it finds no such package",
            "Replace it with a plain space",
            _rewritten(item, changed),
        )
    if _FOR_PIP.fullmatch(item):
        return Finding(
            f"Only pip can install `{item}`. In conda's list it stops the installation",
            "Move it to the `pip:` list at the end of `dependencies`",
            _to_pip(repo, items, index, item),
        )
    if _COMPARISON_FIRST.fullmatch(item):
        return _split_by_comma(items, index, item)
    if _EXTRAS.fullmatch(item):
        return Finding(
            f"conda does not know extras, so `{item}` installs `{item.partition('[')[0]}` without what is in brackets",
            "List the packages of the extra one by one, or install it with pip",
            severity=Severity.WARNING,
            level=Level.RUN,
        )
    if _MARKER.fullmatch(item):
        return Finding(
            f"conda cannot read conditions such as the one in `{item}`, which only pip knows, so the installation stops",
            "Remove the condition, or move the line to the `pip:` list",
        )
    if _NO_VERSION.fullmatch(item):
        return Finding(
            f"`{item}` compares with nothing, so the installation stops", "Add the version, or keep only the name"
        )
    return _operators(item) or _words(items, item)


def _operators(item: Text) -> Finding | None:
    changed = _TRIPLE.sub("==", _TURNED.sub(r"\1=", item))
    if changed != item:
        return Finding(
            f"conda cannot read the sign in `{item}`, so the installation stops",
            f"Write `{changed}`",
            _rewritten(item, changed),
        )
    changed = _BLANK_FOR_COMMA.sub(r"\1,", item)
    if changed != item:
        return Finding(
            f"conda treats what follows the space in `{item}` as the name of a build, which does not exist",
            f"Join the conditions with a comma: `{changed}`",
            _rewritten(item, changed),
        )
    return None


def _words(items: Array, item: Text) -> Finding | None:

    words = [word for word in re.split(r"[\s,]+", item) if word]
    if _WORDS.fullmatch(item) and not any(re.match(r"\d", word) for word in words):
        if items.flow or item.place.text[:1] in ("'", '"'):
            fix = None
        else:
            fix = Fix("Split it into one package per item", (replace(item, f"{item_break(items)}- ".join(words)),))
        return Finding(
            f"`{' '.join(words)}` is more than one package, but conda reads one per item and finds none of them",
            "Put each package on its own line, with a dash",
            fix,
        )
    spec = parse_spec(item)
    if spec and spec.version and _NO_RELEASE.fullmatch(spec.version):
        return Finding(
            f"`{spec.version.lstrip('=<>!~ ')}` is not a version, so no `{spec.name}` is found and nothing can be installed",
            f"Use a version, or only `{spec.name}`",
        )
    return None


def _split_by_comma(items: Array, index: int, item: Text) -> Finding:
    fix = None
    before = items[index - 1] if index else None
    if items.flow and isinstance(before, Text) and re.fullmatch(rf"{_NAME}\s*[<>=!~].*", before):
        place = between(before, item)
        if '"' not in place.text and "'" not in place.text:
            fix = Fix("Put both in quotes", (replace(place, f'"{place.text}"'),))
    return Finding(
        f"`{item}` names no package"
        + (": inside brackets, a comma ends an item" if items.flow else "")
        + ", so nothing can be installed",
        "Put the name and all conditions in one item, in quotes" if items.flow else "Add the name before it",
        fix,
    )


def _rewritten(item: Text, changed: str) -> Fix | None:
    raw = item.place.text
    if raw == item:
        return Fix(f"Change it to `{changed}`", (replace(item, changed),))
    if raw[1:-1] == item:
        return Fix(f"Change it to `{changed}`", (replace(item, f"{raw[0]}{changed}{raw[0]}"),))
    return None


def _to_pip(repo: Snapshot, items: Array, index: int, item: Text) -> Fix | None:
    """Move an item into the `pip:` list, which is made where there is none."""
    written = item.place.text
    if len(items) == 1 or "\n" in written:
        return None
    section = pip_section(repo)
    if section:
        return Fix("Move it to the `pip:` list", (remove(items, index), append(section, written)))
    if items.flow or any(isinstance(other, Table) and "pip" in other for other in items):
        return None
    text = f"pip:{item_break(items)}  - {written}"
    if index == len(items) - 1:
        return Fix("Move it to a `pip:` list", (replace(item, text),))
    return Fix("Move it to a `pip:` list", (remove(items, index), append(items, text)))
