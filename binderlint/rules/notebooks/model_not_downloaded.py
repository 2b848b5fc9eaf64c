"""model-not-downloaded: A notebook needs a model or data of spaCy or NLTK that nothing downloads."""

from __future__ import annotations

import ast
import posixpath
import re
from collections.abc import Iterator, Mapping
from functools import cache

from binderlint.data import pairs
from binderlint.facts.docker.context import build_step
from binderlint.facts.environment.jupyter_stack import is_older
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.newest import is_newer
from binderlint.facts.environment.provided import provided
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.searched import searched_texts
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.uses import Use, uses
from binderlint.snapshot import Snapshot

# Where NLTK's data may come from, and how models of spaCy are installed, in any file.
_NLTK = regex(rb"nltk[\w.]*download|nltk[._-]data|NLTK_DATA|nltk\.txt")
_SPACY = regex(rb"spacy(?:\s+|['\",\s]+)download|spacy\.cli|spacy\.util")
_OTHER_SPACY = regex(rb"install\b[^\n]*\bspacy\s*[=<~]")
_MODEL = regex(r"[a-z]{2}_(?:core|dep|ent|sent)_[a-z]+_(?:sm|md|lg|trf)")


class ModelNotDownloaded(Rule):
    code = "NBK015"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        pages = [page for page in notebooks if page.is_python and ("spacy" in page.all_code or "nltk" in page.all_code)]
        there = (provided(repo) or frozenset()) & {"spacy", "nltk"} if pages else frozenset()
        if pages and _is_spacy_3(repo):
            for page in pages:
                yield from self._of_short_names(repo, page)
        if "nltk" in there and any(_NLTK.search(source.searchable) for source in searched_texts(repo)):
            there -= {"nltk"}
        if "spacy" in there and any(_SPACY.search(source.searchable) for source in searched_texts(repo)):
            there -= {"spacy"}
        for page in pages if there else ():
            yield from self._of(repo, page, there)

    def _of(self, repo: Snapshot, page: PlainNotebook, there: frozenset[str]) -> Iterator[Diagnostic]:
        aliases: dict[str, str] = {}
        told = set[str]()
        for cell in page.code:
            for use in uses(cell.text, aliases):
                model = _model(use) if "spacy" in there else ""
                data = (
                    next((found for name in use.names if (found := _data().get(name))), "")
                    if "nltk" in there and use.call
                    else ""
                )
                wanted = model or data
                if not wanted or wanted in told or (model and _is_named(repo, model)):
                    continue
                told.add(wanted)
                if data and is_older(repo, "nltk", (3, 8, 2)):
                    data = data.removesuffix("_tab").removesuffix("_eng")
                command = f"python -m spacy download {model}" if model else f"python -m nltk.downloader {data}"
                what = f"the model `{model}` of spaCy" if model else f"`{data}` of NLTK's data"
                yield self.at(
                    page.line(cell.number, use.line),
                    f"`{use.written}` needs {what}, which pip does not install and nothing here downloads, so this cell ends with an error",
                    help=f"Run `{command}` {build_step(repo)}",
                )

    def _of_short_names(self, repo: Snapshot, page: PlainNotebook) -> Iterator[Diagnostic]:
        aliases: dict[str, str] = {}
        for cell in page.code:
            for use in uses(cell.text, aliases):
                name = _loaded(use)
                model = _SHORT.get(name)
                if model and not any(repo.exists(posixpath.join(folder, name)) for folder in ("", page.source.folder)):
                    download = any(_SPACY.search(source.searchable) for source in searched_texts(repo))
                    yield self.at(
                        page.line(cell.number, use.line),
                        f"`{name}` is a short name of a model, and spaCy 3 does not know short names: this cell ends with an error, whatever is downloaded",
                        help=f"Load `{model}`"
                        + (
                            ""
                            if download or _is_named(repo, model)
                            else f", and run `python -m spacy download {model}` {build_step(repo)}"
                        ),
                    )
                    return


def _is_spacy_3(repo: Snapshot) -> bool:
    """Whether the build certainly has a spaCy from 3 on."""
    if any(_OTHER_SPACY.search(source.searchable) for source in searched_texts(repo)):
        return False
    conda = [str(spec.version or "") for spec in conda_specs(repo) if spec.key == "spacy"]
    pinned = any(re.match(r"=*\s*[3-9]\b", version) for version in conda)
    return pinned if conda else is_newer(repo, "spacy", (3,), (3, 6))


# spaCy's OLD_MODEL_SHORTCUTS (spacy/errors.py of 3.8).
_SHORT = {
    "en": "en_core_web_sm",
    "de": "de_core_news_sm",
    "es": "es_core_news_sm",
    "pt": "pt_core_news_sm",
    "fr": "fr_core_news_sm",
    "it": "it_core_news_sm",
    "nl": "nl_core_news_sm",
    "el": "el_core_news_sm",
    "nb": "nb_core_news_sm",
    "lt": "lt_core_news_sm",
    "xx": "xx_ent_wiki_sm",
}


@cache
def _data() -> Mapping[str, str]:
    return pairs("nltk_data.tsv")


def _loaded(use: Use) -> str:
    """What `spacy.load` is given, empty for another call and what is not written out."""
    first = use.call.args[0] if use.call and use.call.args and "spacy.load" in use.names else None
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""


def _model(use: Use) -> str:
    """The model that `spacy.load` loads by its name, empty for another call or a path."""
    name = _loaded(use)
    return name if _MODEL.fullmatch(name) else ""


def _is_named(repo: Snapshot, model: str) -> bool:
    """Whether a file that is no notebook names a model, with whatever it installs it: `en_core_web_sm`, `en-core-web-sm`."""
    name = re.compile(re.escape(model).replace("_", "[-_]").encode())
    return any(
        name.search(source.data)
        for source in searched_texts(repo)
        if not source.path.endswith((".ipynb", ".py", ".md"))
    )
