"""requirements-local-path: A requirements file names a file or folder that the build does not find."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import PipFile, include_path, pip_files
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.requirements import Requirement, meant_path
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text


class RequirementsLocalPath(Rule):
    code = "PIP006"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(pip_files)
    def check(self, repo: Snapshot, files: tuple[PipFile, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = plan.python.version if plan.python else "3.10"
        in_environment = any(file.array is not None for file in files)
        for file in files:
            yield from self._includes(repo, file)
            own = file.array is not None or file.source.name == "requirements.txt"
            if in_environment and plan.binder_dir and not own:
                continue  # included by one of the two, so it is open where pip runs
            folder = file.source.folder if file.array is not None else ""
            for one in file.requirements:
                if one.url and not one.remote and one.applies(python) and not _abroad(one.url):
                    yield from self._package(repo, file, one, folder)

    def _includes(self, repo: Snapshot, file: PipFile) -> Iterator[Diagnostic]:
        for option in file.options:
            value = str(option.value)
            if option.name not in ("--requirement", "--constraint") or not value or "://" in value or "$" in value:
                continue
            path = include_path(file, option)
            if path and repo.get(path) and (meant := meant_path(value)) != value:
                yield self.at(
                    option.value,
                    f"With `file:`, pip looks for `{meant}` in the root of the disk and not beside this file, so the build stops",
                    help=f"Use `{meant}`",
                    fix=Fix(f"Change it to `{meant}`", (replace(option.value, meant),)),
                )
                continue
            if path and repo.get(path):
                continue
            from_root = posixpath.normpath(value)
            right = posixpath.relpath(from_root, file.source.folder or ".") if file.source.folder else ""
            exists = bool(right) and not from_root.startswith("..") and repo.get(from_root) is not None
            told = " (there is one that git does not track)" if path in repo.untracked else ""
            yield self.at(
                option.value,
                f"`{value}` does not exist{told}. pip looks for it beside this file, so the build stops",
                help=f"Use `{right}`" if exists else "Commit the file, or remove the line",
                fix=Fix(f"Change it to `{right}`", (replace(option.value, right),)) if exists else None,
            )

    def _package(self, repo: Snapshot, file: PipFile, one: Requirement, folder: str) -> Iterator[Diagnostic]:
        assert one.url
        written = re.split("[#?]", str(one.url).removeprefix("file:"))[0]
        if "\\" in written:
            fixed = str(one.url).replace("\\", "/")
            yield self.at(
                one.url,
                f"`{written}` is a Windows path. Binder runs Linux, where pip does not understand it, so the build stops",
                help=f"Use `{fixed}`",
                fix=Fix(f"Change it to `{fixed}`", (replace(one.url, fixed),)),
            )
            return
        path = posixpath.normpath(posixpath.join(folder, written))
        path = "" if path == "." else path
        where = f"`{folder}/`" if folder else "the root of the repository"
        if problem := _missing(repo, path):
            other = posixpath.relpath(".", folder or ".")
            whole = written in (".", "./", "..", "../") and not _missing(repo, "")
            yield self.at(
                one.url,
                f"`{written}` {problem}. pip starts from {where}, so the build stops",
                help=f"Use `{other}`" if whole else "Commit it, or correct the path",
                fix=Fix(f"Change it to `{other}`", (replace(one.url, other),)) if whole else None,
            )
            return
        plan = build_plan(repo)
        copied = plan.env_needs_repository if file.array is not None else plan.pip_needs_repository
        if not copied and written.startswith(".") and (quoted := _in_quotes(one.url)):
            yield self.at(
                quoted,
                f"repo2docker does not see the local path behind the quotes. It installs before it copies the repository, so pip does not find `{written}`",
                help="Remove the quotes",
                fix=Fix("Remove the quotes", (replace(quoted, quoted.text[1:-1]),)),
            )
            return
        if not copied and not written.startswith(".") and not str(one.url).startswith("file:"):
            yield self.at(
                one.url,
                f"repo2docker does not recognise `{written}` as a local path. It installs before it copies the repository, so pip does not find it",
                help=f"Use `./{written}`",
                fix=Fix(f"Change it to `./{written}`", (replace(one.url, f"./{written}"),)),
            )


def _in_quotes(url: Text) -> Place | None:
    """The quotes around a path, with the extras behind it; None without them."""
    source, (start, end) = url.place.source, url.place.span
    closing = re.compile(r"(?:\[[^\]\n]*\])?([\"'])").match(source.text, end)
    if not closing or source.text[start - 1 : start] != closing[1] or source.text[start:end] != url:
        return None
    return source.place(start - 1, closing.end())


def _abroad(address: str) -> bool:
    """Whether it is a path of another computer, or one that an environment variable completes."""
    return bool(re.match(r"(?:file:)?/|[A-Za-z]:[\\/]|~", address)) or "$" in address


def _missing(repo: Snapshot, path: str) -> str:
    """What is wrong with a path that pip should install, in words; empty when nothing."""
    if path.startswith(".."):
        return "is outside the repository"
    if not repo.exists(path):
        return "is not there"
    resolved = repo.resolve(path)
    if resolved is None or resolved in repo.sources:  # a file, or a submodule
        return ""
    files = {posixpath.basename(name) for name in repo.list(resolved)}
    return "" if files & {"setup.py", "pyproject.toml"} else "has neither setup.py nor pyproject.toml"
