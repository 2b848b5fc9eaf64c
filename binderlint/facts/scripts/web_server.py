"""Web server: the application that a file called `start` runs when it is not for Binder."""

from __future__ import annotations

from binderlint.read.script import Script
from binderlint.read.servers import web_server
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


def server_of_another(repo: Snapshot, script: Script) -> str | None:
    """The server of a web application that a file `start` in the root of its repository runs."""
    if build_plan(repo).binder_dir:
        return None
    return next((name for one in script.running if not one.after and (name := web_server(one))), None)
