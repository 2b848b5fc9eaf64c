"""Fact: a question to a snapshot, answered once and remembered on it."""

from __future__ import annotations

from collections.abc import Callable

from binderlint.snapshot import Snapshot
from binderlint.typed import Any, Concatenate, ParamSpec, TypeVar

Key = ParamSpec("Key")
Answer = TypeVar("Answer")

_ASKED: Any = object()  # stands for an answer that is being looked for


def fact(question: Callable[Concatenate[Snapshot, Key], Answer]) -> Callable[Concatenate[Snapshot, Key], Answer]:
    """Answer a question about a snapshot once for each key, which is hashable and given by position.

    The answer is shared by all who ask, so it is a value that nobody changes: no list, set, dict or iterator. It lives as long as
    the snapshot, which belongs to one thread at a time. Raises RecursionError when an answer is needed for itself.
    """

    def ask(repo: Snapshot, /, *key: Key.args, **named: Key.kwargs) -> Answer:
        if named:
            raise TypeError(f"the key of `{question.__qualname__}` is given by position")
        answers = repo.answers
        asked = (ask, *key) if key else ask
        try:
            answer = answers[asked]
        except KeyError:
            answers[asked] = _ASKED
            try:
                answers[asked] = answer = question(repo, *key, **named)
            except BaseException:
                del answers[asked]
                raise
        if answer is _ASKED:
            raise RecursionError(f"`{question.__qualname__}` is needed for its own answer")
        return answer  # type: ignore[no-any-return]

    ask.__module__, ask.__name__, ask.__qualname__ = question.__module__, question.__name__, question.__qualname__
    ask.__doc__ = question.__doc__
    ask.__wrapped__ = question  # type: ignore[attr-defined]
    return ask
