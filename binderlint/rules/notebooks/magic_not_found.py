"""magic-not-found: A notebook uses a magic command that IPython does not have."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.data import listed_words
from binderlint.facts.environment.jupyter_stack import is_older, may_be_older
from binderlint.facts.notebooks import is_for_colab, shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import Magic, extensions, magics
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text

# Magics of extensions, which `%load_ext` makes known.
_OF_EXTENSION = {
    **dict.fromkeys(("R", "Rpush", "Rpull", "Rget"), "rpy2.ipython"),
    **dict.fromkeys(("autoreload", "aimport"), "autoreload"),
    **dict.fromkeys(("memit", "mprun"), "memory_profiler"),
    "bigquery": "google.cloud.bigquery",
    "cython": "Cython",
    "lprun": "line_profiler",
    "sql": "sql",
    "tensorboard": "tensorboard",
    "watermark": "watermark",
}
_OF_COLAB = "tensorflow_version"
# Magics that IPython had or other services have, and what to do.
_GONE = {
    "install_ext": (
        "was removed in IPython 5",
        "List the package of the extension in the environment file, and remove the line",
    ),
    _OF_COLAB: ("only exists in Google Colab", "Remove the line"),
}
# Extensions that IPython 8.12 does not have any more, and what has taken their place; empty where nothing is needed.
_GONE_EXTENSIONS = {
    "cythonmagic": "Cython",
    "octavemagic": "oct2py.ipython",
    "rmagic": "rpy2.ipython",
    "sympyprinting": "",
}
# What may make magics known in other ways.
_LOADS = regex(r"load_ext|get_ipython|register_\w*magic|%run\b|%autoload|sparkmagic")
_CONFIGURES = regex(r"ipython_config|InteractiveShellApp|profile_default|\.ipython\b")


class MagicNotFound(Rule):
    code = "NBK017"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.error or not plan.transparent or plan.separate_kernel:
            return
        old, no_shims = is_older(repo, "ipython", (7,)), not may_be_older(repo, "ipython", (8, 12))
        for page in notebooks:
            if not page.is_python or "spark" in page.kernel or "%" not in page.all_code:
                continue
            yield from self._extensions(page) if no_shims else ()
            loaded, for_colab = False, is_for_colab(page.source.path)
            for cell in page.code:
                loaded = loaded or bool(_LOADS.search(cell.text))
                if "%" not in cell.text or "raises-exception" in str(cell.data.get("metadata")):
                    continue
                written = (one for one in magics(cell.text) if not (for_colab and one.name == _OF_COLAB))
                if found := next((one for one in written if self._fails(repo, one, old, loaded)), None):
                    yield self._found(page, cell, found)
                    break

    def _extensions(self, page: PlainNotebook) -> Iterator[Diagnostic]:
        """The extensions that a notebook loads and that IPython no longer has."""
        for cell in page.code:
            for number, module in extensions(cell.text):
                if module not in _GONE_EXTENSIONS or "raises-exception" in str(cell.data.get("metadata")):
                    continue
                where, instead = page.line(cell.number, number), _GONE_EXTENSIONS[module]
                yield self.at(
                    where,
                    f"IPython no longer has the extension `{module}`, so this cell ends with an error",
                    help=f"Write `%load_ext {instead}`" if instead else "Call `init_printing()` of sympy in its place",
                    fix=Fix(
                        f"Load `{instead}`",
                        (replace(where.part(at := where.index(module), at + len(module)), instead),),
                    )
                    if instead and isinstance(where, Text) and where.place.text == where
                    else None,
                )

    def _fails(self, repo: Snapshot, magic: Magic, old: bool, loaded: bool) -> bool:
        if magic.blank:
            known = magic.name in listed_words("ipython_magics.txt") or magic.name in _OF_EXTENSION
            return known and (magic.whole or not old)
        if magic.name in _GONE:
            return not loaded
        return magic.name in _OF_EXTENSION and not loaded and not _is_configured(repo)

    def _found(self, page: PlainNotebook, cell: PlainCell, magic: Magic) -> Diagnostic:
        where = page.line(cell.number, magic.line)
        signs = "%%" if magic.whole else "%"
        written = f"{signs}{magic.name}"
        ends = "so this cell ends with an error"
        if magic.blank:
            return self.at(
                where,
                f"`{signs} {magic.name}` has a space after `{signs}`, which IPython {'does not understand' if magic.whole else 'has not understood since version 7'}, {ends}",
                help=f"Write `{written}`",
                fix=Fix(f"Write `{written}`", (replace(where.part(0, where.index(magic.name)), signs),))
                if isinstance(where, Text) and where.place.text == where
                else None,
            )
        if magic.name in _GONE:
            gone, advice = _GONE[magic.name]
            return self.at(where, f"`{written}` {gone}, {ends}", help=advice)
        extension = _OF_EXTENSION[magic.name]
        return self.at(
            where,
            f"No cell before this one loads the extension that has `{written}`, {ends}",
            help=f"Write `%load_ext {extension}` in a cell before it",
        )


def _is_configured(repo: Snapshot) -> bool:
    """Whether a configuration of IPython in the repository, or a script that may write one, can load extensions."""
    if any(_CONFIGURES.search(path) for path in repo.sources):
        return True
    scripts = [script.source for script in (post_build_script(repo), start_script(repo)) if script]
    return any(_CONFIGURES.search(source.text) for source in scripts)
