"""badge-conflicting-params: A launch link says twice what opens."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from binderlint.changes.edits import between, replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import PATH_PARAMETERS, Parameter
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class BadgeConflictingParams(Rule):
    code = "LNK015"
    severity = Severity.WARNING
    level = Level.RUN

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            query, taken = link.address.query, link.address.target
            if taken and (hidden := _hidden(taken)) and isinstance(taken.value, Text):
                yield self._behind_question_mark(taken, taken.value, hidden)
                continue
            lost = [one for one in query if one.name in PATH_PARAMETERS and one is not taken]
            if taken is None or not lost or any(one.decoded.startswith("git-pull") for one in (taken, *lost)):
                continue
            kept = [one for one in query if one not in lost]
            text = "".join("".join(one._replace(lead="?") if one is kept[0] else one) for one in kept)
            name = lost[0].name
            assert isinstance(name, Text)
            yield self.at(
                name,
                f"Binder uses `{taken.name}` and ignores `{name}` beside it",
                help=f"Keep one of the two; currently `{taken.name}` decides",
                fix=Fix(f"Remove `{name}`", (replace(link.onwards("query"), text),), Applicability.UNSAFE),
            )

    def _behind_question_mark(self, taken: Parameter, value: Text, hidden: Parameter) -> Diagnostic:
        file = next((one.decoded for one in (taken, hidden) if one.name != "urlpath"), "").partition("?")[0].strip("/")
        whole = f"urlpath=lab/tree/{quote(file)}"
        lab = {one.decoded.partition("?")[0].strip("/") for one in (taken, hidden) if one.name == "urlpath"} == {"lab"}
        edit = replace(between(taken.name, value), whole) if isinstance(taken.name, Text) else None
        return self.at(
            value,
            f"Only the first `?` begins the parameters of a link, so Binder takes `{hidden.name}` for a part of `{taken.name}` and ignores it",
            help=f"Use `{whole}`" if lab and file else "Keep one of the two",
            fix=Fix("Open the file in JupyterLab", (edit,)) if lab and file and edit else None,
        )


_HIDDEN = regex(rf"[^?]*\?(?P<name>{'|'.join(PATH_PARAMETERS)})=(?P<value>[^&]*)")


def _hidden(taken: Parameter) -> Parameter | None:
    """The parameter that stands behind a second `?`, in the value of the one that Binder takes."""
    asked = "?" in taken.decoded and not taken.decoded.startswith("git-pull")
    found = _HIDDEN.match(taken.decoded) if asked else None
    return Parameter("?", found["name"], "=", found["value"]) if found else None
