"""Launching: an image is started with the command that BinderHub gives it, the launch path is asked, and notebooks are run in it."""

from __future__ import annotations

import secrets
import socket
import time
import urllib.error
import urllib.request

from binderlint.values import NamedTuple
from tests.launch.laboratory import Laboratory

# As BinderHub's chart says it (helm-chart/binderhub/values.yaml, singleuser.cmd): JupyterLab where it can be imported, else Notebook.
_PROGRAM = """\
import importlib, os, sys
try:
    lab = int(importlib.import_module("jupyterlab.labapp") and sys.modules["jupyterlab"].__version__.split(".")[0]) >= 3
except Exception:
    lab = False
os.execvp("jupyter-lab" if lab else "jupyter-notebook", sys.argv)
"""
_SECONDS = 30  # BinderHub waits no longer for the server (http_timeout of JupyterHub)


class Answer(NamedTuple):
    """What the launch path answered: the HTTP status (0 for none), the end of the log, and the time in seconds."""

    status: int
    log: str
    seconds: float


def launch(laboratory: Laboratory, image: str, path: str) -> Answer:
    """Start an image as BinderHub does, and ask for a path below the user's address until it answers or the time is over."""
    token, port = secrets.token_hex(16), _free_port()
    base = "/user/ocean-lab-tides/"
    options = ["--ip=0.0.0.0", f"--port={port}"]
    for app in ("NotebookApp", "ServerApp"):  # BinderHub says everything twice
        options += [f"--{app}.base_url={base}", f"--{app}.token={token}", f"--{app}.trust_xheaders=True"]
    name = f"tides-{token[:8]}"
    process = laboratory.start("run", *laboratory.options(), "--name", name, image, "python3", "-c", _PROGRAM, *options)
    begun = time.monotonic()
    status = 0
    try:
        while time.monotonic() - begun < _SECONDS and process.poll() is None and not status:
            status = _ask(f"http://127.0.0.1:{port}{base}{path.lstrip('/')}", token)
            time.sleep(0 if status else 0.5)
    finally:
        seconds = time.monotonic() - begun
        laboratory.run("kill", name)
        process.wait()
    log = (laboratory.folder / "running.log").read_text("utf-8", "replace")
    return Answer(status, log[-3000:], seconds)


def _ask(address: str, token: str) -> int:
    """The HTTP status of an address; 0 while nothing answers."""
    request = urllib.request.Request(address, headers={"Authorization": f"token {token}"})
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def run_notebook(laboratory: Laboratory, image: str, path: str) -> tuple[bool, str]:
    """Whether a notebook runs to its end in an image, with nbclient, and the end of what was said."""
    done = laboratory.run("run", *laboratory.options(), image, "jupyter", "execute", "--timeout=120", path, seconds=300)
    return done.returncode == 0, (done.stdout + done.stderr)[-2000:]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
