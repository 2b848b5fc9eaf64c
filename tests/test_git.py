"""The door to git: whatever a repository, its `.git` or the environment says, nothing of a stranger runs, and what is wrong is said."""

from __future__ import annotations

import ast
import hashlib
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import binderlint
from binderlint.cli import main
from binderlint.facts.size import history_bytes
from binderlint.git import GitError, MissingError
from binderlint.outside import git as door
from binderlint.outside import programs, remote
from binderlint.outside.clone import blob_id
from binderlint.outside.dotgit import Store, find_git, find_store, is_ref_name, parse_index, read_config, read_git
from binderlint.outside.git import Blobs, Bounds, Config, ask, environment
from binderlint.outside.objects import read_tree, resolve
from binderlint.snapshot import Snapshot
from binderlint.source import RepositoryError
from tests.hosting import Answer, drip, drip_header, endless, git_host, redirect, served, silence, status
from tests.systems import posix

IDENTITY = [
    "-c",
    "user.name=a",
    "-c",
    "user.email=a@b.c",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "init.defaultBranch=main",
]
CRLF = b'#!/bin/bash\r\nexec "$@"\r\n'
PIN = "numpy==1.26.4\n"


def git(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> str:
    command = ["git", *IDENTITY, *arguments]
    done = subprocess.run(
        command, cwd=folder, check=True, capture_output=True, text=True, env={**os.environ, **(env or {})}
    )
    return done.stdout


class Trap:
    """Commands that leave a mark when anything runs them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def command(self, name: str, then: str = "false") -> str:
        return f"touch {shlex.quote(str(self.folder / name))}; {then}"

    @property
    def sprung(self) -> list[str]:
        return sorted(os.listdir(self.folder))


@pytest.fixture
def trap(tmp_path: Path) -> Trap:
    return Trap(tmp_path / "trap")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A work tree with one commit."""
    root = tmp_path / "tree"
    root.mkdir()
    git(root, "init", "-q")
    (root / "requirements.txt").write_text(PIN)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    return root


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str]]:
    def run(*arguments: str | Path) -> tuple[int, str]:
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        assert "Traceback" not in captured.out + captured.err
        return code, captured.out + captured.err

    return run


Said = Callable[..., tuple[int, str]]


def configuration(trap: Trap, root: Path) -> str:
    """A configuration in which everything that git can be told to run is a trap."""
    names = {
        "core": ["fsmonitor", "sshCommand", "gitProxy", "askPass", "editor", "pager", "alternateRefsCommand"],
        "alias": ["ls-files", "cat-file", "ls-tree", "rev-parse", "fetch"],
        "diff": ["external"],
        "credential": ["helper"],
        "gpg": ["program"],
        "uploadpack": ["packObjectsHook"],
    }
    hooks = root / "hooks-of-a-stranger"
    hooks.mkdir(exist_ok=True)
    for name in ("post-index-change", "fsmonitor-watchman", "reference-transaction", "post-checkout", "pre-auto-gc"):
        (hooks / name).write_text(f"#!/bin/sh\n{trap.command('hook-' + name)}\n")
        (hooks / name).chmod(0o755)

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    lines = [
        f"[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = .\n\thooksPath = {quoted(str(hooks))}"
    ]
    for section, variables in names.items():
        lines.append(f"[{section}]")
        lines += [
            f"\t{name} = {quoted(('!' if section in ('alias', 'credential') else '') + trap.command(name))}"
            for name in variables
        ]
    for kind in ("clean", "smudge", "process"):
        lines.append(f'[filter "x"]\n\t{kind} = {quoted(trap.command(kind, "cat"))}')
    lines.append(f'[diff "x"]\n\ttextconv = {quoted(trap.command("textconv", "cat"))}')
    lines.append(f'[merge "x"]\n\tdriver = {quoted(trap.command("driver"))}')
    return "\n".join(lines) + "\n"


def bare_in_disguise(folder: Path, trap: Trap) -> None:
    """Ordinary files that git would take for a repository."""
    for name in ("objects", "refs/heads"):
        (folder / name).mkdir(parents=True)
        (folder / name / ".keep").write_text("")
    (folder / "HEAD").write_text("ref: refs/heads/main\n")
    (folder / "config").write_text(configuration(trap, folder))
    (folder / ".gitattributes").write_text("* filter=x diff=x merge=x -text\n")
    (folder / "start").write_bytes(CRLF)
    (folder / "postbuild").write_bytes(CRLF)
    (folder / "requirements.txt").write_text(PIN)


# -- nothing runs


@pytest.mark.parametrize("form", ["a folder", "an archive", "a folder of a repository", "a clone"])
def test_files_that_look_like_a_repository(form: str, tmp_path: Path, tree: Path, trap: Trap, said: Said) -> None:
    root = tmp_path / "x"
    where: tuple[Path | str, ...] = (root,)
    if form in ("a folder", "an archive"):
        bare_in_disguise(root, trap)
    else:
        bare_in_disguise(tree / "course", trap)
        git(tree, "add", "-A", "-f")
        git(tree, "commit", "-qm", "two")
        if form == "a clone":
            git(tmp_path, "clone", "-q", str(tree), "clone", env={"GIT_ALLOW_PROTOCOL": "file"})
            tree = tmp_path / "clone"
        root, where = tree / "course", (tree, "--subdir", "course")
        said(root)
    for arguments in (["--output", "concise"], ["--fix", "--diff"], ["--fix", "--unsafe-fixes"]):
        code, output = said(*where, *arguments)
        assert code in (0, 1)
    code, output = said(root / "start")
    assert code in (0, 1)
    (root / "inside").mkdir()
    (root / "inside/start").write_bytes(CRLF)
    assert said(root / "inside")[0] in (0, 1)
    said("plan", *where)
    assert not trap.sprung
    assert (root / "postBuild").exists(), output


