"""STA: whether `start` runs the command that Binder gives it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import append_lines, replace
from binderlint.launch_scripts import mended, understood
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Arrival, Script
    from binderlint.repository import Repository
    from binderlint.source import Place

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_EXEC = 'exec "$@"'
_SH = "#!/bin/bash\n"


class StartNoPassthrough(Rule):
    """`start` does not run the command it is given.

    Binder runs `start` with the command of the Jupyter server as its arguments, and the script must hand over to that command: its last line is
    `exec "$@"`. Otherwise the container stops as soon as the script ends, or another server starts that does not know the address and the token of the
    session. Visitors see "Launch attempt 1 failed" or "didn't respond in 30 seconds".

    Every path through the script is followed: branches, functions, subshells, and other scripts of the repository that it calls.

    ## Fix safety

    Adding `exec "$@"` at the end of a script that simply ends is safe. Replacing another server with it is unsafe: the options of that server are lost. They
    belong in `jupyter_server_config.py` or in the launch link.
    """

    code = "STA001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub#667", "janpfeifer/gonb#164", "repo2docker/buildpacks/repo2docker-entrypoint")
    examples = (
        Bad(
            {**_PIP, "start": _SH + "export A=1\nexport B=2\n"},
            at="start:3:1",
            fixed={"start": _SH + 'export A=1\nexport B=2\nexec "$@"\n'},
            why="The script ends without the command",
        ),
        Bad(
            {"binder/requirements.txt": "numpy==2.2.0\n", "binder/start": "#!/bin/bash\r\nexport A=1"},
            at="binder/start:2:1",
            fixed={"binder/start": '#!/bin/bash\r\nexport A=1\r\nexec "$@"\r\n'},
            why="In the binder directory, with Windows line endings",
        ),
        Bad(
            {**_PIP, "start": _SH + "export A=1\nexec jupyter lab --ip=0.0.0.0\n"},
            at="start:3:1",
            fixed={"start": _SH + 'export A=1\nexec "$@"\n'},
            why="JupyterLab is started instead",
        ),
        Bad(
            {"binder/requirements.txt": "x==1\n", "binder/start": _SH + "export A=1\njupyter notebook --port=8888"},
            at="binder/start:3:1",
            fixed={"binder/start": _SH + 'export A=1\nexec "$@"'},
            why="Jupyter Notebook on a port of its own",
        ),
        Bad(
            {"binder/requirements.txt": "x==1\n", "binder/start": _SH + "streamlit run app.py\n"},
            at="binder/start:2:1",
            why="A Streamlit app",
        ),
        Bad(
            {**_PIP, "start": _SH + 'case "$1" in\n  jupyter*) exec "$@" ;;\nesac\n'},
            at="start:2:1",
            fixed={"start": _SH + 'case "$1" in\n  jupyter*) exec "$@" ;;\nesac\nexec "$@"\n'},
            why="The command runs only if it is Jupyter",
        ),
        Bad(
            {**_PIP, "start": _SH + 'exec jupyter lab "$@"\n'},
            at="start:2:1",
            fixed={"start": _SH + 'exec "$@"\n'},
            why="The command becomes an argument of JupyterLab",
        ),
        Bad(
            {**_PIP, "start": _SH + 'if [ -f .env ]; then\n  . .env\n  exec "$@"\nfi\n'},
            at="start:2:1",
            fixed={"start": _SH + 'if [ -f .env ]; then\n  . .env\n  exec "$@"\nfi\nexec "$@"\n'},
            why="One branch ends without the command",
        ),
        Bad(
            {**_PIP, "start": _SH + 'main() {\n  exec "$@"\n}\nmain\n'},
            at="start:5:1",
            fixed={"start": _SH + 'main() {\n  exec "$@"\n}\nmain\nexec "$@"\n'},
            why="A function that is called without the arguments",
        ),
        Bad(
            {**_PIP, "start": _SH + '"$@" &\n'},
            at="start:2:1",
            fixed={"start": _SH + 'exec "$@"\n'},
            why="The command runs in the background and the script ends",
        ),
        Bad(
            {**_PIP, "start": _SH + "export A=1\nexit 0\n"},
            at="start:3:1",
            fixed={"start": _SH + 'export A=1\nexec "$@"\n'},
            why="The script exits",
        ),
        Bad(
            {**_PIP, "start": _SH + 'while true; do sleep 60; done\nexec "$@"\n'}, at="start:2:1", why="An endless loop"
        ),
        Bad(
            {**_PIP, "start": "#!/usr/bin/env python3\nimport os\nos.environ['A'] = '1'\n"},
            at="start:1:1",
            why="A Python script that ignores its arguments",
        ),
        Good({**_PIP, "start": _SH + 'exec "$@"\n'}, why="Nothing but the command"),
        Good(
            {**_PIP, "start": _SH + 'if [ -f x ]; then\n  exec "$@"\nelse\n  exec "$@"\nfi\n'},
            why="The command runs on both branches",
        ),
        Good(
            {**_PIP, "start": _SH + 'if [ $# -gt 0 ]; then\n  exec "$@"\nelse\n  exec jupyter lab\nfi\n'},
            why="A fallback for the case that there is no command, which never happens on Binder",
        ),
        Good(
            {**_PIP, "start": _SH + 'main() {\n  export A=1\n  exec "$@"\n}\nmain "$@"\n'},
            why="A function that is given the arguments",
        ),
        Good(
            {**_PIP, "start": _SH + 'if [ -z "$TOKEN" ]; then echo "no token" >&2; exit 1; fi\nexec "$@"\n'},
            why="The script gives up on purpose",
        ),
        Good(
            {**_PIP, "start": _SH + 'xvfb-run exec "$@" 2>&1 | tee .jupyter-server-log.txt\n'},
            why="xvfb-run evaluates `exec` itself, so the command runs",
        ),
        Good({**_PIP, "start": _SH + 'exec tini -g -- env A=1 "$@"\n'}, why="Wrappers that run what follows them"),
        Good(
            {**_PIP, "start": _SH + 'exec bash -c \'exec "$@"\' start "$@"\n'},
            why="An inner shell that gets all arguments",
        ),
        Good(
            {**_PIP, "start": _SH + ". binder-helper.sh\n", "binder-helper.sh": 'export A=1\nexec "$@"\n'},
            why="A sourced helper sees the arguments",
        ),
        Good({**_PIP, "start": _SH + 'run-as-user "$@"\n'}, why="A program that may be a wrapper"),
        Good(
            {**_PIP, "start": _SH + "source /opt/helper.sh\n"},
            why="A helper outside the repository, whose content is not known",
        ),
        Good(
            {**_PIP, "start": "#!/usr/bin/env python3\nimport os, sys\nos.execvp(sys.argv[1], sys.argv[1:])\n"},
            why="A Python script that hands over",
        ),
        Good(
            {"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\n", "start": _SH + "export A=1\n"},
            why="With a Dockerfile, Binder does not read `start`",
        ),
        Good({**_PIP, "start": b"\x7fELF\x02\x01\x01\x00\x00"}, why="A program, not a script"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.script import Kind

        yield from self._other_language(repo)
        if not (found := understood(repo)):
            return
        script, shell = found
        if (
            shell.arrival is not Kind.UNKNOWN
            and _of_another(repo, script)
            and not any(one.kind in (Kind.EXEC, Kind.PLAIN) for one in shell.arrivals)
        ):
            return
        elsewhere = any(one.kind in (Kind.EXEC, Kind.PLAIN) for one in shell.arrivals)
        for arrival in shell.arrivals:
            if arrival.kind not in (Kind.NEVER, Kind.BACKGROUND) or arrival.place.path != script.source.path:
                continue
            arrival = _standing(script, arrival)
            fix = self._fix(repo, script, arrival)
            yield self.at(
                _first_line(arrival.place),
                _why(arrival, elsewhere),
                help=f"End every path through the script with `{_EXEC}`",
                fix=fix,
            )

    def _fix(self, repo: Repository, script: Script, arrival: Arrival) -> Fix | None:
        from binderlint.files.script import Kind
        from binderlint.files.servers import server

        add = Fix(f"Add `{_EXEC}`", (append_lines(script.source, _EXEC),))
        instead = Fix(f"Run the given command: `{_EXEC}`", (replace(arrival.place, _EXEC),))
        if arrival.kind is Kind.BACKGROUND:
            return instead if arrival.last and mended(repo, script, replace(arrival.place, _EXEC)) else None
        if arrival.program and not re.fullmatch(r"jupyter.*|voila", arrival.program):
            return None
        if arrival.program or arrival.place.text.startswith("exit"):
            last = arrival.place.span.end == len(script.source.text.rstrip())
            unsafe = Applicability.UNSAFE if arrival.program else Applicability.SAFE
            if last and mended(repo, script, replace(arrival.place, _EXEC)):
                return instead._replace(applicability=unsafe)
            return None
        blocked = [one for one in script.running if server(one) and not one.context.background]
        return add if not blocked and mended(repo, script, append_lines(script.source, _EXEC)) else None

    def _other_language(self, repo: Repository) -> Iterator[Diagnostic]:
        """A start in Python, R or Julia has to read its arguments to run them."""
        script = repo.start
        names = {"python": "argv", "r": "commandArgs", "julia": "ARGS"}
        word = names.get(script.language) if script else None
        if script and word and script.shebang.line is not None and word not in script.source.prose:
            if not re.search(
                r"\bimport\s+(?!os\b|sys\b)\w*(?:main|start)|runpy|source\(|include\(", script.source.prose
            ):
                yield self.at(
                    script.shebang.line,
                    "start never looks at its arguments, so the command Binder wants to run is not run and the launch fails",
                    help="Hand over at the end, in Python with `os.execvp(sys.argv[1], sys.argv[1:])`",
                )


def _standing(script: Script, arrival: Arrival) -> Arrival:
    """Where a path ends with a server that never ends, the end with that server as its program."""
    from binderlint.files.servers import server

    if arrival.program:
        return arrival
    names = (server(one) for one in script.running if one.alone == arrival.place and not one.context.background)
    return arrival._replace(program=next((name for name in names if name), ""))


def _first_line(place: Place) -> Place:
    source, start = place.source, place.span.start
    return source.place(start, min(place.span.end, source.line(place.line).end))


def _why(arrival: Arrival, elsewhere: bool) -> str:
    from binderlint.files.script import Kind

    if arrival.kind is Kind.BACKGROUND:
        return "start puts the command it is given into the background and ends, so the container stops at once and the launch fails"
    if arrival.program == "endless loop":
        return "This loop never ends, so the command that start is given is not run and the launch fails"
    if arrival.program:
        return f"`{arrival.program}` is run instead of the command that start is given, so Binder does not find its server and the launch fails"
    path = (
        "On one path through start the command it is given is not run"
        if elsewhere
        else "start ends without running the command it is given"
    )
    return f"{path}, so the container stops at once and the launch fails"


def _of_another(repo: Repository, script: Script) -> str | None:
    """The server of a web application that a file `start` in the root of its repository runs."""
    from binderlint.files.servers import web_server

    if repo.plan.binder_dir:
        return None
    return next((name for one in script.running if not one.after and (name := web_server(one))), None)


class StartNotForBinder(Rule):
    """The file `start` is not meant for Binder.

    A file called `start` in the root of a repository without a binder directory runs in every Binder session. Here it starts the server of a web application
    instead of the command that Binder gives it, so no session opens. Binder's own configuration can be in a folder `binder`; Binder then does not
    look at the files in the root.
    """

    code = "STA008"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/base.py",)
    examples = (
        Bad(
            {**_PIP, "start": _SH + "cd web\nexec gunicorn app:app\n"},
            at="start:3:1",
            why="A web application with gunicorn",
        ),
        Bad(
            {**_PIP, "start": _SH + "npm run build\nnode server.js\n"},
            at="start:2:1",
            why="A web application with Node.js",
        ),
        Good({**_PIP, "start": _SH + 'gunicorn app:app &\nexec "$@"\n'}, why="The application runs beside the command"),
        Good(
            {"binder/requirements.txt": "x==1\n", "start": _SH + "exec gunicorn app:app\n"},
            why="There is a binder directory, so Binder does not read it",
        ),
        Good(
            {"binder/requirements.txt": "x==1\n", "binder/start": _SH + "exec streamlit run app.py\n"},
            why="In the binder directory, where it is meant for Binder",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.script import Kind
        from binderlint.files.servers import web_server

        if not (found := understood(repo)):
            return
        script, shell = found
        name = _of_another(repo, script)
        if name and shell.arrival in (Kind.NEVER, Kind.BACKGROUND):
            command = next(one for one in script.running if web_server(one))
            yield self.at(
                command.place,
                f"Binder runs this file in every session, and it starts `{name}` instead of the command that Binder gives it: no session opens",
                help=f"Put Binder's files into a folder `binder`, or end this one with `{_EXEC}`",
            )
