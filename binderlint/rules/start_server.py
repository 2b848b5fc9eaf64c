"""STA: servers that `start` waits for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.launch_scripts import in_background
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\n"


class StartForegroundServer(Rule):
    """`start` waits for a server that never ends.

    A server that is started without `&` keeps the script waiting until the server is stopped. The lines below it are never reached, among them the command that
    Binder runs, so the launch fails.
    """

    code = "STA007"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub#667",)
    examples = (
        Bad(
            {**_PIP, "start": _SH + 'mongod --dbpath data/db  # for notebook 3\nexec "$@"\n'},
            at="start:2:1",
            fixed={"start": _SH + 'mongod --dbpath data/db &  # for notebook 3\nexec "$@"\n'},
            why="A database in the foreground",
        ),
        Bad(
            {**_PIP, "start": _SH + 'nohup python -m http.server 8000 > log 2>&1\nexec "$@"\n'},
            at="start:2:1",
            fixed={"start": _SH + 'nohup python -m http.server 8000 > log 2>&1 &\nexec "$@"\n'},
            why="nohup without `&`",
        ),
        Bad(
            {**_PIP, "start": _SH + 'if [ -f app.py ]; then\n  streamlit run app.py\nfi\nexec "$@"\n'},
            at="start:3:3",
            fixed={"start": _SH + 'if [ -f app.py ]; then\n  streamlit run app.py &\nfi\nexec "$@"\n'},
            why="A server in an `if`",
        ),
        Bad(
            {**_PIP, "start": _SH + 'streamlit run app.py; echo done\nexec "$@"\n'},
            at="start:2:1",
            fixed={"start": _SH + 'streamlit run app.py & echo done\nexec "$@"\n'},
        ),
        Bad(
            {**_PIP, "start": _SH + 'if true; then streamlit run app.py; fi\n{ mongod ;}\nexec "$@"\n'},
            at=("start:2:15", "start:3:3"),
            fixed={"start": _SH + 'if true; then streamlit run app.py & fi\n{ mongod &}\nexec "$@"\n'},
        ),
        Bad(
            {**_PIP, "start": _SH + 'case "$A" in\n  app) streamlit run app.py;;\nesac\nmongod;\nexec "$@"\n'},
            at=("start:3:8", "start:5:1"),
            fixed={"start": _SH + 'case "$A" in\n  app) streamlit run app.py &;;\nesac\nmongod &\nexec "$@"\n'},
        ),
        Bad(
            {**_PIP, "start": _SH + 'jupyter lab --no-browser\nexec "$@"\n'},
            at="start:2:1",
            why="A second Jupyter server",
        ),
        Good({**_PIP, "start": _SH + 'mongod --dbpath data/db &\nexec "$@"\n'}, why="A database in the background"),
        Good(
            {**_PIP, "start": _SH + 'mongod --fork --logpath /dev/stdout\nexec "$@"\n'},
            why="The server puts itself in the background",
        ),
        Good({**_PIP, "start": _SH + 'redis-server --daemonize yes\nexec "$@"\n'}, why="redis-server as a daemon"),
        Good(
            {**_PIP, "start": _SH + 'pg_ctl -D data start\nexec "$@"\n'}, why="pg_ctl returns when the database is up"
        ),
        Good(
            {**_PIP, "start": _SH + 'jupyter lab workspaces import w.json\njupyter lab clean\nexec "$@"\n'},
            why="Jupyter commands that do their work and end",
        ),
        Good({**_PIP, "start": _SH + 'streamlit --version\nexec "$@"\n'}, why="A program only prints its version"),
        Good(
            {**_PIP, "start": _SH + 'serve() { streamlit run app.py; }\nexec "$@"\n'},
            why="A function that is never called",
        ),
        Good({**_PIP, "start": _SH + 'nohup bash -c "streamlit run app.py" &\nexec "$@"\n'}, why="nohup with `&`"),
        Good(
            {**_PIP, "start": _SH + 'timeout 5 redis-server\nexec "$@"\n'},
            why="The server is stopped after five seconds",
        ),
        Good(
            {**_PIP, "start": _SH + "jupyter lab\n"},
            why="The server is all there is, which start-no-passthrough reports",
        ),
        Good(
            {**_PIP, "start": _SH + "exec jupyter lab\n"},
            why="The server replaces the command, which start-no-passthrough reports",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.servers import server

        script = repo.start
        for command in script.executed if script else ():
            context = command.context
            if context.background or context.substitution or command.after or "exec" in command.wrappers:
                continue
            name = server(command)
            last = script.shell.statements[-1].place if script and script.shell and script.shell.statements else None
            if name is None or command.alone == last:  # the last thing that start does: start-no-passthrough says it
                continue
            simple = not context.pipeline and not context.nested and not context.condition and context.function is None
            jupyter = name.startswith("jupyter")
            place = command.alone
            yield self.at(
                command.place,
                f"start waits here until `{name}` ends, so the command that Binder runs is never reached and the launch fails",
                help="Leave it out: Binder starts the server itself"
                if jupyter
                else "Put the server into the background with `&`",
                fix=Fix("Put it into the background", (in_background(place),))
                if place and simple and not jupyter
                else None,
            )
