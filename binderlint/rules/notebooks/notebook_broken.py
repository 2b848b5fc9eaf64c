"""notebook-broken: A notebook cannot be opened."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from binderlint.changes.edits import replace
from binderlint.facts.lfs import is_pointer
from binderlint.facts.notebooks import shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.rule import Rule
from binderlint.read.notebook import json_problem, json_text
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.validity import Verdict, judge, quiet, verdict, words_of
from binderlint.snapshot import Snapshot
from binderlint.source import Scalar, Span


class NotebookBroken(Rule):
    code = "NBK001"
    severity = Severity.ERROR
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        for one in notebooks:
            head = one.source.data[:300]
            if is_pointer(one.source):
                attributes = repo.get(".gitattributes")
                if not attributes or "filter=lfs" not in attributes.text:
                    yield self.at(
                        one.source,
                        "This is a Git LFS pointer instead of the notebook, and nothing tells git to fetch the content",
                        help="Commit the notebook itself, or track it with `git lfs track`",
                    )
            elif b"annex/objects/" in head and one.data is None:
                yield self.at(
                    one.source,
                    "This is a git-annex pointer instead of the notebook. Binder does not fetch the content",
                    help="Commit the notebook itself: `git annex unannex`",
                )
            elif one.data is None:
                yield self._unreadable(one)
            else:
                yield from self._format(one)

    def _unreadable(self, one: PlainNotebook) -> Diagnostic:
        marker = re.search(r"^<{7} [^\n]*", one.source.text, re.MULTILINE)
        if marker:
            return self.at(
                one.source.slice(*marker.span()),
                "A merge conflict was committed in this notebook, so Jupyter cannot open it",
                help="Keep one of the two versions, and open the notebook before you commit",
            )
        words, place = json_problem(one.source) or ("it holds no notebook", one.source.place())
        return self.at(
            place,
            f"Jupyter cannot open this notebook: it is not valid JSON ({words})",
            help="Restore an earlier version from git",
        )

    def _format(self, one: PlainNotebook) -> Iterator[Diagnostic]:
        data = one.data or {}
        major = data.get("nbformat")
        if major in (2, 3):
            where = one.value("nbformat") or one.source
            converted, words = _converted(one)
            if words:
                yield self.at(
                    where,
                    f"Jupyter cannot open this notebook, which is in format {major} from 2014 or earlier: {words}",
                    help="Restore an earlier version from git",
                )
                return
            yield self.at(
                where,
                f"This notebook is in format {major}, from 2014 or earlier. Jupyter converts it each time it is opened",
                help="Open and save it in Jupyter, or run `jupyter nbconvert --to notebook --inplace`",
                fix=Fix(
                    "Convert to format 4",
                    (replace(one.source.place(0, len(one.source.text)), converted),),
                    Applicability.UNSAFE,
                ),
                severity=Severity.INFO,
                level=Level.POLISH,
            )
        elif one.source.has_bom:
            yield self.at(
                one.source.place(0, 0),
                "Jupyter cannot open this notebook: there is an invisible byte order mark before its first character",
                help="Save the file as UTF-8 without a byte order mark",
                fix=Fix("Remove the byte order mark", (Replace(one.source.path, Span(0, 1), ""),)),
            )
        else:
            yield from self._doubtful(one, data)

    def _doubtful(self, one: PlainNotebook, data: Mapping[str, object]) -> Iterator[Diagnostic]:
        """What is said of a notebook that is JSON and not as it should be. JupyterLab 4 shows nothing of what the server finds wrong with one that opens."""
        opens, words = verdict(one)
        minor = one.value("nbformat_minor") if words else None
        if opens and isinstance(minor, Scalar) and _is_of_next(data.get("cells")) and _opens_as_next(minor):
            yield self.at(
                minor,
                f"Cells with an `id` need format 4.5, but this file says 4.{minor.value}. Jupyter opens the notebook, but tools that check the format complain",
                help='Use `"nbformat_minor": 5`',
                fix=Fix("Change the format to 4.5", (replace(minor, "5"),)),
                severity=Severity.INFO,
                level=Level.POLISH,
            )
        elif words:
            yield self.at(
                one.source,
                f"This notebook does not follow its format. Jupyter opens it, but tools that check the format complain: {words}"
                if opens
                else f"Jupyter cannot open this notebook: {words}",
                help="Open and save it in Jupyter, or restore an earlier version from git",
                severity=Severity.INFO if opens else None,
                level=Level.POLISH if opens else None,
            )


def _is_of_next(cells: object) -> bool:
    """Whether every cell has an id of its own, as format 4.5 wants it."""
    if not isinstance(cells, list):
        return False
    ids = [cell.get("id") if isinstance(cell, dict) else None for cell in cells]
    names = [name for name in ids if isinstance(name, str) and re.fullmatch(r"[a-zA-Z0-9_-]{1,64}", name)]
    return len(names) == len(ids) == len(set(names))


def _opens_as_next(minor: Scalar) -> bool:
    """True when the number of the format is all that Jupyter has against a notebook."""
    source, (start, end) = minor.place.source, minor.place.span
    text = json_text(source)
    return judge(text[:start] + "5" + text[end:]) == Verdict(True)


def _converted(one: PlainNotebook) -> tuple[str, str]:
    """A notebook of format 2 or 3 in format 4, or nothing and why Jupyter cannot read it."""
    if one.source.decode_error:
        return "", "it is not UTF-8"
    import nbformat

    try:
        with quiet():
            node = nbformat.reads(one.source.text.removeprefix("\ufeff"), as_version=4)  # type: ignore[no-untyped-call]
        node["nbformat_minor"] = 4  # without the random cell ids of 4.5, so that converting twice gives the same
        for cell in node["cells"]:
            cell.pop("id", None)
            cell["source"] = re.findall(r"[^\n]*\n|[^\n]+", cell["source"])
        node["metadata"].pop("orig_nbformat", None)
        node["metadata"].pop("orig_nbformat_minor", None)
        text = json.dumps(node, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    except Exception as error:  # nbformat raises whatever its input makes it stumble on
        return "", words_of(error)
    text = re.sub("[\ud800-\udfff]", lambda found: f"\\u{ord(found.group()):04x}", text)  # halves of characters
    return text.replace("\n", one.source.newline), ""
