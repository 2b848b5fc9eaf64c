"""Online: asks the host of a repository which branches and tags it has, where the clone does not know. The only module that uses the web.

The answer is git's own (gitprotocol-http, `info/refs`), which hosts give without a key and without counting requests. Nothing of the user
is sent: no credentials, no cookies. What is asked and answered has a bound in time, in size and in redirects.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from binderlint.git import Git
from binderlint.outside.dotgit import is_ref_name
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    import requests

HOSTS = {"gh": "https://github.com", "gl": "https://gitlab.com"}


class Limits(NamedTuple):
    """What the host's answer may take."""

    seconds: float = 30
    """From the question to the last byte."""
    size: int = 50_000_000
    """Bytes; a repository with half a million refs needs 30 MB."""
    redirects: int = 5


class OnlineError(Exception):
    """The host did not answer, or not with refs; the message is for the user."""


def with_all_refs(git: Git, limits: Limits = Limits()) -> Git:  # noqa: B008 (a tuple)
    """What git knows, with every branch and tag of the origin. Unchanged where the origin is unknown or the refs are known already.

    Raises OnlineError. A host that does not answer says nothing about the repository.
    """
    provider, _, name = git.origin.partition("/")
    if git.complete or provider not in HOSTS:
        return git
    try:
        refs, default = read_refs(read_web(f"{HOSTS[provider]}/{name}.git/info/refs?service=git-upload-pack", limits))
        if not refs:
            raise OnlineError("its answer is not that of a git server")
    except OnlineError as error:
        host = urlsplit(HOSTS[provider]).hostname
        raise OnlineError(
            f"Could not ask {host} for the branches and tags of {name}: {error}. "
            "Launch links to this repository were checked against this clone only"
        ) from error
    return git._replace(refs=git.refs | refs, default_branch=default or git.default_branch, complete=True)


def read_web(address: str, limits: Limits = Limits()) -> bytes:  # noqa: B008 (a tuple)
    """The answer at an address. Raises OnlineError. The time-outs of a socket are for one piece, so the whole has a thread that may be left behind."""
    import threading

    answers: list[bytes | OnlineError] = []

    def ask() -> None:
        try:
            answers.append(_get(address, limits))
        except OnlineError as error:
            answers.append(error)
        except Exception as error:  # nothing that a server sends ends the run
            answers.append(OnlineError(f"its answer cannot be read ({type(error).__name__})"))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(limits.seconds)
    if not answers:
        raise OnlineError(f"it took longer than {limits.seconds:g} seconds")
    if isinstance(answers[0], OnlineError):
        raise answers[0]
    return answers[0]


def _get(address: str, limits: Limits) -> bytes:
    import requests
    from urllib3.exceptions import HTTPError

    with requests.Session() as session:
        session.auth = _nobody
        for _ in range(limits.redirects + 1):
            try:
                answer = session.get(
                    address,
                    stream=True,
                    allow_redirects=False,
                    timeout=limits.seconds,
                    headers={"Accept-Encoding": "identity"},
                )
                if answer.is_redirect:
                    target = urljoin(address, answer.headers["location"])
                    if urlsplit(target).scheme not in ("https", urlsplit(address).scheme):
                        raise OnlineError("it redirects to an address without https")
                    address = target
                    continue
                if answer.status_code in (401, 404):  # which of them, says the host's policy
                    raise OnlineError("it has no public repository of this name")
                if answer.status_code != 200:
                    raise OnlineError(f"it answers with the HTTP status {answer.status_code}")
                return _body(answer, limits.size)
            except requests.exceptions.SSLError as error:
                raise OnlineError("its certificate is not valid here") from error
            except requests.Timeout as error:
                raise OnlineError(f"it took longer than {limits.seconds:g} seconds") from error
            except (requests.RequestException, HTTPError, OSError, ValueError) as error:
                raise OnlineError("no connection") from error
    raise OnlineError("it redirects again and again")


def _body(answer: requests.Response, limit: int) -> bytes:
    """What is sent, as it is sent: no server can make much of little by compressing it."""
    pieces: list[bytes] = []
    size = 0
    while piece := answer.raw.read(65_536, decode_content=False):
        size += len(piece)
        if size > limit:
            raise OnlineError(f"its answer is larger than {limit:,} bytes")
        pieces.append(piece)
    return b"".join(pieces)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No credentials. Without any `auth`, requests looks into ~/.netrc."""
    return request


def read_refs(answer: bytes) -> tuple[frozenset[str], str]:
    """The names of the branches and tags in an answer in pkt-lines, and the default branch."""
    names: set[str] = set()
    default = ""
    for line in _lines(answer):
        ref, _, capabilities = line.partition(b"\0")
        for word in capabilities.split():
            if word.startswith(b"symref=HEAD:refs/heads/"):
                branch = word.removeprefix(b"symref=HEAD:refs/heads/").decode(errors="replace")
                default = branch if is_ref_name(branch) else ""
        name = ref.strip().partition(b" ")[2].decode(errors="replace")
        for prefix in ("refs/heads/", "refs/tags/"):
            if name.startswith(prefix) and is_ref_name(name):
                names.add(name.removeprefix(prefix))
    return frozenset(names), default


def _lines(answer: bytes) -> list[bytes]:
    """The payloads of pkt-lines: four hexadecimal digits of length, then the line; 0000 parts sections."""
    lines, offset = [], 0
    while offset + 4 <= len(answer):
        try:
            length = int(answer[offset : offset + 4], 16)
        except ValueError:
            return []
        if length > 4:
            lines.append(answer[offset + 4 : offset + length])
        offset += max(length, 4)
    return lines
