"""Dockerfile: our reader against BuildKit's own parser (the package `dockerfile`), and what it makes of stages and variables."""

from __future__ import annotations

import dockerfile as buildkit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binderlint.read.dockerfile.instructions import Dockerfile, read_dockerfile
from binderlint.read.dockerfile.refused import refused
from binderlint.read.dockerfile.words import expand
from binderlint.read.images import parse_image
from binderlint.source import Source, Text

CASES = {
    "heredoc": "FROM a\nRUN <<EOF\napt-get update\nUSER root\nEOF\nUSER 1000\n",
    "two heredocs": "FROM a\nCOPY <<one <<-'two' /x/\nFROM in\none\n\ttext\n\ttwo\nUSER b\n",
    "heredoc into a command": "FROM a\nRUN cat <<EOF > /x && echo b\nUSER bad\nEOF\nUSER ok\n",
    "shift": "FROM a\nRUN echo $((1<<2))\nUSER ok\n",
    "herestring": "FROM a\nRUN cat <<< text\nUSER ok\n",
    "comments in a continuation": "FROM a\nRUN a && \\\n  # note\n\n  b && \\\n#x\n  c\nUSER ok\n",
    "blanks after the backslash": "FROM a\nRUN x \\   \n  y\nUSER ok\n",
    "double backslash": "FROM a\nRUN x \\\\\nUSER ok\n",
    "onbuild": "FROM a\nONBUILD RUN x \\\n y\nONBUILD COPY . /x\n",
    "stages": "FROM a:1 AS b\nRUN x\nFROM --platform=linux/amd64 b as c\nCOPY --from=b --chown=1:1 /x /y\n",
    "escape": "# escape=`\nFROM a\nRUN x `\n  y\nCOPY c:\\\\ d\n",
    "syntax, then escape": "# syntax=docker/dockerfile:1\n# escape=`\nFROM a\nRUN x `\n  y\n",
    "escape too late": "# a comment\n# escape=`\nFROM a\nRUN x `\nUSER y\n",
    "CRLF": "FROM a\r\nRUN x \\\r\n  y\r\n# c\r\nUSER ok\r\n",
    "lower case": "from a\nrun x\nUser jovyan\n",
    "JSON": 'FROM a\nENTRYPOINT ["a b", "-c"]\nCMD [\'x\']\nCOPY ["a b", "/c/"]\n',
    "ENV": 'FROM a\nENV A=1 B="x y" C=z\\ w \\\n D=4\nARG X\nARG Y=1 Z=2\n',
    "no last line end": "FROM a\nUSER b",
    "BOM": "\ufeffFROM a\nUSER b\n",
    "open continuation": "FROM a\nRUN x && \\\n",
    "indented": "  FROM a\n\t RUN  x  \n",
    "flags that end": "FROM a\nCOPY --chown=1 -- --b c\nCOPY  --  b c\n",
    "quotes": "FROM a\nCOPY \"a b\" c\nADD 'a b' c\\ d\n",
    "mount": "FROM a\nRUN --mount=type=cache,target=/root/.cache --network=none pip install x\n",
}


def dockerfile(text: str) -> Dockerfile:
    return read_dockerfile(Source("Dockerfile", text.encode()))


def seen_by_us(text: str) -> list[tuple[object, ...]]:
    found = []
    for one in dockerfile(text).instructions:
        inner = one.trigger or one
        words = tuple(map(str, inner.words)) if inner.name in ("FROM", "COPY", "ADD") else None
        found.append((one.name, one.place.line, tuple(map(str, inner.flags)), words))
    return found


def seen_by_buildkit(text: str) -> list[tuple[object, ...]]:
    return [
        (
            one.cmd.upper(),
            one.start_line,
            tuple(one.flags),
            tuple(one.value) if (one.sub_cmd or one.cmd).upper() in ("FROM", "COPY", "ADD") else None,
        )
        for one in buildkit.parse_string(text)
    ]


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_reads_as_buildkit_does(text: str) -> None:
    assert seen_by_us(text) == seen_by_buildkit(text)


REFUSED = {
    "value": "FROM a\nENV X\n",
    "no equals sign": "FROM a\nENV X=1 Y\n",
    "comment behind": "FROM a\nENV X=1 # y\n",
    "label": "FROM a\nLABEL a\n",
    "over lines": "FROM a\nENV A=1 \\\n  B=2 C\n",
    "here-document": "FROM a\nRUN <<F\nx\n F\n",
    "two here-documents": "FROM a\nCOPY <<A <<B /x/\nA\n",
    "empty": "",
    "comments only": "# x\n\n",
}


