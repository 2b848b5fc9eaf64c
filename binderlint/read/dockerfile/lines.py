r"""The instructions of a Dockerfile, their words with places, and what variables make of a word.

The reader is our own and follows BuildKit's parser (repo2docker builds with `docker buildx build`): continuation lines with comments and
blank lines between them, heredocs, the escape directive, ONBUILD, JSON forms, CRLF. Parsers on PyPI were compared and not taken: `dockerfile`
is BuildKit's own but has neither columns nor the text of heredocs, `dockerfile-parse` knows no heredocs and splits at comments in a
continuation, and both tree-sitter grammars take `$((1<<2))` for a heredoc and lose the rest of the file. A test holds this reader against `dockerfile`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.read.dockerfile.words import BLANK, SPACE, expand
from binderlint.read.dockerfile.words import words as split
from binderlint.read.scope import Scope
from binderlint.source import Place, Source, Span, Text
from binderlint.values import NamedTuple

_DIRECTIVE = regex(r"#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(.+?)[ \t]*$")
_HEREDOC = regex(r"\d*<<(-?)([^<]+)$")
_SHELL_FORM = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "HEALTHCHECK"})
HEREDOC_FORM = frozenset({"RUN", "COPY", "ADD"})


class Heredoc(NamedTuple):
    """A here-document of RUN, COPY or ADD: the word after `<<`, its lines, and whether the line that ends it is there."""

    name: str
    content: Text
    ended: bool


class Instruction(NamedTuple):
    """An instruction. `words` are its arguments as written (of the JSON form: decoded), `variables` what ARG and ENV before it define."""

    keyword: Text
    flags: tuple[Text, ...]
    words: tuple[Text, ...]
    json: bool
    body: Text
    """All after the flags, of the same length as in the file: comments between continuation lines are blank. Heredocs are not in it."""
    heredocs: tuple[Heredoc, ...]
    place: Place
    escape: str
    variables: Scope[str | None]
    trigger: Instruction | None = None
    """What an ONBUILD leaves to the image built from this one."""

    @property
    def name(self) -> str:
        """The keyword in capitals."""
        return self.keyword.upper()

    def flag(self, name: str) -> Text | None:
        """The value of `--name=value`."""
        for flag in self.flags:
            if flag.startswith(f"--{name}="):
                return flag.part(len(name) + 3, len(flag)) if len(flag) == len(flag.place.text) else flag
        return None

    def value(self, word: str) -> str | None:
        """A word after ARG and ENV; None when a variable in it is not known."""
        return expand(word, self.variables, self.escape)

    @property
    def name_of_user(self) -> str | None:
        """Of a USER: the user's name or number without the group; None when a variable hides it."""
        value = self.value(self.body.strip(SPACE))
        return value.partition(":")[0] if value else None

    @property
    def assignments(self) -> tuple[tuple[Text, Text | None], ...]:
        """Names and values (as written) of ARG, ENV and LABEL; an ARG without a default has None."""
        if self.name != "ARG" and self.words and "=" not in self.words[0]:
            rest = self.body[len(self.words[0]) :]
            start = len(self.words[0]) + len(rest) - len(rest.lstrip(SPACE))
            return ((self.words[0], self.body.part(start, len(self.body.rstrip(SPACE)))),)
        return tuple(
            (piece(word, 0, len(name)), piece(word, len(name) + 1, len(word)) if equals else None)
            for word in self.words
            for name, equals, _ in (word.partition("="),)
        )

    @property
    def script(self) -> Text | None:
        """The shell script of a RUN: its shell form, the heredoc that is all of it, or the argument of `["bash", "-c", ...]`."""
        if self.name != "RUN":
            return None
        if self.json:
            shell = self.words[0].rpartition("/")[2] if self.words else ""
            at = next((index for index, word in enumerate(self.words[1:], 1) if re.fullmatch(r"-\w*c", word)), 0)
            return self.words[at + 1] if shell in ("sh", "bash", "dash") and 0 < at < len(self.words) - 1 else None
        if len(self.heredocs) == 1 and re.fullmatch(r"\s*<<-?\S+\s*", self.body):
            return self.heredocs[0].content
        if not self.heredocs:
            return self.body
        source, (start, _) = self.place.source, self.body.place.span
        end = self.place.span.end
        return Text(str(self.body) + source.text[self.body.place.span.end : end], Place(source, Span(start, end)))


def piece(text: Text, start: int, end: int) -> Text:
    """A part of a word; its place is that of the whole word where the word was written over several lines."""
    return text.part(start, end) if len(text) == len(text.place.text) else Text(text[start:end], text.place)


# -- lines


class _Line(NamedTuple):
    """A logical line: its characters, and where each of them stands in the file."""

    text: str
    at: list[int]

    def slice(self, source: Source, start: int, end: int, value: str | None = None) -> Text:
        if start >= len(self.at):
            offset = (self.at[-1] + 1) if self.at else 0
            return Text(value or "", Place(source, Span(offset, offset)))
        stop = self.at[end - 1] + 1 if end > start else self.at[start]
        return Text(self.text[start:end] if value is None else value, Place(source, Span(self.at[start], stop)))


def instructions(source: Source) -> Iterator[Instruction]:
    text = source.text
    offset = int(source.has_bom)
    escape, directives = "\\", True
    while offset < len(text):
        end, after = _line_end(text, offset)
        line = text[offset:end]
        stripped = line.lstrip(SPACE)
        if not stripped or stripped.startswith("#"):
            found = _DIRECTIVE.match(stripped) if directives else None
            directives = bool(found)
            if found and found[1].lower() == "escape" and found[2] in ("\\", "`"):
                escape = found[2]
            offset = after
            continue
        directives = False
        logical, after = _logical_line(text, offset, escape)
        if logical.text.strip(SPACE):
            instruction, after = _instruction(source, logical, after, escape)
            yield instruction
        offset = after


