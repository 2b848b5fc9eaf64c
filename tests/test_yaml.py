"""The YAML reader gives the values that ruamel.yaml, repo2docker's parser, gives, and those of PyYAML where other programs read a file."""

from __future__ import annotations

import io
from random import Random
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import YAMLError

from binderlint.read.plain_yaml import plain_root
from binderlint.read.yaml import _duplicate_key, _is_simple, _ruamel, read_safe, read_yaml
from binderlint.source import Array, Scalar, Source, Table

DOCUMENTS = (
    "a:\nb: 3\nc: ~\nd: null\ne: 3.10\nf: 1e3\ng: yes\nh: true\ni: 'null'\nj: \"3\"\nk: ''\n",
    "dependencies:\n  - python=3.12\n  - 3.12\n  -\n  - pip:\n  - pip: [a, b]\n  - {x: 1}\n",
    "- !!str 3\n- 0o17\n- 0x1f\n- .5\n- 1_000\n- .inf\n- off\n",
    "text: |\n  one\n  two\nfolded: >-\n  one\n  two\n",
    "base: &base [1, two]\nother: *base\n",
)


def plain(value: Any) -> Any:
    match value:
        case Table():
            return {str(key): plain(item) for key, item in value.items()}
        case Array():
            return [plain(item) for item in value]
        case Scalar():
            return value.value
    return str(value)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_values_are_those_of_ruamel(document: str) -> None:
    expected = YAML(typ="safe", pure=True).load(io.StringIO(document))
    assert plain(read_yaml(Source("x.yml", document.encode())).value) == expected


PIECES = (
    *("a", "b-1", "numpy=1.2", "3.10", "1e3", "1:30", "http://x.org/a", "yes", "~", "null", "'q'", "'a: b # c'", '"d"', "\"x=='y'; z\""),
    *("[a, b]", "[]", "[ 'x', y ]", "- ", "  ", "k:", "k: ", "j: ", "#c", " # c", "x:y", "a b", "a, b", "x[y]", "@x", "%d", "!t", "*a"),
    *("0o17", "0x1f", "2020-01-01", "-1", ".5", "...", "---", "-", "{}", "?", "|", ">", "&a", ":", "=", '""', "''", "'", '"', "\t", "é"),
    *("<<: *a", "/a/b", "a!b", "[1, 2.0, true]", "['']", "[a: b]", "12:30:45", "_", "1_000", "on", "\x7f", "\x85", "\ufeff"),
)  # fmt: skip


def pieced(random: Random) -> str:
    """A file of a few lines, each put together from pieces that YAML may give a meaning."""
    lines = (
        " " * random.choice((0, 0, 2, 2, 4, 1))
        + "".join(random.choice(PIECES) + random.choice(("", "", " ")) for _ in range(random.randint(0, 4)))
        for _ in range(random.randint(1, 5))
    )
    return "".join(f"{line}\n" for line in lines)


def composed(text: str, loader: Any) -> object:
    """The tree of a file with the places, tags and words of its values, and what is made of it; only that it fails where it does."""
    loading = loader(text)
    try:
        root = loading.get_single_node()
        tree = shape(root)
        return tree, repr(root and loading.construct_document(root))
    except (yaml.YAMLError, ValueError, TypeError):
        return "fails"


def shape(node: Any) -> object:
    match node and node.value:
        case str(word):
            return (
                word,
                node.tag,
                (node.start_mark.line, node.start_mark.column),
                (node.end_mark.line, node.end_mark.column),
            )
        case [(_, _), *_] as pairs:
            return [(shape(key), shape(value)) for key, value in pairs]
        case items:
            return [shape(one) for one in items or ()]


def test_on_simple_lines_all_parsers_agree() -> None:
    """Where a file has only simple lines, ruamel.yaml is not asked, and C reads what Python would read."""
    random, simple = Random(7), 0
    for _ in range(20_000):
        text = pieced(random)
        if not _is_simple(Source("x.yml", text.encode())):
            continue
        simple += 1
        found = composed(text, yaml.SafeLoader)
        assert composed(text, yaml.CSafeLoader) == found, text
        try:
            YAML(typ="safe", pure=True).load(io.StringIO(text))
        except DuplicateKeyError:
            continue
        except YAMLError:
            assert found == "fails", text
    assert simple > 2_000


WORDS = (
    "a",
    "b c",
    "1",
    "1.5",
    "1.2.3",
    "010",
    "x=1.*",
    "http://x.org/a?b",
    "true",
    "yes",
    "null",
    "2020-01-01",
    "1_0",
    "'q: #'",
    '"d"',
    "''",
)
FLOWS = (
    "[]",
    "{}",
    "[a, 'b', 1.0]",
    '{a: b, "c": [1, {d: e}]}',
    "{ a: 1 }",
    "[ {a: [b]}, [c] ]",
    "[a,]",
    "{a:b}",
    "[a: b]",
    "[a b]",
)
STARTS = ("", "", "", "- ", "- ", "- - ", "-  ", "-", "k:", "j: ", "- k: ", "- j:", "-   k: ", "k:  ", "j: - ")
ENDS = ("", "", "", "", " ", " # c", "  # \xe9: [", "#", " #\t", "  #\u2028", " # \U0001f600")


def nearly_plain(random: Random) -> str:
    """A file of lists and mappings that are often put into each other as they should be."""
    indent, lines = 0, []
    for _ in range(random.randint(1, 7)):
        indent = max(0, indent + random.choice((0, 0, 0, 2, 2, -2, 1, -1)))
        value = random.choice(("", "", random.choice(WORDS), random.choice(WORDS), random.choice(FLOWS)))
        lines.append(" " * indent + random.choice(STARTS) + value + random.choice(ENDS))
        if random.random() < 0.1:
            lines.append(random.choice(("", "  ", "# c", "   # c", "---", "...", "\t")))
    return random.choice(("\n", "\n", "\r\n")).join(lines) + random.choice(("\n", ""))


def located(value: Any) -> object:
    """A value with its places."""
    match value:
        case Table():
            pairs = [(str(key), value.key(key).place.span, located(item)) for key, item in value.items()]
            return pairs, value.place.span, value.flow
        case Array():
            return [located(item) for item in value], value.place.span, value.flow
        case Scalar():
            return repr(value.value), value.place.span
    return value and (str(value), value.place.span)


def test_plain_files_are_those_of_the_parsers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file is read without a parser, PyYAML and ruamel.yaml read it, with the same values at the same places."""
    random, plain_files = Random(11), {}
    for _ in range(20_000):
        source = Source("x.yml", (pieced if random.random() < 0.2 else nearly_plain)(random).encode())
        if (root := plain_root(source)) and not _duplicate_key(root):
            plain_files[source] = [located(read(source).value) for read in (read_yaml.__wrapped__, read_safe)]
    assert len(plain_files) > 1_000
    monkeypatch.setattr("binderlint.read.yaml.plain_root", lambda _: None)
    for source, found in plain_files.items():
        for read, value in zip((read_yaml.__wrapped__, read_safe), found, strict=True):
            document = read(source)
            assert not document.problem, source.text
            assert located(document.value) == value, source.text
        assert not _ruamel.__wrapped__(source, "x.yml")[1], source.text