def test_a_configuration_of_a_stranger(tree: Path, trap: Trap, said: Said) -> None:
    (tree / "start").write_bytes(CRLF)
    (tree / "postbuild").write_text("#!/bin/sh\n")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "two")
    git(tree, "update-index", "--index-version", "4")
    (tree / ".gitattributes").write_text("* filter=x diff=x\n")
    (tree / "start").write_bytes(CRLF + b"true\r\n")
    with (tree / ".git/config").open("a") as config:
        config.write(configuration(trap, tree / ".git").replace("worktree = .\n", ""))
    for arguments in (["--output", "concise"], ["--ref", "HEAD"], ["--fix", "--unsafe-fixes"]):
        code, output = said(tree, *arguments)
        assert code in (0, 1), output
    assert said("plan", tree, "--ref", "main")[0] == 0
    assert not trap.sprung


@pytest.mark.parametrize("where", ["uploadpack", "ext", "ssh"])
def test_a_partial_clone_fetches_nothing(where: str, tree: Path, trap: Trap, said: Said) -> None:
    blob = git(tree, "rev-parse", "HEAD:requirements.txt").strip()
    (tree / ".git/objects" / blob[:2] / blob[2:]).unlink()
    url = {
        "uploadpack": str(tree),
        "ext": f"ext::sh -c {trap.command('ext')}".replace(" ", "% "),
        "ssh": "ssh://127.0.0.1/x",
    }[where]
    for name, value in {
        "core.repositoryformatversion": "1",
        "extensions.partialClone": "evil",
        "remote.origin.url": "https://github.com/o/r",
        "remote.evil.url": url,
        "remote.evil.promisor": "true",
        "remote.evil.uploadpack": trap.command("uploadpack"),
        "protocol.ext.allow": "always",
        "core.sshCommand": trap.command("ssh"),
    }.items():
        git(tree, "config", name, value)
    code, output = said(tree, "--ref", "HEAD", "--output", "concise")
    assert (code, "its content is not in this partial clone" in output) == (1, True)
    code, output = said("plan", tree, "--ref", "main")
    assert (code, "its content is not in this partial clone" in output) == (2, True)
    assert not trap.sprung


def test_a_link_to_a_partial_clone_is_fetched(
    tree: Path, trap: Trap, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tree, "config", "remote.origin.url", "https://github.com/o/r")
    git(tree, "config", "remote.origin.promisor", "true")
    git(tree, "config", "core.sshCommand", trap.command("ssh"))
    monkeypatch.chdir(tree)
    monkeypatch.setitem(remote._HOSTS, "gh", "http://127.0.0.1:9")
    code, output = said("gh:o/r@main")
    assert code == 2
    assert "connect" in output.lower()
    git(tree, "config", "remote.origin.promisor", "false")
    assert not trap.sprung


REFS = ["--upload-pack=touch x", "-x", "--help", "--output=x", "@{-1}", "HEAD@{1}", "HEAD; touch x", "$(touch x)", ":/x", "HEAD:requirements.txt", " ", "", "a\nb", "^HEAD", "HEAD..HEAD", "--exec=touch", "../HEAD", "refs/../HEAD", "config", "heads", "HEAD^{tree}", "HEAD~x", "0" * 40]  # fmt: skip


@pytest.mark.parametrize("ref", REFS)
def test_refs_that_are_none(ref: str, tree: Path, said: Said) -> None:
    code, output = said(tree, f"--ref={ref}")
    assert code == 2
    assert "no branch, tag or commit" in output or (not ref.strip() and "--ref needs the name" in output)
    assert sorted(os.listdir(tree)) == [".git", "requirements.txt"]


HUB = "https://mybinder.org/v2/git/"
ADDRESSES = [
    "gh:../..", "gh:o/..", "gh:-x/y", "gh:o/r@--upload-pack=x", "gh:o/r@-x", "gh:o/r@a b", "gl:a/b/c/../../d", "gh:o/r@$(touch x)", "gh:o/r@+main:main",
    f"{HUB}ext%3A%3Ash%20-c%20touch%25%20x/main", f"{HUB}file%3A%2F%2F%2Fetc/main", f"{HUB}%2Fetc/main", f"{HUB}--upload-pack%3Dtouch/main", f"{HUB}-x/main",
    "https://mybinder.org/v2/gh/../../main", "https://mybinder.org/v2/gh/o%2F..%2F..%2Fx/r/main", f"{HUB}ssh%3A%2F%2F-oProxyCommand%3Dtouch%2520x%2Fy/main",
    f"{HUB}git%40example.org%3Ao%2Fr/main", f"{HUB}fd%3A%3A17/main", f"{HUB}https%3A%2F%2F%2Fx/main", f"{HUB}https%3A%2F%2Fh.org%2F%0Ax/main", f"{HUB}ftp%3A%2F%2Fh.org%2Fr/main",
]  # fmt: skip


