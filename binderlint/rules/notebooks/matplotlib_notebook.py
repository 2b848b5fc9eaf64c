"""matplotlib-notebook: A notebook asks for plots that JupyterLab does not show."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.jupyter_stack import may_be_older_in_session
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

_MAGIC = regex(
    r"^[ \t]*%(?:matplotlib|pylab)[ \t]+(?:notebook|nbagg|(?P<window>qt[456]?|tk|osx|macosx|gtk[34]?|wx))\b",
    re.MULTILINE,
)
# What may give a session a display.
_DISPLAY = regex(r"DISPLAY|xvfb|vnc|desktop|virtualdisplay", re.IGNORECASE)


class MatplotlibNotebook(Rule):
    code = "NBK014"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        classic: bool | None = None
        for page in notebooks:
            if not page.is_python:
                continue
            for cell in page.code:
                found = _MAGIC.search(cell.text) if "%" in cell.text else None
                if not found:
                    continue
                where = page.line(cell.number, cell.text.count("\n", 0, found.start()) + 1)
                if found["window"]:
                    if not build_plan(repo).transparent or _may_have_display(repo, page):
                        break
                    yield self.at(
                        where,
                        f"`{found[0].strip()}` shows plots in windows, and a session has no display, so this cell ends with an error",
                        help="Use `%matplotlib inline`, or `%matplotlib widget` with ipympl in the environment",
                        cause="matplotlib windows",
                    )
                    break
                if classic is None:
                    classic = may_be_older_in_session(repo, "notebook", (7,))
                if not classic:
                    yield self.at(
                        where,
                        f"`{found[0].strip()}` needs the classic Notebook, which Binder does not have any more: JupyterLab and Notebook 7 show an error instead of the plot",
                        help="Use `%matplotlib widget`, with ipympl in the environment, or `%matplotlib inline` for plots that do not move",
                        cause="matplotlib notebook",
                    )
                break


def _may_have_display(repo: Snapshot, page: PlainNotebook) -> bool:
    """Whether a notebook or the environment names what makes windows possible."""
    scripts = [one.source.text for one in (post_build_script(repo), start_script(repo)) if one]
    packages = [str(word) for entry in apt_entries(repo) for word in entry.words]
    return any(map(_DISPLAY.search, (page.all_code, *scripts, *packages, *asked_names(repo))))
