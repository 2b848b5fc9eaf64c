"""Bad input: whatever is in the files or the folder, a diagnostic or a usage error comes out, never a traceback, and no byte is lost."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binderlint.changes.edits import EditError
from binderlint.cli import main
from binderlint.lint.diagnostic import Applicability, Delete, Recode, Rename, SetMode, Severity
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.lint.report import Report
from binderlint.outside import worktree
from binderlint.read.home_paths import home_paths
from binderlint.read.toml import parse_toml
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import CONFIG_NAMES
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, SYMLINK, UNREAD, Files, Source, UnreadError, unread

# Files that look right, so that what is wrong with them is what a test does to them.
SOUND = {
    "environment.yml": "name: x # ours\nchannels: [defaults]\ndependencies:\n  - python>=3.9\n  - numpy=1.2=py_0\n  - pip:\n    - emcee\n",
    "requirements.txt": "numpy==1.16 # old\n-r more.txt\ngit+https://github.com/o/r\n",
    "runtime.txt": "python-3.9.15\n",
    "apt.txt": "gcc # c\nlibgl1-mesa-glx\n",
    "start": "#!/bin/bash\nsource x\ngit clone https://github.com/o/r\nexec $@\n",
    "postBuild": "#!/usr/bin/env bash -v\njupyter labextension install x\n",
    "Dockerfile": "FROM jupyter/base-notebook\nUSER root\nCOPY . ${HOME}\nENTRYPOINT ./start\n",
    "pyproject.toml": '[project]\nname = "x"\nrequires-python = ">=3.11"\n[build-system]\nrequires = []\n',
    "Project.toml": '[deps]\nIJulia = "7073ff75-c697-5162-941a-fcdaad2a7d2a"\n[compat]\njulia = "1.6"\n',
    "Pipfile": '[packages]\nnumpy = "*"\n[requires]\npython_version = "3.9"\n',
    "Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.9"}}}\n',
    "install.R": 'install.packages("sf")\n',
    "DESCRIPTION": "Package: x\n",
    "setup.py": "from setuptools import setup\nsetup()\n",
    "default.nix": "with import <nixpkgs> {}; x\n",
    "README.md": "# x\n[![Binder](http://mybinder.org/badge.svg)](https://mybinder.org/v2/gh/o/r/master?filepath=a.ipynb)\n",
    "a.ipynb": '{"cells": [{"cell_type": "code", "source": ["!pip install x\\n", "import numpy"], "outputs": []}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n',
    ".dask/config.yaml": "distributed:\n  dashboard:\n    link: /user/x\n",
    ".dockerignore": "*\n!a\n",
    ".gitmodules": '[submodule "x"]\n\tpath = x\n\turl = git@github.com:o/r.git\n',
    "renv.lock": "{}\n",
    "_config.yml": "launch_buttons:\n  binderhub_url: https://binder.pangeo.io\n",
}
SPOILED = {
    "empty": lambda data: b"",
    "blank": lambda data: b"\n \n\t\n",
    "bom only": lambda data: b"\xef\xbb\xbf",
    "bom": lambda data: b"\xef\xbb\xbf" + data,
    "two boms": lambda data: b"\xef\xbb\xbf\xef\xbb\xbf" + data,
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "utf-16 without bom": lambda data: data.decode().encode("utf-16-le"),
    "half an utf-16": lambda data: data.decode().encode("utf-16")[:-1],
    "utf-32": lambda data: data.decode().encode("utf-32"),
    "latin-1 at the end": lambda data: data + "# caf\xe9\n".encode("latin-1"),
    "latin-1 at the start": lambda data: "# caf\xe9\n".encode("latin-1") + data,
    "nul": lambda data: data.replace(b"\n", b"\0\n"),
    "crlf": lambda data: data.replace(b"\n", b"\r\n"),
    "cr": lambda data: data.replace(b"\n", b"\r"),
    "mixed": lambda data: data.replace(b"\n", b"\r\n", 1) + b"\r",
    "no last newline": lambda data: data.rstrip(b"\n"),
    "form feed": lambda data: data.replace(b"\n", b"\x0c\x85\n", 2),
    "line separators": lambda data: data.replace(b" ", "\u2028\xa0".encode()),
    "half": lambda data: data[: len(data) // 2],
    "twice": lambda data: data + data,
    "brackets": lambda data: b"[" * 1100,
    "braces": lambda data: b'{"a":' * 1100,
    "quotes": lambda data: data + b"'\"`$((${{\\",
    "conflict": lambda data: b"<<<<<<< HEAD\n" + data + b"=======\n" + data + b">>>>>>> x\n",
    "binary": lambda data: bytes(range(256)) * 3,
    "long line": lambda data: b"x" * 20_000,
    "emoji": lambda data: "\U0001f40d\n".encode() + data + "\U0001f40d".encode(),
}  # fmt: skip


def examine(repo: Snapshot) -> Report:
    """Check a repository, look at every place, and fix it."""
    report = check(repo)
    crashed = [found.message for found in report.diagnostics if found.name == "rule-crashed"]
    assert not crashed, crashed
    for found in report.diagnostics:
        assert found.message
        assert "\n" not in found.message
        assert str(found.place)
        assert found.place.line >= 1
        assert found.place.column >= 1
        assert (found.place.end_line, found.place.end_column) >= (found.place.line, found.place.column)
    fixed = fix(repo, applicability=Applicability.UNSAFE)
    assert not fixed.report.crashed
    return report


OFTEN = (
    "environment.yml",
    "requirements.txt",
    "runtime.txt",
    "apt.txt",
    "start",
    "postBuild",
    "Dockerfile",
    "README.md",
    "a.ipynb",
)


@pytest.mark.parametrize("how", SPOILED)
@pytest.mark.parametrize("path", OFTEN)
def test_spoiled_file(path: str, how: str) -> None:
    data = SPOILED[how](SOUND[path].encode())
    base = {} if path in ("requirements.txt", "Dockerfile") else {"requirements.txt": "numpy\n"}
    repo = Snapshot.from_dict({**base, path: data})
    report = examine(repo)
    if build_plan(repo).error:
        assert report.fails(Severity.ERROR)


@pytest.mark.parametrize("how", SPOILED)
def test_everything_spoiled(how: str) -> None:
    files = {path: SPOILED[how](content.encode()) for path, content in SOUND.items()}
    examine(Snapshot.from_dict(files))
    del files["Dockerfile"], files["Project.toml"], files["default.nix"]
    examine(Snapshot.from_dict({f".binder/{path}": content for path, content in files.items()}))


@pytest.mark.parametrize("name", CONFIG_NAMES)
def test_folder_in_the_place_of_a_file(name: str) -> None:
    examine(Snapshot.from_dict({f"{name}/README.md": "x\n"}))
    examine(Snapshot.from_dict({f"binder/{name}/README.md": "x\n", "binder/requirements.txt": ""}))


LOOPS: list[Files] = [
    {"environment.yml": Source("environment.yml", b"environment.yml", SYMLINK)},
    {"start": Source("start", b"postBuild", SYMLINK), "postBuild": Source("postBuild", b"start", SYMLINK)},
    {"binder": Source("binder", b"binder", SYMLINK), "requirements.txt": "x\n"},
    {"binder": Source("binder", b"../..", SYMLINK), "requirements.txt": "x\n"},
    {"binder": Source("binder", b".", SYMLINK), "requirements.txt": "x\n"},
    {"requirements.txt": "-r a.txt\n", "a.txt": "-r requirements.txt\n-c a.txt\n"},
    {"requirements.txt": Source("requirements.txt", b"/etc/passwd", SYMLINK)},
    {"requirements.txt": Source("requirements.txt", b"\xff\xfe", SYMLINK)},
    {"README.md": Source("README.md", b"README.md", SYMLINK), "a.ipynb": Source("a.ipynb", b"nowhere", SYMLINK)},
    {"start": '#!/bin/bash\nsource start\nsource ./start "$@"\n', "requirements.txt": ""},
    {"environment.yml": "a: &a [*a]\ndependencies: *a\n"},
    {"environment.yml": "a: &a {b: *a}\ndependencies: [*a]\n"},
]


@pytest.mark.parametrize("files", LOOPS, ids=lambda files: " ".join(files))
def test_loop(files: Files) -> None:
    examine(Snapshot.from_dict(files))


def test_bytes_that_are_no_text_in_what_a_fix_writes() -> None:
    badge = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/"
    for link in (
        "o/r/m\udca5?urlpath=lab/tree/a\udcff&b=\udca5",
        "o/r\udca5/x/HEAD?urlpath=%2Flab%2F\udca5",
        "\udca5%2Fr/main",
    ):
        examine(Snapshot.from_dict({"README.md": f"{badge}{link})\n", "requirements.txt": "", "a.ipynb": "{}"}))


def test_line_ends_in_what_a_message_quotes() -> None:
    for files in (
        {"environment.yml": Source("environment.yml", b"a:\n  - ", SYMLINK)},
        {"environment.yml": 'dependencies:\n- "python=3.1\\r\\n2"\n'},
        {"environment.yml": b"dependencies:\n- 'python=3.1\r\n\r\n  2'\n"},
    ):
        examine(Snapshot.from_dict(files))


def test_taken_paths() -> None:
    """A link that leads nowhere is no file, but its path is not free."""
    repo = Snapshot.from_dict({"requirements.txt": "numpy\n", "runtime.txt": Source("runtime.txt", b"/x", SYMLINK)})
    assert not fix(repo, applicability=Applicability.UNSAFE).reverted


def test_carriage_returns_in_a_dockerfile() -> None:
    """Docker ends lines at line feeds only: a line after a bare carriage return would be none."""
    repo = Snapshot.from_dict({"Dockerfile": "FROM python:3.12\rUSER root\rRUN a\r"})
    assert not fix(repo, applicability=Applicability.UNSAFE).applied


def test_what_comes_to_light_takes_no_fix_back() -> None:
    """A file in UTF-16 hides what is wrong in it, and a build that stops hides what is wrong after that."""
    for files in (
        {"environment.yml": "dependencies:\n- python=2.2\n- -e .\n".encode("utf-16")},
        {"requirements.txt": "", "start": "#!/bin/bash\r\nexec $@\r\n".encode("utf-16")},
    ):
        done = fix(Snapshot.from_dict(files), applicability=Applicability.UNSAFE)
        assert done.applied
        assert not [found for found, _ in done.reverted if found.code in ("CND002", "SCR002")]


def test_odd_names() -> None:
    names = ["a b.md", "\udcff.md", "x\ny.ipynb", "-r.txt", "ä/requirements.txt", "...", "binder /start", "a\\b.yml"]
    examine(Snapshot.from_dict({**dict.fromkeys(names, "x\n"), "binder/requirements.txt": ""}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_damaged_files(data: st.DataObject) -> None:
    """Some sound files together, each with pieces cut out, doubled, or replaced by noise."""
    files: dict[str, str | bytes] = {}
    for path in data.draw(st.lists(st.sampled_from(sorted(SOUND)), min_size=1, max_size=4, unique=True)):
        content = SOUND[path].encode()
        for _ in range(data.draw(st.integers(0, 3))):
            start = data.draw(st.integers(0, len(content)))
            end = data.draw(st.integers(start, len(content)))
            noise = data.draw(
                st.one_of(
                    st.binary(max_size=6),
                    st.sampled_from(
                        [b"\n", b"\r", b"- ", b": ", b"#", b"'", b'"', b"[", b"${", b"$(", b"\t", b"&a ", b"*a"]
                    ),
                )
            )
            content = content[:start] + noise + content[end:]
        folder = data.draw(st.sampled_from(["", "", "binder/"]))
        files[folder + path] = content
    examine(Snapshot.from_dict(files))


# -- kinds of text that programs part in different ways, or cannot take at all

# Characters that are white space for Python and Go; that also end a line for Python; for Python only; for neither, though nobody sees them.
SPACES = ["\xa0", "\u2028", "\x85", "\x0b", "\x1c", "\x1f", "\u200b"]
MANY_DIGITS = "9" * 5000
NUMBERS = (MANY_DIGITS, "\u00b2", "\u0663", "1" + "0" * 400, "0x" + "f" * 5000, "1e999", "-1")
HALVES = ("\\ud800", "\\udfff", "\\ud83d", "\\udca5", "\\ud800\\ud83d\\ude00", "\udca5")


def with_space(text: str, space: str) -> dict[str, str]:
    """A text with a space at its start, at the start of its second line, and in the place of each of its first blanks."""
    blanks = [found.start() for found in re.finditer(" ", text)][:4]
    texts = {f"blank {at}": text[:at] + space + text[at + 1 :] for at in blanks}
    return {"start": space + text, "second line": text.replace("\n", "\n" + space, 1), "end": text + space, **texts}


@pytest.mark.parametrize("space", SPACES, ids=ascii)
def test_white_space_that_programs_disagree_about(space: str) -> None:
    for path in (*OFTEN, "Pipfile", "Project.toml", "install.R", "DESCRIPTION", ".dockerignore", ".gitmodules"):
        for text in with_space(SOUND[path], space).values():
            base = {} if path in ("requirements.txt", "Dockerfile") else {"requirements.txt": "numpy\n"}
            examine(Snapshot.from_dict({**base, path: text}))


@pytest.mark.parametrize("number", NUMBERS, ids=lambda number: ascii(number[:6]))
@pytest.mark.parametrize("path", SOUND)
def test_numbers_that_python_does_not_convert(path: str, number: str) -> None:
    for text in (
        re.sub(r"\d+", number, SOUND[path], count=1),
        re.sub(r"\d+(?!.*\d)", number, SOUND[path], flags=re.DOTALL),
    ):
        examine(Snapshot.from_dict({path: text}))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("start", '#!/bin/bash\nshift {}\nexec "${{@:{}}}" ${{@:1:{}}} ${}\n'),
        ("requirements.txt", "numpy=={}\njupyter_server<{}\nscipy>=1.{}; python_version>'3.{}'\n"),
        ("environment.yml", "dependencies:\n- python={}\n- numpy=1.{}\n- {}: {}\n"),
        ("environment.yml", "dependencies:\n- python>=3.{},<{}|{}\n- pip: [numpy=={}]\n"),
        ("pyproject.toml", '[project]\nname = "x"\nrequires-python = ">=3.{},<{},!={},~=3.{}"\n[build-system]\n'),
        ("Dockerfile", "FROM a:{} AS {}\nCOPY --from={} b c\nUSER {}\nENV X=-Xmx{}g\n"),
        ("a.ipynb", '{{"nbformat": {}, "nbformat_minor": {}, "metadata": {{}}, "cells": [{}, {}]}}'),
        ("runtime.txt", "python-{}"),
        ("runtime.txt", "r-{}-2023-01-{}"),
        ("Project.toml", '[compat]\njulia = "^1.{}, {}"\n'),
        ("Manifest.toml", 'julia_version = "1.{}.{}"\n'),
        (".dask/config.yaml", "distributed: {{worker: {{memory: {{target: {}}}}}}}\nkubernetes: {{name: {}}}\n"),
        ("uv.lock", 'requires-python = "^{}"\n[[package]]\nname = "numpy"\nversion = "{}"\n'),
        ("README.md", "[x](https://mybinder.org:{}/v2/gh/o/r/v{}.{})\n"),
    ],
)
def test_many_digits(path: str, text: str) -> None:
    for number in (MANY_DIGITS, "\u0663" * 5000, "\u00b2"):
        examine(Snapshot.from_dict({"binder/start": "", path: text.replace("{}", number)}))
        examine(Snapshot.from_dict({path: text.format(*[number] * 5)}))


def test_what_the_build_says_of_many_digits() -> None:
    """Python's own words, from the version of Python that repo2docker runs with."""
    for files in (
        {"runtime.txt": f"python-3.{MANY_DIGITS}"},
        {"environment.yml": f"dependencies:\n- python=3.{MANY_DIGITS}\n"},
    ):
        error = build_plan(Snapshot.from_dict(files)).error
        assert error
        assert error.type == "ValueError"
        assert "digits" in error.message


