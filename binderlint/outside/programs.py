"""Programs: where a program that binderlint starts is, by its name in the folders of PATH and nowhere else, and the group that it is started in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Any


def find_program(name: str, folders: Iterable[str]) -> str | None:
    """The path of a program (on Windows without its `.exe`) in the first of the folders that has it, such as those of PATH, else None.

    Only absolute folders count. An empty or relative one is the current folder, which is often the one to check, and on
    Windows that is the first place to look (CreateProcess, and `shutil.which` like it).
    """
    file = name if os.name != "nt" or name.lower().endswith(".exe") else f"{name}.exe"
    for folder in filter(os.path.isabs, folders):
        path = os.path.join(folder, file)
        if os.path.isfile(path) and os.access(path, os.X_OK):
            return path
    return None


def own_group() -> dict[str, Any]:
    """Arguments of Popen for a process in a group of its own: it has no terminal to ask on, gets no Ctrl-C, and can be ended with all that it starts."""
    if sys.platform == "win32":
        import subprocess

        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}
