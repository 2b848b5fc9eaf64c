"""Online: asks the services that Binder uses about what a repository names. With `http.py` the only modules that use the web.

Each question has one answer, or none where the network or a service fails: that is said once for each service and is never a finding. A service that says "there is no such thing"
is believed only if it knows what it certainly has.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from html import unescape
from urllib.parse import quote, urlsplit

from binderlint.lint.wording import counted
from binderlint.outside.dotgit import is_ref_name
from binderlint.outside.http import Asked, Limits, NoSuchHostError, OnlineError, Reply, ask
from binderlint.pattern import regex
from binderlint.read.index import YANKED
from binderlint.values import NamedTuple
from binderlint.web import CONTROL, Answer, Kind, Question, Web

HOSTS = {"gh": "https://github.com", "gl": "https://gitlab.com"}
_THERE = {"gh": "jupyterhub/repo2docker", "gl": "gitlab-org/gitlab"}
"""A repository of each that there is."""
INDEX = "https://pypi.org/simple"
CONDA = "https://api.anaconda.org/package"
SNAPSHOTS = "https://packagemanager.posit.co/__api__/url"
REGISTRIES = {"docker.io": "https://registry-1.docker.io"}
"""Where the images of a registry are whose name is not its address."""

_MOST = 300  # questions of one repository
_AT_ONCE = 8
_SECONDS = 90.0  # for all of them
_TRIES = 2
_LIMITS = Limits(seconds=30, size=50_000_000)
_SIMPLE = {"Accept": "application/vnd.pypi.simple.v1+json, text/html;q=0.5"}
_MANIFEST = {
    "Accept": "application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json, "
    "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json"
}
_GONE = (404, 410)
_PASSING = (429, 500, 502, 503, 504)


class Bounds(NamedTuple):
    """What all questions of a repository may take together."""

    most: int = _MOST
    seconds: float = _SECONDS
    each: Limits = _LIMITS
    pause: float = 1.0
    """Seconds before a question is asked a second time."""


class _Failure(NamedTuple):
    """A question without an answer: the service, and why."""

    question: Question
    service: str
    reason: str


def ask_web(questions: Iterable[Question], bounds: Bounds = Bounds()) -> tuple[Web, list[str]]:  # noqa: B008 (a tuple)
    """The answers, and for each service that gave none a sentence that says what was not checked. Raises nothing: whatever fails is said."""
    wanted = list(dict.fromkeys(questions))
    todo = deque(wanted[: bounds.most])
    answers: dict[Question, Answer] = {}
    failures: list[_Failure] = []

    def work() -> None:
        while True:
            try:
                question = todo.popleft()
            except IndexError:
                return
            try:
                answers[question] = _answer(question, bounds)
            except OnlineError as error:
                failures.append(_Failure(question, service_of(question), str(error)))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(_AT_ONCE, len(todo)))]
    end = time.monotonic() + bounds.seconds
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    todo.clear()
    known, failed = dict(answers), list(failures)
    told = known.keys() | {one.question for one in failed}
    late = [one for one in wanted[: bounds.most] if one not in told]
    failed += [_Failure(one, service_of(one), f"no answer within {bounds.seconds:g} seconds") for one in late]
    over = len(wanted) - bounds.most
    said = _told(_judged(known, failed))
    if over > 0:
        said.append(
            f"{counted(over, 'question')} more than {bounds.most} were not asked, so not all was checked online"
        )
    kept = {one.question for one in failed}
    return Web({question: known[question] for question in wanted if question in known}, not kept and over <= 0), said


def _judged(known: dict[Question, Answer], failed: list[_Failure]) -> list[_Failure]:
    """The failures. The name of a hub or a server that nobody knows is an answer, if this network knows a hub that there is."""
    there = known.get(CONTROL)
    if there and there.found:
        for one in [one for one in failed if one.reason == _NO_NAME and one.question.kind in (Kind.HUB, Kind.FILE)]:
            known[one.question] = Answer(False)
            failed.remove(one)
    return failed


def _told(failed: list[_Failure]) -> list[str]:
    by_service: dict[tuple[str, str], list[_Failure]] = {}
    for one in failed:
        by_service.setdefault((one.service, one.reason), []).append(one)
    return [
        f"Could not ask {service} about {_WHAT[found[0].question.kind](found)}: {reason}. That was not checked online"
        for (service, reason), found in by_service.items()
    ]


def _listed(one: str, many: str) -> Callable[[list[_Failure]], str]:
    return lambda found: f"the {one} {found[0].question.subject}" if len(found) == 1 else f"{len(found)} {many}"


_WHAT = {
    Kind.PACKAGE: _listed("package", "packages"),
    Kind.CONDA: _listed("package", "packages"),
    Kind.REPOSITORY: _listed("repository", "repositories"),
    Kind.HUB: _listed("hub", "hubs"),
    Kind.SNAPSHOT: _listed("packages of", "days"),
    Kind.IMAGE: _listed("image", "images"),
    Kind.FILE: _listed("file", "files"),
}
_NO_NAME = "its name is not known here"


def service_of(question: Question) -> str:
    """The host that is asked."""
    subject = question.subject
    match question.kind:
        case Kind.PACKAGE:
            address = INDEX
        case Kind.CONDA:
            address = CONDA
        case Kind.REPOSITORY:
            address = HOSTS[subject.partition("/")[0]]
        case Kind.SNAPSHOT:
            address = SNAPSHOTS
        case Kind.IMAGE:
            address = _registry(subject)[0]
        case Kind.HUB | Kind.FILE:
            address = subject
    return urlsplit(address).hostname or address


def _answer(question: Question, bounds: Bounds) -> Answer:
    """The answer to a question, asked again where the fault may pass. Raises OnlineError."""
    for left in reversed(range(_TRIES)):
        try:
            return _ASK[question.kind](question.subject, bounds.each)
        except _PassingError:
            if not left:
                raise
            threading.Event().wait(bounds.pause)
        except NoSuchHostError:
            raise OnlineError(_NO_NAME) from None
    raise AssertionError


class _PassingError(OnlineError):
    """A fault that may be gone a moment later."""


def _reply(asked: Asked, limits: Limits) -> Reply:
    """The reply of a service. Raises OnlineError for one that may pass, and where nobody answered."""
    try:
        reply = ask(asked, limits)
    except NoSuchHostError:
        raise
    except OnlineError as error:
        raise (_PassingError if str(error) == "no connection" else OnlineError)(str(error)) from error
    if reply.status in _PASSING:
        raise _PassingError(f"it answers with the HTTP status {reply.status}")
    return reply


def _page(asked: Asked, limits: Limits) -> Reply:
    """The reply of a server of which nothing is known. Raises OnlineError as well for what a proxy may have answered."""
    reply = _reply(asked, limits)
    if reply.status in _GONE and not reply.body:
        raise OnlineError("something in between answers that there is nothing")  # servers send a page along
    if reply.status not in (200, *_GONE):
        raise _strange(reply)
    return reply


def _strange(reply: Reply) -> OnlineError:
    return OnlineError(f"it answers with the HTTP status {reply.status}")


# -- packages


def _package(name: str, limits: Limits) -> Answer:
    reply = _reply(Asked(f"{INDEX}/{quote(name)}/", _SIMPLE), limits)
    if reply.status in _GONE:
        if name != "pip" and not _package("pip", limits).files:
            raise OnlineError("its answer is not that of a package index")
        return Answer(False)
    if reply.status != 200:
        raise _strange(reply)
    return Answer(files=_files(reply))


def _files(reply: Reply) -> tuple[str, ...]:
    """The files of a page of the simple index, as JSON (PEP 691) or HTML (PEP 503), each with the Python it requires and whether it was taken back."""
    text = reply.body.decode(errors="replace")
    if "json" in reply.headers.get("content-type", ""):
        try:
            listed = [
                (one["filename"], one.get("requires-python") or "", one.get("yanked") not in (None, False))
                for one in json.loads(text)["files"]
            ]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise OnlineError("its answer is not that of a package index") from error
    else:
        listed = [
            (unescape(found[2]).strip(), unescape(required[1]) if required else "", "data-yanked" in found[1].lower())
            for found in _ANCHOR.finditer(text)
            for required in [_REQUIRES.search(found[1])]
        ]
        if not listed:
            raise OnlineError("its answer is not that of a package index")
    return tuple(
        f"{name} {required}".strip() + (YANKED if yanked else "")
        for name, required, yanked in listed
        if isinstance(name, str) and _NAME.fullmatch(name)
    )


_ANCHOR = regex(r"<a\s([^<>]*)>([^<>]*)</a>", re.IGNORECASE)
_REQUIRES = regex(r"data-requires-python=\"([^\"]*)\"", re.IGNORECASE)
_NAME = regex(r"[\w.!+~-]{1,300}", re.ASCII)


def _conda(subject: str, limits: Limits) -> Answer:
    reply = _reply(Asked(f"{CONDA}/{quote(subject)}"), limits)
    if reply.status in _GONE:
        if subject != "conda-forge/python" and not _conda("conda-forge/python", limits).versions:
            raise OnlineError("its answer is not that of anaconda.org")
        return Answer(False)
    if reply.status != 200:
        raise _strange(reply)
    try:
        versions = json.loads(reply.body)["versions"]
        return Answer(versions=tuple(str(one) for one in versions))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise OnlineError("its answer is not that of anaconda.org") from error


# -- repositories, hubs, files


def _repository(subject: str, limits: Limits) -> Answer:
    provider, _, name = subject.partition("/")
    reply = _reply(Asked(f"{HOSTS[provider]}/{quote(name)}.git/info/refs?service=git-upload-pack"), limits)
    if reply.status in (401, *_GONE):  # which of them, says the host's policy
        there = f"{HOSTS[provider]}/{_THERE[provider]}.git/info/refs?service=git-upload-pack"
        if _reply(Asked(there, body=False), limits).status != 200:
            raise OnlineError("its answer is not that of a git server")
        return Answer(False)
    if reply.status != 200:
        raise _strange(reply)
    refs, default = read_refs(reply.body)
    if not refs:
        raise OnlineError("its answer is not that of a git server")
    return Answer(refs=refs, default_branch=default)


def _hub(address: str, limits: Limits) -> Answer:
    """Whether there is a BinderHub, which says of which versions it is made (`/versions`, for everybody)."""
    return Answer(_page(Asked(f"{address}/versions", public=True), limits).status == 200)


def _file(address: str, limits: Limits) -> Answer:
    reply = _page(Asked(address, public=True, body=False), limits)
    if reply.status in _GONE:
        return Answer(False)
    length = reply.headers.get("content-length", "")
    return Answer(size=int(length) if re.fullmatch(r"[0-9]{1,18}", length) else 0)


def _snapshot(day: str, limits: Limits) -> Answer:
    """As repo2docker's `get_rspm_snapshot_url` (buildpacks/r.py) asks: for the day, then for six days before it."""
    first = date.fromisoformat(day)
    for before in range(7):
        wanted = f"{first - timedelta(days=before)}T00:00:00Z"
        reply = _reply(Asked(SNAPSHOTS, json={"repo": "all", "snapshot": wanted}), limits)
        try:
            said = json.loads(reply.body)
        except (ValueError, RecursionError) as error:
            raise OnlineError("its answer is not that of Posit's package manager") from error
        if isinstance(said, dict) and "upsi" in said:
            return Answer()
        if not isinstance(said, dict) or not (said.keys() & {"error", "code", "message"}):
            raise OnlineError("its answer is not that of Posit's package manager")
    return Answer(False)


