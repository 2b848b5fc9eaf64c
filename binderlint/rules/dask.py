"""DSK: dask's configuration: does it parse, and is it read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Edit, Fix, Level, Rename, Severity
from binderlint.edits import EditError, replace
from binderlint.files.dask import FOLDER, OLD_FOLDER, Config, old_folder_mentions, reads_old_folder
from binderlint.files.dask_versions import newest
from binderlint.files.yaml import Problem, read_safe
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Place, Table

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.source import Source

_ENV = "dependencies:\n  - python=3.11\n  - dask\n"
_PANGEO = """\
logging:
  bokeh: critical

diagnostics-link: "../proxy/{port}/status"
  tick-maximum-delay: 5s  # slow disks
  log-length: 1000

kubernetes:
 count:
   max: 10
"""
_CONFIG = "distributed:\n  dashboard:\n    link: /proxy/{port}/status\n"
_POD = "kind: Pod\nspec:\n  containers:\n    - name: dask\n      args: [dask, worker]\n"


class DaskInvalidConfig(Rule):
    """A configuration file of dask is not valid YAML.

    When it is imported, dask reads every `.yaml`, `.yml` and `.json` file in its configuration folder. If PyYAML refuses one, or it does not hold a mapping, `import dask` raises
    a `ValueError`: no notebook that uses dask, or xarray on top of it, gets past its first cell. The image builds and launches, so nobody notices earlier. The usual cause
    is a copied example with a key indented under a value.

    dask uses `yaml.safe_load`, which accepts more than the parser for environment.yml: a key that is listed twice is not an error.

    The fix moves lines that are indented under a value back to that value's level, if this makes the file valid.
    """

    code = "DSK001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    unreadable = True
    sources = ("dask/dask: dask/config.py",)
    examples = (
        Bad(
            {".config/dask/config.yaml": _PANGEO, "environment.yml": _ENV},
            at=".config/dask/config.yaml:5:3",
            fixed={
                ".config/dask/config.yaml": _PANGEO.replace("  tick-", "tick-").replace("  log-length", "log-length")
            },
            why="A key is indented under a value",
        ),
        Bad(
            {".dask/config.yaml": _PANGEO.replace("\n", "\r\n"), "environment.yml": _ENV},
            at=".dask/config.yaml:5:3",
            fixed={
                ".dask/config.yaml": _PANGEO.replace("  tick-", "tick-")
                .replace("  log-length", "log-length")
                .replace("\n", "\r\n")
            },
            why="A key is indented under a value, in a file with Windows line endings",
        ),
        Bad(
            {".config/dask/dask.yaml": "distributed:\n  version: 2\n    dashboard:\n      link: x"},
            at=".config/dask/dask.yaml:3:14",
            fixed={".config/dask/dask.yaml": "distributed:\n  version: 2\n  dashboard:\n    link: x"},
            why="A section is indented under a value",
        ),
        Bad({".config/dask/dask.yaml": "distributed:\n\tversion: 2\n"}, at=".config/dask/dask.yaml:2:1", why="A tab"),
        Bad(
            {".config/dask/dask.yml": "- distributed\n"},
            at=".config/dask/dask.yml:1:1",
            why="A list instead of a mapping",
        ),
        Bad(
            {".config/dask/jobs.json": '{"jobqueue": {"slurm": }\n'}, at=".config/dask/jobs.json:1:1", why="Broken JSON"
        ),
        Bad(
            {".config/dask/dask.yaml": "image: !env IMAGE\n"},
            at=".config/dask/dask.yaml:1:8",
            why="A YAML tag that PyYAML does not know",
        ),
        Bad(
            {".config/dask/dask.yaml": b"name: caf\xe9\n"},
            at=".config/dask/dask.yaml:1:10",
            why="A file that is not UTF-8",
        ),
        Good({".config/dask/dask.yaml": _CONFIG}, why="A valid file"),
        Good({".config/dask/dask.yaml": "\ufeff" + _CONFIG}, why="A byte order mark"),
        Good({".config/dask/dask.yaml": "# all defaults\n"}, why="Only a comment"),
        Good({".config/dask/dask.yaml": "a: 1\na: 2\n"}, why="A key that is listed twice"),
        Good({".config/dask/notes.txt": "a: b: c\n"}, why="A file with another ending"),
        Good({".config/dask/old/dask.yaml": "a: b: c\n"}, why="A file in a folder below"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for config in repo.dask_configs:
            if config.folder not in (OLD_FOLDER, FOLDER):
                continue
            if config.problem:
                fix = _moved_back(config.source, config.problem)
                yield self.at(
                    config.problem.place,
                    f"dask cannot read this file ({'this key is indented below one that has a value already' if fix else _words(config.problem)}), so `import dask` fails where it is its configuration",
                    help="Move it to the level of the key above it"
                    if fix
                    else 'Make it valid YAML: `python -c "import yaml, sys; yaml.safe_load(open(sys.argv[1]))" FILE` says where it is not',
                    fix=fix,
                )
            elif config.value is not None and not isinstance(config.value, Table):
                yield self.at(
                    config.source,
                    "This file holds no mapping of keys to values, so `import dask` fails where it is its configuration",
                    help="Write `key: value` lines at the top level",
                )


class DaskConfigNotRead(Rule):
    """dask does not read the configuration in `.dask/`.

    On Binder the repository is the home folder, so `.dask/config.yaml` used to be dask's configuration file `~/.dask/config.yaml`. dask looked there until 2022.1.0. Since
    2022.1.1 it only reads `~/.config/dask/` and silently ignores the old folder: the dashboard link, worker template and limits in it have no effect.

    Nothing is reported if the environment pins an older dask, or a Python without a newer one (Python 3.6 ends with dask 2021.3.0), if `start` sets `DASK_CONFIG`, or
    if the files are copied to where dask looks. With Python 3.7, whose last dask is 2022.2.0, this is a warning.

    The fix moves the folder to `.config/dask/` and changes its name where `start`, `postBuild` or another script mentions it.
    """

    code = "DSK002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("dask/dask@e148cd628", "dask/dask-examples: .dask/config.yaml")
    examples = (
        Bad(
            {".dask/config.yaml": _CONFIG, ".dask/README": "ours\n", "environment.yml": _ENV},
            at=".dask/config.yaml:1",
            fixed={
                ".dask/config.yaml": None,
                ".dask/README": None,
                ".config/dask/config.yaml": _CONFIG,
                ".config/dask/README": "ours\n",
            },
            why="A dashboard link in the old folder",
        ),
        Bad(
            {
                ".dask/config.yaml": _CONFIG,
                "binder/environment.yml": "dependencies:\n- dask>=2021.4\n",
                "binder/start": "#!/bin/bash\nexport DASK_KUBERNETES__WORKER_TEMPLATE_PATH=${PWD}/.dask/config.yaml\n"
                'sed -i "s|IMAGE|$JUPYTER_IMAGE_SPEC|" "$HOME/.dask/config.yaml"\nexec "$@"\n',
            },
            at=".dask/config.yaml:1",
            fixed={
                ".dask/config.yaml": None,
                ".config/dask/config.yaml": _CONFIG,
                "binder/start": "#!/bin/bash\nexport DASK_KUBERNETES__WORKER_TEMPLATE_PATH=${PWD}/.config/dask/config.yaml\n"
                'sed -i "s|IMAGE|$JUPYTER_IMAGE_SPEC|" "$HOME/.config/dask/config.yaml"\nexec "$@"\n',
            },
            why="start mentions the folder",
        ),
        Bad(
            {
                ".dask/a.yml": _CONFIG,
                ".dask/b.yaml": _CONFIG,
                ".config/dask/b.yaml": _CONFIG,
                "requirements.txt": "dask[complete]\n",
            },
            at=".dask/a.yml:1",
            why="Several files, one of which is also in the new folder",
        ),
        Bad(
            {".dask/config.yaml": _CONFIG, ".gitignore": "*.pyc\n.config/\n", "requirements.txt": "dask\n"},
            at=".dask/config.yaml:1",
            why=".gitignore excludes the new folder",
        ),
        Bad(
            {".dask/config.yaml": "a: b: c\n", "requirements.txt": "dask==2023.1.0\n"},
            at=".dask/config.yaml:1",
            why="A file that cannot be read",
        ),
        Bad(
            {".dask/config.yaml": "[]\n", "environment.yml": "dependencies: [python=3.7, dask]\n"},
            at=".dask/config.yaml:1",
            severity=Severity.WARNING,
            why="Python 3.7",
        ),
        Good(
            {".config/dask/config.yaml": _CONFIG, "environment.yml": _ENV}, why="The configuration is in the new folder"
        ),
        Good(
            {".dask/config.yaml": _CONFIG, "environment.yml": "dependencies:\n  - dask=2021.12\n"},
            why="The pinned dask reads the folder",
        ),
        Good(
            {".dask/config.yaml": _CONFIG, "requirements.txt": "distributed<2022\n"},
            why="The pinned distributed reads the folder",
        ),
        Good(
            {".dask/config.yaml": _CONFIG, "environment.yml": "dependencies:\n  - python=3.6\n  - dask\n"},
            why="Python 3.6, whose newest dask reads the folder",
        ),
        Good(
            {
                ".dask/config.yaml": _CONFIG,
                "environment.yml": _ENV,
                "start": '#!/bin/bash\nexport DASK_CONFIG=$HOME/.dask\nexec "$@"\n',
            },
            why="start tells dask where to look",
        ),
        Good(
            {
                ".dask/config.yaml": _CONFIG,
                "environment.yml": _ENV,
                "postBuild": "#!/bin/bash\nmkdir -p ~/.config\ncp -r .dask ~/.config/dask\n",
            },
            why="postBuild copies the files to where dask looks",
        ),
        Good(
            {".dask/worker.yaml": _POD, "environment.yml": _ENV},
            why="A template for pods, which is not configuration",
        ),
        Good({".dask/history.csv": "1,2\n", "environment.yml": _ENV}, why="No configuration in the folder"),
        Good(
            {".dask/config.yaml": _CONFIG, "Dockerfile": "FROM pangeo/base-notebook:2020.11.01\n"},
            why="The dask of an image, whose version is not known",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        configs = [config for config in repo.dask_configs if config.folder == OLD_FOLDER and not config.template]
        release = newest(repo) or (0,)
        if not configs or release < (2022, 1, 1) or reads_old_folder(repo):
            return
        yield self.at(
            configs[0].source,
            # only two releases for Python 3.7 are newer, and what else is pinned can keep them out
            severity=Severity.WARNING if release == (2022, 2, 0) else None,
            message="dask has not looked into `.dask` since version 2022.1.1, so nothing in this file has an effect",
            help="Move it to `.config/dask/`, which is `~/.config/dask/` on Binder",
            fix=_moved(repo, configs),
        )


def _moved(repo: Repository, configs: list[Config]) -> Fix | None:
    """The folder at its new place, where this makes nothing worse: all of its files are valid, and none is in the way."""
    paths = [path for path in repo.sources if path.startswith(f"{OLD_FOLDER}/")]
    targets = {path: FOLDER + path[len(OLD_FOLDER) :] for path in paths}
    if any(config.problem or not isinstance(config.value, Table | None) for config in configs):
        return None
    if any(target in repo.sources for target in targets.values()):
        return None
    ignored = repo.get(".gitignore")
    if ignored and re.search(r"^/?\.config\b", ignored.text, re.MULTILINE):
        return None  # git would leave the moved files out
    mentions = old_folder_mentions(repo)
    if mentions is None:
        return None
    edits: list[Edit] = [Rename(path, target) for path, target in targets.items()]
    edits += [replace(mention, FOLDER) for mention in mentions]
    return Fix("Move `.dask/` to `.config/dask/`", tuple(edits))


def _words(problem: Problem) -> str:
    """What the parser found, without the context and the places around it."""
    lines = [line.rstrip(" .:") for line in problem.message.splitlines() if line and not line.startswith(" ")]
    return lines[-1] if lines else problem.kind


_KEY_WITH_VALUE = regex(r"( *)(?:- +)?[\w.-]+:[ \t]+[^\s#|>&{\[].*")
_KEY = regex(r"( +)[\w.-]+:(?:\s|$)")


def _moved_back(source: Source, problem: Problem) -> Fix | None:
    """Lines indented under a value, moved to the level of that value's key, if this is all that is wrong."""
    lines = list(source.lines())
    first = problem.place.line - 1
    above = next((line for line in reversed(lines[:first]) if line.strip() and not line.lstrip().startswith("#")), None)
    deeper = _KEY.match(lines[first]) if first < len(lines) else None
    shallower = _KEY_WITH_VALUE.match(above) if above else None
    if not deeper or not shallower or len(deeper[1]) <= len(shallower[1]):
        return None
    extra = len(deeper[1]) - len(shallower[1])
    edits: list[Edit] = []
    for line in lines[first:]:
        if line.strip() and len(line) - len(line.lstrip(" ")) < len(deeper[1]):
            break
        if line.strip():
            start = line.place.span.start
            edits.append(replace(Place(source, line.place.span._replace(end=start + extra)), ""))
    return Fix("Move the lines to the level of the key above", tuple(edits)) if _valid(source, edits) else None


def _valid(source: Source, edits: list[Edit]) -> bool:
    from binderlint.edits import apply

    try:
        document = read_safe(apply({source.path: source}, edits)[source.path])
    except EditError:
        return False
    return document.problem is None and isinstance(document.value, Table)
