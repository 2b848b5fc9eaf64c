"""Requirements files as pip reads them: requirements, options and broken lines, each knowing its place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.cache import remembered
from binderlint.pattern import regex
from binderlint.read import specifiers
from binderlint.read.markers import is_plain, marker_holds
from binderlint.read.text import LINE_ENDS, split_lines
from binderlint.source import Array, Place, Source, Span, Text
from binderlint.values import NamedTuple

PLACEHOLDER = r"0(?:\.0)*(?:\.post\d+)?"
"""A version of zeros: that of a package which only says what the right one is called (`sklearn==0.0`)."""


class Requirement(NamedTuple):
    """One package that pip is asked for.

    `text` is the requirement without its options (`--hash`) and comment, `line` the whole logical line. Of what is not written,
    the text is empty: `name` of a bare URL, `specifier` of a bare name.
    """

    text: Text
    line: Text
    name: Text
    extras: tuple[str, ...]
    specifier: Text
    url: Text | None
    """A URL, a VCS address or a path instead of a version."""
    marker: Text
    options: tuple[str, ...]
    editable: bool
    array: Array | None
    """The list of environment.yml that the requirement is an item of."""

    @property
    def key(self) -> str:
        """The name as package indexes compare it; empty where it is not known without looking into the package."""
        return canonical(self.name)

    @property
    def clauses(self) -> tuple[tuple[str, str], ...]:
        """Operators and versions: `>=1.2, <2` is `((">=", "1.2"), ("<", "2"))`."""
        return tuple((found[1], found[2]) for found in _ANY_CLAUSE.finditer(self.specifier))

    @property
    def pin(self) -> str:
        """The one version that is allowed, empty when there may be others."""
        for operator, version in self.clauses:
            if operator in ("==", "===") and "*" not in version:
                return version
        return ""

    @property
    def lowest(self) -> tuple[str, ...]:
        """The versions below which it lets nothing through."""
        return tuple(version for sign, version in self.clauses if sign in ("==", "===", "~=", ">=", ">"))

    @property
    def project(self) -> str:
        """The name as package indexes compare it, for an address without one that of the repository in it; empty where neither is known."""
        return self.key or repository_name(str(self.url or ""))

    @property
    def hashed(self) -> bool:
        return any(option.startswith("--hash") for option in self.options)

    @property
    def vcs(self) -> bool:
        """Whether it is fetched with git, Mercurial, Subversion or Bazaar."""
        return bool(self.url and _VCS.match(self.url))

    @property
    def remote(self) -> bool:
        """Whether it is fetched from an address, and not from the repository's own files."""
        return bool(self.url and (_VCS.match(self.url) or _SCHEME.match(self.url)) and not self.url.startswith("file:"))

    @property
    def spacy_model(self) -> bool:
        """Whether it is a model of spaCy from its project, one that only needs spaCy."""
        return bool(self.url and _SPACY_MODEL.match(self.url))

    def applies(self, python: str) -> bool:
        """Whether the marker lets pip install it on Binder: Linux, x86-64, CPython of this minor version."""
        return not self.marker or marker_holds(str(self.marker), python)


class Option(NamedTuple):
    """A line that is an option of pip: `-r base.txt` has the long name `--requirement` and the value `base.txt`."""

    line: Text
    name: str
    value: Text


class Invalid(NamedTuple):
    """A line that pip refuses, in the words of `packaging`."""

    line: Text
    message: str


Line = Requirement | Option | Invalid


def canonical(name: str) -> str:
    """A package's name as indexes compare it: `Scikit_Learn` is `scikit-learn`."""
    small = name.lower()
    if "_" in small or "." in small or "--" in small:
        return re.sub(r"[-_.]+", "-", small)
    return small


def repository_name(address: str) -> str:
    """The name of the repository in an address for pip, which is nearly always that of the package in it; empty for other addresses."""
    found = _REPOSITORY.match(address)
    return canonical(found[1] or found[2]) if found else ""


def short(text: str) -> str:
    """A line as a message shows it: its beginning where it is long."""
    return text if len(text) <= 60 else text[:57] + "..."


# -- lines

_CONTINUED = regex(rf"\\{LINE_ENDS}")
_COMMENT = regex(r"(?:^|\s+)#.*$", re.DOTALL)


def read_requirements(source: Source) -> tuple[Line, ...]:
    """The lines of a requirements file; none where it is no text (UTF-16 without a byte order mark)."""
    return tuple(line for text in logical_lines(source) if (line := parse_requirement(text)))


_VIA = regex(r"[ \t]*#[ \t]*via\b([^\n]*(?:\n[ \t]+#[^\n]*)*)|[^\n]*\n[ \t]+#[ \t]*via\b([^\n]*(?:\n[ \t]+#[^\n]*)*)")
_ASKED_FOR = regex(r"-[rc]\s|\.in\b|\.txt\b|\(|pyproject|setup\.|\.ya?ml\b")


