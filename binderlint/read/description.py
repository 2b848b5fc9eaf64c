"""DESCRIPTION: the fields of an R package (Debian control format), and the first line that R does not read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from binderlint.pattern import regex
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

_FIELD = regex(r"([^: \t][^:]*):[ \t]*")
_NAMED = regex(r"[A-Za-z][\w.]*")


class Fault(NamedTuple):
    """A line on which R stops reading, and whether it is blank (else it is neither a field nor indented)."""

    line: Text
    blank: bool


class Description(NamedTuple):
    """The fields of a DESCRIPTION, each with its lines, and the first fault if there is one."""

    fields: Mapping[str, tuple[Text, ...]]
    fault: Fault | None

    def text(self, field: str) -> str:
        """What a field holds, on one line; empty without the field."""
        return " ".join(self.fields.get(field, ())).strip()

    def items(self, *fields: str) -> Iterator[str]:
        """The packages that lists such as `Imports` name, without the versions they need."""
        for field in fields:
            for entry in self.text(field).split(","):
                if found := _NAMED.match(entry.strip()):
                    yield found[0]


def read_description(source: Source) -> Description:
    """Read a DESCRIPTION to its end, what follows a fault too."""
    fields: dict[str, list[Text]] = {}
    name = ""
    blank: Text | None = None
    fault: Fault | None = None
    for line in source.lines():
        if not line.strip():
            blank = (blank or line) if fields else None
            continue
        if blank is not None:
            fault = fault or Fault(blank, blank=True)
            blank = None
        if found := _FIELD.match(line):
            name = found[1]
            fields[name] = [line.part(found.end(), len(line)).trimmed()]
        elif name and line[:1] in (" ", "\t"):
            fields[name].append(line.trimmed())
        else:
            fault = fault or Fault(line, blank=False)
    return Description(MappingProxyType({field: tuple(lines) for field, lines in fields.items()}), fault)
