"""Where a plan and what the real repo2docker says of the same repository differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from binderlint.repo2docker.plan import Plan

# Parsers whose acceptance counts, but not their words.
_OTHER_WORDS = {"TOMLDecodeError", "TomlDecodeError"}
_STAGES = ("runtime", "python_version", "r_version", "separate_kernel_env", "uses_r", "_should_preassemble_env")


def differences(plan: Plan, said: dict[str, Any]) -> Iterator[str]:
    """One line for each thing on which they disagree."""
    for name, ours, theirs in _compared(plan, said):
        if ours != theirs:
            yield f"{name}: plan {ours!r}, repo2docker {theirs!r}"


def _compared(plan: Plan, said: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    error = said.get("error")
    yield "buildpack", plan.buildpack and plan.buildpack.value, said["buildpack"]
    yield "matching", list(map(str, plan.matching)), said["all_matching"]
    yield "default", plan.default, said["default_fallback"]
    if said["buildpack"]:
        yield "binder_dir", plan.binder_dir, said["binder_dir"]
    yield "stage", plan.error and plan.error.stage, error and error["stage"]
    if plan.error and error:
        yield "type", plan.error.type, error["type"]
        if error["type"] not in _OTHER_WORDS:
            yield "message", _first_line(plan.error.message), _first_line(error["message"])
    failed = _STAGES.index(error["stage"]) if error and error["stage"] in _STAGES else len(_STAGES)
    if "python_version" in said and failed > 1:
        yield "python", plan.python and plan.python.version, said["python_version"]
    if "r_version" in said and failed > 2:
        yield "r", plan.r.version if plan.r else "", said["r_version"] or ""
    if "separate_kernel_env" in said and failed > 3:
        yield "separate kernel", plan.separate_kernel, bool(said["separate_kernel_env"])
    if "uses_r" in said and failed > 4:
        yield "conda R", plan.conda_r, said["uses_r"]
    if "_should_preassemble_env" in said and failed > 5:
        yield "environment before the repository", not plan.env_needs_repository, said["_should_preassemble_env"]
    if "_should_preassemble_pip" in said and not error:
        yield "pip before the repository", not plan.pip_needs_repository, said["_should_preassemble_pip"]
    if said.get("julia_version"):
        yield "julia", plan.julia and plan.julia.version, said["julia_version"]
    if "get_start_script" in said:
        wrapped = said["buildpack"] == "NixBuildPack"  # its wrapper looks for start when it runs
        start = f"${{REPO_DIR}}/{plan.start}" if plan.start else None
        yield "start", "/usr/local/bin/nix-shell-wrapper" if wrapped else start, said["get_start_script"]
        yield "postBuild", [plan.post_build] if plan.post_build else [], said["get_post_build_scripts"]


def _first_line(message: str) -> str:
    return message.splitlines()[0] if message else ""
