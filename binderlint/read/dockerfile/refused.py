"""Refused: what Docker does not read in a Dockerfile, at which it stops before anything is built.

As BuildKit's parser does (frontend/dockerfile/parser and frontend/dockerfile/instructions in moby/buildkit), whichever stage it is in. What
differs between its versions, such as the flags of an instruction, is left out.
"""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile
from binderlint.read.dockerfile.lines import Instruction
from binderlint.source import Text
from binderlint.values import NamedTuple

# https://docs.docker.com/reference/dockerfile/
INSTRUCTIONS = frozenset({"ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN", "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR"})  # fmt: skip
_MAY_BE_EMPTY = frozenset({"RUN", "CMD", "ENTRYPOINT"})
_STAGE_NAME = regex(r"[a-z][a-z0-9-_.]*")
_SYNTAX = regex(r"(?:#[ \t]*\w+[ \t]*=[^\n]*\n)*#[ \t]*syntax[ \t]*=[ \t]*(\S+)", 2)
_OFFICIAL = regex(r"(?:docker\.io/)?docker/dockerfile(?:-upstream)?(?:[:@].*)?")


class Refused(NamedTuple):
    """A part of a Dockerfile that Docker does not read: where, what is wrong with it (a clause), and what to do."""

    where: Text
    words: str
    advice: str


def refused(dockerfile: Dockerfile) -> Iterator[Refused]:
    """What Docker does not read, in order; of unknown instructions that follow one another the first. Nothing where another parser is asked for (`# syntax=`)."""
    asked = _SYNTAX.match(dockerfile.source.text.removeprefix("\ufeff"))
    if asked and not _OFFICIAL.fullmatch(asked[1]):
        return
    if not dockerfile.instructions:
        start = Text("", dockerfile.source.place())
        yield Refused(start, "This Dockerfile has no instruction", "Begin it with `FROM` and an image, or remove it")
    before: Instruction | None = None
    begun = False
    for one in dockerfile.instructions:
        begun = begun or one.name == "FROM" or one.name not in INSTRUCTIONS
        if one.name not in INSTRUCTIONS:
            if before is None or before.name in INSTRUCTIONS:
                yield Refused(one.keyword, f"Docker knows no instruction `{one.keyword}`", _meant(one, before))
        elif not begun and one.name != "ARG":
            words = f"`{one.keyword}` comes before any `FROM`, which names the image to build on"
            yield Refused(one.keyword, words, "Begin the Dockerfile with `FROM` and an image")
            begun = True
        else:
            yield from _arguments(one)
        before = one


def _meant(one: Instruction, before: Instruction | None) -> str:
    """What to do about an instruction that Docker does not know."""
    from difflib import get_close_matches

    if close := get_close_matches(one.name, sorted(INSTRUCTIONS), 1, 0.75):
        return f"Write `{close[0]}`"
    if before and before.name == "RUN":
        return "If it belongs to the `RUN` above, end the line before it with a backslash (`\\`); if not, write `RUN` before it"
    return "If it is a command, write `RUN` before it"


def _arguments(one: Instruction) -> Iterator[Refused]:
    """What is wrong with the arguments of an instruction."""
    name, words = one.name, one.words
    for document in one.heredocs:
        if not document.ended:
            never = f"The text that begins with `<<{document.name}` never ends"
            yield Refused(one.keyword, never, f"End it with a line that is only `{document.name}`")
    if name == "FROM":
        yield from _image(one)
    elif name in ("COPY", "ADD") and len(words) < 2:
        needs = f"`{name}` needs what to copy and where to"
        yield Refused(one.keyword, needs, f"Write both, as in `{name} . /home/jovyan/`")
    elif name not in _MAY_BE_EMPTY and not words and not one.body.strip():
        yield Refused(one.keyword, f"`{name}` needs an argument", "Add it, or remove the line")
    elif name in ("ENV", "LABEL"):
        yield from _pairs(one)
    elif name == "SHELL" and not one.json:
        advice = 'Write them as in `SHELL ["/bin/bash", "-c"]`'
        yield Refused(one.keyword, "`SHELL` needs its arguments as JSON", advice)
    elif name == "ONBUILD":
        inner = one.trigger.name if one.trigger else name
        if inner in (name, "FROM", "MAINTAINER"):
            yield Refused(one.keyword, f"`ONBUILD` cannot have `{inner}` after it", "Remove the line")


def _image(one: Instruction) -> Iterator[Refused]:
    """What is wrong with `FROM image` or `FROM image AS name`."""
    words = one.words
    named = len(words) > 2 and words[1].lower() == "as"
    further = words[3 if named else 1 :]
    if not words:
        yield Refused(one.keyword, "`FROM` needs an image", "Name it")
    elif further and further[0].startswith("#"):
        yield _comment(one, further[0])
    elif further:
        takes = "`FROM` takes an image, or an image, `AS` and a name, and nothing else"
        yield Refused(further[0], takes, "Remove what does not belong here")
    elif named and not _STAGE_NAME.fullmatch(words[2].lower()):
        advice = "Use letters, digits, `-`, `_` and `.`, with a letter first"
        yield Refused(words[2], f"`{words[2]}` cannot be the name of a stage", advice)


def _pairs(one: Instruction) -> Iterator[Refused]:
    """What is wrong with names and values: `ENV name value`, or `name=value` several times."""
    words = one.words
    wrong = next((word for word in words if "=" not in word), None)
    if "=" not in words[0]:
        if len(words) == 1:
            advice = f"Write `{one.name} {words[0]}=...`"
            yield Refused(words[0], f"`{one.name}` needs a value for `{words[0]}`", advice)
    elif wrong is not None and wrong.startswith("#"):
        yield _comment(one, wrong)
    elif wrong is not None:
        advice = "Write `name=value` each time, with quotes around a value that has spaces"
        yield Refused(wrong, f"`{wrong}` stands where `{one.name}` needs a name, `=` and a value", advice)


def _comment(one: Instruction, where: Text) -> Refused:
    return Refused(where, f"A comment cannot follow `{one.name}` on its line", "Move the comment to a line of its own")
