"""dask-renamed-key: A setting of dask has the name it had before 2018."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import remove_key, replace, set_key
from binderlint.facts.dask.configs import FOLDER, Config, dask_configs, dask_settings
from binderlint.facts.dask.versions import newest
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dask_keys import RENAMED, canonical, deepest, taken, variable_name
from binderlint.snapshot import Snapshot
from binderlint.source import Scalar, Source, Table, Text


class DaskRenamedKey(Rule):
    code = "DSK007"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(dask_settings)
    def check(self, repo: Snapshot, _: tuple[Source, ...]) -> Iterator[Diagnostic]:
        if (newest(repo) or (0,)) < (2021,):
            return
        for config in dask_configs(repo):
            if config.folder == FOLDER and isinstance(config.value, Table):
                yield from self._keys(config, config.value)
        yield from self._variables(repo)

    def _keys(self, config: Config, table: Table) -> Iterator[Diagnostic]:
        # one fix at a time: two of them would each write the section they share
        fixed = False
        for key in table:
            today = RENAMED.get(canonical(key))
            if today and isinstance(key, Text):
                fix = None if fixed else _moved(table, key, today)
                fixed = fixed or fix is not None
                yield self.at(
                    key,
                    f"`{key}` was renamed `{today}` in 2018. dask still accepts the old name, with a warning in every notebook",
                    help=f"Change it to `{today}`, with one level of indentation for each part",
                    fix=fix,
                )

    def _variables(self, repo: Snapshot) -> Iterator[Diagnostic]:
        names = {
            variable_name(prefix + old): (variable_name(today), bool(prefix))
            for old, today in RENAMED.items()
            for prefix in ("", "distributed.")
            if f"{prefix}{old}" != today
        }
        script = start_script(repo)
        if script is None or script.shell is None:
            return
        for found in re.finditer(r"^[ \t]*(?:export[ \t]+)?(DASK_\w+)=", script.source.text, re.MULTILINE):
            if found[1] in names:
                today, dead = names[found[1]]
                name = script.source.slice(*found.span(1))
                yield self.at(
                    name,
                    f"`{name}` sets a key that "
                    + ("dask does not read" if dead else "dask now reads under another name"),
                    help=f"Set `{today}`",
                    fix=Fix(f"Rename it to `{today}`", (replace(name.place, today),)),
                )


def _moved(table: Table, key: Text, today: str) -> Fix | None:
    """The value under its new name: in the section that is there, or in a new one in the same place."""
    value, path = table[key], today.split(".")
    if table.flow or not isinstance(value, (Text, Scalar)) or "\n" in value.place.text or taken(table, path):
        return None
    newline = key.place.source.newline
    inner, rest = deepest(table, path)
    column = key.place.source.position(inner.key(next(iter(inner))).place.span.start)[1] - 1
    name = rest[0] + "".join(f":{newline}{' ' * (column + 2 * depth)}{part}" for depth, part in enumerate(rest[1:], 1))
    edits: tuple[Edit, ...]
    if inner is table:
        edits = (replace(key, name),)
    else:
        edits = (remove_key(table, key), set_key(inner, name, value.place.text))
    return Fix(f"Rename `{key}` to `{today}`", edits)
