"""DSK: the images that dask's workers run in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import insert_lines, replace
from binderlint.files.dask import Image, images, placeholder, variable
from binderlint.files.dask_start import mentioned, unset_variable, way
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

# KubeSpawner sets both in every session of a BinderHub (kubespawner/spawner.py, get_env)
_SET_BY_HUB = ("JUPYTER_IMAGE_SPEC", "JUPYTER_IMAGE")
_ENV = {"environment.yml": "dependencies:\n  - python=3.11\n  - dask-kubernetes=2024.4.2\n"}
_FILE = ".config/dask/config.yaml"


def _config(image: str) -> str:
    """A worker template with an image, as Pangeo's hub used them."""
    return f"kubernetes:\n  worker-template:\n    spec:\n      containers:\n      - args: [dask, worker]\n        image: {image}  # ours\n"


def _start(*lines: str) -> str:
    return "\n".join(["#!/bin/bash", *lines, 'exec "$@"', ""])


_SED = 'sed -i -e "s|WORKER_IMAGE|${JUPYTER_IMAGE_SPEC}|g" '
_MOUNTED = f"{_FILE}:6:16"
_FIXED = {_FILE: _config("${JUPYTER_IMAGE_SPEC}")}


class DaskWorkerImageNotReplaced(Rule):
    """A worker template contains a placeholder that nothing replaces.

    Workers must run in the image that Binder built, and its name is only known when a session starts. So templates contain a word such as `WORKER_IMAGE`, and `start` replaces it with
    `$JUPYTER_IMAGE_SPEC`, the name that a BinderHub gives to every session. If no path through `start` does this in that very file, the cluster asks for an image called
    `WORKER_IMAGE`, and its workers never come: the notebook waits without an error.

    binderlint follows the `sed` to its file: a `sed` without `-i`, one on another file or folder, and one after `exec` do not count. `envsubst` replaces `${WORKER_IMAGE}`, but
    not the bare word. If a variable, a program or another script may replace it, nothing is reported. `${JUPYTER_IMAGE_SPEC}` in a template of dask-kubernetes needs no
    help: dask replaces environment variables there itself.

    Under `set -u`, a script that checks whether `$JUPYTER_IMAGE_SPEC` is empty stops right there if no hub has set it (repo2docker on a laptop). This is a warning with a safe fix.

    ## Fix safety

    The fix is unsafe: the workers will run in another image. In templates of dask-kubernetes it writes `${JUPYTER_IMAGE_SPEC}`, which dask replaces; elsewhere it adds the
    `sed` to `start`.
    """

    code = "DSK005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = (
        "pangeo-data/pangeo-example-notebooks: .dask/config.yaml",
        "dask/dask-kubernetes: classic/kubecluster.py",
    )
    examples = (
        Bad(
            {_FILE: _config("WORKER_IMAGE"), **_ENV}, at=_MOUNTED, fixed=_FIXED, why="Nothing replaces the placeholder"
        ),
        Bad(
            {_FILE: _config('"WORKER_IMAGE"'), **_ENV, "start": _start()},
            at=_MOUNTED,
            fixed=_FIXED,
            why="start does nothing about it, and the placeholder is in quotes",
        ),
        Bad(
            {_FILE: _config("WORKER_IMAGE"), **_ENV, "start": _start(_SED + "~/.dask/config.yaml")},
            at=_MOUNTED,
            fixed=_FIXED,
            why="start changes the wrong file",
        ),
        Bad(
            {_FILE: _config("WORKER_IMAGE"), **_ENV, "start": _start("cd notebooks", _SED + _FILE)},
            at=_MOUNTED,
            fixed=_FIXED,
            why="start changes a file in another folder",
        ),
        Bad(
            {_FILE: _config("WORKER_IMAGE"), **_ENV, "start": _start(_SED.replace(" -i", "") + _FILE)},
            at=_MOUNTED,
            fixed=_FIXED,
            why="sed without -i",
        ),
        Bad(
            {_FILE: _config("WORKER_IMAGE"), **_ENV, "start": _start() + _SED + _FILE + "\n"},
            at=_MOUNTED,
            fixed=_FIXED,
            why="sed after exec",
        ),
        Bad(
            {_FILE: _config("WORKER_IMAGE"), **_ENV, "start": _start("# " + _SED + _FILE)},
            at=_MOUNTED,
            fixed=_FIXED,
            why="sed in a comment",
        ),
        Bad(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start(f"envsubst < {_FILE} > /tmp/x", "mv /tmp/x " + _FILE),
            },
            at=_MOUNTED,
            fixed=_FIXED,
            why="envsubst, which needs `${WORKER_IMAGE}`",
        ),
        Bad(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start(_SED.replace("WORKER_IMAGE", "IMAGE_NAME") + _FILE),
            },
            at=_MOUNTED,
            fixed=_FIXED,
            why="sed replaces another word",
        ),
        Bad(
            {_FILE: _config("<IMAGE>:<TAG>"), **_ENV}, at=_MOUNTED, fixed=_FIXED, why="A placeholder in angle brackets"
        ),
        Bad(
            {_FILE: _config("${WORKER_IMAGE}"), **_ENV, "start": _start()},
            at=_MOUNTED,
            fixed=_FIXED,
            why="A variable that nothing sets",
        ),
        Bad(
            {
                _FILE: "kubernetes:\n  image: WORKER_IMAGE\n",
                **_ENV,
                "binder/start": _start("# ready"),
                "binder/environment.yml": _ENV["environment.yml"],
            },
            at=f"{_FILE}:2:10",
            fixed={
                "binder/start": _start(
                    "# ready",
                    'if [ -n "${JUPYTER_IMAGE_SPEC:-}" ]; then',
                    f'    sed -i "s|WORKER_IMAGE|${{JUPYTER_IMAGE_SPEC}}|g" "${{REPO_DIR}}/{_FILE}"',
                    "fi",
                )
            },
            why="The setting kubernetes.image",
        ),
        Bad(
            {_FILE: "kubernetes:\n  image: ${JUPYTER_IMAGE_SPEC}\n", **_ENV},
            at=f"{_FILE}:2:10",
            why="A variable where dask replaces none",
        ),
        Bad(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start("set -eu", 'if [[ -n "${JUPYTER_IMAGE_SPEC}" ]]; then', f"  {_SED}{_FILE}", "fi"),
            },
            at="start:3:11",
            severity=Severity.WARNING,
            fixed={"start": _start("set -eu", 'if [[ -n "${JUPYTER_IMAGE_SPEC:-}" ]]; then', f"  {_SED}{_FILE}", "fi")},
            why="`set -u` stops start outside a BinderHub",
        ),
        Good(
            {_FILE: _config("WORKER_IMAGE"), **_ENV, "start": _start(_SED + _FILE)},
            why="start replaces the placeholder",
        ),
        Good(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start(
                    f"export DASK_KUBERNETES__WORKER_TEMPLATE_PATH=${{PWD}}/{_FILE}",
                    'if [[ -z "${JUPYTER_IMAGE_SPEC}" ]]; then',
                    '    echo "JUPYTER_IMAGE_SPEC is not set"',
                    "else",
                    _SED + "${DASK_KUBERNETES__WORKER_TEMPLATE_PATH}",
                    "fi",
                ),
            },
            why="The file is in a variable, as in Pangeo's guide",
        ),
        Good(
            {_FILE: _config("WORKER_IMAGE"), **_ENV, "start": _start("cd .config/dask", _SED + "*.yaml")},
            why="sed in another folder with a pattern",
        ),
        Good(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start('for file in "$HOME"/.config/dask/*; do', _SED + '"$file"', "done"),
            },
            why="sed in a loop over files",
        ),
        Good(
            {_FILE: _config("WORKER_IMAGE"), **_ENV, "start": _start("grep -rl WORKER_IMAGE .config | xargs " + _SED)},
            why="sed on the files that grep finds",
        ),
        Good(
            {_FILE: _config("${WORKER_IMAGE}"), **_ENV, "start": _start('export WORKER_IMAGE="$JUPYTER_IMAGE_SPEC"')},
            why="start sets the variable",
        ),
        Good({_FILE: _config("${JUPYTER_IMAGE_SPEC}"), **_ENV}, why="dask-kubernetes replaces the variable itself"),
        Good({_FILE: _config("$JUPYTER_IMAGE"), **_ENV}, why="Another variable that the hub sets"),
        Good(
            {
                "dask/worker.yaml": _config("WORKER_IMAGE"),
                "worker-template.yaml": _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start(_SED.replace(" -i", "") + "worker-template.yaml > ~/.config/dask/worker.yaml"),
            },
            why="sed writes the result to another file",
        ),
        Good(
            {
                "dask_config.yaml": _config("WORKER_IMAGE"),
                **_ENV,
                "postBuild": "#!/bin/bash\nset -e\ncp dask_config.yaml ${NB_PYTHON_PREFIX}/etc/dask/\n",
                "start": _start(_SED + "/srv/conda/envs/notebook/etc/dask/dask_config.yaml"),
            },
            why="start changes the copy that postBuild makes",
        ),
        Good(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start(f"yq -i '.kubernetes.image = env(JUPYTER_IMAGE_SPEC)' {_FILE}"),
            },
            why="Another tool changes the file",
        ),
        Good(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "tools/image.py": "import os\nold = 'WORKER_IMAGE'\n",
                "start": _start("python tools/image.py"),
            },
            why="A script of the repository knows the word",
        ),
        Good(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": "#!/usr/bin/env python\nimport os, sys\nold = 'WORKER_IMAGE'\nos.execvp(sys.argv[1], sys.argv[1:])\n",
            },
            why="A start in Python",
        ),
        Good(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start("set -u", 'if [ -n "${JUPYTER_IMAGE_SPEC:-}" ]; then', _SED + _FILE, "fi"),
            },
            why="`set -u` with a default for the variable",
        ),
        Good(
            {
                _FILE: _config("WORKER_IMAGE"),
                **_ENV,
                "start": _start(f'sed -i "s|image: .*|image: $JUPYTER_IMAGE_SPEC|" {_FILE}'),
            },
            why="sed replaces the line",
        ),
        Good({"docs/config.yaml": _config("WORKER_IMAGE"), **_ENV}, why="A file that dask does not read"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        replaced = False
        for image in images(repo):
            name = variable(image.text)
            token = f"${{{name}}}" if name else placeholder(image.text)
            if not token or (name and image.expanded and (name in _SET_BY_HUB or mentioned(repo, name))):
                continue
            found = way(repo, image.text.place, token)
            replaced = replaced or found.replaced
            if found.replaced:
                continue
            if found.elsewhere:
                reason = f"`start` replaces it in `{found.elsewhere}` only"
            elif found.printed:
                reason = "the `sed` of `start` has no `-i`, so it only prints the changed text"
            else:
                reason = "nothing replaces it"
            yield self.at(
                image.text,
                f"`{image.text}` stands for the name of the image, and {reason}: workers ask for an image that does not exist and never come",
                help="Write `${JUPYTER_IMAGE_SPEC}`, which dask-kubernetes expands"
                if image.expanded
                else f'Replace it in `start`: sed -i "s|{token}|${{JUPYTER_IMAGE_SPEC}}|g" {image.text.place.path}',
                fix=_fix(repo, image, token),
            )
        if replaced and repo.start and (used := unset_variable(repo.start, "JUPYTER_IMAGE_SPEC")):
            yield self.at(
                used,
                "Only a BinderHub sets `JUPYTER_IMAGE_SPEC`: under `set -u` this line ends `start` everywhere else, before the notebook server runs",
                help="Write `${JUPYTER_IMAGE_SPEC:-}`, which is empty when it is not set",
                severity=Severity.WARNING,
                fix=Fix("Allow it to be unset", (replace(used.place, "${JUPYTER_IMAGE_SPEC:-}"),)),
            )


def _fix(repo: Repository, image: Image, token: str) -> Fix | None:
    """The variable where dask expands it; else a guarded `sed` before the `exec` of `start`."""
    if image.expanded:
        return Fix("Use the image of the session", (replace(image.text, image.session),), Applicability.UNSAFE)
    script = repo.start
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
