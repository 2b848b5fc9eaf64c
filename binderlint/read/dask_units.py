"""Units: memory and cores as Kubernetes and as dask write them."""

from __future__ import annotations

import re

_FACTORS = {"": 1, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12, "p": 1e15}
BINARY = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40, "p": 2**50}
_NUMBER = r"(\d+(?:\.\d*)?|\.\d+)"


def kubernetes_bytes(text: str) -> float | None:
    """A quantity of memory in bytes: `7G`, `7Gi`, `512M`, `1e9`; None when it is none, or a placeholder."""
    found = re.fullmatch(rf"{_NUMBER}(?:([kKMGTP])(i?)|[eE](\d+))?", text.strip())
    if not found:
        return None
    if found[4]:
        return float(f"{found[1]}e{found[4]}")
    number = float(found[1])
    unit = (found[2] or "").lower()
    return number * (BINARY[unit] if found[3] else _FACTORS[unit])


def memory_limit(text: str) -> float | None:
    """What `--memory-limit` means in bytes (distributed/worker_memory.py); None for `auto`, a part of the memory, no limit and what is not known."""
    found = re.fullmatch(rf"{_NUMBER}\s*([kmgtp]?)(i?)b?", text.strip().lower())
    if not found:
        return None
    number, unit = float(found[1]), found[2]
    if not unit and number <= 1:
        return None
    return number * (BINARY[unit] if found[3] and unit else _FACTORS[unit])


def cores(text: str) -> float | None:
    """A quantity of cores: `2`, `1.75`, `1500m`; None when it is none."""
    found = re.fullmatch(rf"{_NUMBER}(m?)", text.strip())
    return float(found[1]) / (1000 if found[2] else 1) if found else None
