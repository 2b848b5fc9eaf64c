"""Julia: the change of an entry of `[compat]`."""

from __future__ import annotations

from binderlint.changes.edits import replace
from binderlint.lint.diagnostic import Applicability, Fix
from binderlint.source import Text


def set_compat(compat: Text, new: str) -> Fix:
    written = compat.place.text
    quote = written[0] if written[:1] in ("'", '"') else '"'
    return Fix(f"Write `{new}`", (replace(compat.place, f"{quote}{new}{quote}"),), Applicability.UNSAFE)
