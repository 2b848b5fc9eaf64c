"""DKR: base images that are past their time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class DockerEolBase(Rule):
    """The base image no longer gets updates.

    Its operating system or its Python has reached its end of life. New packages are not made for it. The package lists of old Debian and CentOS releases have been removed from the
    servers that the image uses, so `apt-get update` or `yum` fails, and with it the build.

    An operating system is reported only if the Dockerfile installs packages of it, and not if the Dockerfile uses the archive of old releases.
    """

    code = "DKR004"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("WorldWideTelescope/pywwt-notebooks#45",)
    examples = (
        Bad({"Dockerfile": "FROM debian:stretch-slim\nRUN apt-get update\n"}, at="Dockerfile:1:6", why="Debian 9"),
        Bad({"binder/Dockerfile": "FROM buildpack-deps:bionic\nRUN a && \\\n  # b\n  apt-get install -y x\n"}, at="binder/Dockerfile:1:6", why="Ubuntu 18.04 under another name"),
        Bad({"Dockerfile": "FROM python:3.7-slim\r\nUSER 1000\r\n"}, at="Dockerfile:1:6", why="Python 3.7"),
        Bad({"Dockerfile": "ARG V=20.04\nFROM ubuntu:$V AS b\nRUN <<E\napt update\nE\nFROM b\n"}, at="Dockerfile:2:6", why="Ubuntu 20.04 through an ARG and a stage"),
        Bad({"Dockerfile": "FROM ubuntu:19.04\nRUN apt-get update\n"}, at="Dockerfile:1:6", why="A release of Ubuntu with short support"),
        Bad({"Dockerfile": "FROM centos\nRUN yum -y install python3\n"}, at="Dockerfile:1:6", why="CentOS"),
        Good({"Dockerfile": "FROM debian:buster\nRUN sed -i s/deb.debian/archive.debian/ /etc/apt/sources.list && apt-get update\n"
              "RUN echo http://archive.debian.org\n"}, why="The Dockerfile uses the archive of old releases"),
        Good({"Dockerfile": "FROM ubuntu:18.04\nCOPY . /x\n", "a": ""}, why="No packages of the old system are installed"),
        Good({"Dockerfile": "FROM python:3.12-bookworm\nRUN apt-get update\n"}, why="A release that gets updates"),
        Good({"Dockerfile": "FROM python:3\n"}, why="The newest Python"),
        Good({"Dockerfile": "FROM someone/ubuntu:18.04\nRUN apt-get update\n"}, why="An image whose content is not known"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.images import base_of, end_of_life

        image = base_of(repo.dockerfile)
        past = end_of_life(image) if image else None
        if not image or not past or not repo.dockerfile:
            return
        shell = "\n".join(one.script or " ".join(one.words) for one in repo.dockerfile.built if one.name == "RUN")
        installs = re.search(r"\b(apt-get|apt|aptitude|yum|dnf)\s", shell)
        if past.packages == "none":
            effect = "newer releases of packages do not support it"
        elif not installs or re.search(r"archive\.debian|snapshot\.debian|vault\.centos|old-releases", shell):
            return
        elif past.packages == "moved":
            effect = f"its packages have left the servers, so `{installs[1]}` fails and the image cannot be built"
        else:
            effect = "servers of other packages and tools stop supporting it"
        yield self.at(
            image.written,
            f"`{image.value}` is {past.what}, without updates since {past.since}: {effect}",
            help="Start from a current release",
        )


class DockerPangeoOnbuild(Rule):
    """The Dockerfile starts from an old Pangeo image that runs build steps of its own.

    `pangeo/...-onbuild` and the first tags of `pangeo/base-image` run their own steps when an image is built from them: they copy the repository and install `environment.yml`,
    `requirements.txt`, `apt.txt` and `postBuild` from the `binder` folder. They were last built in 2020. Their conda and their system cannot resolve what is published today.

    `pangeo/pangeo-notebook` has no such steps: an `environment.yml` beside it is ignored, which shadowed-config-file reports.
    """

    code = "DKR005"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("pangeo-data/pangeo-docker-images#60", "pangeo-data/pangeo-cmip6-examples#7")
    examples = (
        Bad({"binder/Dockerfile": "FROM pangeo/pangeo-notebook-onbuild:2019.12.08\n"}, at="binder/Dockerfile:1:6", why="An onbuild image"),
        Bad({"Dockerfile": "FROM pangeo/base-image:9d0723d", "environment.yml": "dependencies: []\n"}, at="Dockerfile:1:6", why="An old tag of the base image"),
        Good({"Dockerfile": "FROM pangeo/base-image:2025.08.14\n"}, why="A current base image"),
        Good({"Dockerfile": "FROM pangeo/pangeo-notebook:2021.06.05\n"}, why="An image without steps of its own"),
        Good({"Dockerfile": "FROM someone/image-onbuild:1\n"}, why="An image of somebody else"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.images import base_of

        image = base_of(repo.dockerfile)
        if image and re.fullmatch(r"(?:docker|quay)\.io/pangeo/[\w-]+", image.path):
            if image.name.endswith("-onbuild") or (
                image.name == "base-image" and re.fullmatch("[0-9a-f]{7,}", image.tag)
            ):
                yield self.at(
                    image.written,
                    f"`{image.value}` installs the files of this repository with conda and a system of 2020, which fails on packages of today",
                    help="Use `environment.yml` without a Dockerfile, or start from a current `quay.io/pangeo/base-image`",
                )


class DockerImageBehindRepository(Rule):
    """The Dockerfile only names an image of an earlier commit.

    repo2docker-action and similar tools build the image in advance and leave a Dockerfile with one line, so that launches are fast. Binder then shows the repository as it was in the commit
    that the tag names. Later commits are missing until the tool has built the image again.
    """

    code = "DKR007"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/repo2docker-action#22",)
    examples = (
        Bad({"binder/Dockerfile": "### DO NOT EDIT THIS FILE! Automatically Generated ###\nFROM quay.io/o/r:20b6de1397be\n"}, at="binder/Dockerfile:2:6", why="A generated Dockerfile"),
        Bad({"binder/Dockerfile": "FROM ghcr.io/o/r:0a1b2c3d4e5f60718293a4b5c6d7e8f901234567"}, at="binder/Dockerfile:1:6", why="A tag with the full name of a commit"),
        Good({"Dockerfile": "FROM quay.io/o/r:20b6de1397be\nCOPY . /home/jovyan\n"}, why="The repository is copied into the image"),
        Good({"Dockerfile": "FROM jupyter/all-spark-notebook:17aba6048f44\n"}, why="A tag of the Jupyter stacks"),
        Good({"Dockerfile": "FROM pangeo/pangeo-notebook:942a9e5\n"}, why="An image of somebody else"),
        Good({"Dockerfile": "FROM python:20240527\n"}, why="A tag that is a date"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.images import base_of, facts

        image = base_of(repo.dockerfile)
        if image and repo.dockerfile and len(repo.dockerfile.instructions) == 1 and not facts(image):
            if re.fullmatch(r"(?=.*[a-f])(?=.*\d)(?:[0-9a-f]{12}|[0-9a-f]{40}|[0-9a-f]{7,8})", image.tag):
                yield self.at(
                    image.written,
                    f"Binder shows the repository as it was when this image was built (`{image.tag}`); later commits are not in it",
                    help="Let the workflow that writes this file run after every push",
                )
