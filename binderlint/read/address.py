"""Launch addresses: what BinderHub makes of a URL, cut into parts that together are the URL again."""

from __future__ import annotations

import re
from urllib.parse import unquote

from binderlint.data import rows
from binderlint.git import hosted_name
from binderlint.pattern import regex
from binderlint.source import Text
from binderlint.values import Enum, NamedTuple

# The prefixes of BinderHub's repository providers (binderhub/app.py, repo_providers).
PROVIDERS = frozenset({"gh", "gl", "git", "gist", "zenodo", "figshare", "hydroshare", "dataverse", "ckan", "swh"})
# Providers whose spec is `repository/ref`; the others name one state of a data set, or (gist) need no ref.
WITH_REF = frozenset({"gh", "gl", "git"})
HOSTED = frozenset({"gh", "gl"})
PATH_PARAMETERS = (
    "labpath",
    "filepath",
    "urlpath",
)  # in the order in which BinderHub takes them (binderhub-client, spec.js)

MYBINDER = "mybinder.org"
DEAD_HOSTS = {host: why for host, why, _ in rows("dead_hosts.tsv")}
"""BinderHubs that are no more, and what became of them."""
MEMBER_HOSTS = frozenset({"2i2c.mybinder.org", "gesis.mybinder.org", "bids.mybinder.org", "notebooks.gesis.org"})
LEGACY_HOSTS = frozenset({"beta.mybinder.org", "static.mybinder.org"})
KNOWN_HOSTS = frozenset({MYBINDER, *DEAD_HOSTS, *MEMBER_HOSTS, *LEGACY_HOSTS})


class Route(Enum):
    """What BinderHub answers at an address with."""

    LAUNCH = "a launch: /v2/<provider>/<spec>"
    LEGACY = "a launch in the form of the first BinderHub: /repo/<user>/<repo>"
    SESSION = "a running server of one visitor"
    BADGE = "an image for a badge"
    HOME = "the form on the front page"
    OTHER = "something else, or nothing"


class Parameter(NamedTuple):
    """A query parameter as written: `?` or `&`, the name, `=` and the value."""

    lead: str
    name: str
    equals: str
    value: str

    @property
    def decoded(self) -> str:
        return decoded(self.value)


class Address(NamedTuple):
    """The parts of a launch URL as they are written. Each is a `Text` where the URL is one, and then knows its place."""

    scheme: str
    colon: str
    host: str
    port: str
    base: str
    """The path a hub lives under: `/binder`, and what stands before the route by mistake, such as a second slash."""
    lead: str
    """`/v2/` or `/repo/`, else the rest of the path."""
    provider: str
    slash: str
    repo: str
    """`owner/name`; for other providers what they take for a repository: an encoded URL, a DOI, an identifier."""
    gap: str
    ref: str
    query: tuple[Parameter, ...]
    fragment: str
    route: Route

    def __str__(self) -> str:
        """The URL, character for character as it was."""
        return "".join((*self[:11], *("".join(parameter) for parameter in self.query), self.fragment))

    @property
    def hub(self) -> str:
        """The host in lower case."""
        return self.host.lower()

    @property
    def owner_and_name(self) -> str:
        """The repository in lower case, decoded, without `.git`."""
        return decoded(self.repo).lower().removesuffix(".git")

    @property
    def identity(self) -> str:
        """The repository as `gh/owner/name` or `gl/group/name` in lower case; empty for one that is hosted elsewhere."""
        if self.route is Route.LEGACY:
            return f"gh/{self.owner_and_name}"
        if self.provider == "git":
            return hosted_name(decoded(self.repo)).lower()
        if self.provider not in HOSTED:
            return ""
        pasted = web_address(f"{self.repo}{self.gap}{self.ref}")
        name = f"{pasted[1]}/{pasted[2]}".lower().removesuffix(".git") if pasted else self.owner_and_name
        return f"{self.provider}/{name}"

    @property
    def branch(self) -> str:
        """The ref, decoded, without the slash that BinderHub drops at its end."""
        return unquote(_unescaped(self.ref)).rstrip("/")

    def parameter(self, name: str) -> Parameter | None:
        return next((parameter for parameter in self.query if parameter.name == name), None)

    @property
    def target(self) -> Parameter | None:
        """The parameter that says what opens: the one that BinderHub takes when there are several, even when it is empty."""
        return next((found for name in PATH_PARAMETERS if (found := self.parameter(name))), None)

    @property
    def opens(self) -> tuple[str, str]:
        """The user interface and the path in it, decoded: `("lab/tree", "notebooks/a.ipynb")`; two empty strings without a target."""
        target = self.target
        if target is None:
            return "", ""
        if target.name == "labpath":
            return "doc/tree", _before_query(target.decoded)
        if target.name == "filepath":
            return "tree", _before_query(target.decoded)
        path = target.decoded.lstrip("/")
        found = _INTERFACE.match(path)
        # What is in `urlpath` is itself an address, so its path may be encoded a second time.
        return (found[1].lower().rstrip("/"), unquote(found[2])) if found else (path, "")


