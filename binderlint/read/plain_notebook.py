"""The notebooks of a repository, read twice: at once as plain JSON, which is fast, and with places only when somebody asks for one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cached_property

from binderlint.read.notebook import Cell, Notebook, cell_offsets, json_text, read_cell, read_key, read_notebook
from binderlint.source import Array, Place, Scalar, Source, Table, Text
from binderlint.typed import Any
from binderlint.values import NamedTuple


class PlainCell(NamedTuple):
    """A cell as in the JSON: its kind, its number (from 1), its source as one text, and all its keys."""

    kind: str
    number: int
    text: str
    data: dict[str, Any]


class PlainNotebook:
    """A notebook file."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def __repr__(self) -> str:
        return f"PlainNotebook({self.source.path!r})"

    @cached_property
    def data(self) -> dict[str, Any] | None:
        """The JSON object without the pictures in its outputs, None when there is none."""
        found = _parsed(Source(self.source.path, self.source.searchable))
        if found is None and len(self.source.searchable) < len(self.source.data):
            found = _parsed(self.source)
        return found if isinstance(found, dict) else None

    @cached_property
    def located(self) -> Notebook:
        """The same with places."""
        return read_notebook(self.source)

    @cached_property
    def cells(self) -> tuple[PlainCell, ...]:
        data = self.data or {}
        found = data.get("cells")
        if not isinstance(found, list):
            sheets = data.get("worksheets")
            sheet = sheets[0] if isinstance(sheets, list) and sheets and isinstance(sheets[0], dict) else {}
            found = sheet.get("cells")
        tables = [cell for cell in found if isinstance(cell, dict)] if isinstance(found, list) else []
        return tuple(_cell(cell, number) for number, cell in enumerate(tables, 1))

    @cached_property
    def code(self) -> tuple[PlainCell, ...]:
        """The code cells."""
        return tuple(cell for cell in self.cells if cell.kind == "code")

    @cached_property
    def all_code(self) -> str:
        """The code cells as one text, for quick looks whether a word is there at all."""
        return "\n".join(cell.text for cell in self.code)

    @cached_property
    def metadata(self) -> dict[str, Any]:
        found = (self.data or {}).get("metadata")
        return found if isinstance(found, dict) else {}

    @property
    def kernel(self) -> str:
        """The name of its kernel, empty when it names none."""
        found = self.metadata.get("kernelspec")
        name = found.get("name") if isinstance(found, dict) else None
        return name if isinstance(name, str) else ""

    @cached_property
    def language(self) -> str:
        """Its programming language in small letters, that of its kernel first, empty when it does not say."""
        for key, entry in (("kernelspec", "language"), ("language_info", "name")):
            found = self.metadata.get(key)
            name = found.get(entry) if isinstance(found, dict) else None
            if isinstance(name, str) and name:
                return "python" if name.lower() in ("python2", "python3") else name.lower()
        return ""

    @property
    def is_python(self) -> bool:
        return self.language in ("python", "ipython") or (not self.language and self.kernel in ("", "python3"))

    def cell(self, number: int) -> Cell | None:
        """A cell (from 1) with places."""
        if not self.data or self.data.get("nbformat") != 4:
            cells = self.located.cells
            return cells[number - 1] if number <= len(cells) else None
        if number not in self._read:
            offsets = self._offsets
            self._read[number] = read_cell(self.source, number, offsets[number - 1]) if number <= len(offsets) else None
        return self._read[number]

    @cached_property
    def _offsets(self) -> list[int]:
        return cell_offsets(self.source)

    @cached_property
    def _read(self) -> dict[int, Cell | None]:
        """The cells that were asked for."""
        return {}

    def line(self, cell: int, line: int) -> Text | Place:
        """A line of a cell (both from 1) with its place."""
        found = self.cell(cell)
        return found.lines[line - 1] if found and line <= len(found.lines) else self.source.place()

    def value(self, key: str, *keys: str) -> Text | Array | Table | Scalar | None:
        """A value of the notebook, by the keys that lead to it, with its place."""
        found: Any = read_key(self.source, key) if self.data else None
        for name in keys:
            found = found.get(name) if isinstance(found, Table) else None
        return found if isinstance(found, (Text, Array, Table, Scalar)) else None


def _parsed(source: Source) -> Any:
    try:
        return json.loads(json_text(source).removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None


def cells_with(page: PlainNotebook, wanted: Callable[[str], object]) -> Iterator[Cell]:
    """The cells, with their places, whose text is wanted. Of the others no places are looked for."""
    if page.data is None:
        yield from (cell for cell in page.located.cells if wanted(cell.text))
    for plain in page.cells:
        if wanted(plain.text) and (cell := page.cell(plain.number)):
            yield cell


def _cell(data: dict[str, Any], number: int) -> PlainCell:
    written = data.get("source", data.get("input", ""))
    text = "".join(piece for piece in written if isinstance(piece, str)) if isinstance(written, list) else written
    kind = data.get("cell_type")
    return PlainCell(kind if isinstance(kind, str) else "", number, text if isinstance(text, str) else "", data)
