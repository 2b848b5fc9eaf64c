"""dask-dashboard-link: The link to dask's dashboard leads to the wrong place."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append, append_lines, replace
from binderlint.facts.dask.configs import FOLDER, Config, dask_configs
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_HARD = regex(r"(?:\{JUPYTERHUB_BASE_URL\})?/?user/\{JUPYTERHUB_USER\}/")


_LOCAL = regex(r"https?://(?:localhost|127\.0\.0\.1|0\.0\.0\.0)\b")


class DaskDashboardLink(Rule):
    code = "DSK010"
    severity = Severity.WARNING
    level = Level.RUN

    @about(dask_configs)
    def check(self, repo: Snapshot, configs: tuple[Config, ...]) -> Iterator[Diagnostic]:
        for config in configs:
            match config.value:
                case {"distributed": {"dashboard": {"link": Text() as link}}} if config.folder == FOLDER:
                    yield from self._link(link)
                    if "proxy/" in link and (fix := _missing_proxy(repo)):
                        yield self.at(
                            link,
                            "The dashboard is reached through jupyter-server-proxy, which is not in the environment, so the link does not work",
                            help="Add `jupyter-server-proxy` to the environment",
                            fix=fix,
                        )

    def _link(self, link: Text) -> Iterator[Diagnostic]:
        if found := _LOCAL.match(link):
            port = re.match(r":(\d+|\{port\})", link[found.end() :])
            rest = link[found.end() + (port.end() if port else 0) :].lstrip("/") or "status"
            yield self.at(
                link,
                "This link to the dashboard leads to the visitor's own computer instead of the session",
                help='Use `"{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status"`',
                fix=_written(link, f"{{JUPYTERHUB_SERVICE_PREFIX}}proxy/{port[1] if port else '{port}'}/{rest}"),
            )
        elif (found := _HARD.match(link)) and not found.group().startswith("{"):
            yield self.at(
                link,
                "This link to the dashboard leaves out the path under which the hub serves the session",
                help='Use `"{JUPYTERHUB_SERVICE_PREFIX}proxy/{port}/status"`',
                severity=Severity.INFO,
                level=Level.POLISH,
                fix=_written(link, "{JUPYTERHUB_SERVICE_PREFIX}" + link[found.end() :]),
            )


_BRINGS_PROXY = regex(r"proxy|pangeo|labextension|remote-desktop|jupyter-vscode|nbgallery|^jhub", re.IGNORECASE)


def _missing_proxy(repo: Snapshot) -> Fix | None:
    """jupyter-server-proxy as a new dependency, where the environment is known and has nothing that could bring it."""
    plan = build_plan(repo)
    if plan.buildpack not in (Buildpack.CONDA, Buildpack.PYTHON) or plan.error:
        return None
    names = [spec.key for spec in conda_specs(repo)] + [requirement.key for requirement in pip_requirements(repo)]
    script = used_file(repo, "postBuild")
    if not names or any(not name or _BRINGS_PROXY.search(name) for name in names):
        return None
    if script and "proxy" in script.text:
        return None
    title = "Add jupyter-server-proxy"
    dependencies = conda_list(repo)
    if plan.buildpack == Buildpack.CONDA and dependencies:
        edit = append(dependencies, "jupyter-server-proxy")
    elif source := used_file(repo, "requirements.txt"):
        edit = append_lines(source, "jupyter-server-proxy")
    else:
        return None
    return Fix(title, (edit,), Applicability.UNSAFE)


def _written(link: Text, text: str) -> Fix:
    """The new link in the old quotes; a plain text must not begin with a brace."""
    written = link.place.text
    quote = written[0] if written[:1] in ("'", '"') else '"'
    return Fix("Use the session's own path", (replace(link, f"{quote}{text}{quote}"),))
