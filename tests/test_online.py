"""Asking the web: git's real answer and those of the other services, served on this machine; servers that lie; and addresses that are not asked."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import threading
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from binderlint.cli import main
from binderlint.facts.online import web_questions
from binderlint.git import Git
from binderlint.outside import http, online
from binderlint.outside.http import Asked, Limits, OnlineError
from binderlint.outside.online import Bounds, ask_web
from binderlint.snapshot import Snapshot
from binderlint.web import CONTROL, Answer, Kind, Question
from tests.hosting import Answer as Served
from tests.hosting import drip, drip_header, endless, git_host, redirect, served, silence, status

QUICK = Bounds(each=Limits(seconds=60, size=100_000, redirects=3), pause=0)
Pages = dict[str, tuple[int, dict[str, str], bytes]]


def git(folder: Path, *arguments: str) -> bytes:
    command = ["git", "-c", "user.name=t", "-c", "user.email=t@example.org", *arguments]
    return subprocess.run(command, cwd=folder, check=True, capture_output=True).stdout


def found(kind: Kind, subject: str, bounds: Bounds = QUICK) -> tuple[Answer | None, list[str]]:
    """The answer to one question, and what is said of it."""
    web, said = ask_web([Question(kind, subject)], bounds)
    assert web.complete == (not said)
    return web.answer(kind, subject), said


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


class Web:
    """A server of pages for every service, and what it was asked."""

    def __init__(self) -> None:
        self.pages: Pages = {}
        self.asked: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._answer(b"")

            def do_POST(self) -> None:
                self._answer(self.rfile.read(int(self.headers["Content-Length"])))

            def _answer(self, sent: bytes) -> None:
                token = self.headers.get("Authorization", "")
                web.asked.append(" ".join(filter(None, (self.command, self.path, sent.decode(), token))))
                known = web.pages.get(f"{self.path} {token}".strip()) or web.pages.get(self.path)
                code, headers, body = known or (404, {}, b"nothing here")
                self.send_response(code)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", headers.get("X-Length", str(len(body))))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *arguments: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def page(self, path: str, body: bytes | str = b"", code: int = 200, **headers: str) -> None:
        said = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (code, said, body.encode() if isinstance(body, str) else body)


@pytest.fixture
def web(upstream: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    """All services on this machine, with the repository of `upstream` on GitHub."""
    server = Web()
    refs = subprocess.run(
        ["git", "upload-pack", "--http-backend-info-refs", upstream], capture_output=True, check=True
    ).stdout
    for name in ("tide-lab/tides", "jupyterhub/repo2docker"):
        server.page(f"/gh/{name}.git/info/refs?service=git-upload-pack", b"001e# service=git-upload-pack\n0000" + refs)
    server.page("/pypi/pip/", '{"files": [{"filename": "pip-1.0.tar.gz"}]}', Content_Type="application/json")
    server.page("/conda/conda-forge/python", '{"versions": ["3.12"]}')
    monkeypatch.setitem(online.HOSTS, "gh", f"{server.address}/gh")
    monkeypatch.setattr(online, "INDEX", f"{server.address}/pypi")
    monkeypatch.setattr(online, "CONDA", f"{server.address}/conda")
    monkeypatch.setattr(online, "SNAPSHOTS", f"{server.address}/snapshots")
    monkeypatch.setitem(online.REGISTRIES, "docker.io", server.address)
    monkeypatch.setattr(http, "is_public", lambda address: True)
    yield server
    server.server.shutdown()
    server.server.server_close()


# -- repositories


def test_refs_of_the_host(web: Web) -> None:
    repo = Snapshot.from_dict({}, git=Git(origin="gh/tide-lab/tides", refs=frozenset({"local"})))
    answers, said = ask_web(web_questions(repo), QUICK)
    assert not said
    known = repo.with_web(answers).git
    assert known.refs == {"local", "trunk", "course", "v1"}
    assert known.default_branch == "trunk"
    assert known.complete


def test_nothing_is_asked_without_need(web: Web) -> None:
    for facts in (Git(origin="gh/tide-lab/tides", complete=True), Git(), Git(origin="xx/tide-lab/tides")):
        assert not list(
            web_questions(Snapshot.from_dict({"environment.yml": "dependencies: [python=3.12]\n"}, git=facts))
        )


def test_a_repository_that_is_not_public(web: Web) -> None:
    assert found(Kind.REPOSITORY, "gh/tide-lab/other") == (Answer(False), [])
    web.page("/gh/tide-lab/private.git/info/refs?service=git-upload-pack", b"no", 401, WWW_Authenticate="Basic")
    assert found(Kind.REPOSITORY, "gh/tide-lab/private") == (Answer(False), [])


def test_a_host_that_knows_no_repository_at_all_is_not_believed(web: Web) -> None:
    web.pages.clear()
    answer, said = found(Kind.REPOSITORY, "gh/tide-lab/other")
    assert answer is None
    assert said == [
        "Could not ask 127.0.0.1 about the repository gh/tide-lab/other: its answer is not that of a git server. That was not checked online"
    ]


@pytest.mark.parametrize(
    ("answer", "reason", "requests"),
    [
        (silence, "it took longer than 0.5 seconds", 1),
        (drip, "it took longer than 0.5 seconds", 1),
        (drip_header, "it took longer than 0.5 seconds", 1),
        (endless, "its answer is larger than 100,000 bytes", 1),
        (redirect(lambda path: path + b"x"), "it redirects again and again", 4),
        (redirect(lambda path: b"file:///etc/passwd"), "it redirects to an address without https", 1),
        (redirect(lambda path: b"//[x"), "no connection", 2),
        (status(b"200 OK", b"<html>"), "its answer is not that of a git server", 1),
        (status(b"200 OK\r\nContent-Encoding: gzip", zlib.compress(bytes(10_000_000), 9)), "its answer is not that", 1),
        (status(b"500 \x1b[31m"), "it answers with the HTTP status 500", 2),
        (status(b"418 no"), "it answers with the HTTP status 418", 1),
        (status(b"\x00"), "no connection", 2),
    ],
)
def test_servers_that_are_slow_or_lie(
    answer: Served, reason: str, requests: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that they do is an answer; what may pass is asked once more."""
    with served(answer) as (address, heads):
        monkeypatch.setitem(online.HOSTS, "gh", address)
        each = QUICK.each._replace(seconds=0.5 if "took longer" in reason else 60)
        none, said = found(Kind.REPOSITORY, "gh/tide-lab/tides", QUICK._replace(each=each))
        assert none is None
        assert len(said) == 1
        assert reason in said[0]
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
            answer, _ = found(Kind.REPOSITORY, "gh/tide-lab/tides")
            assert answer and answer.refs == {"trunk", "course", "v1"}
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
    upstream: Path, web: Web, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As on GitHub Actions: one commit is there, so only the host can say which of two badges leads nowhere."""
    web.page("/conda/conda-forge/numpy", '{"versions": ["2.1.3"]}')
    git(upstream.parent, "clone", "-q", "--depth=1", f"file://{upstream}", "checkout")
    checkout = upstream.parent / "checkout"
    git(checkout, "remote", "set-url", "origin", "https://github.com/tide-lab/tides.git")
    monkeypatch.chdir(checkout)
    arguments = ["--output", "concise", "--select", "badge-ref-not-found"]
    assert main(arguments) == 0
    assert not web.asked, "nothing is sent anywhere unless asked for"
    capsys.readouterr()
    assert main([*arguments, "--online"]) == 1
    out, err = capsys.readouterr()
    assert "`gone`" in out
    assert "`course`" not in out
    assert not err
    assert len(web.asked) == 2, "each question is asked once"
    monkeypatch.setitem(online.HOSTS, "gh", "http://127.0.0.1:9")
    assert main([*arguments, "--online"]) == 0
    said = capsys.readouterr().err
    assert "Could not ask 127.0.0.1 about the repository gh/tide-lab/tides: no connection" in said
    assert "HTTPConnectionPool" not in said


# -- packages

_PAGE = """<!DOCTYPE html><html><body><h1>Links for waves</h1>
<a href="/x/waves-1.0.tar.gz#sha256=1" data-requires-python="&gt;=3.8">waves-1.0.tar.gz</a><br/>
<a href="/x/waves-1.1.tar.gz#sha256=1" data-yanked="broken">waves-1.1.tar.gz</a><br/>
<a href="/x/waves-2.0-py3-none-any.whl">waves-2.0-py3-none-any.whl</a></body></html>"""


def test_a_package_index(web: Web) -> None:
    """The two forms of an index's page say the same."""
    listed = [
        {"filename": "waves-1.0.tar.gz", "requires-python": ">=3.8"},
        {"filename": "waves-1.1.tar.gz", "yanked": "broken", "requires-python": None},
        {"filename": "waves-2.0-py3-none-any.whl", "yanked": False},
        {"filename": "../../x"},
    ]
    web.page("/pypi/waves/", json.dumps({"files": listed}), Content_Type="application/vnd.pypi.simple.v1+json")
    expected = Answer(files=("waves-1.0.tar.gz >=3.8", "waves-1.1.tar.gz (yanked)", "waves-2.0-py3-none-any.whl"))
    assert found(Kind.PACKAGE, "waves") == (expected, [])
    web.page("/pypi/waves/", _PAGE, Content_Type="text/html")
    assert found(Kind.PACKAGE, "waves") == (expected, [])


