"""YAML: values with their places (PyYAML's nodes), and errors in the words of ruamel.yaml, the parser repo2docker uses."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from binderlint.source import Array, Place, Scalar, Source, Span, Table, Text

if TYPE_CHECKING:
    import yaml

# YAML 1.2's plain scalars that are no strings, as ruamel.yaml resolves them: `yes` and `on` stay strings, unlike in PyYAML's 1.1.
_NULL = re.compile(r"(?:~|null|Null|NULL|)$")
_BOOL = re.compile(r"(?:true|True|TRUE|false|False|FALSE)$")
_INT = re.compile(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9_]*[0-9][0-9_]*)$")
_FLOAT = re.compile(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))$|\.(?:nan|NaN|NAN)$"
)
_DATE = re.compile(
    r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)?$"
)

# Lines on which PyYAML and ruamel.yaml cannot disagree: comments, `key:`, `key: word`, `- word`, with nothing that YAML gives a meaning.
_SIMPLE_LINE = re.compile(
    r"(?: *(?:- )*(?:[A-Za-z_][\w.-]*:(?= |$))?(?: *[A-Za-z0-9_.][\w.=<>~^/+;()$ -]*)?(?<![ ]))?(?: *| +#[^\t]*|#[^\t]*)$"
)


# Errors that the parser notices lines after their cause, which is where it began what it could not finish.
_BEGUN = re.compile(
    r"simple key could not find expected ':'|unexpected end of stream|<stream end>|scanning (?:a block scalar|an alias) "
)


class Problem(NamedTuple):
    """Why a file does not parse: the parser's own words, the name of its error, and the place to look at."""

    message: str
    kind: str
    place: Place


class Document(NamedTuple):
    """A parsed file: the value (None for an empty file), or the problem."""

    value: Any
    problem: Problem | None = None


def read(source: Source) -> Document:
    """Parse a file as repo2docker does. Duplicate keys, tabs and several documents are problems."""
    if source.encoding != "utf-8" or source.decode_error:
        place = source.decode_error or source.place()
        return Document(None, Problem(_decode_message(source.data), "UnicodeDecodeError", place))
    import yaml

    try:
        root = yaml.compose(_composable(source), Loader=_loader())
    except yaml.YAMLError as error:
        return Document(None, _ruamel_problem(source) or _pyyaml_problem(source, error))
    if not _is_simple(source.text) and (problem := _ruamel_problem(source)):
        return Document(None, problem)
    if root is None:
        return Document(None)
    if problem := _duplicate_key(source, root):
        return Document(None, _ruamel_problem(source) or problem)
    return Document(_value(source, root, int(source.has_bom), {}))


def read_safe(source: Source) -> Document:
    """Parse a file as `yaml.safe_load` does, which dask, sphinx and most Python tools use: duplicate keys pass, unknown tags do not."""
    if source.decode_error or source.encoding != "utf-8":
        place = source.decode_error or source.place()
        return Document(None, Problem(_decode_message(source.data), "UnicodeDecodeError", place))
    import yaml

    try:
        root = yaml.compose(_composable(source), Loader=yaml.SafeLoader)
        yaml.safe_load(_composable(source))
    except yaml.YAMLError as error:
        return Document(None, _pyyaml_problem(source, error))
    except (ValueError, TypeError) as error:  # an impossible date, an unhashable key
        return Document(None, Problem(str(error), type(error).__name__, source.place()))
    return Document(None if root is None else _value(source, root, int(source.has_bom), {}))


@lru_cache(maxsize=1)
def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _composable(source: Source) -> str:
    return source.text[1:] if source.has_bom else source.text


def _is_simple(text: str) -> bool:
    return not text.startswith("\ufeff") and all(_SIMPLE_LINE.match(line) for line in text.splitlines())


