"""docker-context-path: COPY or ADD names a file that is not in the repository."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.docker.context import build_dockerfile, copies_of
from binderlint.facts.ignore import docker_excludes, docker_patterns
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dockerfile.instructions import Dockerfile
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import GITLINK, Span


class DockerContextPath(Rule):
    code = "DKR015"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        for stage in dockerfile.needed:
            for copy in copies_of(repo, ((one, None) for one in stage.instructions)):
                if copy.path is None:
                    continue
                if _there(repo, copy.path):
                    if kept_out := _kept_out(repo, copy.path):
                        yield self.at(
                            copy.word,
                            f"`{kept_out}` in the `.dockerignore` excludes `{copy.path}` from the build, so it stops here",
                            help=f"Add the line `!{copy.path}` to the end of the `.dockerignore`",
                        )
                    continue
                beside = f"{plan.binder_dir}/{copy.path}" if plan.binder_dir else ""
                found = bool(beside) and repo.exists(beside)
                prefix = re.match(r"(?:\./|/)?", copy.word)
                start = copy.word.place.span.start + (prefix.end() if prefix else 0)
                plain = (
                    found
                    and copy.word == copy.word.place.text
                    and copy.path == re.sub(r"^(?:\./|/)", "", copy.word).rstrip("/")
                )
                insert = Replace(copy.word.place.path, Span(start, start), f"{plan.binder_dir}/")
                yield self.at(
                    copy.word,
                    f"Docker looks for `{copy.word}` in the root of the repository, where it does not exist, so the build stops here"
                    if found
                    else f"git does not track any file `{copy.path}`, so the build stops here",
                    help=f"Use `{beside}`: paths start at the root of the repository, not at the Dockerfile"
                    if found
                    else "Commit the file, or correct the path: paths start at the root of the repository",
                    fix=Fix(f"Change it to `{beside}`", (insert,)) if plain else None,
                )


def _kept_out(repo: Snapshot, path: str) -> str:
    """The pattern of the .dockerignore that keeps a file, or all of a folder, out of the build; empty when it is in."""
    # BuildKit takes the ignore file of a Dockerfile before the one in the root, and tells capitals apart, which `docker_excludes` does not.
    source = repo.get(build_plan(repo).path("Dockerfile.dockerignore")) or repo.get(".dockerignore")
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


def _there(repo: Snapshot, path: str) -> bool:
    parts = path.split("/")
    parents = ["/".join(parts[: index + 1]) for index in range(len(parts))]
    submodule = any(parent in repo.sources and repo.sources[parent].mode == GITLINK for parent in parents)
    return not path or repo.exists(path) or parts[0] == ".git" or submodule or bool(re.search(r"[*?\[]", path))
