"""dask-cluster-unavailable: A notebook starts a cluster that mybinder.org does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.dask.code import cluster_notebooks, cluster_sources, first_match, is_guarded
from binderlint.facts.dask.configs import FOLDER, dask_configs
from binderlint.facts.launch.launched import is_for_other_hubs
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.hubs import find_hub
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Table, Text

_GATEWAY = r"(?:dask_gateway\.)?(?:Gateway|GatewayCluster)\s*\(\s*\)"


_JOBQUEUE = r"(?:dask_jobqueue\.)?(?:PBS|SLURM|LSF|SGE|HTCondor|Moab|OAR)Cluster\s*\("


_KUBE = r"(?:dask_kubernetes\.)?(?:KubeCluster|HelmCluster)(?:\.from_\w+)?\s*\("


_MAKES = regex(rf"(?:\w+\s*=\s*|with\s+)?({_GATEWAY}|{_KUBE}|{_JOBQUEUE})")


class DaskClusterUnavailable(Rule):
    code = "DSK009"
    severity = Severity.ERROR
    level = Level.RUN

    @about(cluster_sources)
    def check(self, repo: Snapshot, _: tuple[Source, ...]) -> Iterator[Diagnostic]:
        if find_hub(repo.hub).cluster or is_for_other_hubs(repo):
            return
        gateway = _knows_gateway(repo)
        for page in cluster_notebooks(repo):
            found = first_match(_MAKES, page)
            if not found or is_guarded(found[0]) or (gateway and "Gateway" in found[1]):
                continue
            made = re.split(r"[\s(]", found[1], maxsplit=1)[0]
            # dask-jobqueue makes such a cluster without an error, and only logs that no job can be submitted.
            batch = re.fullmatch(_JOBQUEUE, found[1]) is not None
            yield self.at(
                found[1],
                f"`{made}` needs a batch system, which mybinder.org does not have: it gets no workers, so nothing is computed on it"
                if batch
                else f"`{made}` is not available on mybinder.org, so this cell ends with an error",
                severity=Severity.WARNING if batch and not any("Client(" in cell.text for cell in page.code) else None,
                help="Use `dask.distributed.LocalCluster()` where there is no such cluster; a session has 2 GB of memory",
            )
        for config in dask_configs(repo):
            match config.value:
                case {"labextension": {"factory": {"module": Text() as module, "class": Text() as name}}} if (
                    config.folder == FOLDER and module in ("dask_kubernetes", "dask_gateway", "dask_jobqueue")
                ):
                    edits: tuple[Edit, ...] = (replace(module, "dask.distributed"), replace(name, "LocalCluster"))
                    yield self.at(
                        module,
                        f"JupyterLab's dask panel would start a `{name}`, which is not available on mybinder.org",
                        help="Let it start a `LocalCluster` of `dask.distributed`",
                        fix=Fix("Start a `LocalCluster`", edits, Applicability.UNSAFE),
                    )


def _knows_gateway(repo: Snapshot) -> bool:
    if any(isinstance(config.value, Table) and "gateway" in config.value for config in dask_configs(repo)):
        return True
    script = start_script(repo)
    return bool(script and "DASK_GATEWAY__" in script.source.prose)
