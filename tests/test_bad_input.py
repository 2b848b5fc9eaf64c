"""Bad input: whatever is in the files or the folder, a diagnostic or a usage error comes out, never a traceback, and no byte is lost."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from binderlint.buildpacks.names import CONFIG_NAMES
from binderlint.cli import main
from binderlint.diagnostic import Applicability, Severity
from binderlint.fixer import fix
from binderlint.linter import check
from binderlint.outside import worktree
from binderlint.report import Report
from binderlint.repository import Repository
from binderlint.rule import Files
from binderlint.source import SYMLINK, Source

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


def examine(repo: Repository) -> Report:
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
    repo = Repository.from_dict({**base, path: data}, assume_binder=True)
    report = examine(repo)
    if repo.plan.error:
        assert report.fails(Severity.ERROR)


@pytest.mark.parametrize("how", SPOILED)
def test_everything_spoiled(how: str) -> None:
    files = {path: SPOILED[how](content.encode()) for path, content in SOUND.items()}
    examine(Repository.from_dict(files, assume_binder=True))
    del files["Dockerfile"], files["Project.toml"], files["default.nix"]
    examine(Repository.from_dict({f".binder/{path}": content for path, content in files.items()}))


@pytest.mark.parametrize("name", CONFIG_NAMES)
def test_folder_in_the_place_of_a_file(name: str) -> None:
    examine(Repository.from_dict({f"{name}/README.md": "x\n"}, assume_binder=True))
    examine(Repository.from_dict({f"binder/{name}/README.md": "x\n", "binder/requirements.txt": ""}))


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
    examine(Repository.from_dict(files, assume_binder=True))


def test_bytes_that_are_no_text_in_what_a_fix_writes() -> None:
    badge = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/"
    for link in (
        "o/r/m\udca5?urlpath=lab/tree/a\udcff&b=\udca5",
        "o/r\udca5/x/HEAD?urlpath=%2Flab%2F\udca5",
        "\udca5%2Fr/main",
    ):
        examine(Repository.from_dict({"README.md": f"{badge}{link})\n", "requirements.txt": "", "a.ipynb": "{}"}))


def test_line_ends_in_what_a_message_quotes() -> None:
    for files in (
        {"environment.yml": Source("environment.yml", b"a:\n  - ", SYMLINK)},
        {"environment.yml": 'dependencies:\n- "python=3.1\\r\\n2"\n'},
        {"environment.yml": b"dependencies:\n- 'python=3.1\r\n\r\n  2'\n"},
    ):
        examine(Repository.from_dict(files, assume_binder=True))


def test_taken_paths() -> None:
    """A link that leads nowhere is no file, but its path is not free."""
    repo = Repository.from_dict({"requirements.txt": "numpy\n", "runtime.txt": Source("runtime.txt", b"/x", SYMLINK)})
    assert not fix(repo, applicability=Applicability.UNSAFE).reverted


def test_carriage_returns_in_a_dockerfile() -> None:
    """Docker ends lines at line feeds only: a line after a bare carriage return would be none."""
    repo = Repository.from_dict({"Dockerfile": "FROM python:3.12\rUSER root\rRUN a\r"})
    assert not fix(repo, applicability=Applicability.UNSAFE).applied


def test_what_comes_to_light_takes_no_fix_back() -> None:
    """A file in UTF-16 hides what is wrong in it, and a build that stops hides what is wrong after that."""
    for files in (
        {"environment.yml": "dependencies:\n- python=2.2\n- -e .\n".encode("utf-16")},
        {"requirements.txt": "", "start": "#!/bin/bash\r\nexec $@\r\n".encode("utf-16")},
    ):
        done = fix(Repository.from_dict(files, assume_binder=True), applicability=Applicability.UNSAFE)
        assert done.applied
        assert not [found for found, _ in done.reverted if found.code in ("CND002", "SCR002")]


def test_odd_names() -> None:
    names = ["a b.md", "\udcff.md", "x\ny.ipynb", "-r.txt", "ä/requirements.txt", "...", "binder /start", "a\\b.yml"]
    examine(Repository.from_dict({**dict.fromkeys(names, "x\n"), "binder/requirements.txt": ""}))


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
    examine(Repository.from_dict(files, assume_binder=True))


# -- on disk


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
    assert "not-for-binder" in said or "BLT002" in said or "nothing" in said.lower()
    run(tmp_path, capsys, "--assume-binder", "--fix", "--unsafe-fixes", "--output", output)
    assert not [path for path in tmp_path.iterdir() if path.name != ".git"]


def test_plain_folder_and_repository_without_commits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "environment.yml").write_text("dependencies:\n  - python=3.12\nprefix: /x\n")
    (tmp_path / "postbuild").write_text("#!/bin/sh\ntrue\n")
    _, plain = run(tmp_path, capsys, "--assume-binder")
    git(tmp_path, "init")
    _, started = run(tmp_path, capsys, "--assume-binder")
    for said in (plain, started):
        assert "filename-case" in said
        assert "env-prefix" in said
    assert "nothing-committed" in started
    assert "nothing-committed" not in plain
    git(tmp_path, "add", "environment.yml")
    git(tmp_path, "commit", "-m", "x")
    _, committed = run(tmp_path, capsys, "--assume-binder")
    assert "env-prefix" in committed


@pytest.mark.parametrize("index", [b"", b"DIRC", b"DIRC\0\0\0\x02\0\0\0\x05rest", b"\0" * 100])
def test_broken_index(tmp_path: Path, capsys: pytest.CaptureFixture[str], index: bytes) -> None:
    git(tmp_path, "init")
    (tmp_path / "requirements.txt").write_text("numpy\n")
    (tmp_path / ".git/index").write_bytes(index)
    run(tmp_path, capsys, "--assume-binder")


@pytest.mark.parametrize("pointer", ["", "gitdir: /nowhere\n", "gitdir: .git\n", "\0"])
def test_git_file_that_points_nowhere(tmp_path: Path, capsys: pytest.CaptureFixture[str], pointer: str) -> None:
    (tmp_path / ".git").write_text(pointer)
    (tmp_path / "requirements.txt").write_text("numpy\n")
    run(tmp_path, capsys, "--assume-binder")


def test_paths_that_cannot_be_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path / "nowhere", capsys)[0] == 2
    (tmp_path / "loop").symlink_to("loop")
    run(tmp_path / "loop", capsys)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "requirements.txt").write_text("numpy\n")
    run(tmp_path, capsys, "--assume-binder")


def test_links_and_special_files_on_disk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "environment.yml").symlink_to("environment.yml")
    (tmp_path / "binder").symlink_to(".")
    (tmp_path / "start").mkdir()
    os.mkfifo(tmp_path / "postBuild")
    (tmp_path / "deep").symlink_to("deep/deep")
    code, _ = run(tmp_path, capsys, "--assume-binder", "--fix", "--unsafe-fixes")
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
    run(inside, capsys, "--assume-binder", "--fix", "--unsafe-fixes")
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
    code = main([str(tmp_path), "--assume-binder", "--output", "json"])
    said = capsys.readouterr().out
    assert code == 1
    assert json.loads(said)["diagnostics"]
    assert os.linesep not in said.strip() or json.loads(said)


def test_file_without_permission(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Root may read everything, so the refusal is played."""

    def refuse(path: Path, limit: int) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "requirements.txt").write_text("numpy\n")
    monkeypatch.setattr(worktree, "read_regular", refuse)
    code, said = run(tmp_path, capsys, "--assume-binder")
    assert code == 2
    assert "requirements.txt: cannot be read: Permission denied" in said
