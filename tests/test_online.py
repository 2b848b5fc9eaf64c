"""Asking the host for branches and tags: git's real answer, served on this machine."""

from __future__ import annotations

import re
import subprocess
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from binderlint.cli import main
from binderlint.git import Git
from binderlint.outside import online
from tests.hosting import Answer, drip, drip_header, endless, git_host, redirect, served, silence, status


def git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


@pytest.fixture
def upstream(tmp_path: Path) -> Path:
    """A repository with two branches and a tag, and a badge for one branch that is there and one that is not."""
    git(tmp_path, "init", "-q", "-b", "trunk", "upstream")
    root = tmp_path / "upstream"
    link = "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/tide-lab/tides/{})\n"
    (root / "README.md").write_text("# x\n\n" + link.format("course") + "\n" + link.format("gone"))
    (root / "binder").mkdir()
    (root / "binder/environment.yml").write_text("channels: [conda-forge]\ndependencies: [python=3.12, numpy=2.1.3]\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    git(root, "branch", "course")
    git(root, "tag", "-a", "v1", "-m", "one")
    return root


@pytest.fixture
def host(upstream: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A host on this machine that answers with what `git upload-pack` says of the repository; gives the paths asked for."""
    refs = subprocess.run(
        ["git", "upload-pack", "--http-backend-info-refs", upstream], capture_output=True, check=True
    ).stdout
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            known = self.path == "/tide-lab/tides.git/info/refs?service=git-upload-pack"
            self.send_response(200 if known else 404)
            self.end_headers()
            self.wfile.write(b"001e# service=git-upload-pack\n0000" + refs if known else b"no")

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setitem(online.HOSTS, "gh", f"http://127.0.0.1:{server.server_port}")
    yield asked
    server.shutdown()
    server.server_close()


def test_refs_of_the_host(host: list[str]) -> None:
    known = online.with_all_refs(Git(origin="gh/tide-lab/tides", refs=frozenset({"local"})))
    assert known.refs == {"local", "trunk", "course", "v1"}
    assert known.default_branch == "trunk"
    assert known.complete


def test_nothing_is_asked_without_need(host: list[str]) -> None:
    for facts in (Git(origin="gh/tide-lab/tides", complete=True), Git(), Git(origin="xx/tide-lab/tides")):
        assert online.with_all_refs(facts) is facts
    assert not host


def test_no_answer_is_no_finding(host: list[str]) -> None:
    with pytest.raises(online.OnlineError, match="it has no public repository of this name"):
        online.with_all_refs(Git(origin="gh/tide-lab/other"))


PLAIN = Git(origin="gh/tide-lab/tides")
PATIENT = online.Limits(seconds=60, size=100_000, redirects=3)


@pytest.mark.parametrize(
    ("answer", "reason", "requests"),
    [
        (silence, "it took longer than 0.5 seconds", 1),
        (drip, "it took longer than 0.5 seconds", 1),
        (drip_header, "it took longer than 0.5 seconds", 1),
        (endless, "its answer is larger than 100,000 bytes", 1),
        (redirect(lambda path: path + b"x"), "it redirects again and again", 4),
        (redirect(lambda path: b"file:///etc/passwd"), "it redirects to an address without https", 1),
        (redirect(lambda path: b"//[x"), "no connection", 1),
        (status(b"200 OK", b"<html>"), "its answer is not that of a git server", 1),
        (status(b"200 OK\r\nContent-Encoding: gzip", zlib.compress(bytes(10_000_000), 9)), "its answer is not that", 1),
        (status(b"401 Unauthorized\r\nWWW-Authenticate: Basic"), "it has no public repository of this name", 1),
        (status(b"500 \x1b[31m"), "it answers with the HTTP status 500", 1),
        (status(b"\x00"), "no connection", 1),
    ],
)
def test_servers_that_are_slow_or_lie(
    answer: Answer, reason: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(answer) as (address, heads):
        monkeypatch.setitem(online.HOSTS, "gh", address)
        with pytest.raises(online.OnlineError, match=re.escape(reason)):
            online.with_all_refs(PLAIN, PATIENT._replace(seconds=0.5) if "took longer" in reason else PATIENT)
        assert len(heads) == requests


def test_a_redirect_is_followed_and_no_credentials_are_sent(
    upstream: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    upstream.rename(tmp_path / "new.git")
    with git_host(tmp_path) as (new, asked):
        target = f"{new}/new.git/info/refs?service=git-upload-pack"
        with served(redirect(lambda path: target.encode())) as (old, heads):
            monkeypatch.setitem(online.HOSTS, "gh", old)
            assert online.with_all_refs(PLAIN).refs == {"trunk", "course", "v1"}
    assert asked == ["GET /new.git/info/refs?service=git-upload-pack"]
    assert b"Authorization" not in heads[0]


def test_names_that_no_ref_has_are_not_taken_over() -> None:
    line = b"%s refs/heads/%s\n"
    names = [b"main", b"../x", b"a\x1b[31m", b"a b", b""]
    lines = [line % (b"1" * 40, name) for name in names]
    answer = b"".join(b"%04x" % (len(one) + 4) + one for one in lines)
    assert online.read_refs(answer) == (frozenset({"main"}), "")


@pytest.mark.parametrize("answer", [b"", b"<html>", b"0000", b"zzzz", b"0005"])
def test_answers_that_are_not_gits(answer: bytes) -> None:
    assert online.read_refs(answer) == (frozenset(), "")


def test_a_shallow_checkout(
    upstream: Path, host: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on GitHub Actions: one commit is there, so only the host can say which of two badges leads nowhere."""
    git(upstream.parent, "clone", "-q", "--depth=1", f"file://{upstream}", "checkout")
    checkout = upstream.parent / "checkout"
    git(checkout, "remote", "set-url", "origin", "https://github.com/tide-lab/tides.git")
    monkeypatch.chdir(checkout)
    arguments = ["--output", "concise", "--select", "badge-ref-not-found"]
    assert main(arguments) == 0
    assert not host, "nothing is sent anywhere unless asked for"
    capsys.readouterr()
    assert main([*arguments, "--online"]) == 1
    out = capsys.readouterr().out
    assert "`gone`" in out
    assert "`course`" not in out
    monkeypatch.setitem(online.HOSTS, "gh", "http://127.0.0.1:9")
    assert main([*arguments, "--online"]) == 0
    said = capsys.readouterr().err
    assert "no connection. Launch links to this repository were checked against this clone only" in said
    assert "HTTPConnectionPool" not in said
