"""Webpack: the builds of JupyterLab 1 and 2 in scripts, which the Node of today does not run."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.environment.jupyter_stack import is_older_at
from binderlint.facts.environment.mapping import conda_specs
from binderlint.read.actions import subcommand
from binderlint.read.constraints import only_below
from binderlint.read.script import Command, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

# The first release with an OpenSSL that refuses webpack 4's hashes (MD4).
_FIRST = (17,)


def is_lab_build(command: Command) -> bool:
    """Whether a command is `jupyter lab build`."""
    return subcommand(command)[:3] == ("jupyter", "lab", "build")


def builds_lab(command: Command) -> bool:
    """Whether a command of Jupyter builds JupyterLab: `jupyter lab build`, or the installation of an extension from its sources."""
    words = subcommand(command)
    return is_lab_build(command) or (
        words[:2] == ("jupyter", "labextension")
        and words[2:3] in (("install",), ("link",), ("update",))
        and not command.has("--no-build")
    )


def node_without_webpack_4(repo: Snapshot, script: Script, command: Command) -> str:
    """The Node with which a command builds a JupyterLab before 3, whose webpack 4 does not run on it, in words; empty where it builds another or may have another Node."""
    if build_plan(repo).separate_kernel or command.has("--no-build"):
        return ""
    if not is_older_at(repo, script, command, "jupyterlab", (3,)) or _may_bring_node(repo, script):
        return ""
    node = next((spec for spec in conda_specs(repo) if spec.key == "nodejs"), None)
    if node is None:
        return "the Node of Binder's images"
    if only_below(node.version or "", _FIRST):
        return ""
    return f"Node 17 and later, and `{node.text}` installs such a version"


@fact
def _may_bring_node(repo: Snapshot, script: Script) -> bool:
    """Whether a script names Node, and may install another one or give it options."""
    return "NODE_OPTIONS" in script.source.prose or any(
        command.name in ("n", "nvm") or any(word.startswith(("node", "nvm")) for word in command.values)
        for command in script.running
    )