def test_a_package_that_is_not_there(web: Web) -> None:
    assert found(Kind.PACKAGE, "wavez") == (Answer(False), [])
    assert web.asked == ["GET /pypi/wavez/", "GET /pypi/pip/"]
    assert found(Kind.CONDA, "conda-forge/wavez") == (Answer(False), [])


@pytest.mark.parametrize(("kind", "subject"), [(Kind.PACKAGE, "wavez"), (Kind.CONDA, "conda-forge/wavez")])
def test_a_service_that_does_not_know_what_it_must_have_is_not_believed(web: Web, kind: Kind, subject: str) -> None:
    """So answers a network that blocks the service."""
    web.pages.clear()
    answer, said = found(kind, subject)
    assert answer is None
    assert len(said) == 1
    for page in ("/pypi/pip/", "/conda/conda-forge/python"):
        web.page(page, "<html>sign in</html>", Content_Type="text/html")
    assert found(kind, subject)[0] is None


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"files": 1}', '{"files": [1]}', "[" * 100_000, '{"versions": 1}'])
def test_packages_in_answers_that_cannot_be_read(web: Web, body: str) -> None:
    for path in ("/pypi/waves/", "/conda/conda-forge/waves"):
        web.page(path, body, Content_Type="application/json")
    assert found(Kind.PACKAGE, "waves")[0] is None
    assert found(Kind.CONDA, "conda-forge/waves")[0] is None


