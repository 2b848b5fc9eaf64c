"""Plan: what repo2docker does with a repository: which buildpack, which files it reads and ignores, and why."""

from __future__ import annotations

from binderlint.repo2docker.buildpack import OPAQUE, Buildpack
from binderlint.repo2docker.names import CONFIG_NAMES as CONFIG_NAMES
from binderlint.repo2docker.names import ROOT_ONLY as ROOT_ONLY
from binderlint.source import Place
from binderlint.typed import TYPE_CHECKING
from binderlint.values import Enum, NamedTuple

if TYPE_CHECKING:
    pass

DEFAULT_PYTHON = "3.10"  # what a repository gets that names none; the other versions are in data/repo2docker.json


class Status(Enum):
    """What becomes of a configuration file: repo2docker reads it, does not, or another file that is read brings it in."""

    USED = "used"
    IGNORED = "ignored"
    INDIRECT = "indirect"


class FileUse(NamedTuple):
    """A configuration file and what becomes of it, with the reason in words."""

    path: str
    status: Status
    reason: str


class Version(NamedTuple):
    """A version and where it comes from: the place that decided, or None for repo2docker's default."""

    version: str
    place: Place | None
    reason: str


class PlanError(NamedTuple):
    """The error that repo2docker raises: the stage, the exception's type and message, and the place to blame.

    The stage is `detect:<class>`, the property or method of the buildpack that raises first, `render` or `build`.
    """

    stage: str
    type: str
    message: str
    place: Place


class Match(NamedTuple):
    """A buildpack that says yes to a repository, or the type of the exception that it raises."""

    buildpack: Buildpack
    error: str = ""

    def __str__(self) -> str:
        return f"{self.buildpack}!{self.error}" if self.error else str(self.buildpack)


class Step(NamedTuple):
    """A step of the build: the user who runs it, what it does, the configuration files it takes.

    `when` is `before` or `after` the repository is copied into the image, `copy` for that itself, `docker` for a Dockerfile's own.
    """

    user: str
    what: str
    files: tuple[str, ...]
    when: str


class Plan(NamedTuple):
    """What repo2docker does. `buildpack` is None where it raises before one is chosen."""

    binder_dir: str
    buildpack: Buildpack | None
    matching: tuple[Match, ...]
    """Every buildpack that would say yes, or raises; the first one is taken."""
    default: bool
    """No buildpack matches: mybinder.org refuses the repository, other hubs give a bare Python environment."""
    python: Version | None
    files: tuple[FileUse, ...]
    start: str | None
    """The script that gets the launch command, as a path in the repository."""
    post_build: str | None
    error: PlanError | None
    r: Version | None = None
    """The R of an R repository, or the r-base that conda is asked for."""
    julia: Version | None = None
    separate_kernel: bool = False
    """The kernel gets an environment of its own, beside a server on the default Python."""
    conda_r: bool = False
    """environment.yml installs R packages, so RStudio is installed too."""
    env_needs_repository: bool = False
    """environment.yml is installed after the repository is copied, because pip installs something local."""
    pip_needs_repository: bool = False
    """requirements.txt is installed after the repository is copied."""

    @property
    def transparent(self) -> bool:
        """True for a build whose packages can be known."""
        return self.buildpack is not None and self.buildpack not in OPAQUE

    def uses(self, path: str) -> bool:
        """Whether the build or the launch reads this file, directly or through another one."""
        return any(use.path == path and use.status is not Status.IGNORED for use in self.files)

    def use(self, path: str) -> FileUse | None:
        """What becomes of a configuration file, None for a file that is none."""
        return next((use for use in self.files if use.path == path), None)

    def path(self, name: str) -> str:
        """Where repo2docker looks for a configuration file: in the binder directory if there is one."""
        return f"{self.binder_dir}/{name}" if self.binder_dir else name
