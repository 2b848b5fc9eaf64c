"""Markup: which parts of a document are text, and which are code or comments that no reader clicks on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from binderlint.pattern import regex
from binderlint.source import Text
from binderlint.values import Enum, NamedTuple


class Markup(Enum):
    """The language a document is written in."""

    MARKDOWN = "Markdown"
    RST = "reStructuredText"
    HTML = "HTML"
    ORG = "Org"
    ASCIIDOC = "AsciiDoc"
    PLAIN = "plain text"
    CONFIG = "configuration"


class Line(NamedTuple):
    """A line and the ranges of columns in it that are code or comment."""

    text: Text
    hidden: tuple[tuple[int, int], ...] = ()

    def shows(self, column: int) -> bool:
        return not any(start <= column < end for start, end in self.hidden)


def read_lines(lines: Iterable[Text], markup: Markup) -> Iterator[Line]:
    """The lines of a document with what is hidden in each. A byte order mark is no part of the first one."""
    yield from _READERS[markup](line.part(1, len(line)) if line.startswith("\ufeff") else line for line in lines)


# -- Markdown, and HTML in it

_FENCE = regex(r"(?:\s|>|[-*+]\s|\d+[.)]\s)*(`{3,}|~{3,})\s*([^`]*)$")
_DIRECTIVE = regex(r"\{\s*([\w:.-]+)\s*\}")
# Directives of MyST and Sphinx whose content is text.
_TEXT_DIRECTIVES = regex(
    "image figure button-link button-ref admonition note tip warning important hint seealso caution attention danger "
    "dropdown grid grid-item grid-item-card card card-carousel tab-set tab-item margin sidebar panels tabbed div "
    "topic epigraph aside eval-rst raw only list-table table glossary".replace(" ", "|")
)
_TICKS = regex(r"`+")
_MARKS = regex(r"<!--|-->|<(/?)(pre|code|script|textarea|style)\b[^>]*>", re.IGNORECASE)
# Lines whose text goes on indented: list items, footnotes, and the admonitions and tabs of MkDocs and Documenter.
_LIST_ITEM = regex(r"\s*(?:(?:[-*+]|\d+[.)])\s|\[\^[^\]]+\]:|(?:!!!|\?\?\?\+?|===)\s)")


def _markdown(lines: Iterable[Text]) -> Iterator[Line]:
    fences: list[tuple[str, bool]] = []
    mark, in_list, blank = "", False, True
    for text in lines:
        whole = (0, len(text))
        fence = _FENCE.match(text) if not mark and ("```" in text or "~~~" in text) else None
        if fences and fences[-1][1]:
            if fence and not fence[2].strip() and fence[1].startswith(fences[-1][0]):
                fences.pop()
            yield Line(text, (whole,))
            continue
        if fence:
            if fences and not fence[2].strip() and fence[1].startswith(fences[-1][0]):
                fences.pop()
            else:
                found = _DIRECTIVE.match(fence[2])
                fences.append((fence[1], not (found and _TEXT_DIRECTIVES.fullmatch(found[1]))))
            yield Line(text, (whole,) if fences and fences[-1][1] else ())
            blank = True
            continue
        if not text.strip(" \t"):
            blank = True
            yield Line(text)
            continue
        indented = text.startswith(("    ", "\t"))
        if indented and blank and not in_list and not mark:
            yield Line(text, (whole,))
            continue
        in_list = bool(_LIST_ITEM.match(text)) or (in_list and text[0] in " \t")
        blank = False
        ranges, mark = _marked(text, mark)
        yield Line(text, (*ranges, *_code_spans(text)))


def _code_spans(text: str) -> Iterator[tuple[int, int]]:
    runs, index = list(_TICKS.finditer(text)), 0
    while index < len(runs):
        closing = next((run for run in runs[index + 1 :] if run.group() == runs[index].group()), None)
        if closing:
            yield runs[index].start(), closing.end()
            index = runs.index(closing)
        index += 1


def _marked(text: str, mark: str) -> tuple[list[tuple[int, int]], str]:
    """The ranges of a line in comments and code elements, and the mark that is still open at its end."""
    ranges, start = [], 0
    for found in _MARKS.finditer(text) if "<" in text or ">" in text else ():
        closing, name = found[1] == "/" or found.group() == "-->", (found[2] or "--").lower()
        if not mark and not closing:
            mark, start = name, found.end() if name != "--" else found.start()
        elif mark == name and closing:
            ranges.append((start, found.end()))
            mark = ""
    if mark:
        ranges.append((start, len(text)))
    return ranges, mark


def _html(lines: Iterable[Text]) -> Iterator[Line]:
    mark = ""
    for text in lines:
        ranges, mark = _marked(text, mark)
        yield Line(text, tuple(ranges))


# -- reStructuredText

_CODE_DIRECTIVES = regex(
    "code|code-block|sourcecode|parsed-literal|literalinclude|prompt|highlight|math|ipython|doctest|jupyter-execute"
)
_RST_DIRECTIVE = regex(r"\.\.\s+(?:\|[^|]+\|\s+)?([\w:+.-]+)::")
_RST_OTHER = regex(r"\.\.\s+(?:_|\[|__)")
_RST_LITERAL = regex(r"``.*?``")


def _rst(lines: Iterable[Text]) -> Iterator[Line]:
    hidden_below: int | None = None
    for text in lines:
        stripped = text.strip()
        indent = len(text) - len(text.lstrip())
        whole = ((0, len(text)),)
        if hidden_below is not None and (not stripped or indent > hidden_below):
            yield Line(text, whole)
            continue
        hidden_below = None
        directive = _RST_DIRECTIVE.match(stripped)
        if directive:
            if _CODE_DIRECTIVES.fullmatch(directive[1]):
                hidden_below = indent
            yield Line(text)
        elif stripped == ".." or (stripped.startswith(".. ") and not _RST_OTHER.match(stripped)):
            hidden_below = indent
            yield Line(text, whole)
        else:
            if stripped.endswith("::"):
                hidden_below = indent
            yield Line(text, tuple(found.span() for found in _RST_LITERAL.finditer(text)))


# -- Org, AsciiDoc, plain text, configuration

_ORG_BEGIN = regex(r"\s*#\+begin_(src|example|comment)\b", re.IGNORECASE)
_ORG_END = regex(r"\s*#\+end_(src|example|comment)\b", re.IGNORECASE)
_ORG_CODE = regex(r"(?<!\S)([=~])\S.*?\1(?!\w)")
_ADOC_BLOCK = regex(r"(-{4,}|\.{4,}|/{4,}|```+)\s*$")
_ADOC_CODE = regex(r"`[^`]+`")
_CONFIG_COMMENT = regex(r"(?:^|(?<=\s))#.*$")


def _org(lines: Iterable[Text]) -> Iterator[Line]:
    inside = False
    for text in lines:
        inside = inside or bool(_ORG_BEGIN.match(text))
        if inside or text.lstrip().startswith("# ") or text.startswith(": "):
            yield Line(text, ((0, len(text)),))
        else:
            yield Line(text, tuple(found.span() for found in _ORG_CODE.finditer(text)))
        inside = inside and not _ORG_END.match(text)


def _asciidoc(lines: Iterable[Text]) -> Iterator[Line]:
    block = ""
    for text in lines:
        found = _ADOC_BLOCK.match(text)
        if block or found or text.startswith("//"):
            block = "" if found and found[1] == block else block or (found[1] if found else "")
            yield Line(text, ((0, len(text)),))
        else:
            yield Line(text, tuple(span.span() for span in _ADOC_CODE.finditer(text)))


def _plain(lines: Iterable[Text]) -> Iterator[Line]:
    for text in lines:
        yield Line(text)


def _config(lines: Iterable[Text]) -> Iterator[Line]:
    for text in lines:
        yield Line(text, tuple(found.span() for found in _CONFIG_COMMENT.finditer(text)))


_READERS: dict[Markup, Callable[[Iterable[Text]], Iterator[Line]]] = {
    Markup.MARKDOWN: _markdown,
    Markup.HTML: _html,
    Markup.RST: _rst,
    Markup.ORG: _org,
    Markup.ASCIIDOC: _asciidoc,
    Markup.PLAIN: _plain,
    Markup.CONFIG: _config,
}
