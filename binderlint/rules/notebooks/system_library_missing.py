"""system-library-missing: A notebook imports a package whose library or program Binder's image does not have."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.packages import add_apt_packages
from binderlint.data import rows
from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.apt import gone_from_noble
from binderlint.read.cells import imports
from binderlint.read.constraints import only_below
from binderlint.read.digits import release
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text


class SystemLibraryMissing(Rule):
    code = "NBK010"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if not plan.transparent or plan.error:
            return
        asked = {one.key: one for one in pip_requirements(repo) if not one.url}
        there = {str(word).partition("=")[0] for entry in apt_entries(repo) for word in entry.words}
        there |= {gone.name for name in there if (gone := gone_from_noble().get(name))}  # apt-package-missing-in-noble
        there |= {spec.key for spec in conda_specs(repo)}
        for package, modules, below, apt, conda, needs, effect in rows("system_libraries.tsv"):
            one = asked.get(package)
            if one is None or (below and not only_below(one.specifier, release(below))):
                continue
            if there & {*apt.split("|"), *conda.split("|")}:
                continue
            use = next(_uses(notebooks, frozenset(modules.split("|"))), None)
            if use:
                library = apt.partition("|")[0]
                other = (
                    " (or use `opencv-python-headless`, which does not need it)" if package == "opencv-python" else ""
                )
                yield self.at(
                    use,
                    f"`{one.name}` needs {needs}, which pip does not install: {effect}",
                    help=f"Add `{library}` to {plan.path('apt.txt')}{other}",
                    fix=add_apt_packages(repo, (library,)),
                )


def _uses(notebooks: tuple[PlainNotebook, ...], modules: frozenset[str]) -> Iterator[Text | Place]:
    """The places where notebooks import one of these modules."""
    words = {name.rpartition(".")[2] for name in modules}
    for page in notebooks:
        for cell in page.code if page.is_python else ():
            if any(word in cell.text for word in words):
                used = (one for one in imports(cell.text) if not modules.isdisjoint((one.name, *one.modules)))
                yield from (page.line(cell.number, one.line) for one in used)
