"""badge-ui-not-installed: A launch link opens a user interface that is not installed."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.packages import add_package
from binderlint.facts.launch.interfaces import Interface, missing_interface
from binderlint.facts.launch.refs import Opened, opened_urlpaths
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.r_versions import DEFAULT, settled_day
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot


class BadgeUiNotInstalled(Rule):
    code = "LNK018"
    severity = Severity.ERROR
    level = Level.RUN
    needs_git = True

    @about(opened_urlpaths)
    def check(self, repo: Snapshot, targets: tuple[Opened, ...]) -> Iterator[Diagnostic]:
        for target in targets:
            interface = missing_interface(target.decoded, repo)
            if interface is None:
                continue
            package, separate = interface.package, build_plan(repo).separate_kernel
            yield self.at(
                target.value,
                f"This opens {interface.title}, which is not in the environment{' of the server' if separate else ''}, so visitors get `404: Not Found`",
                help=f"Run `pip install {package}` in postBuild: the environment file is for the kernel, and the server runs beside it on another Python"
                if separate and package
                else _advice(interface, repo),
                fix=add_package(repo, package, package) if package and not separate else None,
            )


def _advice(interface: Interface, repo: Snapshot) -> str:
    if interface.package:
        return f"Add `{interface.package}` to the environment"
    if not interface.by_r:
        return f"Install {interface.title} and an extension for Jupyter that opens it, or open something else"
    wanted = build_plan(repo).path("runtime.txt")
    for path in repo.sources if not repo.exists(wanted) else ():
        source = repo.get(path) if path.rpartition("/")[2] == "runtime.txt" else None
        if source and source.text.startswith("r-"):
            return f"Move `{path}`, which asks for R and which Binder does not read, to `{wanted}`: with R, Binder installs {interface.title}, too"
    if build_plan(repo).buildpack == Buildpack.CONDA:
        return f"Add `r-base` to the environment: with R, Binder installs {interface.title}, too"
    return f"Ask for R with `r-{DEFAULT}-{settled_day(DEFAULT)}` in runtime.txt: with R, Binder installs {interface.title}, too"
