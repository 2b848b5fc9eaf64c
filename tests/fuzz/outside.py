"""Outside: the properties that need a disk: the patch under `git apply`, and the command line on a repository in a folder."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from difflib import unified_diff
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from binderlint.cli import main
from binderlint.outside.diff import patch
from binderlint.source import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Source
from tests.fuzz.case import Case, dumps, read, write_files
from tests.fuzz.mutate import BYTE_MUTATIONS
from tests.fuzz.properties import TRUSTS, Failure, Property, Run, _harmless

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


@contextmanager
def on_disk(case: Case) -> Iterator[Path | None]:
    """The case as a git repository in a temporary folder, with a commit of all its files; None where this system cannot have its names."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "repository"
        try:
            write_files(case, folder)
        except (OSError, ValueError):
            yield None
            return
        git(folder, "init", "-q", "-b", "main")
        git(folder, "add", "-f", "-A")
        git(folder, "-c", "user.name=x", "-c", "user.email=x", "commit", "-q", "--no-verify", "-m", "x")
        yield folder


def command_line(run: Run) -> Iterator[Failure]:
    """On a repository on disk: no crash, exit codes that tell the truth, `git apply` of --diff gives what --fix writes, and once is enough."""
    with on_disk(run.case) as folder:
        if folder is None:
            return
        for name in ("full", "concise", "json", "github", "markdown"):
            code, out, err = command("--output", name, str(folder))
            yield from _streams(f"check {name}", code, out, err)
        yield from _streams("plan", *command("plan", str(folder)))
        copy = folder.with_name("copy")
        shutil.copytree(folder, copy, symlinks=True)
        code, text, err = command("--unsafe-fixes", "--diff", str(folder))
        yield from _codes("diff", code, err)
        yield from _streams("diff", code, b"", err)
        if code == 2:
            return
        code, out, err = command("--unsafe-fixes", "--fix", "--output", "concise", str(folder))
        yield from _streams("fix", code, out, err)
        if b"left alone" in err or b"could not be" in err:
            return
        if text:
            run.counts["patches"] += 1
            yield from _applied(copy, text, read(folder).files, "diff and fix")
        elif _tree(read(copy).files) != _tree(read(folder).files):
            yield Failure("diff and fix", "no patch", err.decode("utf-8", "replace"))
        once = _tree(read(folder).files)
        git(folder, "add", "-f", "-A")  # what is new is not in git yet, so Binder would not get it
        code, out, err = command("--unsafe-fixes", "--fix", str(folder))
        if _tree(read(folder).files) != once:
            yield Failure("fix twice", "on disk", err.decode("utf-8", "replace"))


def committed(run: Run) -> Iterator[Failure]:
    """A commit of the whole work tree is met with the same report as the work tree."""
    with on_disk(run.case) as folder:
        if folder is None or git(folder, "status", "--porcelain", "--ignored").stdout:
            return
        if git(folder, "rev-parse", "-q", "--verify", "HEAD").returncode:  # nothing to commit
            return
        here = command("--isolated", "--output", "json", str(folder))
        there = command("--isolated", "--output", "json", "--ref", "HEAD", str(folder))
        if here[:2] != there[:2]:
            ours, theirs = (one[1].decode() for one in (here, there))
            lines = unified_diff(ours.splitlines(), theirs.splitlines(), lineterm="", n=1)
            yield Failure("committed", "report", "\n".join(lines))


def damaged(run: Run) -> Iterator[Failure]:
    """Whatever is in the files of `.git`, the command line ends as it should."""
    with on_disk(run.case) as folder:
        if folder is None:
            return
        random = Random(dumps(run.case))
        inside = sorted(path for path in (folder / ".git").rglob("*") if path.is_file() and path.suffix != ".sample")
        chosen = random.choice([path for path in inside if path.parent.name != "objects"])
        data = chosen.read_bytes()
        chosen.chmod(0o644)
        chosen.write_bytes(random.choice(BYTE_MUTATIONS)(data, random))
        for arguments in (
            ["--output", "full"],
            ["--ref", "HEAD"],
            ["plan"],
            ["--fix", "--unsafe-fixes"],
        ):
            yield from _streams(f"damaged {chosen.name} {arguments[-1]}", *command(*arguments, str(folder)))


OUTSIDE: tuple[Property, ...] = (patched, command_line, committed, damaged)


def _codes(name: str, code: int, err: bytes) -> Iterator[Failure]:
    told = b"error: " in err or b"::error title=binderlint::" in err
    if code not in (0, 1) and not (code == 2 and told):
        yield Failure("exit code", str(code), f"{name}: {err.decode('utf-8', 'replace')}")


def _streams(name: str, code: int, out: bytes, err: bytes) -> Iterator[Failure]:
    yield from _codes(name, code, err)
    shown, said = (stream.decode("utf-8", "surrogateescape") for stream in (out, err))
    github = name.endswith("github")
    if not name.endswith("json"):
        yield from _harmless("github" if github else f"{name} stdout", shown)
    if github:  # what stops the run is an annotation too
        said = "".join(
            line for line in said.splitlines(True) if not re.match(r"::(error|warning) title=binderlint::", line)
        )
    yield from _harmless(f"{name} stderr", said)
