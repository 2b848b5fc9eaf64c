"""Trust: how far a fix can be trusted, whatever its rule says of it."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Collection, Mapping

from binderlint.changes.edits import EditError, replaced, unmakeable
from binderlint.facts.for_binder import has_application_files, is_application
from binderlint.lint.diagnostic import Applicability, Create, Delete, Edit, Fix, Recode, Rename, Replace, SetMode
from binderlint.pattern import regex
from binderlint.read.requirements import PLACEHOLDER
from binderlint.snapshot import Snapshot
from binderlint.source import UNREAD, Source, Span

# Names that files of services have, too.
_OF_SERVICES = frozenset({"start", "Dockerfile"})
_RARE_ENDS = frozenset("\v\f\x1c\x1d\x1e\x85\u2028\u2029")


def honest(fix: Fix, repo: Snapshot) -> Fix | None:
    """The fix with the trust that it deserves.

    None where it changes nothing, needs a path that is taken or a file that could not be read, or would write lines into what is not text or into YAML whose values may count at
    another place than their own; a proposal where the lines it writes would not be lines; unsafe where it drops a comment or a version that no
    edit of it writes again, and where it changes what an application reads, too; a proposal where it takes a file or a version away from an application that is not meant for Binder.
    """
    if is_idle(fix.edits, repo.sources) or unmakeable(ChainMap(repo.sources, repo.untracked), fix.edits):
        return None
    written = "\n".join(
        edit.text if isinstance(edit, Replace) else edit.data.decode("utf-8", "replace")
        for edit in fix.edits
        if isinstance(edit, (Replace, Create))
    )
    trust = fix.applicability
    if any(_is_of_application(edit.path, repo) for edit in fix.edits):
        trust = min(trust, Applicability.UNSAFE)
    for edit in fix.edits:
        if isinstance(edit, (Delete, Rename)) and is_application(repo):
            trust = min(trust, Applicability.DISPLAY if isinstance(edit, Delete) else Applicability.UNSAFE)
    for edit in fix.edits:
        source = repo.sources.get(edit.path)
        if (source is None and not isinstance(edit, Create)) or (source is not None and source.mode == UNREAD):
            return None
        if source is None or not isinstance(edit, (Replace, Delete)):
            continue
        if isinstance(edit, Replace):
            if (source.is_binary and edit.span != Span(0, len(source.text))) or _has_aliases(source):
                return None
            gone = source.text[edit.span.start : edit.span.end]
            if not _RARE_ENDS.isdisjoint(gone) and _RARE_ENDS.isdisjoint(edit.text):  # for pip it is more than one line
                trust = Applicability.DISPLAY
            if edit.path.endswith("Dockerfile") and re.search(
                r"\r(?!\n)", edit.text
            ):  # Docker ends lines at line feeds only
                trust = Applicability.DISPLAY
            if _drops_version(edit, source, written):
                trust = min(trust, Applicability.DISPLAY if is_application(repo) else Applicability.UNSAFE)
        gone = source.text[slice(*edit.span)] if isinstance(edit, Replace) else source.text
        if any(comment not in written for comment in comments(gone, source.name)):
            trust = min(trust, Applicability.UNSAFE)
    return fix if trust is fix.applicability else fix._replace(applicability=trust)


def _is_of_application(path: str, repo: Snapshot) -> bool:
    """Whether an application reads a file, too: its runtime.txt, whatever the repository is meant for, and its service's files."""
    return (path == "runtime.txt" and has_application_files(repo)) or (path in _OF_SERVICES and is_application(repo))


# -- what changes nothing


def is_idle(edits: Collection[Edit], sources: Mapping[str, Source]) -> bool:
    """True when edits leave every file as it is."""
    replacements: dict[str, list[Replace]] = {}
    for edit in edits:
        source = sources.get(edit.path)
        match edit:
            case Replace(path):
                replacements.setdefault(path, []).append(edit)
            case Rename(path, to) if path == to:
                continue
            case SetMode(_, mode) if source and source.mode == mode:
                continue
            case Recode(_, encoding) if source and source.encoding == encoding and not source.has_bom:
                continue
            case _:
                return False
    return all(path in sources and _is_same(sources[path].text, changes) for path, changes in replacements.items())