def _value(source: Source, node: Any, shift: int, seen: dict[int, Any]) -> Any:
    """A node as Text, Scalar, Array or Table. Aliases give the value of their anchor."""
    if id(node) in seen:
        return seen[id(node)]
    place = Place(source, Span(node.start_mark.index + shift, node.end_mark.index + shift))
    value: Any
    if node.id == "scalar":
        value = _scalar(node, place)
        seen[id(node)] = value
    elif node.id == "sequence":
        value = seen[id(node)] = Array((), place, bool(node.flow_style))
        value.extend(_value(source, item, shift, seen) for item in node.value)
    else:
        value = seen[id(node)] = Table((), place, bool(node.flow_style))
        for key, item in node.value:
            known = _value(source, key, shift, seen)
            name = known if isinstance(known, Text) else Text(str(getattr(known, "value", known)), known.place)
            value[name] = _value(source, item, shift, seen)
    return value


def _scalar(node: Any, place: Place) -> Text | Scalar:
    written: str = node.value
    if node.style is not None or (node.tag == "tag:yaml.org,2002:str" and place.text.startswith("!")):
        return Text(written, place)
    if _NULL.match(written):
        return Scalar(None, place)
    if _BOOL.match(written):
        return Scalar(written.lower() == "true", place)
    if _INT.match(written):
        return Scalar(_integer(written), place)
    if _FLOAT.match(written):
        return Scalar(
            float(
                written.replace("_", "")
                .replace(".inf", "inf")
                .replace(".nan", "nan")
                .lower()
                .replace(".inf", "inf")
                .replace(".nan", "nan")
            ),
            place,
        )
    if _DATE.match(written):
        return Scalar(written, place)
    return Text(written, place)


def _integer(written: str) -> int:
    digits = written.replace("_", "")
    try:
        return int(digits, 0)
    except ValueError:
        return int(digits)


def _duplicate_key(source: Source, node: Any) -> Problem | None:
    """The first key that stands twice in a mapping, which ruamel.yaml refuses."""
    stack, seen_nodes = [node], set()
    while stack:
        node = stack.pop()
        if id(node) in seen_nodes or node.id == "scalar":
            continue
        seen_nodes.add(id(node))
        if node.id == "sequence":
            stack.extend(node.value)
            continue
        keys: set[str] = set()
        for key, value in node.value:
            if key.id == "scalar":
                if key.value in keys:
                    shift = int(source.has_bom)
                    place = Place(source, Span(key.start_mark.index + shift, key.end_mark.index + shift))
                    return Problem(f'found duplicate key "{key.value}"', "DuplicateKeyError", place)
                keys.add(key.value)
            stack.append(value)
    return None


class _Named(io.StringIO):
    name: str = "<file>"


def _ruamel_problem(source: Source) -> Problem | None:
    """What ruamel.yaml says of a file, read as repo2docker reads it: as text, with every line end made a newline."""
    from ruamel.yaml import YAML

    stream = _Named(re.sub("\r\n?", "\n", source.text))
    stream.name = source.path
    try:
        YAML().load(stream)
    except Exception as error:  # ruamel.yaml lets ValueError, AssertionError and others through
        return Problem(str(error), type(error).__name__, _mark_place(source, error))
    return None


def _pyyaml_problem(source: Source, error: yaml.YAMLError) -> Problem:
    return Problem(str(error), type(error).__name__, _mark_place(source, error))


def _mark_place(source: Source, error: Exception) -> Place:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is None:
        return source.place()
    if _BEGUN.search(f"{getattr(error, 'context', '')} {getattr(error, 'problem', '')}"):
        mark = getattr(error, "context_mark", None) or mark
    line = min(mark.line + 1, len(source.line_starts))
    span = source.line(line)
    start = min(span.start + mark.column + (1 if line == 1 and source.has_bom else 0), span.end)
    return Place(source, Span(start, max(start, span.end)))


def _decode_message(data: bytes) -> str:
    """Python's own words for bytes that are not UTF-8, which is what the build log shows."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return str(error)
    return "'utf-8' codec can't decode the file"
