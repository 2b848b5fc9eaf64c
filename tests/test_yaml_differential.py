"""YAML values with places, against what ruamel.yaml makes of the same file."""

from __future__ import annotations

import datetime
import math
import os
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from binderlint.read import yaml
from binderlint.source import Array, Scalar, Source, Table, Text

# Pieces of lines, most of them plain, so that many files take the fast path; joined at random.
WORDS = (
    "a", "b", "name", "python=3.9", "numpy>=1.2", "1", "1.0", "010", "0o7", "0x1F", "1_000", "1e3", ".5", ".inf", ".nan", "~", "true", "True", "null", "Null", "yes", "on", "2020-01-01", "2020-1-1 10:00:00",
    "a b", "a-b", "a_b", "a.b", "a/b", "a+b", "a;b", "a(b)", "$a", "^a", "+1", "-1", "a -", "a - b", "1:2", "12:30:45", "'a'", '"a"', "é", "a#b", "a:b", "a,b", "[a]", "{a: b}", "*a", "&a b", "!x a", "|", ">-", "%", "@", "`", "? a", "-", "--- a", "...", "<<", "=", "0b1", "0b2", "1_", "_1", "+", ".", "1.", "1.e1", "1e1.", "0.1.2", "089", "0o8", "- a", "é ü",
)  # fmt: skip
KEYS = (
    "a",
    "b",
    "name",
    "dependencies",
    "pip",
    "A_b",
    "true",
    "True",
    "null",
    "a.b",
    "a-b",
    "1",
    "1.0",
    "'a'",
    '"b"',
    "é",
    "? x",
    "<<",
    "_",
    "a b",
)
INDENTS = ("", "", "  ", "    ", " ", "- ", "  - ", "    - ", "- - ", "-   ")
ENDS = (
    "",
    "",
    "",
    "",
    " ",
    "  # c",
    " #",
    "#",
    " # é",
    "\t",
    " # \t",
    "# a: [",
    " # \x85",
    " # \u2028",
    " # \x0c",
    "\r",
    " # \ufeff",
    " # \x7f",
    " # \u200b",
)
COMMENTS = ("# c", "  # c", "", "   ", "---", "...", "%YAML 1.2", "# \x00", "#", "\t", "﻿")


@st.composite
def lines(draw: st.DrawFn) -> str:
    if draw(st.integers(0, 6)) == 0:
        return draw(st.sampled_from(COMMENTS))
    indent, end = draw(st.sampled_from(INDENTS)), draw(st.sampled_from(ENDS))
    key = f"{draw(st.sampled_from(KEYS))}:" if draw(st.booleans()) else ""
    word = draw(st.sampled_from(WORDS)) if not key or draw(st.booleans()) else ""
    return f"{indent}{key}{' ' if key and word else ''}{word}{end}"


PLAIN = [word for word in WORDS if word[0].isalnum() and not set(word) & set(":#,")]


@st.composite
def sections(draw: st.DrawFn) -> str:
    """A key with a value or a list, now and then with a line that does not belong."""
    key, indent = (
        draw(st.sampled_from(("name", "channels", "dependencies", "a", "b", "A_b"))),
        draw(st.sampled_from(("", "  "))),
    )
    end = st.sampled_from(ENDS[:9])
    if draw(st.booleans()):
        return f"{key}: {draw(st.sampled_from(PLAIN))}{draw(end)}"
    items = [f"{indent}- {draw(st.sampled_from(PLAIN))}{draw(end)}" for _ in range(draw(st.integers(0, 4)))]
    if draw(st.booleans()):
        items += [
            f"{indent}- pip:",
            *(f"{indent}  - {draw(st.sampled_from(PLAIN))}" for _ in range(draw(st.integers(0, 3)))),
        ]
    if draw(st.integers(0, 7)) == 0:
        items.insert(draw(st.integers(0, len(items))), draw(lines()))
    return "\n".join([f"{key}:{draw(end)}", *items])


FILES = st.builds(
    lambda parts, newline, last: newline.join("\n".join(parts).split("\n")) + (newline if last else ""),
    st.lists(lines(), max_size=6) | st.lists(sections(), max_size=4),
    st.sampled_from(["\n", "\n", "\n", "\r\n", "\r"]),
    st.booleans(),
)


@settings(max_examples=int(os.environ.get("BINDERLINT_RANDOM_YAML", "600")), deadline=None)
@given(text=FILES)
def test_read_is_what_ruamel_loads(text: str) -> None:
    source = Source("environment.yml", text.encode())
    document, (value, problem) = yaml.read_yaml(source), yaml._ruamel(source, "environment.yml")
    assert (document.problem is None) == (problem is None), problem
    if problem is None:
        assert same(document.value, value), (document.value, value)
        check_places(document.value)
        plain = yaml.load(source, "environment.yml").value
        assert plain is value or (isinstance(plain, Table) and same(plain, value))


def same(ours: Any, theirs: Any) -> bool:
    """Whether a located value stands for what ruamel.yaml made; dates and mappings with odd keys are compared by their form only."""
    match ours:
        case Table():
            if not isinstance(theirs, dict):
                return False
            return len(ours) == len(theirs) and all(map(same, ours.values(), theirs.values()))
        case Array():
            return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(same, ours, theirs))
        case Text():
            tagged = (
                type(theirs).__name__ == "TaggedScalar"
            )  # `!x a` is no string for ruamel.yaml; the plan asks for its own objects
            return str(ours).replace("\a", "") == (theirs.value if tagged else theirs)
        case Scalar(value=value):
            if value in ("<<", "="):
                return type(theirs).__name__ == "TaggedScalar"
            if isinstance(theirs, (datetime.date, datetime.datetime)):
                return isinstance(value, str)
            if isinstance(value, float) and math.isnan(value):
                return math.isnan(theirs)
            return not isinstance(theirs, str) and bool(value == theirs)
    return not isinstance(theirs, (str, list, dict)) if ours is not None else theirs is None


def check_places(value: Any) -> None:
    match value:
        case Table():
            for key, item in value.items():
                if (
                    key.isalnum()
                    and isinstance(key, Text)
                    and key.place.text.isalnum()
                    and key not in ("True", "False", "None")
                ):
                    assert key.place.text == key
                check_places(item)
        case Array():
            for item in value:
                check_places(item)
        case Text() if value.place.text[:1] not in ("'", '"', "&", "!", "*", "|", ">") and "\n" not in value.place.text:
            assert "\r" in value.place.text or value.place.text.strip() == str(value)