def _is_same(text: str, changes: list[Replace]) -> bool:
    """True when replacements leave a text as it is."""
    if sum(len(change.text) - (change.span.end - change.span.start) for change in changes):
        return False
    start, end = min(change.span.start for change in changes), max(change.span.end for change in changes)
    shifted = (change._replace(span=Span(change.span.start - start, change.span.end - start)) for change in changes)
    try:
        return replaced(text[start:end], shifted) == text[start:end]
    except EditError:
        return False


# -- comments

_HASH = regex(r"(?:^|(?<=\s))#[^\n\r]*", re.MULTILINE)
_BARE_HASH = regex(r"#[^\n\r]*")
_INI = regex(r"(?:^|(?<=\s))[#;][^\n\r]*", re.MULTILINE)
_MARKUP = regex(r"<!--.*?-->|(?:^|(?<=\s))\.\.[ \t](?!\S+::|[_\[|])[^\n\r]*", re.MULTILINE | re.DOTALL)
_IN_JSON = regex(r'(?:^|(?<=[\s"]))#(?:[^"\\\n\r]|\\[^n])*', re.MULTILINE)


def comments(text: str, name: str) -> list[str]:
    """The comments in a piece of a file of this name; where a `#` may also be something else, that too."""
    match name.rpartition(".")[2]:
        case "R" | "r" | "Rprofile" | "py" | "jl" | "toml" | "Pipfile" | "nix":
            pattern = _BARE_HASH  # these languages want no white space before it
        case "cfg" | "ini" | "gitmodules":
            pattern = _INI
        case "md" | "Rmd" | "qmd" | "rst" | "html" | "adoc" | "org" | "xml":
            pattern = _MARKUP
        case "ipynb":
            pattern = _IN_JSON
        case _:
            pattern = _HASH
    return [found.group().rstrip() for found in pattern.finditer(text)]


# -- versions

# A version as package lists write it, but for that of a placeholder.
_VERSION = regex(rf"(?:[=<>~!]=|[<>=])\s*v?(?!{PLACEHOLDER}\b(?!\.\w))\d[\w.*+!-]*")
_PACKAGES = regex(
    r"(?:.*[-_.])?(?:requirements|constraints)[^/]*\.(?:txt|in)|environment\.ya?ml|Pipfile|.*\.toml|apt\.txt|Dockerfile|postBuild|start"
)


def _drops_version(edit: Replace, source: Source, written: str) -> bool:
    """True when a package stays and its version goes."""
    start, end = edit.span
    gone = source.text[start:end]
    if gone.isspace() or not gone or not _PACKAGES.fullmatch(source.name):
        return False
    lost = [found for found in _VERSION.findall(gone) if found not in written]
    if not lost or re.search(r"\d", edit.text):
        return False
    if edit.text.strip():
        return True
    # all of it goes: with the package, or without it and with nothing before that says its version (a build goes alone)
    line = source.text[source.line(source.position(start)[0]).start : start]
    return gone.lstrip()[:1] in "=<>~!" and not _VERSION.search(line)


# -- aliases

_ANCHOR = regex(r"(?:^|(?<=[\s,\[{]))&[^\s,\]}]", re.MULTILINE)
_ALIAS = regex(r"(?:^|(?<=[\s,\[{]))\*[^\s,\]}]", re.MULTILINE)


def _has_aliases(source: Source) -> bool:
    """True for a YAML file in which a value may stand at one place and count at another."""
    return (
        source.name.endswith((".yml", ".yaml"))
        and "&" in source.text
        and bool(_ANCHOR.search(source.text) and _ALIAS.search(source.text))
    )
