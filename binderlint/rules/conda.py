"""CND: the keys of environment.yml."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import append, between, keyed_list, remove_key, replace, set_key
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Array, Scalar, Table, Text

if TYPE_CHECKING:
    from binderlint.repository import Repository


class EnvPrefix(Rule):
    """environment.yml contains a `prefix`.

    `conda env export` records where the environment was on the author's computer. Binder ignores this line, because repo2docker always installs into its own environment.
    But it publishes a path from somebody's computer, and it is a sign that the file is a raw export, which often has other problems.
    """

    code = "CND001"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("repo2docker/buildpacks/conda/__init__.py",)
    examples = (
        Bad(
            {
                "environment.yml": "name: rca\ndependencies:\n  - python=3.12 # ours\nprefix: /home/kilroy/miniconda3/envs/rca\n"
            },
            at="environment.yml:4:1",
            fixed={"environment.yml": "name: rca\ndependencies:\n  - python=3.12 # ours\n"},
            why="A file exported on Linux",
        ),
        Bad(
            {
                "binder/environment.yml": "name: rca\r\nprefix: C:\\Users\\kilroy\\rca\r\ndependencies:\r\n  - python=3.12\r\n"
            },
            at="binder/environment.yml:2:1",
            fixed={"binder/environment.yml": "name: rca\r\ndependencies:\r\n  - python=3.12\r\n"},
            why="A path on Windows, in a file with Windows line endings",
        ),
        Bad(
            {"environment.yml": "dependencies:\n- python=3.12\n\n\nprefix: /opt/rca"},
            at="environment.yml:5:1",
            fixed={"environment.yml": "dependencies:\n- python=3.12\n\n\n"},
            why="At the end, without a line break",
        ),
        Bad(
            {"environment.yml": "{name: rca, prefix: /opt/rca, dependencies: [python=3.12]}\n"},
            at="environment.yml:1:13",
            fixed={"environment.yml": "{name: rca, dependencies: [python=3.12]}\n"},
            why="In braces",
        ),
        Bad(
            {"environment.yml": "dependencies: [python=3.12]\nprefix:\n"},
            at="environment.yml:2:1",
            fixed={"environment.yml": "dependencies: [python=3.12]\n"},
            why="Without a value",
        ),
        Good({"environment.yml": "name: rca\ndependencies: [python=3.12]\n"}, why="No prefix"),
        Good(
            {"environment.yml": "prefix: /x\n", "binder/environment.yml": "dependencies: [python=3.12]\n"},
            why="Binder does not read this environment.yml",
        ),
        Good(
            {"environment.yml": "prefix: /x\n", "Dockerfile": "FROM quay.io/jupyter/minimal-notebook:2025-01-01\n"},
            why="With a Dockerfile, Binder does not read environment.yml",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        environment = repo.environment
        if environment and "prefix" in environment:
            yield self.at(
                environment.key("prefix"),
                "`prefix` is a path of the computer the environment was exported on; Binder ignores it",
                help="Remove the line",
                fix=Fix("Remove `prefix`", (remove_key(environment, "prefix"),)),
            )


class EnvDependenciesEmpty(Rule):
    """`dependencies:` in environment.yml has nothing under it.

    YAML reads a key without a value as null, even if every line below it is a comment. repo2docker goes through the list before it builds anything, and stops with
    `'NoneType' object is not iterable`. An empty list, `[]`, or no `dependencies` at all is accepted.
    """

    code = "CND005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/conda/__init__.py",)
    examples = (
        Bad(
            {"environment.yml": "name: x\ndependencies:\n"},
            at="environment.yml:2:1",
            fixed={"environment.yml": "name: x\ndependencies: []\n"},
            why="Nothing under the key",
        ),
        Bad(
            {
                "binder/environment.yml": "dependencies: # later\r\n  # - numpy\r\n  # - pandas\r\nchannels: [conda-forge]\r\n"
            },
            at="binder/environment.yml:1:1",
            fixed={
                "binder/environment.yml": "dependencies: [] # later\r\n  # - numpy\r\n  # - pandas\r\nchannels: [conda-forge]\r\n"
            },
            why="Only comments under the key",
        ),
        Bad(
            {"environment.yml": "dependencies: null"},
            at="environment.yml:1:1",
            fixed={"environment.yml": "dependencies: []"},
            why="null",
        ),
        Bad(
            {"environment.yml": "{dependencies: ~}\n"},
            at="environment.yml:1:2",
            fixed={"environment.yml": "{dependencies: []}\n"},
            why="A tilde, in braces",
        ),
        Bad({"environment.yml": "dependencies: 3\n"}, at="environment.yml:1:1", why="A number"),
        Bad(
            {"environment.yml": "dependencies:\n", "Project.toml": "[deps]\n"},
            at="environment.yml:1:1",
            fixed={"environment.yml": "dependencies: []\n"},
            why="In a Julia repository",
        ),
        Good({"environment.yml": "name: x\ndependencies: []\n"}, why="An empty list"),
        Good({"environment.yml": "name: x\n"}, why="No such key"),
        Good({"environment.yml": ""}, why="An empty file"),
        Good(
            {"environment.yml": "dependencies:\n", "Dockerfile": "FROM quay.io/jupyter/minimal-notebook:2025-01-01\n"},
            why="With a Dockerfile, Binder does not read environment.yml",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        environment = repo.environment
        value = environment.get("dependencies") if environment else None
        if not environment or not isinstance(value, Scalar):
            return
        fix = Fix("Write an empty list", (set_key(environment, "dependencies", "[]"),)) if value.value is None else None
        yield self.at(
            environment.key("dependencies"),
            "`dependencies` has no list of packages, at which repo2docker stops with an error before it builds anything",
            help="List the packages below it, each as `  - name`, or write `dependencies: []`",
            fix=fix,
        )


# The keys that conda and mamba read, and those of tools that keep their own settings in the same file (conda-lock, anaconda-project).
_KEYS = frozenset({"name", "channels", "dependencies", "prefix", "variables"})
_OTHER_TOOLS = frozenset({"platforms", "category", "channel_priority", "channel-priority"})
_INVISIBLE = (
    "\ufeff\u200b\u200c\u200d\u2060\u00a0"  # pasted or saved with the text: byte order marks, spaces of no width
)
_MEANT = {
    "dependencies": regex(
        r"(?i)depend[ae]n?[cs]?[iey]+e?s?|dependencies|dependancies|depends|deps|packages|requirements|install_requires"
    ),
    "channels": regex(r"(?i)chann?ell?s?|chanels?"),
}


class EnvUnknownKey(Rule):
    """environment.yml has a key that Binder does not read.

    Only `name`, `channels`, `dependencies`, `variables` and `prefix` have a meaning, in lower case. A misspelt `dependencies` or `channels` is silently ignored, and so is a
    `pip:` list beside `dependencies` instead of inside it: its packages are not installed.

    ## Fix safety

    Renaming a misspelt key and moving a `pip:` list into `dependencies` are safe: nothing else can be meant.
    """

    code = "CND015"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("mamba-org/mamba: libmamba/src/api/install.cpp", "repo2docker/buildpacks/conda/__init__.py")
    examples = (
        Bad(
            {"environment.yml": "Channels:\n  - bioconda\nDependencies:\n  - python=3.12\n"},
            at=("environment.yml:1:1", "environment.yml:3:1"),
            fixed={"environment.yml": "channels:\n  - bioconda\ndependencies:\n  - python=3.12\n"},
            why="Keys with capital letters",
        ),
        Bad(
            {"binder/environment.yml": "name: x\r\ndependancies: # ours\r\n- python=3.12\r\n"},
            at="binder/environment.yml:2:1",
            fixed={"binder/environment.yml": "name: x\r\ndependencies: # ours\r\n- python=3.12\r\n"},
            why="A misspelt `dependencies`",
        ),
        Bad(
            {"environment.yml": "channel: conda-forge\ndependencies: [python=3.12]\n"},
            at="environment.yml:1:1",
            fixed={"environment.yml": "channels: [conda-forge]\ndependencies: [python=3.12]\n"},
            why="`channel` without the s",
        ),
        Bad(
            {
                "environment.yml": "dependencies:\n  - python=3.12\n  - pip\npip:\n  - numpy==2.0  # fast\n  # and\n  - pandas\n"
            },
            at="environment.yml:4:1",
            fixed={
                "environment.yml": "dependencies:\n  - python=3.12\n  - pip\n  - pip:\n    - numpy==2.0  # fast\n    # and\n    - pandas\n"
            },
            why="The list for pip is beside dependencies",
        ),
        Bad(
            {"environment.yml": "\ufeff\ufeffdependencies:\n  - python=3.12\n"},
            at="environment.yml:1:1",
            fixed={"environment.yml": "\ufeffdependencies:\n  - python=3.12\n"},
        ),
        Bad(
            {"environment.yml": "pip: [numpy, pandas]\ndependencies: [python=3.12]\n"},
            at="environment.yml:1:1",
            fixed={"environment.yml": "dependencies: [python=3.12, pip: [numpy, pandas]]\n"},
            why="The list for pip in brackets",
        ),
        Bad({"environment.yml": "pip:\n  - numpy\n"}, at="environment.yml:1:1", why="Only a list for pip"),
        Bad(
            {"environment.yml": "dependencies: [python=3.12]\nrequires: [numpy]\n"},
            at="environment.yml:2:1",
            severity=Severity.WARNING,
            why="`requires`, which is not known",
        ),
        Bad(
            {"environment.yml": "dependencies: [python=3.12]\npackages: [numpy]\n"},
            at="environment.yml:2:1",
            severity=Severity.WARNING,
            why="`packages`, which is not known",
        ),
        Good(
            {
                "environment.yml": "name: x\nchannels: [conda-forge]\ndependencies: [python=3.12]\nvariables: {A: b}\nprefix: /x\n"
            },
            why="The keys that conda reads",
        ),
        Good(
            {"environment.yml": "dependencies: [python=3.12]\nplatforms: [linux-64, osx-arm64]\n"},
            why="`platforms`, which conda-lock reads",
        ),
        Good(
            {
                "environment.yml": "x-pins: [numpy=2.0]\nbase: &base\n  pip: [numpy]\ndependencies: [python=3.12, *base]\n"
            },
            why="Keys for YAML anchors",
        ),
        Good(
            {"environment.yml": "Dependencies: []\n", "binder/environment.yml": "dependencies: []\n"},
            why="Binder does not read this file",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        environment = repo.environment
        for key in list(environment or ()):
            if environment is None or not isinstance(key, Text) or key in _KEYS | _OTHER_TOOLS or key[:1] in "._":
                continue
            if key.startswith("x-") or re.match(r"[^:]*:\s*&", between(key, environment[key]).text):
                continue  # kept for YAML's own use: an anchor for other places
            meant = next((name for name, known in _MEANT.items() if known.fullmatch(key)), None)
            if (bare := key.strip(_INVISIBLE).lower()) in _KEYS:
                meant = bare
            if key == "pip":
                yield self._pip(repo, environment, key)
            elif meant and meant not in environment:
                yield self._misspelt(environment, key, meant)
            else:
                yield self.at(
                    key,
                    f"`{key}` is no key of environment.yml, so Binder ignores it and everything below it",
                    help="Move what belongs to the environment into `dependencies`, or remove the key",
                    severity=Severity.WARNING,
                )

    def _misspelt(self, environment: Table, key: Text, meant: str) -> Diagnostic:
        value = environment[key]
        edits = [replace(key, meant)]
        if isinstance(value, Text) and meant == "channels":
            edits.append(replace(value, f"[{value}]"))
        lost = {"channels": "its channels are not used", "dependencies": "none of its packages is installed"}
        return self.at(
            key,
            f"`{key}` is no key of environment.yml; `{meant}` is meant, and {lost.get(meant, 'what it says has no effect')}",
            help=f"Write `{meant}`",
            fix=Fix(f"Write `{meant}`", tuple(edits)),
        )

    def _pip(self, repo: Repository, environment: Table, key: Text) -> Diagnostic:
        packages, dependencies = environment[key], repo.conda_dependencies
        fix = None
        if dependencies and isinstance(packages, Array) and packages and repo.pip_section is None:
            edits = (remove_key(environment, key), append(dependencies, keyed_list(dependencies, "pip", packages)))
            fix = Fix("Move the list into `dependencies`", edits)
        return self.at(
            key,
            "The `pip` list stands beside `dependencies` instead of in it, so Binder installs none of its packages",
            help="Make it the last item of `dependencies`: `  - pip:`, with the packages indented below it",
            fix=fix,
        )
