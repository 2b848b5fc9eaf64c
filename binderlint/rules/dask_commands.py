"""DSK: the command lines of dask's workers and schedulers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.files.dask_cli import command_lines, old_executables, old_flags
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_ENV = "dependencies:\n  - python=3.11\n  - dask\n"


def _template(args: str, image: str = "${JUPYTER_IMAGE_SPEC}") -> str:
    """A worker template, as Pangeo's hub used them."""
    return f"kubernetes:\n  worker-template:\n    spec:\n      containers:\n      - args:{args}        image: {image}\n        name: dask\n"


_NOTEBOOK = """{
 "cells": [
  {
   "cell_type": "code",
   "execution_count": null,
   "metadata": {},
   "outputs": [],
   "source": [
    "!dask worker :8786 --nprocs 2 &\\n",
    "print('dask-worker --nprocs')"
   ]
  }
 ],
 "metadata": {},
 "nbformat": 4,
 "nbformat_minor": 4
}
"""
_OLD = "\n          - dask\n          - worker\n          - --nthreads\n          - '2'\n          - --no-bokeh  # no dashboard\n          - --death-timeout\n          - '60'\n"
_FILE = ".config/dask/config.yaml"


class DaskRemovedCliFlag(Rule):
    """A dask worker or scheduler is started with an option that dask removed.

    `--bokeh`, `--no-bokeh`, `--bokeh-port` and `--nprocs` were renamed in 2019 and 2021, and distributed 2022.10.0 removed them together with `--reconnect`. A worker that gets one
    stops at once. The message hardly helps: dask passes unknown options to a preload script, so it says `Got unexpected extra argument` or complains about a port
    number, and the notebook waits for workers that never come.

    Nothing is reported if the environment pins an older dask or a Python without a newer one, or if a worker template names an image whose dask is not known.
    """

    code = "DSK003"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("dask/distributed@7cba485d5", "dask/distributed@99444c24e", "dask/helm-chart#24")
    examples = (
        Bad(
            {_FILE: _template(_OLD), "environment.yml": _ENV},
            at=f"{_FILE}:10:13",
            fixed={_FILE: _template(_OLD.replace("no-bokeh", "no-dashboard"))},
            why="--no-bokeh in a worker template",
        ),
        Bad(
            {
                _FILE: _template(" [dask-worker, '--bokeh-port', 8789, --nprocs, \"2\", --no-reconnect]\n").replace(
                    "\n", "\r\n"
                ),
                "requirements.txt": "distributed>=2023\n",
            },
            at=(f"{_FILE}:5:29", f"{_FILE}:5:51", f"{_FILE}:5:66"),
            fixed={
                _FILE: _template(' [dask-worker, \'--dashboard-address\', ":8789", --nworkers, "2"]\n').replace(
                    "\n", "\r\n"
                )
            },
            why="Several removed options, in brackets and with Windows line endings",
        ),
        Bad(
            {
                _FILE: _template(
                    ' ["bash", "-c", "dask-worker --bokeh-port 8789 --nprocs=2 --reconnect --nthreads 1"]\n'
                ),
                "environment.yml": _ENV,
            },
            at=(f"{_FILE}:5:43", f"{_FILE}:5:61", f"{_FILE}:5:72"),
            fixed={
                _FILE: _template(' ["bash", "-c", "dask-worker --dashboard-address :8789 --nworkers=2 --nthreads 1"]\n')
            },
            why="Options inside a command for a shell",
        ),
        Bad(
            {_FILE: _template(_OLD, "daskdev/dask:2023.3.0"), "environment.yml": "dependencies: [dask=2021.1]\n"},
            at=f"{_FILE}:10:13",
            fixed={_FILE: _template(_OLD.replace("no-bokeh", "no-dashboard"), "daskdev/dask:2023.3.0")},
            why="A pinned dask that only warns",
        ),
        Bad(
            {
                "environment.yml": _ENV,
                "start": "#!/bin/bash\ndask scheduler --bokeh-port 8787 --no-bokeh &\n"
                'nohup dask worker localhost:8786 --nprocs=2 --no-reconnect &\nexec "$@"\n',
            },
            at=("start:2:16", "start:2:34", "start:3:34", "start:3:45"),
            fixed={
                "start": "#!/bin/bash\ndask scheduler --dashboard-address :8787 --no-dashboard &\n"
                'nohup dask worker localhost:8786 --nworkers=2 &\nexec "$@"\n'
            },
            why="Several removed options in start",
        ),
        Bad(
            {"environment.yml": _ENV, "a.ipynb": _NOTEBOOK},
            at="a.ipynb:9:25",
            fixed={"a.ipynb": _NOTEBOOK.replace("--nprocs", "--nworkers", 1)},
            why="In a cell of a notebook",
        ),
        Good(
            {_FILE: _template(_OLD.replace("no-bokeh", "no-dashboard")), "environment.yml": _ENV},
            why="The option under its new name",
        ),
        Good(
            {_FILE: _template(_OLD), "environment.yml": "dependencies:\n  - dask=2022.9.2\n"},
            why="The pinned dask knows the option",
        ),
        Good(
            {_FILE: _template(_OLD), "environment.yml": "dependencies:\n  - python=3.7\n  - dask\n"},
            why="Python 3.7, for which there is no newer dask",
        ),
        Good({_FILE: _template(_OLD, "daskdev/dask:1.1.0"), "environment.yml": _ENV}, why="An image with an old dask"),
        Good(
            {_FILE: _template(_OLD, "pangeo/base:2019"), "environment.yml": _ENV},
            why="An image whose dask is not known",
        ),
        Good(
            {_FILE: _template(" [bokeh, serve, --no-bokeh]\n", "IMAGE"), "environment.yml": _ENV},
            why="An option of another program",
        ),
        Good({"README.md": "    dask-worker --no-bokeh\n", "environment.yml": _ENV}, why="The option is in a document"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for line in command_lines(repo):
            if line.release < (2022, 10, 0):
                continue
            for old in old_flags(line):
                renamed = f"is `{old.today}` today" if old.today else "has no successor"
                yield self.at(
                    old.place,
                    f"`{old.name}` was removed from dask in 2022.10.0 and {renamed}, so what is started with it ends at once",
                    help=f"Write `{old.today}`" if old.today else "Leave it out",
                    fix=Fix(
                        f"Replace `{old.name}` by `{old.today}`" if old.today else f"Remove `{old.name}`", old.edits
                    )
                    if old.edits
                    else None,
                )


_WORKER = "\n          - dask-worker # ours\n          - --nthreads\n          - '2'\n"


class DaskRemovedExecutable(Rule):
    """`dask-worker`, `dask-scheduler` or `dask-ssh` is run.

    Since 2022.10.0, dask is one program with subcommands such as `dask worker`. dask 2026.6.0 removed the old programs: with today's dask, the result is `dask-worker: command not found`,
    and the cluster has no workers.

    If a pin or the Python version keeps dask below 2026.6.0, this is an info: the old programs are still there, and the next update removes them. Nothing is reported below
    2022.10.0, which does not have `dask worker` yet.
    """

    code = "DSK004"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("dask/distributed@81b9308b0", "dask/distributed#9240")
    examples = (
        Bad(
            {_FILE: _template(_WORKER), "environment.yml": _ENV},
            at=f"{_FILE}:6:13",
            fixed={_FILE: _template(_WORKER.replace("- dask-worker", "- dask\n          - worker"))},
            why="dask-worker in a worker template",
        ),
        Bad(
            {
                _FILE: _template(' [tini, --, "/opt/bin/dask-worker", --nthreads, 2]\n').replace("\n", "\r\n"),
                "environment.yml": _ENV,
            },
            at=f"{_FILE}:5:26",
            fixed={_FILE: _template(' [tini, --, "/opt/bin/dask", "worker", --nthreads, 2]\n').replace("\n", "\r\n")},
            why="dask-worker behind tini, with Windows line endings",
        ),
        Bad(
            {_FILE: _template(" [bash, -c, exec dask-worker --nthreads 2]\n"), "requirements.txt": "dask\n"},
            at=f"{_FILE}:5:31",
            fixed={_FILE: _template(" [bash, -c, exec dask worker --nthreads 2]\n")},
            why="dask-worker inside a command for a shell",
        ),
        Bad(
            {_FILE: _template(" dask-scheduler\n"), "environment.yml": "dependencies: [python=3.9, dask]\n"},
            at=f"{_FILE}:5:15",
            severity=Severity.INFO,
            fixed={_FILE: _template(" dask scheduler\n")},
            why="A dask that still has dask-scheduler",
        ),
        Bad(
            {
                "requirements.txt": "dask[distributed]\n",
                "binder/environment.yml": _ENV,
                "binder/start": '#!/bin/bash\n(dask-scheduler --port 8786) &\nif true; then\n\tenv A=1 "dask-worker" :8786 &\nfi\nexec "$@"\n',
            },
            at=("binder/start:2:2", "binder/start:4:10"),
            fixed={
                "binder/start": '#!/bin/bash\n(dask scheduler --port 8786) &\nif true; then\n\tenv A=1 dask worker :8786 &\nfi\nexec "$@"\n'
            },
            why="Both programs in start",
        ),
        Good({_FILE: _template(" [dask, worker]\n"), "environment.yml": _ENV}, why="dask worker"),
        Good(
            {"environment.yml": _ENV, "start": '#!/bin/bash\necho "run dask-worker --nprocs 2"\nexec "$@"\n'},
            why="The command is only printed",
        ),
        Good({_FILE: _template(" [dask-cuda-worker]\n"), "environment.yml": _ENV}, why="A program of dask-cuda"),
        Good(
            {_FILE: _template(_WORKER), "environment.yml": "dependencies: [dask=2022.2]\n"},
            why="The pinned dask does not have `dask worker` yet",
        ),
        Good(
            {_FILE: _template(" [dask, worker, --name, dask-worker-1]\n"), "environment.yml": _ENV},
            why="A worker's name that looks like the program",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for line in command_lines(repo):
            if line.release < (2022, 10, 0):
                continue
            gone = line.release >= (2026, 6, 0)
            for old in old_executables(line):
                yield self.at(
                    old.place,
                    f"`{old.name}` was removed from dask in 2026.6.0"
                    + (
                        ", so the command is not found and nothing starts"
                        if gone
                        else "; the next update takes it away"
                    ),
                    help=f"Write `{old.today}`",
                    fix=Fix(f"Replace `{old.name}` by `{old.today}`", old.edits),
                    severity=None if gone else Severity.INFO,
                    level=None if gone else Level.REPRODUCE,
                )
