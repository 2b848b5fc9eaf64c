"""The same tests everywhere: property tests try the same cases in every run, and neither the system nor the runner decides how text is written or said.

Property tests are held still so that a change is judged by what it changes; `BINDERLINT_RANDOM=1` tries new cases.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from hypothesis import settings

from binderlint.pages import hold_day

hold_day()

for name in [name for name in os.environ if name.startswith("GITHUB_")]:
    del os.environ[name]  # in the project's own workflow binderlint must not speak as in an Action

# A run in the background begins with these signals ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
if sys.platform != "win32":
    signal.signal(signal.SIGHUP, signal.SIG_DFL)

# Nor does what the user or the machine has told git, such as to write `\r\n`.
os.environ |= {"GIT_CONFIG_GLOBAL": str(Path(__file__).parent / "gitconfig"), "GIT_CONFIG_NOSYSTEM": "1"}

if sys.platform == "win32":
    # As on the other systems: text is UTF-8, and a line feed in it is one in the file.
    _write_text, _read_text = Path.write_text, Path.read_text

    def write_text(
        path: Path, data: str, encoding: str | None = None, errors: str | None = None, newline: str | None = None
    ) -> int:
        return _write_text(path, data, encoding or "utf-8", errors, newline or "\n")

    def read_text(path: Path, encoding: str | None = None, errors: str | None = None) -> str:
        return _read_text(path, encoding or "utf-8", errors)

    Path.write_text, Path.read_text = write_text, read_text  # type: ignore[method-assign, assignment]

settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", derandomize=False, deadline=None)
settings.load_profile("new" if os.environ.get("BINDERLINT_RANDOM") else "same")
