"""Edits by value: they change the bytes they must and no others, and the result still parses to what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from binderlint.changes import edits
from binderlint.lint.diagnostic import Create, Delete, Recode, Rename, Replace, SetMode
from binderlint.read.yaml import read_yaml
from binderlint.source import EXECUTABLE, Source, Span, Table


def table(text: str) -> Table:
    value = read_yaml(Source("a.yml", text.encode())).value
    assert isinstance(value, Table)
    return value


def after(text: str, edit: Replace) -> str:
    return edits.replaced(text, [edit])


@pytest.mark.parametrize(
    ("text", "index", "expected"),
    [
        ("d:\n  - a # one\n  - b # two\n", 0, "d:\n  - b # two\n"),
        ("d:\n  - a\n  - b # two", 1, "d:\n  - a\n"),
        ("d:\r\n- a\r\n- b\r\n", 1, "d:\r\n- a\r\n"),
        ("d: [a, b, c] # x\n", 0, "d: [b, c] # x\n"),
        ("d: [a, b, c] # x\n", 2, "d: [a, b] # x\n"),
        ("d: [a]\n", 0, "d: []\n"),
        ("d:\n  - a\ne: 1\n", 0, "d: []\ne: 1\n"),
        ("d:\n  - a\n  # about b\n  - b\n", 0, "d:\n  # about b\n  - b\n"),
        ("d:\n  - a:\n      - x\n      - y\n\n  - b\n", 0, "d:\n\n  - b\n"),
        ('d: ["a, b", c]\n', 0, "d: [c]\n"),
    ],
)
def test_remove(text: str, index: int, expected: str) -> None:
    assert after(text, edits.remove(table(text)["d"], index)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d:\n  - a # one\n# end\n", "d:\n  - a # one\n  - z\n# end\n"),
        ("d:\n  - a", "d:\n  - a\n  - z"),
        ("d:\r\n- a\r\n", "d:\r\n- a\r\n- z\r\n"),
        ("d: [a, b] # x\n", "d: [a, b, z] # x\n"),
        ("d: []\n", "d: [z]\n"),
        ("d:\n  - p:\n      - x\ne: 1\n", "d:\n  - p:\n      - x\n  - z\ne: 1\n"),
    ],
)
def test_append(text: str, expected: str) -> None:
    assert after(text, edits.append(table(text)["d"], "z")) == expected


def test_prepend() -> None:
    assert (
        after("d:\n  # first\n  - a\n", edits.prepend(table("d:\n  # first\n  - a\n")["d"], "z"))
        == "d:\n  # first\n  - z\n  - a\n"
    )
    assert after("d: [a]\n", edits.prepend(table("d: [a]\n")["d"], "z")) == "d: [z, a]\n"


@pytest.mark.parametrize(
    ("text", "key", "expected"),
    [
        ("a: 1\nb: 2 # two\n", "b", "a: 1\n"),
        ("a:\n  - x\n  - y\nb: 2\n", "a", "b: 2\n"),
        ("{a: 1, b: 2}\n", "a", "{b: 2}\n"),
        ("{a: 1, b: 2}\n", "b", "{a: 1}\n"),
        ("{a: 1, b: 2, c: 3}\n", "c", "{a: 1, b: 2}\n"),
        ("{a: 1}\n", "a", "{}\n"),
        ("a: 1\nb:\n", "b", "a: 1\n"),
    ],
)
def test_remove_key(text: str, key: str, expected: str) -> None:
    assert after(text, edits.remove_key(table(text), key)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1 # one\nk: old # k\n", "a: 1 # one\nk: new # k\n"),
        ("a: 1\n", "a: 1\nk: new\n"),
        ("a: 1", "a: 1\nk: new"),
        ("a:\n  - x\n\n# end\n", "a:\n  - x\nk: new\n\n# end\n"),
        ("{a: 1}\n", "{a: 1, k: new}\n"),
        ("k:\na: 1\n", "k: new\na: 1\n"),
    ],
)
def test_set_key(text: str, expected: str) -> None:
    assert after(text, edits.set_key(table(text), "k", "new")) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("k:\n  - a\n  - b # two\n\nd:\n  - x\n", "k:\n    - a\n    - b # two"),
        ("k:\n  - a # one\n  # on b\n  - b\n# end\nd:\n- x\n", "k:\n  - a # one\n  # on b\n  - b"),
        ("k:\n- a\n- b\nd:\n    - x\n", "k:\n      - a\n      - b"),
        ("k:\r\n  - a\r\n  - b\r\nd:\r\n  - x\r\n", "k:\r\n    - a\r\n    - b"),
        ("k:\n    - a\n  # less\n\n    - b\nd:\n  - x\n", "k:\n    - a\n    # less\n\n    - b"),
        ("k:\n  - a\n  - c: e\n    f: g\nd:\n  - x\n", "k:\n    - a\n    - c: e\n      f: g"),
        ("k: [a, 'b']\nd:\n  - x\n", "k: [a, 'b']"),
        ("k:\n  - a\n  - 'b'\nd: [x]\n", "k: [a, 'b']"),
    ],
)
def test_keyed_list(text: str, expected: str) -> None:
    before = table(text)
    written = edits.keyed_list(before["d"], "k", before["k"])
    assert written == expected
    item = written if not before["d"].flow else f"{{{written}}}"
    after_append = table(after(text, edits.append(before["d"], item)))
    assert after_append["d"] == ["x", {"k": before["k"]}]


def test_a_list_that_is_the_whole_file() -> None:
    text = "- a\n- b\n"
    array = read_yaml(Source("a.yml", text.encode())).value
    assert after(text, edits.insert_item(array, 0, "z")) == "- z\n- a\n- b\n"
    assert after(text, edits.append(array, "z")) == "- a\n- b\n- z\n"
    assert after(text, edits.remove(array, 0)) == "- b\n"


words = st.text("abcdefgh0123456789.=-", min_size=1, max_size=8).filter(
    lambda word: word[0].isalpha() and word[-1] not in "-=."
)


@given(
    st.lists(words, min_size=1, max_size=5), st.data(), st.booleans(), st.sampled_from(["\n", "\r\n"]), st.booleans()
)
def test_sequences_keep_their_other_items(
    items: list[str], data: st.DataObject, flow: bool, newline: str, last: bool
) -> None:
    body = f" [{', '.join(items)}] # end" if flow else "".join(f"{newline}  - {item} # about {item}" for item in items)
    text = f"# head{newline}d:{body}{newline if last else ''}"
    index = data.draw(st.integers(0, len(items) - 1))
    removed = after(text, edits.remove(table(text)["d"], index))
    assert list(table(removed)["d"]) == items[:index] + items[index + 1 :]
    appended = after(text, edits.append(table(text)["d"], "new"))
    assert list(table(appended)["d"]) == [*items, "new"]
    assert appended.startswith("# head") and appended.endswith(newline) == last


def test_lines() -> None:
    source = Source("a", b"one\ntwo")
    assert after(source.text, edits.append_lines(source, "three")) == "one\ntwo\nthree\n"
    assert after(source.text, edits.insert_lines(source, 1, "zero")) == "zero\none\ntwo"
    assert after(source.text, edits.insert_lines(source, 3, "three")) == "one\ntwo\nthree\n"
    bom = Source("a", b"\xef\xbb\xbfone\r\n")
    assert after(bom.text, edits.insert_lines(bom, 1, "zero")) == "\ufeffzero\r\none\r\n"
    assert after(source.text, edits.remove_lines(source.place(0, 2))) == "two"


def test_apply_files() -> None:
    sources = {"a": Source("a", b"x"), "b": Source("b", "ü".encode("utf-16"))}
    done = edits.apply(
        sources,
        [Replace("a", Span(0, 1), "y"), Rename("a", "c"), SetMode("b", EXECUTABLE), Recode("b"), Create("n", b"new")],
    )
    assert {path: (source.data, source.mode) for path, source in done.items()} == {
        "c": (b"y", 0o100644),
        "b": ("ü".encode(), EXECUTABLE),
        "n": (b"new", 0o100644),
    }
    assert sources["a"].data == b"x"


@pytest.mark.parametrize(
    "edit",
    [
        Replace("gone", Span(0, 0), "x"),
        Rename("a", "b"),
        Rename("gone", "c"),
        Delete("gone"),
        Create("a", b""),
        Replace("a", Span(0, 9), ""),
    ],
)
def test_impossible_edits_are_refused(edit: Replace | Rename | Delete | Create) -> None:
    with pytest.raises(edits.EditError):
        edits.apply({"a": Source("a", b"x"), "b": Source("b", b"")}, [edit])


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(edits.EditError):
        edits.replaced("abcdef", [Replace("a", Span(0, 3), ""), Replace("a", Span(2, 4), "")])


@given(st.binary(max_size=40))
def test_no_byte_is_lost(data: bytes) -> None:
    source = Source("a", data)
    assert source.encode(source.text) == data


def test_bytes_that_are_no_text_stay_in_utf_16() -> None:
    source = Source("requirements.txt", b"\xff\xfen\x00u\x00\n\x00\xe3\x80\x80")
    assert source.encode(source.text) == source.data


@pytest.mark.parametrize(
    ("text", "end"),
    [("", "\n"), ("a\nb\r\n", "\n"), ("a\r\nb\n", "\r\n"), ("a\rb\nc", "\n"), ("a\rb\r\nc", "\r\n"), ("a\rb", "\r")],
)
def test_the_line_end_of_what_is_written(text: str, end: str) -> None:
    assert Source("postBuild", text.encode()).newline == end
