"""dask-worker-image-hard-coded: A worker template names a fixed image."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.dask.configs import OLD_FOLDER, Image, placeholder, variable, worker_images
from binderlint.facts.dask.placeholder import way
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.build import used_file
from binderlint.snapshot import Snapshot


class DaskWorkerImageHardCoded(Rule):
    code = "DSK006"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(worker_images)
    def check(self, repo: Snapshot, images: tuple[Image, ...]) -> Iterator[Diagnostic]:
        for image in images:
            text = image.text
            if variable(text) or placeholder(text) or not text.strip() or "{" in text:
                continue
            if any(text in source.prose for name in ("Dockerfile",) if (source := used_file(repo, name))):
                continue
            if way(repo, text.place, str(text)).replaced:
                continue
            yield self.at(
                text,
                f"Workers run in `{text}`, but the notebook runs in the image that Binder built. They no longer match as soon as the repository changes",
                explained_in=(image.text.place.path,) if image.text.place.path.startswith(f"{OLD_FOLDER}/") else (),
                help="Use `${JUPYTER_IMAGE_SPEC}`, which dask-kubernetes expands"
                if image.expanded
                else 'Remove it, and give `KubeCluster` the image of the session: `image=os.environ["JUPYTER_IMAGE_SPEC"]`',
                fix=Fix("Use the image of the session", (replace(text, image.session),), Applicability.UNSAFE)
                if image.expanded
                else None,
            )