def test_versions_in_a_channel(web: Web) -> None:
    web.page("/conda/bioconda/waves", '{"versions": ["1.0", "1.1"]}')
    assert found(Kind.CONDA, "bioconda/waves") == (Answer(versions=("1.0", "1.1")), [])


# -- hubs, files, days


def test_hubs(web: Web) -> None:
    web.page("/binder/versions", '{"builder": "repo2docker"}')
    assert found(Kind.HUB, f"{web.address}/binder") == (Answer(), [])
    assert found(Kind.HUB, f"{web.address}/other") == (Answer(False), [])
    web.page("/locked/versions", "", 403)
    assert found(Kind.HUB, f"{web.address}/locked")[0] is None
    web.page("/empty/versions", "", 404)
    assert found(Kind.HUB, f"{web.address}/empty")[0] is None


def test_a_name_that_nobody_knows_counts_where_others_are_known(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown, file = Question(Kind.HUB, "https://binder.invalid"), Question(Kind.FILE, "https://data.invalid/x")
    fixed = Question(Kind.REPOSITORY, "gl/ada/waves")
    monkeypatch.setitem(online.HOSTS, "gl", "https://gitlab.invalid")
    asked = http.ask

    def ask(one: Asked, limits: Limits) -> http.Reply:
        if ".invalid/" in one.address:
            raise http.NoSuchHostError("no connection")
        return asked(one._replace(address=one.address.replace(CONTROL.subject, web.address)), limits)

    monkeypatch.setattr(online, "ask", ask)
    web.page("/versions", "{}")
    answers, said = ask_web([unknown, file, fixed, CONTROL], QUICK)
    assert (answers.answers[unknown], answers.answers[file]) == (Answer(False), Answer(False))
    assert fixed not in answers.answers, "a service whose name is not known says nothing of what it has"
    assert len(said) == 1
    del web.pages["/versions"]
    answers, said = ask_web([unknown, file, CONTROL], QUICK)
    assert not {unknown, file} & answers.answers.keys()
    assert len(said) == 2


def test_a_network_without_names(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(http.NoSuchHostError):
        http.ask(Asked("https://waves.example.org/"))
    with pytest.raises(http.NoSuchHostError):
        http.ask(Asked("https://waves.example.org/", public=True))


def test_files_and_their_size(web: Web) -> None:
    web.page("/waves.nc", b"x" * 1000, X_Length="12000000000")
    web.page("/moved.nc", b"", 302, Location="/waves.nc")
    for name in ("waves.nc", "moved.nc"):
        assert found(Kind.FILE, f"{web.address}/{name}") == (Answer(size=12_000_000_000), [])
    assert found(Kind.FILE, f"{web.address}/gone.nc") == (Answer(False), [])
    web.page("/waves.nc", b"", X_Length="many")
    assert found(Kind.FILE, f"{web.address}/waves.nc") == (Answer(), [])


def test_days_of_cran(web: Web) -> None:
    """As repo2docker asks: for the day, then for six days before."""
    web.page("/snapshots", '{"error": "no such snapshot"}', 400)
    assert found(Kind.SNAPSHOT, "2031-01-03") == (Answer(False), [])
    days = [re.findall(r"\d{4}-\d\d-\d\d", one)[0] for one in web.asked]
    assert days == [
        f"20{year}" for year in ("31-01-03", "31-01-02", "31-01-01", "30-12-31", "30-12-30", "30-12-29", "30-12-28")
    ]
    assert '{"repo": "all", "snapshot": "2031-01-03T00:00:00Z"}' in web.asked[0]
    web.page("/snapshots", '{"upsi": "2024-11-01"}')
    assert found(Kind.SNAPSHOT, "2024-11-01") == (Answer(), [])
    for body in ("<html>", "[]", "{}"):
        web.page("/snapshots", body)
        assert found(Kind.SNAPSHOT, "2024-11-01")[0] is None


# -- images


def test_images(web: Web) -> None:
    """The protocol of registries: a challenge, a token for nobody, and the manifest."""
    challenge = f'Bearer realm="{web.address}/token",service="registry.example.org"'
    for name, body in (("ada/waves/manifests/1", "{}"), ("ada/waves/manifests/sha256:11", "{}")):
        web.page(f"/v2/{name}", '{"errors": [1]}', 401, WWW_Authenticate=challenge)
        web.page(f"/v2/{name} Bearer abc", body)
    web.page("/token?service=registry.example.org&scope=repository:ada/waves:pull", '{"token": "abc"}')
    assert found(Kind.IMAGE, "docker.io/ada/waves:1") == (Answer(), [])
    assert found(Kind.IMAGE, "docker.io/ada/waves@sha256:11") == (Answer(), [])
    web.page("/v2/ada/waves/manifests/2", '{"errors": [{"code": "MANIFEST_UNKNOWN"}]}', 404)
    assert found(Kind.IMAGE, "docker.io/ada/waves:2") == (Answer(False), [])


def test_an_image_for_which_nobody_gets_a_token(web: Web) -> None:
    web.page("/v2/ada/waves/manifests/1", "", 401, WWW_Authenticate=f'Bearer realm="{web.address}/token"')
    web.page("/token?scope=repository:ada/waves:pull", '{"errors": [{"code": "DENIED"}]}', 403)
    assert found(Kind.IMAGE, "docker.io/ada/waves:1") == (Answer(False), [])
    for body in ("<html>", "[]", "{}", '{"token": "a\\r\\nb"}'):
        web.page("/token?scope=repository:ada/waves:pull", body)
        assert found(Kind.IMAGE, "docker.io/ada/waves:1")[0] is None


def test_a_token_is_for_its_registry_alone(web: Web) -> None:
    with served(status(b"200 OK", b"{}")) as (elsewhere, heads):
        web.page(
            "/v2/ada/waves/manifests/1", '{"errors": [1]}', 401, WWW_Authenticate=f'Bearer realm="{web.address}/token"'
        )
        web.page("/v2/ada/waves/manifests/1 Bearer abc", "", 307, Location=f"{elsewhere}/manifest")
        web.page("/token?scope=repository:ada/waves:pull", '{"token": "abc"}')
        assert found(Kind.IMAGE, "docker.io/ada/waves:1") == (Answer(), [])
    assert len(heads) == 1 and b"Authorization" not in heads[0]


def test_what_is_no_registry_is_not_believed(web: Web) -> None:
    for code in (401, 403, 404, 500):
        web.page("/v2/ada/waves/manifests/1", "<html>", code)
        assert found(Kind.IMAGE, "docker.io/ada/waves:1")[0] is None


# -- what is not asked


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x",
        "http://localhost/x",
        "http://10.1.2.3/x",
        "http://192.168.1.1/x",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/x",
        "http://[::ffff:10.0.0.1]/x",
        "http://[fe80::1]/x",
        "http://[64:ff9b::a00:1]/x",
        "http://[2002:a00:1::]/x",
        "http://0.0.0.0/x",
        "http://100.64.0.1/x",
        "http://metadata.google.internal/x",
        "http://printer.local/x",
        "http://intranet/x",
        "http://user:secret@example.org/x",
        "file:///etc/passwd",
        "ftp://example.org/x",
    ],
)
def test_addresses_that_are_not_public_are_not_asked(address: str) -> None:
    with pytest.raises(OnlineError, match="its address is not public"):
        http.ask(Asked(address, public=True), QUICK.each)


