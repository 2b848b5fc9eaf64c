"""Systems: marks for tests of what not every system has."""

from __future__ import annotations

import os
import sys

import pytest

linux = pytest.mark.skipif(
    sys.platform != "linux",
    reason="Binder builds and runs on Linux: with its bash, names that differ in case only, and names of any bytes",
)
posix = pytest.mark.skipif(
    os.name == "nt", reason="Windows has no pipes, devices and shell scripts among its files, no modes, fork or kill"
)
