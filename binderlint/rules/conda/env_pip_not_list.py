"""env-pip-not-list: A list in environment.yml is written as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import between, replace, set_key, starts_line
from binderlint.facts.environment.mapping import environment_mapping
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.matchspec import parse_spec
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Scalar, Table, Text

_WORD = regex(r"[^\s\[\]{},:&*!|>%@`'\"]+")


class EnvPipNotList(Rule):
    code = "CND006"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(environment_mapping)
    def check(self, repo: Snapshot, environment: Table) -> Iterator[Diagnostic]:
        if "channels" in environment and not isinstance(environment["channels"], Array):
            yield self._channels(environment)
        match environment.get("dependencies"):
            case Array() as items:
                python = build_plan(repo).buildpack == Buildpack.CONDA
                for index, item in enumerate(items):
                    yield from self._item(items, index, item, python)
            case Table() as table:
                yield self._mapping(table)
            case Text() as text:
                yield self._text(text)

    def _channels(self, environment: Table) -> Diagnostic:
        value = environment["channels"]
        written = f"[{value.place.text}]" if isinstance(value, Text) and _WORD.fullmatch(value) else "[]"
        null = isinstance(value, Scalar) and value.value is None
        fixable = null or written != "[]"
        return self.at(
            environment.key("channels") if null else value,
            f"`channels` {'is empty' if null else 'must be a list'}, so conda stops with an error",
            help="Use `channels: [conda-forge]`",
            fix=Fix("Make it a list", (set_key(environment, "channels", written),)) if fixable else None,
        )

    def _item(self, items: Array, index: int, item: object, conda: bool) -> Iterator[Diagnostic]:
        if isinstance(item, Array):
            yield self.at(
                item,
                "This is a list inside the list of packages. Binder silently skips it, so none of its packages is installed",
                help="Make each package an item of `dependencies` itself",
                level=Level.RUN,
            )
        if not isinstance(item, Table):
            return
        for key in item:
            name, value = item.key(key), item[key]
            if key == "pip":
                yield from self._pip(items, index, item, value)
            elif not key.startswith(("sel(", "{")) and not (conda and key.lower() == "python"):
                yield self._package(item, name, value)

    def _pip(self, items: Array, index: int, item: Table, value: object) -> Iterator[Diagnostic]:
        match value:
            case Array():
                for entry in value:
                    if isinstance(entry, (Array, Table)):
                        yield self.at(
                            entry,
                            "This item of the `pip` list is not a line of text, so repo2docker stops with an error",
                            help="Write the package as pip reads it, such as `- numpy==2.0`",
                        )
            case Text():
                yield self.at(
                    value,
                    "`pip:` needs a list (one `- package` per line) but contains a single string, so the installation stops",
                    help="Put each package on its own line, beginning with a dash",
                    fix=_listed(value),
                )
            case Table():
                yield self.at(
                    value,
                    "`pip:` needs a list (one `- package` per line) but contains keys, so the installation stops",
                    help="Write each package as pip reads it, such as `- numpy==2.0`",
                )
            case Scalar(value=None):
                packages_follow = any(isinstance(later, Text) for later in items[index + 1 :])
                yield self.at(
                    item.key("pip"),
                    "There is no list below `pip:`, so the installation stops with an error",
                    help="Indent the packages for pip below it, or use `pip` without the colon",
                    fix=None if packages_follow else Fix("Add an empty list", (set_key(item, "pip", "[]"),)),
                )

    def _package(self, item: Table, name: Text, value: object) -> Diagnostic:
        fix: Fix | None = None
        if isinstance(value, Array) and name.lower() == "pip":
            fix = Fix("Write `pip`", (replace(name, "pip"),))
        elif (
            isinstance(value, (Text, Scalar))
            and len(item) == 1
            and item.place.text[:1] != "?"
            and (spec := _spec(name, value))
        ):
            place = item.place if item.flow else between(name, value)
            fix = Fix(f"Change it to `{spec}`", (replace(place, spec),))
        return self.at(
            name,
            f"`{name}:` with a colon is not a package. Binder silently skips it",
            help="Use the form `name=version`"
            if not isinstance(value, Array)
            else "Only `pip:` can contain a list here",
            fix=fix,
            level=Level.RUN,
        )

    def _mapping(self, table: Table) -> Diagnostic:
        edits: list[Edit] = []
        for key in table:
            name, value = table.key(key), table[key]
            spec = _spec(name, value) if isinstance(value, (Text, Scalar)) else ""
            if spec:
                edits.append(replace(between(name, value), f"- {spec}"))
        fixable = not table.flow and len(edits) == len(table)
        return self.at(
            next((key for key in table if isinstance(key, Text)), table),
            "`dependencies` contains keys instead of a list, so Binder silently installs none of these packages",
            help="List each package as `  - name=version`",
            fix=Fix("Make it a list", tuple(edits)) if fixable else None,
            level=Level.RUN,
        )

    def _text(self, text: Text) -> Diagnostic:

        words = [word.strip() for word in text.split(",")]
        fixable = text.place.text == text and all(
            _WORD.fullmatch(word) and parse_spec(Text(word, text.place)) for word in words
        )
        return self.at(
            text,
            "`dependencies` is a single string instead of a list, so Binder silently installs none of these packages",
            help="List each package as `  - name`",
            fix=Fix("Make it a list", (replace(text, f"[{text}]"),)) if fixable else None,
            level=Level.RUN,
        )


def _spec(name: str, value: Text | Scalar) -> str:
    """`numpy: 2.0` as `numpy=2.0`; `""` where it is no version."""
    written = value.place.text.strip().strip("'\"")
    if isinstance(value, Scalar) and value.value is None:
        return str(name)
    if re.fullmatch(r"\d+(?:\.\d+)*(?:\.\*)?", written):
        return f"{name}={written}"
    if re.fullmatch(r"(?:[<>=!~]=?\s*[\d.*]+\s*,?\s*)+", written):
        return f"{name}{written}"
    return ""


def _listed(text: Text) -> Fix | None:
    """The fix that makes a list of a text with one requirement on each line."""
    raw = Text(text.place.text, text.place)
    lines = [line.strip() for line in raw.split("\n")]
    if not all(_WORD.fullmatch(line) or re.match(r"--?[a-z]", line) for line in lines):
        return None
    if starts_line(raw.place):
        starts = [found.end() for found in re.finditer(r"^ *(?=\S)", raw, re.MULTILINE)]
        return Fix("Make it a list", tuple(replace(raw.part(start, start), "- ") for start in starts))
    one = len(lines) == 1 and not re.search(r"[\[\]{},]", text)
    return Fix("Make it a list", (replace(text, f"[{text}]"),)) if one else None