def test_a_public_server_that_sends_us_to_a_private_one(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(status(b"200 OK", b"secret")) as (private, heads):
        target = private.replace("127.0.0.1", "127.0.0.2")
        with served(redirect(lambda path: target.encode())) as (public, _):
            monkeypatch.setattr(http, "is_public", lambda address: address == "127.0.0.1")
            with pytest.raises(OnlineError, match="its address is not public"):
                http.ask(Asked(public, public=True), QUICK.each)
        assert not heads


def test_a_name_that_leads_elsewhere_once_it_was_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The other side of the connection is what counts."""
    with served(status(b"200 OK", b"secret")) as (private, heads):
        monkeypatch.setattr(http, "hold_public", lambda address: None)
        with pytest.raises(OnlineError, match="its address is not public"):
            http.ask(Asked(private, public=True), QUICK.each)
        assert not any(heads)


def test_a_proxy_is_asked_for_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """A network whose names only its proxy knows; addresses that are private by themselves are refused all the same."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: pytest.fail("the proxy looks names up"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    http.hold_public("http://data.example.org/x")
    with pytest.raises(http.PrivateError):
        http.hold_public("http://169.254.169.254/x")


# -- bounds


def test_what_all_questions_may_take(web: Web) -> None:
    questions = [Question(Kind.FILE, f"{web.address}/{number}") for number in range(20)]
    answers, said = ask_web([*questions, *questions], QUICK._replace(most=12))
    assert len(answers.answers) == 12
    assert not answers.complete
    assert said == ["8 questions more than 12 were not asked, so not all was checked online"]


def test_servers_that_never_answer_are_left_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "is_public", lambda address: True)
    with served(silence) as (address, _):
        questions = [Question(Kind.FILE, f"{address}/{number}") for number in range(20)]
        answers, said = ask_web(questions, QUICK._replace(seconds=0.5))
    assert not answers.answers
    assert not answers.complete
    assert said == ["Could not ask 127.0.0.1 about 20 files: no answer within 0.5 seconds. That was not checked online"]