@pytest.mark.parametrize("address", ADDRESSES)
def test_addresses_that_are_not_fetched(address: str, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    def start(*arguments: object) -> None:
        raise AssertionError("git was started")

    monkeypatch.setattr(door._Child, "__init__", start)
    code, output = said(address)
    assert code == 2
    assert "binderlint: error: " in output


@pytest.mark.parametrize("name", ["-x", "--fix", "--stdin-paths"])
def test_folders_that_look_like_options(name: str, tree: Path, said: Said) -> None:
    folder = tree / name
    folder.mkdir()
    (folder / "requirements.txt").write_text(PIN)
    (folder / "postBuild").write_bytes(CRLF)
    git(tree, "-c", "core.autocrlf=false", "add", "-A")
    code, output = said(tree, f"--subdir={name}", "--output", "concise")
    assert code == 1
    assert "script-crlf" in output
    code, output = said(folder)
    assert f"use `{os.path.relpath(tree)} --subdir={name}`" in output


def test_no_program_of_the_repository_is_git(
    tree: Path, trap: Trap, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "git.exe" if os.name == "nt" else "git"
    for folder in (tree, tree / "bin"):
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{trap.command('git')}\n")
        (folder / name).chmod(0o755)
    monkeypatch.chdir(tree)
    strange = os.pathsep.join(["", ".", "bin", str(tree), str(tree / "bin")])
    with monkeypatch.context() as patch:
        patch.setenv("PATH", strange)
        code, output = said(tree, "--ref", "HEAD")
        assert (code, "git cannot be run: there is no `git` in PATH" in output) == (2, True)
    monkeypatch.setenv("PATH", strange + os.pathsep + os.environ["PATH"])
    assert said(tree, "--ref", "HEAD")[0] in (0, 1)
    assert not trap.sprung


# -- the environment


def test_what_git_knows_of_its_surroundings_is_dropped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    local = git(tmp_path, "rev-parse", "--local-env-vars").split()
    assert "GIT_DIR" in local
    more = ["GIT_CONFIG_GLOBAL", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_ASKPASS", "SSH_ASKPASS", "GIT_EXTERNAL_DIFF", "GIT_EXEC_PATH", "GIT_TRACE", "GIT_TRACE2_EVENT", "GIT_PROXY_COMMAND", "GIT_ALLOW_PROTOCOL", "GIT_PAGER", "PAGER", "GIT_EDITOR", "GIT_NAMESPACE", "GIT_TEMPLATE_DIR", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0", "GIT_SSL_NO_VERIFY"]  # fmt: skip
    for name in [*local, *more]:
        monkeypatch.setenv(name, "strange")
    monkeypatch.setenv("GIT_SSL_CAINFO", "/certificates")
    found = environment("/home", Store(Path("/objects")), Config.MACHINE, ("https",))
    assert "strange" not in found.values()
    assert {name: value for name, value in found.items() if name.startswith("GIT_")} == {
        "GIT_SSL_CAINFO": "/certificates",
        "GIT_OBJECT_DIRECTORY": str(Path("/objects")),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_ALLOW_PROTOCOL": "https",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_ASKPASS": "",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ATTR_NOSYSTEM": "1",
    }
    assert found["HOME"] == "/home"
    alone = environment("/home", None)
    assert (alone["GIT_CONFIG_NOSYSTEM"], alone["GIT_ALLOW_PROTOCOL"]) == ("1", "none")


def test_a_fetch_leaves_the_repository_of_the_environment_alone(
    tmp_path: Path, tree: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "-q")
    (other / "postbuild").write_text("#!/bin/sh\n")
    (other / "requirements.txt").write_text(PIN)
    git(other, "add", "-A")
    before = digest(tree)
    with git_host(tmp_path) as (address, _):
        for name, value in {
            "GIT_DIR": ".git",
            "GIT_INDEX_FILE": ".git/index",
            "GIT_WORK_TREE": ".",
            "GIT_OBJECT_DIRECTORY": ".git/objects",
        }.items():
            monkeypatch.setenv(name, str(tree / value))
        code, _ = said(f"{HUB}{address.replace('/', '%2F')}%2Ftree/main")
        assert code in (0, 1)
        assert said(other, "--ref", "HEAD")[1].count("no branch, tag or commit") == 1
        code, output = said(other, "--fix")
    assert "postBuild" in output
    assert (other / "postBuild").exists()
    assert digest(tree) == before


@posix
def test_a_hook_of_a_linked_work_tree(tmp_path: Path, tree: Path) -> None:
    """Git sets GIT_DIR there; a link in the hook once made the user's clone bare and shallow."""
    git(tree, "worktree", "add", "-q", "../linked", "-b", "linked")
    git(tmp_path, "init", "-q", "--bare", "up.git")
    with git_host(tmp_path) as (address, asked):
        link = f"{HUB}{address.replace('/', '%2F')}%2Ftree/main"
        hook = tree / ".git/hooks/pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(
            f'#!/bin/sh\ntest -n "$GIT_DIR" || exit 1\n{shlex.quote(sys.executable)} -m binderlint "{link}" --fail-on never > "{tmp_path}/said" 2>&1\n'
        )
        hook.chmod(0o755)
        git(
            tmp_path / "linked",
            "push",
            "-q",
            "../up.git",
            "linked",
            env={"GIT_ALLOW_PROTOCOL": "file", "PYTHONPATH": str(Path(binderlint.__file__).parents[1])},
        )
    assert asked, (tmp_path / "said").read_text()
    assert "  launch " in (tmp_path / "said").read_text()
    assert git(tree, "config", "core.bare").strip() == "false"
    assert not (tree / ".git/shallow").exists()
    assert git(tree, "status", "--short") == ""


def digest(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


# -- what is wrong in .git is said


@posix
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (".git", "`.git` cannot be read: Not a regular file"),
        (".git/HEAD", "`.git/HEAD` cannot be read: Not a regular file"),
        (".git/index", "`.git/index` cannot be read: Not a regular file"),
        (".git/config", "`.git/config` cannot be read: Not a regular file"),
        (".git/packed-refs", "`.git/packed-refs` cannot be read: Not a regular file"),
        (".git/commondir", "`.git/commondir` cannot be read: Not a regular file"),
        (".git/refs/remotes/origin/HEAD", "`.git/refs/remotes/origin/HEAD` cannot be read: Not a regular file"),
        (".git/objects/info/alternates", ""),
        (".git/refs/heads/main", ""),
    ],
)
def test_pipes_in_the_place_of_gits_files(name: str, sentence: str, tree: Path, said: Said) -> None:
    if (tree / name).is_dir():
        (tree / name).rename(tree / "was")
    (tree / name).unlink(missing_ok=True)
    (tree / name).parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(tree / name)
    code, output = said(tree, "--output", "concise")
    assert sentence in output
    assert code == (2 if sentence else 1)
    code, output = said(tree, "--ref", "main")
    if name != ".git/index":  # which a commit does not need
        assert code == 2
        assert "cannot be read: Not a regular file" in output


