"""Images: what a name after FROM refers to, and what is known of the image."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from binderlint.data import rows
from binderlint.pattern import regex
from binderlint.read.ends import EndOfLife, ended_releases
from binderlint.source import Text
from binderlint.values import NamedTuple


class Image(NamedTuple):
    """An image reference: `python:3.12-slim` is `docker.io/library/python` with the tag `3.12-slim`.

    `written` is the word in the Dockerfile, `value` the same without variables.
    """

    written: Text
    value: str
    path: str
    tag: str
    digest: str

    @property
    def name(self) -> str:
        """The last part of the path."""
        return self.path.rpartition("/")[2]


class Facts(NamedTuple):
    """What is known of an image. None where it is not."""

    jupyter: bool | None
    python3: bool | None
    pip: bool | None
    root: bool | None
    """The finished image runs as root."""
    user1000: bool | None
    """A user with UID 1000 exists in it."""
    workdir: str | None
    variables: Mapping[str, str]


def parse_image(written: Text, value: str) -> Image | None:
    """The image that a reference names; None when it is no valid reference (docker's reference grammar, simplified)."""
    rest, _, digest = value.partition("@")
    head, slash, tail = rest.rpartition("/")
    name, colon, tag = tail.partition(":")
    path = head + slash + name
    if (colon and not tag) or not re.fullmatch(r"[\w.-]+(?::\d+)?(?:/[\w.-]+)*", path, re.ASCII):
        return None
    first = path.partition("/")[0]
    if "/" not in path:
        path = f"docker.io/library/{path}"
    elif first in ("index.docker.io", "registry-1.docker.io"):
        path = "docker.io" + path[len(first) :]
    elif not ("." in first or ":" in first or first == "localhost"):
        path = f"docker.io/{path}"
    if path.startswith("docker.io/") and path.count("/") == 1:
        path = path.replace("/", "/library/")
    return Image(written, value, path, tag, digest)


def image_facts(image: Image | None) -> Facts | None:
    """What is known of an image; None for one that is not in the table."""
    if image is None:
        return None
    for path, tag, found in _table():
        if path.fullmatch(image.path) and tag.fullmatch(image.tag):
            return found
    return None


def official_releases(image: Image) -> tuple[tuple[str, str], ...]:
    """The systems and languages in an official image, each as product and release: `python:3.9-buster` is a Debian 10 with a Python 3.9."""
    folder, _, name = image.path.rpartition("/")
    if folder != "docker.io/library":
        return ()
    words = image.tag.split("-")
    version = {("python", "2"): "2.7"}.get((name, words[0]), words[0]) + "."
    product = {"buildpack-deps": "ubuntu"}.get(name, name)
    return tuple(
        (one, release)
        for one, release, called, *_ in rows("ends.tsv")
        if (called and called in words) or (one == product and (not release or version.startswith(f"{release}.")))
    )


def ends_of_life(image: Image, day: str) -> tuple[EndOfLife, ...]:
    """What of an official image, its system first, gets no updates on a day any more."""
    found = [
        past for product, release in official_releases(image) if (past := ended_releases(product, day).get(release))
    ]
    return tuple(sorted(found, key=lambda past: past.packages == "none"))


@cache
def _table() -> tuple[tuple[re.Pattern[str], re.Pattern[str], Facts], ...]:
    known = {"yes": True, "no": False, "root": True, "1000": False}
    table = []
    for path, tag, jupyter, python3, pip, user, user1000, workdir, variables, _ in rows("images.tsv"):
        table.append(
            (
                re.compile(path),
                re.compile(tag),
                Facts(
                    known.get(jupyter),
                    known.get(python3),
                    known.get(pip),
                    known.get(user),
                    known.get(user1000),
                    None if workdir == "?" else workdir,
                    dict(pair.split("=", 1) for pair in variables.split()),
                ),
            )
        )
    return tuple(table)


_PANGEO_BASE = regex(r"(?:docker|quay)\.io/pangeo/base-image")


# The `python3` of a system's own packages.
_SYSTEM_PYTHON = {
    ("ubuntu", "18.04"): "3.6",
    ("ubuntu", "20.04"): "3.8",
    ("ubuntu", "22.04"): "3.10",
    ("ubuntu", "24.04"): "3.12",
    ("debian", "10"): "3.7",
    ("debian", "11"): "3.9",
    ("debian", "12"): "3.11",
    ("debian", "13"): "3.13",
}
_PYTHON_TAG = regex(r"(?:x86_64-|aarch64-)?python-(3\.\d+)(?:\.\d+)?")


def is_stack(image: Image) -> bool:
    """Whether an image is one of Jupyter's Docker stacks."""
    return image.path.startswith(("docker.io/jupyter/", "quay.io/jupyter/")) and image.path.count("/") == 2


def python_of(image: Image) -> str | None:
    """The Python 3 that an image has, or that its system installs as `python3`, such as `3.10`; None where that is not known."""
    if is_stack(image):
        found = _PYTHON_TAG.fullmatch(image.tag)
        return found[1] if found else None
    releases = official_releases(image)
    python = next((release for product, release in releases if product == "python"), None)
    return python or next((_SYSTEM_PYTHON[one] for one in releases if one in _SYSTEM_PYTHON), None)


_STACKS = regex(r"docker\.io/(jupyter/(?:[\w-]+-notebook|docker-stacks-foundation))")
_PANGEO = regex(r"(?:docker|quay)\.io/pangeo/[\w-]+")


def frozen_stack(image: Image) -> str | None:
    """The name of an image of the Jupyter stacks on Docker Hub, where nothing has been added since October 2023 (jupyter/docker-stacks#2099)."""
    found = _STACKS.fullmatch(image.path)
    return found[1] if found else None


def is_old_pangeo(image: Image) -> bool:
    """Whether an image is one of Pangeo's from 2020 that run build steps of their own; they get no new builds."""
    old = image.name.endswith("-onbuild") or (image.name == "base-image" and re.fullmatch("[0-9a-f]{7,}", image.tag))
    return bool(_PANGEO.fullmatch(image.path) and old)


def onbuild_files(image: Image | None) -> tuple[tuple[str, ...], ...]:
    """The configuration files that the ONBUILD lines of an image read from binder/, .binder/ or the root, of each group the first that is there.

    Empty for an image that leaves the repository alone, as far as its name tells. Sources: pangeo-data/pangeo-docker-images, base-image/Dockerfile;
    pangeo-data/pangeo-stacks, onbuild/r2d_overlay.py.
    """
    if image is None:
        return ()
    if _PANGEO_BASE.fullmatch(image.path):
        packages = ("conda-lock.yml", "conda-linux-64.lock", "environment.yml")
        return (("apt.txt",), packages, ("requirements.txt",), ("postBuild",), ("start",))
    if image.name.endswith("-onbuild") or image.tag.endswith("onbuild"):
        return (("apt.txt",), ("environment.yml", "requirements.txt"), ("postBuild",), ("start",))
    return ()
