"""docker-cmd-ignored: The CMD of the Dockerfile never runs on Binder."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.docker.service import session_dockerfile
from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile
from binderlint.snapshot import Snapshot

# What a CMD of nothing but a shell or an init starts.
_SHELLS = regex(r"(?:ba|da|z)?sh|R|i?python[\d.]*|true|/init|init|tini")


_JUPYTER = regex(r"\bjupyter(?:-lab|-notebook)?\b")


class DockerCmdIgnored(Rule):
    code = "DKR011"
    severity = Severity.INFO
    level = Level.POLISH

    @about(session_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        command = dockerfile.last("CMD")
        words = [word.strip("'\",[]") for word in command.words] if command else []
        words = [word for word in words if word]
        if not command or not words:
            return
        name = words[0].rpartition("/")[2]
        if _SHELLS.fullmatch(name) and any(_JUPYTER.search(word) for word in words[1:]):
            return  # a shell that starts Jupyter
        if re.fullmatch(r"jupyter(?:hub-singleuser|-\w+)?|start[\w-]*(?:\.sh|\.py)?", name):
            if not any(
                re.match(r"--(?:\w+App\.(?!ip|port|token|password|allow|open)|notebook-dir|config)", word)
                for word in words
            ):
                return
            yield self.at(
                command.body,
                "Binder starts Jupyter with its own command, so the settings in this CMD have no effect",
                help="Put the settings in a file in `/etc/jupyter` or `~/.jupyter`",
            )
        elif is_for_binder(repo) and (not _SHELLS.fullmatch(name) or len(words) > 1):
            yield self.at(
                command.body,
                f"Binder starts Jupyter instead of this CMD, so `{name}` does not run",
                help='Start what the session needs in an ENTRYPOINT script that ends with `exec "$@"`',
            )
