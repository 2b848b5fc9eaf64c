"""Cache: answers about texts, remembered from one repository to the next. Only so many characters are, so that many repositories take no more memory than one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from binderlint.typed import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])


def remembered(most: int) -> Callable[[F], F]:
    """A decorator: a function of a text, and of values that can be keys, remembers its answers about so many characters. All are forgotten when there are more."""

    def decorate(function: F) -> F:
        answers: dict[tuple[object, ...], Any] = {}
        held = 0

        @wraps(function)
        def answer(text: str | bytes, *rest: object) -> Any:
            nonlocal held
            key = (text, *rest)
            if key in answers:
                return answers[key]
            found = function(text, *rest)
            held += len(text)
            if held <= most:
                answers[key] = found
            else:
                answers.clear()
                held = 0
            return found

        known: Any = answer
        known.cache_clear = answers.clear
        return cast("F", answer)

    return decorate
