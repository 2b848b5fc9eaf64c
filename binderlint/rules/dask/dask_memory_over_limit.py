"""dask-memory-over-limit: A worker may use more than its container."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.dask.configs import Config, Container, containers, dask_configs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.dask_units import cores, kubernetes_bytes, memory_limit
from binderlint.read.digits import is_number, number
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Scalar, Span, Table, Text
from binderlint.typed import Any


class DaskMemoryOverLimit(Rule):
    code = "DSK011"
    severity = Severity.WARNING
    level = Level.RUN

    @about(dask_configs)
    def check(self, repo: Snapshot, configs: tuple[Config, ...]) -> Iterator[Diagnostic]:
        for config in configs:
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
                    f"The container requests more than its own limit ({key}), so Kubernetes refuses to start it",
                    help="Request no more than the limit",
                    severity=Severity.ERROR,
                )
        memory, threads = kubernetes_bytes(_text(limits.get("memory"))), cores(_text(limits.get("cpu")))
        if (given := _option(container, "--memory-limit")) and memory is not None:
            value, place = given
            asked = memory_limit(value)
            if asked is not None and asked > memory:
                yield self.at(
                    place,
                    f"dask may use {value} of memory, but the container only {_text(limits['memory'])}: an older dask is killed before it moves data to disk, and a newer one ignores the number",
                    help="Use the same number for both",
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