@posix
def test_pipes_among_the_objects_are_waited_for_in_vain(tree: Path) -> None:
    blob = git(tree, "rev-parse", "HEAD:requirements.txt").strip()
    path = tree / ".git/objects" / blob[:2] / blob[2:]
    path.unlink()
    os.mkfifo(path)
    blobs = Blobs(Store(tree / ".git/objects"), Bounds(seconds=0.3, output=1000))
    with pytest.raises(GitError):
        blobs.read(blob)
    path.unlink()
    assert not path.exists()


LINKS = [
    ("HEAD", "HEAD", "Too many levels"),
    ("HEAD", "/dev/zero", "Not a regular file"),
    ("index", "/dev/zero", "Not a regular file"),
    ("config", "/dev/null", "Not a regular file"),
]


@posix
@pytest.mark.parametrize(("name", "target", "sentence"), LINKS)
def test_links_in_the_place_of_gits_files(name: str, target: str, sentence: str, tree: Path, said: Said) -> None:
    (tree / ".git" / name).unlink()
    (tree / ".git" / name).symlink_to(target)
    code, output = said(tree)
    assert code == 2
    assert f"`.git/{name}` cannot be read: {sentence}" in output


@pytest.mark.parametrize(
    ("pointer", "sentence"),
    [
        ("gitdir: /nowhere", "`.git` points to a git folder that is not there"),
        ("gitdir: .git", "`.git` points to a git folder that is not there"),
        ("gitdir: .", "`.git` points to a git folder that is not there"),
        ("gitdir: \0", "`.git` is damaged"),
        ("gitdir: " + "A" * 5000, "cannot be read: File name too long"),
        ("gitdir: " + "A/" * 900_000, "`.git` cannot be read: Larger than 1,000,000 bytes"),
        ("", "`.git` is not a git folder and does not point to one"),
        ("nonsense", "`.git` is not a git folder and does not point to one"),
    ],
)
def test_git_files_that_lead_nowhere(pointer: str, sentence: str, tmp_path: Path, said: Said) -> None:
    (tmp_path / "requirements.txt").write_text(PIN)
    (tmp_path / ".git").write_text(pointer)
    code, output = said(tmp_path)
    assert code == 2
    assert sentence in output
    assert len(output) < 1000


@pytest.mark.parametrize(
    "name",
    ["../out.md", "/out.md", ".git/config", "a//b.md", "./x.md", "x/../../out.md", "x/.git/y", ".GIT/config", ""],
)
def test_an_index_that_leaves_the_repository(name: str, tree: Path, said: Said) -> None:
    (tree.parent / "out.md").write_text(
        "[![Binder](https://mybinder.org/badge.svg)](http://mybinder.org/v2/gh/o/CANARY/master)\n"
    )
    entry = bytes(24) + (0o100644).to_bytes(4, "big") + bytes(32) + len(name).to_bytes(2, "big") + name.encode()
    data = b"DIRC" + bytes([0, 0, 0, 2, 0, 0, 0, 1]) + entry + bytes(8 - len(entry) % 8)
    (tree / ".git/index").write_bytes(data + hashlib.sha1(data).digest())
    code, output = said(tree)
    assert code == 2
    assert f"the git index is damaged: it lists `{name}`" in output
    assert "CANARY" not in output


DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "count": lambda data: data[:8] + b"\xff" * 4 + data[12:],
    "short": lambda data: data[:40],
    "version": lambda data: data[:4] + b"\0\0\0\x63" + data[8:],
    "a long extension": lambda data: data[:-20] + b"TREE\xff\xff\xff\xff" + data[-20:],
    "an extension that must be known": lambda data: data[:-20] + b"wxyz\0\0\0\0" + data[-20:],
    "a shared index that is not there": lambda data: data[:-20] + b"link\0\0\0\x14" + b"x" * 20 + data[-20:],
    "zeros": lambda data: b"DIRC\0\0\0\2" + bytes(100),
    "no index": lambda data: b"\0" * 100,
    "a path of version 4 that is taken back too far": lambda data: (
        data[:4] + b"\0\0\0\4" + data[8:74] + b"\xff\x7f" + data[76:]
    ),
}


@pytest.mark.parametrize("how", DAMAGE)
def test_a_damaged_index(how: str, tree: Path, said: Said) -> None:
    index = tree / ".git/index"
    index.write_bytes(DAMAGE[how](index.read_bytes()))
    code, output = said(tree)
    assert code == 2
    assert "the git index" in output or "sharedindex." in output


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_bytes_are_an_index_or_a_sentence(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    sound = data.draw(st.sampled_from(_indexes(tmp_path_factory)))
    position = data.draw(st.integers(4, len(sound) - 1))
    noise = data.draw(st.one_of(st.binary(max_size=12), st.sampled_from([b"\xff" * 4, b"\0" * 8, b"link", b"\x7f"])))
    cut = data.draw(st.integers(0, 12))
    try:
        parse_index(sound[:position] + noise + sound[position + cut :], 20)
    except GitError:
        pass


_made: list[bytes] = []


def _indexes(factory: pytest.TempPathFactory) -> list[bytes]:
    if not _made:
        root = factory.mktemp("indexes")
        git(root, "init", "-q")
        for number in range(5):
            (root / f"file{number}").write_text(str(number))
        git(root, "add", "-A")
        for version in ("2", "4"):
            git(root, "update-index", "--index-version", version)
            _made.append((root / ".git/index").read_bytes())
        git(root, "update-index", "--split-index")
        (root / "file1").write_text("changed")
        git(root, "-c", "splitIndex.maxPercentChange=100", "add", "-A")
        _made.append((root / ".git/index").read_bytes())
    return _made


@posix
def test_folders_of_git_that_lead_out(tree: Path, said: Said) -> None:
    (tree / ".git/refs/heads/root").symlink_to("/")
    (tree / ".git/refs/loop").symlink_to(".")
    (tree / ".git/refs" / "/".join(["a"] * 300)).mkdir(parents=True)
    (tree / ".git/objects/info/alternates").write_text("/\n../objects\n")
    place = find_git(tree)
    assert place
    assert read_git(place).refs == {"main", "root"}
    assert said(tree, "--output", "concise")[0] == 1
    (tree / ".git/objects/info/alternates").write_text("/\n\0\n")
    assert history_bytes(Snapshot.from_folder(tree)) == 0
    (tree / ".git/commondir").write_text("/etc\n")
    assert said(tree, "--output", "concise")[0] == 1


def test_what_may_not_be_read_is_said(tree: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may read everything, so the refusal is played."""
    real = os.lstat

    def refuse(path: str | Path, *more: object, **named: object) -> os.stat_result:
        if Path(path) == tree / ".git/HEAD":
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "lstat", refuse)
    code, output = said(tree)
    assert code == 2
    assert f"{tree}: `.git` cannot be read: Permission denied" in output


def test_links_in_the_place_of_folders_are_not_followed(tmp_path: Path, tree: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/environment.yml").write_text("name: CANARY\n")
    (tmp_path / "out/deep").mkdir()
    (tmp_path / "out/deep/a.md").write_text("CANARY\n")
    (tree / "docs/deep").mkdir(parents=True)
    (tree / "docs/deep/a.md").write_text("x\n")
    (tree / "binder").symlink_to(tmp_path / "out")
    git(tree, "add", "-A")
    (tree / "docs/deep/a.md").unlink()
    (tree / "docs/deep").rmdir()
    (tree / "docs").rmdir()
    (tree / "docs").symlink_to(tmp_path / "out")
    repo = Snapshot.from_folder(tree)
    assert set(repo.sources) == {"binder", "requirements.txt"}, "what is behind a link has been deleted, as for git"
    assert list(repo.untracked) == ["docs"]


def test_a_link_inside_the_repository(tree: Path, said: Said) -> None:
    """`binder` may be a link: the files behind it are tracked where they are."""
    (tree / ".ci/binder").mkdir(parents=True)
    (tree / "requirements.txt").rename(tree / ".ci/binder/requirements.txt")
    (tree / "binder").symlink_to(".ci/binder")
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "two")
    here, there = (said(tree, "--output", "json", *more) for more in ([], ["--ref", "HEAD"]))
    assert here == there
    assert "LAY012" not in here[1]


# -- bare repositories, and forms that are rare


def test_a_bare_repository_is_its_head(tmp_path: Path, tree: Path, said: Said) -> None:
    git(tmp_path, "clone", "-q", "--bare", str(tree), "mirror.git", env={"GIT_ALLOW_PROTOCOL": "file"})
    bare = tmp_path / "mirror.git"
    before = digest(bare)
    code, output = said(bare, "--output", "concise")
    assert code == 1
    assert "requirements.txt:1:1: warning PIN001" in output
    assert said(bare, "--ref", "main", "--output", "concise")[0] == 1
    assert said("plan", bare)[0] == 0
    code, output = said(bare, "--fix", "--unsafe-fixes")
    assert (code, "a bare repository has no files that could be fixed" in output) == (2, True)
    assert digest(bare) == before


def test_a_repository_with_long_names_and_packed_refs(tmp_path: Path, said: Said) -> None:
    git(tmp_path, "init", "-q", "--object-format=sha256", "r")
    root = tmp_path / "r"
    (root / "requirements.txt").write_text(PIN)
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    git(root, "tag", "-a", "v1", "-m", "one")
    git(root, "pack-refs", "--all")
    git(root, "gc", "-q")
    place = find_git(root)
    assert place
    commit = git(root, "rev-parse", "HEAD").strip()
    for ref in ("HEAD", "main", "heads/main", "refs/heads/main", "v1", "v1~0", commit, commit[:9]):
        assert resolve(place, ref) == commit
    store = find_store(place)
    entry = read_tree(store, commit)[0]
    assert (entry.path, entry.size, Blobs(store).read(entry.oid)) == ("requirements.txt", len(PIN), PIN.encode())
    assert entry.oid == blob_id(PIN.encode(), entry.oid)


def test_a_reftable_is_said(tree: Path, said: Said) -> None:
    commit = git(tree, "rev-parse", "HEAD").strip()
    (tree / ".git/reftable").mkdir()
    (tree / ".git/HEAD").write_text("ref: refs/heads/.invalid\n")
    place = find_git(tree)
    assert place
    assert read_git(place)[1:4] == ("", "", frozenset())
    code, output = said(tree, "--ref", "other")
    assert (code, "keeps its refs as a reftable: give the id of a commit" in output) == (2, True)
    assert said(tree, "--ref", commit)[0] == 1


@pytest.mark.parametrize("format", ["sha3", "x" * 500])
def test_an_object_format_that_is_not_known(format: str, tree: Path, said: Said) -> None:
    git(tree, "config", "extensions.objectFormat", format)
    code, output = said(tree)
    assert code == 2
    assert f"its object format `{format[:50]}` is unknown" in output


def test_a_tree_without_end(tree: Path) -> None:
    """Ten folders in each of ten folders in each ...: a few kilobytes that are ten thousand million files."""
    oid = git(tree, "rev-parse", "HEAD:requirements.txt").strip()
    kind, mode = "blob", "100644"
    for _ in range(10):
        lines = "".join(f"{mode} {kind} {oid}\t{letter}\n" for letter in "abcdefghij")
        done = subprocess.run(["git", "mktree"], input=lines, cwd=tree, capture_output=True, text=True, check=True)
        kind, mode, oid = "tree", "040000", done.stdout.strip()
    commit = git(tree, "commit-tree", "-m", "bomb", oid).strip()
    with pytest.raises(GitError, match=re.escape("git gave more than 1 MB and was stopped")):
        ask(Store(tree / ".git/objects"), "ls-tree", "-r", commit, bounds=Bounds(seconds=60, output=1_000_000))


CONFIG_PIECE = st.sampled_from(["[core]", "[remote \"o\"]", "[a.B]", "[Sec \"x\\\"y\"]", "url = a b", "url=\"a ; b\" # c", "\tKey", "n = 1 ; x", "v = \"a\\tb\\\\\"", "w = a\\", "x =", "y = \"\"", "z = a\"b\"c", "# c", "", " b = #c", "q = 'a'", "[core] k = v"])  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(lines=st.lists(CONFIG_PIECE, max_size=6))
def test_a_configuration_is_read_as_git_reads_it(lines: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    text = "\n".join(lines) + "\n"
    file = tmp_path_factory.getbasetemp() / "one-config"
    file.write_text(text)
    done = subprocess.run(["git", "config", "-z", "--list", "--file", str(file)], capture_output=True, text=True)
    if done.returncode == 0:
        pairs = [pair.split("\n", 1) for pair in done.stdout.split("\0")[:-1]]
        assert list(read_config(text)) == [(name, value[0] if value else "true") for name, *value in pairs]


@pytest.mark.parametrize("name", ["main", "v1/x", "HEAD", "@x", "a@b", "a.b", "é", "-", "a..b", "a.lock", "a.lock/b", "a/", "/a", "a//b", ".a", "a/.b", "a~1", "a b", "a\x7f", "@", "", "a@{b", "a.", "a\\b", "-a", "*"])  # fmt: skip
def test_names_of_refs(name: str, tmp_path: Path) -> None:
    done = subprocess.run(["git", "check-ref-format", "--allow-onelevel", name], capture_output=True)
    assert is_ref_name(name) == (done.returncode == 0 and not name.startswith("-"))


# -- bounds


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Puts a program in the place of git."""

    def put(text: str) -> None:
        folder = tmp_path / "programs"
        folder.mkdir()
        (folder / "git").write_text(f"#!/bin/sh\n{text}\n")
        (folder / "git").chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    return put


@posix
def test_a_process_that_prints_too_much_ends_with_its_children(tmp_path: Path, program: Callable[[str], None]) -> None:
    pipe, go = tmp_path / "pipe", tmp_path / "go"
    os.mkfifo(pipe)
    os.mkfifo(go)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    os.set_blocking(reader, True)
    quoted = shlex.quote(str(pipe))
    program(f"(exec 3> {quoted}; echo here >&3; exec sleep 100000) > /dev/null 2>&1 &\nread line < {go}\nexec yes")
    result: list[BaseException] = []

    def call() -> None:
        try:
            ask(Store(tmp_path), "x", bounds=Bounds(seconds=600, output=1_000_000))
        except GitError as error:
            result.append(error)

    thread = threading.Thread(target=call)
    thread.start()
    go.write_text("now\n")
    while os.read(reader, 100):  # until nobody has the other end open any more
        pass
    os.close(reader)
    thread.join()
    assert str(result[0]) == "git gave more than 1 MB and was stopped"


@posix
def test_a_process_that_does_not_end(tmp_path: Path, program: Callable[[str], None]) -> None:
    program("exec sleep 1000")
    for store in (Store(tmp_path), Store(tmp_path, "sha256")):
        with pytest.raises(GitError, match=re.escape("git took longer than 0.2 seconds and was stopped")):
            ask(store, "x", bounds=Bounds(seconds=0.2, output=100))
    with pytest.raises(GitError, match="git cat-file failed"):
        Blobs(Store(tmp_path), Bounds(seconds=0.2, output=100)).read("0" * 40)


@posix
@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("echo 'fatal: it says \x1b[31mred' >&2; exit 128", "it says ?[31mred"),
        ("echo 'warning: x' >&2; echo 'error: y' >&2; exit 1", "y"),
        ("exit 3", "git x failed"),
        ("yes fatal: much >&2 & sleep 0.1; kill $!; exit 2", "much"),
        ("kill -9 $$", "git x failed"),
    ],
)
def test_what_git_says(script: str, sentence: str, tmp_path: Path, program: Callable[[str], None]) -> None:
    program(script)
    with pytest.raises(GitError) as caught:
        ask(Store(tmp_path), "x")
    assert str(caught.value) == sentence


