"""Visit: asking a server on this computer as the browser of a visitor does, without anything of the user: no proxy, no credentials."""

from __future__ import annotations

import time
from urllib.parse import urljoin, urlsplit

from binderlint.outside.child import Child, elapsed
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    import requests

_REDIRECTS = 5
_PAUSE = 0.2
_SECONDS = 30.0  # of one answer


class Answered(NamedTuple):
    """An answer: its status, 0 where there was none, and the path at which it came in the end."""

    status: int
    path: str


def free_port() -> int:
    """A port of this computer on which nobody listens."""
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def wait_for_server(address: str, child: Child, seconds: float) -> float | None:
    """The seconds until a server answers at an address, with whatever status; None where its process ends or the time is over before."""
    start = time.monotonic()
    while elapsed(start) < seconds:
        if _ask(address, _session()).status:
            return elapsed(start)
        if not child.runs:
            return None
        time.sleep(_PAUSE)
    return None


def visit(address: str) -> Answered:
    """Ask once for an address, following redirects as long as they stay on the server, with its cookies."""
    session = _session()
    for _ in range(_REDIRECTS + 1):
        answer = _ask(address, session)
        if not answer.path:
            return Answered(answer.status, urlsplit(address).path)
        target = urljoin(address, answer.path)
        if urlsplit(target).netloc != urlsplit(address).netloc:
            return Answered(answer.status, target)
        address = target
    return Answered(0, urlsplit(address).path)


def _session() -> requests.Session:
    import requests

    session = requests.Session()
    session.trust_env = False
    return session


def _ask(address: str, session: requests.Session) -> Answered:
    """The status of an answer, and where it leads; its body is not read."""
    import requests

    try:
        with session.get(address, timeout=_SECONDS, allow_redirects=False, stream=True) as answer:
            return Answered(answer.status_code, answer.headers.get("location", "") if answer.is_redirect else "")
    except (requests.RequestException, OSError, ValueError):
        return Answered(0, "")
