"""DKR: what a launch needs of the image: Jupyter and Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import insert_lines
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository


class DockerNoJupyter(Rule):
    """The image has no Jupyter.

    Binder starts JupyterLab, or Notebook if that is missing, in the image that the Dockerfile builds. repo2docker adds nothing to it. If both are missing, the build succeeds and every launch
    fails.

    Only base images that are known to come without Jupyter are reported, and only if every command of the Dockerfile is understood. Scripts, files of other images and unknown
    installers keep the rule silent.

    ## Fix safety

    The fix installs the `notebook` and `jupyterlab` that are current on the day of the build.
    """

    code = "DKR009"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("https://mybinder.readthedocs.io/en/latest/tutorials/dockerfile.html",)
    examples = (
        Bad(
            {"Dockerfile": "FROM python:3.12-slim\nRUN pip install --no-cache-dir numpy  # ours\nUSER 1000\n"},
            at="Dockerfile:1:6",
            fixed={"Dockerfile": "FROM python:3.12-slim\nRUN python3 -m pip install --no-cache-dir notebook jupyterlab\nRUN pip install --no-cache-dir numpy  # ours\nUSER 1000\n"},
         why="Nothing installs Jupyter"),
        Bad(
            {"binder/Dockerfile": "FROM python:3.12\r\nCOPY requirements.txt /tmp/\r\nRUN pip install -r /tmp/requirements.txt", "requirements.txt": "numpy\n"},
            at="binder/Dockerfile:1:6",
            fixed={"binder/Dockerfile": "FROM python:3.12\r\nRUN python3 -m pip install --no-cache-dir notebook jupyterlab\r\nCOPY requirements.txt /tmp/\r\nRUN pip install -r /tmp/requirements.txt"},
         why="requirements.txt does not list Jupyter"),
        Bad({"Dockerfile": "FROM node:18-slim\nRUN apt-get update && \\\n  # the server\n  apt-get install -y python3 openjdk-17-jdk\nRUN npm install\n"}, at="Dockerfile:1:6", why="Node.js and Java, but no Jupyter"),
        Good({"Dockerfile": "FROM python:3.12\nRUN pip install --no-cache notebook\n"}, why="pip installs Jupyter"),
        Good({"Dockerfile": "FROM python:3.12\nCOPY r.txt .\nRUN pip install -r r.txt\n", "r.txt": "jupyterlab==4.2\n"}, why="A requirements file lists Jupyter"),
        Good({"Dockerfile": "FROM quay.io/jupyter/minimal-notebook:2024-10-07\n"}, why="The base image has Jupyter"),
        Good({"Dockerfile": "FROM pangeo/pangeo-notebook:2024.06.02\n"}, why="A Pangeo image has Jupyter"),
        Good({"Dockerfile": "FROM rocker/binder:4.4.1\n"}, why="A rocker image has Jupyter"),
        Good({"Dockerfile": "FROM someone/image:1\nRUN pip install numpy\n"}, why="An image whose content is not known"),
        Good({"Dockerfile": "FROM python:3.12\nCOPY . /src\nRUN /src/install.sh\n", "install.sh": ""}, why="A script that may install it"),
        Good({"Dockerfile": "FROM python:3.12 AS b\nRUN pip install jupyterlab\nFROM python:3.12\nCOPY --from=b /usr/local /usr/local\n"}, why="Files of another stage"),
        Good({"Dockerfile": "FROM continuumio/miniconda3:24.7.1-0\nCOPY e.yml /e.yml\nRUN conda env update -n base -f /e.yml\n", "e.yml": "dependencies: [notebook]\n"}, why="environment.yml lists Jupyter"),
        Good({"Dockerfile": "FROM python:3.12\nRUN pip install git+https://github.com/o/r\n"}, why="A package whose dependencies are not known"),
        Good({"Dockerfile": "FROM debian:12\n"}, why="No Python either, which docker-no-python3 reports"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.docker_installs import may_have_jupyter, may_have_python
        from binderlint.files.images import base_of, facts

        image = base_of(repo.dockerfile)
        known = facts(image)
        stage = repo.dockerfile.final if repo.dockerfile else None
        if not image or not known or not stage or known.jupyter is not False or may_have_jupyter(repo, stage):
            return
        if known.python3 is False and not may_have_python(repo, stage):
            return
        source, line = image.written.place.source, stage.start.place.end_line + 1
        install = "RUN python3 -m pip install --no-cache-dir notebook jupyterlab"
        simple = known.pip and known.root and not stage.parent
        yield self.at(
            image.written,
            f"`{image.value}` has no Jupyter and nothing here installs it, so Binder has nothing to launch",
            help="Install `notebook` and `jupyterlab` in the image",
            fix=Fix("Install Jupyter", (insert_lines(source, line, install),), Applicability.UNSAFE)
            if simple
            else None,
        )


class DockerNoPython3(Rule):
    """The image has no `python3`.

    BinderHub starts every image with `python3 -c ...`, a few lines that choose between JupyterLab and Notebook. An image without `python3` cannot be launched, whatever language its notebooks
    use.

    Only base images that are known to come without Python are reported, and only if nothing in the Dockerfile can have installed it.
    """

    code = "DKR010"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub: helm-chart/binderhub/values.yaml",)
    examples = (
        Bad({"Dockerfile": "FROM julia:1.10\nRUN apt-get update && apt-get install -y git\n"}, at="Dockerfile:1:6", why="A Julia image"),
        Bad({"binder/Dockerfile": "FROM node:20-alpine\nCOPY . /srv\nRUN npm ci\n"}, at="binder/Dockerfile:1:6", why="A small Node.js image"),
        Bad({"Dockerfile": "FROM debian:12-slim"}, at="Dockerfile:1:6", why="A bare Debian"),
        Good({"Dockerfile": "FROM debian:12\nRUN apt-get update && apt-get install -y python3-pip\n"}, why="python3 is installed"),
        Good({"Dockerfile": "FROM ubuntu:24.04\nRUN apt-get update && apt-get install -y gdal-bin\n"}, why="A package that may install python3"),
        Good({"Dockerfile": "FROM debian:12\nCOPY --from=ghcr.io/astral-sh/uv:0.4 /uv /bin/\n"}, why="uv, which may install it"),
        Good({"Dockerfile": "FROM debian:12\nRUN curl -sL https://x.org/install | sh\n"}, why="A script that may install it"),
        Good({"Dockerfile": "FROM node:20\n"}, why="An image that has python3"),
        Good({"Dockerfile": "FROM python:3.12-alpine\n"}, why="A small Python image"),
        Good({"Dockerfile": "FROM someone/julia:1\n"}, why="An image whose content is not known"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.docker_installs import may_have_python
        from binderlint.files.images import base_of, facts

        image = base_of(repo.dockerfile)
        known = facts(image)
        stage = repo.dockerfile.final if repo.dockerfile else None
        if image and known and stage and known.python3 is False and not may_have_python(repo, stage):
            yield self.at(
                image.written,
                f"`{image.value}` has no `python3`, which BinderHub needs to start any session",
                help="Install Python 3 and Jupyter in the image, or start from one that has them, such as `quay.io/jupyter/base-notebook`",
            )