@posix
def test_a_git_that_cannot_be_started(
    tmp_path: Path, program: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    program("")
    (tmp_path / "programs/git").write_bytes(b"\x7fELF")
    with pytest.raises(GitError, match="git cannot be run: "):
        ask(Store(tmp_path), "x")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "none"))
    with pytest.raises(GitError, match="no temporary folder can be made: No such file or directory"):
        ask(Store(tmp_path), "x")


def test_blobs_have_a_bound_and_go_on_after_it(tree: Path) -> None:
    store = Store(tree / ".git/objects")
    (tree / "large").write_bytes(bytes(1001))
    large = git(tree, "hash-object", "-w", "large").strip()
    small = git(tree, "rev-parse", "HEAD:requirements.txt").strip()
    blobs = Blobs(store, Bounds(seconds=60, output=1000))
    for _ in range(2):
        with pytest.raises(GitError, match=re.escape("it is larger than 1,000 bytes")):
            blobs.read(large)
        assert blobs.read(small) == PIN.encode()
        with pytest.raises(MissingError):
            blobs.read("1" * 40)
    with pytest.raises(GitError):
        blobs.read(git(tree, "rev-parse", "HEAD").strip())


# Only on Linux can a process be held to its memory.
SLOW = "git took longer than 600 seconds and was stopped"
ENDLESS = "git needed too much memory and was stopped" if sys.platform == "linux" else SLOW


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (silence, SLOW),
        (drip, SLOW),
        (drip_header, SLOW),
        (endless, ENDLESS),
        (redirect(lambda path: path + b"x"), "redirects followed"),
        (redirect(lambda path: b"file:///etc/passwd"), "Protocol"),
        (status(b"200 OK", b"<html>"), "there is no branch, tag or commit `abc`"),
        (
            status(b"401 Unauthorized\r\nWWW-Authenticate: Basic realm=x"),
            "there is no public repository at this address. Clone a private one",
        ),
        (status(b"500 \x1b[31m"), "500"),
    ],
)
def test_servers_that_are_slow_or_lie(
    answer: Answer, sentence: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    now = time.monotonic
    with served(answer) as (address, heads):
        if sentence == SLOW:  # the time is over as soon as the server is asked
            monkeypatch.setattr("time.monotonic", lambda: now() + (1000 if heads else 0))
        bounds = Bounds(600, output=1000, disk=1_000_000, memory=500_000_000)
        with pytest.raises(RepositoryError, match=re.escape(sentence)):
            remote.fetch(remote.Remote(f"{address}/o/r", "abc", ""), bounds)
        assert heads
    assert not os.listdir(tmp_path), "the temporary folders are gone"


def test_a_repository_that_is_too_large(tmp_path: Path, tree: Path) -> None:
    (tree / "data").write_bytes(os.urandom(100_000))
    git(tree, "add", "-A")
    git(tree, "commit", "-qm", "data")
    with git_host(tmp_path) as (address, _):
        with pytest.raises(
            RepositoryError, match=re.escape("it is larger than 50,000 bytes, so the fetch was stopped")
        ):
            remote.fetch(remote.Remote(f"{address}/tree", "main", ""), Bounds(60, 1000, 50_000))
        found = remote.fetch(remote.Remote(f"{address}/tree", "main", ""))
    assert found.clone
    assert found.clone.tree_bytes(found.sources) == 100_000 + len(PIN)


def test_a_fetch_sends_no_credentials(tmp_path: Path, tree: Path, trap: Trap, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / ".netrc").write_text("machine 127.0.0.1 login me password secret\n")
    (home / ".gitconfig").write_text(
        f'[credential]\n\thelper = "!{trap.command("helper", "echo username=me; echo password=secret")}"\n'
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    with git_host(tmp_path) as (address, asked):
        remote.fetch(remote.Remote(f"{address}/tree", "main", ""))
        with pytest.raises(RepositoryError, match="not found"):
            remote.fetch(remote.Remote(f"{address}/none", "main", ""))
    assert asked
    assert not [one for one in asked if "Basic" in one]
    refused = pytest.raises(RepositoryError, match="there is no public repository")
    with served(status(b"401 Unauthorized\r\nWWW-Authenticate: Basic realm=x")) as (address, heads), refused:
        remote.fetch(remote.Remote(f"{address}/o/r", "main", ""))
    assert not [head for head in heads if b"Authorization" in head]
    assert not trap.sprung


@posix
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_ends_git_and_removes_what_is_temporary(number: str, tmp_path: Path) -> None:
    closed = threading.Event()

    def wait(connection: object, head: bytes) -> None:
        arrived.set()
        assert isinstance(connection, __import__("socket").socket)
        while connection.recv(100):
            pass
        closed.set()

    arrived = threading.Event()
    with served(wait) as (address, _):
        link = f"{HUB}{address.replace('/', '%2F')}%2Fo%2Fr/main"
        process = subprocess.Popen(
            [sys.executable, "-m", "binderlint", link],
            env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(binderlint.__file__).parents[1])},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert arrived.wait(300)
        process.send_signal(getattr(signal, number))
        _, errors = process.communicate(timeout=300)
        assert closed.wait(300), "git has ended"
    assert process.returncode == 128 + getattr(signal, number)
    assert b"Traceback" not in errors
    assert not os.listdir(tmp_path)


# -- one door


def _calls(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from (alias.name for alias in node.names)
            yield getattr(node, "module", "") or ""
        elif isinstance(node, ast.Attribute):
            yield f"{node.value.id}.{node.attr}" if isinstance(node.value, ast.Name) else ""


def test_no_other_module_starts_a_process() -> None:
    package = Path(binderlint.__file__).parent
    starters = re.compile(
        r"subprocess(\..*)?|os\.(system|popen|exec\w*|spawn\w*|posix_spawn\w*|fork\w*|startfile)|pty|multiprocessing|asyncio|git\.Repo|dulwich|pygit2"
    )
    found = {
        str(module.relative_to(package)).replace(os.sep, "/")
        for module in package.rglob("*.py")
        if any(starters.fullmatch(name) for name in _calls(module))
    }
    others = {
        "outside/installed.py",  # asks a Python of the user, never git
        "outside/workers.py",  # starts binderlint's own Python, isolated
        "outside/programs.py",  # says how, and ends them: on Windows with taskkill
        "outside/child.py",  # starts what `binderlint try` runs: see docs/security.md
        "outside/uv.py",  # starts the uv of `binderlint[lock]`, never git
        "outside/solver.py",  # waits for a library with asyncio, and starts nothing
    }
    assert found == {"outside/git.py", *others}


def test_git_is_started_in_one_place() -> None:
    text = Path(door.__file__).read_text(encoding="utf-8")
    assert re.findall(r"subprocess\.(Popen|run|call|check_\w+)\(", text) == ["Popen"]


def test_what_ends_a_process_starts_only_taskkill() -> None:
    text = Path(programs.__file__).read_text(encoding="utf-8")
    assert re.findall(r"subprocess\.(?:Popen|run|call|check_\w+)\([^,]*,", text) == ["subprocess.run([taskkill,"]


def test_uv_is_started_in_one_place_and_the_solver_starts_nothing() -> None:
    package = Path(binderlint.__file__).parent / "outside"
    starts = r"(?:subprocess|os|asyncio)\.(Popen|run|call|check_\w+|create_subprocess_\w+|system|exec\w+|spawn\w+)\("
    assert re.findall(starts, (package / "uv.py").read_text(encoding="utf-8")) == ["Popen"]
    solver = (package / "solver.py").read_text(encoding="utf-8")
    assert len(re.findall(starts, solver)) == solver.count("asyncio.run(") > 0
