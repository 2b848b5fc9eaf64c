"""server-held-back: A package makes pip replace the Jupyter server with an older one."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.data import rows
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.jupyter_stack import may_be_older
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.constraints import only_below
from binderlint.read.digits import release
from binderlint.read.requirements import Requirement
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class ServerHeldBack(Rule):
    code = "PIP015"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(pip_requirements)
    def check(self, repo: Snapshot, requirements: tuple[Requirement, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.separate_kernel or may_be_older(repo, "jupyterlab", (4,)) or may_be_older(repo, "jupyter-server", (2,)):
            return
        python = plan.python.version if plan.python else "3.10"
        caps = {package: (fits, held) for package, fits, held in rows("server_caps.tsv")}
        together = any(one.key in _RESOLVED for one in requirements)
        for one in requirements:
            fits, held = caps.get(one.key, ("", ""))
            held = "lab" if held and together else held
            if not held or one.url or not one.applies(python):
                continue
            if fits != "*" and not only_below(one.specifier, release(fits)):
                continue
            yield self.at(
                one.text,
                f"`{one.text.partition(';')[0].strip()}` makes pip replace {_REPLACED[held]}",
                help="Remove the package: nothing of it works with today's JupyterLab"
                if fits == "*"
                else f"Use version {fits} or newer",
                severity=Severity.ERROR if held == "server" else None,
                level=Level.LAUNCH if held == "server" else None,
            )


_REPLACED = {
    "server": "Binder's Jupyter server with one older than version 2, with which JupyterLab 4 does not open",
    "lab": "JupyterLab 4 with an older one",
}
# With one of these in the same list, pip looks for versions that fit each other.
_RESOLVED = frozenset({"jupyterlab", "notebook", "jupyter", "jupyter-server"})