def brought_by_others(source: Source) -> Iterator[Requirement]:
    """The packages of a list written by pip-compile or uv that only other packages of it need, as its `# via` comments say."""
    for one in read_requirements(source):
        if isinstance(one, Requirement):
            via = _VIA.match(source.text, one.line.place.span.end)
            if via and not _ASKED_FOR.search(via[1] or via[2] or ""):
                yield one


def logical_lines(source: Source) -> Iterator[Text]:
    """Lines with their continuations and without their comments. A continuation is kept as blanks, so that offsets stay true."""
    if "\0" in source.text:
        return
    start = int(source.has_bom)
    pending: int | None = None
    for line in split_lines(source):
        begin = max(line.place.span.start, start)
        first = begin if pending is None else pending
        is_comment = line.lstrip("\ufeff").lstrip().startswith("#")
        if line.endswith("\\") and not is_comment:
            pending = first
            continue
        pending = None
        yield from _without_comment(source, first, line.place.span.end)
    if pending is not None:
        yield from _without_comment(source, pending, len(source.text))


def _without_comment(source: Source, start: int, end: int) -> Iterator[Text]:
    raw = source.text[start:end]
    if raw.endswith("\\"):
        raw = raw[:-1]
    joined = _CONTINUED.sub(lambda found: " " * len(found.group()), raw)
    text = _COMMENT.sub("", joined)
    if text.strip():
        yield Text(text, Place(source, Span(start, start + len(text)))).trimmed()


def unquoted(item: Text) -> Text:
    """A YAML string whose place is that of its characters, without quotes; a string with escapes is left as it is."""
    written = item.place.text
    if len(written) == len(item) + 2 and written[1:-1] == item:
        start, end = item.place.span
        return Text(item, Place(item.place.source, Span(start + 1, end - 1)))
    return item


# -- one line

_NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
# Versions on which everybody agrees: what matches here need not be asked of `packaging`.
_VERSION = r"\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?(?:\.post\d+)?(?:\.dev\d+)?(?:\+[a-z0-9]+(?:\.[a-z0-9]+)*)?"
_CLAUSE = regex(
    rf"(?:==|!=) *(?:{_VERSION}|\d+(?:\.\d+)*\.\*)|(?:>=|<=|>|<) *\d+(?:\.\d+)*(?:(?:a|b|rc)\d+)?|~= *\d+(?:\.\d+)+",
    re.ASCII,
)
_PROJECT = regex(_NAME)
_PIECES = regex(rf"({_NAME})(\s*\[[^\]]*\])?\s*([^;]*?)\s*(?:;\s*(.*))?$", re.DOTALL)
_ANY_CLAUSE = regex(r"(===|==|!=|~=|>=|<=|>|<)\s*([^\s,()]+)")
_DIRECT = regex(rf"({_NAME})(\s*\[[^\]]*\])?\s*@\s*", re.DOTALL)
# Those of Chinese, Japanese, Korean, Russian and Ukrainian need another package to take words apart, and those made with transformers more.
_SPACY_MODEL = regex(
    r"https://github\.com/explosion/spacy-models/releases/download/(?!zh|ja|ko|ru|uk)[a-z]{2}_[a-z]+_[a-z]+_(?:sm|md|lg)-"
)
_SCHEME = regex(r"[A-Za-z][A-Za-z0-9+.-]+:")
_VCS = regex(r"(?:git|hg|svn|bzr)(?:\+|://|@)", re.IGNORECASE)
_REPOSITORY = regex(
    r"git\+\w+://[^/]+/(?:[^#?/@]+/)*([\w.-]+?)(?:\.git)?/?(?:@[^#]*)?(?:#.*)?$"
    r"|https?://(?:github|gitlab)\.com/[^/]+/([\w.-]+)/(?:-/)?(?:archive|tarball|zipball)/"
)
_EGG = regex(rf"[#&]egg=({_NAME})(\[[^\]&]*\])?")
_ARCHIVE = regex(r"\.(?:whl|zip|tar|tgz|tbz|txz|tlz|tar\.(?:gz|bz2|xz|lz|lzma))$", re.IGNORECASE)
_PER_REQUIREMENT = regex(r" (-.*)$", re.DOTALL)

# Options by every way pip lets them be written.
_OPTIONS = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "--pypi-url": "--index-url",
    "-f": "--find-links",
}


def meant_path(value: str) -> str:
    """The path that an include names, without a `file:` that makes pip look for a relative one in the root of the disk (requirements-local-path)."""
    return re.sub(r"^file:(?![/\\])", "", value)


def parse_requirement(line: Text, array: Array | None = None) -> Line | None:
    """One logical line, as pip understands it."""
    text = line.trimmed() if _verbatim(line) else line
    if not text:
        return None
    if text.startswith("-"):
        option = _option(text)
        if option.name == "--editable" and option.value:
            return _addressed(text, option.value, array, editable=True)
        return option
    options: tuple[str, ...] = ()
    requirement = text
    if found := _PER_REQUIREMENT.search(text):
        options = tuple(found[1].split())
        requirement = _part(text, 0, found.start()) if text[: found.start()].strip() else text
    if is_plain_requirement(requirement):
        return _named(text, requirement, options, array)
    if _DIRECT.match(requirement) or _looks_like_address(requirement):
        return _addressed(text, requirement, array, editable=False, options=options)
    if problem := _problem(str(requirement)):
        return Invalid(text, problem)
    return _named(text, requirement, options, array)


