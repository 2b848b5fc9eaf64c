"""start-no-shebang: `start` does not say which program runs it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import insert_lines, replace
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot


class StartNoShebang(Rule):
    code = "STA004"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(start_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:
        if script.shebang.line is not None or script.source.data.startswith(b"\x7fELF"):
            return
        source = script.source
        fix: Fix | None = None
        late = re.match(r"\ufeff?(\s+)#!", source.text)
        if late:
            edit: Edit = replace(source.place(*late.span(1)), "")
            fix = Fix("Remove what is above the `#!`", (edit,))
        elif script.shell is not None and not script.shell.broken and not _is_python(source.text):
            fix = Fix("Add `#!/bin/bash`", (insert_lines(source, 1, "#!/bin/bash"),))
        yield self.at(
            source,
            "The first line of start does not name a program with `#!`, so Linux cannot run it and the container never starts",
            help="Begin the file with `#!/bin/bash`",
            fix=fix,
        )


def _is_python(text: str) -> bool:
    return bool(re.search(r"^(?:import|from) \w|^def \w+\(.*\):|^(?:library|using)\b", text, re.MULTILINE))
