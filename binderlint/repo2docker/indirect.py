"""Files that the build or launch reads only through another one: an include, a script that names them, a Dockerfile, an ONBUILD image."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from binderlint.read.images import onbuild_files
from binderlint.read.requirements import Line, Option, Requirement, meant_path, parse_requirement
from binderlint.read.yaml import read_yaml
from binderlint.repo2docker.environment import is_local_requirement
from binderlint.repo2docker.mentions import mentioned, says_what_is_installed
from binderlint.repo2docker.names import CONDA, OWN_PACKAGE, RUN_FILES
from binderlint.repo2docker.plan import FileUse, Plan, Status
from binderlint.snapshot import Snapshot
from binderlint.source import UNREAD, Array, Source, Table, Text
from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.read.dockerfile.lines import Instruction

Found = tuple[str, str]
"""A path and the reason it is read for."""


def indirect_uses(repo: Snapshot, plan: Plan, direct: Iterable[FileUse]) -> dict[str, FileUse]:
    """The files that those in use bring in, by their paths."""
    uses: dict[str, FileUse] = {}
    known = {use.path: use for use in direct}
    todo = [use.path for use in known.values() if use.status is Status.USED]
    while todo:
        path = todo.pop(0)
        for found, reason in _brought_in(repo, plan, path):
            if found in uses or (found in known and known[found].status is Status.USED):
                continue
            uses[found] = FileUse(found, Status.INDIRECT, reason)
            todo.append(found)
    return uses


def _brought_in(repo: Snapshot, plan: Plan, path: str) -> Iterator[Found]:
    source = repo.get(path)
    if source is None or source.mode == UNREAD:
        return
    if source.path != path:
        yield source.path, f"`{path}` is a link to it"
    name = posixpath.basename(path)
    if name in CONDA or ("environment" in name and name.endswith((".yml", ".yaml"))):
        yield from _of_environment(repo, source)
    elif ("require" in name or "constrain" in name) and name.endswith((".txt", ".in")):
        yield from _of_requirements(repo, source)
    elif name == "Dockerfile":
        yield from _of_dockerfile(repo, plan, source)
    elif name in RUN_FILES or name.endswith((".sh", ".bash", ".R")) or source.data[:2] == b"#!":
        for found, how in mentioned(repo, source.text, source.folder):
            yield found, f"`{path}` {how}"


def _of_environment(repo: Snapshot, source: Source) -> Iterator[Found]:
    """The `-r`, `-c`, `-e` and paths of the `pip:` lists; pip runs in the folder of environment.yml."""
    if b"pip:" not in source.data:
        return

    match read_yaml(source).value:
        case {"dependencies": Array() as dependencies}:
            for item in dependencies:
                if isinstance(item, Table) and isinstance(lines := item.get("pip"), Array):
                    local = [line for line in lines if isinstance(line, Text) and is_local_requirement(line)]
                    yield from _of_lines(repo, source, local, source.folder)


def _of_requirements(repo: Snapshot, source: Source) -> Iterator[Found]:
    """The same of a requirements file; repo2docker runs pip in the root, but an include is looked for beside the file."""
    local = [line for line in source.lines() if is_local_requirement(line)]
    yield from _of_lines(repo, source, local, "")


def _of_lines(repo: Snapshot, source: Source, lines: list[Text], folder: str) -> Iterator[Found]:
    if not lines:
        return

    for written in lines:
        line: Line | None = parse_requirement(written.part(0, len(written.partition(" #")[0])).trimmed())
        reason = f"`{source.path}` includes it with `{str(written).strip()}`"
        match line:
            case Option(name="--requirement" | "--constraint", value=value):
                path = posixpath.normpath(posixpath.join(source.folder, meant_path(value)))
                if repo.get(path):
                    yield path, reason
            case Requirement(url=url) if url:
                place = str(url).removeprefix("file:").split("[")[0]
                yield from package_in(repo, posixpath.normpath(posixpath.join(folder, place)), reason)


def package_in(repo: Snapshot, folder: str, reason: str) -> Iterator[Found]:
    """The files that make a folder a Python package."""
    if folder.startswith(("..", "/")):
        return
    for name in OWN_PACKAGE:
        path = name if folder in (".", "") else f"{folder}/{name}"
        if repo.get(path):
            yield path, reason


def _of_dockerfile(repo: Snapshot, plan: Plan, source: Source) -> Iterator[Found]:
    """What a Dockerfile copies by name, what its commands name, and what the image it starts from reads."""
    from binderlint.read.dockerfile.instructions import image_of, read_dockerfile, workdirs

    dockerfile = read_dockerfile(source)
    image = image_of(dockerfile.final) if dockerfile.final else None
    for names in onbuild_files(image):
        there = [path for path in map(plan.path, names) if repo.get(path)]
        if image and there:
            yield there[0], f"the image `{image.written}` builds from it (ONBUILD)"
    for instruction in dockerfile.instructions:
        if instruction.trigger is not None:
            continue
        if instruction.name in ("COPY", "ADD") and not instruction.flag("from"):
            for word in instruction.words[:-1]:
                yield from _copied(repo, str(word), f"`{source.path}` copies it")
        elif instruction.name in ("RUN", "ENTRYPOINT", "CMD", "ENV", "ARG"):
            words = instruction.words
            if instruction.name == "ENTRYPOINT" and dockerfile.final:
                words = tuple(word for word in words if _may_be_put(workdirs(dockerfile.final), str(word)))
            text = str(instruction.script or " ".join(words))
            for path, how in mentioned(repo, text, plan.binder_dir, anywhere=True):
                yield path, f"`{source.path}` {how}"


def _may_be_put(instructions: Iterable[tuple[Instruction, str | None]], path: str) -> bool:
    """Whether a path of an entrypoint may be a file of the repository: no program of the image, but something that COPY, ADD or RUN put there."""
    if not path.startswith("/") or "$" in path:
        return True
    for instruction, here in instructions:
        if instruction.name in ("COPY", "ADD") and instruction.words:
            value = instruction.value(instruction.words[-1])
            places = [posixpath.join(here or "", value) if value else None]
        elif instruction.name == "RUN":
            places = [here, *(word for word in str(instruction.body).split() if word.startswith("/"))]
        else:
            continue
        for place in places:
            if not place or place[0] != "/" or f"{path}/".startswith(f"{posixpath.normpath(place).rstrip('/')}/"):
                return True
    return False


def _copied(repo: Snapshot, word: str, reason: str) -> Iterator[Found]:
    """The files that a COPY names by themselves, not as part of a folder, and that say what is installed or run."""
    from fnmatch import fnmatchcase

    path = posixpath.normpath(word.strip("\"'").lstrip("/"))
    if any(sign in path for sign in "*?["):
        paths = [found for found in repo.sources if fnmatchcase(found, path) and found.count("/") == path.count("/")]
    else:
        paths = [path] if repo.get(path) else []
    yield from ((found, reason) for found in paths if says_what_is_installed(posixpath.basename(found)))
