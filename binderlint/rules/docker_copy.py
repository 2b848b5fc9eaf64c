"""DKR: the files of the repository in the image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.edits import append_lines
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Span

if TYPE_CHECKING:
    from binderlint.files.docker_context import Copy
    from binderlint.files.dockerfile_lines import Instruction
    from binderlint.repository import Repository

_REQUIREMENTS = "https://mybinder.readthedocs.io/en/latest/tutorials/dockerfile.html"
_CONTENT = (".ipynb", ".rmd", ".qmd")


class DockerRepoNotCopied(Rule):
    """The image does not contain the repository's notebooks.

    With a Dockerfile, repo2docker copies nothing by itself: a session shows what the Dockerfile puts in the image. Without a COPY of the repository, visitors find an empty folder.

    Only base images whose content is known are reported, and only if nothing downloads the repository. Not reported are repositories that only contain an environment, and links that
    fetch the content with nbgitpuller (`git-pull`).

    ## Fix safety

    The fix copies the whole repository into the home folder, over files with the same names.
    """

    code = "DKR016"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("pangeo-data/pangeo-ocean-examples#13", _REQUIREMENTS)
    examples = (
        Bad(
            {"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nRUN pip install x\n", "a.ipynb": "{}"},
            at="Dockerfile:1:6",
            fixed={"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nRUN pip install x\nCOPY --chown=1000 . ${HOME}\n"},
         why="No COPY"),
        Bad(
            {"binder/Dockerfile": "FROM python:3.12\r\nENV HOME /home/me\r\nCOPY requirements.txt /tmp/", "requirements.txt": "notebook\n", "notebooks/a.ipynb": "{}"},
            at="binder/Dockerfile:1:6",
            fixed={"binder/Dockerfile": "FROM python:3.12\r\nENV HOME /home/me\r\nCOPY requirements.txt /tmp/\r\nCOPY --chown=1000 . ${HOME}\r\n"},
         why="Only requirements.txt is copied"),
        Bad({"Dockerfile": "FROM python:3.12\n", "a.Rmd": ""}, at="Dockerfile:1:6", why="R notebooks, and no COPY"),
        Good({"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nCOPY . ${HOME}\n", "a.ipynb": "{}"}, why="The repository is copied"),
        Good({"Dockerfile": "FROM python:3.12\nADD notebooks/a.ipynb /x/\n", "notebooks/a.ipynb": "{}"}, why="One notebook is copied"),
        Good({"Dockerfile": "FROM python:3.12 AS b\nCOPY . /x\nFROM b\n", "a.ipynb": "{}"}, why="It is copied in the stage before"),
        Good({"Dockerfile": "FROM python:3.12\nRUN git clone https://github.com/o/r\n", "a.ipynb": "{}"}, why="The Dockerfile clones the repository"),
        Good({"Dockerfile": "FROM someone/image:1\n", "a.ipynb": "{}"}, why="An image that may contain it"),
        Good({"Dockerfile": "FROM pangeo/pangeo-notebook-onbuild:2019.12.08\n", "a.ipynb": "{}"}, why="An image that copies it"),
        Good({"binder/Dockerfile": "FROM pangeo/pangeo-notebook:2024.06.02\n", "README.md": "# An environment\n"}, why="A repository that only contains an environment"),
        Good({"Dockerfile": "FROM python:3.12\n", "a.ipynb": "{}", "README.md": "https://mybinder.org/v2/gh/o/env/HEAD?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fo%252Fr\n"}, why="The launch link fetches the content"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.docker_context import copies
        from binderlint.files.images import base_of, facts

        dockerfile, image = repo.dockerfile, base_of(repo.dockerfile)
        if not dockerfile or not dockerfile.final or not image or not facts(image):
            return
        if not any(path.lower().endswith(_CONTENT) for path in repo.sources) or any(
            "git-pull" in str(link.url) for link in repo.links
        ):
            return
        if any(_is_content(repo, copy) for copy in copies(repo, dockerfile.final)):
            return
        if any(
            one.name in ("COPY", "ADD") and (one.flag("from") or "://" in one.body or "git@" in one.body)
            for one in dockerfile.built
        ):
            return
        if any(_fetches(run.instruction.script or "") for run in repo.docker_runs):
            return
        home = "HOME" in dockerfile.final.variables
        yield self.at(
            dockerfile.final.base,
            "Nothing copies the repository into the image, so visitors find none of its notebooks",
            help="Add `COPY --chown=1000 . ${HOME}` to the Dockerfile",
            fix=Fix(
                "Copy the repository",
                (append_lines(dockerfile.source, "COPY --chown=1000 . ${HOME}"),),
                Applicability.UNSAFE,
            )
            if home
            else None,
        )


def _is_content(repo: Repository, copy: Copy) -> bool:
    """Whether a COPY takes a folder, notebooks, or nobody knows what."""
    if copy.path is None or re.search(r"[*?\[]", copy.path):
        return True
    return repo.is_dir(copy.path) or copy.path.lower().endswith(_CONTENT)


def _fetches(script: str) -> bool:
    return bool(re.search(r"\b(?:git|gitpuller|nbgitpuller|svn|wget|curl|cp|mv|rsync|unzip|tar)\b|--mount", script))


class DockerHomeNotWritable(Rule):
    """The repository's files belong to root in the image.

    COPY and ADD create files that belong to root, whatever USER says, unless `--chown` names an owner. In a session, visitors can then open notebooks but not save them, and cannot create
    files in their folders. The same is true for a session that starts in `/` or another folder that belongs to root.

    Nothing is reported if a later RUN changes owners or permissions.

    ## Fix safety

    The fix gives the files to user 1000.
    """

    code = "DKR018"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("binder-examples/minimal-dockerfile#1", _REQUIREMENTS)
    examples = (
        Bad(
            {"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nCOPY . ${HOME}\n", "a.ipynb": "{}"},
            at="Dockerfile:2:1",
            fixed={"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nCOPY --chown=1000 . ${HOME}\n"},
         why="The repository is copied without an owner"),
        Bad(
            {"binder/Dockerfile": "FROM x:1\r\nRUN chown -R 1000 /home\r\nadd --link \\\r\n  notebooks /home/me/\r\nUSER me", "notebooks/a.ipynb": "{}"},
            at="binder/Dockerfile:3:1",
            fixed={"binder/Dockerfile": "FROM x:1\r\nRUN chown -R 1000 /home\r\nadd --chown=1000 --link \\\r\n  notebooks /home/me/\r\nUSER me"},
         why="ADD over two lines, in small letters"),
        Bad({"Dockerfile": "FROM python:3.12\nRUN pip install notebook && useradd me\nUSER me\n"}, at="Dockerfile:3:1", why="The session starts in the root folder"),
        Bad({"Dockerfile": "FROM x:1\nUSER me\nWORKDIR /\n"}, at="Dockerfile:3:9", why="WORKDIR is the root folder"),
        Good({"Dockerfile": "FROM rocker/binder:3.5.0\nUSER root\nCOPY . ${HOME}\nRUN chown -R ${NB_USER} ${HOME}\nUSER ${NB_USER}\n", "a.Rmd": ""}, why="chown after COPY"),
        Good({"Dockerfile": "FROM rocker/binder:3.5.0\nCOPY --chown=rstudio:rstudio . ${HOME}\n", "a.Rmd": ""}, why="COPY with --chown"),
        Good({"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nCOPY . /x\nUSER root\nRUN fix-permissions /x\nUSER 1000\n", "a.ipynb": "{}"}, why="fix-permissions after COPY"),
        Good({"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nCOPY requirements.txt /tmp/\n", "requirements.txt": ""}, why="A file that nobody needs to change"),
        Good({"Dockerfile": "FROM python:3.12\nCOPY . /src\n", "a.ipynb": "{}"}, why="The image runs as root, which docker-root-user reports"),
        Good({"Dockerfile": "FROM python:3.12 AS b\nCOPY . /src\nFROM x:1\nCOPY --from=b --chown=1000 /src /src\n", "a.ipynb": "{}"}, why="COPY in another stage"),
        Good({"Dockerfile": "FROM python:3.12\nRUN useradd -m me\nUSER me\nWORKDIR /home/me\n"}, why="The session starts in a home folder"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.docker_context import copies, workdirs
        from binderlint.files.images import base_of, facts

        dockerfile = repo.dockerfile
        if not dockerfile or not dockerfile.final:
            return
        known, user = facts(base_of(dockerfile)), dockerfile.last("USER")
        if not user and (not known or known.root is not False):
            return
        if user and (user.name_of_user in ("root", "0") or not user.name_of_user):
            return
        seen: set[Span] = set()
        for copy in copies(repo, dockerfile.final):
            one = copy.instruction
            owner = one.flag("chown")
            if (
                (owner and owner not in ("root", "0", "root:root", "0:0"))
                or one.flag("chmod")
                or one.place.span in seen
            ):
                continue
            if copy.path is not None and _has_notebooks(repo, copy.path) and not _mended(dockerfile.built, one):
                seen.add(one.place.span)
                end = one.keyword.place.span.end
                insert = Replace(dockerfile.source.path, Span(end, end), " --chown=1000")
                yield self.at(
                    one.place._replace(span=one.keyword.place.span),
                    "These files will belong to root, so visitors cannot save their notebooks",
                    help="Add `--chown=1000`",
                    fix=None if owner else Fix("Give the files to user 1000", (insert,), Applicability.UNSAFE),
                )
        last = [*workdirs(dockerfile.final)][-1:]
        if last and last[0][1] == "/" and (user or known):
            line = dockerfile.last("WORKDIR")
            yield self.at(
                line.body if line else (user or last[0][0]).keyword,
                "The session begins in `/`, where visitors cannot save anything",
                help="Add a `WORKDIR` that belongs to the user, such as `WORKDIR ${HOME}`",
            )


def _has_notebooks(repo: Repository, path: str) -> bool:
    prefix = f"{path}/" if path not in ("", ".") else ""
    return path.lower().endswith(_CONTENT) or any(
        other.startswith(prefix) and other.lower().endswith(_CONTENT) for other in repo.sources
    )


def _mended(built: tuple[Instruction, ...], copy: Instruction) -> bool:
    """Whether a later RUN gives the files to somebody, or may."""
    after = built[built.index(copy) + 1 :]
    return any(
        one.name == "RUN"
        and re.search(r"chown|chmod|fix-permissions|\bcp\b|\bmv\b|rsync|\binstall -", one.script or one.body)
        for one in after
    )
