"""DSK: workers in an image of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.dask import images, placeholder, variable
from binderlint.files.dask_start import way
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_ENV = {"environment.yml": "dependencies:\n  - python=3.11\n  - dask-kubernetes=2024.4.2\n"}
_FILE = ".config/dask/config.yaml"
_MOUNTED = f"{_FILE}:6:16"


def _config(image: str) -> str:
    """A worker template with an image, as Pangeo's hub used them."""
    return f"kubernetes:\n  worker-template:\n    spec:\n      containers:\n      - args: [dask, worker]\n        image: {image}  # ours\n"


class DaskWorkerImageHardCoded(Rule):
    """A worker template names a fixed image.

    The notebook runs in the image that Binder built from this commit, and the workers in the image that the template names. As soon as the repository changes, they have different
    versions of dask, Python and everything else, and tasks fail with errors about pickles, missing modules or mismatched versions. `${JUPYTER_IMAGE_SPEC}` is always the image of
    the session.

    Nothing is reported if the repository's Dockerfile starts from that same image.

    ## Fix safety

    The fix is unsafe: the workers will run in another image.
    """

    code = "DSK006"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("pangeo-data/pangeo-example-notebooks: .dask/config.yaml",)
    examples = (
        Bad(
            {_FILE: _config("daskdev/dask:latest"), **_ENV},
            at=_MOUNTED,
            fixed={_FILE: _config("${JUPYTER_IMAGE_SPEC}")},
            why="An image from Docker Hub in a worker template",
        ),
        Bad(
            {_FILE: _config("'pangeo/base-notebook:2019.10.02'"), **_ENV},
            at=_MOUNTED,
            fixed={_FILE: _config("${JUPYTER_IMAGE_SPEC}")},
            why="The image in quotes",
        ),
        Bad(
            {
                "binder/worker-template.yml": "kind: Pod\r\nspec:\r\n  containers: [{name: dask-worker, image: a/b, args: [dask, worker]}]\r\n",
                "binder/environment.yml": _ENV["environment.yml"],
            },
            at="binder/worker-template.yml:3:43",
            fixed={
                "binder/worker-template.yml": 'kind: Pod\r\nspec:\r\n  containers: [{name: dask-worker, image: "${JUPYTER_IMAGE_SPEC}", args: [dask, worker]}]\r\n'
            },
            why="A worker template in the binder directory, with Windows line endings",
        ),
        Bad(
            {
                "a.py": "KubeCluster.from_yaml('worker.yml')\n",
                "worker.yml": "kind: Pod\nspec:\n  containers:\n  - image: a/b # old\n    args: [dask-worker]\n",
                **_ENV,
            },
            at="worker.yml:4:12",
            fixed={
                "worker.yml": "kind: Pod\nspec:\n  containers:\n  - image: ${JUPYTER_IMAGE_SPEC} # old\n    args: [dask-worker]\n"
            },
            why="A worker template that Python code names",
        ),
        Bad(
            {_FILE: "kubernetes:\n  image: daskdev/dask:2024.4.2\n", **_ENV},
            at=f"{_FILE}:2:10",
            why="The setting kubernetes.image",
        ),
        Good({_FILE: _config("${JUPYTER_IMAGE_SPEC}"), **_ENV}, why="The image of the session"),
        Good(
            {_FILE: _config("WORKER_IMAGE"), **_ENV}, why="A placeholder, which dask-worker-image-not-replaced reports"
        ),
        Good(
            {_FILE: _config("pangeo/base-notebook:2024.4.8"), "Dockerfile": "FROM pangeo/base-notebook:2024.4.8\n"},
            why="The image that the Dockerfile starts from",
        ),
        Good(
            {
                _FILE: _config("a/b:1"),
                **_ENV,
                "start": "#!/bin/bash\n"
                + f'sed -i "s|image: .*|image: $JUPYTER_IMAGE_SPEC|" {_FILE}\n'
                + 'exec "$@"\n',
            },
            why="start replaces the line",
        ),
        Good(
            {
                "a.py": "KubeCluster.from_yaml('worker-template.yml')\n",
                "worker-template.yml": "kind: Pod\nspec:\n  containers:\n  - {image: redis:7, args: [redis-server]}\n  - {image: '${JUPYTER_IMAGE_SPEC}', args: [dask-worker]}\n",
                **_ENV,
            },
            why="A second container beside the worker",
        ),
        Good(
            {"worker-template.yml": "kind: Pod\nspec:\n  containers:\n  - {image: a/b, args: [dask-worker]}\n", **_ENV},
            why="A template that nothing here names",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for image in images(repo):
            text = image.text
            if variable(text) or placeholder(text) or not text.strip() or "{" in text:
                continue
            if any(text in source.prose for name in ("Dockerfile",) if (source := repo.used(name))):
                continue
            if way(repo, text.place, str(text)).replaced:
                continue
            yield self.at(
                text,
                f"Workers run in `{text}` and the notebook in the image that Binder built: they stop to fit as soon as the repository changes",
                help="Write `${JUPYTER_IMAGE_SPEC}`, which dask-kubernetes expands"
                if image.expanded
                else 'Leave it out, and give `KubeCluster` the image of the session: `image=os.environ["JUPYTER_IMAGE_SPEC"]`',
                fix=Fix("Use the image of the session", (replace(text, image.session),), Applicability.UNSAFE)
                if image.expanded
                else None,
            )
