"""badge-port-without-server: A launch link opens a port on which nothing listens."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.launch.interfaces import is_proxy_in_doubt
from binderlint.facts.launch.refs import Opened, opened_urlpaths
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
        if build_plan(repo).start:
            return
        for target in targets:
            found = _PORT.match(target.decoded.lstrip("/"))
            if found and not is_proxy_in_doubt(repo) and not _has_extension(repo):
                yield self.at(
                    target.value,
                    f"Nothing listens on port {found[1]}: there is no `start` script that starts a server there, so visitors get an error",
                    help=f'Start the server in `start`, in the background (`... --port {found[1]} &`), before `exec "$@"`',
                )


def _has_extension(repo: Snapshot) -> bool:
    """Whether a file of the repository is an extension of Jupyter's server, which may start another one."""
    return any(b"load_jupyter_server_extension" in one.data for one in repo.files if one.path.endswith(".py"))


_PORT = regex(r"proxy/(?:absolute/)?(?:(?:localhost|127\.0\.0\.1):)?(\d{2,5})(?:[/?#]|$)")
