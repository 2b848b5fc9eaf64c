"""Online: asks the host of a repository which branches and tags it has, where the clone does not know. The only module that uses the web.

The answer is git's own (gitprotocol-http, `info/refs`), which hosts give without a key and without counting requests.
"""

from __future__ import annotations

from binderlint.outside.git import Git

HOSTS = {"gh": "https://github.com", "gl": "https://gitlab.com"}
TIMEOUT = 10  # seconds


class OnlineError(Exception):
    """The host did not answer, or not with refs; the message is for the user."""


def with_all_refs(git: Git) -> Git:
    """What git knows, with every branch and tag of the origin. Unchanged where the origin is unknown or the refs are known already.

    Raises OnlineError. A host that does not answer says nothing about the repository.
    """
    provider, _, name = git.origin.partition("/")
    if git.complete or provider not in HOSTS:
        return git
    import requests

    address = f"{HOSTS[provider]}/{name}.git/info/refs"
    try:
        answer = requests.get(address, params={"service": "git-upload-pack"}, timeout=TIMEOUT)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise OnlineError(f"{HOSTS[provider]} does not tell the branches of {name}: {error}") from error
    refs, default = read_refs(answer.content)
    if not refs:
        raise OnlineError(f"{address} answers, but not as git does")
    return git._replace(refs=git.refs | refs, default_branch=default or git.default_branch, complete=True)


def read_refs(answer: bytes) -> tuple[frozenset[str], str]:
    """The names of the branches and tags in an answer in pkt-lines, and the default branch."""
    names: set[str] = set()
    default = ""
    for line in _lines(answer):
        ref, _, capabilities = line.partition(b"\0")
        for word in capabilities.split():
            if word.startswith(b"symref=HEAD:refs/heads/"):
                default = word.removeprefix(b"symref=HEAD:refs/heads/").decode(errors="replace")
        name = ref.strip().partition(b" ")[2].decode(errors="replace")
        for prefix in ("refs/heads/", "refs/tags/"):
            if name.startswith(prefix) and not name.endswith("^{}"):
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
