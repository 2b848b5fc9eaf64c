"""DKR: the images that a Dockerfile starts from: tags and registries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

# Words in a tag that is moved to each new build.
_MOVING = {
    *("latest", "main", "master", "trunk", "head", "tip", "dev", "devel", "develop", "development", "edge", "nightly"),
    *("rolling", "snapshot", "current", "stable", "binder", "base"),
}

# Images that the same makers publish in a registry without the limits of Docker Hub (their own READMEs).
_MIRRORS = (
    (r"docker\.io/pangeo/(?:base-image|(?:base|pangeo|ml|pytorch)-notebook)", "quay.io/pangeo"),
    (r"docker\.io/condaforge/miniforge3", "quay.io/condaforge"),
    (r"docker\.io/jupyterhub/(?:jupyterhub|singleuser)", "quay.io/jupyterhub"),
)


class DockerUnpinnedBase(Rule):
    """The Dockerfile starts from an image whose content changes.

    Without a tag, Docker uses `latest`. Tags such as `latest` or `main` move to each new build of the image. Every node of a Binder service keeps the image that it pulled first, so the same
    commit can launch with different software, and stops building once the image has changed too much. repo2docker itself does not require a tag.
    """

    code = "DKR001"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = (
        "plotly/Plotly.NET#362",
        "openradar/erad2024#63",
        "https://mybinder.readthedocs.io/en/latest/tutorials/dockerfile.html",
    )
    examples = (
        Bad({"Dockerfile": "# ours\nFROM vatlab/sos-notebook\nUSER root\n"}, at="Dockerfile:2:6", why="No tag"),
        Bad(
            {"binder/Dockerfile": "FROM quay.io/jupyter/scipy-notebook:latest\r\nRUN pip install x\r\n"},
            at="binder/Dockerfile:1:6",
         why="The tag latest"),
        Bad({".binder/Dockerfile": "from --platform=linux/amd64 ghcr.io/o/r:main"}, at=".binder/Dockerfile:1:29", why="The tag main"),
        Bad(
            {"Dockerfile": 'ARG TAG=latest\nARG BASE="quay.io/o/image:$TAG"\nFROM ${BASE} AS final\n'},
            at="Dockerfile:3:6",
         why="The tag latest in an ARG"),
        Bad(
            {
                "Dockerfile": "FROM node:20.1 AS web\nFROM python AS tests\nFROM python:3.12.1\nCOPY --from=web /x /x\nCOPY --from=ghcr.io/o/uv:latest /uv /bin/\n"
            },
            at="Dockerfile:5:13",
         why="The tag latest in COPY --from"),
        Bad({"Dockerfile": "FROM jaanos/appr:base\n"}, at="Dockerfile:1:6", why="A tag that is a word"),
        Bad({"Dockerfile": "\ufeffFROM localhost:5000/image\n"}, at="Dockerfile:1:6", why="No tag, with a port in the name of the registry"),
        Good({"Dockerfile": "FROM python@sha256:4a1b\n"}, why="A digest"),
        Good({"Dockerfile": "ARG TAG=2024-05-27\nFROM quay.io/jupyter/base-notebook:${TAG}\n"}, why="A tag in an ARG with a default"),
        Good({"Dockerfile": "ARG TAG\nFROM quay.io/jupyter/base-notebook:$TAG\n"}, why="An ARG without a default"),
        Good({"Dockerfile": "FROM python:3.12 AS base\nFROM base\n"}, why="A stage instead of an image"),
        Good({"Dockerfile": "FROM python AS docs\nRUN x\nFROM python:3.12\n"}, why="A stage that is not built"),
        Good({"Dockerfile": "FROM scratch\nADD root.tar /\n", "root.tar": ""}, why="scratch, which has no tags"),
        Good({"Dockerfile": "FROM nvidia/cuda:11.8.0-base-ubuntu22.04\n"}, why="A tag with a version and a word"),
        Good({"Dockerfile": "FROM debian:bookworm-slim\n"}, why="A release of Debian"),
        Good({"Dockerfile": "FROM python\n", "binder/environment.yml": "dependencies: [python=3.12]\n"}, why="Binder does not read this file"),
        Good({"Dockerfile": "FROM python\n"}, assume_binder=False, why="The repository is not meant for Binder"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.images import images_of

        for image in images_of(repo.dockerfile):
            if image.digest or image.path == "docker.io/library/scratch":
                continue
            if not image.tag:
                yield self.at(
                    image.written,
                    f"`{image.value}` has no tag, so every build takes what the image is on that day",
                    help=f"Name a version, as in `{image.value}:<version>`, or a digest",
                )
            elif _moves(image.tag):
                yield self.at(
                    image.written,
                    f"The tag `{image.tag}` is moved to each new build of the image, so Binder may launch other software than you tested",
                    help="Name the tag of one version, or a digest",
                )


class DockerBaseUndefined(Rule):
    """FROM names an image through an ARG that has no value.

    Binder passes `NB_USER` and `NB_UID` and no other build argument, so an ARG without a default is empty there, whatever other builds pass. What remains, such as `image:` or
    `/name`, is not the name of an image, and the build stops at once.
    """

    code = "DKR019"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/app.py",)
    examples = (
        Bad({"Dockerfile": "ARG TAG\nFROM python:$TAG\n"}, at="Dockerfile:2:6", why="The tag has no value"),
        Bad({"binder/Dockerfile": "# ours\r\nARG BASE=$REGISTRY/base:1\r\nFROM ${BASE} AS b\r\n"}, at="binder/Dockerfile:3:6", why="The registry has no value"),
        Bad({"Dockerfile": "FROM ${BASE}"}, at="Dockerfile:1:6", why="The whole name has no value"),
        Good({"Dockerfile": "ARG TAG=3.12\nFROM python:${TAG}\n"}, why="The ARG has a default"),
        Good({"Dockerfile": "FROM python:${TAG:-3.12}\n"}, why="The variable has a default where it is used"),
        Good({"Dockerfile": "FROM --platform=$BUILDPLATFORM image-$TARGETARCH:1\n"}, why="An argument that Docker defines"),
        Good({"Dockerfile": "ARG X\nFROM python:3.12 AS a\nFROM python:$X AS b\nFROM a\n"}, why="A stage that is not built"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.dockerfile import PLATFORM_ARGS
        from binderlint.files.dockerfile_words import expand, names
        from binderlint.files.images import parse

        for stage in repo.dockerfile.needed if repo.dockerfile else ():
            empty = {name: None if name in PLATFORM_ARGS else "" for name in names(stage.base)}
            value = expand(stage.base, {**empty, **stage.start.variables})
            if "$" in stage.base and value is not None and not stage.parent and not parse(stage.base, value):
                yield self.at(
                    stage.base,
                    f"Binder gives no value to the variables of this image, so its name is `{value}`, which is not a name of an image, and the build stops",
                    help="Give the ARG a default",
                )


class DockerFrozenRegistry(Rule):
    """A Jupyter image comes from Docker Hub, where it is no longer built.

    The Jupyter Docker Stacks moved to quay.io on 20 October 2023. `jupyter/...` on Docker Hub is still what it was on that day. Without a tag it is years old. Newer tags do not exist
    there, so the build stops with "not found". Older tags are still there and are not reported.

    ## Fix safety

    If the tag does not exist on Docker Hub, the fix only writes the registry that has it, and is safe. If it exists, the image on quay.io has newer software, and the fix is
    unsafe.
    """

    code = "DKR002"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyter/docker-stacks#2094", "jupyter/docker-stacks#2099")
    examples = (
        Bad(
            {"Dockerfile": "FROM jupyter/base-notebook\nUSER root\n"},
            at="Dockerfile:1:6",
            fixed={"Dockerfile": "FROM quay.io/jupyter/base-notebook\nUSER root\n"},
         why="No tag"),
        Bad(
            {"binder/Dockerfile": "FROM docker.io/jupyter/scipy-notebook:latest AS b\r\n"},
            at="binder/Dockerfile:1:6",
            fixed={"binder/Dockerfile": "FROM quay.io/jupyter/scipy-notebook:latest AS b\r\n"},
         why="The tag latest, with the name of the registry"),
        Bad(
            {"Dockerfile": "# newer\nFROM jupyter/minimal-notebook:2024-05-27"},
            at="Dockerfile:2:6",
            fixed={"Dockerfile": "# newer\nFROM quay.io/jupyter/minimal-notebook:2024-05-27"},
            severity=Severity.ERROR,
         why="A tag that is not on Docker Hub"),
        Bad({"Dockerfile": "ARG TAG=lab-4.2.5\nFROM jupyter/r-notebook:$TAG\n"}, at="Dockerfile:2:6",
            fixed={"Dockerfile": "ARG TAG=lab-4.2.5\nFROM quay.io/jupyter/r-notebook:$TAG\n"}, severity=Severity.ERROR, why="A tag in an ARG that is not on Docker Hub"),
        Good({"Dockerfile": "FROM jupyter/all-spark-notebook:17aba6048f44\n"}, why="An old tag that is still there"),
        Good({"Dockerfile": "FROM jupyter/base-notebook:lab-3.6.3\n"}, why="An old tag with the version of JupyterLab"),
        Good({"Dockerfile": "FROM jupyter/base-notebook:2023-10-20\n"}, why="The tag of the last day"),
        Good({"Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-05-27\n"}, why="The registry where it is built"),
        Good({"Dockerfile": "FROM someone/base-notebook\n"}, why="An image of somebody else"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.images import images_of

        for image in images_of(repo.dockerfile):
            found = re.fullmatch(r"docker\.io/(jupyter/(?:[\w-]+-notebook|docker-stacks-foundation))", image.path)
            if not found or image.digest:
                continue
            start = re.match(r"(?:docker\.io/)?(?=jupyter/)", image.written)
            edits = (replace(image.written.part(*start.span()), "quay.io/"),) if start else ()
            if image.tag in ("", "latest"):
                yield self.at(
                    image.written,
                    f"`{found[1]}` on Docker Hub has not been built since October 2023, so Binder launches software of that time",
                    help=f"Take `quay.io/{found[1]}`, with the tag of a version",
                    fix=Fix(f"Use `quay.io/{found[1]}`", edits, Applicability.UNSAFE) if edits else None,
                )
            elif _only_on_quay(image.tag):
                yield self.at(
                    image.written,
                    f"`{found[1]}:{image.tag}` is not on Docker Hub, where nothing was added after October 2023: the build fails",
                    help=f"Take `quay.io/{found[1]}:{image.tag}`",
                    fix=Fix(f"Use `quay.io/{found[1]}`", edits) if edits else None,
                    severity=Severity.ERROR,
                    level=Level.LAUNCH,
                )


class DockerLegacyBase(Rule):
    """The Dockerfile starts from `andrewosh/binder-base`, which Binder refuses.

    This was the image of the first Binder, in 2016. repo2docker looks for it in the Dockerfile of the root before anything else and stops, even if a `binder` folder contains a configuration
    that would work.
    """

    code = "DKR003"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/legacy/__init__.py",)
    examples = (
        Bad(
            {"Dockerfile": "# old\nFROM andrewosh/binder-base\nMAINTAINER x\n"},
            at="Dockerfile:2:1",
            why="The old image",
        ),
        Bad(
            {
                "Dockerfile": "FROM  AndrewOsh/binder-base:1 # x",
                "binder/environment.yml": "dependencies: [python=3.12]\n",
            },
            at="Dockerfile:1:1",
            why="The old image beside a binder directory that would work",
        ),
        Good(
            {"binder/Dockerfile": "FROM andrewosh/binder-base:1\n"},
            why="A Dockerfile in the binder directory, where repo2docker does not look for it",
        ),
        Good({"Dockerfile": "FROM x:1\nFROM andrewosh/binder-base\n"}, why="The image in a second FROM"),
        Good({"Dockerfile": "FROM x:1 # andrewosh/binder-base\n"}, why="The image in a comment"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.get("Dockerfile")
        line = next((line for line in source.lines() if line.startswith("FROM")), None) if source else None
        if line and "andrewosh/binder-base" in line.partition("#")[0].lower():
            yield self.at(
                line.trimmed(),
                "Binder stops at this image of the first Binder, whatever other configuration the repository has",
                help="Remove the Dockerfile and describe the environment in `environment.yml` or `requirements.txt`",
            )


class DockerHubRateLimit(Rule):
    """The image comes from Docker Hub although it is published elsewhere too.

    Docker Hub limits how many images an address may pull without an account, and all builds of a Binder service share a few addresses. So a build can fail with "toomanyrequests" through no
    fault of yours. Only images that the same people publish in a registry without that limit are reported.
    """

    code = "DKR006"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("ipeaGIT/intro_access_book#18",)
    examples = (
        Bad(
            {"binder/Dockerfile": "FROM pangeo/pangeo-notebook:2024.06.02\n"},
            at="binder/Dockerfile:1:6",
            why="A Pangeo image",
        ),
        Bad(
            {"Dockerfile": "FROM docker.io/condaforge/miniforge3:24.3.0-0"},
            at="Dockerfile:1:6",
            why="A Miniforge image with the name of the registry",
        ),
        Good({"Dockerfile": "FROM quay.io/pangeo/pangeo-notebook:2024.06.02\n"}, why="Another registry"),
        Good({"Dockerfile": "FROM rocker/binder:4.4.1\n"}, why="An image that is only on Docker Hub"),
        Good(
            {"Dockerfile": "FROM pangeo/pangeo-notebook-onbuild:2019.12.08\n"},
            why="A tag that is too old for the other registry",
        ),
        Good(
            {"Dockerfile": "FROM jupyter/base-notebook:2023-10-20\n"},
            why="A Jupyter image, which docker-frozen-registry reports",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.images import images_of

        for image in images_of(repo.dockerfile):
            mirror = next((to for pattern, to in _MIRRORS if re.fullmatch(pattern, image.path)), None)
            if mirror and image.path.startswith("docker.io/") and re.match(r"202[2-9]|\d+\.", image.tag):
                yield self.at(
                    image.written,
                    "Docker Hub limits anonymous pulls, which all builds of a Binder service share, so the build can fail now and then",
                    help=f"The same image is published as `{mirror}/{image.name}`",
                )


def _moves(tag: str) -> bool:
    words = set(re.split(r"[-_.]", tag.lower()))
    return "latest" in words or bool(words & _MOVING and not re.search(r"\d", tag))


def _only_on_quay(tag: str) -> bool:
    """Whether a tag of the Jupyter stacks is newer than 20 October 2023 (docker-stacks CHANGELOG: Python 3.12 came in 2024, 3.13 in 2025)."""
    name = re.sub(r"^(?:x86_64|aarch64)-", "", tag)
    if re.fullmatch(r"\d{4}-\d\d-\d\d", name):
        return name > "2023-10-20"
    return bool(re.match(r"python-3\.1[2-9]|lab-4\.[1-9]|lab-[5-9]|notebook-7\.[1-9]|hub-[5-9]|ubuntu-24", name))
