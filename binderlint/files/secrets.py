"""Secrets: tokens that can be told for certain, by their prefix and, where they have one, their checksum; and private keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from binderlint.source import Source, Text

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Secret(NamedTuple):
    """What kind of secret stands where. Its text is never to be shown."""

    kind: str
    text: Text


class _Kind(NamedTuple):
    name: str
    pattern: str
    genuine: Callable[[str], bool]


def _checksummed(token: str) -> bool:
    """The last six characters are the CRC-32 of those between the prefix and them (GitHub's and npm's tokens)."""
    import zlib

    body = token.partition("_")[2]
    number, digits = zlib.crc32(body[:-6].encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = _BASE62[digit] + digits
    return digits.rjust(6, "0") == body[-6:]


def _random(token: str) -> bool:
    """Not a sample: many different characters, digits and letters, no `EXAMPLE` and no row of one character."""
    return (
        len(set(token)) >= 12
        and bool(re.search(r"\d", token))
        and not re.search(r"example|sample|your|xxxx|\.\.\.|1234567|abcdef(?!\d)", token, re.IGNORECASE)
        and not re.search(r"(.)\1{4}", token)
    )


_KINDS = (
    _Kind("GitHub token", r"gh[pousr]_[A-Za-z0-9]{36}", _checksummed),
    _Kind("GitHub token", r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", _random),
    _Kind("GitLab token", r"glpat-[A-Za-z0-9_-]{20}", _random),
    _Kind("npm token", r"npm_[A-Za-z0-9]{36}", _checksummed),
    _Kind("PyPI token", r"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{60,}", _random),
    _Kind("Hugging Face token", r"hf_[A-Za-z]{34}", lambda token: len(set(token)) >= 18),
    _Kind("Slack token", r"xox[bpars]-\d{10,}-[A-Za-z0-9-]{20,}", _random),
    _Kind("OpenAI key", r"sk-(?:proj-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}", _random),
    _Kind("Anthropic key", r"sk-ant-api03-[A-Za-z0-9_-]{93}AA", _random),
    _Kind("SendGrid key", r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", _random),
    _Kind("Stripe key", r"[rs]k_live_[A-Za-z0-9]{24,}", _random),
    _Kind("DigitalOcean token", r"do[opr]_v1_[a-f0-9]{64}", _random),
    _Kind(
        "AWS secret key",
        r"(?i:aws_secret_access_key|aws_secret_key|secretaccesskey)[\"']?\s*[:=]\s*\\?[\"']?(?P<aws>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
        _random,
    ),
)
_HINT = re.compile(
    rb"gh[pousr]_|github_pat_|glpat-|npm_|pypi-AgE|hf_|xox[bpars]-|sk-|SG\.|k_live_|_v1_|(?i:secret_?(?:access_?)?key)|PRIVATE KEY-----"
)
_KEY = re.compile(r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY(?: BLOCK)?-----(?=\s|\\n|$)")
_CREDENTIALS = re.compile(
    r"https?://(?:[^\s/:@\"'$<{]+:(?P<word>[^\s/:@\"'$<{]{6,})|(?P<only>[A-Za-z0-9_-]{20,}))@(?!localhost|127\.)[\w.-]+\.\w+"
)


@cache
def _pattern() -> re.Pattern[str]:
    groups = "|".join(f"(?P<k{number}>{kind.pattern})" for number, kind in enumerate(_KINDS))
    return re.compile(rf"(?<![A-Za-z0-9_-])(?:{groups})(?![A-Za-z0-9_])")


def tokens(text: Text) -> Iterator[Secret]:
    """The secrets in a text."""
    for found in _pattern().finditer(text):
        kind = next(kind for number, kind in enumerate(_KINDS) if found[f"k{number}"])
        start, end = found.span("aws") if found["aws"] else found.span()
        if kind.genuine(text[start:end]):
            yield Secret(kind.name, text.part(start, end))


def credentials(source: Source) -> Iterator[Secret]:
    """Passwords and tokens in addresses (`https://user:password@host`), outside of comments; variables and placeholders are none."""
    for line in source.lines():
        if line.lstrip().startswith("#"):
            continue
        for found in _CREDENTIALS.finditer(line):
            group = "word" if found["word"] else "only"
            if not re.search(r"pass(?:word|wd)?$|token$|secret|your|xxx|\*\*\*|example", found[group], re.IGNORECASE):
                yield Secret("password", line.part(*found.span(group)))


def private_keys(source: Source) -> Iterator[Text]:
    """The headers of private keys that are followed by a key."""
    for found in _KEY.finditer(source.text):
        body = source.text[found.end() : found.end() + 400].replace("\\n", "\n")
        if re.search(r"^[A-Za-z0-9+/=]{40,}", body.replace("\r", ""), re.MULTILINE):
            yield source.slice(*found.span())


def may_hold(data: bytes) -> bool:
    """Whether a file is worth a closer look."""
    return bool(_HINT.search(data)) and b"\0" not in data[:1000]


def masked(line: str) -> str:
    """A line to show, with every secret in it made unreadable; as long as before."""
    text = Text(line, Source("", b"").place())
    spans = [found.text.place.span for found in tokens(text)]
    spans += [found.span("word" if found["word"] else "only") for found in _CREDENTIALS.finditer(line)]  # type: ignore[misc]
    for start, end in spans:
        line = line[:start] + "*" * (end - start) + line[end:]
    return line
