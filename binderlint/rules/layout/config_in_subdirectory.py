"""config-in-subdirectory: The only environment file is in a folder that Binder does not read."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from binderlint.data import listed_words
from binderlint.facts.environment.subfolders import environments_in_folders
from binderlint.facts.for_binder import is_for_binder, is_refused
from binderlint.facts.launch.launched import launched_elsewhere
from binderlint.facts.named import misnamed_environments, naming, relative
from binderlint.facts.plans import default_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Create, Diagnostic, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.repo2docker.names import CONFIG_NAMES, ENVIRONMENTS, ONLY_BINDERS
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot

# What says of an application what to install, too, and not how it is started.
_LISTS = (*ENVIRONMENTS, *ONLY_BINDERS, "runtime.txt", "Manifest.toml", "Pipfile.lock")


def _is_of_application(repo: Snapshot) -> bool:
    """Whether the file may be that of an application in the same folder or beside it, which has to find it where it is."""
    names = listed_words("application_files.txt")
    return not is_for_binder(repo) and any(path.rpartition("/")[2] in names for path in repo.sources)


class ConfigInSubdirectory(Rule):
    code = "LAY013"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(default_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if plan.binder_dir or misnamed_environments(repo) or launched_elsewhere(repo):
            return
        found = environments_in_folders(repo)
        if len({source.folder for source in found}) != 1:
            return
        source = min(found, key=lambda one: ENVIRONMENTS.index(one.name))
        refused = is_refused(repo)
        yield self.at(
            source,
            f"Binder looks only in the root of the repository and in a folder `binder`, not in `{source.folder}`, so this file is not used"
            + (f", and {repo.hub} refuses a repository without an environment file" if refused else ""),
            help=f"Copy it to a folder `binder`: `mkdir binder; cp {quote(source.path)} binder/`"
            if _is_of_application(repo)
            else f"Move it to the root or to a folder `binder`: `git mv {quote(source.path)} binder/`",
            severity=Severity.ERROR if refused else Severity.WARNING,
            level=None if refused else Level.RUN,
            fix=self._move(repo, source.folder),
        )

    def _move(self, repo: Snapshot, folder: str) -> Fix | None:
        sources = [repo.sources[path] for path in repo.list(folder) if repo.sources[path].name in CONFIG_NAMES]
        if any(map(relative, sources)):
            return None
        if _is_of_application(repo):
            lists = [source for source in sources if source.name in _LISTS]
            copies = tuple(Create(f"binder/{source.name}", source.data, source.mode) for source in lists)
            return Fix(f"Copy the configuration in `{folder}` to `binder`", copies, Applicability.UNSAFE)
        if any(any(naming(repo, source.path, source.path)) for source in sources):
            return None
        moves = tuple(Rename(source.path, f"binder/{source.name}") for source in sources)
        return Fix(f"Move the configuration in `{folder}` to `binder`", moves, Applicability.UNSAFE)
