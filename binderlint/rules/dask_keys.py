"""DSK: keys of dask's configuration that have other names today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import remove_key, replace, set_key
from binderlint.files.dask import FOLDER, Config
from binderlint.files.dask_keys import RENAMED, canonical, deepest, taken, variable_name
from binderlint.files.dask_versions import newest
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Scalar, Table, Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_ENV = "dependencies:\n  - python=3.11\n  - dask\n"
_FILE = ".config/dask/config.yaml"


class DaskRenamedKey(Rule):
    """A setting of dask has the name it had before 2018.

    dask's settings moved into sections in 2018 (`diagnostics-link` became `distributed.dashboard.link`, `fuse_ave_width` became `optimization.fuse.ave-width`). dask still understands
    the old names in a file, prints a warning in every notebook, and announces that this will end. It does not understand an environment variable with the old name
    behind a section: `DASK_DISTRIBUTED__DIAGNOSTICS_LINK` sets a key that nothing reads.
    """

    code = "DSK007"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("dask/distributed: distributed/config.py", "dask/dask: dask/config.py")
    examples = (
        Bad(
            {_FILE: "# ours\ndiagnostics-link: /proxy/{port}/status  # lab\n", "environment.yml": _ENV},
            at=f"{_FILE}:2:1",
            fixed={_FILE: "# ours\ndistributed:\n  dashboard:\n    link: /proxy/{port}/status  # lab\n"},
            why="A dashboard link under its old name",
        ),
        Bad(
            {
                _FILE: "fuse_ave_width: 0\r\ntick-time: 20ms\r\ndistributed:\r\n  admin:\r\n    tick:\r\n      limit: 5s\r\n  logging:\r\n    bokeh: critical",
                "requirements.txt": "dask\n",
            },
            at=(f"{_FILE}:1:1", f"{_FILE}:2:1"),
            fixed={
                _FILE: "optimization:\r\n  fuse:\r\n    ave-width: 0\r\ndistributed:\r\n  admin:\r\n    tick:\r\n      limit: 5s\r\n      interval: 20ms\r\n  logging:\r\n    bokeh: critical"
            },
            why="Several old names, with Windows line endings",
        ),
        Bad(
            {_FILE: "{diagnostics-link: a, distributed: {dashboard: {link: b}}}\n", "environment.yml": _ENV},
            at=f"{_FILE}:1:2",
            why="The old and the new name together",
        ),
        Bad(
            {
                "environment.yml": _ENV,
                "start": '#!/bin/bash\nexport DASK_DISTRIBUTED__DIAGNOSTICS_LINK="/proxy/{port}/status"\nexec "$@"\n',
            },
            at="start:2:8",
            fixed={
                "start": '#!/bin/bash\nexport DASK_DISTRIBUTED__DASHBOARD__LINK="/proxy/{port}/status"\nexec "$@"\n'
            },
            why="An environment variable with an old name",
        ),
        Good(
            {_FILE: "distributed:\n  dashboard:\n    link: /proxy/{port}/status\n", "environment.yml": _ENV},
            why="The new name",
        ),
        Good({_FILE: "jobqueue:\n  compression: lz4\n", "environment.yml": _ENV}, why="A key of another section"),
        Good(
            {_FILE: "diagnostics-link: a\n", "environment.yml": "dependencies: [dask=0.18]\n"},
            why="The pinned dask is of that time",
        ),
        Good(
            {".dask/config.yaml": "diagnostics-link: a\n", "environment.yml": _ENV},
            why="A file that dask does not read",
        ),
        Good(
            {"environment.yml": _ENV, "start": '#!/bin/bash\n# export DASK_DIAGNOSTICS_LINK=x\nexec "$@"\n'},
            why="The variable is in a comment",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if (newest(repo) or (0,)) < (2021,):
            return
        for config in repo.dask_configs:
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
                    f"`{key}` is called `{today}` since 2018; dask still takes the old name, with a warning in every notebook",
                    help=f"Write it as `{today}`, one level of indentation for each part",
                    fix=fix,
                )

    def _variables(self, repo: Repository) -> Iterator[Diagnostic]:
        names = {
            variable_name(prefix + old): (variable_name(today), bool(prefix))
            for old, today in RENAMED.items()
            for prefix in ("", "distributed.")
            if f"{prefix}{old}" != today
        }
        script = repo.start
        if script is None or script.shell is None:
            return
        for found in re.finditer(r"^[ \t]*(?:export[ \t]+)?(DASK_\w+)=", script.source.text, re.MULTILINE):
            if found[1] in names:
                today, dead = names[found[1]]
                name = script.source.slice(*found.span(1))
                yield self.at(
                    name,
                    f"`{name}` sets a key that "
                    + ("dask does not read" if dead else "dask reads under another name today"),
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
