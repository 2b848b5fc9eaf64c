"""Dockerfile: our reader against BuildKit's own parser (the package `dockerfile`), and what it makes of stages and variables."""

from __future__ import annotations

import dockerfile as buildkit
import pytest
from hypothesis import given
from hypothesis import strategies as st

from binderlint.facts.docker.context import build_dockerfile, copied_file, copies
from binderlint.facts.docker.installs import may_have_jupyter, may_have_python
from binderlint.read.dockerfile.instructions import Dockerfile, read_dockerfile
from binderlint.read.dockerfile.refused import refused
from binderlint.read.dockerfile.words import expand
from binderlint.read.images import parse_image
from binderlint.snapshot import Snapshot
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


LIST = "COPY r.txt /r.txt\nRUN pip install -r /r.txt\n"


@pytest.mark.parametrize(
    ("body", "jupyter", "python"),
    [
        ("RUN apt-get update && apt-get install -y curl git\n", False, False),
        ('RUN ["apt-get", "update"]\n', False, False),
        ("RUN sudo apt-get update\n", False, False),
        ("RUN curl https://x.org/a | tar x\n", False, False),
        ("ADD a.txt /b\nCOPY a.tar.gz /\n", False, False),
        ("RUN nice ls\n", False, True),
        ("RUN apt-get install -y vim\n", False, True),
        ("RUN pip install numpy\n", False, True),
        ("RUN true && mamba install numpy\n", False, True),
        ("RUN uv pip install numpy\n", False, True),
        ("COPY <<EOF /r.txt\nnumpy\nEOF\nRUN pip install -r /r.txt\n", False, True),
        ("COPY <<EOF /r.txt\njupyter\nEOF\nRUN pip install -r /r.txt\n", True, True),
        ("RUN apt-get install -y jupyter-notebook\n", True, True),
        ("RUN pip install jupyterlab\n", True, True),
        ("RUN pip install .\n", True, True),
        ("RUN uv sync\n", True, True),
        ("RUN conda env create -f e.yml\n", True, True),
        ("RUN pip install -r /r.txt\n", True, True),  # which nobody sees
        ("RUN ./install.sh\n", True, True),
        ("RUN curl https://x.org/a | sh\n", True, True),
        ("RUN echo '\n", True, True),
        ("COPY --from=x /a /b\n", True, True),
        ("ADD --from=x /a /b\n", True, True),
        ("ADD a.tar.gz /\n", True, True),
        ("ADD https://x.org/a /b\n", True, True),
        ('SHELL ["/bin/bash"]\n', True, True),
        ("ONBUILD RUN ls\n", True, True),
    ],
)
def test_what_an_image_may_have(body: str, jupyter: bool, python: bool) -> None:
    repo = Snapshot.from_dict({"Dockerfile": f"FROM ubuntu:24.04\n{body}", "r.txt": "numpy\n"})
    dockerfile = build_dockerfile(repo)
    assert dockerfile is not None and dockerfile.final is not None
    assert may_have_jupyter(repo, dockerfile.final) is jupyter
    assert may_have_python(repo, dockerfile.final) is python


@pytest.mark.parametrize(
    ("packages", "jupyter"),
    [
        ("numpy\n", False),
        ("numpy\nnotebook\n", True),
        ("numpy\n-r more.txt\n", True),
        ("-e .\n", True),
        ("./wheels/x.whl\n", True),
        ("x @ https://x.org/x.whl\n", True),
    ],
)
@pytest.mark.parametrize("body", [LIST, "WORKDIR /a\nCOPY r.txt .\nWORKDIR b/..\nRUN pip install -r r.txt\n"])
def test_what_a_list_of_packages_may_have(body: str, packages: str, jupyter: bool) -> None:
    repo = Snapshot.from_dict({"Dockerfile": f"FROM ubuntu:24.04\n{body}", "r.txt": packages})
    dockerfile = build_dockerfile(repo)
    assert dockerfile is not None and dockerfile.final is not None
    assert may_have_jupyter(repo, dockerfile.final) is jupyter


