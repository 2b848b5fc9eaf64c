"""dask: where its configuration and worker templates stand in a repository, and what they say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import pairwise

from binderlint.fact import fact
from binderlint.facts.dask.versions import newest
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.pattern import regex
from binderlint.read.constraints import OPEN, End, end_of
from binderlint.read.shell.commands import COPIES
from binderlint.read.yaml import Problem, read_safe
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Scalar, Source, Table, Text
from binderlint.typed import Any
from binderlint.values import NamedTuple

# $HOME is the repository, so these are `~/.dask` and `~/.config/dask` (dask/config.py).
OLD_FOLDER = ".dask"
FOLDER = ".config/dask"

_SUFFIXES = (".yaml", ".yml", ".json")


class Config(NamedTuple):
    """A YAML file that dask or dask-kubernetes reads: configuration, or a template for worker pods."""

    source: Source
    value: Any
    problem: Problem | None

    @property
    def folder(self) -> str:
        return self.source.folder

    @property
    def template(self) -> bool:
        """Whether the whole file is one pod, and no configuration."""
        return isinstance(self.value, Table) and "spec" in self.value and "kubernetes" not in self.value


class Container(NamedTuple):
    """A container of a pod template, with the file it stands in."""

    config: Config
    table: Table
    template: bool
    """Whether it stands in a template of dask-kubernetes' own, which expands environment variables in it."""

    @property
    def image(self) -> Text | None:
        image = self.table.get("image")
        return image if isinstance(image, Text) else None

    @property
    def command(self) -> Iterator[Array | Text]:
        """What it runs: the values of `command` and `args`."""
        for key in ("command", "args"):
            if isinstance(value := self.table.get(key), (Array, Text)):
                yield value

    @property
    def words(self) -> list[Text | Scalar]:
        """The words of its command line."""
        words: list[Text | Scalar] = []
        for value in self.command:
            words += [value] if isinstance(value, Text) else [one for one in value if isinstance(one, (Text, Scalar))]
        return words

    @property
    def runs_dask(self) -> bool:
        texts = [str(word) for word in self.words if isinstance(word, Text)]
        return any(re.search(r"\bdask(?:-cuda)?[ -](?:worker|scheduler|ssh)\b", text) for text in texts) or any(
            text.endswith("dask") and after in ("worker", "scheduler", "ssh") for text, after in pairwise(texts)
        )


