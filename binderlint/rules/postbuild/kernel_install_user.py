"""kernel-install-user: A kernel is installed that is already there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot

_PYTHONS = ("python", "python3")


class KernelInstallUser(Rule):
    code = "PBD014"
    severity = Severity.INFO
    level = Level.POLISH

    @about(post_build_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        if any(word in script.source.prose for word in ("activate", "venv", "PATH=")):
            return
        for command in script.executed:
            if command.name != "ipykernel" or command.values[:1] != ("install",) or not command.written:
                continue
            if command.wrappers not in (("python -m",), ("python3 -m",)) or command.written[0].value not in _PYTHONS:
                continue
            values = command.values
            name = next((values[at + 1] for at, one in enumerate(values[:-1]) if one == "--name"), "")
            name = name or next((one.partition("=")[2] for one in values if one.startswith("--name=")), "")
            if name and _wanted(repo, name):
                continue
            yield self.at(
                command.place,
                f"This adds a second entry, `{name}`, for the Python that the notebooks already use as `python3`"
                if name
                else "This adds `python3` once more, which is there already",
                help="Remove the line, and choose the kernel `python3` in the notebooks",
            )


def _wanted(repo: Snapshot, name: str) -> bool:
    """Whether a notebook asks for a kernel of this name."""
    pattern = re.compile(rf'"name"\s*:\s*"{re.escape(name)}"')
    paths = [path for path in repo.sources if path.endswith(".ipynb")]
    return any((source := repo.get(path)) and pattern.search(source.text) for path in paths)
