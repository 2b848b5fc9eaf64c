"""Clone: what git stores for a file, held against `git add`; what a history weighs, against `git count-objects`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from binderlint.facts.size import history_bytes, tree_bytes
from binderlint.outside.clone import blob_id
from binderlint.snapshot import Snapshot

CONTENTS = [
    b"a\r\nb\r\n",
    b"a\r\nb\n",
    b"a\rb\r\n",
    b"a\r\n\0",
    b"a\r\n\x1a",
    b"\x01\x02\r\n",
    b"\xff" * 300 + b"\x01\r\n",
    b"\r\n",
]
ATTRIBUTES = ["", "* text\n", "* -text\n", "* text=auto\n", "* eol=lf\n", "* text=auto eol=lf\n", "start crlf\n", "start -crlf\n", "* crlf=input\n", "* binary\n", "* text=odd\n", "* -text eol=crlf\n", "sub/** text\n", "* !text eol\n"]  # fmt: skip
AUTOCRLF = ["", "true", "input", "false", "TRUE"]


def git(folder: Path, *arguments: str) -> str:
    nothing = {
        **os.environ,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": str(folder.parent / "global"),
        "GIT_AUTHOR_DATE": "@1 +0000",
    }
    command = ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments]
    return subprocess.run(command, cwd=folder, env=nothing, check=True, capture_output=True, text=True).stdout


@settings(max_examples=80, deadline=None)
@given(
    old=st.sampled_from([*CONTENTS, b"a\n"]),
    new=st.sampled_from(CONTENTS),
    attributes=st.sampled_from(ATTRIBUTES),
    here=st.sampled_from(AUTOCRLF),
    everywhere=st.sampled_from(AUTOCRLF),
    where=st.sampled_from([".gitattributes", "sub/.gitattributes", ".git/info/attributes"]),
)
@example(old=b"a\r\nb\r\n", new=b"a\r\nb\n", attributes="* text=auto\n", here="", everywhere="", where=".gitattributes")
@example(old=b"a\n", new=b"a\r\nb\n", attributes="", here="", everywhere="true", where=".gitattributes")
def test_what_is_stored_is_what_git_adds(
    old: bytes,
    new: bytes,
    attributes: str,
    here: str,
    everywhere: str,
    where: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    root = tmp_path_factory.mktemp("clone") / "r"
    (root / "sub").mkdir(parents=True)
    git(root, "init", "-q")
    start = root / "sub/start"
    start.write_bytes(old)
    git(root, "add", "sub/start")
    (root / where).parent.mkdir(exist_ok=True)
    (root / where).write_text(attributes)
    if here:
        git(root, "config", "core.autocrlf", here)
    (root.parent / "global").write_text(f"[core]\n\tautocrlf = {everywhere}\n" if everywhere else "")
    start.write_bytes(new)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_GLOBAL", str(root.parent / "global"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        repo = Snapshot.from_folder(root)
        stored = repo.clone.stored(repo.sources["sub/start"])
    if old != new:
        git(root, "add", "sub/start")
    assert blob_id(stored) == git(root, "ls-files", "-s", "sub/start").split()[1]


@pytest.mark.parametrize("attributes", ["* eol=crlf\n", "* text eol=crlf\n", "* text=auto eol=crlf\n"])
def test_what_git_writes_with_returns_arrives_with_them(attributes: str, tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    (tmp_path / "global").write_text("")
    git(root, "init", "-q")
    (root / ".gitattributes").write_text(attributes)
    (root / "start").write_bytes(b"a\r\n")
    git(root, "add", "-A")
    repo = Snapshot.from_folder(root)
    assert blob_id(b"a\n") == git(root, "ls-files", "-s", "start").split()[1]
    assert repo.clone.stored(repo.sources["start"]) == b"a\r\n"


def test_a_folder_of_a_work_tree_knows_the_attributes_above_it(tmp_path: Path) -> None:
    root = tmp_path / "r"
    (root / "course").mkdir(parents=True)
    (tmp_path / "global").write_text("")
    git(root, "init", "-q")
    (root / ".gitattributes").write_text("/course/start text\n")
    (root / "course/start").write_bytes(b"a\r\n")
    git(root, "add", "-A")
    (root / "course/start").write_bytes(b"b\r\n")
    repo = Snapshot.from_folder(root / "course")
    assert repo.clone.stored(repo.sources["start"]) == b"b\n"


def test_an_attribute_file_that_is_a_link_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "attributes").write_text("* text\n")
    (tmp_path / "global").write_text("")
    root = tmp_path / "r"
    root.mkdir()
    git(root, "init", "-q")
    (root / ".gitattributes").symlink_to("../attributes")
    (root / "start").write_bytes(b"a\r\n")
    git(root, "-c", "core.autocrlf=false", "add", "-A")
    (root / "start").write_bytes(b"b\r\n")
    repo = Snapshot.from_folder(root)
    assert repo.clone.stored(repo.sources["start"]) == b"b\r\n"


def test_weights(tmp_path: Path) -> None:
    root = tmp_path / "r"
    root.mkdir()
    (tmp_path / "global").write_text("")
    git(root, "init", "-q")
    for number in range(3):
        (root / "data").write_bytes(os.urandom(3000))
        git(root, "add", "-A")
        git(root, "commit", "-qm", str(number))
    git(root, "repack", "-adq")
    pack = next((root / ".git/objects/pack").glob("*.pack")).stat().st_size
    for repo in (Snapshot.from_folder(root), Snapshot.from_ref(root, "HEAD")):
        assert (tree_bytes(repo), history_bytes(repo)) == (3000, pack)
    git(root, "config", "remote.origin.promisor", "true")
    assert history_bytes(Snapshot.from_folder(root)) == 0
    assert tree_bytes(Snapshot.from_dict({"a": "four"})) == 4
