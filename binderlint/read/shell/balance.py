"""Balance: what is opened in a shell script and never closed, or closed and never opened. bash and sh stop there with a syntax error.

The syntax tree (syntax.py) also has mistakes where bash has none. What is not understood for certain here is passed over: then nothing is said. Tests hold it against
`bash -n`.
"""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.source import Text
from binderlint.values import NamedTuple

_DEEPEST = 40
_META = " \t\n;&|<>()"
_ASSIGNMENT = regex(r"[A-Za-z_]\w*(?:\[[^\]]*\])?\+?=")
_DELIMITER = regex(r"-?[ \t]*((?:\\.|'[^'\n]*'|\"[^\"\n]*\"|[^\s;&|<>()'\"\\])+)")
_DESCRIPTOR = regex(r"\d+|\{\w+\}")
_ENDS = {"if": "fi", "for": "done", "select": "done", "while": "done", "until": "done", "case": "esac", "{": "}"}
_MIDDLE = {"then": "if", "elif": "if", "else": "if"}
_LATER = frozenset({*_MIDDLE, "do", *_ENDS.values()})


class Unbalanced(NamedTuple):
    """A piece of a script at which the shell stops: where, and what is wrong (a clause)."""

    where: Text
    words: str


class _Fault(Exception):  # noqa: N818 (of the script, not of binderlint)
    """A certain syntax error: where it is, how long the piece, and what is wrong."""

    def __init__(self, offset: int, length: int, words: str) -> None:
        super().__init__(words)
        self.offset, self.length, self.words = offset, length, words


class _Unsure(Exception):  # noqa: N818 (no error of anybody)
    """Nothing certain can be said from here on."""


class _Open:
    """A word such as `if` that waits for its end, and whether its `then` or `do` was there."""

    def __init__(self, word: str, offset: int) -> None:
        self.word, self.offset, self.begun = word, offset, word in ("{", "case")


def unbalanced(script: Text) -> Unbalanced | None:
    """The syntax error of a script in bash or sh; None where there is none, where one is not certain, and where the script ends before it."""
    text = script.replace("\r\n", "\n")
    try:
        _Scan(text).commands(0, "", 0)
    except _Fault as fault:
        lines = text.count("\n", 0, fault.offset)
        column = fault.offset - text.rfind("\n", 0, fault.offset) - 1
        start = sum(len(line) + 1 for line in script.split("\n")[:lines]) + column
        return Unbalanced(script.part(start, start + fault.length), fault.words)
    except (_Unsure, IndexError):
        pass
    return None


