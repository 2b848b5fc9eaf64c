"""LNK: how what a launch link opens is encoded, once or twice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote_to_bytes

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import Parameter, is_template
from binderlint.files.links import live_launches
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository


class BadgeNbgitpullerEncoding(Rule):
    """A link for nbgitpuller inside a launch link is not encoded.

    In `?urlpath=git-pull?repo=...&urlpath=...`, everything from `git-pull` on belongs to the first `urlpath`. An `&` that is not written `%26` ends it: BinderHub then treats the rest as its own
    parameters, and nbgitpuller never sees the branch or the file to open. `%26amp%3B`, an `&` that was encoded for HTML once too often, has the same effect. Visitors get the right
    repository, but not the branch or file.
    """

    code = "LNK020"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("pangeo-data/pangeo-binder#154", "jupyterhub/nbgitpuller#230", "jupyterhub/nbgitpuller#329")
    examples = (
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/env/main?urlpath=git-pull?repo=https://github.com/ada/waves&branch=v1&urlpath=lab/tree/waves/a%20b.ipynb)\n"
            },
            at="README.md:1:98",
            fixed={
                "README.md": "[run](https://mybinder.org/v2/gh/ada/env/main?urlpath=git-pull?repo=https://github.com/ada/waves%26branch%3Dv1%26urlpath%3Dlab/tree/waves/a%2520b.ipynb)\n"
            },
            why="The branch and the file are lost",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/env/main?urlpath=git-pull?repo=https://github.com/ada/waves%26amp%3Burlpath=lab/tree/waves)\n"
            },
            at="README.md:1:97",
            fixed={
                "README.md": "[run](https://mybinder.org/v2/gh/ada/env/main?urlpath=git-pull?repo=https://github.com/ada/waves%26urlpath=lab/tree/waves)\n"
            },
            why="An `&` that was encoded for HTML first",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/env/main?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fada%252Fwaves%26urlpath%3Dlab%252Ftree%252Fwaves%26branch%3Dmain)\n"
            },
            why="Everything is encoded",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/env/main?urlpath=git-pull?repo=https://github.com/ada/waves%26urlpath=lab/tree/waves)\n"
            },
            why="Only the `&` is encoded",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/env/main?urlpath=git-pull&flush_cache=true)\n"},
            why="A parameter for BinderHub",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            pull = link.address.parameter("urlpath")
            if pull is None or not isinstance(pull.value, Text) or is_template(pull.value):
                continue
            if not re.match(r"/*git-(?:pull|sync)\b", pull.decoded):
                continue
            ands = [pull.value.part(*found.span()) for found in _HTML_AND.finditer(pull.value)]
            if ands:
                yield self.at(
                    ands[0],
                    "This `&` was written for HTML before it was encoded: nbgitpuller does not see what follows it",
                    help=f"Write `%26` for `{ands[0]}`",
                    fix=Fix("Write `%26`", tuple(replace(one, "%26") for one in ands)),
                )
            after = link.address.query[link.address.query.index(pull) + 1 :]
            lost = [parameter for parameter in after if parameter.name in _NESTED]
            if lost:
                name = lost[0].name
                assert isinstance(name, Text)
                edits = []
                for parameter in lost:
                    written = f"%26{parameter.name}%3D{quote(parameter.value, safe='/:@', errors='surrogateescape')}"
                    edits.append((parameter, written))
                rest = [parameter for parameter in after if parameter not in lost]
                text = "".join(written for _, written in edits) + "".join("".join(parameter) for parameter in rest)
                start = sum(len("".join(parameter)) for parameter in link.address.query[: -len(after)])
                query = link.onwards("query")
                yield self.at(
                    name,
                    f"The `&` before `{name}` is not encoded: Binder takes `{name}` for its own, and nbgitpuller does not see it",
                    help="Write `%26` for each `&` after `git-pull`",
                    fix=Fix("Encode it", (replace(query.part(start, len(query)), text),)),
                )


class BadgePercentEncoding(Rule):
    """The path in a launch link has the wrong encoding.

    BinderHub decodes `labpath` and `filepath` once. A path that was encoded twice (`my%2520notebook.ipynb`) still contains `%20` after that, and the file is not found. A path that is not UTF-8 cannot be
    read at all. (In `urlpath` a second encoding does no harm, because Jupyter decodes it again.)
    """

    code = "LNK021"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:js/packages/binderhub-client/lib/spec.js",)
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=my%2520notes%252Fa.ipynb)\n"},
            at="README.md:1:57",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=my%20notes%2Fa.ipynb)\n"},
            why="A path that was encoded twice",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=caf%E9.ipynb)\n"},
            at="README.md:1:58",
            why="A path that is not UTF-8",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/my%2520notes.ipynb)\n"},
            why="Encoded twice in urlpath",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fada%252Fwaves)\n"
            },
            why="A link for nbgitpuller, where twice is right",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=caf%C3%A9.ipynb)\n"},
            why="A path that was encoded once",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a%2520b.ipynb)\n",
                "a%20b.ipynb": "{}",
            },
            why="A file whose name contains `%20`",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            target = link.address.target
            if target is None or not isinstance(target.value, Text) or is_template(target.value):
                continue
            if not _is_utf8(target):
                yield self.at(
                    target.value,
                    "This path is not encoded as UTF-8, so Binder cannot read it",
                    help="Encode it anew, as UTF-8",
                )
            elif (
                target.name != "urlpath" and _TWICE.search(target.value) and not repo.exists(target.decoded.strip("/"))
            ):
                once = _TWICE.sub("%", target.value)
                yield self.at(
                    target.value,
                    "This path is encoded twice: Binder decodes it once, and then the file is not found",
                    help=f"Write `{once}`",
                    fix=Fix("Encode it once", (replace(target.value, once),)),
                )


_HTML_AND = regex(r"%26amp(?:%3B|;)", re.IGNORECASE)
# The parameters of nbgitpuller's address (nbgitpuller/handlers.py).
_NESTED = frozenset(
    {"repo", "branch", "urlpath", "urlPath", "subPath", "subpath", "depth", "targetPath", "targetpath", "app", "backup"}
)
_TWICE = regex(r"%25(?=[0-9A-Fa-f]{2})")


def _is_utf8(parameter: Parameter) -> bool:
    try:
        unquote_to_bytes(parameter.value.encode("utf-8", "replace")).decode()
    except UnicodeDecodeError:
        return False
    return True
