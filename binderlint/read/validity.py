"""Validity: what Jupyter says of a notebook that is JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from binderlint.read.notebook import json_text
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.values import NamedTuple


class Verdict(NamedTuple):
    """Whether Jupyter opens a notebook, and what it says against it in one line (empty when nothing)."""

    opens: bool
    words: str = ""


def verdict(page: PlainNotebook) -> Verdict:
    """Judge a notebook as Jupyter does when somebody opens it. One with the keys of format 4 is not validated: that is slow."""
    if page.data is not None and _is_plausible(page.data):
        return Verdict(True)
    return judge(json_text(page.source).removeprefix("\ufeff"))


def judge(text: str) -> Verdict:
    """Validate the text of a notebook (jupyter_server's contents manager does the same)."""
    import nbformat

    with quiet():
        try:
            node = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
        except Exception as error:  # nbformat raises whatever its input makes it stumble on
            return Verdict(False, words_of(error))
        try:
            nbformat.validate(node)
        except Exception as error:
            return Verdict(True, words_of(error))
    return Verdict(True)


@contextmanager
def quiet() -> Iterator[None]:
    """Without the warnings and log lines of nbformat on standard error."""
    import logging
    import warnings

    logger = logging.getLogger("traitlets")
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def words_of(error: Exception) -> str:
    """What nbformat says, in one line."""
    try:
        words = str(error).strip().split("\n")[0].rstrip(".")[:120]
    except RecursionError:  # the error quotes what is nested too deeply
        words = "nested too deeply"
    return words or "its content is not what the format asks for"


def _is_plausible(data: Mapping[str, object]) -> bool:
    """Whether a notebook has the keys that format 4 asks for: then the slow validation is not needed."""
    cells, minor = data.get("cells"), data.get("nbformat_minor")
    if data.get("nbformat") != 4 or not isinstance(minor, int):
        return False
    if not isinstance(cells, list) or not isinstance(data.get("metadata"), dict):
        return False
    for cell in cells:
        if not isinstance(cell, dict) or not {"cell_type", "metadata", "source"} <= cell.keys():
            return False
        if cell["cell_type"] == "code" and not {"outputs", "execution_count"} <= cell.keys():
            return False
        if minor < 5 and "id" in cell:
            return False
    return True
