"""Repository: an immutable snapshot of a repository's files, what Binder would clone, and cached views of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Files, Source, Table

if TYPE_CHECKING:
    from binderlint.facts.dask.configs import Config
    from binderlint.facts.docker.context import Run
    from binderlint.facts.environment.installs import PipFile
    from binderlint.facts.environment.locks import Lock
    from binderlint.facts.launch.buttons import LaunchConfig
    from binderlint.facts.launch.links import Link
    from binderlint.lint.diagnostic import Edit
    from binderlint.lint.hubs import Hub
    from binderlint.read.apt import AptEntry
    from binderlint.read.dockerfile.instructions import Dockerfile
    from binderlint.read.matchspec import MatchSpec
    from binderlint.read.plain_notebook import Page
    from binderlint.read.requirements import Requirement
    from binderlint.read.runtime import Runtime
    from binderlint.read.script import Script
    from binderlint.read.yaml import Document
    from binderlint.repo2docker.plan import Plan

# Configuration in a folder that is nearly called as Binder wants it.
_LIKE_BINDER = regex(
    r"[._]?(?i:binders?)/(?:environment\.ya?ml|requirements\.txt|postBuild|start|apt\.txt|Dockerfile|runtime\.txt|install\.R)$"
)


class Repository(Snapshot):
    """A snapshot with cached views of what its files say. Nothing in it changes: `apply` gives a new one."""

    # -- where it comes from

    @classmethod
    def from_folder(
        cls,
        folder: Path,
        *,
        hub: str | Hub = "mybinder.org",
        assume_binder: bool = False,
        versions: Lock | None = None,
    ) -> Repository:
        """The work tree of a git repository, a folder inside one (as repo2docker's `--subdir`), or a plain folder.

        Raises RepositoryError when it is not a folder, or what git knows of it cannot be read.
        """
        from binderlint.outside.worktree import read_folder

        return cls(**read_folder(folder)._asdict(), hub=hub, assume_binder=assume_binder, versions=versions)

    @classmethod
    def from_ref(
        cls, folder: Path, ref: str, *, hub: str | Hub = "mybinder.org", assume_binder: bool = False
    ) -> Repository:
        """The files of a commit, without touching the work tree. Raises RepositoryError for a ref that git does not know."""
        from binderlint.outside.worktree import read_ref

        return cls(**read_ref(folder, ref)._asdict(), hub=hub, assume_binder=assume_binder)

    @classmethod
    def from_dict(
        cls,
        files: Files,
        *,
        git: Git | None = None,
        hub: str | Hub = "mybinder.org",
        assume_binder: bool = False,
        versions: Lock | None = None,
    ) -> Repository:
        """A repository that exists only in memory: paths to text, bytes or a Source (for a mode, or a file git does not track)."""
        sources = [
            content
            if isinstance(content, Source)
            else Source(path, content.encode("utf-8", "surrogateescape") if isinstance(content, str) else content)
            for path, content in files.items()
        ]
        return cls(sources, git=git, hub=hub, assume_binder=assume_binder, versions=versions)

    # -- views: what the files say. None where a file is absent, is not read by the build, or does not parse

    @cached_property
    def plan(self) -> Plan:
        """What repo2docker does with the repository."""
        from binderlint.repo2docker.plan import make_plan

        return make_plan(self)

    @cached_property
    def for_binder(self) -> bool:
        """Whether anything says that the repository is meant for Binder, or the user does."""
        if self.assume_binder or self.is_dir("binder") or self.is_dir(".binder"):
            return True
        if any(name in self.sources for name in ("postBuild", "runtime.txt", "apt.txt", "install.R")):
            return True
        if any(_LIKE_BINDER.match(path) for path in self.sources):
            return True
        environments = (
            "environment.yml",
            "environment.yaml",
            "requirements.txt",
            "Pipfile",
            "Project.toml",
            "DESCRIPTION",
        )
        if any(name in self.sources for name in environments) and any(
            path.endswith((".ipynb", ".Rmd")) for path in self.sources
        ):
            return True
        return any(link.live and (link.launches or link.shows_badge) for link in self.links) or bool(
            self.launch_configs
        )

    @cached_property
    def environment_file(self) -> Source | None:
        """environment.yml (or .yaml), if the build installs it."""
        return next((self.used(name) for name in ("environment.yml", "environment.yaml") if self.used(name)), None)

    @cached_property
    def environment_document(self) -> Document | None:
        """What environment.yml holds, or why it does not parse; None when the build installs no such file."""
        from binderlint.read.yaml import read

        return read(self.environment_file) if self.environment_file else None

    @cached_property
    def environment(self) -> Table | None:
        """The mapping in environment.yml."""
        value = self.environment_document.value if self.environment_document else None
        return value if isinstance(value, Table) else None

    @cached_property
    def conda_dependencies(self) -> Array | None:
        """The `dependencies` list of environment.yml."""
        value = self.environment.get("dependencies") if self.environment else None
        return value if isinstance(value, Array) else None

    @cached_property
    def conda_specs(self) -> tuple[MatchSpec, ...]:
        """The packages that environment.yml asks conda for, in the forms that can be read."""
        from binderlint.read.matchspec import specs

        return specs(self.conda_dependencies or ())

    @cached_property
    def pip_section(self) -> Array | None:
        """The `pip:` list of environment.yml."""
        from binderlint.facts.environment.installs import pip_list

        return pip_list(self)

    @cached_property
    def runtime(self) -> Runtime | None:
        """runtime.txt, if repo2docker parses it, which it does before it looks for environment.yml: an invalid one stops the build even there.

        Only a Dockerfile, a Nix expression and the old Julia REQUIRE file are looked for earlier (app.py, buildpacks/r.py).
        """
        from binderlint.read.runtime import read

        plan, source = self.plan, self.get(self.plan.path("runtime.txt"))
        unread = ("DockerBuildPack", "NixBuildPack", "JuliaRequireBuildPack")
        if source is None or plan.buildpack in unread:
            return None
        if plan.buildpack is None and plan.error and any(name in plan.error.stage for name in ("Docker", *unread)):
            return None
        return read(source)

    @cached_property
    def pip_files(self) -> tuple[PipFile, ...]:
        """Everything pip reads in the build: requirements.txt, the `pip:` list of environment.yml, and what they include."""
        from binderlint.facts.environment.installs import pip_files

        return tuple(pip_files(self))

    @cached_property
    def requirements(self) -> tuple[Requirement, ...]:
        """Every package that the build asks pip for."""
        return tuple(one for file in self.pip_files if not file.constraint for one in file.requirements)

    @cached_property
    def apt(self) -> tuple[AptEntry, ...]:
        """The lines of apt.txt that the build installs."""
        from binderlint.read.apt import read

        source = self.used("apt.txt")
        return read(source) if source else ()

    @cached_property
    def dockerfile(self) -> Dockerfile | None:
        """The Dockerfile, if the build is one with Docker."""
        from binderlint.read.dockerfile.instructions import read

        source = self.used("Dockerfile") if self.plan.buildpack == "DockerBuildPack" else None
        return read(source) if source else None

    @cached_property
    def docker_runs(self) -> tuple[Run, ...]:
        """The RUN instructions that make the image of the Dockerfile, with their commands."""
        from binderlint.facts.docker.context import build_runs

        return build_runs(self.dockerfile)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Every launch link and badge image in the documentation, notebooks and configuration of the repository."""
        from binderlint.facts.launch.links import find_links

        return tuple(find_links(self))

    @cached_property
    def launch_configs(self) -> tuple[LaunchConfig, ...]:
        """The launch buttons that books and documentation set up."""
        from binderlint.facts.launch.buttons import launch_configs

        return tuple(launch_configs(self))

    @cached_property
    def notebooks(self) -> tuple[Page, ...]:
        """The notebooks that visitors may open: not those of tests, builds and checkpoints."""
        from binderlint.read.plain_notebook import find_pages

        return tuple(find_pages(self))

    @cached_property
    def dask_configs(self) -> tuple[Config, ...]:
        """The configuration files and worker templates of dask."""
        from binderlint.facts.dask.configs import find_configs

        return tuple(find_configs(self))

    @cached_property
    def history_bytes(self) -> int:
        """What Binder's full clone weighs as git stores it, 0 where that is not known."""
        return self.git.objects or self.clone.history_bytes()

    @cached_property
    def tree_bytes(self) -> int:
        """What the files weigh."""
        return self.clone.tree_bytes(self.sources.values())

    @cached_property
    def start(self) -> Script | None:
        """The script that runs at every launch, if there is one."""
        return self._script(self.plan.start)

    @cached_property
    def post_build(self) -> Script | None:
        """The script that runs at the end of the build, if there is one."""
        return self._script(self.plan.post_build)

    def _script(self, path: str | None) -> Script | None:
        from binderlint.read.script import Script

        source = self.get(path) if path else None
        return Script(source, self.get) if source else None

    def cloned(self, source: Source) -> bytes:
        r"""The bytes of a file that Binder gets: where git turns the `\r\n` of this work tree into `\n` when it stores the file, those."""
        return self.clone.stored(source)

    def used(self, name: str) -> Source | None:
        """The configuration file of this name that the build or launch reads, by its place in the plan."""
        path = self.plan.path(name)
        return self.get(path) if self.plan.uses(path) else None

    # -- changing it

    def apply(self, edits: Iterable[Edit]) -> Repository:
        """The repository after edits. Raises `edits.EditError` when one cannot be made."""
        from binderlint.changes.edits import apply

        return self.replace(apply(self.sources, edits).values())

    def with_git(self, git: Git) -> Repository:
        """The same files with other knowledge of refs and origin."""
        same = self.replace(self.sources.values())
        same.git = git
        return same

    def replace(self, sources: Iterable[Source]) -> Repository:
        """The same repository with other tracked files."""
        kept = list(sources)
        paths = {source.path for source in kept}
        untracked = [source for path, source in self.untracked.items() if path not in paths]
        return Repository(
            kept + untracked,
            git=self.git,
            clone=self.clone,
            hub=self._hub,
            assume_binder=self.assume_binder,
            nothing_committed=self.nothing_committed,
            versions=self.versions,
        )
