"""docker-environment-not-used: The Dockerfile makes a conda environment in which nothing runs."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from binderlint.fact import fact
from binderlint.facts.docker.context import build_dockerfile, docker_runs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.dockerfile.instructions import Dockerfile, base_of
from binderlint.read.images import image_facts
from binderlint.read.installer import CONDA
from binderlint.read.script import UNKNOWN, Command
from binderlint.read.yaml import read_yaml
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text

# What makes Jupyter see the environments of conda or puts one of them before the others, or a script that may.
_FINDS = regex(r"nb_conda|kernelspec|ipykernel|activate|/envs/|CONDA_DEFAULT_ENV|\.sh\b")
_WORD = regex(r"[\w.-]+")


class DockerEnvironmentNotUsed(Rule):
    code = "DKR021"
    severity = Severity.WARNING
    level = Level.RUN

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        known = image_facts(base_of(dockerfile))
        if known is None or not known.jupyter:
            return
        texts = [str(one.script or one.body) for one in dockerfile.built if one.name not in ("COPY", "ADD")]
        if any(map(_FINDS.search, texts)) or dockerfile.last("ENTRYPOINT"):
            return
        words = Counter(word for text in texts for word in _WORD.findall(text))
        for run in docker_runs(repo):
            for command in run.commands if run.clear else ():
                name = _made(repo, command)
                if name and words[name] <= _WORD.findall(command.place.text).count(name):
                    yield self.at(
                        command.place,
                        f"Jupyter runs in the image's own environment and knows nothing of `{name}`, so notebooks do not find its packages",
                        help=f"Install into the image's environment (`mamba env update -n base -f ...`), or add `ipykernel` to `{name}` and run `conda run -n {name} python -m ipykernel install --user --name {name}`",
                    )


def _made(repo: Snapshot, command: Command) -> str:
    """The name of the environment that a command makes, empty for none or one that is not known."""
    values = command.values
    if command.name not in CONDA or not (values[:2] == ("env", "create") or values[:1] == ("create",)):
        return ""
    given = {one: value for one, value in pairwise(values) if one.startswith("-")}
    given |= {one.partition("=")[0]: one.partition("=")[2] for one in values if one.startswith("--") and "=" in one}
    if "-p" in given or "--prefix" in given:
        return ""
    name = given.get("-n") or given.get("--name") or _written(repo, given.get("-f") or given.get("--file") or "environment.yml")  # fmt: skip
    return name if re.fullmatch(r"[\w.-]+", name) and UNKNOWN not in name and name not in ("base", "root") else ""


def _written(repo: Snapshot, path: str) -> str:
    """The name that a file gives the environment, of the one file of the repository that is called so."""
    match [read_yaml(one).value for one in _files_named(repo, posixpath.basename(path))]:
        case [{"name": Text() as name}] if path.endswith((".yml", ".yaml")):
            return str(name)
    return ""


@fact
def _files_named(repo: Snapshot, name: str) -> tuple[Source, ...]:
    """The files of the repository with a name, wherever they are."""
    return tuple(source for path, source in repo.sources.items() if posixpath.basename(path) == name)
