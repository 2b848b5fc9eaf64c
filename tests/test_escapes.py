"""What is printed cannot be forged: names, values and messages stay text in every format, on every stream."""

from __future__ import annotations

import ast
import contextlib
import json
import re
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from binderlint.cli import main
from binderlint.escapes import code_span, pieces, printable
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Replace, Severity
from binderlint.lint.report import Hider, Report, Suppressed
from binderlint.outside import streams
from binderlint.reporters import plan as plan_reporter
from binderlint.reporters import render
from binderlint.reporters.json import dumps
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Source, Span
from binderlint.style import Style
from tests.systems import linux

PACKAGE = Path(streams.__file__).parent.parent
FRAGMENTS = [
    "\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\t", " ", "\0", "\x07", "\x08", "\x1b[31m", "\x1b]0;t\x07",
    "\x9b", "\u202e", "\u2066", "\u2069", "\u200f", "\u061c", "\u200b", "\u2060", "\u00ad", "\u034f", "\u3164", "\ufe0f", "\ufeff",
    "\U000e0041", "\U000e0100", "\ud800", "\udcff", "\ue000", "::error::", "::stop-commands::x", "::", "##[set-env name=x]y", "##", "[",
    "##vso[task.x]", "`", "``", "` ", "<img src=x>", "<!--", "-->", "<h1>", "&lt;", "|", "\\", "\\|", "*", "**", "_", "~~", "[a](//b)",
    "![", "](", "@octocat", "#1", "GH-1", "http://x.y", "www.x.com", "a@b.cd", "deadbeef0", "$x$", ":tada:", "%0A", "%", ":", ",", "=",
    "word", "apt.txt", "é", "漢", "🐍",
]  # fmt: skip
HOSTILE = st.lists(st.sampled_from(FRAGMENTS) | st.characters(), min_size=1, max_size=8).map("".join)
REGISTERED = re.compile("[a-z-]+", re.IGNORECASE)


def is_text(character: str) -> bool:
    """True for a character that is seen, and does nothing else."""
    category = unicodedata.category(character)
    unseen = "\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\U0001d159" + "".join(map(chr, range(0x180B, 0x1810)))
    selector = "\ufe00" <= character <= "\ufe0f" or "\U000e0000" <= character <= "\U000e0fff"
    return character == " " or (category[0] not in "CZ" and character not in unseen and not selector)


def taken(output: str) -> list[str]:
    """The lines that GitHub's runner takes for a command, as its ActionCommand.cs does.

    `::name` at the start of a line but for white space, and `##[name` anywhere. Its search passes over characters that nobody sees.
    """
    found = []
    for line in re.split("\r\n|\r|\n", output):
        seen = "".join(character for character in line if unicodedata.category(character)[0] != "C")
        if re.match(rf"\s*::{REGISTERED.pattern}( [^\n]*?)?::", seen) or re.search(r"##[a-z-]*\[", seen, re.IGNORECASE):
            found.append(line)
    return found


def test_the_runner_takes_what_it_takes() -> None:
    assert taken("a\n  ::error file=x::y\n ::stop-commands::x\nx##[error]a\nx##vso[a.b]\n")[0] == "  ::error file=x::y"
    assert len(taken("a\n  ::error file=x::y\n ::stop-commands::x\nx##[error]a\nx##vso[a.b]\n")) == 4
    assert taken("conda-forge::numpy x ::a\n# [a]\n") == []


# -- a line


@given(HOSTILE)
@example("::error::x")
@example("a\n::error::x")
@example("##[error]x")
@example("\u00ad##\u00ad[error]x")
def test_printable(text: str) -> None:
    shown = printable(text)
    assert all(map(is_text, shown))
    assert not taken(shown)
    assert not any(taken(f"a {word}\n{word} b\nx {shown}") for word in shown.split(" ")), "wrapped anywhere"
    assert len(pieces(text)) == len(text)


