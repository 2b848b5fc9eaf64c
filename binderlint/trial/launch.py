"""Launch: postBuild and start as repo2docker runs them, with a command like BinderHub's, and the path that a visitor opens asked once."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from binderlint.facts.launch.launched import own_links
from binderlint.outside.child import Child, clean_environment, elapsed, last_line, run_child
from binderlint.outside.scratch import Scratch
from binderlint.outside.visit import free_port, visit, wait_for_server
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.trial.outcome import Attempt, Result, Stage
from binderlint.values import NamedTuple

_POST_BUILD = 3600.0  # seconds that mybinder.org gives a build
_PATIENCE = 30.0  # seconds that BinderHub waits for the server
_LONGEST = 90.0  # seconds that are waited here
_BASE = "/user/try/"
# What BinderHub runs: a program of several lines, as one argument, that starts JupyterLab where it is there, else Notebook
# (helm-chart/binderhub/values.yaml, singleuser.cmd).
_PROGRAM = """
import os
import sys

try:
    import jupyterlab

    is_lab = int(jupyterlab.__version__.split(".")[0]) >= 3
except Exception:
    is_lab = False
program = "jupyter-lab" if is_lab else "jupyter-notebook"
os.execvp(program, [program] + sys.argv[1:])
"""


class Running(NamedTuple):
    """What was tried of a launch, and where a visitor would be: an address with its token, empty where nothing answers."""

    attempts: tuple[Attempt, ...]
    address: str = ""
    child: Child | None = None


def try_post_build(plan: Plan, scratch: Scratch, python: Path) -> Attempt | None:
    """Run postBuild in the copy; None where there is none."""
    if plan.post_build is None:
        return None
    variables = _variables(scratch, python)
    start = time.monotonic()
    ended = run_child([*_shell(), f'exec "./{plan.post_build}"'], scratch.copy, variables, _POST_BUILD)
    if ended.code == 0:
        return Attempt(Stage.POST_BUILD, Result.WORKS, plan.post_build, f"ended after {elapsed(start):.0f} s")
    why = (
        f"it was stopped after {_POST_BUILD / 60:.0f} minutes"
        if ended.code is None
        else f"ends with exit code {ended.code}"
    )
    said = last_line(ended.said)
    return Attempt(Stage.POST_BUILD, Result.FAILS, plan.post_build, f"{why}{f': {said}' if said else ''}")


def _shell() -> list[str]:
    """RUN of a Dockerfile uses the shell; a script without a first line of its own is run by it."""
    return ["/bin/sh", "-c"]


@contextmanager
def launched(repo: Snapshot, plan: Plan, scratch: Scratch, python: Path) -> Iterator[Running]:
    """Start what BinderHub starts, ask for the path that a launch link opens, and end it all with the `with` block."""
    port, token = free_port(), secrets.token_hex(16)
    command = launch_command(port, token)
    program = [f"./{plan.start}", *command] if plan.start else command
    name = plan.start or "Jupyter"
    try:
        child = Child(program, scratch.copy, _variables(scratch, python))
    except OSError as error:  # what Linux says of a script that it cannot run
        yield Running((Attempt(Stage.LAUNCH, Result.FAILS, name, f"it cannot be started: {error.strerror}"),))
        return
    with child:
        origin = f"http://127.0.0.1:{port}{_BASE}"
        took = wait_for_server(f"{origin}api", child, _LONGEST)
        if took is None:
            yield Running((Attempt(Stage.LAUNCH, Result.FAILS, name, _why_silent(child)),))
            return
        late = took > _PATIENCE
        said = f"the server answered after {took:.1f} s"
        said += f", and Binder gives up after {_PATIENCE:.0f}" if late else ""
        started = Attempt(Stage.LAUNCH, Result.FAILS if late else Result.WORKS, name, said)
        path, places = launch_path(repo)
        address = f"{origin}{path}{'&' if '?' in path else '?'}token={token}"
        answer = visit(address)
        result = Result.WORKS if answer.status == 200 else Result.FAILS
        came = f"the answer is {answer.status}" if answer.status else "no answer"
        opened = Attempt(Stage.LAUNCH, result, f"/{path}", came, places)
        yield Running((started, opened), address, child)


def launch_command(port: int, token: str) -> list[str]:
    """The command that BinderHub gives to a container, for a server on this computer that opens no browser."""
    options = ["--ip=127.0.0.1", f"--port={port}"]
    for name in ("NotebookApp", "ServerApp"):
        options += [f"--{name}.base_url={_BASE}", f"--{name}.token={token}", f"--{name}.trust_xheaders=True"]
    options += ["--no-browser", *(["--allow-root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    return ["python3", "-c", _PROGRAM, *options]


def launch_path(repo: Snapshot) -> tuple[str, tuple[str, ...]]:
    """The path that a launch link of the repository opens, and where the link is; that of JupyterLab, as without a link."""
    for link in own_links(repo):
        interface, path = link.address.opens
        found = "/".join(one.strip("/") for one in (interface, path) if one.strip("/"))
        if found and "://" not in found:
            return quote(found, safe="/?=&%:@+,"), (str(link.url.place),)
    return "lab", ()


def _why_silent(child: Child) -> str:
    runs = child.runs
    child.end()  # so that all that it has printed is there
    said = last_line(child.said)
    shown = f". The last that it said: {said}" if said else ""
    if runs:
        return f"no server answered for {_LONGEST:.0f} seconds{shown}"
    return f"it ended before a server answered{shown}"


def _variables(scratch: Scratch, python: Path) -> dict[str, str]:
    """The environment of a container of Binder's, as far as it is the same here: the repository is the home folder."""
    prefix = str(python.parent.parent)
    return {
        **clean_environment(scratch.copy, python.parent),
        "REPO_DIR": str(scratch.copy),
        "NB_PYTHON_PREFIX": prefix,
        "CONDA_DEFAULT_ENV": prefix,
        "CONDA_PREFIX": prefix,
        "SHELL": "/bin/bash",
        "JUPYTER_RUNTIME_DIR": str(scratch.root / "runtime"),
    }
