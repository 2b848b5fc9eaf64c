"""trial: what was tried of a repository and what came of it, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.escapes import printable
from binderlint.lint.wording import counted
from binderlint.reporters.json import dumps
from binderlint.style import Style
from binderlint.trial.outcome import Attempt, Outcome, Result, Stage
from binderlint.typed import Any

VERSION = 1
_HEADS = {
    Stage.ENVIRONMENT: "Packages",
    Stage.IMPORTS: "Imports",
    Stage.POST_BUILD: "postBuild",
    Stage.LAUNCH: "Launch",
    Stage.OTHER: "Left out",
}
_COLOURS = {Result.WORKS: "green", Result.FAILS: "red", Result.LEFT: "yellow"}
_PLACES = 3
_WITHOUT = "No code of the repository ran. With --run, it does: postBuild, start, setup.py, and the modules that notebooks import."
_WITH = "Code of the repository ran on this computer, because of --run."
_NOT_BINDER = (
    "This was a trial on this computer and not in Binder's image: its system and its conda packages are others."
)


def render(found: Outcome, style: Style) -> str:
    """The whole of it as text."""
    return "".join(f"{line}\n" for line in _lines(found, style))


def _lines(found: Outcome, style: Style) -> Iterator[str]:
    yield style.paint("bold", f"Tried with Python {printable(found.python)} in a {found.kind}.")
    for stage in Stage:
        attempts = [one for one in found.attempts if one.stage is stage]
        if attempts:
            yield ""
            yield style.paint("bold", _HEADS[stage])
            for one in attempts:
                yield from _attempt(one, style)
    yield ""
    yield _WITH if found.ran else _WITHOUT
    yield _NOT_BINDER
    yield _summary(found)


def _attempt(one: Attempt, style: Style) -> Iterator[str]:
    mark = style.paint(_COLOURS[one.result], f"{one.result.value:9}")
    yield f"  {mark}  {printable(one.what)}{f': {printable(one.said)}' if one.said else ''}"
    if one.places and one.result is not Result.WORKS:
        shown = "; ".join(map(printable, one.places[:_PLACES]))
        more = len(one.places) - _PLACES
        yield f"             {shown}{f' and {more} more' if more > 0 else ''}"


def _summary(found: Outcome) -> str:
    numbers = {result: sum(one.result is result for one in found.attempts) for result in Result}
    words = (f"{numbers[Result.WORKS]} worked", f"{numbers[Result.FAILS]} failed", f"{numbers[Result.LEFT]} not tried")
    return f"Of {counted(len(found.attempts), 'thing')}: {', '.join(words)}."


def render_json(found: Outcome) -> str:
    """The same for programs."""
    return dumps(
        {
            "version": VERSION,
            "python": found.python,
            "environment": found.kind,
            "ran": found.ran,
            "failed": found.failed,
            "attempts": [_object(one) for one in found.attempts],
        }
    )


def _object(one: Attempt) -> dict[str, Any]:
    return {
        "stage": one.stage.value,
        "result": one.result.value,
        "what": one.what,
        "message": one.said,
        "places": list(one.places),
    }
