"""badge-port-without-server: A launch link opens a port on which nothing listens."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.launch.interfaces import is_proxy_in_doubt
from binderlint.facts.launch.refs import Opened, opened_urlpaths
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class BadgePortWithoutServer(Rule):
    code = "LNK027"
    severity = Severity.ERROR
    level = Level.RUN
    needs_git = True

    @about(opened_urlpaths)
    def check(self, repo: Snapshot, targets: tuple[Opened, ...]) -> Iterator[Diagnostic]:
        ports = _ports(repo)
        if ports is None:
            return
        for target in targets:
            found = _PORT.match(target.decoded.lstrip("/"))
            if (
                found
                and found[1] not in (*ports, _JUPYTERS)
                and not is_proxy_in_doubt(repo)
                and not _has_extension(repo)
            ):
                if ports:
                    cause = f"`start` starts its server on port {' and '.join(sorted(ports))}"
                elif build_plan(repo).start:
                    cause = "`start` starts no server"
                else:
                    cause = "there is no `start` script that starts a server there"
                yield self.at(
                    target.value,
                    f"Nothing listens on port {found[1]}: {cause}, so visitors get an error",
                    help="Use one port in both places"
                    if ports
                    else f'Start the server in `start`, in the background (`... --port {found[1]} &`), before `exec "$@"`',
                )


def _ports(repo: Snapshot) -> frozenset[str] | None:
    """The ports of the servers that start starts; None where it may start others."""
    script = start_script(repo)
    if script is None:
        return None if build_plan(repo).start else frozenset()
    if script.shell is None or script.shell.broken:
        return None
    found = set[str]()
    for command in script.executed:
        if command.name in _QUIET or command.words[0].raw.startswith(('"$@', "$@", '"${@')):
            continue
        port = _GIVEN.search(" ".join(command.values))
        if port is None:
            return None
        found.add(port[1])
    return frozenset(found)


def _has_extension(repo: Snapshot) -> bool:
    """Whether a file of the repository is an extension of Jupyter's server, which may start another one."""
    return any(b"load_jupyter_server_extension" in one.data for one in repo.files if one.path.endswith(".py"))


# Commands that start no server.
_QUIET = frozenset(
    {
        "exec",
        "export",
        "set",
        "echo",
        "printf",
        "cd",
        "cp",
        "mv",
        "rm",
        "mkdir",
        "ln",
        "chmod",
        "touch",
        "sed",
        "sleep",
        "test",
        "[",
    }
)
_GIVEN = regex(r"(?:^|\s)--port[ =](\d{2,5})(?!\S)")
_JUPYTERS = "8888"  # the port of the session itself
_PORT = regex(r"proxy/(?:absolute/)?(?:(?:localhost|127\.0\.0\.1):)?(\d{2,5})(?:[/?#]|$)")
