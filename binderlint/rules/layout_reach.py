"""LAY: configuration that does not reach Binder: not in git, left out of the build, behind a broken link."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.buildpacks.names import CONFIG_NAMES
from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import append_lines
from binderlint.files.ignore import Pattern, docker_excludes, docker_patterns, git_excludes
from binderlint.plan import Status
from binderlint.rule import Bad, Good, Rule
from binderlint.source import GITLINK, SYMLINK, Source

if TYPE_CHECKING:
    from binderlint.repository import Repository

# Read from the copy of the repository in the image; the others are read before, from the clone.
_COPIED = frozenset(CONFIG_NAMES) - {"runtime.txt", "apt.txt", "Dockerfile", ".dockerignore", ".containerignore"}


class ConfigNotTracked(Rule):
    """A configuration file is not in git.

    Binder clones the repository from where it is published. A file that was never added with `git add`, or that .gitignore excludes, exists only on your computer, and Binder builds without it.
    """

    code = "LAY012"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/contentproviders/git.py",)
    examples = (
        Bad(
            {"a.ipynb": "{}", "environment.yml": Source("environment.yml", b"dependencies: []\n", tracked=False)},
            at="environment.yml:1:1",
            why="environment.yml was never added",
        ),
        Bad(
            {
                ".gitignore": "# data\n*.csv\n*.txt\n",
                "a.ipynb": "{}",
                "requirements.txt": Source("requirements.txt", b"numpy\n", tracked=False),
            },
            at="requirements.txt:1:1",
            why=".gitignore excludes requirements.txt",
        ),
        Bad(
            {
                "binder/environment.yml": "dependencies: []\n",
                "binder/postBuild": Source("binder/postBuild", b"#!/bin/sh\ntrue\n", tracked=False),
            },
            at="binder/postBuild:1:1",
            why="postBuild in the binder directory was never added",
        ),
        Good(
            {"environment.yml": "dependencies: []\n", "notes.txt": Source("notes.txt", b"x", tracked=False)},
            why="A file that is not configuration",
        ),
        Good(
            {
                "environment.yml": "dependencies: [numpy]\n",
                "requirements.txt": Source("requirements.txt", b"x", tracked=False),
            },
            why="A file that Binder would ignore",
        ),
        Good(
            {
                "binder/environment.yml": "dependencies: [numpy]\n",
                "postBuild": Source("postBuild", b"x", tracked=False),
            },
            why="A file that the `binder` folder hides",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        local = [source for path, source in repo.untracked.items() if posixpath.basename(path) in CONFIG_NAMES]
        if not local:
            return
        added = [Source(source.path, source.data, source.mode) for source in local]
        plan = repo.replace([*repo.sources.values(), *added]).plan
        for source in local:
            if source.path != plan.path(source.name) or not plan.uses(source.path):
                continue
            pattern = git_excludes(repo, source.path)
            reason = f"`{pattern.line}` in {pattern.line.place.path} keeps it out" if pattern else "it was never added"
            force = "--force " if pattern else ""
            yield self.at(
                source,
                f"This file is not in git ({reason}), so Binder does not get it",
                help=f"Run `git add {force}{source.path}`, commit and push",
            )


class DockerignoreHidesConfig(Rule):
    """An ignore file for Docker excludes files that Binder needs.

    In every build, not only in those with a Dockerfile, repo2docker gives Docker the repository without the files listed in .dockerignore or .containerignore. Such a file is often there for a server's
    image. If it lists an environment file or postBuild, the build stops because Docker does not find the file. If it lists the notebooks, the image has none.

    With a `binder` folder, only an ignore file in that folder counts. Builds with a Dockerfile are not reported.

    ## Fix safety

    The fix adds lines with `!` that include the files again. This changes what other builds with the same ignore file contain, so it is unsafe.
    """

    code = "LAY014"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/base.py",)
    examples = (
        Bad(
            {".dockerignore": "# all\n*\n!app\n", "environment.yml": "dependencies: []\n", "postBuild": "x\n"},
            at=".dockerignore:2:1",
            fixed={".dockerignore": "# all\n*\n!app\n!environment.yml\n!postBuild\n"},
            why="Everything is excluded except one folder",
        ),
        Bad(
            {".dockerignore": "data\r\n*.txt", "requirements.txt": "numpy\n", "a.ipynb": "{}"},
            at=".dockerignore:2:1",
            fixed={".dockerignore": "data\r\n*.txt\r\n!requirements.txt\r\n"},
            why="A pattern excludes requirements.txt",
        ),
        Bad(
            {"binder/.containerignore": "**/*.ipynb\n", "binder/requirements.txt": "numpy\n", "n/a.ipynb": "{}"},
            at="binder/.containerignore:1:1",
            why="The notebooks are excluded",
        ),
        Good(
            {".dockerignore": "*\n!*.txt\n!*.ipynb\n", "requirements.txt": "x\n", "a.ipynb": "{}"},
            why="The files are included again",
        ),
        Good(
            {".dockerignore": "*\n", "binder/requirements.txt": "numpy\n", "a.ipynb": "{}"},
            why="An ignore file in the root beside a `binder` folder",
        ),
        Good(
            {".dockerignore": "*.txt\n", "Dockerfile": "FROM x:1\n", "requirements.txt": "x\n"},
            why="A build with a Dockerfile",
        ),
        Good(
            {".dockerignore": "old\n.git\n", "requirements.txt": "x\n", "a.ipynb": "{}", "old/b.ipynb": "{}"},
            why="Only some notebooks are excluded",
        ),
        Good(
            {".dockerignore": "runtime.txt\n", "requirements.txt": "x\n", "runtime.txt": "python-3.12\n"},
            why="runtime.txt, which is read before the build",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        plan = repo.plan
        if plan.buildpack in (None, "DockerBuildPack"):
            return
        ignoring = [source for name in (".dockerignore", ".containerignore") if (source := repo.used(name))]
        patterns = [pattern for source in ignoring for pattern in docker_patterns(source)]
        if not patterns:
            return
        needed = [
            use.path for use in plan.files if use.status is Status.USED and posixpath.basename(use.path) in _COPIED
        ]
        hidden: dict[Pattern, list[str]] = {}
        for path in needed:
            if path in repo.sources and (pattern := docker_excludes(patterns, path)):
                hidden.setdefault(pattern, []).append(path)
        for pattern, paths in hidden.items():
            names = ", ".join(f"`{path}`" for path in paths)
            yield self.at(
                pattern.line,
                f"This line keeps {names} out of the build, which Binder needs: the build stops",
                help="Take the file back with a line that begins with `!`",
                fix=_take_back(pattern, paths),
            )
        notebooks = [path for path in repo.sources if path.endswith((".ipynb", ".Rmd"))]
        keepers = [docker_excludes(patterns, path) for path in notebooks]
        first = next(iter(keepers), None)
        if first and all(keepers) and first not in hidden:
            yield self.at(
                first.line,
                "This line keeps the notebooks out of the build, so the launched repository comes without them",
                help="Remove the line, or take the notebooks back with a line that begins with `!`",
            )


class SymlinkEscapesRepo(Rule):
    """A configuration file is a symbolic link to something that Binder does not get.

    Binder follows links inside the repository. A link to a folder on your computer, to a file outside the repository, or to one that is not in git leads nowhere in Binder's clone, and the build goes
    on as if the file did not exist.
    """

    code = "LAY015"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("nci/scores#1083", "jupyter-book/myst-theme#867")
    examples = (
        Bad(
            {
                "environment.yml": Source("environment.yml", b"/home/kilroy/env/environment.yml", SYMLINK),
                "a.ipynb": "{}",
            },
            at="environment.yml:1:1",
            why="A link to a folder on the author's computer",
        ),
        Bad(
            {
                "binder/requirements.txt": Source("binder/requirements.txt", b"../../shared/requirements.txt", SYMLINK),
                "binder/postBuild": Source("binder/postBuild", b"../scripts/postBuild", SYMLINK),
            },
            at=("binder/postBuild:1:1", "binder/requirements.txt:1:1"),
            why="Links out of the binder directory",
        ),
        Bad(
            {"binder": Source("binder", b"../config", SYMLINK), "requirements.txt": "x\n"},
            at="binder:1:1",
            why="The binder directory is a link",
        ),
        Good(
            {
                "binder/environment.yml": Source("binder/environment.yml", b"../environment.yml", SYMLINK),
                "environment.yml": "dependencies: []\n",
            },
            why="A link inside the repository",
        ),
        Good(
            {"binder": Source("binder", b".ci/binder", SYMLINK), ".ci/binder/requirements.txt": "x\n"},
            why="The binder directory is a link inside the repository",
        ),
        Good(
            {"requirements.txt": "x\n", "data": Source("data", b"/data", SYMLINK)},
            why="A link that is not configuration",
        ),
        Good(
            {
                "binder/environment.yml": Source("binder/environment.yml", b"../sub/e.yml", SYMLINK),
                "sub": Source("sub", b"", GITLINK),
            },
            why="A link into a submodule",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        folder = repo.plan.binder_dir
        paths = ["binder", ".binder", *(posixpath.join(folder, name) for name in CONFIG_NAMES)]
        for path in paths:
            source = repo.sources.get(path)
            if source and source.mode == SYMLINK and not repo.exists(path) and not self._in_submodule(repo, path):
                yield self.at(
                    source,
                    f"`{source.name}` is a link to `{source.text}`, which is not in the repository: to Binder the file does not exist",
                    help="Put the file itself into the repository, or link to one that is in it",
                )

    def _in_submodule(self, repo: Repository, path: str) -> bool:
        target = repo.resolve(path)
        while target:
            target = posixpath.dirname(target)
            if target in repo.sources and repo.sources[target].mode == GITLINK:
                return True
        return False


def _take_back(pattern: Pattern, paths: list[str]) -> Fix:
    lines = "\n".join(f"!{path}" for path in paths)
    return Fix(
        "Take the files back into the build", (append_lines(pattern.line.place.source, lines),), Applicability.UNSAFE
    )
