"""YAML: values with their places (PyYAML's nodes), and errors in the words of ruamel.yaml, the parser repo2docker uses."""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache, lru_cache

from binderlint.pattern import regex
from binderlint.read.digits import is_number, number
from binderlint.read.plain_yaml import Node, plain_root
from binderlint.read.text import open_text
from binderlint.source import Array, Place, Scalar, Source, Span, Table, Text
from binderlint.typed import TYPE_CHECKING, Any
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    import yaml


# YAML 1.2's plain scalars that are no strings, as ruamel.yaml resolves them: `yes` and `on` stay strings, unlike in PyYAML's 1.1.
_HALF = regex("[\ud800-\udfff]")  # of a character, written as an escape, which no encoding can write again
_NULL = regex(r"(?:~|null|Null|NULL|)$")
_BOOL = regex(r"(?:true|True|TRUE|false|False|FALSE)$")
_NAMED = frozenset({"null", "Null", "NULL", "true", "True", "TRUE", "false", "False", "FALSE"})
_INT = regex(r"[-+]?(?:0b[01_]+|0o?[0-7_]+|0x[0-9a-fA-F_]+|[0-9][0-9_]*)$|[-+]_+[0-9][0-9_]*$")
_FLOAT = regex(
    r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[0-9][0-9_]*[eE][-+]?[0-9]+|\.[0-9_]+(?:[eE][-+][0-9]+)?|\.(?:inf|Inf|INF))$|\.(?:nan|NaN|NAN)$"
)
_DATE = regex(r"\d{4}-\d\d?-\d\d?(?:(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?)?$")

# Lines on which PyYAML, in Python and in C, and ruamel.yaml cannot disagree: comments, `key:`, `- ` and behind them a plain word, text in
# quotes without an escape, or a list of both on one line. tests/test_yaml.py holds them against each other.
_QUOTED = r"""'[ -&(-~]*'|"[ !#-\[\]-~]*\""""
_IN_LIST = rf"(?:[A-Za-z0-9_.][A-Za-z0-9_.=<>~^/+*-]*|{_QUOTED})"
_SIMPLE_LINE = regex(
    r"(?!\.\.\.)"
    r"(?: *(?:- )*(?:[A-Za-z_][A-Za-z0-9_.-]*:(?= |$))?"
    rf"(?: *(?:{_QUOTED}|\[ *(?:{_IN_LIST}(?: *, *{_IN_LIST})*)? *\]|"
    r"[A-Za-z0-9_./](?:[A-Za-z0-9_.=<>~^/+;()$@%!*\[\], -]|:(?=[A-Za-z0-9_/]))*))?(?<! ))?"
    r"(?: *|(?: +|^)#[ -~\u00a1-\u167f\u2010-\u2027\u2030-\u2fff\u3001-\ud7ff]*)$"
)