@pytest.mark.parametrize("half", HALVES, ids=ascii)
def test_half_a_character(half: str) -> None:
    """JSON and YAML can name the half of a character, which no file can hold."""
    cell = '{{"cell_type": "{}", "source": {}, "metadata": {{}}, "outputs": [], "execution_count": null}}'
    link = "[x](http://mybinder.org/v2/gh/o/r%s/master?filepath=%s.ipynb)"
    cells = [
        cell.format("code", f'"!pip install a{half}x\\nimport numpy{half}"'),
        cell.format("code", f'["!pip install {half}x\\n", "open(\'C:\\\\\\\\{half}\')"]'),
        cell.format("markdown", f'"{link.replace("%s", half)}"'),
    ]
    notebooks = (
        f'{{"nbformat": 4, "nbformat_minor": 4, "metadata": {{"kernelspec": {{"name": "{half}"}}}}, "cells": [{", ".join(cells)}]}}',
        f'{{"nbformat": 3, "nbformat_minor": 0, "metadata": {{"name": "{half}"}}, "worksheets": [{{"cells": [{cells[2]}]}}]}}',
    )
    for notebook in notebooks:
        for path in ("requirements.txt", "environment.yml"):
            files = {
                path: "" if path == "requirements.txt" else "dependencies: [python=3.12, pip]\n",
                "a.ipynb": notebook,
            }
            repo = Snapshot.from_dict(files)
            examine(repo)
            fixed = fix(repo, applicability=Applicability.UNSAFE).repo
            for source in fixed.sources.values():
                assert source.decode_error is None or source.path == "a.ipynb"
    examine(
        Snapshot.from_dict({"environment.yml": f'dependencies: ["a{half}=1", {{pip: ["b{half}x", "-e .{half}"]}}]\n'})
    )


