"""Named: which scripts and configuration files of a repository name one of its files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.pattern import regex
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import CHOOSES, CONFIG_NAMES, ROOT_ONLY, meant
from binderlint.snapshot import Snapshot
from binderlint.source import BINDER_FOLDERS, Source

_SCRIPTS = (".sh", ".bash", ".yml", ".yaml", ".toml", ".cfg", ".ini", ".in", ".mk")
_SCRIPT_NAMES = frozenset(
    {*CONFIG_NAMES, "Makefile", "makefile", "Jenkinsfile", "Snakefile", "noxfile.py", "tasks.py", "conf.py"}
)
_CONFIGURES = frozenset(CONFIG_NAMES) - {*ROOT_ONLY, "Manifest.toml", ".dockerignore", ".containerignore"}
_PROSE = (".md", ".rst", ".txt", ".ipynb", ".html")


def naming(repo: Snapshot, name: str, besides: str = "") -> Iterator[Source]:
    """The configuration files and scripts in the root, in the binder directory and among the workflows that hold a name as a word of its own."""
    word = re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-]|\.\w)")
    for folder in dict.fromkeys(("", *BINDER_FOLDERS, besides.rpartition("/")[0], ".github/workflows", "docs")):
        for path in repo.list(folder):
            source = repo.get(path) if path != besides and _is_script(path) else None
            if source and word.search(source.prose):
                yield source


def naming_folder(repo: Snapshot, folder: str) -> Iterator[Source]:
    """The scripts, configuration files and texts outside of a folder that name something in it."""
    for path in repo.sources:
        if path.startswith(f"{folder}/") or not (_is_script(path) or path.endswith(_PROSE)):
            continue
        source = repo.get(path)
        if source and f"{folder}/" in source.prose:
            yield source


def _is_script(path: str) -> bool:
    return path.rpartition("/")[2] in _SCRIPT_NAMES or path.endswith(_SCRIPTS)


_FOLDER = regex(r"[._]?binders?", re.IGNORECASE)


def misnamed_folders(repo: Snapshot) -> dict[str, list[Source]]:
    """Folders that are nearly called `binder` and hold configuration, with their configuration files, environments first."""
    found: dict[str, list[Source]] = {}
    for path, source in repo.sources.items():
        folder, _, name = path.partition("/")
        if _FOLDER.fullmatch(folder) and folder not in BINDER_FOLDERS and name in _CONFIGURES:
            found.setdefault(folder, []).append(source)
    return {folder: sorted(files, key=lambda file: file.name not in CHOOSES) for folder, files in found.items()}


_INSTALLS = frozenset(CHOOSES) - {"default.nix"}


def misnamed_environments(repo: Snapshot) -> list[Source]:
    """Files that would say what to install were their names, or that of their folder, spelt right; without a `default.Nix`, since no BinderHub starts Nix."""
    plan = build_plan(repo)
    here = repo.list(repo.resolve(plan.binder_dir) or "")
    found = [repo.sources[path] for path in here if meant(repo.sources[path].name) in _INSTALLS]
    folders = [] if plan.binder_dir else misnamed_folders(repo).values()
    return found + [file for files in folders for file in files if file.name in CHOOSES]


_RELATIVE = regex(
    r"(?:^|[\s'\"=\[,])(?:-r|-c|-e|--requirement|--constraint|--editable)[\s=]|(?:^|[\s'\"=])\.{1,2}/|file:"
)


def relative(source: Source) -> bool:
    """Whether a requirements or environment file refers to other files by relative paths."""
    return source.name.endswith((".txt", ".yml", ".yaml", "Pipfile")) and bool(_RELATIVE.search(source.prose))


@fact
def untracked_configuration(repo: Snapshot) -> tuple[Source, ...]:
    """Files that git does not track and that are called as configuration is."""
    return tuple(source for path, source in repo.untracked.items() if path.rpartition("/")[2] in CONFIG_NAMES)
