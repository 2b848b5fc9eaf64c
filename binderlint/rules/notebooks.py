"""NBK: notebooks: whether they open, and with which kernel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.edits import replace
from binderlint.files.notebook import json_text
from binderlint.rule import Bad, Good, Rule
from binderlint.rules.notebook_examples import page
from binderlint.source import Scalar, Span

if TYPE_CHECKING:
    from binderlint.files.notebooks import Page
    from binderlint.repository import Repository


_OLD = {
    "metadata": {"name": "x"},
    "nbformat": 3,
    "nbformat_minor": 0,
    "worksheets": [
        {
            "cells": [
                {
                    "cell_type": "code",
                    "collapsed": False,
                    "input": ["1"],
                    "language": "python",
                    "metadata": {},
                    "outputs": [],
                }
            ]
        }
    ],
}
_NEW = {
    "cells": [
        {"cell_type": "code", "execution_count": None, "metadata": {"collapsed": False}, "outputs": [], "source": ["1"]}
    ],
    "metadata": {},
    "nbformat": 4,
    "nbformat_minor": 4,
}


class NotebookBroken(Rule):
    """A notebook cannot be opened.

    Jupyter shows "Unreadable Notebook" if a file is not JSON: merge conflicts that were committed, a file that was cut off, or a pointer of Git LFS or git-annex that nothing replaces with the content. The
    same happens if a required key is missing, or if there is a byte order mark before the first character. Other departures from the format open with an error message: a warning. Formats before 4
    are from 2014 or earlier: Jupyter converts such a notebook each time it is opened, so that is an info.

    Files below `tests`, `_build` and `.ipynb_checkpoints` are not checked, nor are LFS pointers that `.gitattributes` knows: Binder may fetch those.

    ## Fix safety

    The fix for an old format converts the file as Jupyter does when it saves it. It rewrites the whole file.
    """

    code = "NBK001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("https://nbformat.readthedocs.io/en/latest/format_description.html",)
    examples = (
        Bad({"a.ipynb": '{"cells": [\n<<<<<<< HEAD\n "x",\n=======\n "y"\n>>>>>>> other\n]}\n'}, at="a.ipynb:2", why="A merge conflict was committed"),
        Bad({"n/a.ipynb": '{"cells": [],\n "nbformat": 4,\n'}, at="n/a.ipynb:3", why="A file that was cut off"),
        Bad({"a.ipynb": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"}, at="a.ipynb:1", why="A pointer of Git LFS"),
        Bad({"a.ipynb": "/annex/objects/SHA256E-s1--0.ipynb\n"}, at="a.ipynb:1", why="A pointer of git-annex"),
        Bad({"a.ipynb": '{"cells": [{"cell_type": "code", "source": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'}, at="a.ipynb:1", why="A required key is missing"),
        Bad(
            {"a.ipynb": json.dumps(_OLD)},
            at="a.ipynb:1",
            fixed={"a.ipynb": json.dumps(_NEW, indent=1) + "\n"},
            severity=Severity.INFO,
         why="A format of 2014"),
        Good({"a.ipynb": page("1")}, why="A notebook as Jupyter saves it"),
        Bad({"a.ipynb": "\ufeff" + page("1")}, at="a.ipynb:1:1", fixed={"a.ipynb": page("1")}, why="A byte order mark"),
        Bad({"a.ipynb": "{}"}, at="a.ipynb:1", why="An empty object"),
        Bad(
            {"a.ipynb": page("1").replace('"cell_type": "code",', '"cell_type": "code",\n   "id": "a1",')},
            at="a.ipynb:24",
            severity=Severity.WARNING,
            fixed={"a.ipynb": page("1", minor=5).replace('"cell_type": "code",', '"cell_type": "code",\n   "id": "a1",')},
         why="Cells with an id in a format that has none"),
        Good({"tests/bad.ipynb": "{"}, why="A file for tests"),
        Good({"a.ipynb": "version https://git-lfs.github.com/spec/v1\n", ".gitattributes": "*.ipynb filter=lfs\n"}, why="A pointer of Git LFS that `.gitattributes` knows"),
        Good({"a.ipynb": page("x = '''\n<<<<<<< HEAD\n'''")}, why="Conflict markers in the text of a cell"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for one in repo.notebooks:
            text = one.source.text
            if text.startswith("version https://git-lfs"):
                attributes = repo.get(".gitattributes")
                if not attributes or "filter=lfs" not in attributes.text:
                    yield self.at(
                        one.source,
                        "This is a pointer of Git LFS and not the notebook, and nothing tells git to fetch the content",
                        help="Commit the notebook itself, or track it with `git lfs track`",
                    )
            elif "annex/objects/" in text[:300] and one.data is None:
                yield self.at(
                    one.source,
                    "This is a pointer of git-annex and not the notebook; Binder does not fetch the content",
                    help="Commit the notebook itself: `git annex unannex`",
                )
            elif one.data is None:
                yield self._unreadable(one)
            else:
                yield from self._format(one)

    def _unreadable(self, one: Page) -> Diagnostic:
        marker = re.search(r"^<{7} [^\n]*", one.source.text, re.MULTILINE)
        if marker:
            return self.at(
                one.source.slice(*marker.span()),
                "A merge conflict was committed in this notebook, so Jupyter cannot open it",
                help="Take one of the two versions, and open the notebook before you commit",
            )
        words, place = one.located.problem or ("it holds no notebook", one.source.place())
        return self.at(
            place,
            f"Jupyter cannot open this notebook: it is not valid JSON ({words})",
            help="Restore an earlier version from git",
        )

    def _format(self, one: Page) -> Iterator[Diagnostic]:
        data = one.data or {}
        major = data.get("nbformat")
        if major in (2, 3):
            where = one.value("nbformat") or one.source
            converted, words = _converted(one)
            if words:
                yield self.at(
                    where,
                    f"Jupyter cannot open this notebook, which is in format {major}, of 2014 or earlier: {words}",
                    help="Restore an earlier version from git",
                )
                return
            yield self.at(
                where,
                f"This notebook is in format {major}, of 2014 or earlier; Jupyter converts it each time it is opened",
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
                "Jupyter cannot open this notebook: an invisible byte order mark stands before its first character",
                help="Save the file as UTF-8 without a byte order mark",
                fix=Fix("Remove the byte order mark", (Replace(one.source.path, Span(0, 1), ""),)),
            )
        else:
            yield from self._doubtful(one, data)

    def _doubtful(self, one: Page, data: Mapping[str, object]) -> Iterator[Diagnostic]:
        """What Jupyter says of a notebook that is JSON and not as it should be."""
        from binderlint.files.validity import verdict

        opens, words = verdict(one)
        minor = one.value("nbformat_minor")
        if opens and words and isinstance(minor, Scalar) and _is_of_next(data.get("cells")) and _opens_as_next(minor):
            yield self.at(
                minor,
                f"Cells with an `id` are of format 4.5 and this file says 4.{minor.value}: Jupyter opens it with an error message",
                help='Write `"nbformat_minor": 5`',
                fix=Fix("Write format 4.5", (replace(minor, "5"),)),
                severity=Severity.WARNING,
                level=Level.POLISH,
            )
        elif words:
            yield self.at(
                one.source,
                f"Jupyter opens this notebook with an error message: {words}"
                if opens
                else f"Jupyter cannot open this notebook: {words}",
                help="Open and save it in Jupyter, or restore an earlier version from git",
                severity=Severity.WARNING if opens else None,
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
    from binderlint.files.validity import Verdict, judge

    source, (start, end) = minor.place.source, minor.place.span
    text = json_text(source)
    return judge(text[:start] + "5" + text[end:]) == Verdict(True)


def _converted(one: Page) -> tuple[str, str]:
    """A notebook of format 2 or 3 in format 4, or nothing and why Jupyter cannot read it."""
    if one.source.decode_error:
        return "", "it is not UTF-8"
    import nbformat

    from binderlint.files.validity import quiet, words_of

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


class NotebookExecutionOrder(Rule):
    """The cells of a notebook were not run from top to bottom.

    The numbers beside the cells show in which order they were run before the notebook was saved. If a cell ran before one above it, visitors who run the notebook from the top in a fresh session may get
    other outputs than the stored ones.

    There is one info per notebook, at the first such cell. Gaps are not reported.
    """

    code = "NBK003"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("https://doi.org/10.1109/MSR.2019.00077",)
    examples = (
        Bad(
            {"a.ipynb": page("a = 1", "a", "a + 1", counts=(5, 3, 4))},
            at="a.ipynb:22",
            why="A cell ran before one above it",
        ),
        Good({"a.ipynb": page("a = 1", "a", counts=(1, 2))}, why="All in order"),
        Good({"a.ipynb": page("a = 1", "a", counts=(3, 9))}, why="Gaps in the numbers"),
        Good({"a.ipynb": page("a = 1", "a")}, why="A notebook that never ran"),
        Good({"a.ipynb": page("a = 1", "b", "a", counts=(1, None, 2))}, why="A cell that was not run"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for one in repo.notebooks:
            before = 0
            for cell in one.code:
                count = cell.data.get("execution_count")
                if not isinstance(count, int):
                    continue
                if count < before:
                    found = one.cell(cell.number)
                    where = found.data.get("execution_count") if found else None
                    place = where.place._replace(cell=(cell.number, 1)) if where else one.source.place()
                    yield self.at(
                        place,
                        f"This cell was run before one above it ({count} after {before}), so the stored outputs may not be those of a fresh run",
                        help="Restart the kernel, run all cells, and save",
                    )
                    break
                before = count
