"""HTTP: one request, with a bound in time, size and redirects. Nothing of the user is sent: no credentials, no cookies.

Addresses that a stranger's repository names are asked only where they are public: neither this computer nor a network behind it answers.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from urllib.parse import urljoin, urlsplit

from binderlint.typed import TYPE_CHECKING, Any
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    import requests


class Limits(NamedTuple):
    """What an answer may take."""

    seconds: float = 30
    """From the question to the last byte."""
    size: int = 50_000_000
    """Bytes; the refs of a repository with half a million need 30 MB."""
    redirects: int = 5


class OnlineError(Exception):
    """There is no answer that says anything; the message is for the user."""


class NoSuchHostError(OnlineError):
    """The name of the host is not known, by what this computer is told."""


class Asked(NamedTuple):
    """A request: where, and what is sent along."""

    address: str
    headers: Mapping[str, str] = {}
    json: Any = None
    """A value that is sent with POST; without one it is GET."""
    public: bool = False
    """Only where the host is public: for addresses that a repository names."""
    body: bool = True
    """Whether the content is wanted, too."""


class Reply(NamedTuple):
    """An answer: its status, its headers by their names in lower case, and the content."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def read_web(address: str, limits: Limits = Limits()) -> bytes:  # noqa: B008 (a tuple)
    """The content at an address. Raises OnlineError, also where the answer has another status than 200."""
    reply = ask(Asked(address), limits)
    if reply.status != 200:
        raise OnlineError(f"it answers with the HTTP status {reply.status}")
    return reply.body


def ask(asked: Asked, limits: Limits = Limits()) -> Reply:  # noqa: B008 (a tuple)
    """The reply to a request, whatever its status. Raises OnlineError. The time-outs of a socket are for one piece, so the whole has a thread that may be left behind."""
    import threading

    replies: list[Reply | OnlineError] = []

    def send() -> None:
        try:
            replies.append(_send(asked, limits))
        except OnlineError as error:
            replies.append(error)
        except Exception as error:  # nothing that a server sends ends the run
            replies.append(OnlineError(f"its answer cannot be read ({type(error).__name__})"))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    thread.join(limits.seconds)
    if not replies:
        raise OnlineError(f"it took longer than {limits.seconds:g} seconds")
    if isinstance(replies[0], OnlineError):
        raise replies[0]
    return replies[0]


def _send(asked: Asked, limits: Limits) -> Reply:
    import requests
    from urllib3.exceptions import HTTPError

    address, sent = asked.address, {"Accept-Encoding": "identity", **asked.headers}
    with requests.Session() as session:
        session.auth = _nobody
        if asked.public:
            _guard(session)
        for _ in range(limits.redirects + 1):
            try:
                if asked.public:
                    hold_public(address)
                answer = session.request(
                    "GET" if asked.json is None else "POST",
                    address,
                    json=asked.json,
                    stream=True,
                    allow_redirects=False,
                    timeout=limits.seconds,
                    headers=sent,
                )
                if answer.is_redirect:
                    target = urljoin(address, answer.headers["location"])
                    if urlsplit(target).scheme not in ("https", urlsplit(address).scheme):
                        raise OnlineError("it redirects to an address without https")
                    if urlsplit(target).netloc != urlsplit(address).netloc:
                        sent.pop("Authorization", None)
                    address = target
                    continue
                headers = {name.lower(): value for name, value in answer.headers.items()}
                return Reply(answer.status_code, headers, _body(answer, limits.size if asked.body else 0))
            except requests.exceptions.SSLError as error:
                raise OnlineError("its certificate is not valid here") from error
            except requests.Timeout as error:
                raise OnlineError(f"it took longer than {limits.seconds:g} seconds") from error
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                raise (NoSuchHostError if _is_unknown_host(error) else OnlineError)("no connection") from error
    raise OnlineError("it redirects again and again")


def _is_unknown_host(error: BaseException | None) -> bool:
    """Whether an error came of a name that nobody knows, and not of a name server that does not answer."""
    while error is not None:
        reason = next((one for one in error.args if isinstance(one, BaseException)), None)
        if isinstance(error, socket.gaierror):
            return error.errno in (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
        error = getattr(error, "reason", None) or error.__cause__ or reason
    return False


def _body(answer: requests.Response, limit: int) -> bytes:
    """What is sent, as it is sent: no server can make much of little by compressing it. Empty where nothing is wanted but whether there is something."""
    pieces: list[bytes] = []
    size = 0
    while piece := answer.raw.read(65_536 if limit else 64, decode_content=False):
        if not limit:
            return bytes(piece)
        size += len(piece)
        if size > limit:
            raise OnlineError(f"its answer is larger than {limit:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials. Without any `auth`, requests looks into ~/.netrc."""
    return request


class PrivateError(OnlineError):
    """The address is not public, so it was not asked."""


def hold_public(address: str) -> None:
    """Raise PrivateError for an address whose host is not on the public internet. Where a proxy asks for us, names are its own affair."""
    from ipaddress import ip_address

    import requests

    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    try:
        literal = is_public(str(ip_address(host)))
    except ValueError:
        literal = "." in host and not host.endswith((".local", ".localhost", ".internal", ".lan", ".home.arpa"))
    if parts.scheme not in ("http", "https") or not literal or parts.username is not None:
        raise PrivateError("its address is not public")
    if requests.utils.select_proxy(address, requests.utils.get_environ_proxies(address)):
        return
    try:
        found = socket.getaddrinfo(
            host, parts.port or (443 if parts.scheme == "https" else 80), type=socket.SOCK_STREAM
        )
    except socket.gaierror as error:
        raise (NoSuchHostError if _is_unknown_host(error) else OnlineError)("no connection") from error
    if not all(is_public(str(one[4][0])) for one in found):
        raise PrivateError("its address is not public")


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, not of a computer, a local network or a cloud's own services."""
    from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

    parsed = ip_address(address.partition("%")[0])
    if isinstance(parsed, IPv6Address):
        inner = parsed.ipv4_mapped or parsed.sixtofour or (parsed.teredo[1] if parsed.teredo else None)
        if parsed in IPv6Network("64:ff9b::/96"):  # NAT64
            inner = IPv4Address(parsed.packed[-4:])
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return parsed.is_global and not parsed.is_multicast


def _guard(session: requests.Session) -> None:
    """Have a session hold, once it is connected, that the other side is public: a name may lead elsewhere a moment after it was looked up."""
    from requests.adapters import HTTPAdapter
    from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
    from urllib3.connection import HTTPConnection, HTTPSConnection

    def held(connection: Any) -> None:
        if connection.proxy is None and connection.sock is not None:
            peer = connection.sock.getpeername()[0]
            if not is_public(peer):
                connection.close()
                raise PrivateError("its address is not public")

    class Plain(HTTPConnection):
        def connect(self) -> None:
            super().connect()
            held(self)

    class Secure(HTTPSConnection):
        def connect(self) -> None:
            super().connect()
            held(self)

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    class Adapter(HTTPAdapter):
        def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
            super().init_poolmanager(*arguments, **named)
            self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": SecurePool}

    for scheme in ("http://", "https://"):
        session.mount(scheme, Adapter())
