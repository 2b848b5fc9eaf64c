"""User interfaces: which ones a launch can open, and what in a repository brings them."""

from __future__ import annotations

import re
from functools import cache

from binderlint.data import rows
from binderlint.fact import fact
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.values import NamedTuple


class Interface(NamedTuple):
    """A user interface: how its address starts, its name, the package to add, and what in the configuration is a sign of it."""

    address: re.Pattern[str]
    title: str
    package: str
    named: re.Pattern[str]
    by_r: bool = False


@cache
def _interfaces() -> tuple[Interface, ...]:
    return tuple(
        Interface(
            re.compile(rf"(?:{address})(?=[/?]|$)", re.IGNORECASE),
            title,
            package,
            re.compile(signs, re.IGNORECASE),
            by_r == "yes",
        )
        for address, title, package, signs, by_r in rows("interfaces.tsv")
    )


_BY_ADDRESS = regex(r"git\+|(?:^|[\s\"'@])https?://\S+\.(?:zip|whl|tar\.gz)|^\s*(?:-\s*)?pip:\s*[^\s#]", re.MULTILINE)
_CONFIGURATION = regex(
    r"(?:^|/)(?:[^/]*requirements[^/]*|[^/]*environment[^/]*\.ya?ml|setup\.(?:py|cfg)|pyproject\.toml|Pipfile(?:\.lock)?|apt\.txt|install\.R|postBuild|start|DESCRIPTION|[^/]*\.sh|default\.nix|(?:Julia)?Project\.toml|conda-lock\.yml|jupyter_\w+\.(?:py|json))$"
)


def missing_interface(urlpath: str, repo: Snapshot) -> Interface | None:
    """The user interface that an address needs and nothing in the repository brings; None when it is there, or nobody can know."""
    path = urlpath.lstrip("/")
    interface = next((known for known in _interfaces() if known.address.match(path)), None)
    plan = build_plan(repo)
    if interface is None or (interface.by_r and (plan.conda_r or plan.buildpack == Buildpack.R)):
        return None
    written = written_configuration(repo)
    return None if interface.named.search(written) or _BY_ADDRESS.search(written) else interface


@fact
def is_proxy_in_doubt(repo: Snapshot) -> bool:
    """Whether a port may be served without a start script: jupyter-server-proxy is not listed, Jupyter is configured, or a package has no name."""
    written = written_configuration(repo)
    configured = any(re.search(r"(?:^|/)jupyter_\w+\.(?:py|json)$", path) for path in repo.sources)
    return (
        configured
        or bool(_BY_ADDRESS.search(written))
        or not re.search("jupyter[-_]server[-_]proxy|nbserverproxy", written)
    )


@fact
def written_configuration(repo: Snapshot) -> str:
    """All that can say what is installed, in one text."""
    plan = build_plan(repo)
    kernel = (
        {plan.path(name) for name in ("environment.yml", "environment.yaml", "requirements.txt")}
        if plan.separate_kernel
        else set()
    )
    return "\n".join(
        source.prose for source in repo.files if _CONFIGURATION.search(source.path) and source.path not in kernel
    )


FILE_INTERFACES = frozenset(
    {"lab/tree", "doc/tree", "tree", "notebooks", "edit", "voila/render", "apps"}
    | {"retro/tree", "retro/notebooks", "nbclassic/tree", "nbclassic/notebooks"}
)
"""The beginnings of addresses after which the path of a file or folder follows."""
