"""Plain TOML: files of which every statement is so plain that it can be read without `tomllib`: loading that takes longer than reading most files.

Plain are comments, `[tables]` of bare names, and `key = ` with text in quotes without an escape, a number, `true`, `false`, or a list of
such texts, which may go over several lines. Whatever else there is, and whatever is named twice, makes a file one for `tomllib`.
"""

from __future__ import annotations

from binderlint.typed import Any


def plain_toml(text: str) -> dict[str, Any] | None:
    """What `tomllib.loads` gives for a plain file; None for any other."""
    root: dict[str, Any] = {}
    table, headers = root, set[str]()
    lines = iter(text.replace("\r\n", "\n").split("\n"))
    for line in lines:
        line = line.strip(" \t")
        if not line or (line[0] == "#" and line.isprintable()):
            continue
        if line[0] == "[":
            name = line[1:-1]
            parts = name.split(".")
            if line[-1] != "]" or name in headers or len(parts) > 9 or not all(map(_is_bare, parts)):
                return None
            headers.add(name)
            table = root
            for part in parts:
                table = table.setdefault(part, {})
                if not isinstance(table, dict):
                    return None
            continue
        key, _, written = line.partition("=")
        key, written = key.rstrip(" \t"), written.lstrip(" \t")
        pieces = [written]
        while written.startswith("[") and not pieces[-1].endswith("]"):
            following = next(lines, None)
            if following is None or pieces[-1].count('"') % 2:
                return None
            pieces.append(following.strip(" \t"))
        value = _value("".join(pieces))
        if value is None or not _is_bare(key) or key in table:
            return None
        table[key] = value
    return root


def _is_bare(name: str) -> bool:
    return name.isascii() and name.replace("-", "_").isidentifier()


def _value(written: str) -> str | int | bool | list[str] | None:
    """A plain value, None for any other."""
    if written in ("true", "false"):
        return written == "true"
    if written.isascii() and written.isdigit() and len(written) < 10 and (written == "0" or written[0] != "0"):
        return int(written)
    *pieces, end = written.split('"')  # outside and inside of quotes by turns
    inside = pieces[1::2]
    if len(pieces) % 2 or "\\" in written or not written.isprintable():
        return None
    if len(inside) == 1 and not pieces[0] and not end:
        return inside[0]
    outside = [piece.strip(" ") for piece in (*pieces[::2], end)]
    between = [","] * (len(inside) - 1)
    return inside if inside and outside in (["[", *between, "]"], ["[", *between, ",]"]) else None
