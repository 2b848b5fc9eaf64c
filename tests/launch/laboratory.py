"""Laboratory: where images are built and run: Docker with what everybody has, or podman with a stand-in for conda-forge.

The stand-in is a Debian in which the download of micromamba is answered with a script that installs a Python of this computer and the packages of Jupyter from
the index of pip, in the versions of repo2docker's lock file. All else is repo2docker's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from binderlint.values import NamedTuple

HERE = Path(__file__).parent
# Pythons that the stand-in has, as far as they are on this computer; 3.10 is repo2docker's default.
PYTHONS = ("3.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
_BASE = "docker.io/library/buildpack-deps:24.04"
_PLAIN = "localhost/plain:1"  # an image with Jupyter, from which Dockerfiles start
_PUBLIC = "quay.io/jupyter/base-notebook:2025-01-06"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_PROGRAMS = ("podman", "buildah", "crun", "debootstrap", "patchelf")  # and packages of the same names
_BUILD_SECONDS = 1200


class LaboratoryError(Exception):
    """Images cannot be built on this computer; the message says what is missing."""


class Built(NamedTuple):
    """What came of a build: the image (empty where it failed), the log, and the time in seconds."""

    image: str
    log: str
    seconds: float


class Laboratory:
    """A folder with everything that is made. `docker` takes Docker as it is, without any stand-in."""

    def __init__(self, folder: Path, docker: bool = False) -> None:
        self.folder = folder
        self.docker = docker
        self._environment = dict(os.environ)
        if not docker:
            self._environment |= {
                "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
                "LAB": str(folder),
                "PODMAN": shutil.which("podman") or "",
                "DOCKER_HOST": "unix:///podman.sock",  # with this word in it repo2docker uses the command `podman`
            }

    def install(self) -> None:
        """Install what is needed from Debian or Ubuntu. Raises LaboratoryError."""
        if not shutil.which("apt-get"):
            raise LaboratoryError("There is no apt-get on this computer to install anything with")
        packages = ["docker.io"] if self.docker else [*_PROGRAMS, "uidmap", "util-linux"]
        self._must(["apt-get", "update", "-qq"])
        self._must(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])

    def prepare(self) -> None:
        """Make what is not there yet. Raises LaboratoryError."""
        needed = ("docker",) if self.docker else (*_PROGRAMS, "unshare")
        if missing := [name for name in needed if not shutil.which(name)]:
            raise LaboratoryError(f"Not on this computer: {', '.join(missing)}. Install them, or launch elsewhere")
        if self.docker:
            if self.run("image", "inspect", _PLAIN).returncode:
                self._must(["docker", "pull", "-q", _PUBLIC])
                self._must(["docker", "tag", _PUBLIC, _PLAIN])
            return
        (self.folder / "bin").mkdir(parents=True, exist_ok=True)
        shutil.copy2(HERE / "standin/podman", self.folder / "bin/podman")
        if self.run("image", "exists", _BASE).returncode:
            self._make_base()
        if self.run("image", "exists", _PLAIN).returncode:
            self._build(HERE / "standin/plain.Dockerfile", HERE / "standin", _PLAIN)

    def _make_base(self) -> None:
        """The image that stands for Ubuntu's, under its name."""
        root, context = self.folder / "root", self.folder / "context"
        shutil.rmtree(context, ignore_errors=True)
        if not (root / "etc/debian_version").exists():
            self._must(
                ["debootstrap", "--variant=minbase", "--include=ca-certificates,wget,locales", "bookworm", str(root)]
            )
        shutil.copytree(HERE / "standin", context)
        for version in PYTHONS:
            if found := _python_home(version):
                home = context / "pythons" / version
                ignored = shutil.ignore_patterns(
                    "test", "__pycache__", "*.a", "idlelib", "tkinter", "site-packages-old"
                )
                shutil.copytree(found, home, symlinks=True, ignore=ignored)
                program = home / f"bin/python{version}"
                self._must(["patchelf", "--set-rpath", "$ORIGIN/../lib", str(program)])
        shutil.copy2(_CERTIFICATES, context / "certificates.crt")
        tar = subprocess.Popen(["tar", "-C", str(root), "-c", "."], stdout=subprocess.PIPE)
        self._must([str(self.folder / "bin/podman"), "import", "-q", "-", "localhost/base:bookworm"], tar.stdout)
        self._build(context / "Dockerfile", context, _BASE)
        shutil.rmtree(context)

    def _build(self, dockerfile: Path, context: Path, name: str) -> None:
        options = [
            "--isolation",
            "chroot",
            "--network",
            "host",
            "--pull=never",
            "-q",
            "-t",
            name,
            "-f",
            str(dockerfile),
        ]
        self._must([*self.command("build"), *options, str(context)])

    def _must(self, command: list[str], given: object = None) -> None:
        done = subprocess.run(
            command, env=self._environment, stdin=given, capture_output=True, text=True, errors="replace", check=False
        )  # type: ignore[call-overload]
        if done.returncode:
            raise LaboratoryError(f"{' '.join(command[:3])} failed:\n{(done.stdout + done.stderr)[-3000:]}")

    def run(self, *words: str, seconds: float = 600) -> subprocess.CompletedProcess[str]:
        """A command of podman or Docker."""
        return subprocess.run(
            self.command(*words),
            env=self._environment,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            check=False,
        )

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """A command of podman or Docker that goes on; its output goes to a file in the folder."""
        with open(self.folder / "running.log", "wb") as log:
            return subprocess.Popen(self.command(*words), env=self._environment, stdout=log, stderr=log)

    def command(self, *words: str) -> list[str]:
        return ["docker" if self.docker else str(self.folder / "bin/podman"), *words]

    def has_python(self, version: str) -> bool:
        """Whether an environment with this Python can be made."""
        return self.docker or (version in PYTHONS and _python_home(version) is not None)

    def options(self) -> tuple[str, ...]:
        """What `run` needs besides the image and its command. The user is that of BinderHub's pods (singleuser.uid of its chart)."""
        limits = ("--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096")
        return ("--rm", "--network=host", "--user=1000", *(() if self.docker else ("--cgroups=disabled", *limits)))

    def build(self, repository: Path, name: str) -> Built:
        """Let repo2docker build a repository."""
        image = f"localhost/{name}:1"
        hub = "--Repo2Docker.default_buildpack=None"  # as mybinder.org says it: what asks for no environment is refused
        words = [hub, "--no-run", "--user-id", "1000", "--user-name", "jovyan", "--image-name", image, str(repository)]
        begun = time.monotonic()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "repo2docker", *words],
                env=self._environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=_BUILD_SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            return Built(
                "",
                f"The build took longer than {_BUILD_SECONDS} seconds\n{error.output or ''}",
                time.monotonic() - begun,
            )
        return Built("" if done.returncode else image, done.stdout, time.monotonic() - begun)


def _python_home(version: str) -> Path | None:
    """The folder of a Python of this computer."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    return next(iter(sorted(root.glob(f"{version}.*"))), None)
