"""pythonpath-mismatch: `pip` in a script installs for the server, not for the notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.launch_scripts import launch_scripts, rewritten
from binderlint.facts.plans import kernel_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.installer import is_pip
from binderlint.read.script import Command
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class PythonpathMismatch(Rule):
    code = "PBD012"
    severity = Severity.WARNING
    level = Level.RUN

    @about(kernel_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        for script, _ in launch_scripts(repo):
            if re.search(r"PATH=.*KERNEL_PYTHON_PREFIX|activate", script.source.prose):
                continue
            for command in script.executed:
                if not is_pip(command.name) or command.values[:1] != ("install",) or not command.written:
                    continue
                word = next(
                    (one for one in command.written if re.fullmatch(r"(?:pip|python)[\d.]*", one.value or "")), None
                )
                if word is None or _for_server(command):
                    continue
                version = plan.python.version if plan.python else ""
                yield self.at(
                    word.raw,
                    f"This `pip` belongs to the Jupyter server, not to Python {version}, so notebooks do not find what it installs",
                    help="Use `$KERNEL_PYTHON_PREFIX/bin/pip`",
                    fix=rewritten(
                        "Use the notebooks' own",
                        word.raw,
                        f"$KERNEL_PYTHON_PREFIX/bin/{word.value}",
                        Applicability.UNSAFE,
                    ),
                )


def _for_server(command: Command) -> bool:
    """Whether all that is installed extends the server and not the notebooks."""
    packages = command.operands[1:]
    return bool(packages) and all(
        re.match(r"jupyter|nb|notebook|voila|.*proxy|ipywidgets|.*labextension|bash_kernel", one) for one in packages
    )