@pytest.mark.parametrize(
    ("body", "places", "files"),
    [
        ("COPY r.txt /a\n", [("r.txt", "/a")], {"/a": "r.txt"}),
        ("COPY r.txt /a/\n", [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("WORKDIR /a\nCOPY r.txt .\n", [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("WORKDIR /a\nCOPY r.txt ./\n", [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("WORKDIR /a/b\nCOPY r.txt ..\n", [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("WORKDIR /a/\nCOPY r.txt /a\n", [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("WORKDIR /a\nCOPY d/a.txt r.txt\n", [("d/a.txt", "/a/r.txt")], {"/a/r.txt": "d/a.txt"}),
        ("COPY r.txt .\n", [("r.txt", "/home/jovyan/r.txt")], {"/home/jovyan/r.txt": "r.txt"}),
        ("COPY d /a\n", [("d", "/a")], {"/a/a.txt": "d/a.txt", "/a/e/b.txt": "d/e/b.txt"}),
        ("COPY d/ /a/\n", [("d", "/a")], {"/a/a.txt": "d/a.txt", "/a/e/b.txt": "d/e/b.txt"}),
        ("COPY . /a\n", [("", "/a")], {"/a/r.txt": "r.txt"}),
        ("COPY d/a.txt r.txt /a\n", [("d/a.txt", "/a/a.txt"), ("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt", "/a/a.txt": "d/a.txt"}),
        ("COPY gone.txt /a/\n", [("gone.txt", "/a/gone.txt")], {}),
        ("ARG F=r.txt\nCOPY $F /a/\n", [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("COPY $G /a/\n", [(None, "/a")], {}),
        ("COPY r.txt $G/\n", [("r.txt", None)], {}),
        ("WORKDIR $G\nCOPY r.txt .\n", [("r.txt", None)], {}),
        ("WORKDIR b\nCOPY r.txt .\n", [("r.txt", "/home/jovyan/b/r.txt")], {}),
        ('COPY ["r.txt", "/a/"]\n', [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("COPY --from=x r.txt /a/\n", [], {}),
        ("COPY <<EOF /a\nx\nEOF\n", [], {"/a": "x\n"}),
        ("WORKDIR /a\nCOPY <<EOF r.txt\nx\nEOF\n", [], {"/a/r.txt": "x\n"}),
        ("COPY <<EOF r.txt /a/\nx\nEOF\n", [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("ADD https://x.org/r.txt git@x.org:y /a/\n", [], {}),
        ("COPY r.txt /a/\nCOPY d/a.txt /a/r.txt\n", [("r.txt", "/a/r.txt"), ("d/a.txt", "/a/r.txt")], {"/a/r.txt": "d/a.txt"}),
        ("COPY ../r.txt /a/\n", [("r.txt", "/a/r.txt")], {"/a/r.txt": "r.txt"}),
        ("COPY r.txt\n", [], {}),
    ],
)  # fmt: skip
def test_where_files_of_the_repository_are(body: str, places: list[object], files: dict[str, str]) -> None:
    repo = Snapshot.from_dict(
        {"Dockerfile": f"FROM jupyter/base-notebook:2024-10-01\n{body}", "r.txt": "", "d/a.txt": "", "d/e/b.txt": ""}
    )
    dockerfile = build_dockerfile(repo)
    assert dockerfile is not None and dockerfile.final is not None
    stage = dockerfile.final
    assert [(one.path, one.target) for one in copies(repo, stage)] == places
    asked = ("/a", "/r.txt", "/a/r.txt", "/a/a.txt", "/a/e/b.txt", "/home/jovyan/r.txt")
    found = {path: copied_file(repo, stage, path) for path in asked}
    assert {
        path: one.path if isinstance(one, Source) else one for path, one in found.items() if one is not None
    } == files
