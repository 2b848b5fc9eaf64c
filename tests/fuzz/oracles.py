"""Oracles: what reads a file on Binder, or the parser nearest to it, asked whether a content can be read at all. None of them runs anything."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from functools import lru_cache
from shutil import which

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def kind_of(path: str, data: bytes) -> str:
    """The oracle for a file, by its name and for scripts by the first line; empty where there is none."""
    name = path.rpartition("/")[2]
    if name.endswith((".yml", ".yaml")):
        return "yaml"
    if name.endswith(".toml") or name == "Pipfile":
        return "toml"
    if name.endswith(".json") or name == "Pipfile.lock":
        return "json"
    if name.endswith(".ipynb"):
        return "notebook"
    if name == "Dockerfile":
        return "dockerfile"
    if name in ("start", "postBuild") or name.endswith(".sh"):
        first = data.removeprefix(b"\xef\xbb\xbf").lstrip().split(b"\n", 1)[0]
        return "bash" if not first.startswith(b"#!") or b"bash" in first or first.rstrip().endswith(b"/sh") else ""
    if name.startswith("requirements") and name.endswith(".txt"):
        return "requirements"
    return ""


@lru_cache(maxsize=4096)
def parses(kind: str, data: bytes) -> bool:
    """Whether the oracle of this kind can read the bytes."""
    return not problem(kind, data)


def problem(kind: str, data: bytes) -> str:
    """What the oracle of this kind has against the bytes, empty when it can read them."""
    try:
        match kind:
            case "yaml":
                _yaml(data)
            case "toml":
                tomllib.loads(data.decode("utf-8"))
            case "json":
                json.loads(data.decode("utf-8-sig"))
            case "notebook":
                return _notebook(data)
            case "dockerfile":
                import dockerfile

                dockerfile.parse_string(data.decode("utf-8"))
            case "bash":
                return _bash(data)
            case "requirements":
                return _requirements(data)
    except RecursionError:
        return "too deep"
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def _yaml(data: bytes) -> None:
    """As repo2docker reads environment.yml: ruamel.yaml with its safe loader (buildpacks/conda/__init__.py)."""
    from ruamel.yaml import YAML

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        YAML(typ="safe", pure=True).load(data.decode("utf-8"))


def _notebook(data: bytes) -> str:
    """As Jupyter Server opens a notebook: read as version 4, then validated."""
    import nbformat

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            notebook = nbformat.reads(data.decode("utf-8"), as_version=4)
            nbformat.validate(notebook)
        except Exception as error:
            return f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
    return ""


def _bash(data: bytes) -> str:
    """As bash reads a script, with -n, so that it runs none of it."""
    bash = which("bash")
    if bash is None or os.name == "nt":
        return ""
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    done = subprocess.run([bash, "--norc", "-n"], input=data, capture_output=True, env=environment, check=False)
    return done.stderr.decode("utf-8", "replace").strip() if done.returncode else ""


def _requirements(data: bytes) -> str:
    """The lines that are no requirement, option, path or address, as far as `packaging` can tell."""
    from packaging.requirements import InvalidRequirement, Requirement

    text = data.decode("utf-8-sig")
    bad = []
    for line in text.replace("\\\r\n", "").replace("\\\n", "").splitlines():
        words = line.split(" #")[0].split("\t#")[0].strip().split(" --")[0]
        if not words or words.startswith(("#", "-", ".", "/")) or "://" in words or "/" in words or "${" in words:
            continue
        try:
            Requirement(words)
        except InvalidRequirement:
            bad.append(line)
    return f"{len(bad)} lines: {bad[0]}" if bad else ""
