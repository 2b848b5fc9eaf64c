"""dask: the versions that a build can install, and where its files are."""

from __future__ import annotations

import pytest

from binderlint.facts.dask.configs import containers, dask_configs, worker_images
from binderlint.facts.dask.placeholder import way
from binderlint.facts.dask.versions import newest
from binderlint.lint.fixer import fix
from binderlint.read.constraints import OPEN
from binderlint.read.dask_units import cores, kubernetes_bytes, memory_limit
from binderlint.rules import rules_of
from binderlint.snapshot import Snapshot

INF = float("inf")


@pytest.mark.parametrize(
    ("spec", "release"),
    [
        ("dask", OPEN),
        ("dask=2021.12", (2021, 12, INF)),
        ("dask=2021.12.0", (2021, 12, 0, INF)),
        ("dask==2021.12.0", (2021, 12, 0)),
        ("dask 2021.12.0", (2021, 12, 0)),
        ("dask=2022.01.0=pyhd8ed1ab_0", (2022, 1, 0, INF)),
        ("conda-forge::dask=2021.12", (2021, 12, INF)),
        ("dask-core>=2.0,<2022", (2021, INF)),
        ("distributed <=2022.9.2", (2022, 9, 2)),
        ("distributed<2022.10", (2022, 9, INF)),
        ("dask >=2.0", OPEN),
        ("dask=2.30|2021.1", (2021, 1, INF)),
        ("dask-ml=1.0", OPEN),
    ],
)
def test_newest_from_conda(spec: str, release: tuple[float, ...]) -> None:
    repo = Snapshot.from_dict({"environment.yml": f"dependencies:\n  - python=3.12\n  - {spec}\n"})
    assert newest(repo) == release


@pytest.mark.parametrize(
    ("line", "release"),
    [
        ("dask", OPEN),
        ("dask[complete]==2021.12.0", (2021, 12, 0)),
        ("distributed~=2021.12.0", (2021, 12, INF)),
        ("dask==2022.*", (2022, INF)),
        ("dask>=2.0,<2022.10.0", (2022, 10, -1, INF)),
    ],
)
def test_newest_from_pip(line: str, release: tuple[float, ...]) -> None:
    assert newest(Snapshot.from_dict({"requirements.txt": f"{line}\n"})) == release


@pytest.mark.parametrize(("python", "release"), [("3.6", (2021, 3, 0)), ("3.9", (2024, 8, 0)), ("3.13", OPEN)])
def test_newest_for_a_python(python: str, release: tuple[float, ...]) -> None:
    assert newest(Snapshot.from_dict({"environment.yml": f"dependencies:\n  - python={python}\n"})) == release


def test_nobody_knows_the_dask_of_an_image() -> None:
    assert newest(Snapshot.from_dict({"Dockerfile": "FROM daskdev/dask:2021.3.0\n"})) is None


def test_configs_and_containers() -> None:
    pod = "kind: Pod\nspec:\n  containers:\n    - image: a\n      args: [dask-worker, --nthreads, 2]\n    - image: b\n"
    repo = Snapshot.from_dict(
        {
            ".dask/config.yaml": "kubernetes:\n  worker_template:\n    spec:\n      containers:\n        - image: c\n",
            ".config/dask/x.YML": "a: 1\n",
            ".config/dask/old/x.yml": "a: 1\n",
            "binder/worker-template.yaml": pod,
            "deploy/worker.yaml": pod,
            "environment.yml": "dependencies:\n  - dask-worker-pools\n",
        }
    )
    assert [config.source.path for config in dask_configs(repo)] == [
        ".config/dask/x.YML",
        ".dask/config.yaml",
        "binder/worker-template.yaml",
    ]
    found = [one for config in dask_configs(repo) for one in containers(config)]
    assert [(one.image, one.template, one.runs_dask) for one in found] == [
        ("c", True, False),
        ("a", True, True),
        ("b", True, False),
    ]


