"""The GitHub Action: its inputs, which come as environment variables, as arguments of the command line.

action.yml starts it with an isolated Python (`-I`) away from the workspace, so that no file of the workspace can be a module. Only then
is the workspace made the current folder: annotations name files from there, and so do paths in `arguments`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from binderlint.cli import guarded, main
from binderlint.commands.exits import UsageError
from binderlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from binderlint.outside.dotgit import GitFolder

# Events of the repository's own branches and tags: what is checked out has no other base than itself.
_OWN = ("push", "create", "release", "schedule", "workflow_dispatch", "repository_dispatch")


def run(environment: Mapping[str, str]) -> int:
    """Check as the inputs say, and give the exit code of the step."""
    outputs = ["--output", "github"]
    if environment.get("SUMMARY") == "true" and environment.get("GITHUB_STEP_SUMMARY"):
        outputs += ["--output", f"markdown={environment['GITHUB_STEP_SUMMARY']}"]
    return guarded(partial(_check, environment, outputs), outputs)


def _check(environment: Mapping[str, str], outputs: list[str]) -> int:
    if not environment.get("GITHUB_WORKSPACE"):
        raise UsageError("GITHUB_WORKSPACE is not set: this is the entry of the GitHub Action, which sets it")
    workspace = Path(environment["GITHUB_WORKSPACE"])
    os.chdir(workspace)
    target = workspace / environment.get("TARGET", "")
    words = [*_configuration(environment, target), *_words(environment.get("ARGUMENTS", ""))]
    fail_on = f"--fail-on={environment.get('FAIL_ON') or 'warning'}"
    return main(["check", *outputs, fail_on, *words, "--", str(target)])


def _words(arguments: str) -> list[str]:
    import shlex

    try:
        return shlex.split(arguments)
    except ValueError as error:
        raise UsageError(f"the input `arguments` cannot be split into words ({error}): {arguments}") from error


def _configuration(environment: Mapping[str, str], target: Path) -> list[str]:
    match environment.get("CONFIG") or "head":
        case "head":
            return []
        case "none":
            return ["--isolated"]
        case "base":
            return _base(environment, target)
        case other:
            raise UsageError(f"the input `config` must be head, base or none, not {other}")


def _base(environment: Mapping[str, str], target: Path) -> list[str]:
    """The flag for the configuration of the base branch. Raises UsageError where that cannot be had, instead of taking another.

    GITHUB_SHA is a merge that GitHub has made of the base and the pull request, whatever is checked out. Its first parent is newer than
    what the event says of the base, and with `fetch-depth: 2` it is in the clone.
    """
    event = environment.get("GITHUB_EVENT_NAME", "")
    if event in _OWN:
        return []
    from binderlint.git import GitError
    from binderlint.outside.dotgit import find_git

    base, head = _pull_request(event, environment.get("GITHUB_EVENT_PATH", ""))
    merge = environment.get("GITHUB_SHA", "")
    try:
        place = find_git(target.resolve())
    except GitError as error:
        raise UsageError(f"`config: base`: {error}") from error
    if head and _commit(place, merge) == merge and _commit(place, f"{merge}^2") == head:
        return ["--config-ref", _commit(place, f"{merge}^1")]
    if _commit(place, base) == base:
        return ["--config-ref", base]
    raise UsageError(
        "`config: base` reads the configuration from the base branch, and this checkout does not have its last commit. "
        "Give actions/checkout the input `fetch-depth: 2`"
    )


def _pull_request(event: str, file: str) -> tuple[str, str]:
    """The commits of the base and of the pull request (empty in a merge queue), as the event tells them. Raises UsageError."""
    import json

    try:
        told: Any = json.loads(Path(file).read_bytes())
    except (OSError, ValueError) as error:
        raise UsageError(f"`config: base`: the event cannot be read from {file}: {error}") from error
    match told:
        case {"pull_request": {"base": {"sha": str(base)}, "head": {"sha": str(head)}}}:
            return base, head
        case {"merge_group": {"base_sha": str(base)}}:
            return base, ""
    raise UsageError(f"`config: base`: the event {event} is not of a pull request, so there is no base branch")


def _commit(place: GitFolder | None, name: str) -> str:
    from binderlint.git import GitError
    from binderlint.outside.objects import resolve

    try:
        return resolve(place, name) if place else ""
    except GitError:
        return ""


if __name__ == "__main__":
    sys.exit(run(os.environ))