# `WORKER_IMAGE`, `<IMAGE>`, `REGISTRY/IMAGE:TAG`: the name of an image has no capital letters, so these can only be meant to be replaced.
_PLACEHOLDER = regex(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*")
_VARIABLE = regex(r"\$(?:\{(\w+)\}|(\w+))")
_RELEASED = regex(r"(?:daskdev|ghcr\.io/dask)/dask(?::(?:v?(\d+(?:\.\d+)+)|latest)(?:-.*)?)?$")


def variable(image: str) -> str:
    """The name of the environment variable that an image is given by, empty when there is none."""
    found = _VARIABLE.search(image)
    return (found[1] or found[2]) if found else ""


def placeholder(image: str) -> str:
    """The word in the name of an image that is meant to be replaced, empty when the name can be one."""
    if variable(image) or re.search(r"[a-z]", image.split(":")[0].split("@")[0]):
        return ""
    found = _PLACEHOLDER.search(image)
    return found.group() if found and len(found.group()) > 2 else ""


def image_release(container: Container, installed: End | None) -> End | None:
    """The newest dask that a container can have: that of the environment, unless it names an image of its own."""
    image = container.image
    if image is None or variable(image) or placeholder(image):
        return installed
    if found := _RELEASED.match(image):
        return end_of(found[1] or "") or OPEN
    return None


@fact
def dask_configs(repo: Snapshot) -> tuple[Config, ...]:
    """The configuration files and worker templates of dask."""
    return tuple(_find_configs(repo))


@fact
def unread_configs(repo: Snapshot) -> tuple[Config, ...]:
    """The configuration in `.dask`, where dask has not looked since 2022.1.1 and nothing tells it to."""
    old = tuple(config for config in dask_configs(repo) if config.folder == OLD_FOLDER and not config.template)
    return old if old and (newest(repo) or (0,)) >= (2022, 1, 1) and not reads_old_folder(repo) else ()


def _find_configs(repo: Snapshot) -> Iterator[Config]:
    """Configuration in dask's own folders, and templates and configuration that stand elsewhere and that a script or a notebook can be pointed to."""
    folders = {"", build_plan(repo).binder_dir}
    for source in repo.files:
        if not source.name.lower().endswith(_SUFFIXES):
            continue
        if source.folder in (OLD_FOLDER, FOLDER):
            document = read_safe(source)
            yield Config(source, document.value, document.problem)
        elif source.folder in folders and not source.name.lower().endswith(".json") and _speaks_of_dask(source):
            config = Config(source, *read_safe(source))
            if (config.template or _is_configuration(config.value)) and (source.folder or _is_named(repo, source)):
                yield config


def _is_named(repo: Snapshot, source: Source) -> bool:
    """Whether a script or notebook names the file: in the root it may be for another cluster altogether."""
    scripts = [script for name in ("start", "postBuild") if (script := used_file(repo, name))]
    return any(os.fsencode(source.name) in one.data for one in [*scripts, *_code(repo)])


def _speaks_of_dask(source: Source) -> bool:
    text = source.name + " " + source.prose
    return "worker-template" in text or (
        "dask" in text and re.search(r"dask[-_ ]?(?:worker|scheduler|config)", text) is not None
    )


def _is_configuration(value: Any) -> bool:
    return isinstance(value, Table) and any(isinstance(value.get(key), Table) for key in ("distributed", "kubernetes"))


def containers(config: Config) -> Iterator[Container]:
    """Every container of every pod template in a file."""
    yield from _containers(config, config.value, config.template, set())


def _containers(config: Config, value: Any, template: bool, seen: set[tuple[int, bool]]) -> Iterator[Container]:
    """Those in a value, each once: an alias stands for a value that is somewhere else as well."""
    if (id(value), template) in seen:
        return
    seen.add((id(value), template))
    if isinstance(value, Array):
        for item in value:
            yield from _containers(config, item, template, seen)
    if not isinstance(value, Table):
        return
    for key, item in value.items():
        inside = template or key.replace("_", "-") in ("worker-template", "scheduler-template")
        if key == "containers" and isinstance(item, Array):
            yield from (Container(config, one, inside) for one in item if isinstance(one, Table))
        else:
            yield from _containers(config, item, inside, seen)


class Image(NamedTuple):
    """The name of the image that workers run in."""

    text: Text
    expanded: bool
    """dask-kubernetes replaces environment variables in it (classic/kubecluster.py, `expand_environment_variables`)."""
    flow: bool

    @property
    def session(self) -> str:
        """How the image of the session is written in its place; a plain text in braces must not hold braces of its own."""
        written = self.text.place.text
        quote = "" if not self.flow else written[0] if written[:1] in ("'", '"') else '"'
        return f"{quote}${{JUPYTER_IMAGE_SPEC}}{quote}"


@fact
def worker_images(repo: Snapshot) -> tuple[Image, ...]:
    """The images of workers: in pod templates, and the key `kubernetes.image` of today's dask-kubernetes."""
    return tuple(_images(repo))


def _images(repo: Snapshot) -> Iterator[Image]:
    for config in dask_configs(repo):
        found = [one for one in containers(config) if one.image is not None]
        for container in found:
            alone = container.template and len(found) == 1
            if container.image is not None and (alone or container.runs_dask):
                yield Image(container.image, container.template, container.table.flow)
        match config.value:
            case {"kubernetes": Table() as kubernetes} if isinstance(image := kubernetes.get("image"), Text):
                yield Image(image, False, kubernetes.flow)


@fact
def dask_settings(repo: Snapshot) -> tuple[Source, ...]:
    """The files that set something of dask: its configuration, and a start script with variables of dask."""
    script = start_script(repo)
    named = [script.source] if script and "DASK_" in script.source.text else []
    return (*(config.source for config in dask_configs(repo)), *named)


# -- the folder that dask no longer reads

_OLD_PATH = regex(r"\.dask(?![\w.-])(?<![\w.-]\.dask)")
CODE = (".ipynb", ".py", ".sh")
_COPIES = regex(rf"^\s*(?:sudo\s+)?(?:{'|'.join(COPIES)})\s[^\n#]*(?<![\w.-])\.dask(?![\w.-])", re.MULTILINE)
_SETS_FOLDER = regex(r"^[^#\n]*\bDASK_(?:ROOT_)?CONFIG\b", re.MULTILINE)
_PROFILES = (".bash_profile", ".bash_login", ".profile", ".bashrc")


def reads_old_folder(repo: Snapshot) -> bool:
    """Whether something tells dask to read `.dask`, or brings its files to where dask looks."""
    scripts = [script for name in ("start", "postBuild") if (script := used_file(repo, name))]
    if any(".dask" in script.prose and _COPIES.search(script.prose) for script in scripts):
        return True
    settings = [used_file(repo, "start"), *(repo.get(name) for name in _PROFILES), *_code(repo)]
    return any(source and "CONFIG" in source.prose and _SETS_FOLDER.search(source.prose) for source in settings)


def old_folder_mentions(repo: Snapshot) -> list[Text] | None:
    """Where scripts name `.dask`; None when a notebook does, whose text is not to be changed without its author."""
    scripts = {source.path: source for name in ("start", "postBuild") if (source := used_file(repo, name))}
    scripts |= {source.path: source for source in _code(repo) if not source.name.endswith(".ipynb")}
    notebooks = (source for source in _code(repo) if source.name.endswith(".ipynb") and b".dask" in source.data)
    if any(_OLD_PATH.search(source.text) for source in notebooks):
        return None
    return [source.slice(*found.span()) for source in scripts.values() for found in _OLD_PATH.finditer(source.prose)]


def _code(repo: Snapshot) -> Iterator[Source]:
    return (source for source in repo.files if source.name.endswith(CODE))
