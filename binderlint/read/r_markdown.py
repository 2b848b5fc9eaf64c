"""R Markdown: the chunks of R that run when a document is made or its chunks are run one after the other."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.source import Source, Text

_CHUNK = regex(
    r"^[ \t]*(?P<fence>`{3,}|~{3,})[ \t]*\{[rR](?P<options>[ \t,][^}\n]*)?\}[^\n]*\n(?P<code>(?:(?![ \t]*(?P=fence))[^\n]*\n)*)",
    re.MULTILINE,
)
# Options with which a chunk does not run, or may fail.
_APART = regex(r"\b(?:eval\s*[=:](?!\s*(?:T|TRUE|true)\b)|error\s*[=:]\s*(?:T|TRUE|true)\b)")
_FOR_ALL = regex(r"opts_chunk\$set\(")


def chunks(source: Source) -> Iterator[Text]:
    """The code of each chunk of R; none of a document that says for all of its chunks whether they run."""
    for found in _CHUNK.finditer(source.text):
        code = found["code"]
        if _FOR_ALL.search(code) and _APART.search(code):
            return
    for found in _CHUNK.finditer(source.text):
        head = (line for line in found["code"].split("\n") if line.startswith("#|"))
        if not _APART.search(found["options"] or "") and not any(map(_APART.search, head)):
            yield Text(found["code"], source.place(*found.span("code")))