def _line_end(text: str, start: int) -> tuple[int, int]:
    """Where a line ends without and with its line end."""
    end = text.find("\n", start)
    if end < 0:
        return len(text), len(text)
    return (end - 1 if end > start and text[end - 1] == "\r" else end), end + 1


def _logical_line(text: str, offset: int, escape: str) -> tuple[_Line, int]:
    """The line that continuations make, and the offset after it."""
    mark = re.escape(escape)
    continued = re.compile(rf"(?:(?<!{mark}){mark}|^{mark})[ \t]*$")
    characters: list[str] = []
    at: list[int] = []
    first = True
    while offset < len(text):
        end, after = _line_end(text, offset)
        line = text[offset:end]
        bare = line.lstrip(SPACE)
        if not first and (not bare or bare.startswith("#")):
            offset = after
            continue
        start = offset + (len(line) - len(bare) if first else 0)
        found = continued.search(text[start:end])
        stop = start + found.start() if found else end
        characters.append(text[start:stop])
        at += range(start, stop)
        offset, first = after, False
        if not found:
            break
    return _Line("".join(characters), at), offset


def _instruction(source: Source, line: _Line, after: int, escape: str) -> tuple[Instruction, int]:
    """The instruction in a line that is not blank, and the offset after it and its here-documents."""
    start, end = len(line.text) - len(line.text.lstrip(SPACE)), len(line.text.rstrip(SPACE))
    last = line.at[end - 1] + 1
    stop = next((index for index in range(start, end) if line.text[index] in BLANK), end)
    keyword = line.slice(source, start, stop)
    rest = _past(line.text, stop, end)
    trigger = None
    heredocs: tuple[Heredoc, ...] = ()
    if (
        keyword.upper() == "ONBUILD" and rest < end and line.text[rest : rest + 7].upper() != "ONBUILD"
    ):  # one in another is not allowed
        trigger, after = _instruction(source, _Line(line.text[rest:end], line.at[rest:end]), after, escape)
        heredocs, last = trigger.heredocs, trigger.place.span.end
    flags: list[Text] = []
    for word in split(line.text, rest, end, escape, ""):
        if not line.text.startswith("--", word[0]) or keyword.upper() == "ONBUILD":
            rest = word[0]
            break
        rest = word[1]
        if word[1] - word[0] == 2:
            rest = _past(line.text, rest, end)
            break
        flags.append(line.slice(source, *word))
    else:
        rest = end
    words, as_json = _arguments(source, line, rest, end, keyword.upper(), escape)
    body = _body(source, line, rest, end, escape)
    if keyword.upper() in HEREDOC_FORM and not as_json and "<<" in line.text:
        found_docs = []
        for left, right in split(line.text, rest, end, escape, keyword.upper()):
            document = _HEREDOC.match(line.text[left:right])
            name = expand(document[2], {}, escape) if document else None
            if document and name:
                found, last, after = _heredoc(source, after, name, document[1] == "-")
                found_docs.append(found)
        heredocs = tuple(found_docs)
    place = Place(source, Span(line.at[start], last))
    return Instruction(keyword, tuple(flags), words, as_json, body, heredocs, place, escape, Scope(), trigger), after


def _past(text: str, start: int, end: int) -> int:
    """The offset of what follows the white space at an offset."""
    return end - len(text[start:end].lstrip(SPACE))


def _arguments(
    source: Source, line: _Line, start: int, end: int, keyword: str, escape: str
) -> tuple[tuple[Text, ...], bool]:
    """The words of an instruction, and whether they were written as JSON."""
    text = line.text[start:end]
    if text.startswith("[") and keyword in _SHELL_FORM | {"COPY", "ADD", "VOLUME", "ONBUILD"}:
        try:
            items = json.loads(text)
        except (ValueError, RecursionError):
            items = None
        if isinstance(items, list) and all(isinstance(item, str) for item in items):
            spans = [found.span() for found in re.finditer(r'"(?:[^"\\]|\\.)*"', text)]
            return tuple(
                line.slice(source, start + left + 1, start + right - 1, item)
                if item == text[left + 1 : right - 1]
                else line.slice(source, start + left, start + right, item)
                for item, (left, right) in zip(items, spans, strict=True)
            ), True
    return tuple(line.slice(source, *span) for span in split(line.text, start, end, escape, keyword)), False


def _body(source: Source, line: _Line, start: int, end: int, escape: str) -> Text:
    """The arguments as a shell reads them, character by character where the file has them: continuations stay, comments are blank."""
    if start >= end:
        return line.slice(source, start, start)
    first, last = line.at[start], line.at[end - 1] + 1
    out = [" "] * (last - first)
    for index in range(start, end):
        out[line.at[index] - first] = line.text[index]
        gap = line.at[index] - line.at[index - 1] if index > start else 1
        if gap > 1:  # a continuation: a backslash and a line end, then comments and blank lines
            out[line.at[index - 1] + 1 - first] = "\\"
            out[line.at[index - 1] + 2 - first] = "\n"
    return Text("".join(out), Place(source, Span(first, last)))


def _heredoc(source: Source, offset: int, name: str, tabs: bool) -> tuple[Heredoc, int, int]:
    """A here-document up to the line that is its name, and the offsets of the end of that and of the next line."""
    text, start = source.text, offset
    while offset < len(text):
        end, after = _line_end(text, offset)
        line = text[offset:end]
        if (line.lstrip("\t") if tabs else line) == name:
            return Heredoc(name, source.slice(start, offset), ended=True), end, after
        offset = after
    return Heredoc(name, source.slice(start, len(text)), ended=False), len(text), len(text)