def test_a_fix_keeps_the_half_of_a_character() -> None:
    """Converting a notebook writes it as the escape that it was."""
    cells = '[{"cell_type": "code", "language": "python", "input": "x\\ud800y", "outputs": [], "collapsed": false}]'
    old = f'{{"nbformat": 3, "nbformat_minor": 0, "metadata": {{"name": ""}}, "worksheets": [{{"cells": {cells}}}]}}'
    done = fix(Snapshot.from_dict({"a.ipynb": old}), applicability=Applicability.UNSAFE)
    text = done.repo.sources["a.ipynb"].text
    assert json.loads(text)["nbformat"] == 4
    assert "x\\ud800y" in text


def nested(opening: str, closing: str, inside: str = "1") -> list[str]:
    """A text in so many brackets: about what parsers take, what they do not, and without the end."""
    return [opening * depth + inside + closing * end for depth in (90, 400, 1500) for end in (0, depth)]


NESTED: dict[str, tuple[str, list[str]]] = {
    "Dockerfile, JSON": ("Dockerfile", [f"FROM a\nCMD {text}\nRUN {text}\n" for text in nested("[", "]")]),
    "Dockerfile, ONBUILD": ("Dockerfile", [f"FROM a\n{text}\n" for text in nested("ONBUILD ", "", "RUN a")]),
    "Dockerfile, stages": ("Dockerfile", ["FROM a AS s0\n" + "".join(f"FROM s{n} AS s{n + 1}\n" for n in range(600)) + "USER x\n"]),
    "notebook": ("a.ipynb", nested('{"a":', "}") + nested("[", "]")),
    "metadata": ("a.ipynb", [f'{{"nbformat":4,"nbformat_minor":4,"cells":[],"metadata":{{"kernelspec":{text}}}}}' for text in nested('{"name":', "}")]),
    "source": ("a.ipynb", [f'{{"nbformat":4,"nbformat_minor":4,"cells":[{{"cell_type":"code","source":{text},"id":{text}}}],"metadata":{{}}}}' for text in nested("[", "]")]),
    "Python": ("a.ipynb", [f'{{"nbformat":4,"nbformat_minor":4,"cells":[{{"cell_type":"code","source":"x = {text}\\nimport numpy"}}],"metadata":{{}}}}' for text in nested("(", ")") + nested("-", "") + nested("x.", "")]),
    "lock": ("Pipfile.lock", nested('{"_meta":', "}")),
    "pyproject": ("pyproject.toml", [f"a = {text}\n" for text in nested("[", "]") + nested("{a=", "}")]),
    "marker": ("requirements.txt", [f"a; {text}\n" for text in nested("(", ")", "os_name=='x'")]),
    "conf.py": ("conf.py", [f"html_theme_options = {{'launch_buttons': {text}}}\n" for text in nested("{'a':", "}")]),
    "shell": ("start", [f"#!/bin/bash\n{text}\n" for text in nested("$(", ")", "x") + nested("{ ", ";}", "x") + nested("if a; then\n", "fi\n", "x\n") + nested('"$(', ')"', "x")]),
    "ignore": (".dockerignore", nested("[", "\n") + nested("**/", "\n")),
    "Markdown": ("README.md", [f"{text}(https://mybinder.org/v2/gh/o/r/HEAD)\n" for text in nested("[", "]") + nested(">", "") + nested("<div>", "</div>")]),
}  # fmt: skip


