"""Secrets: tokens that can be told for certain, by their prefix and, where they have one, their checksum; and private keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from binderlint.pattern import regex
from binderlint.source import Source, Text
from binderlint.values import NamedTuple

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


class Secret(NamedTuple):
    """What kind of secret stands where. Its text is never to be shown."""

    kind: str
    text: Text


class _Kind(NamedTuple):
    name: str
    signs: tuple[str, ...]
    """Texts of which one stands in every such secret: looked for first, since that is fast."""
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
    _Kind("GitHub token", ("ghp_", "gho_", "ghu_", "ghs_", "ghr_"), r"gh[pousr]_[A-Za-z0-9]{36}", _checksummed),
    _Kind("GitHub token", ("github_pat_",), r"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}", _random),
    _Kind("GitLab token", ("glpat-",), r"glpat-[A-Za-z0-9_-]{20}", _random),
    _Kind("npm token", ("npm_",), r"npm_[A-Za-z0-9]{36}", _checksummed),
    _Kind("PyPI token", ("pypi-AgEIcHlwaS5vcmc",), r"pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{60,}", _random),
    _Kind("Hugging Face token", ("hf_",), r"hf_[A-Za-z]{34}", lambda token: len(set(token)) >= 18),
    _Kind("Slack token", ("xox",), r"xox[bpars]-\d{10,}-[A-Za-z0-9-]{20,}", _random),
    _Kind("OpenAI key", ("T3BlbkFJ",), r"sk-(?:proj-)?[A-Za-z0-9_-]{20,}T3BlbkFJ[A-Za-z0-9_-]{20,}", _random),
    _Kind("Anthropic key", ("sk-ant-api03-",), r"sk-ant-api03-[A-Za-z0-9_-]{93}AA", _random),
    _Kind("SendGrid key", ("SG.",), r"SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}", _random),
    _Kind("Stripe key", ("k_live_",), r"[rs]k_live_[A-Za-z0-9]{24,}", _random),
    _Kind("DigitalOcean token", ("_v1_",), r"do[opr]_v1_[a-f0-9]{64}", _random),
    _Kind(
        "Kaggle key",
        ("KAGGLE_KEY", '"username'),
        r"(?:KAGGLE_KEY\\?[\"']?\]?[ \t]*[:=][ \t]*|\"username\\?\"[ \t]*:[ \t]*\\?\"[^\"\\]{1,100}\\?\"[ \t]*,[ \t]*\\?\"key\\?\"[ \t]*:[ \t]*)\\?[\"']?(?P<secret>[0-9a-f]{32})",
        _random,
    ),
    _Kind(
        "AWS secret key",
        ("aws_secret_", "AWS_SECRET_", "ecretAccessKey"),
        r"(?:aws_secret_(?:access_)?key|AWS_SECRET_(?:ACCESS_)?KEY|[sS]ecretAccessKey)\\?[\"']?\s*[:=]\s*\\?[\"']?(?P<secret>[A-Za-z0-9/+]{40})",
        _random,
    ),
)
# The id of a key that AWS gave for some hours (IAM's documentation, on unique identifiers).
_TEMPORARY = regex(r"\bASIA[A-Z0-9]{16}\b")
_KEY = regex(r"-----BEGIN (?:(?:RSA|DSA|EC|OPENSSH|ENCRYPTED|PGP) )?PRIVATE KEY(?: BLOCK)?-----(?=\s|\\n|$)")
_CREDENTIALS = regex(
    r"https?://(?:[^\s/:@\"'$<{]+:(?P<word>[^\s/:@\"'$<{]{6,})|(?P<only>[A-Za-z0-9_-]{20,}))@(?!localhost|127\.)[\w.-]+\.\w+"
)
# Names with which everybody may log in.
_FOR_EVERYBODY = frozenset({"anonymous", "anon", "ftp", "guest", "public"})
_ENCODED = regex(r"https?%3A%2F%2F(?:[^\s/%]+%3A(?P<word>[^\s/%]{6,})|(?P<only>[A-Za-z0-9_-]{20,}))%40", re.IGNORECASE)


def tokens(text: Text) -> Iterator[Secret]:
    """The secrets in a text."""
    for kind in _KINDS:
        if not any(sign in text for sign in kind.signs):
            continue
        for found in re.finditer(kind.pattern, text):
            start, end = found.span("secret" if "secret" in found.re.groupindex else 0)
            before, after = text[found.start() - 1 : found.start()], text[end : end + 1]
            if re.match(r"[A-Za-z0-9_-]", before) and found.start() == start and not _escape(text, start):
                continue
            if not re.match(r"[A-Za-z0-9_/+]", after) and kind.genuine(text[start:end]):
                yield Secret(kind.name, text.part(start, end))


def _escape(text: str, start: int) -> bool:
    r"""Whether the letter before is the end of an escape, as in a notebook's `\n`."""
    return text[max(0, start - 2) : start] in ("\\n", "\\t")


def is_temporary(secret: Secret) -> bool:
    """Whether the id of a key beside it says that AWS gave it for some hours."""
    place = secret.text.place
    return bool(_TEMPORARY.search(place.source.text, max(0, place.span.start - 300), place.span.end + 300))


def is_of_kaggle(secret: Secret) -> bool:
    """Whether a file with a user's name and a key speaks of Kaggle."""
    source = secret.text.place.source
    return "kaggle" in source.path.lower() or "kaggle" in source.text.lower()


_GITHUB = regex(rb"gh[pousr]_")  # one look for five signs
_SIGNS = [sign.encode() for kind in _KINDS[1:] for sign in kind.signs]


def may_hold(data: bytes) -> bool:
    """Whether the bytes of a file are worth a closer look. To look for a sign from the end is faster."""
    return _GITHUB.search(data) is not None or any(data.rfind(sign) >= 0 for sign in _SIGNS)


def credentials(source: Source) -> Iterator[Secret]:
    """Passwords and tokens in addresses (`https://user:password@host`), outside of comments; variables and placeholders are none."""
    for line in source.lines():
        if line.lstrip().startswith("#"):
            continue
        for found in _CREDENTIALS.finditer(line) if "@" in line and "://" in line else ():
            group = "word" if found["word"] else "only"
            if group == "only" and not _random(found[group]):  # a long user name
                continue
            user = found[0].partition("://")[2].partition(":")[0].lower()
            if group == "word" and (user in _FOR_EVERYBODY or found[group].lower() == user):
                continue
            if not re.search(r"pass(?:word|wd)?$|token$|secret|your|xxx|\*\*\*|example", found[group], re.IGNORECASE):
                yield Secret("password", line.part(*found.span(group)))


def private_keys(source: Source) -> Iterator[Text]:
    """The headers of private keys that are followed by a key."""
    for found in _KEY.finditer(source.text):
        body = source.text[found.end() : found.end() + 400].replace("\\n", "\n")
        if re.search(r"^[A-Za-z0-9+/=]{40,}", body.replace("\r", ""), re.MULTILINE):
            yield source.slice(*found.span())


def masked(line: str) -> str:
    """A line to show, with every secret in it made unreadable; as long as before."""
    text = Text(line, Source("", b"").place())
    spans: list[tuple[int, int]] = [found.text.place.span for found in tokens(text)]
    for pattern, sign in ((_CREDENTIALS, "@"), (_ENCODED, "%40")):
        if sign in line and "http" in line.lower():
            spans += [found.span("word" if found["word"] else "only") for found in pattern.finditer(line)]
    for start, end in spans:
        line = line[:start] + "*" * (end - start) + line[end:]
    return line
