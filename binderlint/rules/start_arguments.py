"""STA: how `start` hands the command on: whole, with `exec`, and by a program that Linux finds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Edit, Fix, Level, Replace, Severity
from binderlint.edits import insert_lines, replace
from binderlint.launch_scripts import after, mended, understood
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Script
    from binderlint.repository import Repository
    from binderlint.source import Place

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_EXEC = 'exec "$@"'
_SH = "#!/bin/bash\n"


class StartUnquotedArgs(Rule):
    """`start` splits the command it is given.

    BinderHub's command is `python3 -c '<a program of many lines>' --ip=0.0.0.0 ...`. Without the quotes in `"$@"`, the shell splits it at every space and line
    break. Python gets the word `import` as its program and stops with a SyntaxError. Everything seems to work with `repo2docker` on your own computer,
    because its command contains no spaces. `"$*"` makes one word of all arguments, `"$1"` drops all but the first, and `eval` and `bash -c` read them as shell code.
    """

    code = "STA002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("binderhub/helm-chart/binderhub/values.yaml",)
    examples = (
        Bad(
            {**_PIP, "start": _SH + "exec $@\n"}, at="start:2:6", fixed={"start": _SH + 'exec "$@"\n'}, why="No quotes"
        ),
        Bad(
            {**_PIP, "start": _SH + "$* # go"},
            at="start:2:1",
            fixed={"start": _SH + '"$@" # go'},
            why="No quotes and no exec",
        ),
        Bad(
            {**_PIP, "start": _SH + 'exec "$*"\n'},
            at="start:2:6",
            fixed={"start": _SH + 'exec "$@"\n'},
            why="All arguments as one word",
        ),
        Bad(
            {**_PIP, "start": _SH + "exec ${@}\n"},
            at="start:2:6",
            fixed={"start": _SH + 'exec "$@"\n'},
            why="Braces without quotes",
        ),
        Bad(
            {**_PIP, "start": _SH + 'exec "$1"\n'},
            at="start:2:6",
            fixed={"start": _SH + 'exec "$@"\n'},
            why="The first argument only",
        ),
        Bad(
            {**_PIP, "start": _SH + 'CMD="$@"\nexport A=1\nexec $CMD\n'},
            at="start:4:6",
            fixed={"start": _SH + 'CMD="$@"\nexport A=1\nexec "$@"\n'},
            why="The command goes through a variable",
        ),
        Bad(
            {**_PIP, "start": _SH + "exec xvfb-run -a $@ --foo\n"},
            at="start:2:18",
            fixed={"start": _SH + 'exec xvfb-run -a "$@" --foo\n'},
            why="A wrapper without quotes",
        ),
        Bad({**_PIP, "start": _SH + 'bash -c "$*"\n'}, at="start:2:9", why="bash -c"),
        Bad({**_PIP, "start": _SH + 'eval "$@"\n'}, at="start:2:6", why="eval"),
        Bad({**_PIP, "start": _SH + 'shift\nexec "$@"\n'}, at="start:3:1", why="The first argument is shifted away"),
        Good({**_PIP, "start": _SH + 'exec "$@"\n'}, why="Quotes"),
        Good({**_PIP, "start": _SH + 'exec "${@}"\n'}, why="The same with braces"),
        Good({**_PIP, "start": _SH + 'args=("$@")\nexec "${args[@]}"\n'}, why="An array keeps the arguments apart"),
        Good({**_PIP, "start": _SH + 'cmd=$1\nshift\nexec "$cmd" "$@"\n'}, why="The first argument is put back"),
        Good(
            {**_PIP, "start": _SH + 'log() { echo $@ >&2; }\nlog starting\nexec "$@"\n'},
            why="A function with arguments of its own",
        ),
        Good(
            {**_PIP, "start": _SH + 'case ${1:-} in\n  jupyter) $@ --no-browser ;;\n  *) exec "$@" ;;\nesac\n'},
            why="A branch that BinderHub's command, which is python3, does not take",
        ),
        Good({**_PIP, "start": _SH + 'echo "running $*"\nexec "$@"\n'}, why="The command is only printed"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.script import Kind

        if not (found := understood(repo)):
            return
        script, shell = found
        for arrival in shell.arrivals:
            if arrival.kind is Kind.SPLIT and arrival.place.path == script.source.path:
                place = arrival.argument or arrival.place
                edit = replace(place, '"$@"')
                works = arrival.argument and place.text != '"$@"' and self._solves(repo, script, edit, place)
                yield self.at(
                    place,
                    "The command that start is given does not arrive in one piece: it has arguments with blanks and line ends, so the launch fails on a BinderHub",
                    help=f"Write `{_EXEC}`, with the quotes",
                    fix=Fix('Write `"$@"`', (edit,)) if works else None,
                )

    def _solves(self, repo: Repository, script: Script, edit: Replace, place: Place) -> bool:
        """Whether the command arrives there after the edit."""
        from binderlint.files.script import Kind

        shell = after(repo, script, edit)
        return shell is not None and any(
            one.kind in (Kind.EXEC, Kind.PLAIN) and one.argument and one.argument.span.start == place.span.start
            for one in shell.arrivals
        )


class StartMissingExec(Rule):
    """`start` runs the command it is given without `exec`.

    The server is then a child of the shell. When Binder stops the container, the shell gets the signal and ends, and the server and its kernels are killed
    without a chance to save anything. `exec "$@"` replaces the shell with the server. In a pipeline (`"$@" | tee log`) that is impossible, and the exit
    status is lost as well; `exec "$@" > >(tee log) 2>&1` writes the same log without a pipeline.
    """

    code = "STA003"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("repo2docker/buildpacks/repo2docker-entrypoint", "binder-examples/octave")
    examples = (
        Bad(
            {**_PIP, "start": _SH + 'export A=1\n"$@"\n'},
            at="start:3:1",
            fixed={"start": _SH + 'export A=1\nexec "$@"\n'},
            why="The command without exec",
        ),
        Bad(
            {**_PIP, "start": _SH + 'if [ -f x ]; then\n  A=1 "$@"\nelse\n  exec "$@"\nfi'},
            at="start:3:3",
            fixed={"start": _SH + 'if [ -f x ]; then\n  A=1 exec "$@"\nelse\n  exec "$@"\nfi'},
            why="Without exec on one of two branches",
        ),
        Bad(
            {**_PIP, "start": _SH + 'nice -n 5 "$@"\n'},
            at="start:2:1",
            fixed={"start": _SH + 'exec nice -n 5 "$@"\n'},
            why="A wrapper without exec",
        ),
        Bad(
            {**_PIP, "start": _SH + 'xvfb-run exec "$@" 2>&1 | tee log.txt\n'},
            at="start:2:1",
            severity=Severity.WARNING,
            why="The command in a pipeline",
        ),
        Bad(
            {**_PIP, "start": _SH + "trap 'rm -rf /tmp/data' TERM\n\"$@\"\n"},
            at="start:3:1",
            severity=Severity.WARNING,
            why="The script cleans up with a trap",
        ),
        Bad(
            {**_PIP, "start": _SH + '"$@"\nrm -rf /tmp/data\n'},
            at="start:2:1",
            why="Lines that run after the server has ended",
        ),
        Good({**_PIP, "start": _SH + 'exec "$@"\n'}, why="The command with exec"),
        Good({**_PIP, "start": _SH + 'exec "$@" > >(tee log.txt) 2>&1\n'}, why="A log without a pipeline"),
        Good({**_PIP, "start": _SH + '{\n  exec "$@"\n} 2>&1\n'}, why="exec in a group of commands"),
        Good({**_PIP, "start": _SH + 'exec xvfb-run "$@"\n'}, why="xvfb-run, which has to stay to end its display"),
        Good(
            {**_PIP, "start": _SH + 'trap "kill 0" TERM\n"$@" &\nwait $!\n'},
            why="The script passes the signal on itself",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.script import Kind

        if not (found := understood(repo)):
            return
        script, shell = found
        for arrival in shell.arrivals:
            if arrival.kind is not Kind.PLAIN or arrival.place.path != script.source.path or arrival.waited:
                continue
            if arrival.execed and not arrival.pipeline:
                continue
            if arrival.pipeline:
                message = "The server runs in a pipeline: when Binder stops the session it is killed without being asked, and its exit status is lost"
            else:
                message = "The server runs as a child of start: when Binder stops the session it is killed without being asked"
            edit = replace(arrival.head, f"exec {arrival.head.text}") if arrival.head else None
            wrappers = "".join(f"{name} " for name in arrival.wrappers if name != "exec")
            safe = edit and arrival.last and arrival.stays and not arrival.trapped and not arrival.pipeline
            yield self.at(
                arrival.place,
                message,
                help=f'Write `exec {wrappers}"$@" > >(tee log) 2>&1` to keep a log'
                if arrival.pipeline
                else f"Write `{_EXEC}`",
                severity=Severity.WARNING if arrival.pipeline or arrival.trapped else None,
                fix=Fix("Add `exec`", (edit,)) if edit and safe and mended(repo, script, edit) else None,
            )


class StartNoShebang(Rule):
    """`start` does not say which program runs it.

    Binder runs `start` directly, not through a shell. Unless its very first line begins with `#!`, such as `#!/bin/bash`, Linux refuses to run it with
    `Exec format error`, and the container never starts. (A `postBuild` without such a line does run, with plain `sh`.)
    """

    code = "STA004"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/repo2docker-entrypoint",)
    examples = (
        Bad(
            {**_PIP, "start": 'export A=1\nexec "$@"\n'},
            at="start:1:1",
            fixed={"start": '#!/bin/bash\nexport A=1\nexec "$@"\n'},
            why="The first line is a command",
        ),
        Bad(
            {**_PIP, "start": '# #!/bin/bash\r\n\r\nexec "$@"'},
            at="start:1:1",
            fixed={"start": '#!/bin/bash\r\n# #!/bin/bash\r\n\r\nexec "$@"'},
            why="The line is in a comment, and the file has Windows line endings",
        ),
        Bad(
            {**_PIP, "start": '\n #!/bin/bash\nexec "$@"\n'},
            at="start:1:1",
            fixed={"start": '#!/bin/bash\nexec "$@"\n'},
            why="The first line is empty",
        ),
        Bad({**_PIP, "start": ""}, at="start:1:1", fixed={"start": "#!/bin/bash\n"}, why="An empty file"),
        Bad(
            {**_PIP, "start": "import os, sys\nos.execvp(sys.argv[1], sys.argv[1:])\n"},
            at="start:1:1",
            why="Python code",
        ),
        Good({**_PIP, "start": '#!/bin/sh\nexec "$@"\n'}, why="sh is named"),
        Good({**_PIP, "start": '#! /usr/bin/env bash\nexec "$@"\n'}, why="A space after `#!`"),
        Good({**_PIP, "start": b"\x7fELF\x02\x01\x01\x00\x00"}, why="A program, not a script"),
        Good({**_PIP, "postBuild": "echo hi\n"}, why="postBuild without a first line, which a shell runs"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        script = repo.start
        if script is None or script.shebang.line is not None or script.source.data.startswith(b"\x7fELF"):
            return
        source = script.source
        fix: Fix | None = None
        late = re.match(r"\ufeff?(\s+)#!", source.text)
        if late:
            edit: Edit = replace(source.place(*late.span(1)), "")
            fix = Fix("Put the first line first", (edit,))
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
