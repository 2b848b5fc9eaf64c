"""Buildpack: the classes of repo2docker of which one makes the image, in the order in which they are asked (app.py)."""

from __future__ import annotations

from binderlint.values import Enum


class Buildpack(Enum):
    """A class of repo2docker, by its name."""

    LEGACY = "LegacyBinderDockerBuildPack"
    DOCKER = "DockerBuildPack"
    JULIA = "JuliaProjectTomlBuildPack"
    JULIA_REQUIRE = "JuliaRequireBuildPack"
    NIX = "NixBuildPack"
    R = "RBuildPack"
    CONDA = "CondaBuildPack"
    PIPFILE = "PipfileBuildPack"
    PYTHON = "PythonBuildPack"

    def __str__(self) -> str:
        return self.value


# Builds of which nobody can tell what they install, and those that repo2docker refuses.
OPAQUE = frozenset({Buildpack.LEGACY, Buildpack.DOCKER, Buildpack.NIX, Buildpack.JULIA_REQUIRE})
# Builds that take their Python from runtime.txt (python/__init__.py, julia/julia_project.py).
WITH_RUNTIME = (Buildpack.PYTHON, Buildpack.JULIA)