@pytest.mark.parametrize("text", [*REFUSED.values(), *CASES.values()], ids=[*REFUSED, *CASES])
def test_refuses_what_buildkits_parser_refuses(text: str) -> None:
    """Words that only the step after the parser refuses (unknown instructions, numbers of arguments) are not among these."""
    try:
        buildkit.parse_string(text)
    except buildkit.GoParseError:
        assert list(refused(dockerfile(text)))
    else:
        assert not list(refused(dockerfile(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nRUN x \\\n  y\n", False),
        ("FROM a\nRUN x && \\\n", True),
        ("FROM a\nRUN x && \\\n# c\n\n", True),
        ("FROM a\nRUN <<F\nx\n", True),
        ("FROM a\nRUN <<F\nx\nF\n# c\n", False),
        ("# escape=`\nFROM a\nRUN x `\n", True),
        ("", False),
    ],
)
def test_a_line_at_the_end_belongs_to_an_instruction_that_is_open(text: str, expected: bool) -> None:
    assert dockerfile(text).open_ended is expected


LINES = st.sampled_from(
    [
        "FROM a:1",
        "RUN x \\",
        "  y && \\",
        "# comment",
        "  # indented comment",
        "",
        "  ",
        "RUN <<EOF",
        "EOF",
        "COPY <<-E <<F /x",
        "\tE",
        "F",
        "USER u",
        "COPY --from=b --chown=1:1 a b",
        'COPY ["a", "b c"]',
        "ONBUILD RUN z \\",
        "RUN echo $((1<<2)) '<<x'",
        "# escape=`",
        "RUN q `",
        "ENTRYPOINT []",
    ]
)


@given(st.lists(LINES, max_size=12), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_reads_anything_as_buildkit_does(lines: list[str], newline: str, ended: bool) -> None:
    text = newline.join(lines) + (newline if ended else "")
    try:
        expected = seen_by_buildkit(text)
    except buildkit.GoParseError:
        list(dockerfile(text).instructions)
        return
    assert seen_by_us(text) == expected


@given(st.text(alphabet="FROMa \\\n\r\t#<`'\"[]$E-=:", max_size=60))
def test_reads_any_text(text: str) -> None:
    source = Source("Dockerfile", text.encode())
    for one in read_dockerfile(source).instructions:
        assert one.place.text[0] == one.keyword[0]
        assert len(one.body) == len(one.body.place.text)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("$A/x", "1/x"),
        ("${A}x", "1x"),
        ("${B:-d}", "d"),
        ("${U:-d}", "d"),
        ("${U-d}", "d"),
        ("${B-d}", ""),
        ("$U", None),
        ("${A:+x}", None),
        ("'$A'", "$A"),
        ('"$A b"', "1 b"),
        ("\\$A", "$A"),
        ("${A#1}", None),
    ],
)
def test_variables(word: str, value: str | None) -> None:
    assert expand(word, {"A": "1", "B": ""}) == value


def test_arguments_end_with_their_stage() -> None:
    text = "ARG G=1\nFROM a AS one\nARG G\nARG L=2\nENV E=$G$L\nFROM one\nUSER x\nARG NB_UID=1001\nUSER y\n"
    final = dockerfile(text).final
    assert final
    first, _, last = final.instructions
    assert first.variables == {"E": "12"}
    assert last.variables == {"E": "12", "NB_UID": "1000"}, "repo2docker passes NB_UID"
    assert [one.name for one in final.lineage] == ["ARG", "ARG", "ENV", "USER", "ARG", "USER"]


def test_only_needed_stages() -> None:
    text = "FROM a AS x\nFROM b AS y\nFROM c AS z\nFROM d AS m\nFROM y\nCOPY --from=X /p /p\nRUN --mount=type=bind,from=m,target=/m true\n"
    assert [str(stage.base) for stage in dockerfile(text).needed] == ["a", "b", "d", "y"]


def test_scripts() -> None:
    text = (
        'FROM a\nRUN a && \\\r\n  # note\r\n  b\nRUN <<E\nc\nE\nRUN ["/bin/bash", "-lc", "d"]\nRUN cat <<E > x\nd\nE\n'
    )
    scripts = [one.script for one in dockerfile(text).instructions[1:]]
    assert [str(script).split() for script in scripts] == [
        ["a", "&&", "\\", "b"],
        ["c"],
        ["d"],
        ["cat", "<<E", ">", "x", "d", "E"],
    ]


@pytest.mark.parametrize(
    ("written", "path", "tag"),
    [
        ("python", "docker.io/library/python", ""),
        ("jupyter/base-notebook:lab-3", "docker.io/jupyter/base-notebook", "lab-3"),
        ("docker.io/python:3", "docker.io/library/python", "3"),
        ("localhost:5000/x", "localhost:5000/x", ""),
        ("quay.io/a/b/c:1@sha256:0", "quay.io/a/b/c", "1"),
    ],
)
def test_image_names(written: str, path: str, tag: str) -> None:
    image = parse_image(Text(written, Source("Dockerfile", b"").place()), written)
    assert image and (image.path, image.tag) == (path, tag)


def test_invalid_image_names() -> None:
    for written in ("/a/b", "a:", "a b", ""):
        assert parse_image(Text(written, Source("Dockerfile", b"").place()), written) is None
