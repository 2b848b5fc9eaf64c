"""DSK: the dashboard's address, and the memory and cores of workers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.digits import is_number, number
from binderlint.edits import append, append_lines, replace
from binderlint.files.dask import FOLDER, Container, containers
from binderlint.files.dask_units import cores, kubernetes_bytes, memory_limit
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Place, Scalar, Span, Table, Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_FILE = ".config/dask/config.yaml"
_LINK = "distributed:\n  dashboard:\n    link: {}\n"
_HARD = regex(r"(?:\{JUPYTERHUB_BASE_URL\})?/?user/\{JUPYTERHUB_USER\}/")
_LOCAL = regex(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)\b")


class DaskDashboardLink(Rule):
    """The link to dask's dashboard leads to the wrong place.

    In a session, visitors reach the dashboard through the notebook server, with jupyter-server-proxy, at `{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status`. The hub sets this
    variable to the path of the session. A link to `localhost` leads to the visitor's own computer. `/user/{JUPYTERHUB_USER}/` is the right path only on hubs
    that are not in a folder of their own. It works on most hubs, so it is an info.

    If the environment has neither jupyter-server-proxy nor a package that includes it, the link leads to a page that does not exist.

    ## Fix safety

    Adding jupyter-server-proxy is unsafe, like every new package.
    """

    code = "DSK010"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("dask/dask-examples: .dask/config.yaml", "dask/distributed: distributed/utils.py")
    examples = (
        Bad(
            {_FILE: _LINK.format("http://localhost:{port}/status  # here")},
            at=f"{_FILE}:3:11",
            fixed={_FILE: _LINK.format('"{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status"  # here')},
            why="A link to localhost",
        ),
        Bad(
            {_FILE: _LINK.format("/user/{JUPYTERHUB_USER}/proxy/{port}/status")},
            at=f"{_FILE}:3:11",
            severity=Severity.INFO,
            fixed={_FILE: _LINK.format('"{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status"')},
            why="The path of a hub without a folder of its own",
        ),
        Bad(
            {_FILE: _LINK.format("'http://127.0.0.1:8787/status'")},
            at=f"{_FILE}:3:11",
            fixed={_FILE: _LINK.format("'{JUPYTERHUB_SERVICE_PREFIX}proxy/8787/status'")},
            why="A link to 127.0.0.1",
        ),
        Bad(
            {
                _FILE: _LINK.format("../proxy/{port}/status"),
                "environment.yml": "dependencies:\n  - python=3.11\n  - dask  # ours\n",
            },
            at=f"{_FILE}:3:11",
            fixed={
                "environment.yml": "dependencies:\n  - python=3.11\n  - dask  # ours\n  - jupyter-server-proxy\n",
            },
            why="jupyter-server-proxy is missing",
        ),
        Bad(
            {_FILE: _LINK.format("../proxy/{port}/status"), "binder/requirements.txt": "dask"},
            at=f"{_FILE}:3:11",
            fixed={"binder/requirements.txt": "dask\njupyter-server-proxy\n"},
            why="jupyter-server-proxy is missing in requirements.txt",
        ),
        Good(
            {_FILE: _LINK.format("../proxy/{port}/status"), "requirements.txt": "dask\ndask-labextension\n"},
            why="dask-labextension includes jupyter-server-proxy",
        ),
        Good(
            {_FILE: _LINK.format("../proxy/{port}/status"), "environment.yml": "dependencies: [pangeo-notebook]\n"},
            why="A collection of packages includes jupyter-server-proxy",
        ),
        Good(
            {
                _FILE: _LINK.format("../proxy/{port}/status"),
                "requirements.txt": "dask\n",
                "postBuild": "#!/bin/bash\npip install jupyter-server-proxy\n",
            },
            why="postBuild installs jupyter-server-proxy",
        ),
        Good({_FILE: _LINK.format('"{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status"')}, why="The path of the session"),
        Good(
            {_FILE: _LINK.format('"{JUPYTERHUB_BASE_URL}user/{JUPYTERHUB_USER}/proxy/{port}/status"')},
            why="The path of the session in two variables",
        ),
        Good({_FILE: _LINK.format("../proxy/{port}/status")}, why="A relative link"),
        Good({_FILE: _LINK.format('"https://{host}:{port}/status"')}, why="The host is a variable"),
        Good({".dask/x.yaml": _LINK.format("http://localhost:8787")}, why="In a folder that dask does not read"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for config in repo.dask_configs:
            match config.value:
                case {"distributed": {"dashboard": {"link": Text() as link}}} if config.folder == FOLDER:
                    yield from self._link(link)
                    if "proxy/" in link and (fix := _missing_proxy(repo)):
                        yield self.at(
                            link,
                            "The dashboard is reached through jupyter-server-proxy, which the environment does not have: the link leads nowhere",
                            help="Add `jupyter-server-proxy` to the environment",
                            fix=fix,
                        )

    def _link(self, link: Text) -> Iterator[Diagnostic]:
        if found := _LOCAL.match(link):
            port = re.match(r":(\d+|\{port\})", link[found.end() :])
            rest = link[found.end() + (port.end() if port else 0) :].lstrip("/") or "status"
            yield self.at(
                link,
                "This link to the dashboard leads to the visitor's own computer, and not into the session",
                help='Write `"{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status"`',
                fix=_written(link, f"{{JUPYTERHUB_SERVICE_PREFIX}}proxy/{port[1] if port else '{port}'}/{rest}"),
            )
        elif (found := _HARD.match(link)) and not found.group().startswith("{"):
            yield self.at(
                link,
                "This link to the dashboard leaves out where the hub may keep its sessions",
                help='Write `"{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status"`',
                severity=Severity.INFO,
                level=Level.POLISH,
                fix=_written(link, "{JUPYTERHUB_SERVICE_PREFIX}" + link[found.end() :]),
            )


_BRINGS_PROXY = regex(r"proxy|pangeo|labextension|remote-desktop|jupyter-vscode|nbgallery|^jhub", re.IGNORECASE)


def _missing_proxy(repo: Repository) -> Fix | None:
    """jupyter-server-proxy as a new dependency, where the environment is known and has nothing that could bring it."""
    if repo.plan.buildpack not in ("CondaBuildPack", "PythonBuildPack") or repo.plan.error:
        return None
    names = [spec.key for spec in repo.conda_specs] + [requirement.key for requirement in repo.requirements]
    script = repo.used("postBuild")
    if not names or any(not name or _BRINGS_PROXY.search(name) for name in names):
        return None
    if script and "proxy" in script.text:
        return None
    title = "Add jupyter-server-proxy"
    if repo.plan.buildpack == "CondaBuildPack" and repo.conda_dependencies:
        edit = append(repo.conda_dependencies, "jupyter-server-proxy")
    elif source := repo.used("requirements.txt"):
        edit = append_lines(source, "jupyter-server-proxy")
    else:
        return None
    return Fix(title, (edit,), Applicability.UNSAFE)


def _written(link: Text, text: str) -> Fix:
    """The new link in the old quotes; a plain text must not begin with a brace."""
    written = link.place.text
    quote = written[0] if written[:1] in ("'", '"') else '"'
    return Fix("Use the session's own path", (replace(link, f"{quote}{text}{quote}"),))


def _template(args: str, limits: str, requests: str = "") -> str:
    more = f"\n          requests: {requests}" if requests else ""
    return f"kubernetes:\n  worker-template:\n    spec:\n      containers:\n      - args: {args}\n        resources:\n          limits: {limits}{more}\n"


class DaskMemoryOverLimit(Rule):
    """A worker may use more than its container.

    Kubernetes kills a container that exceeds `resources.limits`, and does not even start one whose `requests` exceed its `limits`. dask keeps its data below `--memory-limit`. If that is
    higher than the container's limit, an older dask is killed before it moves anything to disk, and a newer one notes in its log that it ignores the number. If there
    are more threads than cores, they wait for each other.

    Numbers are compared in bytes and cores: `7G` and `7GB` are 7 000 000 000 bytes, `7Gi` and `7GiB` 7 516 192 768; `1500m` is one and a half cores.
    """

    code = "DSK011"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("dask/distributed: distributed/worker_memory.py",)
    examples = (
        Bad(
            {_FILE: _template("[dask, worker, --memory-limit, 8GB]", "{cpu: 2, memory: 7G}")},
            at=f"{_FILE}:5:46",
            fixed={_FILE: _template("[dask, worker, --memory-limit, 7GB]", "{cpu: 2, memory: 7G}")},
            why="More memory than the container has",
        ),
        Bad(
            {_FILE: _template("[dask, worker, '--memory-limit=7GiB']", "{memory: 7G}")},
            at=f"{_FILE}:5:46",
            fixed={_FILE: _template("[dask, worker, '--memory-limit=7GB']", "{memory: 7G}")},
            why="7GiB in a container with 7G",
        ),
        Bad(
            {_FILE: _template("[dask, worker, --nthreads, '8']", '{cpu: "1.75", memory: 7G}')},
            at=f"{_FILE}:5:42",
            why="More threads than cores",
        ),
        Bad(
            {_FILE: _template("[dask, worker]", "{cpu: 1500m, memory: 6G}", "{cpu: 2, memory: 7G}")},
            at=(f"{_FILE}:8:27", f"{_FILE}:8:38"),
            severity=Severity.ERROR,
            why="A request above the limit",
        ),
        Good({_FILE: _template("[dask, worker, --memory-limit, 7GB]", "{cpu: 2, memory: 7G}")}, why="The same number"),
        Good(
            {_FILE: _template("[dask, worker, --memory-limit, 7GB]", "{memory: 7Gi}")},
            why="7GB in a container with 7Gi",
        ),
        Good(
            {_FILE: _template("[dask, worker, --memory-limit, auto]", "{memory: 7Gi}")},
            why="dask finds the limit by itself",
        ),
        Good({_FILE: _template("[dask, worker, --memory-limit, 0.9]", "{memory: 1}")}, why="A fraction of the memory"),
        Good({_FILE: _template("[dask, worker, --memory-limit, '0']", "{memory: 1G}")}, why="No limit for dask"),
        Good(
            {_FILE: _template("[dask, worker, --nthreads, 2]", '{cpu: "1.75"}')},
            why="Two threads for a core and three quarters",
        ),
        Good(
            {_FILE: _template("[dask, worker, --memory-limit, $MEM]", "{memory: 7G}")},
            why="The number is in a variable",
        ),
        Good(
            {_FILE: _template("[dask, worker]", "{cpu: 2, memory: 7G}", "{cpu: 1, memory: 7G}")},
            why="A request that is below the limit",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for config in repo.dask_configs:
            for container in containers(config):
                if container.template or container.runs_dask:
                    yield from self._container(container)

    def _container(self, container: Container) -> Iterator[Diagnostic]:
        resources = container.table.get("resources")
        limits = _table(resources, "limits")
        requests = _table(resources, "requests")
        for key, measure in (("cpu", cores), ("memory", kubernetes_bytes)):
            limit, request = measure(_text(limits.get(key))), measure(_text(requests.get(key)))
            if limit is not None and request is not None and request > limit:
                yield self.at(
                    requests[key],
                    f"The worker asks for more than its own limit ({key}), so Kubernetes refuses to start it",
                    help="Ask for the limit at most",
                    severity=Severity.ERROR,
                )
        memory, threads = kubernetes_bytes(_text(limits.get("memory"))), cores(_text(limits.get("cpu")))
        if (given := _option(container, "--memory-limit")) and memory is not None:
            value, place = given
            asked = memory_limit(value)
            if asked is not None and asked > memory:
                yield self.at(
                    place,
                    f"dask may use {value} of memory and the container {_text(limits['memory'])}: the worker is ended before dask moves data to disk",
                    help="Give both the same number",
                    fix=_same(place, _text(limits["memory"])),
                )
        if (given := _option(container, "--nthreads")) and threads is not None:
            value, place = given
            if is_number(value) and number(value) > threads + 2:
                yield self.at(
                    place,
                    f"{value} threads share {_text(limits['cpu'])} cores, so they wait for each other",
                    help="Start as many threads as there are cores",
                )


def _table(value: Any, key: str) -> dict[str, Any]:
    found = value.get(key) if isinstance(value, Table) else None
    return found if isinstance(found, Table) else {}


def _text(value: Any) -> str:
    return str(value.value) if isinstance(value, Scalar) else str(value) if isinstance(value, Text) else ""


def _option(container: Container, name: str) -> tuple[str, Place] | None:
    """The value of an option and its place, written as one word or two."""
    words = container.words
    for index, word in enumerate(words):
        if isinstance(word, Text) and word.startswith(f"{name}="):
            value = word[len(name) + 1 :]
            offset = word.place.span.start + word.place.text.find(f"{name}=") + len(name) + 1
            return value, Place(word.place.source, Span(offset, offset + len(value)))
        if isinstance(word, Text) and word == name and index + 1 < len(words):
            return _text(words[index + 1]), words[index + 1].place
    return None


def _same(place: Place, limit: str) -> Fix | None:
    """The container's limit as dask writes it: `7G` is `7GB`, `7Gi` is `7GiB`."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]i?)", limit)
    written = place.text
    if not found:
        return None
    quote = written[0] if written[:1] in ("'", '"') else ""
    return Fix("Use the container's limit", (replace(place, f"{quote}{found[1]}{found[2]}B{quote}"),))