def test_what_a_repaired_file_brings_to_light_is_repaired_too() -> None:
    """Pangeo's guide: not valid, in a folder that is not read, with a program and an option of old; and `start` names the folder."""
    config = (
        'diagnostics-link: "x"\n  tick-maximum-delay: 5s\nkubernetes:\n  worker-template:\n    spec:\n      containers:\n'
        "      - args: [dask-worker, --no-bokeh]\n        image: WORKER_IMAGE\n"
    )
    start = (
        "#!/bin/bash\nexport DASK_KUBERNETES__WORKER_TEMPLATE_PATH=${PWD}/.dask/config.yaml\n"
        'sed -i "s|WORKER_IMAGE|$JUPYTER_IMAGE_SPEC|" ${DASK_KUBERNETES__WORKER_TEMPLATE_PATH}\nexec "$@"\n'
    )
    repo = Snapshot.from_dict(
        {
            ".dask/config.yaml": config,
            "environment.yml": "dependencies: [python=3.12, dask, dask-kubernetes]\n",
            "start": start,
        },
    )
    rules = rules_of("DSK")[:5]
    fixed = fix(repo, rules=rules)
    assert not fixed.reverted and not fixed.report.diagnostics
    assert fixed.repo.sources[".config/dask/config.yaml"].text == config.replace("  tick", "tick").replace(
        "dask-worker", "dask, worker"
    ).replace("no-bokeh", "no-dashboard")
    assert fixed.repo.sources["start"].text == start.replace(".dask", ".config/dask")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("7G", 7e9),
        ("7Gi", 7 * 2**30),
        ("512M", 512e6),
        ("1.5G", 1.5e9),
        ("1e9", 1e9),
        ("100", 100),
        ("7GB", None),
        ("$M", None),
    ],
)
def test_memory_as_kubernetes_writes_it(text: str, size: float | None) -> None:
    assert kubernetes_bytes(text) == size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("7GB", 7e9),
        ("7G", 7e9),
        ("7 GiB", 7 * 2**30),
        ("7gib", 7 * 2**30),
        ("500MB", 500e6),
        ("4e9", None),
        ("auto", None),
        ("0.5", None),
        ("1", None),
        ("1.5", 1.5),
        ("2", 2),
        ("1k", 1e3),
        ("1M", 1e6),
        ("1T", 1e12),
        ("1P", 1e15),
        ("1KiB", 2**10),
        ("1Mi", 2**20),
        ("1GiB", 2**30),
        ("1TiB", 2**40),
        ("1PiB", 2**50),
        ("0", None),
        ("4000000", 4e6),
    ],
)
def test_memory_as_dask_writes_it(text: str, size: float | None) -> None:
    assert memory_limit(text) == size


@pytest.mark.parametrize(("text", "number"), [("2", 2), ("1.75", 1.75), ("1500m", 1.5), ("two", None), ("", None)])
def test_cores(text: str, number: float | None) -> None:
    assert cores(text) == number


_CONFIG = ".config/dask/config.yaml"
_SED = '"s|WORKER_IMAGE|${JUPYTER_IMAGE_SPEC}|g"'


@pytest.mark.parametrize(
    ("code", "replaced"),
    [
        (f"TEMPLATE=$HOME/{_CONFIG}\nsed -i {_SED} $TEMPLATE", True),
        (f"perl -pi -e 's|WORKER_IMAGE|$ENV{{JUPYTER_IMAGE_SPEC}}|' {_CONFIG}", True),
        (f"sed -i.bak {_SED} {_CONFIG}", True),
        (f"sed -ie {_SED} {_CONFIG}", True),
        (f"sed -Ei {_SED} {_CONFIG}", True),
        (f"sed --in-place --expression={_SED} {_CONFIG}", True),
        (f'fill() {{ sed -i {_SED} "$1"; }}\nfill {_CONFIG}', True),
        (f"fill() {{ sed -i {_SED} {_CONFIG}; }}", False),
        (f"python - <<EOF\nopen('{_CONFIG}').read().replace('WORKER_IMAGE', 'x')\nEOF", True),
        (f"cat {_CONFIG} | sed {_SED} | tee /tmp/x\nmv /tmp/x {_CONFIG}", True),
        (f"find .config -name '*.yaml' -exec sed -i {_SED} {{}} +", True),
        (f"find .config | while read file; do sed -i {_SED} $file; done", True),
        (f"cd ~/.config/dask && sed -i {_SED} config.yaml", True),
        (f"cd notebooks; sed -i {_SED} config.yaml", False),
        (f'if [ -n "$JUPYTER_IMAGE_SPEC" ]; then sed -i {_SED} {_CONFIG}; fi', True),
        (f"sed -i {_SED} .dask/config.yaml", False),
        (f'sed -i "s|worker_image|x|g" {_CONFIG}', False),
        (f'echo "sed -i {_CONFIG} WORKER_IMAGE"', False),
        (f"export DASK_KUBERNETES__WORKER_TEMPLATE_PATH={_CONFIG}", False),
        (f"bash -c 'sed -i \"s|WORKER_IMAGE|x|\" {_CONFIG}'", True),
        (f"sed -i {_SED} ${{REPO_DIR}}/{_CONFIG}", True),
        (f'sed -i {_SED} "$(dirname "$0")/../{_CONFIG}"', True),
        (f"sed -i 's/foo/bar/;s/WORKER_IMAGE/x/' {_CONFIG}", True),
        (f"exit 0\nsed -i {_SED} {_CONFIG}", False),
        (f"sed -i {_SED} {_CONFIG} &", True),
        (f"envsubst < {_CONFIG} > /tmp/x", False),
    ],
)
def test_the_way_of_a_placeholder(code: str, replaced: bool) -> None:
    config = "kubernetes:\n  worker-template:\n    spec:\n      containers:\n      - image: WORKER_IMAGE\n"
    repo = Snapshot.from_dict(
        {
            _CONFIG: config,
            "environment.yml": "dependencies: [python=3.11, dask]\n",
            "start": f'#!/bin/bash\n{code}\nexec "$@"\n',
        }
    )
    place = worker_images(repo)[0].text.place
    assert way(repo, place, "WORKER_IMAGE").replaced is replaced
