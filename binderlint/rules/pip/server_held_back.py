"""server-held-back: A package makes pip replace the Jupyter server with an older one."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.held import pip_lists
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.jupyter_stack import cap_of, may_be_older, server_ends
from binderlint.facts.environment.pipfile import is_locked, pipenv_requirements
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.requirements import Requirement
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class ServerHeldBack(Rule):
    code = "PIP015"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(pip_lists)
    def check(self, repo: Snapshot, _: tuple[tuple[Requirement, ...], ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.separate_kernel or not plan.transparent or is_locked(repo):
            return
        requirements = (*pip_requirements(repo), *pipenv_requirements(repo))
        older = may_be_older(repo, "jupyterlab", (4,)) or may_be_older(repo, "jupyter-server", (2,))
        python = plan.python.version if plan.python else "3.10"
        together = any(one.key in _RESOLVED for one in requirements)
        for one in requirements:
            held, fits = cap_of(one)
            if not held or not one.applies(python):
                continue
            part, _sign, end = held.partition("<")
            stops = server_ends(repo, part, f"<{end}", python) if end else held == "server" and not together
            if older and not (end and stops):
                continue
            replaced = f"Binder's {part} with one before {end}" if end else _REPLACED["server" if stops else "lab"]
            if end:
                replaced += f", with which its server {'does' if stops else 'may'} not start"
            yield self.at(
                one.text,
                f"`{one.text.partition(';')[0].strip()}` makes pip replace {replaced}",
                help="Remove the package: nothing of it works with today's JupyterLab"
                if fits == "*"
                else f"Use version {fits} or newer",
                severity=Severity.ERROR if stops else None,
                level=Level.LAUNCH if stops else None,
            )


_REPLACED = {
    "server": "Binder's Jupyter server with one older than version 2, with which JupyterLab 4 does not open",
    "lab": "JupyterLab 4 with an older one",
}
# With one of these in the same list, pip looks for versions that fit each other.
_RESOLVED = frozenset({"jupyterlab", "notebook", "jupyter", "jupyter-server"})
