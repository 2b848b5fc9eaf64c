"""SCR: what is true of both scripts, start and postBuild: line ends, byte order marks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Edit, Fix, Level, Recode, Severity
from binderlint.edits import append_lines, create, replace
from binderlint.launch_scripts import BUILD_FAILS, scripts
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}


class ScriptCrlf(Rule):
    r"""A script has Windows line endings.

    Linux reads the first line of `start` and `postBuild` to find the program that runs the script. With Windows line endings (`\r\n`) that name ends with an invisible character. There is no `bash\r`, so the container never starts, or the build stops with "not
    found". In the lines below, the same character becomes part of the last word of each command.

    What counts is the file that git stores and Binder clones. A work tree on Windows in which git itself writes `\r\n` (`core.autocrlf`) is fine. apt.txt, requirements.txt, runtime.txt and environment.yml may have Windows line endings.
    """

    code = "SCR001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("binder-examples/latex#1",)
    examples = (
        Bad(
            {**_PIP, "start": '#!/bin/bash\r\nexport A=1\r\nexec "$@"\r\n'},
            at="start:1:1",
            fixed={"start": '#!/bin/bash\nexport A=1\nexec "$@"\n', ".gitattributes": "/start text eol=lf\n"},
            why="start with Windows line endings",
        ),
        Bad(
            {
                "binder/requirements.txt": "numpy==2.2.0\n",
                "binder/postBuild": "#!/usr/bin/env bash\r\nset -e\r\necho hi",
                ".gitattributes": "*.png binary",
            },
            at="binder/postBuild:1:1",
            fixed={
                "binder/postBuild": "#!/usr/bin/env bash\nset -e\necho hi",
                ".gitattributes": "*.png binary\n/binder/postBuild text eol=lf\n",
            },
            why="postBuild with a .gitattributes file",
        ),
        Bad(
            {**_PIP, "postBuild": "echo one\necho two\r\n", ".gitattributes": "/postBuild text eol=lf\n"},
            at="postBuild:2:1",
            fixed={"postBuild": "echo one\necho two\n"},
            why="One line of postBuild",
        ),
        Bad(
            {
                **_PIP,
                "postBuild": "#!/usr/bin/env python3\r\nprint(1)\r\n",
                ".gitattributes": "postBuild text eol=lf\n",
            },
            at="postBuild:1:1",
            fixed={"postBuild": "#!/usr/bin/env python3\nprint(1)\n"},
            why="A Python script",
        ),
        Good({**_PIP, "start": '#!/bin/bash\nexec "$@"\n'}, why="Unix line endings"),
        Good(
            {"requirements.txt": "numpy==2.2.0\r\n", "apt.txt": "tree\r\n", "runtime.txt": "python-3.12\r\n"},
            why="Files in which they do no harm",
        ),
        Good(
            {**_PIP, "postBuild": "#!/usr/bin/env python3\nprint(1)\r\nprint(2)\r\n"},
            why="A Python script whose first line has none",
        ),
        Good(
            {**_PIP, "start": '#!/bin/bash\r\nexec "$@"\r\n', "binder/README.md": "x\n"},
            why="A binder directory hides the file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, result in scripts(repo):
            source = script.source
            if source.encoding != "utf-8" or "\r\n" not in source.text or b"\r\n" not in repo.cloned(source):
                continue
            ends = [source.slice(*found.span()) for found in re.finditer("\r(?=\n)", source.text)]
            place = source.place(0, source.line(ends[0].place.line).end)
            if ends[0].place.line > 1:
                place = source.place(source.line(ends[0].place.line).start)
            if script.shebang.line is not None and ends[0].place.line > 1 and script.language != "shell":
                continue
            edits: list[Edit] = [replace(end, "") for end in ends]
            attributes = _attributes(repo, source.path)
            yield self.at(
                place,
                f"`{source.name}` has Windows line ends, which Linux takes for a part of each command"
                + (f": there is no program of that name, and {result}" if ends[0].place.line == 1 else ""),
                help="Save the file with Unix line ends (LF)",
                fix=Fix("Use Unix line ends", (*edits, *attributes)),
            )


def _attributes(repo: Repository, path: str) -> tuple[Edit, ...]:
    """The line in .gitattributes that keeps a file's line ends, where there is none for it yet."""
    line = f"/{path} text eol=lf"
    found = repo.sources.get(".gitattributes")
    if found is None:
        return (create(".gitattributes", f"{line}\n"),) if not repo.exists(".gitattributes") else ()
    name = path.rpartition("/")[2]
    known = any(re.match(rf"(?:/?{re.escape(path)}|{re.escape(name)})\s", text) for text in found.lines())
    return () if known else (append_lines(found, line),)


class ScriptBom(Rule):
    """A script begins with an invisible byte order mark.

    Some editors on Windows write a byte order mark, three invisible bytes, before the text, or save it as UTF-16. Linux then does not see the `#!` of the first line. It cannot run `start` at all (`Exec format error`). Plain `sh` runs `postBuild`, stops at
    features that only bash has, such as `set -o pipefail`, and treats the first line as a command.
    """

    code = "SCR002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/repo2docker-entrypoint",)
    examples = (
        Bad(
            {**_PIP, "start": '\ufeff#!/bin/bash\nexec "$@"\n'},
            at="start:1:1",
            fixed={"start": '#!/bin/bash\nexec "$@"\n'},
            why="A mark in start",
        ),
        Bad(
            {**_PIP, "postBuild": "\ufeff#!/bin/bash\nset -euo pipefail\r\necho ü\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\nset -euo pipefail\r\necho ü\n"},
            why="A mark in postBuild, which uses bash",
        ),
        Bad(
            {**_PIP, "postBuild": "\ufeff#!/bin/bash\necho hi\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\necho hi\n"},
            severity=Severity.WARNING,
            why="A mark in postBuild, which uses nothing special",
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\nexec "$@"\n'.encode("utf-16")},
            at="start:1:1",
            fixed={"start": '#!/bin/bash\nexec "$@"\n'},
            why="start in UTF-16",
        ),
        Good({**_PIP, "start": '#!/bin/bash\necho "\ufeff"\nexec "$@"\n'}, why="A mark inside the text"),
        Good({"requirements.txt": "\ufeffnumpy==2.2.0\n"}, why="A mark in requirements.txt, where it does no harm"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, result in scripts(repo):
            source = script.source
            if source.encoding != "utf-8":
                yield self.at(
                    source.place(0, 1),
                    f"`{source.name}` is saved as UTF-16, which Linux cannot run: {result}",
                    help="Save the file as UTF-8",
                    fix=Fix("Save as UTF-8", (Recode(source.path),)),
                )
            elif source.has_bom:
                plain = result is BUILD_FAILS and script.shell is not None and not script.shell.bashisms
                effect = (
                    "so its first line is not seen and plain `sh` runs it"
                    if plain
                    else f"so its first line is not seen and {result}"
                )
                yield self.at(
                    source.place(0, 1),
                    f"`{source.name}` begins with an invisible byte order mark, {effect}",
                    help="Save the file as UTF-8 without a byte order mark",
                    fix=Fix("Remove the byte order mark", (replace(source.place(0, 1), ""),)),
                    severity=Severity.WARNING if plain else None,
                )
