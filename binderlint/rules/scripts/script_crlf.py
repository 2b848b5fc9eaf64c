"""script-crlf: A script has Windows line endings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines, create, replace
from binderlint.changes.launch_scripts import launch_scripts
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR


class ScriptCrlf(Rule):
    code = "SCR001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(launch_scripts)
    def check(self, repo: Snapshot, scripts: tuple[tuple[Script, str], ...]) -> Iterator[Diagnostic]:
        for script, result in scripts:
            source = script.source
            if source.encoding != "utf-8" or "\r\n" not in source.text or b"\r\n" not in repo.clone.stored(source):
                continue
            ends = [source.slice(*found.span()) for found in re.finditer("\r(?=\n)", source.text)]
            place = source.place(0, source.line(ends[0].place.line).end)
            if ends[0].place.line > 1:
                place = source.place(source.line(ends[0].place.line).start)
            if script.shebang.line is not None and ends[0].place.line > 1 and script.language != "shell":
                continue
            whole = replace(
                source.place(0, len(source.text)), source.text.replace("\r\n", "\n")
            )  # nothing else in this pass
            attributes = _attributes(repo, source.path)
            fails = script.shebang.line is not None or bool(_FAILS.search(source.text))
            if script.shebang.line is None:
                effect = f", and {result}" if fails else ": files get wrong names, and it may fail"
            else:
                effect = f": there is no program of that name, and {result}" if ends[0].place.line == 1 else ""
            yield self.at(
                place,
                f"`{source.name}` has Windows line endings, which Linux treats as part of each command{effect}",
                help="Save the file with Unix line endings (LF)",
                severity=None if fails else Severity.WARNING,
                fix=Fix("Use Unix line endings", (whole, *attributes)),
            )


# What plain sh does not understand with the extra character: an option of `set`, `then`, `fi` and the like, a last line that is one word (or empty).
_FAILS = regex(
    r"^set [-+]\w[^\r\n]*\r$|(?:^|;)[ \t]*(?:then|do|else|fi|done|esac|\}|\w+\(\) ?\{)\r$|(?:^|\n)[\w./-]*\r\n(?:[ \t]*#[^\n]*\n)*\Z",
    re.MULTILINE,
)


def _attributes(repo: Snapshot, path: str) -> tuple[Edit, ...]:
    """The line in .gitattributes that keeps a file's line ends, where there is none for it yet."""
    line = f"/{path} text eol=lf"
    found = repo.sources.get(".gitattributes")
    if found and found.mode not in (REGULAR, EXECUTABLE):
        return ()
    if found is None:
        return (create(".gitattributes", f"{line}\n"),) if not repo.exists(".gitattributes") else ()
    name = path.rpartition("/")[2]
    known = any(re.match(rf"(?:/?{re.escape(path)}|{re.escape(name)})\s", text) for text in found.lines())
    return () if known else (append_lines(found, line),)