@pytest.mark.parametrize("kind", NESTED)
def test_deep_nesting(kind: str) -> None:
    path, texts = NESTED[kind]
    base = {} if path in ("requirements.txt", "Dockerfile") else {"requirements.txt": ""}
    for text in texts:
        examine(Snapshot.from_dict({**base, path: text}))


@pytest.mark.parametrize("path", ["environment.yml", "_config.yml", ".dask/config.yaml"])
def test_deep_nesting_in_yaml(path: str) -> None:
    key = "dependencies: " if path == "environment.yml" else "launch_buttons: "
    blocks = "a:\n" + "".join(f"{' ' * depth}- a:\n" for depth in range(1, 200))
    for text in (
        f"{key}{'[' * 300}",
        f"{key}{'[' * 90}1{']' * 90}\n",
        f"{key}{'{a: ' * 150}",
        blocks,
        f"{key}{'&a [' * 150}",
    ):
        examine(Snapshot.from_dict({"README.md": "thebe\n", path: text}))


def test_both_folders_and_an_old_dockerfile() -> None:
    both = {
        "binder/requirements.txt": "x\n",
        ".binder/requirements.txt": "x\n",
        "Dockerfile": "FROM andrewosh/binder-base\n",
    }
    repo = Snapshot.from_dict(both)
    examine(repo)
    assert build_plan(repo).error
    assert "legacy" in build_plan(repo).error.message
    assert {use.path for use in build_plan(repo).files} >= set(both)


