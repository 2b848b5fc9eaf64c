"""Reasons: what a resolver says of a conflict, shortened to the conflict."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.outside.child import last_line
from binderlint.pattern import regex

_LONGEST = 900  # characters
_LINES = 8
_BUILD = ("[stderr]", "[stdout]")  # what a build that fails has written, the first of these that is there
_PROGRESS = regex(r"^ *(?:Using Python|Resolved|Prepared|Building|Built|Downloading|Downloaded) .*\n", re.MULTILINE)
_CAUSE = regex(r"^(?:error|Caused by|\s*cause):\s*", re.MULTILINE)
_END = regex(r",? we can conclude that your requirements are unsatisfiable\.?$")
_LISTED = regex(r" and only the following versions of \S+ are available:.*?(?=,? we can conclude)")


def pip_reason(said: str) -> str:
    """The sentences in which uv says why nothing satisfies the requirements, as one paragraph."""
    text = said.partition("\nhint:")[0].replace("(e.g., with `--no-build`)", "").strip()
    text = _PROGRESS.sub("", text)
    if marks := [mark for mark in _BUILD if mark in text]:
        text, _, build = text.partition(marks[0])
        failed = re.search(r"Failed to [^\n]*", text)
        return _short(f"{failed[0] if failed else 'the build fails'}: {_why(build)}")
    causes = [" ".join(part.split()) for part in _CAUSE.split(text)]
    found = next((one for one in causes if one.startswith("Because")), "")
    if not found:
        return _short(": ".join(one for one in causes if one))
    sentences = [_plain(one) for one in re.split(r"(?<=\.) (?=And )", found)]
    return _short(re.sub(r"^all\b", "All", " ".join(sentences)))


def _why(build: str) -> str:
    """The last line of what a build has written that speaks of an error, else the last line."""
    errors = [line for line in build.splitlines() if re.search("error", line, re.IGNORECASE)]
    return last_line("\n".join(errors)) or last_line(build)


def _plain(sentence: str) -> str:
    """A sentence of uv's, `Because A, we can conclude that B.`, in the words of a person, `A, so B.`; and without what goes without saying."""
    sentence = _LISTED.sub("", sentence)
    sentence = _END.sub(".", sentence)
    sentence = re.sub(r"^Because ", "", re.sub(r"^And because ", "And ", sentence))
    return re.sub(r",? we can conclude that ", ", so ", sentence).replace("..", ".")


def pip_hints(said: str) -> Iterator[str]:
    """What uv adds, each as one line."""
    for hint in said.split("\nhint:")[1:]:
        yield " ".join(hint.partition("\n\n")[0].split())


def conda_reason(said: str) -> str:
    """The tree in which the solver of conda says why nothing satisfies the specs, cut to its first lines."""
    lines = said.replace("Cannot solve the request because of: ", "").rstrip().splitlines()
    lines = [line.rstrip() for line in lines if line.strip()]
    rest = len(lines) - _LINES
    return "\n".join([*lines[:_LINES], *([f"(and {rest} more lines)"] if rest > 0 else [])])


def _short(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    end = text.rfind(". ", 0, _LONGEST)
    return f"{text[: end + 1] if end > _LONGEST // 3 else text[:_LONGEST]} ..."
