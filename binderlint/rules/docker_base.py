"""DKR, first part: the images that a Dockerfile starts from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.images import Image
    from binderlint.repository import Repository

# Words in a tag that is moved to each new build.
_MOVING = {
    *("latest", "main", "master", "trunk", "head", "tip", "dev", "devel", "develop", "development", "edge", "nightly"),
    *("rolling", "snapshot", "current", "stable", "binder", "base"),
}


class DockerUnpinnedBase(Rule):
    """The Dockerfile starts from an image whose content changes.

    Without a tag Docker takes `latest`, and tags such as `latest` or `main` are moved to each new build of the image. Every node of a
    Binder service keeps the image it pulled first, so the same commit can launch with different software today, and does not build at
    all once the image has moved on too far. repo2docker itself does not enforce a tag.
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
        Bad({"Dockerfile": "# ours\nFROM vatlab/sos-notebook\nUSER root\n"}, at="Dockerfile:2:6"),
        Bad(
            {"binder/Dockerfile": "FROM quay.io/jupyter/scipy-notebook:latest\r\nRUN pip install x\r\n"},
            at="binder/Dockerfile:1:6",
        ),
        Bad({".binder/Dockerfile": "from --platform=linux/amd64 ghcr.io/o/r:main"}, at=".binder/Dockerfile:1:29"),
        Bad(
            {"Dockerfile": 'ARG TAG=latest\nARG BASE="quay.io/o/image:$TAG"\nFROM ${BASE} AS final\n'},
            at="Dockerfile:3:6",
        ),
        Bad(
            {
                "Dockerfile": "FROM node:20.1 AS web\nFROM python AS tests\nFROM python:3.12.1\nCOPY --from=web /x /x\nCOPY --from=ghcr.io/o/uv:latest /uv /bin/\n"
            },
            at="Dockerfile:5:13",
        ),
        Bad({"Dockerfile": "FROM jaanos/appr:base\n"}, at="Dockerfile:1:6"),
        Bad({"Dockerfile": "\ufeffFROM localhost:5000/image\n"}, at="Dockerfile:1:6"),
        Good({"Dockerfile": "FROM python@sha256:4a1b\n"}, why="a digest"),
        Good({"Dockerfile": "ARG TAG=2024-05-27\nFROM quay.io/jupyter/base-notebook:${TAG}\n"}, why="an ARG with a default"),
        Good({"Dockerfile": "ARG TAG\nFROM quay.io/jupyter/base-notebook:$TAG\n"}, why="nobody knows what TAG is"),
        Good({"Dockerfile": "FROM python:3.12 AS base\nFROM base\n"}, why="a stage, not an image"),
        Good({"Dockerfile": "FROM python AS docs\nRUN x\nFROM python:3.12\n"}, why="a stage that is not built"),
        Good({"Dockerfile": "FROM scratch\nADD root.tar /\n", "root.tar": ""}, why="scratch has no tags"),
        Good({"Dockerfile": "FROM nvidia/cuda:11.8.0-base-ubuntu22.04\n"}, why="`base` beside a version is a kind of image"),
        Good({"Dockerfile": "FROM debian:bookworm-slim\n"}, why="a release of Debian"),
        Good({"Dockerfile": "FROM python\n", "binder/environment.yml": "dependencies: [python=3.12]\n"}, why="Binder does not read this file"),
        Good({"Dockerfile": "FROM python\n"}, assume_binder=False, why="not meant for Binder"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for image in _images(repo):
            if image.digest or image.path == "docker.io/library/scratch":
                continue
            if not image.tag:
                yield self.at(
                    image.written,
                    f"`{image.written}` has no tag, so every build takes what the image is on that day",
                    help=f"Name a version, as in `{image.written}:<version>`, or a digest",
                )
            elif _moves(image.tag):
                yield self.at(
                    image.written,
                    f"The tag `{image.tag}` is moved to each new build of the image, so Binder may launch other software than you tested",
                    help="Name the tag of one version, or a digest",
                )


def _images(repo: Repository) -> Iterator[Image]:
    """The images that the build pulls, where their names are known: those that stages start from and copy from."""
    from binderlint.files.dockerfile import sources_of
    from binderlint.files.images import image_of, parse

    dockerfile = repo.dockerfile
    for stage in dockerfile.needed if dockerfile else ():
        if not stage.parent and (image := image_of(stage)):
            yield image
        for origin in sources_of(stage):
            if dockerfile and not dockerfile.stage(origin) and "$" not in origin and (image := parse(origin, origin)):
                yield image


def _base(repo: Repository) -> Image | None:
    """The image that the Dockerfile starts from."""
    from binderlint.files.images import image_of

    return image_of(repo.dockerfile.final) if repo.dockerfile and repo.dockerfile.final else None


def _moves(tag: str) -> bool:
    words = set(re.split(r"[-_.]", tag.lower()))
    return "latest" in words or bool(words & _MOVING and not re.search(r"\d", tag))