def test_a_fix_whose_path_is_taken_is_none() -> None:
    """By a link that leads nowhere, which is no file."""
    for link, file in (
        ("binder/start", "binder/start.sh"),
        ("environment.yml", "enviroment.yml"),
        ("environment.yml", "environment.yaml"),
    ):
        text = '#!/bin/bash\nexec "$@"\n' if file.endswith(".sh") else "dependencies: [python=3.12]\n"
        examine(Snapshot.from_dict({file: text, link: Source(link, b"nowhere", SYMLINK)}))


def test_a_notebook_of_old_that_cannot_be_converted() -> None:
    text = '{"metadata": {"name": "x"}, "nbformat": 3, "nbformat_minor": 0, "worksheets": [{"x": []}]}'
    report = examine(Snapshot.from_dict({"a.ipynb": text, "requirements.txt": ""}))
    assert any("cannot open" in found.message and not found.fix for found in report.diagnostics)


def test_a_bug_in_the_plan_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(repo: Snapshot) -> None:
        raise ZeroDivisionError("a bug\nof two lines")

    monkeypatch.setattr("binderlint.repo2docker.build.detect", crash)
    report = check(Snapshot.from_dict({"requirements.txt": "numpy\n"}))
    assert report.crashed
    (found,) = report.diagnostics
    assert "nothing was checked" in found.message
    assert "\n" not in found.message


# -- on disk


def pipe(path: Path) -> None:
    """A special file; Windows has none, there it is a folder."""
    os.mkfifo(path) if hasattr(os, "mkfifo") else path.mkdir()


def git(folder: Path, *arguments: str) -> None:
    identity = [
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.c",
        "-c",
        "commit.gpgsign=false",
        "-c",
        "init.defaultBranch=main",
    ]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def run(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    """Exit code and all output of a run, which never is a crash."""
    code = main([str(folder), *arguments])
    captured = capsys.readouterr()
    assert "Traceback" not in captured.out + captured.err
    assert code in (0, 1, 2), captured.out
    return code, captured.out + captured.err


@pytest.mark.parametrize("output", ["full", "concise", "json", "github"])
@pytest.mark.parametrize("initialised", [False, True])
def test_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str], initialised: bool, output: str) -> None:
    if initialised:
        git(tmp_path, "init")
    code, said = run(tmp_path, capsys, "--output", output)
    assert code in (0, 1)
    assert "LAY006" in said or "no-environment-file" in said
    assert output == "github" or "there is no file to look at" in said
    run(tmp_path, capsys, "--fix", "--unsafe-fixes", "--output", output)
    assert not [path for path in tmp_path.iterdir() if path.name != ".git"]


def test_plain_folder_and_repository_without_commits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "environment.yml").write_text("dependencies:\n  - python=3.12\nprefix: /x\n")
    (tmp_path / "postbuild").write_text("#!/bin/sh\ntrue\n")
    _, plain = run(tmp_path, capsys)
    git(tmp_path, "init")
    _, started = run(tmp_path, capsys)
    for said in (plain, started):
        assert "filename-case" in said
        assert "env-prefix" in said
    assert "nothing-committed" in started
    assert "nothing-committed" not in plain
    git(tmp_path, "add", "environment.yml")
    git(tmp_path, "commit", "-m", "x")
    _, committed = run(tmp_path, capsys)
    assert "env-prefix" in committed


@pytest.mark.parametrize("index", [b"", b"DIRC", b"DIRC\0\0\0\x02\0\0\0\x05rest", b"\0" * 100])
def test_broken_index(tmp_path: Path, capsys: pytest.CaptureFixture[str], index: bytes) -> None:
    git(tmp_path, "init")
    (tmp_path / "requirements.txt").write_text("numpy\n")
    (tmp_path / ".git/index").write_bytes(index)
    run(tmp_path, capsys)


@pytest.mark.parametrize("pointer", ["", "gitdir: /nowhere\n", "gitdir: .git\n", "\0"])
def test_git_file_that_points_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str], pointer: str) -> None:
    (tmp_path / ".git").write_text(pointer)
    (tmp_path / "requirements.txt").write_text("numpy\n")
    run(tmp_path, capsys)


def test_paths_that_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nowhere", capsys)[0] == 2
    (tmp_path / "loop").symlink_to("loop")
    run(tmp_path / "loop", capsys)
    pipe(tmp_path / "pipe")
    (tmp_path / "requirements.txt").write_text("numpy\n")
    run(tmp_path, capsys)


def test_links_and_special_files_on_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "environment.yml").symlink_to("environment.yml")
    (tmp_path / "binder").symlink_to(".")
    (tmp_path / "start").mkdir()
    pipe(tmp_path / "postBuild")
    (tmp_path / "deep").symlink_to("deep/deep")
    code, _ = run(tmp_path, capsys, "--fix", "--unsafe-fixes")
    assert code in (0, 1)


