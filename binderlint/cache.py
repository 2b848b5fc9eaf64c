"""Cache: answers about texts, remembered from one repository to the next. Long texts are not, so that many repositories take no more memory than one."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps

from binderlint.typed import Any, TypeVar, cast

F = TypeVar("F", bound=Callable[..., Any])

_LONGEST = 1_000


def remembered(number: int) -> Callable[[F], F]:
    """A decorator: a function of a text, and of values that can be keys, remembers so many of its answers."""

    def decorate(function: F) -> F:
        cached = lru_cache(number)(function)

        @wraps(function)
        def answer(text: str | bytes, *rest: object) -> Any:
            return (cached if len(text) <= _LONGEST else function)(text, *rest)

        return cast("F", answer)

    return decorate
