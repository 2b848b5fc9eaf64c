"""dask-kubernetes-classic: A notebook or configuration uses a KubeCluster that dask-kubernetes removed."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.dask.code import cluster_notebooks, cluster_sources, first_match, is_guarded
from binderlint.facts.dask.configs import FOLDER, dask_configs
from binderlint.facts.dask.versions import newest
from binderlint.facts.environment.asked import asked_names
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Table, Text

_CLASSIC = regex(
    r"((?:from\s+dask_kubernetes(?:\.(?:classic|core|helm|common\S*|objects))?\s+import\s+[^#]*\b"
    r"(?:KubeCluster|HelmCluster|make_pod_spec|make_pod_from_dict|KubeAuth|KubeConfig|InCluster|ClusterAuth)\b"
    r"|import\s+dask_kubernetes\.(?:classic|core|helm)\b)[^#]*?)\s*(?:#|$)"
)


class DaskKubernetesClassic(Rule):
    code = "DSK008"
    severity = Severity.ERROR
    level = Level.RUN

    @about(cluster_sources)
    def check(self, repo: Snapshot, _: tuple[Source, ...]) -> Iterator[Diagnostic]:
        if "dask-kubernetes" not in asked_names(repo) or (newest(repo, "dask-kubernetes") or (0,)) < (2024, 5):
            return
        for page in cluster_notebooks(repo):
            found = first_match(_CLASSIC, page)
            if found and not is_guarded(found[0]):
                yield self.at(
                    found[1],
                    "dask-kubernetes removed its classic cluster in 2024.5.0, so this import ends with an error",
                    help="Use `dask.distributed.LocalCluster`, or pin `dask-kubernetes=2024.4.2` for a hub that lets sessions start pods",
                )
        for config in dask_configs(repo):
            match config.value:
                case {"kubernetes": Table() as kubernetes} if config.folder == FOLDER:
                    for key, value in kubernetes.items():
                        if key.replace("_", "-") == "worker-template" and value and isinstance(key, Text):
                            yield self.at(
                                key,
                                f"dask-kubernetes has not read `{key}` since 2024.5.0, so the template has no effect",
                                help="Remove it, or pin `dask-kubernetes=2024.4.2` for a hub that lets sessions start pods",
                            )
