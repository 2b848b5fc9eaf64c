"""SCR: the first line of start and postBuild, and addresses that a line cuts off."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.launch_scripts import scripts
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}


# Programs that the image of a repo2docker build has not, and where the same program is (docker.io/library/buildpack-deps:24.04).
_MOVED = (
    (
        regex(
            r"(?:/usr/local/bin|/opt/\S+/bin|/(?:home|Users)/\S+/bin|[A-Za-z]:\S*|/[a-z]/\S*[/\\])/?(?P<name>bash|sh)(?:\.exe)?"
        ),
        "/bin/{name}",
    ),
    (regex(r"(?:/usr/bin|/bin)/(?P<name>python2?)"), "/usr/bin/env python"),
    (
        regex(
            r"(?:/usr/local/bin|/opt/(?!conda)\S+/bin|/(?:home/(?!jovyan)|Users/|anaconda|miniconda|root/)\S*/bin|[A-Za-z]:\S*|/[a-z]/\S*[/\\])/?(?P<name>python)[\d.]*(?:\.exe)?"
        ),
        "/usr/bin/env python3",
    ),
    (regex(r"(?P<name>bash|sh)"), "/bin/{name}"),
)


# Spaces that are neither blanks nor tabs, and characters of no width.
_INVISIBLE = regex(r"(?:[^\S \t\r]|[\u200b-\u200d\u2060\ufeff])+$")
_SHELLS_TO_INSTALL = ("zsh", "fish", "ksh", "tcsh", "csh")


class ShebangInterpreterMissing(Rule):
    """The first line of a script names a program that does not exist.

    The image has bash and sh in `/bin`, and `env` finds the Python of the environment. `/usr/bin/python`, `/usr/local/bin/bash`, a path on your own computer or a shell that is not installed (zsh, fish, ksh) do not exist there, and Linux says "No such file
    or directory".
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
            why="bash in another folder",
        ),
        Bad(
            {**_PIP, "postBuild": "#!/usr/bin/python\nprint(1)"},
            at="postBuild:1:3",
            fixed={"postBuild": "#!/usr/bin/env python\nprint(1)"},
            why="/usr/bin/python",
        ),
        Bad(
            {**_PIP, "postBuild": "#! /Users/kilroy/anaconda3/bin/python3.9\r\nprint(1)\n"},
            at="postBuild:1:4",
            fixed={"postBuild": "#! /usr/bin/env python3\r\nprint(1)\n"},
            why="Python on the author's computer",
        ),
        Bad({**_PIP, "postBuild": "#!/bin/zsh\nmake\n"}, at="postBuild:1:3", why="zsh"),
        Bad(
            {**_PIP, "start": '#!/bin/bash\u00a0\nexec "$@"\n'},
            at="start:1:12",
            fixed={"start": '#!/bin/bash\nexec "$@"\n'},
        ),
        Bad({**_PIP, "postBuild": "#!/usr/bin/env fish\nmake\n"}, at="postBuild:1:3", why="fish through env"),
        Bad(
            {**_PIP, "postBuild": "#!bash\nmake\n"},
            at="postBuild:1:3",
            fixed={"postBuild": "#!/bin/bash\nmake\n"},
            why="No folder",
        ),
        Good({**_PIP, "apt.txt": "zsh\n", "postBuild": "#!/bin/zsh\nmake\n"}, why="apt.txt installs zsh"),
        Good({**_PIP, "start": '#!/usr/bin/bash\nexec "$@"\n'}, why="bash where it is"),
        Good({**_PIP, "postBuild": "#!/usr/bin/env python\nprint(1)\n"}, why="Python through env"),
        Good(
            {**_PIP, "postBuild": "#!/srv/conda/envs/notebook/bin/python\nprint(1)\n"},
            why="The Python of the environment",
        ),
        Good({**_PIP, "postBuild": "#!/usr/bin/python3\nprint(1)\n"}, why="The system's Python 3"),
        Good({**_PIP, "postBuild": "#!/usr/bin/env Rscript\n1\n"}, why="A program that the environment may have"),
        Good(
            {"environment.yml": "dependencies: [python=3.12, zsh]\n", "postBuild": "#!/usr/bin/env zsh\nmake\n"},
            why="conda installs zsh",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, result in scripts(repo):
            line, program, _ = script.shebang
            if line is None or not program:
                continue
            at = line.index(program)
            place = line.part(at, at + len(program))
            if hidden := _INVISIBLE.search(line, at):
                yield self.at(
                    line.part(*hidden.span()),
                    f"The first line ends with an invisible character, which Linux treats as part of the program's name: {result}",
                    help=f"Write `{line[: hidden.start()]}`, and nothing after it",
                    fix=Fix("Remove the invisible character", (replace(line.part(*hidden.span()), ""),)),
                )
                continue
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
    """The first line of a script has more than one argument.

    Unlike macOS, Linux passes everything after the program's path as one argument. `#!/usr/bin/env bash -v` looks for a program called `bash -v`, and `#!/bin/bash -euo pipefail` gives bash an option that it does not know. The script does not run at all. Some
    tools have written such lines in many repositories.

    `env -S` splits the line itself, and one argument without spaces (`#!/bin/bash -ex`) is fine.
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
            why="env and an option",
        ),
        Bad(
            {**_PIP, "start": '#! /usr/bin/env bash -euo pipefail\r\nexec "$@"\r\n'},
            at="start:1:1",
            fixed={"start": '#! /usr/bin/env -S bash -euo pipefail\r\nexec "$@"\r\n'},
            why="env and two options, with Windows line endings",
        ),
        Bad(
            {**_PIP, "postBuild": "#!/usr/bin/env python3 -u\nprint(1)\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/usr/bin/env -S python3 -u\nprint(1)\n"},
            why="env, Python and an option",
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash -euo pipefail\nexec "$@"'},
            at="start:1:1",
            fixed={"start": '#!/usr/bin/env -S bash -euo pipefail\nexec "$@"'},
            why="Two options for bash",
        ),
        Good({**_PIP, "start": '#!/usr/bin/env -S bash -v\nexec "$@"\n'}, why="env -S"),
        Good({**_PIP, "start": '#!/bin/bash -ex\nexec "$@"\n'}, why="One argument"),
        Good({**_PIP, "start": '#!/usr/bin/env bash \nexec "$@"\n'}, why="A space at the end"),
        Good(
            {**_PIP, "tools/release.sh": "#!/usr/bin/env bash -v\n"},
            why="A script that Binder does not run",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, result in scripts(repo):
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

    In a shell, `&` ends the command and runs it in the background. `wget https://example.org/get?file=a&version=2` downloads the address up to the `&`, in the background, and then sets a variable `version`. The wrong file arrives, or none, and there is no error.
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
            why="An address in postBuild",
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\ncurl -L https://example.org/x?a=$A&b=1&c -o x\nexec "$@"\n'},
            at="start:2:9",
            fixed={"start": '#!/bin/bash\ncurl -L "https://example.org/x?a=$A&b=1&c" -o x\nexec "$@"\n'},
            why="An address with a variable in start",
        ),
        Good({**_PIP, "postBuild": "#!/bin/bash\nwget 'https://example.org/get?file=a&version=2'\n"}, why="Quotes"),
        Good(
            {**_PIP, "postBuild": "#!/bin/bash\nwget https://example.org/get?file=a\\&version=2\n"},
            why="A backslash",
        ),
        Good(
            {**_PIP, "start": '#!/bin/bash\nwget https://example.org/get?file=a & \nexec "$@"\n'},
            why="A download in the background",
        ),
        Good({**_PIP, "start": '#!/bin/bash\nwget https://example.org/a.csv &> log\nexec "$@"\n'}, why="A redirection"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.actions import cut_address

        for script, _ in scripts(repo):
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
