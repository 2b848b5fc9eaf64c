"""Python: the version that the environment ends up with."""

from __future__ import annotations

import re

from binderlint.facts.environment.mapping import conda_specs
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


def python_minor(repo: Snapshot) -> str:
    """The Python that the environment ends up with: a pin in environment.yml is installed by every buildpack that reads the file."""
    for spec in conda_specs(repo):
        if spec.key == "python" and (found := re.match(r"=+\s*(\d+\.\d+)", spec.version or "")):
            return found[1]
    plan = build_plan(repo)
    return plan.python.version if plan.python else ""
