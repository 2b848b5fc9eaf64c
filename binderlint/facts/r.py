"""R: the calls in a piece of R code, and the packages that install.R asks for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.environment.mapping import conda_specs
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.plan import Status
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Span, Text
from binderlint.values import NamedTuple

# Comments, strings (raw ones too), names with their package, brackets.
_TOKEN = regex(
    r"(?P<comment>#[^\n]*)"
    r"|(?P<raw>[rR](?P<q>[\"'])(?P<dash>-*)[(\[{].*?[)\]}](?P=dash)(?P=q))"
    r"|(?P<string>\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
    r"|(?P<name>(?:[A-Za-z.][\w.]*:::?)?[A-Za-z.][\w.]*)"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<comma>,)",
    re.DOTALL,
)
_GITHUB = regex(r"(?:github::)?[\w.-]+/([\w.-]+?)(?:/[^@#]*)?(?:[@#].*)?$")


# Comments before an argument.
_COMMENTS = regex(r"(?:\s*#[^\n]*(?:\n|$))+")


class Argument(NamedTuple):
    """An argument of a call: its name (empty without one), what it holds as written, and where."""

    name: str
    text: Text

    @property
    def strings(self) -> list[Text]:
        """The strings in it, without their quotes."""
        return list(strings(self.text))


class Call(NamedTuple):
    """A call of a function: its name without the package, the name as written, its arguments, and the whole."""

    name: str
    written: Text
    arguments: tuple[Argument, ...]
    text: Text

    def argument(self, name: str) -> Argument | None:
        return next((one for one in self.arguments if one.name == name), None)


class _Token(NamedTuple):
    kind: str
    start: int
    end: int


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or ""
        if kind in ("q", "dash"):
            kind = "raw"
        if kind != "comment":
            yield _Token(kind, found.start(), found.end())


def _text(source: Source, start: int, end: int) -> Text:
    return Text(source.text[start:end], Place(source, Span(start, end)))


_DEEPEST = 50  # brackets within brackets, in which calls are told: nobody writes more


class _Open(NamedTuple):
    """A call whose bracket is open: the token of its name, where its current argument begins, and those before it."""

    name: _Token
    begin: list[int]
    arguments: list[Argument]


def calls(source: Source) -> list[Call]:
    """Every call in R code, outer ones first; comments and strings hold none."""
    found: list[Call] = []
    brackets: list[_Open | None] = []
    before: _Token | None = None
    for token in _tokens(source.text):
        inner = brackets[-1] if brackets else None
        if token.kind == "open":
            called = before if before and _is_called(source, before, token) and len(brackets) < _DEEPEST else None
            brackets.append(_Open(called, [token.end], []) if called else None)
        elif token.kind in ("close", "comma") and inner:
            inner.arguments.extend(_argument(source, inner.begin[0], token.start))
            inner.begin[0] = token.end
        if token.kind == "close" and brackets:
            brackets.pop()
            found += [_call(source, inner, token.end)] if inner else []
        before = token
    found += [_call(source, one, len(source.text)) for one in brackets if one]
    return sorted(found, key=lambda call: call.written.place.span.start)


def _is_called(source: Source, name: _Token, bracket: _Token) -> bool:
    gap = source.text[name.end : bracket.start]
    return name.kind == "name" and source.text[bracket.start] == "(" and not gap.strip()


def _call(source: Source, one: _Open, end: int) -> Call:
    written = _text(source, one.name.start, one.name.end)
    return Call(written.rpartition(":")[2], written, tuple(one.arguments), _text(source, one.name.start, end))


def _argument(source: Source, start: int, end: int) -> list[Argument]:
    text = _text(source, start, end)
    comments = _COMMENTS.match(text)
    text = text.part(comments.end() if comments else 0, len(text)).trimmed()
    if not text:
        return []
    found = re.match(r"([\w.]+)\s*=(?!=)\s*", text)
    return [Argument(found[1], text.part(found.end(), len(text)))] if found else [Argument("", text)]


def strings(text: Text) -> Iterator[Text]:
    """The plain strings in a piece of code, without their quotes."""
    for token in _tokens(text):
        if token.kind == "string":
            yield text.part(token.start + 1, token.end - 1)


# Functions that install packages, and the names of their arguments that give the packages.
INSTALLERS = frozenset(
    {
        "install.packages",
        "install_github",
        "install_gitlab",
        "install_version",
        "install_cran",
        "install_bioc",
        "pkg_install",
        "pak",
        "biocLite",
    }
)


def installs(source: Source) -> list[Call]:
    """The calls that install packages."""
    return [
        call
        for call in calls(source)
        if call.name in INSTALLERS or (call.name == "install" and call.written.startswith(("BiocManager:", "renv:")))
    ]


# What the package that installs those of Bioconductor was called until 2018: R 4 cannot install it.
OLD_INSTALLER = "BiocInstaller"


class Asked(NamedTuple):
    """What a call that installs packages is given: the strings in it, and whether that is all of it."""

    strings: tuple[Text, ...]
    is_all: bool


def asked(source: Source) -> list[Asked]:
    """What the calls that install packages are given, in their argument or in a variable that is `c("a", "b")`."""
    vectors = _vectors(source)
    found: list[Asked] = []
    for call in installs(source):
        given = next((one.text for one in call.arguments if one.name in _GIVES_PACKAGES), None)
        given = vectors.get(given, given) if given else None
        found.append(Asked(tuple(strings(given)), _is_of_strings(given)) if given else Asked((), is_all=False))
    return found


_GIVES_PACKAGES = ("", "pkgs", "pkg", "repo", "package")
# A value for a variable or for a part of it; arguments with a name too.
_ASSIGNED = regex(r"([A-Za-z.][\w.]*)(?:\[[^\]\n]*\])*[ \t]*(?:<<?-|=(?!=))|->>?[ \t]*([A-Za-z.][\w.]*)")
_ASSIGNS = regex(r"([A-Za-z.][\w.]*)[ \t]*(?:<-|=)[ \t]*$")


def _vectors(source: Source) -> dict[str, Text]:
    """The variables that get a value once, which is `c(...)` of strings, and that value."""
    times = Counter(found[1] or found[2] for found in _ASSIGNED.finditer(source.text))
    found: dict[str, Text] = {}
    for call in calls(source):
        if call.name == "c" and _is_of_strings(call.text):
            start = call.text.place.span.start
            assigns = _ASSIGNS.search(source.text, source.text.rfind("\n", 0, start) + 1, start)
            if assigns and times[assigns[1]] == 1:
                found[assigns[1]] = call.text
    return found


def _is_of_strings(text: Text) -> bool:
    """Whether a value is a string or `c(...)` of nothing but strings."""
    tokens = list(_tokens(text))
    return {one.kind for one in tokens} <= {"string", "comma", "open", "close", "name"} and all(
        text[one.start : one.end] == "c" for one in tokens if one.kind == "name"
    )


def packages(source: Source) -> list[Text]:
    """The packages that are installed by name."""
    found: list[Text] = []
    for one in asked(source):
        for name in one.strings:
            if re.fullmatch(r"[A-Za-z][A-Za-z0-9.]*", name):
                found.append(name)
            elif hosted := _GITHUB.match(name):
                found.append(name.part(*hosted.span(1)))
    return found


def install_script(repo: Snapshot) -> Source | None:
    """install.R, if repo2docker runs it."""
    return used_file(repo, "install.R") if build_plan(repo).buildpack == Buildpack.R else None


def conda_installs_r(repo: Snapshot) -> bool:
    """Whether environment.yml installs R."""
    return any(spec.key == "r" or spec.key.startswith("r-") for spec in conda_specs(repo))


_LIVE = regex(
    r"https?://(?:cloud\.r-project\.org|cran\.r-project\.org|cran\.rstudio\.(?:com|org)|cran\.(?:us|uk|ca|ma|mirror)[\w.-]*|"
    r"(?:packagemanager\.(?:posit|rstudio)\.com?|p3m\.dev)/(?:cran|all)/(?:__linux__/\w+/)?latest)\b"
)


def is_live_cran(address: str) -> bool:
    """Whether an address is that of today's CRAN, and not of one day."""
    return _LIVE.match(address) is not None