def is_plain_requirement(text: str) -> bool:
    """Whether a requirement is one that everybody understands, so that packaging accepts it: a name, versions, and a plain marker."""
    wanted, semicolon, marker = text.partition(";")
    name = _PROJECT.match(wanted)
    rest = wanted[name.end() :].strip(" ") if name else "?"
    if rest.startswith("["):
        extras, _, rest = rest[1:].partition("]")
        if extras.strip(" ") and not all(_PROJECT.fullmatch(one.strip(" ")) for one in extras.split(",")):
            return False
        rest = rest.lstrip(" ")
    if not specifiers.is_plain(rest) and not all(_CLAUSE.fullmatch(one.strip(" ")) for one in rest.split(",")):
        return False
    return not semicolon or is_plain(marker)


def is_requirement(text: str) -> bool:
    """Whether pip understands a name and versions."""
    return is_plain_requirement(text) or not _problem(text)


def _looks_like_address(text: str) -> bool:
    first = re.split(r"[\s;\[]", text, maxsplit=1)[0]
    return bool(
        re.match(r"[A-Za-z][A-Za-z0-9+.-]*://|(?:git|hg|svn|bzr)\+|file:|[A-Za-z]:[\\/]", first)
        or first.startswith((".", "/", "~/", "git@"))
        or "/" in first
        or _ARCHIVE.search(first)
    )


def _option(text: Text) -> Option:
    if text.startswith("--"):
        found = re.match(r"(--[A-Za-z-]+)(?:\s*=\s*|\s+|$)", text)
    else:
        found = re.match(r"(-[A-Za-z])\s*=?\s*", text)
    if not found:
        return Option(text, str(text), _part(text, len(text), len(text)))
    end = len(text.rstrip())
    start, stop = found.end(), end
    if stop - start >= 2 and text[start] in "\"'" and text[stop - 1] == text[start]:
        start, stop = start + 1, stop - 1
    return Option(text, _OPTIONS.get(found[1], found[1]), _part(text, min(start, stop), stop))


def _named(line: Text, text: Text, options: tuple[str, ...], array: Array | None) -> Requirement:
    found = _PIECES.match(text)
    assert found
    return Requirement(
        _part(text, 0, len(text.rstrip())),
        line,
        _group(text, found, 1),
        _extras(found[2]),
        _group(text, found, 3),
        None,
        _group(text, found, 4),
        options,
        False,
        array,
    )


def _addressed(
    line: Text, text: Text, array: Array | None, *, editable: bool, options: tuple[str, ...] = ()
) -> Requirement:
    """`name @ url`, a URL, or a path."""
    nothing = _part(text, len(text), len(text))
    name, marker, start = nothing, nothing, 0
    extras: tuple[str, ...] = ()
    if direct := _DIRECT.match(text):
        name, extras, start = _group(text, direct, 1), _extras(direct[2]), direct.end()
    end = len(text.rstrip())
    if separator := re.search(r"\s+;\s*", text[start:end]):  # a URL may hold a semicolon: pip wants a blank before it
        marker = _part(text, start + separator.end(), end)
        end = start + separator.start()
    url = _part(text, start, end)
    if egg := _EGG.search(url):
        name, extras = name or _part(url, egg.start(1), egg.end(1)), extras or _extras(egg[2])
    elif not _SCHEME.match(url) and (found := re.search(r"\[([^\]]*)\]$", url)):
        extras, url = _extras(found[0]), _part(url, 0, found.start())
    if not name and (wheel := re.search(rf"({_NAME})-\d[^/]*\.whl$", re.split("[#?]", url)[0])):
        name = _part(url, wheel.start(1), wheel.start(1) + len(wheel[1].split("-")[0]))
    return Requirement(text, line, name, extras, nothing, url, marker, options, editable, array)


def _extras(written: str | None) -> tuple[str, ...]:
    return tuple(re.findall(_NAME, written)) if written else ()


@remembered(100_000)
def _problem(text: str) -> str:
    """What `packaging` says against a requirement, empty when nothing."""
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Parsed

    try:
        Parsed(text)
    except InvalidRequirement as error:
        return str(error).splitlines()[0]
    except RecursionError:
        return "brackets nested too deeply"
    return ""


def _verbatim(text: Text) -> bool:
    """Whether offsets in the text are offsets in the file."""
    start, end = text.place.span
    return end - start == len(text)


def _part(text: Text, start: int, end: int) -> Text:
    return text.part(start, end) if _verbatim(text) else Text(text[start:end], text.place)


def _group(text: Text, found: re.Match[str], number: int) -> Text:
    start, end = found.span(number)
    return _part(text, len(text), len(text)) if start < 0 else _part(text, start, end)


CONDA_PIN = regex(r"([A-Za-z0-9][\w.-]*)(\s*=\s*)([^\s=<>~!][^\s=]*)(?:\s*=\s*([^\s=]+))?$")
