"""environment.yml: the mapping in it, and the lists of conda and pip."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.read.matchspec import MatchSpec, read_specs
from binderlint.read.yaml import Document, read_yaml
from binderlint.repo2docker.build import used_file
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Source, Table


@fact
def environment_file(repo: Snapshot) -> Source | None:
    """environment.yml (or .yaml), if the build installs it."""
    return used_file(repo, "environment.yml") or used_file(repo, "environment.yaml")


@fact
def environment_document(repo: Snapshot) -> Document | None:
    """What environment.yml holds, or why it does not parse; None when the build installs no such file."""
    source = environment_file(repo)
    return read_yaml(source) if source else None


@fact
def environment_mapping(repo: Snapshot) -> Table | None:
    """The mapping in environment.yml."""
    document = environment_document(repo)
    return document.value if document and isinstance(document.value, Table) else None


@fact
def conda_list(repo: Snapshot) -> Array | None:
    """The `dependencies` list of environment.yml."""
    mapping = environment_mapping(repo)
    value = mapping.get("dependencies") if mapping else None
    return value if isinstance(value, Array) else None


@fact
def conda_specs(repo: Snapshot) -> tuple[MatchSpec, ...]:
    """The packages that environment.yml asks conda for, in the forms that can be read."""
    return read_specs(conda_list(repo) or ())


@fact
def pip_section(repo: Snapshot) -> Array | None:
    """The `pip:` list of environment.yml; conda reads the last one."""
    lists = [item["pip"] for item in conda_list(repo) or () if isinstance(item, Table) and "pip" in item]
    return lists[-1] if lists and isinstance(lists[-1], Array) else None
