"""Hostile: a folder in which every module, program and setting that Python, pip or git could take by mistake tells when it is run."""

from __future__ import annotations

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

# Imported when Python starts, and by pip and venv when they run; the rest are all modules of Python and of what binderlint installs.
_MODULES = {"sitecustomize", "usercustomize", "binderlint", "pip", "setuptools", "wheel", "hatchling", "_virtualenv"}
_PROGRAMS = (
    "python",
    "python3",
    "pip",
    "git",
    "bash",
    "binderlint",
    "git.exe",
    "python.exe",
    "python3.exe",
    "bin/python",
    "bin/pip",
    "Scripts/python.exe",
)


def write_hostile(folder: Path, ran: Path) -> None:
    """Fill a folder; what is run leaves a file of its name in `ran`, which need not exist yet."""
    ran.mkdir(parents=True, exist_ok=True)
    for name in sorted(_MODULES | set(sys.stdlib_module_names) | set(packages_distributions())):
        if name.isidentifier():
            code = f"import os\nos.close(os.open({str(ran / name)!r}, os.O_CREAT | os.O_WRONLY))\n"
            (folder / f"{name}.py").write_bytes(code.encode())
    for name in _PROGRAMS:
        program = folder / name
        program.parent.mkdir(exist_ok=True)
        program.write_bytes(f"#!/bin/sh\n: > '{(ran / program.name).as_posix()}'\n".encode())
        program.chmod(0o755)
    (folder / "evil.pth").write_bytes(f"import os; os.mkdir({str(ran / 'pth')!r})\n".encode())
    (folder / "pyvenv.cfg").write_bytes(b"home = .\ninclude-system-site-packages = true\n")
    (folder / "pip.conf").write_bytes(b"[global]\nindex-url = http://127.0.0.1:9/\n[install]\ntarget = .\n")
    (folder / "constraints.txt").write_bytes(b"pyyaml==0\n")
    (folder / ".python-version").write_bytes(b"../../../evil\n")


def what_ran(ran: Path) -> list[str]:
    """The names of what was run."""
    return sorted(path.name for path in ran.iterdir())