class _Scan:
    """One pass through a script. Each method takes the offset at which its piece begins and returns the one behind it."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._documents: list[tuple[str, bool]] = []

    def commands(self, at: int, end: str, depth: int) -> int:
        """Commands up to `)` or the end of the text."""
        if depth > _DEEPEST:
            raise _Unsure
        text, opened, first = self._text, list[_Open](), True
        becomes = False  # an `exec` was read that has no program yet
        ended = False  # what stands before is the end of a compound command, behind which another end needs no `;`
        while (at := self._blank(at)) < len(text):
            character = text[at]
            behind, ended = ended, False
            if character == "\n":
                at, first, becomes = self._documents_from(at + 1), True, False
            elif character == "#":
                at = self._line_end(at)
            elif character == end:
                if opened:
                    raise self._missing(opened[-1])
                return at + 1
            elif character == ";":
                closes_case = text[at + 1 : at + 2] in (";", "&")
                at += 1
                if closes_case:
                    if not opened or opened[-1].word != "case":
                        raise _Unsure
                    at, ended = self._pattern(at + 1 + (text[at + 1 : at + 2] == "&"), depth)
                    opened = opened[:-1] if ended else opened
                    first = not ended
                else:
                    first, becomes = True, False
            elif text.startswith("&>", at):
                at = self._target(at + 2, depth)
            elif character in "&|":
                at, first, becomes = at + 1, True, False
            elif character in "<>":
                at = self._redirection(at, depth)
            elif character == "(":
                if not first:
                    raise _Unsure
                at = self._arithmetic(at + 2, depth) if text[at + 1] == "(" else self.commands(at + 1, ")", depth + 1)
                first, ended = False, True
            elif character == ")":
                raise _Unsure if opened else _Fault(at, 1, "Nothing was opened that this `)` closes")
            else:
                start, at = at, self._word(at, depth)
                word = text[start:at]
                if not first and not (behind and word in _LATER):
                    if (behind or becomes) and not (text[at : at + 1] in ("<", ">") and _DESCRIPTOR.fullmatch(word)):
                        raise _Unsure  # with `exec` the shell becomes this program, if it gets there
                elif word == "exec" and not opened and not end:
                    becomes, first = True, False
                elif word == "case":
                    opened.append(_Open(word, start))
                    at, ended = self._pattern(self._subject(at, depth), depth)
                    opened = opened[:-1] if ended else opened
                    first = not ended
                elif word == "[[":
                    at, first, ended = self._condition(at, depth), False, True
                else:
                    first = self._keyword(word, start, opened, end)
                    ended = not first and word in _LATER
                    if word in ("for", "select"):
                        at, first = self._header(at, depth)
                    elif word == "function":
                        at, first = self._word(self._blank(at), depth), True
                    elif _ASSIGNMENT.match(text, start, at):
                        at, first = self._list(at + 1, depth) if text[at : at + 1] == "(" else at, True
                    if not first or word == "function":
                        at, first = self._definition(at, first)
        if end:
            raise _Unsure  # said by who opened it
        if opened:
            raise self._missing(opened[-1])
        return at

    def _keyword(self, word: str, start: int, opened: list[_Open], end: str) -> bool:
        """What a word at the beginning of a command opens or closes, and whether another command begins behind it."""
        last = opened[-1] if opened else None
        if word == "coproc" or (word == "{" and last and last.word in ("for", "select") and not last.begun):
            raise _Unsure
        if word in _ENDS:
            opened.append(_Open(word, start))
            return word not in ("for", "select")
        if word in ("!", "time"):
            return True
        if word in _MIDDLE:
            if last is None or last.word != "if":
                raise self._stray(word, start, last)
            last.begun = last.begun or word == "then"
            return True
        if word == "do":
            if last is None or _ENDS[last.word] != "done":
                raise self._stray(word, start, last)
            last.begun = True
            return True
        if word in _ENDS.values():
            if last is None or _ENDS[last.word] != word:
                raise self._stray(word, start, last)
            if not last.begun:
                needed = "then" if last.word == "if" else "do"
                raise _Fault(last.offset, len(last.word), f"This `{last.word}` has no `{needed}` before its `{word}`")
            opened.pop()
            return False
        if word in ("exit", "return") and not opened and not end:
            raise _Unsure  # the shell reads on only when it does not get there
        return False

    def _missing(self, one: _Open) -> _Fault:
        return _Fault(one.offset, len(one.word), f"This `{one.word}` has no `{_ENDS[one.word]}`")

    def _stray(self, word: str, start: int, last: _Open | None) -> Exception:
        if last is None:
            return _Fault(start, len(word), f"Nothing was opened that this `{word}` belongs to")
        if word == "}":
            return _Unsure()
        return self._missing(last)

    def _definition(self, at: int, first: bool) -> tuple[int, bool]:
        """The `()` of a function behind its name, and whether a command begins behind it."""
        after = self._blank(at)
        if self._text[after : after + 1] != "(":
            return at, first
        close = self._blank(after + 1)
        if self._text[close : close + 1] != ")":
            raise _Unsure
        return close + 1, True

    def _header(self, at: int, depth: int) -> tuple[int, bool]:
        """What stands between `for` and the words after `in`, and whether `do` may follow, as there are none."""
        at = self._blank(at)
        if self._text[at : at + 2] == "((":
            return self._arithmetic(at + 2, depth), True
        at = self._blank(self._word(at, depth))
        return at, self._text[at : at + 2] == "do"

    def _subject(self, at: int, depth: int) -> int:
        """What stands between `case` and `in`, with that."""
        start = self._blank(self._word(self._blank(at), depth))
        at = self._word(start, depth)
        if self._text[start:at] != "in":
            raise _Unsure
        return at

    def _pattern(self, at: int, depth: int) -> tuple[int, bool]:
        """The pattern of a branch of `case` with its `)`, or `esac`; whether it was that."""
        text = self._text
        while text[at] in " \t\n#":
            at = self._line_end(at) if text[at] == "#" else at + 1
        if text.startswith("esac", at) and (text[at + 4 : at + 5] or "\n") in _META:
            return at + 4, True
        at += text[at] == "("
        while text[at] != ")":
            if text[at] in " \t|":
                at += 1
                continue
            start, at = at, self._word(at, depth)
            if start == at:
                raise _Unsure
        return at + 1, False

    def _condition(self, at: int, depth: int) -> int:
        """What stands between `[[` and `]]`, with that."""
        text = self._text
        while True:
            if text[at] in " \t\n&|<>()":
                at += 1
            elif text[at] in ";#":
                raise _Unsure
            else:
                start, at = at, self._word(at, depth)
                if text[start:at] == "]]":
                    return at

    def _redirection(self, at: int, depth: int) -> int:
        """An operator such as `2>&1`, `<<EOF` or `<(`, and its target."""
        text = self._text
        if text[at + 1 : at + 2] == "(":
            return self.commands(at + 2, ")", depth + 1)
        if text.startswith("<<<", at):
            return self._target(at + 3, depth)
        if text.startswith("<<", at):
            found = _DELIMITER.match(text, at + 2)
            if not found:
                raise _Unsure
            name = re.sub(r"\\(.)", r"\1", re.sub(r"['\"]", "", found[1]))
            self._documents.append((name, text[at + 2] == "-"))
            return found.end()
        at += 1
        while text[at : at + 1] in tuple("<>&|"):
            at += 1
        return self._target(at, depth)

    def _target(self, at: int, depth: int) -> int:
        return self._word(self._blank(at), depth)

    def _documents_from(self, at: int) -> int:
        """The here-documents that begin at a line."""
        for name, tabs in self._documents:
            while True:
                if at >= len(self._text):
                    raise _Unsure  # bash only warns
                end = self._line_end(at)
                line, at = self._text[at:end], end + 1
                if (line.lstrip("\t") if tabs else line) == name:
                    break
        self._documents.clear()
        return min(at, len(self._text))

    def _word(self, at: int, depth: int) -> int:
        text = self._text
        while at < len(text) and text[at] not in _META:
            character = text[at]
            if character == "\\":
                at += 2
            elif character == "'":
                at = self._single(at)
            elif character == '"':
                at = self._double(at, depth)
            elif character == "`":
                at = self._backtick(at)
            elif character == "$":
                at = self._expansion(at, depth)
            else:
                at += 1
                if character in "?*+@!" and text[at : at + 1] == "(":
                    at = self._list(at + 1, depth + 1)
        return min(at, len(text))

    def _list(self, at: int, depth: int) -> int:
        """The words of an array, or of a pattern such as `!(a|b)`, with the `)`."""
        text = self._text
        if depth > _DEEPEST:
            raise _Unsure
        while text[at] != ")":
            if text[at] in " \t\n|":
                at += 1
            elif text[at] == "#":
                at = self._line_end(at)
            elif text[at] in _META:
                raise _Unsure
            else:
                at = self._word(at, depth)
        return at + 1

    def _single(self, at: int) -> int:
        end = self._text.find("'", at + 1)
        if end < 0:
            raise self._quote(at)
        return end + 1

    def _double(self, at: int, depth: int) -> int:
        text, start = self._text, at
        at += 1
        while at < len(text):
            if text[at] == "\\":
                at += 2
            elif text[at] == '"':
                return at + 1
            elif text[at] == "$":
                at = self._expansion(at, depth + 1, quoted=True)
            elif text[at] == "`":
                at = self._backtick(at)
            else:
                at += 1
        raise self._quote(start)

    def _quote(self, at: int) -> _Fault:
        return _Fault(at, 1, "The quotes do not pair up: this one is never closed, or one is missing before it")

    def _backtick(self, at: int) -> int:
        """What stands between backticks: bash only reads it when it runs it, and goes on where it cannot."""
        at += 1
        while self._text[at] != "`":
            at += 2 if self._text[at] == "\\" else 1
        return at + 1

    def _expansion(self, at: int, depth: int, *, quoted: bool = False) -> int:
        """`$(...)`, `$((...))`, `${...}`, `$'...'`, `$"..."` or `$name`."""
        text, following = self._text, self._text[at + 1 : at + 3]
        if depth > _DEEPEST:
            raise _Unsure
        if following == "((":
            return self._arithmetic(at + 3, depth)
        if following[:1] == "(":
            return self.commands(at + 2, ")", depth + 1)
        if following[:1] == "{":
            return self._brace(at + 2, depth, quoted)
        if following[:1] == "'" and not quoted:
            at += 2
            while text[at] != "'":
                at += 2 if text[at] == "\\" else 1
            return at + 1
        return at + 2 if following[:1] in tuple("$#?!@*-") and following else at + 1

    def _brace(self, at: int, depth: int, quoted: bool) -> int:
        text = self._text
        while text[at] != "}":
            if text[at] == "\\":
                at += 2
            elif text[at] == "'":
                if quoted:
                    raise _Unsure
                at = self._single(at)
            elif text[at] == '"':
                at = self._double(at, depth + 1)
            elif text[at] == "$":
                at = self._expansion(at, depth + 1, quoted=quoted)
            elif text[at] == "`":
                at = self._backtick(at)
            else:
                at += 1
        return at + 1

    def _arithmetic(self, at: int, depth: int) -> int:
        """What stands between `((` and `))`, with that."""
        text, open_brackets = self._text, 2
        while open_brackets:
            if text[at] in "'\"`\\;\n":
                if text[at] in "\n;":
                    at += 1
                    continue
                raise _Unsure
            if text[at] == "$":
                at = self._expansion(at, depth + 1)
                continue
            open_brackets += (text[at] == "(") - (text[at] == ")")
            at += 1
        return at

    def _blank(self, at: int) -> int:
        """The offset of what follows blanks and continued lines."""
        text = self._text
        while text[at : at + 1] in (" ", "\t") or text[at : at + 2] == "\\\n":
            at += 2 if text[at] == "\\" else 1
        return at

    def _line_end(self, at: int) -> int:
        end = self._text.find("\n", at)
        return len(self._text) if end < 0 else end
