"""Minimise: the smallest case that still fails in the same way, by files, then lines, then bytes (delta debugging)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from binderlint.source import EXECUTABLE, GITLINK, REGULAR, Source
from tests.fuzz.case import Case

T = TypeVar("T")
# A file longer than this is made smaller by lines only.
BYTES = 3000


class SpentError(Exception):
    """All tries are used."""


def minimised(case: Case, fails: Callable[[Case], bool], tries: int) -> Case:
    """A case as small as some tries can make it for which `fails` is still true, as it must be for `case`."""
    best = case
    left = tries

    def still(smaller: Case) -> bool:
        nonlocal best, left
        if left == 0:
            raise SpentError
        left -= 1
        if fails(smaller):
            best = smaller
            return True
        return False

    try:
        _plainer(best, still)
        before = None
        while best is not before:
            before = best
            _reduced(
                sorted(best.files), lambda paths: still(best.with_files({path: best.files[path] for path in paths}))
            )
            for path in sorted(best.files):
                _smaller(best, path, still)
    except SpentError:
        pass
    return best


def _plainer(case: Case, still: Callable[[Case], bool]) -> None:
    """Without knowledge of git, another hub, and modes, where these do not matter."""
    for plain in (case._replace(git=None, hub="mybinder.org"), case._replace(git=None)):
        if plain != case and still(plain):
            case = plain
            break
    for path, source in case.files.items():
        if source.mode == EXECUTABLE or not source.tracked:
            plain = case.with_files({**case.files, path: Source(path, source.data, REGULAR)})
            case = plain if still(plain) else case


def _smaller(case: Case, path: str, still: Callable[[Case], bool]) -> None:
    """Fewer lines, then fewer bytes of one file."""
    source = case.files[path]
    if source.mode == GITLINK:
        return

    def with_data(data: bytes) -> bool:
        return still(case.with_files({**case.files, path: Source(path, data, source.mode, source.tracked)}))

    lines = _reduced(source.data.splitlines(keepends=True), lambda some: with_data(b"".join(some)))
    data = b"".join(lines)
    if len(data) <= BYTES:
        _reduced([data[at : at + 1] for at in range(len(data))], lambda some: with_data(b"".join(some)))


def _reduced(items: Sequence[T], still: Callable[[list[T]], bool]) -> list[T]:
    """The items without as many as can go, in pieces of half, a quarter ... and single ones (Zeller and Hildebrandt, 2002)."""
    kept = list(items)
    size = len(kept)
    while size:
        at = 0
        while at < len(kept):
            fewer = kept[:at] + kept[at + size :]
            if still(fewer):
                kept = fewer
            else:
                at += size
        size //= 2
    return kept
