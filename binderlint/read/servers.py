"""Servers: commands that stay in the foreground until they are stopped."""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.read.actions import subcommand
from binderlint.read.script import Command

_WEB = regex(
    r"gunicorn|uvicorn|hypercorn|waitress-serve|streamlit|flask|npm|yarn|node|java|dotnet|php|rails|puma|bundle|http\.server|bokeh|panel|nginx|apache2?|httpd|supervisord|docker-compose|celery"
)


def web_server(command: Command) -> str | None:
    """The name of a web application's server, whether `exec` starts it or not; None for Jupyter's and for what is no server."""
    if command.context.background or not command.runs:
        return None
    words = subcommand(command)
    if _WEB.fullmatch(words[0]) and (words[0] not in ("npm", "yarn", "node", "java", "php") or len(words) > 1):
        return words[0] if words[1:2] not in (("install",), ("ci",), ("--version",)) else None
    if (
        words[0] in ("python", "python3")
        and len(words) > 1
        and re.search(r"(?:^|/)(?:app|server|main|manage|wsgi|run)\.py$", words[1])
    ):
        return words[1]
    return None


# Servers that stay in the foreground, and the options with which they do not.
_SERVERS: dict[str, tuple[str, ...]] = {
    "mongod": ("--fork",),
    "redis-server": ("--daemonize",),
    "http.server": (),
    "SimpleHTTPServer": (),
    "dask-scheduler": (),
    "dask-worker": (),
    "gunicorn": ("-D", "--daemon"),
    "uvicorn": (),
    "hypercorn": (),
    "waitress-serve": (),
    "tensorboard": (),
    "code-server": ("--install-extension", "--list-extensions", "--version", "--help"),
    "openvscode-server": ("--install-extension", "--list-extensions"),
    "postgres": ("--version", "--help", "-C"),
    "mysqld_safe": (),
    "mysqld": ("--initialize", "--initialize-insecure", "-D", "--daemonize", "--bootstrap", "--version", "--help"),
    "Xvfb": (),
    "Xvnc": (),
    "x11vnc": ("-bg", "-background"),
    "websockify": ("-D", "--daemon"),
    "fluxbox": (),
    "openbox": (),
    "xfce4-session": (),
    "startxfce4": (),
    "supervisord": (),
    "elasticsearch": ("-d", "--daemonize"),
    "grafana-server": (),
    "voila": ("--version", "--help"),
    "shiny-server": (),
    "rserver": (),
    "caddy": (),
    "ttyd": (),
}
_SERVER_COMMANDS = {
    ("streamlit", "run"),
    ("bokeh", "serve"),
    ("panel", "serve"),
    ("flask", "run"),
    ("mlflow", "server"),
    ("mlflow", "ui"),
    ("dask", "scheduler"),
    ("dask", "worker"),
    ("ollama", "serve"),
    ("marimo", "run"),
    ("marimo", "edit"),
    ("jekyll", "serve"),
    ("mkdocs", "serve"),
    ("minio", "server"),
    ("neo4j", "console"),
    ("npm", "start"),
    ("yarn", "start"),
    ("docker", "compose"),
    ("jupyter", "lab"),
    ("jupyter", "notebook"),
    ("jupyter", "server"),
    ("jupyter", "voila"),
    ("jupyter", "labhub"),
    ("jupyterhub-singleuser",),
    ("tail", "-f"),
    ("sleep", "infinity"),
}
# Calls that serve until they are stopped, where a program makes them when it is run: Pluto, HTTP.jl, Shiny, Flask and Dash, uvicorn, aiohttp, Express.
_SERVES = regex(
    r"(?:\w+ *(?:=|<-) *)?(?:Pluto\.run|HTTP\.(?:serve|listen)|(?:shiny::)?runApp|rmarkdown::run|uvicorn\.run|web\.run_app|\w+\.(?:run_server|serve_forever|run_forever)|app\.run|(?:app|server)\.listen)\("
)
_JUPYTER_QUESTIONS = (
    "--version",
    "--help",
    "--help-all",
    "--generate-config",
    "--show-config",
    "--show-config-json",
    "-h",
)
_JUPYTER_TASKS = frozenset(
    {
        "build",
        "clean",
        "list",
        "stop",
        "password",
        "workspaces",
        "workspace",
        "path",
        "paths",
        "licenses",
        "extension",
        "generate",
    }
)


def server(command: Command) -> str | None:
    """The name of the server that this command runs in the foreground until it is stopped, None when it is none."""
    if "timeout" in command.wrappers:
        return None
    words = subcommand(command)
    name = words[0]
    if name in _SERVERS:
        quiet = _SERVERS[name]
        if name == "redis-server":
            return None if "yes" in command.values else name
        if name == "supervisord":
            return name if command.has("-n", "--nodaemon") else None
        return (
            None if command.has(*quiet, "--version", "--help") or (quiet and set(command.values) & set(quiet)) else name
        )
    if words[:2] == ("jupyter", "lab") or words[:2] == ("jupyter", "notebook") or words[:2] == ("jupyter", "server"):
        if set(words[2:3]) & _JUPYTER_TASKS or command.has(*_JUPYTER_QUESTIONS):
            return None
        return " ".join(words[:2])
    if name == "tail" and command.has("-f", "-F", "--follow"):
        return "tail -f"
    if words[:2] in _SERVER_COMMANDS and not command.has("--help", "--version"):
        if words[:2] == ("docker", "compose"):
            return None
        return " ".join(words[:2])
    return name if words[:1] in _SERVER_COMMANDS else None


def serves(code: str) -> bool:
    """Whether a program of Python, Julia, R or JavaScript ends up serving: a call outside of its functions does."""
    above, _, below = code.partition("if __name__")
    lines = [*above.splitlines(), *(line.strip() for line in below.splitlines())]
    return any(_SERVES.match(part) for line in lines for part in re.split(r";\s*", line))
