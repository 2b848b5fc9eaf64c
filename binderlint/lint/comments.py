"""Comments: what suppression comments say, comments that only look like one, and rules about them and about entries of the configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.launch.links import markup_of
from binderlint.lint.about import about, not_asked
from binderlint.lint.diagnostic import Diagnostic
from binderlint.lint.naming import codes_of
from binderlint.lint.report import Hider, Suppressed
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.markup import Markup
from binderlint.read.plain_notebook import PlainNotebook, cells_with
from binderlint.snapshot import Snapshot
from binderlint.source import SUPPRESSION, Place, Source, Span
from binderlint.values import NamedTuple


class Directive(NamedTuple):
    """A suppression comment: the rules it names, why, where it is, and the lines it is about (none for the whole file)."""

    rules: tuple[str, ...]
    reason: str
    place: Place
    lines: tuple[int, ...] = ()

    @property
    def codes(self) -> frozenset[str]:
        """The codes of the rules that it names."""
        return frozenset().union(*map(codes_of, self.rules))

    def suppressed(self, found: Diagnostic) -> Suppressed:
        return Suppressed(found, self.reason, Hider(self.place.path, "comment", ", ".join(self.rules)))


class Lookalike(NamedTuple):
    """A comment that looks like a suppression and is none."""

    meant: Directive
    """What was probably meant; it names no rules where that is not known."""
    written: str
    """How that is written; empty in a notebook, where no comment suppresses anything."""
    certain: bool
    """True when nothing else can be meant."""


class Unused(NamedTuple):
    """An entry of the configuration file that hides nothing: the option, the word or pattern, and where it is."""

    option: str
    entry: str
    place: Place


class Comments(NamedTuple):
    """What the rules about suppression are asked about."""

    found: list[Directive]
    """All suppression comments."""
    used: set[Directive]
    """Those that suppressed something, or about which that cannot be said."""
    judged: frozenset[str]
    """The codes of the rules that had a say."""
    lookalikes: list[Lookalike]
    effective: set[Directive]
    """What was meant by lookalikes and would suppress something that is reported."""
    unused: list[Unused]
    require_reasons: bool


class CommentRule(Rule):
    """A rule about what suppresses, which the linter asks once all other rules have spoken."""

    @about(not_asked)
    def check(self, repo: Snapshot, _: None) -> Iterator[Diagnostic]:
        yield from ()

    def judge(self, comments: Comments) -> Iterator[Diagnostic]:
        raise NotImplementedError


# What may stand above a comment that is about the first line: other comments, a shebang among them, and empty lines.
_HEAD = regex(r"\ufeff?(?:[ \t]*(?:(?:#|//|%|<!--|\.\.[ \t])[^\r\n]*)?(?:\r\n|\r|\n))*")


def directives(source: Source) -> list[Directive]:
    """The suppression comments of a file.

    One that has its line for itself is about the next line; with nothing but comments and empty lines above it, it is about the first line
    as well, where a shebang is and what concerns the whole file is reported. Comments in notebooks suppress nothing.
    """
    if source.name.endswith(".ipynb") or not _mentions(source, b"binderlint:"):
        return []
    head = _end(_HEAD.match(source.text))
    return [
        _directive(
            Place(source, Span(*match.span())),
            match["kind"] == "ignore-file",
            tuple(name.strip() for name in match["rules"].split(",") if name.strip()),
            match["reason"],
            head,
        )
        for match in SUPPRESSION.finditer(source.text)
    ]


def _directive(place: Place, whole: bool, rules: tuple[str, ...], reason: str, head: int) -> Directive:
    if whole:
        return Directive(rules, reason, place)
    source = place.source
    line = source.position(place.span.end)[0]
    start = source.line_starts[line - 1]
    if source.text[start : place.span.start].strip("\ufeff \t"):
        return Directive(rules, reason, place, (line,))
    return Directive(rules, reason, place, (1, line + 1) if start <= head else (line + 1,))


def _mentions(source: Source, *words: bytes) -> bool:
    data = source.searchable.replace(b"\0", b"")  # UTF-16 is full of zeros
    return any(word in data for word in words)


# -- what only looks like one

_SPELLINGS = (b"binderlint", b"Binderlint", b"BinderLint", b"BINDERLINT")
_LIKE = regex(
    r"(?:(?<=[ \t\r\n\ufeff])|\A)(?P<opener>#|//|%|<!--|\.\.(?=[ \t]))#*[ \t]*(?:noqa[ \t]*:|binderlint(?P<sign>[ \t]*[:=][ \t]*|[ \t]+|-)"
    r"(?P<verb>(?:file[-_])?(?:ignore|disable|suppress|skip|noqa|nolint|exclude|off)(?:[-_](?:file|line|next[-_]line))?)(?![\w-]))"
    r"(?P<rest>[^\r\n]*)",
    re.IGNORECASE,
)
_FORMS = {
    "#": "# binderlint: {}",
    "//": "// binderlint: {}",
    "%": "% binderlint: {}",
    "..": ".. binderlint: {}",
    "<!--": "<!-- binderlint: {} -->",
}
# What begins a comment in a document.
_OPENERS = {Markup.MARKDOWN: ("<!--",), Markup.HTML: ("<!--",), Markup.RST: ("..",), Markup.ASCIIDOC: ("//",)}
_BRACKETS = regex(r"[ \t]*[=:]?[ \t]*[\[({]([^\])}]*)[\])}]?")
_SEPARATOR = regex(r"[ \t]*[=:]?[ \t]*")
_WORD = regex(r"([ \t]*,?[ \t]*)([\w-]+)")
_CODE = regex(r"[A-Za-z]{1,4}\d+")


def lookalikes(source: Source) -> list[Lookalike]:
    """The comments of a file that were probably meant to suppress something, and do not."""
    if source.name.endswith(".ipynb"):
        return list(_in_notebook(source)) if any(one in source.searchable for one in _SPELLINGS) else []
    if not _mentions(source, *_SPELLINGS, b"noqa", b"NOQA"):
        return []
    markup, head = markup_of(source), _end(_HEAD.match(source.text))
    openers = _OPENERS.get(markup, ("#", "//", "%")) if markup else ("#", "//", "%")
    likes = [
        like
        for match in _LIKE.finditer(source.prose)
        if match["opener"] in openers and (like := _lookalike(source, match, head))
    ]
    form = _FORMS[openers[0]].format("ignore[RULE]")
    return [*likes, *(Lookalike(one, form, False) for one in directives(source) if not one.rules)]


def _lookalike(source: Source, match: re.Match[str], head: int) -> Lookalike | None:
    verb, opener, rest = match["verb"] or "", match["opener"], match["rest"].rstrip()
    text = rest.removesuffix("-->").rstrip() if opener == "<!--" else rest
    rules, certain, reason = _said(text)
    if not rules and (not verb or (text and match["sign"].strip(" \t") in ("", "-"))):
        return None  # another linter's, or prose
    place = source.place(match.start(), match.start("rest") + len(rest))
    meant = _directive(place, "file" in verb.lower(), rules, reason, head)
    inside = f"{'ignore' if meant.lines else 'ignore-file'}[{', '.join(rules) or 'RULE'}] {reason if rules else ''}"
    return Lookalike(meant, _FORMS[opener].format(inside.rstrip()), certain and (opener != "<!--" or text != rest))


def _said(text: str) -> tuple[tuple[str, ...], bool, str]:
    """The rules that are named at the start of a text, whether they are all that is named there, and what follows as a reason."""
    if bracketed := _BRACKETS.match(text):
        words, at = re.findall(r"[^\s,]+", bracketed[1]), bracketed.end()
    else:
        words, at = [], _end(_SEPARATOR.match(text))
        while (word := _WORD.match(text, at)) and (_is_rule(word[2]) or _CODE.fullmatch(word[2]) or "," in word[1]):
            words.append(word[2])
            at = word.end()
    rules = tuple(word for word in words if _is_rule(word))
    return rules, bool(rules) and len(rules) == len(words), text[at:].lstrip(" \t:;-\u2013\u2014")


def _end(match: re.Match[str] | None) -> int:
    return match.end() if match else 0


def _is_rule(word: str) -> bool:
    """True for a code, a name and the letters of a family, which are no word of English when they are capitals."""
    return bool(codes_of(word)) and (len(word) > 3 or (len(word) == 3 and word.isupper()))


def _in_notebook(source: Source) -> Iterator[Lookalike]:
    for cell in cells_with(PlainNotebook(source), lambda text: "binderlint" in text.lower() or "noqa" in text.lower()):
        openers = ("#",) if cell.kind == "code" else ("<!--",)
        for line in cell.lines:
            found = SUPPRESSION.search(line) or _LIKE.search(line)
            if found is None or not found.group().lstrip(" \t").startswith(openers):
                continue
            groups = found.groupdict()
            rules, _, reason = _said(groups.get("rules") or groups.get("rest") or "")
            start = found.end() - len(found.group().lstrip(" \t"))
            if rules:
                yield Lookalike(Directive(rules, reason, line.part(start, found.end()).place), "", False)
