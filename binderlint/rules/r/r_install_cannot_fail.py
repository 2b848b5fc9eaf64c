"""r-install-cannot-fail: Nothing notices when install.R fails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines, create, replace
from binderlint.facts.r import OLD_INSTALLER, asked, calls, install_script, installs, packages
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text


def _check_line(names: list[str]) -> str:
    quoted = ", ".join(f'"{name}"' for name in names)
    return f"Rscript -e 'for (package in c({quoted})) library(package, character.only = TRUE)'"


class RInstallCannotFail(Rule):
    code = "RLG005"
    severity = Severity.INFO
    level = Level.REPRODUCE

    @about(install_script)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        for call in calls(source):
            if call.name in (
                "install.package",
                "instal.packages",
                "installs.packages",
                "install.pakages",
            ) and not re.search(rf"{re.escape(call.name)}\s*(?:<-|=)", source.prose):
                yield self.at(
                    call.written,
                    f"R has no function `{call.name}`, so nothing is installed here, install.R ends, and the build continues",
                    help="Use `install.packages`",
                    severity=Severity.ERROR,
                    level=Level.RUN,
                    fix=Fix("Use `install.packages`", (replace(call.written.place, "install.packages"),)),
                )
        found = installs(source)
        script = used_file(repo, "postBuild")
        if not found or (script and re.search(r"\bRscript\b|\bR\s+-|library\(|\.R\b", script.text)):
            return
        yield self.at(
            found[0].written,
            "Binder does not notice when a package cannot be installed here. The build continues without it, and a notebook fails later",
            help="Load the packages in postBuild (`Rscript -e 'library(name)'`), where an error ends the build",
            fix=_checked(
                repo,
                [one for one in packages(source) if one != OLD_INSTALLER],
                are_all=all(one.is_all for one in asked(source)),
            ),
        )


def _checked(repo: Snapshot, names: list[Text], *, are_all: bool) -> Fix | None:
    """A line in postBuild that loads the packages, which are all that are installed or those whose names are known."""
    if not names:
        return None
    line = _check_line(list(dict.fromkeys(map(str, names))))
    path, script = build_plan(repo).path("postBuild"), post_build_script(repo)
    edit: Edit
    if script is None:
        if repo.exists(path):
            return None
        edit = create(path, f"#!/bin/bash\nset -euo pipefail\n{line}\n", executable=True)
    elif script.shell is None or script.shell.broken or any(one.name in ("exit", "exec") for one in script.running):
        return None
    else:
        edit = append_lines(script.source, line)
    loaded = "the packages" if are_all else listed(dict.fromkeys(names), 1)
    return Fix(f"Load {loaded} in postBuild", (edit,), Applicability.UNSAFE)
