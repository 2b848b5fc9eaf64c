"""badge-unescaped-spec: The repository in a launch link is not encoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.facts.launch.refs import PASTED
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import is_template
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple


class BadgeUnescapedSpec(Rule):
    code = "LNK012"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            spec = link.text("repo", "ref")
            if is_template(spec):
                continue
            reading = None
            if link.address.provider == "gl" and "%" not in link.address.repo and not link.address.repo.isdigit():
                reading = _gitlab(spec, repo)
            elif link.address.provider == "git" and (found := _PLAIN_URL.match(spec)):
                reading = _address(found[1], found[2])
            if reading:
                text = f"{quote(reading.repo, safe='', errors='surrogateescape')}/{reading.ref}"
                yield self.at(
                    spec,
                    "The slashes in the repository's address are not encoded. Binder reads only the first part, so the launch fails",
                    help=f"Change it to `{text}`",
                    fix=Fix(
                        "Encode the repository",
                        (replace(spec, text),),
                        Applicability.SAFE if reading.sure else Applicability.UNSAFE,
                    ),
                )


class _Reading(NamedTuple):
    """How a spec is meant, and whether that is sure."""

    repo: str
    ref: str
    sure: bool


_PLAIN_URL = regex(r"(https?:/{1,2}|https?%3A(?=/)/{1,2})([^%]+)$", re.IGNORECASE)


_USUAL_REF = regex(r"main|master|HEAD|v?\d+(?:\.\d+)*|[0-9a-f]{40}")


_FORGES = ("github.com/", "gitlab.com/", "codeberg.org/", "bitbucket.org/")


def _gitlab(spec: str, repo: Snapshot) -> _Reading | None:
    spec = unquote(spec).strip("/")
    if spec.startswith("http"):
        return None
    group, dash, rest = spec.partition("/-/")
    if dash:
        pasted = PASTED.match(rest)
        return _Reading(group, rest[pasted.end() :].split("/")[0] or "HEAD", True) if pasted else None
    own = repo.git.origin.removeprefix("gl/") if repo.git.origin.startswith("gl/") else ""
    if own and f"{spec}/".lower().startswith(f"{own}/".lower()):
        return _Reading(own, spec[len(own) :].strip("/") or "HEAD", True)
    pieces = spec.split("/")
    match len(pieces):
        case 1:
            return None
        case 2:
            return _Reading(spec, "HEAD", not _USUAL_REF.fullmatch(pieces[1]))
        case 3:
            return _Reading("/".join(pieces[:2]), pieces[2], True)
    return _Reading("/".join(pieces[:-1]), pieces[-1], bool(_USUAL_REF.fullmatch(pieces[-1])))


def _address(scheme: str, rest: str) -> _Reading:
    rest, start = rest.strip("/"), unquote(scheme).rstrip("/") + "//"
    whole = re.match(r"(.*?\.git)(?:/(.*))?$", rest)
    if whole and not rest.startswith(whole[1] + "hub"):
        return _Reading(start + whole[1], whole[2] or "HEAD", True)
    pieces = rest.split("/")
    if rest.startswith(_FORGES) and len(pieces) >= 3:
        return _Reading(start + "/".join(pieces[:3]), "/".join(pieces[3:]) or "HEAD", True)
    return _Reading(start + "/".join(pieces[:-1]), pieces[-1], bool(_USUAL_REF.fullmatch(pieces[-1])))