# The address of a repository's page, which has been pasted in the place of `owner/name`.
_WEB_ADDRESS = regex(
    r"(?:https?(?::|%3A)(?:/|%2F){1,2})?(?:www\.)?(?:github|gitlab)\.com(?:/|%2F)([^/%]+)(?:/|%2F)([^/%]+)((?:/.*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_SPLIT = regex(r"(https?)(://)([^/?#:\s]*)((?::\d*)?)([^?#]*)((?:\?[^#]*)?)((?:\#.*)?)", re.IGNORECASE | re.DOTALL)
_V2 = regex(r"(.*?)(/v2/)([^/]*)(/?)(.*)", re.DOTALL)
_REPO = regex(r"(.*?)(/repo/)([^/]+/[^/]+)(/?)(.*)", re.DOTALL)
_TWO = regex(r"([^/]*(?:/[^/]*)?)(/?)(.*)", re.DOTALL)
_ONE = regex(r"([^/]*)(/?)(.*)", re.DOTALL)
_PARAMETER = regex(r"(\?|&amp;|&)((?:(?!&|=).)*)(=?)((?:(?!&).)*)", re.DOTALL)
_SESSION = regex(r"/user/[^/]+(?:/|$)")
_VISIT = regex(r"/user/[\w.-]+-[a-z0-9]{8}(?:/|$)")
_BADGE = regex(r"/(?:[^?#]*/)?(?:binder[-_])?(?:badge|logo)[^/]*\.(?:svg|png)$", re.IGNORECASE)
_INTERFACE = regex(
    r"((?:lab/workspaces/[^/]+/tree|lab/tree|doc/tree|retro/(?:tree|notebooks|edit)|nbclassic/(?:tree|notebooks|edit)|tree|notebooks|edit|apps|voila/render|panel|nteract/edit)(?:/|$))([^?#]*)",
    re.DOTALL,
)


def parse_address(url: str) -> Address | None:
    """The parts of a URL, None when it is not one of a BinderHub: of a host we know, or with a path `/v2/<provider>/`."""
    found = _SPLIT.fullmatch(url)
    if not found:
        return None
    start, end = found.span(5)
    host, path = found[3].lower(), found[5]
    parts = _path_parts(host, path)
    if parts is None:
        return None
    route, lengths = parts
    cuts, offset = [], start
    for length in lengths:
        cuts.append((offset, offset + length))
        offset += length
    assert offset == end
    query = tuple(
        Parameter(*(_cut(url, *piece.span(group)) for group in (1, 2, 3, 4)))
        for piece in _PARAMETER.finditer(url, *found.span(6))
    )
    scheme, colon, name, port = (_cut(url, *found.span(group)) for group in (1, 2, 3, 4))
    base, lead, provider, slash, repo, gap, ref = (_cut(url, *cut) for cut in cuts)
    fragment = _cut(url, *found.span(7))
    return Address(scheme, colon, name, port, base, lead, provider, slash, repo, gap, ref, query, fragment, route)


def _before_query(path: str) -> str:
    """A path up to `?` or `#`, which `encodeURI` leaves as they are (binderhub-client, lib/spec.js)."""
    return re.split("[?#]", path, maxsplit=1)[0]


def _cut(url: str, start: int, end: int) -> str:
    return url.part(start, end) if isinstance(url, Text) else url[start:end]


def _path_parts(host: str, path: str) -> tuple[Route, tuple[int, ...]] | None:
    """The route of a path and the lengths of base, lead, provider, slash, repo, gap and ref; None for no BinderHub."""
    known = host in KNOWN_HOSTS or host.endswith((".mybinder.org", ".binder.pangeo.io"))
    found = _V2.fullmatch(path)
    if found and (known or (found[3] in PROVIDERS and found[5] and "." in host)):
        one = found[3] in ("gl", "git", "ckan") or found[3] not in PROVIDERS
        whole = found[3] in ("zenodo", "figshare", "hydroshare", "dataverse", "swh", "ckan")
        spec = (_ONE if one else _TWO).fullmatch(found[5])
        assert spec
        spec_lengths = (len(found[5]), 0, 0) if whole else tuple(len(group) for group in spec.groups())
        return Route.LAUNCH, (*(len(found[group]) for group in (1, 2, 3, 4)), *spec_lengths)
    if not known:
        visit = host.startswith("hub.") and _VISIT.match(path)
        return (Route.SESSION, (0, len(path), 0, 0, 0, 0, 0)) if visit else None
    old = _REPO.fullmatch(path)
    if old:
        return Route.LEGACY, (len(old[1]), len(old[2]), 0, 0, len(old[3]), len(old[4]), len(old[5]))
    if _SESSION.search(path):
        route = Route.SESSION
    elif _BADGE.match(path):
        route = Route.BADGE
    elif path.strip("/") in ("", "binder"):
        route = Route.HOME
    else:
        route = Route.OTHER
    return route, (0, len(path), 0, 0, 0, 0, 0)


def decoded(value: str) -> str:
    """A query value as BinderHub reads it, without the backslashes with which Markdown escapes an underscore: they are in no address that is followed."""
    return unquote(_unescaped(value).replace("+", " "))


_ESCAPED = regex(r"\\(?=[_*~&-])")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub("", text) if "\\" in text else text


_PLACEHOLDER = regex(r"[{}<>\\$|\[\]]|\.\.\.|\u2026|%[sd(]|^:|\*")
_SAMPLE_REF = regex(
    r"(?!HEAD$)[A-Z_]{3,}|(?:your|my)[-_]?(?:branch|tag|ref)(?:[-_]?name)?|branch[-_]?name|tag[-_]?name"
)
_SAMPLE_OWNER = regex(
    r"(?:(?:your|my|the)[-_. ]?)?(?:gi(?:t?hu|tla)b[-_. ]?)?user[-_. ]?(?:name|id)|(?:your|my)[-_. ]?(?:name|org|organi[sz]ation|account|handle|user|github)",
    re.IGNORECASE,
)
_SAMPLE_REPO = regex(r"(?:your|my)[-_. ]?repo(?:sitory)?(?:[-_. ]?name)?|REPO(?:SITORY)?(?:[-_]NAME)?|repo[-_]name")
_SAMPLE_NAME = regex(
    r"(?:(?:your|my|the)[-_. ]?)?(?:gi(?:t?hu|tla)b[-_. ]?)?(?:user(?:[-_. ]?name)?|owner|org(?:ani[sz]ation)?|account|name|repo(?:sitory)?(?:[-_. ]?name)?|project|branch(?:[-_. ]?name)?|ref|tag)|x{3,}|foo|bar|(?:your|my)[-_].*",
    re.IGNORECASE,
)


# One of these is in each of them.
_SAMPLES = ("user", "your", "my", "owner", "org", "account", "name", "repo", "project", "branch", "ref", "tag", "xxx", "foo", "bar")  # fmt: skip


def web_address(text: str) -> re.Match[str] | None:
    """The parts of the address of a repository's page on GitHub or GitLab: the owner, the name, and what follows."""
    return _WEB_ADDRESS.match(text) if ".com" in text.lower() else None


def is_sample_ref(ref: str) -> bool:
    """Whether a ref stands for the reader's own: BRANCH, your-branch."""
    return is_template(ref) or bool(_SAMPLE_REF.fullmatch(ref))


def is_template(part: str) -> bool:
    """Whether a part of a URL is filled in later: a template variable or a placeholder in brackets."""
    return bool(_PLACEHOLDER.search(part))


def is_sample(repo: str) -> bool:
    """Whether `owner/name` stands for the reader's own repository: USER/REPO, your-name/your-repo."""
    owner, _, name = repo.partition("/")
    if is_template(repo):
        return True
    if not any(word in repo.casefold() for word in _SAMPLES):
        return False
    if _SAMPLE_OWNER.fullmatch(owner) or _SAMPLE_REPO.fullmatch(name):
        return True
    return bool(_SAMPLE_NAME.fullmatch(owner) and (not name or _SAMPLE_NAME.fullmatch(name.removesuffix(".git"))))


_PAGES = regex(
    r"rstudio|lab|tree|vscode|shiny(?:/.*)?|proxy/(?:absolute/)?\d+(?:/.*)?|lab/tree/.+|voila/render/.+|git-pull\?.*",
    re.DOTALL,
)


def is_page(path: str) -> bool:
    """Whether a path (without slashes at its ends) is an address of a page of the server, and hardly a file."""
    return _PAGES.fullmatch(path) is not None
