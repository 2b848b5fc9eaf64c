"""Scripts: start and postBuild."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.docker.context import base_image, build_dockerfile
from binderlint.facts.for_binder import has_application_files, is_for_binder, is_refused
from binderlint.read.images import onbuild_files
from binderlint.read.script import Kind, Script
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


@fact
def start_script(repo: Snapshot) -> Script | None:
    """The script that runs at every launch, if there is one: repo2docker's, or the entrypoint that an image takes from the repository.

    None for the `start` of something else: start-not-for-binder says all that there is to say of it.
    """
    if another_start(repo):
        return None
    plan = build_plan(repo)
    return script_at(repo, plan.start or (plan.path("start") if _is_run_by_image(repo, "start") else None))


@fact
def root_start(repo: Snapshot) -> Script | None:
    """The file `start` in the root, where Binder runs it at every launch, whatever it is meant for."""
    return script_at(repo, "start") if build_plan(repo).start == "start" else None


@fact
def another_start(repo: Snapshot) -> Script | None:
    """The `start` of a repository that is an application or has no environment, in which nothing says that it is meant for Binder; None where it may start a session."""
    script = root_start(repo)
    if script is None or is_for_binder(repo) or not (has_application_files(repo) or is_refused(repo)):
        return None
    return None if _may_start_session(script) else script


def _may_start_session(script: Script) -> bool:
    """Whether a script may hand over to Binder's command, or speaks of Jupyter."""
    if "jupyter" in script.source.prose.lower():
        return True
    if script.shell and not script.shell.broken:
        return any(one.kind not in (Kind.NEVER, Kind.BACKGROUND) for one in script.shell.arrivals)
    return any(word in script.source.prose for word in ("$@", "argv", "commandArgs", "ARGS"))


@fact
def post_build_script(repo: Snapshot) -> Script | None:
    """The script that runs at the end of the build, if there is one: repo2docker's, or that of an image (ONBUILD)."""
    plan = build_plan(repo)
    if plan.post_build or not _is_run_by_image(repo, "postBuild"):
        return script_at(repo, plan.post_build)
    source = repo.get(plan.path("postBuild"))  # pangeo/base-image runs it in the folder it is in
    return Script(source, repo.get, plan.binder_dir) if source else None


@fact
def naming_pythons(repo: Snapshot) -> tuple[Script, ...]:
    """Those of both scripts in which a Python with a version may be named, such as `python3.7`."""
    scripts = (post_build_script(repo), start_script(repo))
    return tuple(one for one in scripts if one and (b"python2" in one.source.data or b"python3." in one.source.data))


@fact
def script_at(repo: Snapshot, path: str | None) -> Script | None:
    """The script at a path, with the scripts of the repository that it calls."""
    source = repo.get(path) if path else None
    return Script(source, repo.get) if source else None


@fact
def poetry_script(repo: Snapshot) -> Script | None:
    """postBuild, where it names Poetry."""
    script = post_build_script(repo)
    return script if script and "poetry" in script.source.text else None


@fact
def pipenv_script(repo: Snapshot) -> Script | None:
    """postBuild, where it names pipenv."""
    script = post_build_script(repo)
    return script if script and "pipenv" in script.source.text else None


def _is_run_by_image(repo: Snapshot, name: str) -> bool:
    """Whether the image of a Dockerfile runs a script by itself."""
    dockerfile = build_dockerfile(repo)
    if dockerfile is None or (name == "start" and any(one.name == "ENTRYPOINT" for one in dockerfile.built)):
        return False
    return any(name in names for names in onbuild_files(base_image(repo)))