# -- the command


def test_what_is_found_online(web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "asked"
    git(tmp_path, "init", "-q", "asked")
    (root / "requirements.txt").write_text("waves==9\nwavez==1\n")
    (root / "README.md").write_text("# x\n\n# binderlint: ignore[ONL002] ours\n")
    git(root, "add", "-A")
    web.page("/pypi/waves/", _PAGE, Content_Type="text/html")
    main(["--output", "concise", str(root)])
    out, _ = capsys.readouterr()
    assert "ONL" not in out
    main(["--output", "concise", "--online", str(root)])
    out, err = capsys.readouterr()
    assert "ONL001" in out
    assert "ONL002" in out
    assert not err


def test_a_configuration_cannot_have_addresses_of_the_repository_asked(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The configuration comes with the repository: it gets no more than services that are the same for everybody."""
    root = tmp_path / "theirs"
    git(tmp_path, "init", "-q", "theirs")
    (root / "binderlint.toml").write_text("online = true\n")
    (root / "requirements.txt").write_text(f"--extra-index-url {web.address}/evil\nwavez==1\n")
    (root / "postBuild").write_text(f"#!/bin/bash\nset -e\nwget {web.address}/data.nc\n")
    (root / "README.md").write_text(f"# x\n\n[a]({web.address}/v2/gh/tide-lab/tides/HEAD)\n")
    git(root, "add", "-A")
    monkeypatch.setattr("binderlint.lock.offered.offered_versions", lambda repo: pytest.fail("no resolver is started"))
    main([str(root)])
    assert web.asked == ["GET /gh/tide-lab/tides.git/info/refs?service=git-upload-pack"]
    capsys.readouterr()


def test_nothing_is_asked_about_a_repository_that_cannot_be_read(
    web: Web, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "damaged"
    git(tmp_path, "init", "-q", "damaged")
    (root / "environment.yml").write_text("dependencies: [python=3.12, waves]\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "one")
    name = git(root, "rev-parse", "HEAD:environment.yml").decode().strip()
    (root / ".git/objects" / name[:2] / name[2:]).unlink()
    assert main(["--online", "--ref", "HEAD", str(root)]) == 1
    out, err = capsys.readouterr()
    assert "could not be read" in out
    assert "bug" not in err
    assert not web.asked