def installs_of_today(repo: Snapshot) -> bool:
    """Whether install.R takes all that it installs with `install.packages` from today's CRAN, whatever runtime.txt says."""
    source = install_script(repo)
    found = [call for call in calls(source) if call.name == "install.packages"] if source else []
    chosen = [list(argument.strings) if (argument := call.argument("repos")) else [] for call in found]
    return bool(chosen) and all(any(map(is_live_cran, texts)) for texts in chosen)


_BINARIES = regex(r"__linux__/(xenial|bionic|focal|jammy)\b")
_UBUNTU = {"xenial": "16.04", "bionic": "18.04", "focal": "20.04", "jammy": "22.04"}


@fact
def foreign_binaries(repo: Snapshot) -> tuple[tuple[Text, str], ...]:
    """The names of other Ubuntus for which install.R, the scripts and what they use get packages of R that are compiled, each with its number."""
    plan = build_plan(repo)
    if not plan.transparent:
        return ()
    found = []
    for use in plan.files:
        source = repo.get(use.path) if use.status is not Status.IGNORED else None
        if source and source.path == use.path and b"__linux__/" in source.searchable:
            for name in _BINARIES.finditer(source.prose):
                if not _is_comment(source, name.start()):
                    found.append((source.slice(*name.span(1)), _UBUNTU[name[1]]))
    return tuple(found)


def _is_comment(source: Source, at: int) -> bool:
    """Whether a place is in a comment of R or the shell."""
    start = source.text.rfind("\n", 0, at) + 1
    return source.text[start:at].lstrip().startswith("#")
