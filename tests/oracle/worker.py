"""The oracle's process: a repository as a JSON line in, what repo2docker's classes say of it as a JSON line out."""

from __future__ import annotations

import base64
import json
import logging
import os
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any
from unittest import mock

import repo2docker.buildpacks.julia.julia_project
import repo2docker.buildpacks.r
from repo2docker.app import Repo2Docker

JULIA = json.loads((Path(__file__).parents[2] / "binderlint" / "data" / "julia.json").read_text())["versions"]
BUILDPACKS = Repo2Docker().buildpacks
DEFAULT = Repo2Docker().default_buildpack
PLATFORM = "linux/amd64"
# The order in which the first error counts: a buildpack's properties, then its scripts, then the whole.
PROPERTIES = (
    "runtime",
    "python_version",
    "r_version",
    "separate_kernel_env",
    "uses_r",
    "_should_preassemble_env",
    "_should_preassemble_pip",
)
METHODS = (
    "get_start_script",
    "get_post_build_scripts",
    "get_preassemble_script_files",
    "get_preassemble_scripts",
    "get_assemble_scripts",
    "render",
)


class _Answer:
    def __init__(self, content: Any) -> None:
        self.content = content

    def json(self) -> Any:
        return self.content


def error_of(stage: str, error: Exception) -> dict[str, str]:
    return {"stage": stage, "type": type(error).__name__, "message": str(error)}


def examine() -> dict[str, Any]:
    """What repo2docker makes of the repository in the current folder."""
    matching, chosen, error = [], None, None
    for kind in BUILDPACKS:
        pack = kind(base_image="base")
        try:
            if not pack.detect():
                continue
            matching.append(kind.__name__)
            if chosen is None and error is None:
                chosen = pack
        except Exception as raised:
            matching.append(f"{kind.__name__}!{type(raised).__name__}")
            if chosen is None and error is None:
                error = error_of(f"detect:{kind.__name__}", raised)
    default = chosen is None and error is None
    if default:
        chosen = DEFAULT(base_image="base")
    found: dict[str, Any] = {"all_matching": matching, "default_fallback": default, "buildpack": None, "error": error}
    if chosen is not None:
        found |= examine_chosen(chosen)
    return found


def examine_chosen(pack: Any) -> dict[str, Any]:
    """Its properties, scripts and rendered Dockerfile, up to the first error."""
    pack.platform = PLATFORM
    name = type(pack).__name__
    found: dict[str, Any] = {"buildpack": name, "error": None, "binder_dir": pack.binder_dir}
    reads_runtime = hasattr(type(pack), "_should_preassemble_pip")
    for attribute in PROPERTIES:
        if not hasattr(type(pack), attribute) or (attribute == "runtime" and not reads_runtime):
            continue
        try:
            value = getattr(pack, attribute)
        except Exception as raised:
            found["error"] = found["error"] or error_of(attribute, raised)
        else:
            found[attribute] = value if isinstance(value, (str, bool, type(None))) else str(value)
    for method in METHODS:
        if not hasattr(pack, method):
            continue
        try:
            found[method] = getattr(pack, method)()
        except Exception as raised:
            found["error"] = found["error"] or error_of(method, raised)
    if "render" in found and name == "JuliaProjectTomlBuildPack":
        found["julia_version"] = pack.julia_version
    if name == "JuliaRequireBuildPack" and not found["error"]:
        try:
            pack.build()
        except Exception as raised:
            found["error"] = error_of("build", raised)
    return found


def prepare(files: dict[str, list[str]]) -> None:
    for path, (kind, content) in files.items():
        data = base64.b64decode(content)
        if os.path.dirname(path):
            os.makedirs(os.path.dirname(path), exist_ok=True)
        if kind == "link":
            os.symlink(data, path)
        else:
            Path(path).write_bytes(data)


def main() -> None:
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    snapshot = mock.patch.object(repo2docker.buildpacks.r.requests, "post", return_value=_Answer({"upsi": "snapshot"}))
    julias = mock.patch.object(
        repo2docker.buildpacks.julia.julia_project.requests, "get", return_value=_Answer(dict.fromkeys(JULIA))
    )
    home = os.getcwd()
    with snapshot, julias:
        for line in sys.stdin:
            folder = tempfile.mkdtemp(prefix="oracle")
            os.chdir(folder)
            try:
                prepare(json.loads(line))
                answer = examine()
            finally:
                os.chdir(home)
                shutil.rmtree(folder, ignore_errors=True)
            sys.stdout.write(json.dumps(answer, default=str) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
