"""Systems: tests of what only Linux has, where Binder's containers run."""

from __future__ import annotations

import sys

import pytest

linux = pytest.mark.skipif(
    sys.platform != "linux",
    reason="Binder builds and runs on Linux: with its bash, and with names that differ in case only",
)
