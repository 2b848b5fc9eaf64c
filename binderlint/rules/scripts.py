"""SCR: what is true of both scripts, start and postBuild: line ends, byte order marks, the first line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Edit, Fix, Level, Recode, Severity
from binderlint.edits import append_lines, create, replace
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Script
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_START_DIES = "the container never starts"
_BUILD_FAILS = "the build fails"


def _scripts(repo: Repository) -> Iterator[tuple[Script, str]]:
    """The scripts that Binder runs, and what happens when one cannot be run."""
    if repo.start:
        yield repo.start, _START_DIES
    if repo.post_build:
        yield repo.post_build, _BUILD_FAILS


class ScriptCrlf(Rule):
    r"""A script has Windows line ends.

    Linux reads the first line of `start` and `postBuild` to know which program runs the script. With Windows line ends (`\r\n`) that
    name ends in an invisible character: there is no `bash\r`, so the container never starts, or the build stops with "not found". In the lines
    below it, the same character becomes part of the last word of each command.

    What counts is the file that git stores and Binder clones. A work tree on Windows in which git itself puts `\r\n` at the line ends
    (`core.autocrlf`) is fine. apt.txt, requirements.txt, runtime.txt and environment.yml may have Windows line ends too.
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
        ),
        Bad(
            {**_PIP, "postBuild": "echo one\necho two\r\n", ".gitattributes": "/postBuild text eol=lf\n"},
            at="postBuild:2:1",
            fixed={"postBuild": "echo one\necho two\n"},
        ),
        Bad(
            {
                **_PIP,
                "postBuild": "#!/usr/bin/env python3\r\nprint(1)\r\n",
                ".gitattributes": "postBuild text eol=lf\n",
            },
            at="postBuild:1:1",
            fixed={"postBuild": "#!/usr/bin/env python3\nprint(1)\n"},
        ),
        Good({**_PIP, "start": '#!/bin/bash\nexec "$@"\n'}),
        Good(
            {"requirements.txt": "numpy==2.2.0\r\n", "apt.txt": "tree\r\n", "runtime.txt": "python-3.12\r\n"},
            why="harmless in these files",
        ),
        Good(
            {**_PIP, "postBuild": "#!/usr/bin/env python3\nprint(1)\r\nprint(2)\r\n"},
            why="Python reads Windows line ends; only the first line must have none",
        ),
        Good(
            {**_PIP, "start": '#!/bin/bash\r\nexec "$@"\r\n', "binder/README.md": "x\n"},
            why="Binder does not read this file, since there is a binder directory",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, result in _scripts(repo):
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
    """A script begins with an invisible mark.

    Some editors on Windows write a byte order mark, three invisible bytes, in front of the text, or save it as UTF-16. Linux then does not see the
    `#!` of the first line. `start` cannot be run at all (`Exec format error`). `postBuild` is run by the plain `sh`, which stops at what only
    bash knows, such as `set -o pipefail`, and takes the first line for a command of its own.
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
        ),
        Bad(
            {**_PIP, "postBuild": "\ufeff#!/bin/bash\nset -euo pipefail\r\necho ü\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\nset -euo pipefail\r\necho ü\n"},
        ),
        Bad(
            {**_PIP, "postBuild": "\ufeff#!/bin/bash\necho hi\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\necho hi\n"},
            severity=Severity.WARNING,
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\nexec "$@"\n'.encode("utf-16")},
            at="start:1:1",
            fixed={"start": '#!/bin/bash\nexec "$@"\n'},
        ),
        Good({**_PIP, "start": '#!/bin/bash\necho "\ufeff"\nexec "$@"\n'}, why="a mark inside of the text"),
        Good({"requirements.txt": "\ufeffnumpy==2.2.0\n"}, why="harmless there: pip knows the mark"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, result in _scripts(repo):
            source = script.source
            if source.encoding != "utf-8":
                yield self.at(
                    source.place(0, 1),
                    f"`{source.name}` is saved as UTF-16, which Linux cannot run: {result}",
                    help="Save the file as UTF-8",
                    fix=Fix("Save as UTF-8", (Recode(source.path),)),
                )
            elif source.has_bom:
                plain = result is _BUILD_FAILS and script.shell is not None and not script.shell.bashisms
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


# Programs that the image of a repo2docker build has not, and where the same program is (docker.io/library/buildpack-deps:24.04).
_MOVED = (
    (
        re.compile(
            r"(?:/usr/local/bin|/opt/\S+/bin|/(?:home|Users)/\S+/bin|[A-Za-z]:\S*|/[a-z]/\S*[/\\])/?(?P<name>bash|sh)(?:\.exe)?"
        ),
        "/bin/{name}",
    ),
    (re.compile(r"(?:/usr/bin|/bin)/(?P<name>python2?)"), "/usr/bin/env python"),
    (
        re.compile(
            r"(?:/usr/local/bin|/opt/(?!conda)\S+/bin|/(?:home/(?!jovyan)|Users/|anaconda|miniconda|root/)\S*/bin|[A-Za-z]:\S*|/[a-z]/\S*[/\\])/?(?P<name>python)[\d.]*(?:\.exe)?"
        ),
        "/usr/bin/env python3",
    ),
    (re.compile(r"(?P<name>bash|sh)"), "/bin/{name}"),
)
_SHELLS_TO_INSTALL = ("zsh", "fish", "ksh", "tcsh", "csh")


class ShebangInterpreterMissing(Rule):
    """The first line of a script names a program that is not there.

    The image has bash and sh in `/bin`, and the Python of the environment where `env` finds it. `/usr/bin/python`, `/usr/local/bin/bash`, a path of
    your own computer or a shell that is not installed (zsh, fish, ksh) do not exist in it, and Linux says "No such file or directory".
    """

    code = "SCR004"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("docker.io/library/buildpack-deps:24.04",)
    examples = (
        Bad(
            {**_PIP, "start": '#!/usr/local/bin/bash\nexec "$@"\n'},
            at="start:1:3",
            fixed={"start": '#!/bin/bash\nexec "$@"\n'},
        ),
        Bad(
            {**_PIP, "postBuild": "#!/usr/bin/python\nprint(1)"},
            at="postBuild:1:3",
            fixed={"postBuild": "#!/usr/bin/env python\nprint(1)"},
        ),
        Bad(
            {**_PIP, "postBuild": "#! /Users/kilroy/anaconda3/bin/python3.9\r\nprint(1)\n"},
            at="postBuild:1:4",
            fixed={"postBuild": "#! /usr/bin/env python3\r\nprint(1)\n"},
        ),
        Bad({**_PIP, "postBuild": "#!/bin/zsh\nmake\n"}, at="postBuild:1:3"),
        Bad({**_PIP, "postBuild": "#!/usr/bin/env fish\nmake\n"}, at="postBuild:1:3"),
        Bad({**_PIP, "postBuild": "#!bash\nmake\n"}, at="postBuild:1:3", fixed={"postBuild": "#!/bin/bash\nmake\n"}),
        Good({**_PIP, "apt.txt": "zsh\n", "postBuild": "#!/bin/zsh\nmake\n"}, why="apt.txt installs it"),
        Good({**_PIP, "start": '#!/usr/bin/bash\nexec "$@"\n'}),
        Good({**_PIP, "postBuild": "#!/usr/bin/env python\nprint(1)\n"}),
        Good({**_PIP, "postBuild": "#!/srv/conda/envs/notebook/bin/python\nprint(1)\n"}, why="the environment's own"),
        Good({**_PIP, "postBuild": "#!/usr/bin/python3\nprint(1)\n"}, why="the system has it"),
        Good({**_PIP, "postBuild": "#!/usr/bin/env Rscript\n1\n"}, why="the environment may have it"),
        Good(
            {"environment.yml": "dependencies: [python=3.12, zsh]\n", "postBuild": "#!/usr/bin/env zsh\nmake\n"},
            why="conda installs it",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, result in _scripts(repo):
            line, program, _ = script.shebang
            if line is None or not program:
                continue
            at = line.index(program)
            place = line.part(at, at + len(program))
            name = script.shebang.interpreter
            if name in _SHELLS_TO_INSTALL:
                through_env = program.rpartition("/")[2] == "env"
                if _installed(repo, name) or (through_env and any(spec.key == name for spec in repo.conda_specs)):
                    continue
                yield self.at(
                    place,
                    f"The image has no `{name}`: {result}",
                    help=f"Write the script for bash, or add `{name}` to apt.txt",
                )
                continue
            for pattern, instead in _MOVED:
                if found := pattern.fullmatch(program):
                    path = instead.format(name=found["name"])
                    yield self.at(
                        place,
                        f"There is no `{program}` in the image: {result}",
                        help=f"Write `#!{path}`",
                        fix=Fix(f"Use `{path}`", (replace(place, path),)),
                    )
                    break


def _installed(repo: Repository, package: str) -> bool:
    source = repo.used("apt.txt")
    return bool(source and re.search(rf"^\s*{re.escape(package)}\b", source.text, re.MULTILINE))


class ShebangEnvArgs(Rule):
    """The first line of a script gives its program more than one argument.

    Linux hands everything after the program's path over as one single argument, unlike macOS. So `#!/usr/bin/env bash -v` looks for a program that
    is called `bash -v`, and `#!/bin/bash -euo pipefail` gives bash an option it does not know. The script does not run at all. Some tools
    have written such lines into many repositories.

    `env -S` splits the line itself, and one argument without blanks (`#!/bin/bash -ex`) is fine.
    """

    code = "SCR003"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("quarto-dev/quarto-cli#11213",)
    examples = (
        Bad(
            {**_PIP, "postBuild": "#!/usr/bin/env bash -v\n\necho hi\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/usr/bin/env -S bash -v\n\necho hi\n"},
        ),
        Bad(
            {**_PIP, "start": '#! /usr/bin/env bash -euo pipefail\r\nexec "$@"\r\n'},
            at="start:1:1",
            fixed={"start": '#! /usr/bin/env -S bash -euo pipefail\r\nexec "$@"\r\n'},
        ),
        Bad(
            {**_PIP, "postBuild": "#!/usr/bin/env python3 -u\nprint(1)\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/usr/bin/env -S python3 -u\nprint(1)\n"},
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash -euo pipefail\nexec "$@"'},
            at="start:1:1",
            fixed={"start": '#!/usr/bin/env -S bash -euo pipefail\nexec "$@"'},
        ),
        Good({**_PIP, "start": '#!/usr/bin/env -S bash -v\nexec "$@"\n'}, why="`env -S` splits the line"),
        Good({**_PIP, "start": '#!/bin/bash -ex\nexec "$@"\n'}, why="one argument"),
        Good({**_PIP, "start": '#!/usr/bin/env bash \nexec "$@"\n'}, why="a blank at the end is no argument"),
        Good(
            {**_PIP, "tools/release.sh": "#!/usr/bin/env bash -v\n"},
            why="not run by Binder: for macOS perhaps",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, result in _scripts(repo):
            line, program, argument = script.shebang
            words = argument.split()
            if line is None or not words:
                continue
            through_env = program.rpartition("/")[2] == "env"
            if (through_env and (len(words) < 2 or words[0].startswith(("-S", "--split-string", "-vS")))) or (
                not through_env and (len(words) < 2 or script.language != "shell")
            ):
                continue
            if through_env:
                edit = replace(line.part(at := line.index(argument), at), "-S ")
            else:
                at = line.index(program)
                edit = replace(line.part(at, at + len(program)), f"/usr/bin/env -S {program.rpartition('/')[2]}")
            seen = f"the program `{argument}`" if through_env else f"the one option `{argument}`"
            yield self.at(
                line,
                f"Linux reads this line as {seen}, which does not exist: {result}",
                help="Write `#!/bin/bash` and put the options in a `set` line, or use `#!/usr/bin/env -S`",
                fix=Fix("Write the line so that Linux reads it", (edit,)),
            )


class StartUnquotedAmpersand(Rule):
    """An address with `&` has no quotes.

    To the shell `&` ends the command and puts it into the background. `wget https://example.org/get?file=a&version=2` fetches the address up to
    the `&`, in the background, and then sets a variable `version`: the wrong file arrives, or none, and no error is seen.
    """

    code = "SCR005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("GNU Bash manual: Lists of Commands",)
    examples = (
        Bad(
            {**_PIP, "postBuild": "#!/bin/bash\nset -e\nwget -O a.zip https://example.org/get?file=a&version=2\n"},
            at="postBuild:3:15",
            fixed={"postBuild": "#!/bin/bash\nset -e\nwget -O a.zip 'https://example.org/get?file=a&version=2'\n"},
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\ncurl -L https://example.org/x?a=$A&b=1&c -o x\nexec "$@"\n'},
            at="start:2:9",
            fixed={"start": '#!/bin/bash\ncurl -L "https://example.org/x?a=$A&b=1&c" -o x\nexec "$@"\n'},
        ),
        Good({**_PIP, "postBuild": "#!/bin/bash\nwget 'https://example.org/get?file=a&version=2'\n"}),
        Good(
            {**_PIP, "postBuild": "#!/bin/bash\nwget https://example.org/get?file=a\\&version=2\n"},
            why="a backslash before it",
        ),
        Good(
            {**_PIP, "start": '#!/bin/bash\nwget https://example.org/get?file=a & \nexec "$@"\n'},
            why="the background is meant",
        ),
        Good({**_PIP, "start": '#!/bin/bash\nwget https://example.org/a.csv &> log\nexec "$@"\n'}, why="a redirection"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.actions import cut_address

        for script, _ in _scripts(repo):
            for command in script.running:
                place = cut_address(command)
                if place:
                    quote = '"' if "$" in place.text else "'"
                    yield self.at(
                        place,
                        "The `&` in this address has no quotes, so the command gets only the part before it and runs in the background",
                        help="Put the address into quotes",
                        fix=Fix("Put it into quotes", (replace(place, f"{quote}{place.text}{quote}"),)),
                    )
