"""Programs: where a program that binderlint starts is, by its name in the folders of PATH and nowhere else, the group that it is started in, and its end."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

from binderlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import subprocess


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


def find_python(minor: str) -> str | None:
    """The path of a Python of a minor version (`3.7`): in PATH, or among those of pyenv; None where there is none."""
    folders = [
        folder for folder in os.get_exec_path() if os.path.basename(folder) != "shims"
    ]  # pyenv's run only what is chosen
    versions = os.path.join(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), "versions")
    try:
        own = sorted(name for name in os.listdir(versions) if name.startswith(f"{minor}."))
    except OSError:
        own = []
    return find_program(f"python{minor}", [*folders, *(os.path.join(versions, name, "bin") for name in own)])


def own_group() -> dict[str, Any]:
    """Arguments of Popen for a process in a group of its own: it has no terminal to ask on, gets no Ctrl-C, and can be ended with all that it starts."""
    if sys.platform == "win32":
        import subprocess

        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    return {"start_new_session": True}


def end_group(process: subprocess.Popen[Any]) -> None:
    """End a process that was started with `own_group`, if it still runs, with all that it has started."""
    if process.poll() is not None:
        return
    if sys.platform == "win32":
        import subprocess

        taskkill = os.path.join(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32", "taskkill.exe")
        subprocess.run([taskkill, "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
    else:
        import signal

        try:
            os.killpg(process.pid, signal.SIGKILL)
        except OSError:  # it has just ended
            pass