# Errors that the parser notices lines after their cause, which is where it began what it could not finish.
_BEGUN = regex(
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


@lru_cache(maxsize=16)
def read_yaml(source: Source) -> Document:
    """Parse a file as repo2docker does, each value with its place. Duplicate keys, tabs and several documents are problems."""
    plain = plain_root(source)
    if plain and not _duplicate_key(plain):
        return Document(_value(source, plain, _OwnOffsets(), {}))
    simple = plain is not None or _is_simple(source)
    if not simple:
        _, problem = _ruamel(source, source.path)
        if problem:
            return Document(None, problem)
    import yaml

    try:
        if "\ufeff" in source.text[1:]:  # in the middle, a byte order mark is a character for ruamel.yaml only
            raise yaml.YAMLError
        root, offsets = yaml.compose(_composable(source), Loader=_loader()), _Offsets(int(source.has_bom), ())
    except yaml.YAMLError as error:  # ruamel.yaml decides, and it accepts some files that PyYAML does not
        _, problem = _ruamel(source, source.path)
        if problem:
            return Document(None, problem)
        root, offsets = _ruamel_nodes(source), _Offsets(0, _returns(source.text))
        if root is None and source.text.strip():
            return Document(None, _pyyaml_problem(source, error))
    if root is None:
        return Document(None)
    if simple and _duplicate_key(root) and (problem := _ruamel(source, source.path)[1]):
        return Document(None, problem)
    return Document(_value(source, root, offsets, {}))


@lru_cache(maxsize=4)
def load(source: Source, name: str) -> Document:
    """Parse a file as repo2docker does and give the very objects that ruamel.yaml makes, without places.

    Only for a file so plain that nothing depends on them, lists and mappings of strings, are they those of `read`.
    """
    if plain_root(source) or _is_simple(source):
        document = read_yaml(source)
        if document.problem is None and _is_plain(document.value):
            return document
    return Document(*_ruamel(source, name))


def _is_plain(value: Any) -> bool:
    """Whether a file is a mapping of strings and of lists of strings, with `pip:` and a list of strings among them at most."""
    return isinstance(value, Table) and all(
        isinstance(item, Text)
        or (isinstance(item, Array) and all(isinstance(one, Text) or _is_plain_pip(one) for one in item))
        for item in value.values()
    )


def _is_plain_pip(value: Any) -> bool:
    return isinstance(value, Table) and all(
        isinstance(item, Array) and all(isinstance(line, Text) for line in item) for item in value.values()
    )


def read_safe(source: Source) -> Document:
    """Parse a file as `yaml.safe_load` does, which dask, sphinx and most Python tools use: duplicate keys pass, unknown tags do not."""
    if source.decode_error or source.encoding != "utf-8":
        place = source.decode_error or source.place()
        return Document(None, Problem("the file is not UTF-8", "UnicodeDecodeError", place))
    plain = plain_root(source)
    if plain and not _duplicate_key(plain):
        return Document(_value(source, plain, _OwnOffsets(), {}))
    import yaml

    try:
        root = _safe_root(source)
    except yaml.YAMLError as error:
        return Document(None, _pyyaml_problem(source, error))
    except (
        ValueError,
        TypeError,
        RecursionError,
    ) as error:  # an impossible date, an unhashable key, brackets without end
        return Document(None, Problem(str(error), type(error).__name__, source.place()))
    return Document(None if root is None else _value(source, root, _Offsets(int(source.has_bom), ()), {}))


def _safe_root(source: Source) -> Any:
    """The root of a file that the pure Python loader can construct, which names what it cannot as users see it; None for an empty file."""
    import yaml

    text = _composable(source)
    if _is_simple(source):
        try:
            return _constructed(text, _loader())
        except yaml.YAMLError:
            pass
    if "<<" in text:  # constructing a mapping writes into it what it merges
        yaml.safe_load(text)
        return yaml.compose(text, Loader=yaml.SafeLoader)
    return _constructed(text, yaml.SafeLoader)


def _constructed(text: str, loader: Any) -> Any:
    loading = loader(text)
    try:
        root = loading.get_single_node()
        if root is not None:
            loading.construct_document(root)
        return root
    finally:
        loading.dispose()


@cache
def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _composable(source: Source) -> str:
    return source.text[1:] if source.has_bom else source.text


def _is_simple(source: Source) -> bool:
    if source.encoding != "utf-8":
        return False
    lines = source.text.replace("\r\n", "\n").split("\n")
    return len(max(lines, key=len)) < 1000 and all(map(_SIMPLE_LINE.match, lines))


class _Offsets(NamedTuple):
    """From a parser's index to the offset in the text: what is added to all, and where a carriage return was left out."""

    shift: int
    returns: tuple[int, ...]

    def span(self, node: Any) -> Span:
        start, end = (mark.index + self.shift for mark in (node.start_mark, node.end_mark))
        return Span(start + bisect_left(self.returns, start), end + bisect_left(self.returns, end))


class _OwnOffsets:
    """The offsets of nodes that were read without a parser."""

    def span(self, node: Node) -> Span:
        return Span(node.start, node.end)


def _returns(text: str) -> tuple[int, ...]:
    r"""Where `\r` of a `\r\n` would stand in the text without them."""
    return tuple(found.start() - before for before, found in enumerate(re.finditer("\r(?=\n)", text)))


def _value(source: Source, node: Any, offsets: _Offsets | _OwnOffsets, seen: dict[int, Any]) -> Any:
    """A node as Text, Scalar, Array or Table. Aliases give the value of their anchor."""
    if id(node) in seen:
        return seen[id(node)]
    place = Place(source, offsets.span(node))
    value: Any
    if node.id == "scalar":
        value = _scalar(node, place)
        seen[id(node)] = value
    elif node.id == "sequence":
        value = seen[id(node)] = Array((), place, bool(node.flow_style))
        value.extend(_value(source, item, offsets, seen) for item in node.value)
    else:
        value = seen[id(node)] = Table((), place, bool(node.flow_style))
        for key, item in node.value:
            known = _value(source, key, offsets, seen)
            name = known if isinstance(known, Text) else Text(str(getattr(known, "value", known)), known.place)
            value[name] = _value(source, item, offsets, seen)
        _merge(value)
    return value


def _merge(table: Table) -> None:
    """Take over what `<<: *anchor` brings, where the mapping does not say it itself."""
    if not isinstance(merged := table.get("<<"), (Table, Array)) or table.key("<<").place.text != "<<":
        return
    del table["<<"]
    for other in (merged,) if isinstance(merged, Table) else merged:
        if isinstance(other, Table):
            for key, item in other.items():
                table.setdefault(key, item)


def _scalar(node: Any, place: Place) -> Text | Scalar:
    written: str = node.value if node.value.isascii() else _HALF.sub("\ufffd", node.value)
    if node.style or (node.tag == "tag:yaml.org,2002:str" and place.text.startswith("!")):
        return Text(written, place)
    if written[:1].isalpha() and written not in _NAMED:
        return Text(written, place)
    if is_number(written) and (len(written) == 1 or written[0] != "0"):
        return Scalar(number(written), place)
    whole, dot, part = written.partition(".")
    if dot and is_number(whole) and is_number(part):
        return Scalar(float(written), place)
    if _NULL.match(written):
        return Scalar(None, place)
    if written in ("<<", "="):  # for ruamel.yaml these are no strings, even where nothing can be merged
        return Scalar(written, place)
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
    if len(digits) > 100:  # Python refuses to convert 4,300 digits, and to write as many
        return -(10**100) if digits.startswith("-") else 10**100
    try:
        return int(digits, 0)
    except ValueError:
        return int(digits)


def _duplicate_key(node: Any) -> bool:
    """Whether a key seems to stand twice in a mapping, which ruamel.yaml refuses."""
    stack, seen_nodes = [node], set()
    while stack:
        node = stack.pop()
        if id(node) in seen_nodes or node.id == "scalar":
            continue
        seen_nodes.add(id(node))
        if node.id == "sequence":
            stack.extend(node.value)
            continue
        keys = {key.value.lower() for key, _ in node.value if key.id == "scalar"}  # `True` and `true` are one key
        if len(keys) < len(node.value):
            return True
        stack.extend(value for _, value in node.value)
    return False


@lru_cache(maxsize=4)
def _ruamel(source: Source, name: str) -> tuple[Any, Problem | None]:
    """What ruamel.yaml makes of a file, read as repo2docker reads it: in text mode, under its name."""
    import warnings

    from ruamel.yaml import YAML

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # anchors that are written twice
            return YAML().load(open_text(source, name)), None
    except UnicodeDecodeError as error:
        return None, Problem(str(error), "UnicodeDecodeError", source.decode_error or source.place())
    except Exception as error:  # ruamel.yaml lets ValueError, AssertionError and others through
        return None, Problem(str(error), type(error).__name__, _mark_place(source, error))


def _ruamel_nodes(source: Source) -> Any:
    import warnings

    from ruamel.yaml import YAML

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return YAML().compose(open_text(source, source.path))


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
