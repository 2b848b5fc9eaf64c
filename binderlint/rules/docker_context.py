"""DKR: what the build takes from the repository, and where it looks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Replace, Severity
from binderlint.outside.git import Git
from binderlint.rule import Bad, Good, Rule
from binderlint.source import GITLINK, Source, Span

if TYPE_CHECKING:
    from binderlint.repository import Repository

_REQUIREMENTS = "https://mybinder.readthedocs.io/en/latest/tutorials/dockerfile.html"
_CONTENT = (".ipynb", ".rmd", ".qmd")


class DockerContextPath(Rule):
    """COPY or ADD names a file that is not in the repository.

    repo2docker builds with the root of the repository as the build context, even if the Dockerfile is in `binder/` or `.binder/`. A file beside the Dockerfile needs the name of the
    folder in front of it. The build stops at a file that does not exist, that is not in git, or that the `.dockerignore` excludes.

    Heredocs, `--from=`, addresses, wildcards, paths with unknown variables and the content of submodules are not reported.
    """

    code = "DKR015"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/docker.py", "gesiscss/persistent_binderhub#34")
    examples = (
        Bad(
            {"binder/Dockerfile": "FROM x:1\nCOPY --chown=1000 start.sh /srv/\n", "binder/start.sh": "#!/bin/sh\n"},
            at="binder/Dockerfile:2:19",
            fixed={"binder/Dockerfile": "FROM x:1\nCOPY --chown=1000 binder/start.sh /srv/\n"},
         why="The file is beside the Dockerfile, in the binder directory"),
        Bad(
            {".binder/Dockerfile": "FROM x:1\r\nADD [\"./environment.yml\", \"/tmp/\"]\r\nCOPY /a \\\r\n  /b", ".binder/environment.yml": "", ".binder/a": ""},
            at=(".binder/Dockerfile:2:7", ".binder/Dockerfile:3:6"),
            fixed={".binder/Dockerfile": "FROM x:1\r\nADD [\"./.binder/environment.yml\", \"/tmp/\"]\r\nCOPY /.binder/a \\\r\n  /b"},
         why="Two files in .binder, one in brackets and one over two lines"),
        Bad({"Dockerfile": "FROM x:1\nCOPY requirements.txt /tmp/\n"}, at="Dockerfile:2:6", why="The file does not exist"),
        Bad({"Dockerfile": "FROM x:1 AS a\nCOPY gone /\nFROM y:1\nCOPY --from=a /gone /\n"}, at="Dockerfile:2:6", why="In an earlier stage that the last one uses"),
        Bad({"Dockerfile": "FROM x:1\nCOPY data /data\nCOPY env.yml /tmp/\n", ".dockerignore": "*\n!*.yml\n", "data/a": "", "env.yml": ""}, at="Dockerfile:2:6", why="The `.dockerignore` excludes the file"),
        Good({"Dockerfile": "FROM x:1\nCOPY data Env.yml /x/\n", ".dockerignore": "data/b\nenv.yml\n", "data/a": "", "data/b": "", "Env.yml": ""}, why="The `.dockerignore` excludes a part of the folder"),
        Good({"binder/Dockerfile": "FROM x:1\nCOPY a /x/\n", ".dockerignore": "a\n", "binder/Dockerfile.dockerignore": "b\n", "a": ""}, why="The Dockerfile has an ignore file of its own"),
        Good({"binder/Dockerfile": "FROM x:1\nCOPY binder/start.sh /srv/\nCOPY . /home\n", "binder/start.sh": ""}, why="The path begins at the root"),
        Good({"binder/Dockerfile": "FROM x:1\nCOPY ../environment.yml /tmp/\n", "environment.yml": ""}, why="A path that begins with two dots"),
        Good({"binder/Dockerfile": "FROM x:1\nCOPY <<EOF /etc/x\ny\nEOF\n"}, why="A heredoc"),
        Good({"Dockerfile": "FROM x:1\nCOPY --from=y:1 /gone /\n"}, why="A file of another image"),
        Good({"Dockerfile": "FROM x:1\nADD https://example.org/a.tar.gz /\nADD git@github.com:o/r.git /r\n"}, why="Addresses"),
        Good({"Dockerfile": "FROM x:1\nCOPY requirements*.txt /tmp/\n"}, why="A wildcard that matches nothing"),
        Good({"Dockerfile": "FROM x:1\nCOPY $SOURCE/x /tmp/\n"}, why="A path with an unknown variable"),
        Good({"Dockerfile": "FROM x:1\nCOPY lib/x /tmp/\n", "lib": Source("lib", b"", GITLINK)}, why="A file in a submodule"),
        Good({"Dockerfile": "FROM x:1\nCOPY .git /tmp/.git\n"}, why="The folder .git"),
        Good({"Dockerfile": "FROM x:1 AS docs\nCOPY gone /\nFROM y:1\n"}, why="A stage that is not built"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.docker_context import copies_of

        for stage in repo.dockerfile.needed if repo.dockerfile else ():
            for copy in copies_of(repo, ((one, None) for one in stage.instructions)):
                if copy.path is None:
                    continue
                if _there(repo, copy.path):
                    if kept_out := _kept_out(repo, copy.path):
                        yield self.at(
                            copy.word,
                            f"`{kept_out}` in the `.dockerignore` keeps `{copy.path}` out of the build, so it stops here",
                            help=f"Add the line `!{copy.path}` to the end of the `.dockerignore`",
                        )
                    continue
                beside = f"{repo.plan.binder_dir}/{copy.path}" if repo.plan.binder_dir else ""
                found = bool(beside) and repo.exists(beside)
                prefix = re.match(r"(?:\./|/)?", copy.word)
                start = copy.word.place.span.start + (prefix.end() if prefix else 0)
                plain = (
                    found
                    and copy.word == copy.word.place.text
                    and copy.path == re.sub(r"^(?:\./|/)", "", copy.word).rstrip("/")
                )
                insert = Replace(copy.word.place.path, Span(start, start), f"{repo.plan.binder_dir}/")
                yield self.at(
                    copy.word,
                    f"`{copy.word}` is looked for in the root of the repository, and is not there: the build stops here"
                    if found
                    else f"There is no `{copy.path}` among the files that git tracks, so the build stops here",
                    help=f"Write `{beside}`: paths begin at the root of the repository, not at the Dockerfile"
                    if found
                    else "Commit the file, or mend the path: paths begin at the root of the repository",
                    fix=Fix(f"Write `{beside}`", (insert,)) if plain else None,
                )


def _kept_out(repo: Repository, path: str) -> str:
    """The pattern of the .dockerignore that keeps a file, or all of a folder, out of the build; empty when it is in."""
    from binderlint.files.ignore import docker_excludes, docker_patterns

    # BuildKit takes the ignore file of a Dockerfile before the one in the root, and tells capitals apart, which `docker_excludes` does not.
    source = repo.get(repo.plan.path("Dockerfile.dockerignore")) or repo.get(".dockerignore")
    if not source or path in ("", ".") or re.search(r"[*?\[]", path):
        return ""
    patterns = docker_patterns(source)
    files = [path] if not repo.is_dir(path) else [other for other in repo.sources if other.startswith(f"{path}/")]
    found = [docker_excludes(patterns, other) for other in files]
    if not files or not all(
        one and (other == other.lower() or one.path == "*") for one, other in zip(found, files, strict=True)
    ):
        return ""
    return next((str(one.line) for one in found if one), "")


def _there(repo: Repository, path: str) -> bool:
    parts = path.split("/")
    parents = ["/".join(parts[: index + 1]) for index in range(len(parts))]
    submodule = any(parent in repo.sources and repo.sources[parent].mode == GITLINK for parent in parents)
    return (
        not path
        or path == "."
        or repo.exists(path)
        or parts[0] == ".git"
        or submodule
        or bool(re.search(r"[*?\[]", path))
    )


class DockerClonesItself(Rule):
    """The Dockerfile clones its own repository.

    Docker keeps the result of `RUN git clone` as long as the line stays the same. The image can contain an old state of the notebooks, and a launch of a branch or an older commit
    shows the newest one. The files of the launched commit are already in the build context.
    """

    code = "DKR017"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = (_REQUIREMENTS,)
    examples = (
        Bad(
            {"Dockerfile": "FROM x:1\nRUN cd /tmp && \\\n  # ours\n  git clone --depth=1 https://github.com/Me/notes.git\n"},
            at="Dockerfile:4:3",
            git=Git(origin="gh/me/notes"),
         why="git clone of this repository"),
        Bad({"Dockerfile": "FROM x:1\r\nARG U=https://github.com/me/notes\r\nRUN git clone $U /home/me\r\n"}, at="Dockerfile:3:5", git=Git(origin="gh/me/notes"), why="The address is in an ARG"),
        Good({"Dockerfile": "FROM x:1\nRUN git clone https://github.com/me/other.git\n"}, git=Git(origin="gh/me/notes"), why="git clone of another repository"),
        Good({"Dockerfile": "FROM x:1\nRUN git clone https://github.com/me/notes.git\n"}, why="The name of this repository is not known"),
        Good({"Dockerfile": "FROM x:1\n# RUN git clone https://github.com/me/notes\n"}, git=Git(origin="gh/me/notes"), why="The command is in a comment"),
        Good({"Dockerfile": "FROM x:1 AS b\nRUN git clone https://github.com/me/notes\nFROM y:1\n"}, git=Git(origin="gh/me/notes"), why="A stage that is not built"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not repo.git.origin:
            return
        for run in repo.docker_runs:
            for command in run.commands:
                if command.name == "git" and "clone" in command.operands[:1]:
                    if any(_repository(value) == repo.git.origin.lower() for value in command.operands[1:]):
                        yield self.at(
                            command.place,
                            "Docker keeps the result of this line, so Binder shows the state of the repository at some earlier build",
                            help="Use `COPY --chown=1000 . ${HOME}`: the build has the files of the commit that is launched",
                        )


def _repository(address: str) -> str:
    """The repository of a clone address, as BinderHub names it."""
    found = re.match(r"(?:\w+://(?:[^/@]*@)?|git@)(github\.com|gitlab\.com)[:/](.+?)(?:\.git)?/?$", address.lower())
    return f"{'gh' if found[1] == 'github.com' else 'gl'}/{found[2]}" if found else ""
