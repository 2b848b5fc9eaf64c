"""postbuild-no-shebang: `postBuild` does not say which program runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import insert_lines, replace
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Script
from binderlint.read.shell.bashisms import Bashism
from binderlint.snapshot import Snapshot


class PostbuildNoShebang(Rule):
    code = "PBD004"
    severity = Severity.INFO
    level = Level.POLISH

    @about(post_build_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        if script.shebang.line is not None or script.source.encoding != "utf-8":
            return
        source, shell = script.source, script.shell
        if not source.text.strip() or source.has_bom or shell is None:
            return
        first_word = re.match(r"(?:\s*#[^\n]*\n|\s)*(\w+)", source.text)
        if first_word and first_word.group(1) in ("import", "from", "library", "using"):
            yield self.at(
                source,
                "The first line of postBuild does not name a program with `#!`. A shell runs it, which does not understand this language, so the build fails",
                help="Begin the file with a line such as `#!/usr/bin/env python3`",
                severity=Severity.ERROR,
                level=Level.LAUNCH,
            )
            return
        advice = "Begin the file with `#!/bin/bash`"
        differs = any(
            one.name == "echo" and "\\" in one.place.text for one in script.running
        )  # to dash `\n` ends a line
        safety = Applicability.UNSAFE if differs else Applicability.SAFE
        if late := re.match(r"(\s+)#!", source.text):
            fix = Fix("Remove what is above the `#!`", (replace(source.place(*late.span(1)), ""),))
        elif no_hash := re.match(r"! ?/[^\n\r]*sh\b", source.text):
            advice = f"Put the missing `#` at the beginning of the file: `#{no_hash[0]}`"
            fix = Fix("Put `#` before `!`", (replace(source.place(0, 1), "#!"),), safety)
        else:
            fix = Fix("Add `#!/bin/bash`", (insert_lines(source, 1, "#!/bin/bash"),), safety)
        if shell.bashisms:
            first = shell.bashisms[0]
            place = first.text.place
            yield self.at(
                place,
                f"postBuild has no first line with `#!`, so plain `sh` runs it, which does not know {first.title}",
                help=advice,
                severity=Severity.ERROR,
                level=Level.LAUNCH if _stops(script, shell.bashisms) else Level.RUN,
                fix=fix,
            )
        else:
            yield self.at(
                source,
                "The first line of postBuild does not name a program with `#!`, so plain `sh` runs it instead of bash",
                help=advice,
                fix=fix,
            )


def _stops(script: Script, found: tuple[Bashism, ...]) -> bool:
    """Whether the build fails: dash ends at one of them, or the script does, since the command is not found."""
    starts = {one.text.place.span.start for one in found}
    decisive = {one.place.span.start for one in script.running if script.decides(one)}
    last = {one.place.span.start for one in script.shell.statements[-1:]} if script.shell else set()
    return any(one.ends for one in found) or bool(starts & (decisive | last))
