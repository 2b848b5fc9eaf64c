"""widgets-not-shown: ipywidgets has a version whose widgets JupyterLab does not show."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.jupyter_stack import may_be_older_in_session
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.pipfile import pipenv_requirements
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.cells import imports
from binderlint.read.constraints import only_below, pip_admits
from binderlint.read.matchspec import MatchSpec
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.requirements import Requirement, canonical
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Text

# Packages whose modules are, or are made of, widgets.
_WIDGETS = frozenset({"ipywidgets", "ipyleaflet", "bqplot", "ipyvolume", "pythreejs", "nglview", "ipympl", "ipycanvas"})
_SHOWN = "7.8.5"  # the last of ipywidgets 7


class WidgetsNotShown(Rule):
    code = "PIN009"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.error or not plan.python:
            return
        python = plan.python.version
        asked = {canonical(one.key): one for one in conda_specs(repo) if one.version} | {
            one.key: one
            for one in (*pip_requirements(repo), *pipenv_requirements(repo))
            if one.specifier and one.applies(python)
        }
        pinned = asked.get("ipywidgets")
        if plan.separate_kernel:
            place = pinned.text if pinned else plan.python.place
            if place and _show_widgets(notebooks):
                yield self.at(
                    place,
                    f"Python {python} has no ipywidgets 8, and JupyterLab, which runs on a newer Python, shows only its widgets: visitors see an error message in place of each",
                    help="Use Python 3.8 or newer",
                )
            return
        if may_be_older_in_session(repo, "jupyterlab", (4,)) or may_be_older_in_session(repo, "notebook", (7,)):
            return
        if pinned and "jupyterlab-widgets" not in asked and _is_left_behind(pinned) and _show_widgets(notebooks):
            version, held = _version(pinned), "widgetsnbextension" in asked
            yield self.at(
                pinned.text,
                f"With `{pinned.text.partition(';')[0].strip()}`, the part of ipywidgets 8 that is in JupyterLab stays, and it does not show these widgets: visitors see an error message in place of each",
                help=f"Use {_SHOWN}, which brings its own part for JupyterLab, or version 8"
                + (", and remove the version of widgetsnbextension" if held else ""),
                fix=None
                if held or only_below(version, (7,)) or plan.buildpack == Buildpack.PIPFILE
                else Fix(
                    f"Use ipywidgets {_SHOWN}",
                    (replace(version, f"{'=' if isinstance(pinned, MatchSpec) else '=='}{_SHOWN}"),),
                    Applicability.UNSAFE,
                ),
            )


def _show_widgets(notebooks: tuple[PlainNotebook, ...]) -> bool:
    """Whether a notebook imports a package of widgets."""
    cells = (cell.text for page in notebooks if page.is_python for cell in page.code)
    return any(
        one.name in _WIDGETS for text in cells if any(name in text for name in _WIDGETS) for one in imports(text)
    )


def _version(pinned: MatchSpec | Requirement) -> Text:
    version = pinned.version if isinstance(pinned, MatchSpec) else pinned.specifier
    assert version is not None
    return version


def _is_left_behind(pinned: MatchSpec | Requirement) -> bool:
    """Whether only releases of ipywidgets are let through that ask for no jupyterlab-widgets below 3.

    Of these are, with pip, 7.6.6 and those from 7.7.2 on, and with conda all from 7.6.6 on.
    """
    version = _version(pinned)
    if isinstance(pinned, MatchSpec):
        return not pinned.whole and pinned.build is None and only_below(version, (7, 6, 6))
    if not only_below(version, (7, 7, 2)):
        return False
    newest = next((one for one in ("7.7.1", "7.7.0", "7.6.6") if pip_admits(version, one)), "")
    return newest != "7.6.6"