# -- images


def _registry(subject: str) -> tuple[str, str, str]:
    """The address of an image's registry, the image there, and its tag or digest."""
    name, _, digest = subject.partition("@")
    host, _, path = name.partition("/")
    path, _, tag = path.partition(":") if not digest else (path, "", digest)
    return REGISTRIES.get(host, f"https://{host}"), path, digest or tag


def _image(subject: str, limits: Limits) -> Answer:
    """Whether everybody can pull an image (OCI distribution specification: the manifest, with a token for nobody)."""
    address, path, reference = _registry(subject)
    asked = Asked(f"{address}/v2/{quote(path)}/manifests/{quote(reference, safe=':')}", _MANIFEST, public=True)
    reply = _reply(asked, limits)
    if reply.status == 401:
        token = _token(reply, path, limits)
        if token is None:
            return Answer(False)
        reply = _reply(asked._replace(headers={**_MANIFEST, "Authorization": f"Bearer {token}"}), limits)
    if reply.status == 200:
        return Answer()
    if reply.status in (401, 403, *_GONE) and _is_refusal(reply):
        return Answer(False)
    raise _strange(reply)


def _is_refusal(reply: Reply) -> bool:
    """Whether it is a registry that refuses, which says why in JSON."""
    try:
        return bool(json.loads(reply.body)["errors"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return False


_CHALLENGE = regex(r"(\w+)=\"([^\"]*)\"")


def _token(refused: Reply, path: str, limits: Limits) -> str | None:
    """What a registry that refuses gives to everybody who asks for leave to pull an image; None where it gives nothing. Raises OnlineError for what is no registry."""
    challenge = refused.headers.get("www-authenticate", "")
    said = dict(_CHALLENGE.findall(challenge))
    if not challenge.lower().startswith("bearer") or "realm" not in said:
        if _is_refusal(refused):
            return None
        raise _strange(refused)
    service = f"service={quote(said['service'])}&" if "service" in said else ""
    reply = _reply(Asked(f"{said['realm']}?{service}scope=repository:{quote(path)}:pull", public=True), limits)
    if reply.status in (401, 403) and _is_refusal(reply):
        return None
    try:
        content = json.loads(reply.body)
        token = content.get("token") or content.get("access_token")
    except (ValueError, AttributeError, RecursionError) as error:
        raise OnlineError("its answer is not that of a registry") from error
    if not isinstance(token, str) or not re.fullmatch(r"[\w.~+/=-]+", token, re.ASCII):
        raise OnlineError("its answer is not that of a registry")
    return token


_ASK: dict[Kind, Callable[[str, Limits], Answer]] = {
    Kind.PACKAGE: _package,
    Kind.CONDA: _conda,
    Kind.REPOSITORY: _repository,
    Kind.HUB: _hub,
    Kind.SNAPSHOT: _snapshot,
    Kind.IMAGE: _image,
    Kind.FILE: _file,
}


# -- git's refs


def read_refs(answer: bytes) -> tuple[frozenset[str], str]:
    """The names of the branches and tags in an answer in pkt-lines, and the default branch."""
    names: set[str] = set()
    default = ""
    for line in _lines(answer):
        ref, _, capabilities = line.partition(b"\0")
        for word in capabilities.split():
            if word.startswith(b"symref=HEAD:refs/heads/"):
                branch = word.removeprefix(b"symref=HEAD:refs/heads/").decode(errors="replace")
                default = branch if is_ref_name(branch) else ""
        name = ref.strip().partition(b" ")[2].decode(errors="replace")
        for prefix in ("refs/heads/", "refs/tags/"):
            if name.startswith(prefix) and is_ref_name(name):
                names.add(name.removeprefix(prefix))
    return frozenset(names), default


def _lines(answer: bytes) -> list[bytes]:
    """The payloads of pkt-lines: four hexadecimal digits of length, then the line; 0000 parts sections."""
    lines, offset = [], 0
    while offset + 4 <= len(answer):
        try:
            length = int(answer[offset : offset + 4], 16)
        except ValueError:
            return []
        if length > 4:
            lines.append(answer[offset + 4 : offset + length])
        offset += max(length, 4)
    return lines