def test_a_fix_never_writes_outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside, inside = tmp_path / "outside", tmp_path / "inside"
    outside.mkdir()
    inside.mkdir()
    wrong = "dependencies:\n  - python=3.12\nprefix: /x\n"
    (outside / "environment.yml").write_text(wrong)
    (outside / "binder").mkdir()
    (outside / "binder/requirements.txt").write_text("pywin32\n")
    (inside / "environment.yml").symlink_to(outside / "environment.yml")
    (inside / "binder").symlink_to(outside / "binder")
    (inside / "a.ipynb").write_text("{}")
    before = {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()}
    run(inside, capsys, "--fix", "--unsafe-fixes")
    assert {path: path.read_bytes() for path in outside.rglob("*") if path.is_file()} == before
    assert (inside / "environment.yml").is_symlink()


def test_bytes_that_are_no_text_survive_a_fix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    start = b"#!/bin/bash\r\n# caf\xe9 \xff\xfe \0\r\necho \xe9\r\nexec $@\r\n"
    (tmp_path / "binder").mkdir()
    (tmp_path / "binder/requirements.txt").write_bytes(b"numpy # \xe9t\xe9\n")
    (tmp_path / "binder/start").write_bytes(start)
    run(tmp_path, capsys, "--fix", "--unsafe-fixes")
    after = (tmp_path / "binder/start").read_bytes()
    assert b"# caf\xe9 \xff\xfe \0" in after
    assert b"echo \xe9" in after
    assert (tmp_path / "binder/requirements.txt").read_bytes().startswith(b"numpy")


def test_json_of_text_that_is_no_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"a\xff==1\n")
    (tmp_path / "environment.yml").write_bytes(b"\xff\n")
    code = main([str(tmp_path), "--output", "json"])
    said = capsys.readouterr().out
    assert code == 1
    assert json.loads(said)["diagnostics"]
    assert os.linesep not in said.strip() or json.loads(said)


# -- files whose content is not known. Root may read everything, so the refusals are played


def refusing(monkeypatch: pytest.MonkeyPatch, folder: Path, *paths: str) -> None:
    """Nobody may read some files, or look into some folders (whose paths end in a slash)."""
    files = {str(folder / path) for path in paths if not path.endswith("/")}
    folders = tuple(str(folder / path).rstrip("/") for path in paths if path.endswith("/"))
    access, lstat, scandir = os.access, os.lstat, os.scandir

    def may(path: Path, mode: int) -> bool:
        return str(path) not in files and access(path, mode)

    def look(path: Path) -> os.stat_result:
        if str(path).startswith(tuple(f"{one}/" for one in folders)):
            raise PermissionError(13, "Permission denied", str(path))
        return lstat(path)

    def listing(path: Path) -> object:
        if str(path) in folders:
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(worktree.os, "access", may)
    monkeypatch.setattr(worktree.os, "lstat", look)
    monkeypatch.setattr(worktree.os, "scandir", listing)


def course(folder: Path) -> None:
    """A repository whose second notebook is broken."""
    (folder / "notebooks").mkdir()
    (folder / "requirements.txt").write_text("numpy==1.26.4\n")
    (folder / "README.md").write_text("# A course\n")
    for name, text in {"a": "{}", "b": "{", "c": "{}"}.items():
        (folder / f"notebooks/{name}.ipynb").write_text(text)
    git(folder, "init")
    git(folder, "add", ".")
    git(folder, "commit", "-m", "x")


OUTPUTS = ("full", "concise", "json", "github", "markdown")


@pytest.mark.parametrize("output", OUTPUTS)
def test_files_that_nobody_may_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, output: str
) -> None:
    course(tmp_path)
    refusing(monkeypatch, tmp_path, "notebooks/a.ipynb", "README.md")
    code, said = run(tmp_path, capsys, "--output", output)
    assert code == 1
    assert "file-not-read" in said
    assert "README.md" in said
    assert "notebooks/a.ipynb" in said
    assert "Permission denied" in said
    assert "notebook-broken" in said
    run(tmp_path, capsys, "--fix", "--unsafe-fixes", "--output", output)
    run(tmp_path, capsys, "--diff", "--unsafe-fixes", "--output", output)


@pytest.mark.parametrize("tracked", [False, True])
def test_a_folder_that_nobody_may_look_into(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tracked: bool
) -> None:
    if tracked:
        course(tmp_path)
    else:
        (tmp_path / "notebooks").mkdir()
        (tmp_path / "a.ipynb").write_text("{")
        (tmp_path / "requirements.txt").write_text("numpy\n")
    refusing(monkeypatch, tmp_path, "notebooks/")
    code, said = run(tmp_path, capsys, "--output", "concise")
    assert code == 1
    assert "notebooks/" in said
    assert "could not be read (Permission denied)" in said
    assert "notebook-broken" not in said if tracked else "notebook-broken" in said


@pytest.mark.parametrize("path", ["requirements.txt", "binder/"])
def test_what_the_build_depends_on_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """What Binder does is not known then: nothing else is said, and the check does not pass."""
    (tmp_path / "requirements.txt").write_text("pywin32\n")
    (tmp_path / "a.ipynb").write_text("{")
    if path == "binder/":
        (tmp_path / "binder").mkdir()
    refusing(monkeypatch, tmp_path, path)
    code, said = run(tmp_path, capsys, "--output", "concise")
    assert code == 1
    assert "nothing else was checked" in said
    assert "Found 1 error." in said
    assert main(["plan", str(tmp_path)]) == 2
    assert f"{path}: cannot be read: Permission denied" in capsys.readouterr().err


