"""dask-worker-image-not-replaced: A worker template contains a placeholder that nothing replaces."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert_lines, replace
from binderlint.facts.dask.configs import OLD_FOLDER, Image, placeholder, variable, worker_images
from binderlint.facts.dask.placeholder import mentioned, unset_variable, way
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot

# KubeSpawner sets both in every session of a BinderHub (kubespawner/spawner.py, get_env)
_SET_BY_HUB = ("JUPYTER_IMAGE_SPEC", "JUPYTER_IMAGE")


class DaskWorkerImageNotReplaced(Rule):
    code = "DSK005"
    severity = Severity.ERROR
    level = Level.RUN

    @about(worker_images)
    def check(self, repo: Snapshot, images: tuple[Image, ...]) -> Iterator[Diagnostic]:
        replaced = False
        for image in images:
            name = variable(image.text)
            token = f"${{{name}}}" if name else placeholder(image.text)
            if not token or (name and image.expanded and (name in _SET_BY_HUB or mentioned(repo, name))):
                continue
            literal = token.replace("$", "\\$")  # for the shell
            found = way(repo, image.text.place, token)
            replaced = replaced or found.replaced
            if found.replaced:
                continue
            if found.elsewhere:
                reason = f"`start` replaces it only in `{found.elsewhere}`"
            elif found.printed:
                reason = "the `sed` in `start` has no `-i`, so it only prints the changed text"
            else:
                reason = "nothing replaces it"
            yield self.at(
                image.text,
                f"`{image.text}` is a placeholder for the name of the image, and {reason}: workers request an image that does not exist and never start",
                explained_in=(image.text.place.path,) if image.text.place.path.startswith(f"{OLD_FOLDER}/") else (),
                help="Use `${JUPYTER_IMAGE_SPEC}`, which dask-kubernetes expands"
                if image.expanded
                else f'Replace it in `start`: sed -i "s|{literal}|${{JUPYTER_IMAGE_SPEC}}|g" {image.text.place.path}',
                fix=_fix(repo, image, token),
            )
        start = start_script(repo)
        if replaced and start and (used := unset_variable(start, "JUPYTER_IMAGE_SPEC")):
            yield self.at(
                used,
                "Only a BinderHub sets `JUPYTER_IMAGE_SPEC`. With `set -u`, this line ends `start` everywhere else, before the notebook server runs",
                help="Use `${JUPYTER_IMAGE_SPEC:-}`, which is empty when it is not set",
                severity=Severity.WARNING,
                level=Level.LAUNCH,
                fix=Fix("Allow it to be unset", (replace(used.place, "${JUPYTER_IMAGE_SPEC:-}"),)),
            )


def _fix(repo: Snapshot, image: Image, token: str) -> Fix | None:
    """The variable where dask expands it; else a guarded `sed` before the `exec` of `start`."""
    if image.expanded:
        return Fix("Use the image of the session", (replace(image.text, image.session),), Applicability.UNSAFE)
    script = start_script(repo)
    if script is None or script.shell is None or variable(image.text):
        return None
    last = [one for one in script.running if "exec" in one.wrappers and one.context.whole]
    if not last:
        return None
    lines = (
        'if [ -n "${JUPYTER_IMAGE_SPEC:-}" ]; then\n'
        f'    sed -i "s|{token}|${{JUPYTER_IMAGE_SPEC}}|g" "${{REPO_DIR}}/{image.text.place.path}"\n'
        "fi"
    )
    edits: tuple[Edit, ...] = (insert_lines(script.source, last[-1].context.statement.line, lines),)
    return Fix("Replace it in `start`", edits, Applicability.UNSAFE)
