"""Outside: the properties that need a disk: the patch under `git apply`, and the command line on a repository in a folder."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from binderlint.cli import main
from binderlint.outside.diff import patch
from binderlint.source import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Source
from tests.fuzz.case import read, write_files
from tests.fuzz.properties import TRUSTS, Failure, Run, _harmless

_GIT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(folder: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """Git in a folder, without a configuration of the user, and without a repository above the folder."""
    environment = {**_GIT, "GIT_CEILING_DIRECTORIES": str(folder.parent)}
    return subprocess.run(
        ["git", *arguments], cwd=folder, input=stdin, capture_output=True, env=environment, check=False
    )


def patched(run: Run) -> Iterator[Failure]:
    """`git apply` accepts the patch, and makes of the files exactly what the fix makes of them."""
    for trust in TRUSTS:
        if changed := run.changed(trust):
            with TemporaryDirectory() as place:
                folder = Path(place) / "repository"
                try:
                    write_files(run.case, folder)
                except (OSError, ValueError):  # a name that this system cannot have
                    return
                run.counts["patches"] += 1
                yield from _applied(folder, patch(changed), run.fixed(trust).repo.sources, f"patch {trust}")


def _applied(folder: Path, text: bytes, expected: Mapping[str, Source], name: str) -> Iterator[Failure]:
    done = git(folder, "apply", "-", stdin=text)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace")
        yield Failure(name, "refused", f"{said}\n{text.decode('utf-8', 'backslashreplace')}")
        return
    here = _tree(read(folder).files)
    for path, content in _tree(expected).items():
        if here.get(path) != content:
            yield Failure(
                name, "differs", f"{path}: {here.get(path)} for {content}\n{text.decode('utf-8', 'backslashreplace')}"
            )
            return


def _tree(files: Mapping[str, Source]) -> dict[str, tuple[str, bytes]]:
    kinds = {REGULAR: "file", EXECUTABLE: "file" if os.name == "nt" else "executable", SYMLINK: "link"}
    return {path: (kinds[one.mode], one.data) for path, one in files.items() if one.mode != GITLINK}


def command(*arguments: str) -> tuple[int, bytes, bytes]:
    """The exit code and the streams of a command line, run in this process."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2)]
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = streams
    try:
        code = main(arguments)
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 2
    finally:
        sys.stdout, sys.stderr = before
    for stream in streams:
        stream.flush()
    out, err = (stream.buffer.getvalue() for stream in streams)
    return code, out, err


def command_line(run: Run) -> Iterator[Failure]:
    """On a repository on disk: no crash, exit codes that tell the truth, `git apply` of --diff gives what --fix writes, and once is enough."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "repository"
        try:
            write_files(run.case, folder)
        except (OSError, ValueError):
            return
        git(folder, "init", "-q")
        git(folder, "add", "-f", "-A")
        for name in ("full", "concise", "json", "github", "markdown"):
            code, out, err = command("--assume-binder", "--output", name, str(folder))
            yield from _streams(f"check {name}", code, out, err)
        yield from _streams("plan", *command("plan", str(folder)))
        copy = Path(place) / "copy"
        shutil.copytree(folder, copy, symlinks=True)
        code, text, err = command("--assume-binder", "--unsafe-fixes", "--diff", str(folder))
        yield from _codes("diff", code, err)
        yield from _streams("diff", code, b"", err)
        if code == 2:
            return
        code, out, err = command("--assume-binder", "--unsafe-fixes", "--fix", "--output", "concise", str(folder))
        yield from _streams("fix", code, out, err)
        if b"left alone" in err or b"could not be" in err:
            return
        if text:
            run.counts["patches"] += 1
            yield from _applied(copy, text, read(folder).files, "diff and fix")
        elif _tree(read(copy).files) != _tree(read(folder).files):
            yield Failure("diff and fix", "no patch", err.decode("utf-8", "replace"))
        once = _tree(read(folder).files)
        code, out, err = command("--assume-binder", "--unsafe-fixes", "--fix", str(folder))
        if _tree(read(folder).files) != once:
            yield Failure("fix twice", "on disk", err.decode("utf-8", "replace"))


def _codes(name: str, code: int, err: bytes) -> Iterator[Failure]:
    if code not in (0, 1) and not (code == 2 and b"error: " in err):
        yield Failure("exit code", str(code), f"{name}: {err.decode('utf-8', 'replace')}")


def _streams(name: str, code: int, out: bytes, err: bytes) -> Iterator[Failure]:
    yield from _codes(name, code, err)
    if not name.endswith("json"):
        yield from _harmless(
            "github" if name.endswith("github") else f"{name} stdout", out.decode("utf-8", "surrogateescape")
        )
    yield from _harmless(f"{name} stderr", err.decode("utf-8", "surrogateescape"))