def test_a_root_that_nobody_may_look_into(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worktree.os, "access", lambda path, mode: False)
    code, said = run(tmp_path, capsys)
    assert code == 2
    assert "cannot be read: Permission denied" in said


def test_a_file_that_turns_out_to_be_unreadable(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A disk that fails, or a pipe that has taken the file's place meanwhile."""
    course(tmp_path)
    read = worktree.read_itself

    def fail(path: str, limit: int) -> bytes:
        if Path(path).name in ("a.ipynb", "README.md"):
            raise OSError(5, "Input/output error", str(path))
        return read(path, limit)

    monkeypatch.setattr(worktree, "read_itself", fail)
    code, said = run(tmp_path, capsys, "--output", "concise")
    assert code == 1
    assert "`README.md` and `notebooks/a.ipynb` could not be read (Input/output error)" in said
    assert "notebooks/b.ipynb:1:2: error NBK001" in said
    monkeypatch.setattr(worktree, "read_itself", lambda path, limit: fail("a.ipynb", limit))
    code, said = run(tmp_path, capsys, "--output", "concise")
    assert code == 1
    assert "nothing else was checked" in said


def test_files_that_are_too_large(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are there, they are not read, and that is said of those that would be looked at."""
    monkeypatch.setattr(worktree, "LARGEST", 2_000_000)
    for name in ("0.bin", "a.ipynb", "index.html"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(2_000_001)
    (tmp_path / "requirements.txt").write_text("numpy==1.26.4\n")
    (tmp_path / "b.ipynb").write_text("{")
    code, said = run(tmp_path, capsys, "--output", "concise")
    assert code == 1
    assert "info BLT007 file-not-read (polish): `a.ipynb` and `index.html` could not be read (larger than 2 MB)" in said
    assert "0.bin" not in said
    assert "b.ipynb:1:2: error NBK001" in said
    (tmp_path / "environment.yml").write_bytes(b"#" * 1_000_001)
    code, said = run(tmp_path, capsys, "--output", "concise", "--fix", "--unsafe-fixes")
    assert code == 1
    assert (
        "environment.yml:1:1: error BLT007 file-not-read (launch): This file could not be read (larger than 1 MB)"
        in said
    )


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("start", 1),
        ("binder/postBuild", 1),
        ("requirements.txt", 1),
        ("a.b/Dockerfile", 1),
        ("environment.YML", 1),
        (".gitattributes", 1),
        ("a.ipynb", 50),
        ("README.md", 50),
        ("index.html", 50),
        ("renv.lock", 50),
        ("conda-lock.yml", 50),
    ],
)
def test_how_much_is_read(path: str, most: int) -> None:
    assert worktree.most_bytes(path) == most * 1_000_000


def test_many_paths_on_one_line_of_a_notebook() -> None:
    many = ", ".join(f"'/home/jovyan/{number}'" for number in range(50_000))
    assert not list(home_paths([(1, f"x = [{many}]\n")], True))
    hashes = "#" * 500_000
    assert not list(home_paths([(1, f"x <- 1 {hashes} '/Users/ana/a.csv'\n")], False)), "in a comment"
    (used,) = home_paths([(1, f"x <- '{hashes}'; read.csv('/Users/ana/a.csv')\n")], False)
    assert used.path == "/Users/ana/"


@pytest.mark.parametrize("line", ["{} = 1", "[{}]", "x = {{ b = 1, {} = 1 }}", "[[ {} ]]"])
def test_keys_of_many_parts(line: str) -> None:
    """Reading them takes tomllib time with the square of their number; what they say is the same as far as anybody looks."""
    few, many = (parse_toml(line.format(" . ".join(["a"] * count)) + "\n[b]\nc = '1'\n") for count in (50, 100_000))
    assert few.keys() == many.keys()
    assert few["b"] == many["b"] == {"c": "1"}
    two = [line.replace("x", name).format(".".join(["a"] * 300) + f".{name}") for name in ("x", "y")]
    assert parse_toml("\n".join(two))
    text = "a = 1\nb = '" + ".a" * 300 + "'\n"
    assert parse_toml(text) == {"a": 1, "b": ".a" * 300}
    assert parse_toml("a = 1 #," + " " * 1_000_000 + "." * 101 + "\n") == {"a": 1}


def test_no_fix_touches_what_cannot_be_read() -> None:
    error = UnreadError("binder/requirements.txt", "Permission denied")
    repo = Snapshot.from_dict({"environment.yml": "dependencies: []\n", error.path: unread(error)})
    for edit in (Rename(error.path, "x"), Delete(error.path), SetMode(error.path, EXECUTABLE), Recode(error.path)):
        with pytest.raises(EditError, match="cannot be read"):
            repo.apply([edit])
    assert repo.apply([]).sources[error.path].mode == UNREAD


CONFIGURATIONS = {
    "nested": b"select = " + b"[" * 100_000,
    "nested tables": b"a" + b".a" * 2000 + b" = 1",
    "digits": b"online = " + b"9" * 5000,
    "hexadecimal": b"online = 0x" + b"f" * 5000,
    "list of lists": b"select = [" + b"[" * 90 + b"]" * 90 + b"]",
    "list of severities": b'[severity]\nCND001 = ["error"]\n',
    "long key": b"a" * 5000 + b" = 1",
    "memory": b'hub = {memory = "' + b"9" * 500 + b'G"}',
    "ports": b"hub = {ports = [0x" + b"f" * 5000 + b", 'a']}",
    "not UTF-8": b"\xff",
    "nul": b"\0",
    "too large": b"#" * 1_000_001,
}


@pytest.mark.parametrize("how", CONFIGURATIONS)
def test_configuration_that_cannot_be_used(tmp_path: Path, capsys: pytest.CaptureFixture[str], how: str) -> None:
    (tmp_path / "binderlint.toml").write_bytes(CONFIGURATIONS[how])
    code, said = run(tmp_path, capsys)
    assert code == 2
    assert "binderlint.toml" in said
    assert len(said) < 1000
    assert main(["plan", str(tmp_path)]) == 2
    (tmp_path / "binderlint.toml").rename(tmp_path / "pyproject.toml")
    assert run(tmp_path, capsys, "--config", str(tmp_path / "pyproject.toml"))[0] == 2


@pytest.mark.parametrize("name", ["binderlint.toml", ".binderlint.toml", "pyproject.toml"])
def test_configuration_that_is_no_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / "requirements.txt").write_text("numpy\n")
    path = tmp_path / name
    pipe(path)
    run(tmp_path, capsys)
    assert run(tmp_path, capsys, "--config", str(path))[0] == 2
    path.rmdir() if path.is_dir() else path.unlink()
    path.mkdir()
    run(tmp_path, capsys)
    assert run(tmp_path, capsys, "--config", str(path))[0] == 2
    path.rmdir()
    path.symlink_to(name)
    run(tmp_path, capsys)
    assert run(tmp_path, capsys, "--config", str(path))[0] == 2


def test_configuration_that_lies_elsewhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A link of a stranger's repository to a file of the user is not followed; one to another file of the repository is."""
    secret = tmp_path / "secret.toml"
    secret.write_text('[tool.binderlint]\nTOKEN = "x"\n')
    repo = tmp_path / "repo"
    (repo / "course").mkdir(parents=True)
    (repo / "requirements.txt").write_text("numpy\n")
    git(repo, "init")
    (repo / "pyproject.toml").symlink_to(secret)
    assert "TOKEN" not in run(repo, capsys)[1]
    (repo / "binderlint.toml").symlink_to("../secret.toml")
    code, said = run(repo, capsys)
    assert code == 2
    assert "a link out of the repository is not followed" in said
    assert "TOKEN" not in said
    (repo / "binderlint.toml").unlink()
    (repo / "ours.toml").write_text('fail-on = "never"\n')
    (repo / "course/binderlint.toml").symlink_to("../ours.toml")
    (repo / "course/requirements.txt").write_text("pywin32\n")
    assert run(repo, capsys, "--subdir", "course")[0] == 0
    (repo / "ours.toml").write_text("")
    assert run(repo, capsys, "--subdir", "course")[0] == 1


def test_unreadable_configuration(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path, limit: int) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr("binderlint.lint.settings.read_regular", refuse)
    for name in ("pyproject.toml", "binderlint.toml"):
        (tmp_path / name).write_text("[tool.binderlint]\n")
        code, said = run(tmp_path, capsys)
        assert code == 2
        assert f"{name}: cannot be read: Permission denied" in said


def test_special_files_everywhere(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Pipes, sockets, folders and links in a circle in the place of each file, tracked or not."""
    (tmp_path / "x").write_text("x\n")
    for folder in ("", "binder/", ".dask/", "docs/"):
        (tmp_path / folder).mkdir(exist_ok=True)
        for name in (*SOUND, "setup.cfg", "id_rsa", ".env", "index.html", "a.py"):
            (tmp_path / folder / name.replace("/", "_")).write_text("x\n")
    git(tmp_path, "init")
    git(tmp_path, "add", "-f", ".")
    for number, path in enumerate(
        sorted(path for path in tmp_path.rglob("*") if path.is_file() and ".git/" not in str(path))
    ):
        if path.name == "x":
            continue
        path.unlink()
        if number % 4 == 0:
            pipe(path)
        elif number % 4 == 1:
            path.symlink_to(path.name)
        elif number % 4 == 2:
            path.mkdir()
        else:
            path.symlink_to("/dev/zero")
    run(tmp_path, capsys, "--isolated")
    run(tmp_path, capsys, "--isolated", "--fix", "--unsafe-fixes")
    shutil.rmtree(tmp_path / ".git")
    run(tmp_path, capsys, "--isolated")


def test_no_fix_is_offered_that_moves_a_file_which_could_not_be_read() -> None:
    """An object of git's that is missing: what would be done with the file is not known to be right, and the report goes on."""
    broken = unread(UnreadError("binder/environment.yml", "git has no such object"))
    repo = Snapshot.from_dict({"binder/environment.yml": broken, "binder/apt.txt": "vim\n", ".binder/postBuild": ""})
    found = {one.code: one for one in check(repo).diagnostics}
    assert found["LAY005"].fix is None
    repo = Snapshot.from_dict({"binder/environment.yml": "", "binder/apt.txt": "vim\n", ".binder/postBuild": ""})
    assert {one.code: one for one in check(repo).diagnostics}["LAY005"].fix


def test_files_that_could_not_be_read_for_one_reason_are_one_finding_at_the_first() -> None:
    broken = [unread(UnreadError(path, "Permission denied")) for path in ("b.ipynb", "a.ipynb")]
    repo = Snapshot.from_dict({"requirements.txt": "numpy==2.2.0\n", **{one.path: one for one in broken}})
    found = [one for one in check(repo).diagnostics if one.name == "file-not-read"]
    assert [one.path for one in found] == ["a.ipynb"]
    assert "`a.ipynb` and `b.ipynb`" in found[0].message