def test_every_character_is_seen_or_an_escape() -> None:
    everything = "".join(map(chr, range(sys.maxunicode + 1)))
    for one, shown in zip(everything, pieces(everything), strict=True):
        assert (
            shown == one if is_text(one) else shown == "    " if one == "\t" else re.fullmatch(r"\\[a-zA-Z0-9]+", shown)
        )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\tb\x00\udcff\n", "a    b\\x00\\xff\\n"),
        ("\u202e\u2028\U000e0041\ud800", "\\u202e\\u2028\\U000e0041\\ud800"),
        ("::error::x ##[x] ##vso[y]", "\\x3a:error::x ##\\x5bx] ##vso\\x5by]"),
        ("conda-forge::numpy --ip ::1 # [x] a::", "conda-forge::numpy --ip ::1 # [x] a::"),
        ("déjà 漢字 🐍 `x`", "déjà 漢字 🐍 `x`"),
    ],
)
def test_printable_leaves_what_is_text(text: str, shown: str) -> None:
    assert printable(text) == shown


# -- the formats


def report(text: str) -> Report:
    place = Place(Source(text.replace("/", "_"), f"{text}\n{text}".encode("utf-8", "surrogatepass")), Span(0, 3))
    fix = Fix(text, (Replace(place.path, Span(0, 1), text),))
    found = Diagnostic("LAY901", "test-rule", Severity.ERROR, Level.LAUNCH, place, f"x `{text}` {text}", text, fix)
    bare = found._replace(place=Place(place.source, Span(1, 2), (1, 2)), message=text, fix=None)
    hiders = (Hider(text, "comment", text), Hider(text, "ignore", text), Hider("", "--ignore", text))
    return Report(
        (found, bare),
        tuple(Suppressed(bare, text, by) for by in hiders),
        (Suppressed(found, text, Hider(text, "severity", text)),),
        (Hider(text, "hub", text),),
    )


def without_colours(output: str) -> str:
    return re.sub(r"\x1b\[(?:0|1|2|32|36|1;31|1;33|1;34)m", "", output)


@given(HOSTILE)
@example("::error::x")
@example("a " * 60 + "::error::x")
@pytest.mark.parametrize("style", [Style(width=60), Style(colours=True, width=60)], ids=["plain", "colours"])
@pytest.mark.parametrize("name", ["full", "concise", "markdown", "json"])
def test_no_format_is_forged(name: str, style: Style, text: str) -> None:
    for one in (report(text), report(text)._replace(unjudged=text)):
        output = without_colours(render(name, one, style))
        assert all(line.isascii() if name == "json" else all(map(is_text, line)) for line in output.split("\n"))
        assert not taken(output)


@given(HOSTILE)
def test_json_holds_the_text(text: str) -> None:
    found = json.loads(render("json", report(text), Style()))["diagnostics"][1]
    assert found["message"] == re.sub("[\ud800-\udfff]", "\ufffd", text)
    assert json.loads(dumps({text: [text]}))


@given(HOSTILE)
def test_github_takes_our_commands_only(text: str) -> None:
    lines = render("github", report(text)._replace(unjudged=text), Style()).removesuffix("\n").split("\n")
    kinds = ["warning", "error", "error", "notice", "notice", "notice"]
    assert [re.match("::([a-z]+) [^:]*::", line)[1] for line in lines] == kinds  # type: ignore[index]
    assert all(all(map(is_text, line)) and "##[" not in line for line in lines)
    for line in lines[1:3]:
        command = re.fullmatch(r"::error ([^:]*)::(.*)", line)
        assert command
        properties = dict(pair.split("=", 1) for pair in command[1].split(",") if "=" in pair)
        assert list(properties)[:3] == ["file", "line", "endLine"]
        assert properties["title"] == "LAY901 test-rule"
        assert len(command[1].split(",")) == len(properties)
        file = properties["file"].replace("%3A", ":").replace("%2C", ",").replace("%25", "%")
        assert file == printable(text.replace("/", "_"))
        assert "%0A" not in command[2].replace("%25", "") or "%0A" in text


