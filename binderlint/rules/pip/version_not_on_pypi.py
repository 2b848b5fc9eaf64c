"""version-not-on-pypi: A pinned version does not exist on PyPI."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import PYTORCH_INDEX, has_other_index
from binderlint.facts.environment.own_package import required_of_pip
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.requirements import Requirement
from binderlint.read.wheels import is_unknown
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

# A local version, which no index of PyPI's kind takes (PEP 440): builds of PyTorch, of JAX, of private indexes.
_LOCAL = regex(r"[\w.!]+(\+[\w.]+)")
_TORCH = regex(r"\+(?:cpu|cu\d+|rocm[\d.]+)")


class VersionNotOnPypi(Rule):
    code = "PIP017"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(required_of_pip)
    def check(self, repo: Snapshot, requirements: tuple[Requirement, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if has_other_index(repo):
            return
        python = plan.python.version if plan.python else ""
        for one in requirements:
            if one.url or not one.pin or not one.applies(python):
                continue
            if local := _LOCAL.fullmatch(one.pin):
                yield self._local(one, local[1])
            elif re.fullmatch(r"\d+(?:\.\d+)*", one.pin) and is_unknown(one.key, one.pin):
                yield self.at(
                    one.text,
                    f"pip finds no version {one.pin} of `{one.name}` on PyPI, so the build fails",
                    help="Choose a version that exists, or remove the pin",
                )

    def _local(self, one: Requirement, local: str) -> Diagnostic:
        torch = _TORCH.fullmatch(local)
        start = one.text.rindex(local)
        return self.at(
            one.text,
            f"PyPI has no versions with `{local}`, so pip finds none for `{one.name}=={one.pin}` and the build fails",
            help=f"Add a line `--extra-index-url {PYTORCH_INDEX}/{local[1:]}`, or remove `{local}`"
            if torch
            else f"Add `--extra-index-url` and the index that has it, or remove `{local}`",
            fix=Fix(
                f"Remove `{local}`", (replace(one.text.part(start, start + len(local)), ""),), Applicability.UNSAFE
            ),
        )
