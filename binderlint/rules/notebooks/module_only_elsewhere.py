"""module-only-elsewhere: A notebook imports a module that only exists in the browser or on another service."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.environment.asked import asked_names
from binderlint.facts.local_modules import modules_in
from binderlint.facts.notebooks import is_for_colab, shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import imports
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple


class _Service(NamedTuple):
    """Where modules are, and what to do with an import of them."""

    where: str
    advice: str


_BROWSER = _Service(
    "in the browser (Pyodide, JupyterLite)",
    'List the packages in the environment file, and put what JupyterLite needs under `if sys.platform == "emscripten":`',
)
_COLAB = _Service(
    "in Google Colab",
    'Put the files in the repository, and what Colab needs under `if "google.colab" in sys.modules:`',
)
_KAGGLE = _Service("on Kaggle", 'Put what Kaggle needs under `if "KAGGLE_KERNEL_RUN_TYPE" in os.environ:`')
# The modules, the packages on PyPI that have one of the same name ("" for none), and where they are.
_ELSEWHERE = {
    "micropip": ("micropip", _BROWSER),
    "piplite": ("piplite", _BROWSER),
    "pyodide": ("pyodide-py", _BROWSER),
    "pyodide_js": ("pyodide-py", _BROWSER),
    "pyodide_kernel": ("pyodide-kernel", _BROWSER),
    "js": ("js", _BROWSER),
    "google.colab": ("google-colab", _COLAB),
    "kaggle_datasets": ("", _KAGGLE),
    "kaggle_secrets": ("", _KAGGLE),
    "kaggle_web_client": ("", _KAGGLE),
}
_HINT = regex(r"\b(?:micropip|piplite|pyodide(?:_js|_kernel)?|js|colab|kaggle_\w+)\b")


_WORDS = ("micropip", "piplite", "pyodide", "js", "colab", "kaggle_")  # one of them is in each


def _hinted(cell: PlainCell) -> bool:
    return any(word in cell.text for word in _WORDS) and bool(_HINT.search(cell.text))


class ModuleOnlyElsewhere(Rule):
    code = "NBK016"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if plan.error or not plan.transparent:
            return
        pages = [page for page in notebooks if page.is_python and any(map(_hinted, page.code))]
        asked = asked_names(repo) if pages else frozenset()
        for page in pages:
            yield from self._of(repo, page, asked)

    def _of(self, repo: Snapshot, page: PlainNotebook, asked: frozenset[str]) -> Iterator[Diagnostic]:
        local = modules_in(repo, page.source.folder)
        packages = {name for name, _ in _ELSEWHERE.values() if name}
        installed = {name for name in packages if f"install {name}" in page.all_code}
        for cell in page.code:
            if not _hinted(cell) or "raises-exception" in str(cell.data.get("metadata")):
                continue
            for one in imports(cell.text):
                module = next((name for name in (one.name, *one.modules) if name in _ELSEWHERE), "")
                package, service = _ELSEWHERE.get(module, ("", None))
                if service is None or one.name in local or package in asked | installed:
                    continue
                if service is _COLAB and is_for_colab(page.source.path):
                    continue
                yield self.at(
                    page.line(cell.number, one.line),
                    f"`{module}` only exists {service.where}. Binder's Python does not have it, so this cell ends with an error",
                    help=service.advice,
                )
                return
