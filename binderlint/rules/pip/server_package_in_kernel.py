"""server-package-in-kernel: A package for the Jupyter server is installed where only the kernel sees it."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.data import listed_words
from binderlint.facts.environment.asked import AskedPackage, asked_by_server, asked_packages
from binderlint.facts.environment.jupyter_stack import ONLY_NOTEBOOK_6
from binderlint.facts.plans import kernel_plan
from binderlint.facts.scripts.start_and_post_build import post_build_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.read.requirements import canonical
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot


class ServerPackageInKernel(Rule):
    code = "PIP021"
    severity = Severity.WARNING
    level = Level.RUN

    @about(kernel_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if plan.python is None:
            return
        script = post_build_script(repo)
        named = {canonical(word) for one in script.commands for word in one.values} if script else set()
        named |= {one.key for one in asked_by_server(repo)}
        for packages in asked_packages(repo):
            found = [one for one in packages if one.key in listed_words("server_packages.txt") and one.key not in named]
            if not found:
                continue
            are, them = ("is", "it") if len(found) == 1 else ("are", "them")
            yield self.at(
                found[0].text,
                f"{listed((one.name for one in found), 4)} {are} installed for the kernel on Python {plan.python.version}. The server, which needs {them}, runs on another Python beside it and does not have {them}",
                help=_what_to_do(found),
            )


def _what_to_do(found: list[AskedPackage]) -> str:
    """A shared Python, or the packages in the server's own; those that do nothing there only in the Python that has a Notebook for them."""
    old = [str(one.name) for one in found if one.key in ONLY_NOTEBOOK_6]
    others = [str(one.name) for one in found if one.key not in ONLY_NOTEBOOK_6]
    shared = (
        "Python 3.7, which server and notebooks share, and which has Notebook 6"
        if old
        else "Python 3.7 or newer, which server and notebooks share"
    )
    install = f", or run `pip install {' '.join(others)}` in postBuild" if others else ""
    why = (
        f". {listed(old, 4)} {'does' if len(old) == 1 else 'do'} nothing in Notebook 7, which the server has here"
        if old
        else ""
    )
    return f"Use {shared}{install}{why}"
