"""badge-tree-url: A launch link contains parts of another web address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.launch.links import Link, live_launches
from binderlint.facts.launch.refs import PASTED, names_a_file
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.address import HOSTED, is_template, web_address
from binderlint.snapshot import Snapshot
from binderlint.source import Text
from binderlint.values import NamedTuple

# A parameter that was glued to the ref, and what stands in the place of the `?`.
_GLUED = regex(r"(.+?)(?:&|%3F|%26)?((?:url|lab|file|notebook)path)(=.*)", re.IGNORECASE | re.DOTALL)


# Jupyter's own addresses of files.
_ROUTE = regex(r"(?:tree|notebooks)/")


class BadgeTreeUrl(Rule):
    code = "LNK007"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(live_launches)
    def check(self, repo: Snapshot, links: tuple[Link, ...]) -> Iterator[Diagnostic]:
        for link in links:
            address = link.address
            if "//" in address.base + "/":
                yield self.at(
                    link.text("base", "lead"),
                    "With two slashes after the host, BinderHub does not recognise this address and shows its front page",
                    help="Remove a slash",
                    fix=Fix(
                        "Remove a slash", (replace(link.text("base"), re.sub("/+", "/", address.base).rstrip("/")),)
                    ),
                )
            spec = link.text("repo", "ref")
            web = web_address(spec) if address.provider in HOSTED else None
            if web:
                rest = web[3].lstrip("/")
                slash = "/" if address.provider == "gh" else "%2F"
                start = f"{web[1]}{slash}{web[2].removesuffix('.git')}/"
                yield self._found(repo, link, spec, start, _take_apart(rest, repo))
            elif address.provider == "gh" and not is_template(address.ref):
                known = link.launches_repository(repo) and address.branch in repo.git.refs
                if not known and "path" in address.ref.lower() and (glued := _GLUED.fullmatch(address.ref)):
                    yield self._without_question_mark(link, *glued.groups())
                elif not known and names_a_file(address.branch):
                    pasted = PASTED.match(address.ref)
                    rest = address.ref[pasted.end() :] if pasted else str(address.ref)
                    yield self._found(repo, link, link.text("ref"), "", _take_apart(rest, repo))

    def _without_question_mark(self, link: Link, ref: str, parameter: str, rest: str) -> Diagnostic:
        text = f"{ref}?{parameter}{rest}"
        return self.at(
            link.text("ref"),
            f"The `?` before `{parameter}=` is missing, so BinderHub reads all of it as the name of a branch and the launch fails",
            help=f"Change it to `{text}`",
            fix=None if link.address.query else Fix("Add the `?`", (replace(link.text("ref"), text),)),
        )

    def _found(self, repo: Snapshot, link: Link, where: Text, start: str, parts: _Parts) -> Diagnostic:
        query, path = link.address.query, parts.path.replace("+", "%2B")
        route = _ROUTE.match(path)
        if route and not repo.exists(path) and repo.exists(path[route.end() :]):
            path = path[route.end() :]
        written = "".join("".join(parameter) for parameter in query)
        safe = parts.sure and not (path and link.address.target)
        if path and not link.address.target:
            written += f"{'&' if query else '?'}urlpath={'' if path.startswith('lab/tree/') else 'lab/tree/'}{path}"
        text = f"{start}{parts.ref or 'HEAD'}{written}"
        edit = replace(link.onwards("repo" if start else "ref"), text)
        return self.at(
            where,
            f"`{_shown(where)}` is part of another web address. BinderHub treats it as a branch, so the launch fails",
            help=f"Change it to `{text}`",
            fix=Fix("Correct the ref and the path", (edit,), Applicability.SAFE if safe else Applicability.UNSAFE),
        )


class _Parts(NamedTuple):
    """A ref and a path that were pasted together, and whether it is sure where the one ends."""

    ref: str
    path: str
    sure: bool


def _shown(text: str) -> str:
    return text if len(text) < 60 else text[:57] + "..."


def _take_apart(rest: str, repo: Snapshot) -> _Parts:
    """`tree/main/docs`, `main/a.ipynb` or `main` as ref and path."""
    rest = rest.removeprefix("-/")  # GitLab's own pages
    found = PASTED.match(rest)
    pasted = bool(found)
    rest = (rest[found.end() :] if found else rest).strip("/")
    known = [ref for ref in repo.git.refs if rest == ref or rest.startswith(f"{ref}/")]
    if known:
        ref = max(known, key=len)
        return _Parts(ref, rest[len(ref) :].strip("/"), True)
    ref, _, path = rest.partition("/")
    if not pasted and path and not names_a_file(f"x/{path}"):
        return _Parts(rest, "", True)
    return _Parts(ref, path, "/" not in path)
