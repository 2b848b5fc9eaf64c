"""Markers: whether the condition after a `;` lets pip install a package in the build."""

from __future__ import annotations

from typing import Any

from binderlint.cache import remembered
from binderlint.read.pythons import python_release


@remembered(1024)
def marker_holds(marker: str, python: str) -> bool:
    """Whether a marker holds on Binder: Linux, x86-64, CPython of a minor version (`3.10`). True where it cannot be told."""
    from packaging.markers import Marker

    environment: dict[str, Any] = {
        "python_version": python,
        "python_full_version": python_release(python),
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "os_name": "posix",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    try:
        return Marker(marker).evaluate(environment)
    except Exception:  # a marker that cannot be evaluated: pip says so itself
        return True
