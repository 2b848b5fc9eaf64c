"""DSK: clusters of dask that a session cannot have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.dask import FOLDER
from binderlint.files.dask_code import cluster_code, first_match
from binderlint.files.dask_versions import named, newest
from binderlint.files.launch import KNOWN_HOSTS
from binderlint.hubs import find_hub
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Table, Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_ENV = "dependencies:\n  - python=3.11\n  - dask-kubernetes\n"
_FILE = ".config/dask/config.yaml"


def _notebook(*lines: str) -> str:
    """A notebook with one code cell."""
    source = [line + "\n" for line in lines[:-1]] + [lines[-1]]
    cell: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }
    return json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1) + "\n"


_CLASSIC = regex(
    r"((?:from\s+dask_kubernetes(?:\.(?:classic|core|helm|common\S*|objects))?\s+import\s+[^#]*\b"
    r"(?:KubeCluster|HelmCluster|make_pod_spec|make_pod_from_dict|KubeAuth|KubeConfig|InCluster|ClusterAuth)\b"
    r"|import\s+dask_kubernetes\.(?:classic|core|helm)\b)[^#]*?)\s*(?:#|$)"
)


class DaskKubernetesClassic(Rule):
    """A notebook or configuration uses a KubeCluster that dask-kubernetes removed.

    dask-kubernetes 2024.5.0 removed its classic `KubeCluster` and `HelmCluster`, the functions that make pods, and everything that reads `worker-template`. `from dask_kubernetes
    import KubeCluster` raises an `ImportError`, and the template in the configuration has no effect. Its replacement, `dask_kubernetes.operator`, needs an operator that
    the hub has installed.

    Nothing is reported if the environment pins an older dask-kubernetes or a Python without a newer one, if it does not list dask-kubernetes, or if the code catches the error.
    """

    code = "DSK008"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("dask/dask-kubernetes@30c22a5", "dask/dask-kubernetes#890")
    examples = (
        Bad(
            {"environment.yml": _ENV, "a.ipynb": _notebook("import dask", "from dask_kubernetes import KubeCluster")},
            at="a.ipynb:10",
            why="A notebook imports the classic cluster",
        ),
        Bad(
            {
                "requirements.txt": "dask-kubernetes>=2022\n",
                "notebooks/a.ipynb": _notebook(
                    "from dask_kubernetes.classic import KubeCluster, make_pod_spec  # pods"
                ),
            },
            at="notebooks/a.ipynb:9",
            why="A notebook imports from the classic module",
        ),
        Bad(
            {"environment.yml": _ENV, _FILE: "kubernetes:\n  worker-template:\n    spec: {containers: []}\n"},
            at=f"{_FILE}:2:3",
            why="The configuration has a worker template",
        ),
        Good(
            {
                "environment.yml": _ENV,
                "a.ipynb": _notebook("from dask_kubernetes.operator import KubeCluster"),
            },
            why="The new class",
        ),
        Good(
            {
                "environment.yml": "dependencies: [dask-kubernetes=2024.4.2]\n",
                "a.ipynb": _notebook("from dask_kubernetes import KubeCluster"),
            },
            why="The last release with the classic cluster is pinned",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.8, dask-kubernetes]\n",
                "a.ipynb": _notebook("from dask_kubernetes import KubeCluster"),
            },
            why="Python 3.8, for which there is no newer release",
        ),
        Good(
            {
                "environment.yml": _ENV,
                "a.ipynb": _notebook(
                    "try:", "    from dask_kubernetes import KubeCluster", "except ImportError:", "    pass"
                ),
            },
            why="The error is caught",
        ),
        Good(
            {
                "Dockerfile": "FROM pangeo/pangeo-notebook:2021.05.04\n",
                "a.ipynb": _notebook("from dask_kubernetes import KubeCluster"),
            },
            why="An image, whose packages are not known",
        ),
        Good(
            {"environment.yml": _ENV, _FILE: "kubernetes:\n  worker-template: {}\n"}, why="The worker template is empty"
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not named(repo, "dask-kubernetes") or (newest(repo, "dask-kubernetes") or (0,)) < (2024, 5, 0):
            return
        for codes in cluster_code(repo):
            found = first_match(_CLASSIC, codes)
            if found and not found[0].guarded:
                yield self.at(
                    found[1],
                    "dask-kubernetes removed its classic cluster in 2024.5.0, so this import ends in an error",
                    help="Use `dask.distributed.LocalCluster`, or pin `dask-kubernetes=2024.4.2` for a hub that lets sessions start pods",
                )
        for config in repo.dask_configs:
            match config.value:
                case {"kubernetes": Table() as kubernetes} if config.folder == FOLDER:
                    for key, value in kubernetes.items():
                        if key.replace("_", "-") == "worker-template" and value and isinstance(key, Text):
                            yield self.at(
                                key,
                                f"dask-kubernetes has not read `{key}` since 2024.5.0, so the template has no effect",
                                help="Remove it, or pin `dask-kubernetes=2024.4.2` for a hub that lets sessions start pods",
                            )


_GATEWAY = r"(?:dask_gateway\.)?(?:Gateway|GatewayCluster)\s*\(\s*\)"
_JOBQUEUE = r"(?:dask_jobqueue\.)?(?:PBS|SLURM|LSF|SGE|HTCondor|Moab|OAR)Cluster\s*\("
_KUBE = r"(?:dask_kubernetes\.)?(?:KubeCluster|HelmCluster)(?:\.from_\w+)?\s*\("
_MAKES = regex(rf"(?:\w+\s*=\s*|with\s+)?({_GATEWAY}|{_KUBE}|{_JOBQUEUE})")


class DaskClusterUnavailable(Rule):
    """A notebook starts a cluster that mybinder.org does not have.

    A session on mybinder.org is one container with 2 GB of memory. There is no Dask Gateway, no permission to start pods, and no batch system. `Gateway()` and
    `GatewayCluster()` raise an error because no address is known, `KubeCluster()` because Kubernetes may not be used, `SLURMCluster()` because there is no `sbatch`.
    Such notebooks usually come from hubs such as Pangeo's, which was shut down.

    Only calls at the top level of a cell are reported: a call in a function, a condition or a `try` may never run. Nothing is reported if the configuration
    or `start` gives the address of a gateway, or for other hubs.

    ## Fix safety

    The fix only changes which cluster the dask panel of JupyterLab starts, to `LocalCluster`. That is another cluster, so the fix is unsafe.
    """

    code = "DSK009"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("pangeo-gallery/physical-oceanography#2", "jupyterhub/mybinder.org-deploy: mybinder/values.yaml")
    examples = (
        Bad(
            {
                "a.ipynb": _notebook("from dask_gateway import Gateway", "gateway = Gateway()"),
                "requirements.txt": "dask-gateway\n",
            },
            at="a.ipynb:10",
            why="A gateway without an address",
        ),
        Bad(
            {
                "a.ipynb": _notebook("from dask_kubernetes import KubeCluster", "cluster = KubeCluster(n_workers=10)"),
                "Dockerfile": "FROM pangeo/pangeo-notebook:2021.05.04\n",
            },
            at="a.ipynb:10",
            why="A cluster on Kubernetes",
        ),
        Bad(
            {"a.ipynb": _notebook("from dask_gateway import Gateway", "one = Gateway()", "two = Gateway()")},
            at="a.ipynb:10",
            why="Two gateways in one notebook",
        ),
        Bad(
            {"a.ipynb": _notebook("from dask_jobqueue import SLURMCluster", "cluster = SLURMCluster(cores=4)")},
            at="a.ipynb:10",
            why="A cluster with a batch system",
        ),
        Bad(
            {
                _FILE: "labextension:\n  factory:\n    module: dask_kubernetes\n    class: KubeCluster\n    args: []\n",
                "requirements.txt": "dask\n",
            },
            at=f"{_FILE}:3:13",
            fixed={
                _FILE: "labextension:\n  factory:\n    module: dask.distributed\n    class: LocalCluster\n    args: []\n"
            },
            why="The dask panel of JupyterLab starts a cluster on Kubernetes",
        ),
        Good(
            {"a.ipynb": _notebook("from dask.distributed import LocalCluster", "cluster = LocalCluster()")},
            why="A cluster inside the session",
        ),
        Good(
            {
                "a.ipynb": _notebook(
                    "from dask_gateway import Gateway", 'gateway = Gateway("https://gateway.example.org")'
                )
            },
            why="A gateway with an address",
        ),
        Good(
            {
                "a.ipynb": _notebook(
                    "from dask_gateway import Gateway",
                    "try:",
                    "    gateway = Gateway()",
                    "except ValueError:",
                    "    pass",
                )
            },
            why="The error is caught",
        ),
        Good(
            {"a.ipynb": _notebook("from dask_gateway import Gateway", "if cluster_wanted:", "    gateway = Gateway()")},
            why="The call is in a condition",
        ),
        Good(
            {"a.ipynb": _notebook("from dask_gateway import Gateway", "# gateway = Gateway()")},
            why="The call is in a comment",
        ),
        Good(
            {
                "a.ipynb": _notebook("from dask_gateway import Gateway", "gateway = Gateway()"),
                _FILE: "gateway:\n  address: https://gateway.example.org\n",
            },
            why="dask's configuration gives an address",
        ),
        Good(
            {
                "a.ipynb": _notebook("from dask_gateway import Gateway", "gateway = Gateway()"),
                "requirements.txt": "dask-gateway\n",
                "start": '#!/bin/bash\nexport DASK_GATEWAY__ADDRESS=https://gateway.example.org\nexec "$@"\n',
            },
            why="start gives an address",
        ),
        Good(
            {"a.ipynb": _notebook("from dask_gateway import Gateway", "gateway = Gateway()")},
            hub="hub.example.org",
            why="Another hub, which may have a gateway",
        ),
        Good(
            {
                "a.ipynb": _notebook("from dask_gateway import Gateway", "gateway = Gateway()"),
                "README.md": "[![Binder](https://hub.example.org/badge_logo.svg)](https://hub.example.org/v2/gh/o/r/HEAD)\n",
            },
            why="The badge goes to another hub",
        ),
        Good(
            {"a.ipynb": _notebook("class Gateway:", "    pass", "gateway = Gateway()")},
            why="A class of the notebook's own called Gateway",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if find_hub(repo.hub).cluster or _elsewhere(repo):
            return
        gateway = _knows_gateway(repo)
        for codes in cluster_code(repo):
            found = first_match(_MAKES, codes)
            if not found or found[0].guarded or (gateway and "Gateway" in found[1]):
                continue
            made = re.split(r"[\s(]", found[1], maxsplit=1)[0]
            yield self.at(
                found[1],
                f"`{made}` cannot be had on mybinder.org, so this cell ends in an error",
                help="Use `dask.distributed.LocalCluster()` where there is no such cluster; a session has 2 GB of memory",
            )
        for config in repo.dask_configs:
            match config.value:
                case {"labextension": {"factory": {"module": Text() as module, "class": Text() as name}}} if (
                    config.folder == FOLDER and module in ("dask_kubernetes", "dask_gateway", "dask_jobqueue")
                ):
                    edits: tuple[Edit, ...] = (replace(module, "dask.distributed"), replace(name, "LocalCluster"))
                    yield self.at(
                        module,
                        f"The dask panel of JupyterLab would start a `{name}`, which cannot be had on mybinder.org",
                        help="Let it start a `LocalCluster` of `dask.distributed`",
                        fix=Fix("Start a `LocalCluster`", edits, Applicability.UNSAFE),
                    )


def _elsewhere(repo: Repository) -> bool:
    """Whether the repository is launched on hubs of its own only."""
    hosts = {link.address.hub for link in repo.links if link.launches and link.live}
    return bool(hosts) and not hosts & KNOWN_HOSTS


def _knows_gateway(repo: Repository) -> bool:
    if any(isinstance(config.value, Table) and "gateway" in config.value for config in repo.dask_configs):
        return True
    script = repo.start
    return bool(script and "DASK_GATEWAY__" in script.source.prose)
