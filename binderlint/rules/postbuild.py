"""PBD: postBuild as a script: errors that nobody sees, its first line, a build of JupyterLab."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import insert_lines, replace
from binderlint.launch_scripts import removed
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\nset -e\n"


class PostbuildNoErrexit(Rule):
    """Errors in `postBuild` go unnoticed.

    Without `set -e`, a shell goes on after a command that failed, and only the last command decides whether the build fails. The image is built although a download
    or an installation is missing, and a visitor is the first to notice.

    ## Fix safety

    The fix is unsafe: a command that has been failing unnoticed now stops the build.
    """

    code = "PBD003"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/repo2docker#503", "jupyterhub/repo2docker#844")
    examples = (
        Bad(
            {**_PIP, "postBuild": "#!/bin/bash\n\nwget -q https://example.org/a.csv\npython prepare.py\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\nset -e\n\nwget -q https://example.org/a.csv\npython prepare.py\n"},
            why="A download whose failure nobody sees",
        ),
        Bad(
            {
                "binder/requirements.txt": "x==1\n",
                "binder/postBuild": "#!/usr/bin/env bash\r\nset -x\r\ncd binder\r\npip install -e .; python a.py",
            },
            at="binder/postBuild:1:1",
            fixed={
                "binder/postBuild": "#!/usr/bin/env bash\r\nset -e\r\nset -x\r\ncd binder\r\npip install -e .; python a.py"
            },
            why="Windows line endings, and two commands on a line",
        ),
        Bad(
            {**_PIP, "postBuild": "make data\nmake docs\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "set -e\nmake data\nmake docs\n"},
            why="No first line that names a shell",
        ),
        Good({**_PIP, "postBuild": "#!/bin/bash\nset -euo pipefail\nmake data\nmake docs\n"}, why="set -euo pipefail"),
        Good({**_PIP, "postBuild": "#!/bin/bash -ex\nmake data\nmake docs\n"}, why="set -e in the first line"),
        Good({**_PIP, "postBuild": "#!/bin/bash\nset -o errexit\nmake data\nmake docs\n"}, why="set -o errexit"),
        Good({**_PIP, "postBuild": "#!/bin/bash\n# data\nmake data\n"}, why="There is only one command"),
        Good(
            {**_PIP, "postBuild": "#!/bin/bash\nmake data && make docs && make test\n"}, why="All commands in one chain"
        ),
        Good(
            {**_PIP, "postBuild": "#!/bin/bash\necho start\nexport A=1\nmake data\n"},
            why="Only the last command can fail",
        ),
        Good({**_PIP, "postBuild": "#!/usr/bin/env python3\nimport a\nimport b\n"}, why="A Python script"),
        Good(
            {**_PIP, "postBuild": "#!/bin/bash\nmake data || exit 1\nmake docs\n"},
            why="The script handles the error itself",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        script = repo.post_build
        shell = script.shell if script else None
        if script is None or shell is None or shell.broken:
            return
        running = script.running
        if any(one.errexit for one in script.commands) or any(
            one.name == "set" and one.has("-e", "errexit") for one in running
        ):
            return
        last = shell.statements[-1].place if shell.statements else None
        hidden = [
            one
            for one in running
            if one.name not in _CANNOT_FAIL
            and not one.ignored
            and not one.context.substitution
            and one.context.statement != last
        ]
        if not hidden:
            return
        yield self.at(
            script.source,
            f"Nothing stops the build when a command such as `{hidden[0].name or 'the first one'}` fails: the image lacks what it should have made",
            help="Add the line `set -e`",
            fix=Fix(
                "Add `set -e`",
                (insert_lines(script.source, 2 if script.shebang.line else 1, "set -e"),),
                Applicability.UNSAFE,
            ),
        )


_CANNOT_FAIL = frozenset(
    {"echo", "printf", "set", "export", "true", ":", "exit", "shopt", "umask", "ulimit", "exec", "trap", "date", "pwd"}
)


class PostbuildNoShebang(Rule):
    r"""`postBuild` does not say which program runs it.

    Without a first line such as `#!/bin/bash`, `postBuild` is run by `/bin/sh`, which is dash on Binder. Features that only bash has do not work there: `source` and
    `[[` are "not found", arrays are a syntax error, and `set -o pipefail` ends the script. Plain commands work anyway, so a script without such features gets an info only.

    ## Fix safety

    The fix writes the line. This is safe unless `echo` prints a backslash: dash turns `\n` into a line break, bash does not.
    """

    code = "PBD004"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("repo2docker/docs/source/configuration/actions.md",)
    examples = (
        Bad(
            {**_PIP, "postBuild": "make data\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\nmake data\n"},
            why="Plain commands only",
        ),
        Bad(
            {**_PIP, "postBuild": "echo 'a\\nb' > c\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\necho 'a\\nb' > c\n"},
            why="echo prints a backslash",
        ),
        Bad(
            {**_PIP, "postBuild": "# prepare\r\nset -euo pipefail\r\nmake data"},
            at="postBuild:2:1",
            fixed={"postBuild": "#!/bin/bash\r\n# prepare\r\nset -euo pipefail\r\nmake data"},
            severity=Severity.ERROR,
            why="set -o pipefail, in a file with Windows line endings",
        ),
        Bad(
            {**_PIP, "postBuild": "if [[ -f a ]]; then\n  make a\nfi\nsource env.sh\n"},
            at="postBuild:1:4",
            fixed={"postBuild": "#!/bin/bash\nif [[ -f a ]]; then\n  make a\nfi\nsource env.sh\n"},
            severity=Severity.ERROR,
            why="Features that only bash has",
        ),
        Bad(
            {**_PIP, "postBuild": "\n#!/bin/bash\nmake\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\nmake\n"},
            why="The line is the second one",
        ),
        Bad(
            {**_PIP, "postBuild": "import nltk\nnltk.download('punkt')\n"},
            at="postBuild:1:1",
            severity=Severity.ERROR,
            why="A Python script",
        ),
        Good({**_PIP, "postBuild": "#!/bin/sh\nmake data\n"}, why="sh is named"),
        Good({**_PIP, "postBuild": "#!/usr/bin/env python3\nimport a\n"}, why="Python is named"),
        Bad(
            {**_PIP, "postBuild": "#\n/bin/bash\n\njulia -e '\nusing Plots\n'\n"},
            at="postBuild:1:1",
            fixed={"postBuild": "#!/bin/bash\n#\n/bin/bash\n\njulia -e '\nusing Plots\n'\n"},
            why="The line is broken in two",
        ),
        Good({**_PIP, "postBuild": ""}, why="An empty file"),
        Good(
            {**_PIP, "postBuild": "\ufeff#!/bin/bash\nmake\n"},
            why="A byte order mark before the line, which script-bom reports",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        script = repo.post_build
        if script is None or script.shebang.line is not None or script.source.encoding != "utf-8":
            return
        source, shell = script.source, script.shell
        if not source.text.strip() or source.has_bom or shell is None:
            return
        first_word = re.match(r"(?:\s*#[^\n]*\n|\s)*(\w+)", source.text)
        if first_word and first_word.group(1) in ("import", "from", "library", "using"):
            yield self.at(
                source,
                "The first line of postBuild does not name a program with `#!`, so a shell runs it, which does not know this language: the build fails",
                help="Begin the file with a line such as `#!/usr/bin/env python3`",
                severity=Severity.ERROR,
            )
            return
        late = re.match(r"(\s+)#!", source.text)
        if late:
            fix = Fix("Put the first line first", (replace(source.place(*late.span(1)), ""),))
        else:
            differs = any(
                one.name == "echo" and "\\" in one.place.text for one in script.running
            )  # to dash `\n` ends a line
            safety = Applicability.UNSAFE if differs else Applicability.SAFE
            fix = Fix("Add `#!/bin/bash`", (insert_lines(source, 1, "#!/bin/bash"),), safety)
        if shell.bashisms:
            first = shell.bashisms[0]
            place = first.text.place
            yield self.at(
                place,
                f"postBuild has no first line with `#!`, so plain `sh` runs it, which does not know {first.title}",
                help="Begin the file with `#!/bin/bash`",
                severity=Severity.ERROR,
                level=Level.LAUNCH,
                fix=fix,
            )
        else:
            yield self.at(
                source,
                "The first line of postBuild does not name a program with `#!`, so plain `sh` runs it instead of bash",
                help="Begin the file with `#!/bin/bash`",
                fix=fix,
            )


class PostbuildLabBuild(Rule):
    """A script builds JupyterLab again.

    `jupyter lab build` takes minutes and more memory than many builds have. Only extensions that are installed from source need it; extensions in a Python package
    do not.

    ## Fix safety

    The fix removes the command. This is safe unless it is the last command of a script without `set -e`: then the command before it decides whether the build
    fails, and may have failed unnoticed until now.
    """

    code = "PBD009"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterlab/jupyterlab#4824", "jupytercalpoly/jupyterlab-interactive-dashboard-editor#101")
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "# build it\njupyter lab build --minimize=False\nmake\n"},
            at="postBuild:4:1",
            fixed={"postBuild": _SH + "# build it\nmake\n"},
            why="Nothing needs the build",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "jupyter labextension install @example/x\njupyter lab build\n"},
            at="postBuild:4:1",
            why="After an extension that is installed from source",
        ),
        Bad(
            {**_PIP, "postBuild": "#!/bin/bash\ntest -e a.png && rm a.png\njupyter lab build\n"},
            at="postBuild:3:1",
            fixed={"postBuild": "#!/bin/bash\ntest -e a.png && rm a.png\n"},
            why="As the last command of a script without set -e",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "jupyter lab clean\njupyter lab workspaces import w.json\n"},
            why="Other commands of JupyterLab",
        ),
        Good(
            {"requirements.txt": "jupyterlab==2.3\n", "postBuild": _SH + "jupyter lab build\n"},
            why="JupyterLab 2 needs the build",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.actions import subcommand
        from binderlint.files.jupyter_stack import may_be_older

        script = repo.post_build
        found = [one for one in script.running if subcommand(one)[:3] == ("jupyter", "lab", "build")] if script else []
        if script is None or not found or may_be_older(repo, "jupyterlab", (3, 0)):
            return
        sources = any(
            subcommand(one)[:2] == ("jupyter", "labextension") and {"install", "link", "develop"} & set(one.values)
            for one in script.running
        )
        for command in found:
            yield self.at(
                command.place,
                "`jupyter lab build` takes minutes and much memory"
                + (
                    ""
                    if sources
                    else ", and nothing here needs it: extensions that come in a Python package are ready-made"
                ),
                help="Install extensions as Python packages and leave the build out",
                fix=None
                if sources
                else removed(
                    command, "Remove it", Applicability.UNSAFE if script.covers(command) else Applicability.SAFE
                ),
            )
