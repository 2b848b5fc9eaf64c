"""pip-file-url: A requirement points to a folder on another computer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import PipFile, pip_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.requirements import Requirement, short
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

_FOREIGN = regex(r"(?:file:)?/{2,}(?!\.)|[A-Za-z]:[\\/]|/|~")


_FOLDER_VERSION = regex(
    r"(?:^|[/\\])([A-Za-z0-9_.-]+?)-(\d+(?:\.\d+)+[\w.]*?)(?:-[^/\\]*\.whl|\.tar\.gz|\.zip|\.tar\.bz2)(?:$|[#?])"
)


class PipFileUrl(Rule):
    code = "PIP003"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(pip_files)
    def check(self, repo: Snapshot, files: tuple[PipFile, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = plan.python.version if plan.python else "3.10"
        for file in files:
            found = [one for one in file.requirements if _elsewhere(repo, one) and one.applies(python)]
            if not found or file.constraint:
                continue
            edits = [edit for one in found if (edit := _without_path(one))]
            more = f" and {len(found) - 1} more are paths that exist" if len(found) > 1 else " is a path that exists"
            yield self.at(
                found[0].text,
                f"`{short(found[0].url or '')}`{more} only on the author's computer, so pip stops the build",
                help="Use `name==version`; `pip list --format=freeze` writes the whole list like that",
                fix=Fix("List the packages by name", tuple(edits), Applicability.UNSAFE)
                if len(edits) == len(found)
                else None,
            )


def _elsewhere(repo: Snapshot, one: Requirement) -> bool:
    if not one.url or one.remote or "$" in one.url:
        return False
    path = one.url.removeprefix("file:")
    if not _FOREIGN.match(one.url) and not path.startswith("/"):
        return False
    path = re.sub("^/{2,}", "/", path)
    inside = re.match(r"(?:/home/jovyan|~|/srv/repo)(?:/(.*))?$", re.split("[#?]", path)[0])
    return not (inside and repo.exists(inside[1] or ""))


def _without_path(one: Requirement) -> Edit | None:
    assert one.url
    version = _FOLDER_VERSION.search(one.url)
    name = str(one.name) or (version[1] if version else "")
    if not name or one.editable:
        return None
    extras = f"[{','.join(one.extras)}]" if one.extras else ""
    marker = f" ; {one.marker}" if one.marker else ""
    return replace(one.text, name + extras + (f"=={version[2]}" if version else "") + marker)