def hostile(value: Any, text: str) -> Any:
    """The same value with this text in the place of every text that a repository or a configuration has a part in."""
    match value:
        case str() if value not in plan_reporter.LANGUAGES:
            return text
        case Place():
            return Place(Source(text, b"x"), Span(0, 1))
        case tuple() if hasattr(value, "_make"):
            return value._make(hostile(item, text) for item in value)
        case tuple():
            return tuple(hostile(item, text) for item in value)
    return value


@given(HOSTILE)
@pytest.mark.parametrize(
    "files",
    [
        {
            "environment.yml": "dependencies: [python=3.12, r-base=4.3]\n",
            "postBuild": "#!/bin/sh\n",
            "apt.txt": "vim\n",
        },
        {"requirements.txt": "numpy\n", "runtime.txt": "python-x\n"},
        {"Project.toml": "", "start": "", "binder": ""},
        {"README.md": ""},
    ],
)
def test_the_plan_is_not_forged(files: dict[str, str], text: str) -> None:
    found = hostile(plan_reporter.outline(Snapshot.from_dict(files)), text)
    for style in (Style(width=60), Style(colours=True, width=60)):
        output = without_colours(plan_reporter.render(found, style))
        assert all(all(map(is_text, line)) for line in output.split("\n"))
        assert not taken(output)
    output = plan_reporter.render_json(found)
    assert output.isascii()
    assert not taken(output)
    assert json.loads(output)


@given(HOSTILE)
def test_a_code_span_holds_its_text(text: str) -> None:
    shown = code_span(text)
    ticks = re.match("`+", shown)
    assert ticks
    inside = shown[len(ticks[0]) : -len(ticks[0])]
    assert ticks[0] not in re.findall("`+", inside)
    assert inside.strip() == printable(text).strip()


# -- the streams


@linux
@pytest.mark.parametrize(
    "name", ["a\n::error::x", "::stop-commands::x", "\x1b[31m\x07", "\u202e", "##[error]x", "\udcff`<b>|"]
)
def test_names_on_standard_error(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Names in what --fix says, in warnings, in usage errors, and in what was suppressed."""
    (tmp_path / name).mkdir()
    (tmp_path / name / "README.md").write_text(
        "[![x](https://mybinder.org/badge.svg)](http://mybinder.org/v2/gh/o/r/main)\n"
    )
    (tmp_path / "requirements.txt").write_text("numpy==1.26.4\n")
    (tmp_path / "binderlint.toml").write_text(f"ignore = [{json.dumps(name if name.isascii() else 'é')}]\n")
    monkeypatch.chdir(tmp_path)
    said = ""
    for words in (
        ["--diff"],
        ["--ignore", "LNK004", "--show-suppressed"],
        [f"{name}/none"],
        ["--output", name],
        ["--ref", name],
        ["--config", name],
        ["--select", name],
        [f"--{name}"],
        ["plan", f"{name}/none"],
        ["plan", "--format", name],
        ["rule", name],
        ["--fix"],
    ):
        with contextlib.suppress(SystemExit):
            main(words)
        said += capsys.readouterr().err
    assert said.count("Fixed ") == 2
    assert f"suppressed: {printable(name)}" in said
    assert all(all(map(is_text, line)) for line in said.split("\n"))
    assert not taken(said)


def test_everything_is_printed_in_one_place() -> None:
    """Nothing but `outside/streams.py` prints, or writes to a standard stream."""
    places = []
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text("utf-8")
        for node in ast.walk(ast.parse(text)) if re.search(r"print\(|std(out|err)", text) else ():
            match node:
                case ast.Call(func=ast.Name(id="print")):
                    places.append(f"{path.name}: print")
                case ast.Call(func=ast.Attribute(attr="write" | "writelines", value=target)):
                    if "sys.std" in ast.unparse(target):
                        places.append(f"{path.name}: {ast.unparse(target)}")
                case ast.ImportFrom(module="sys", names=names) if {"stdout", "stderr"} & {name.name for name in names}:
                    places.append(f"{path.name}: from sys")
    assert not places, "but for `_write` of streams.py, which gets the stream"
