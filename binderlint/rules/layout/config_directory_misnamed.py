"""config-directory-misnamed: The configuration folder is not called `binder` or `.binder`."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.for_binder import is_refused
from binderlint.facts.named import misnamed_folders, naming_folder
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.names import CHOOSES, JULIA
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Source


class ConfigDirectoryMisnamed(Rule):
    code = "LAY004"
    severity = Severity.ERROR
    level = Level.RUN

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        if plan.binder_dir or plan.error:
            return
        folders = misnamed_folders(repo)
        if len(folders) > 1:
            yield from self._several(repo, folders)
            return
        if not folders:
            return
        folder, files = next(iter(folders.items()))
        right = ".binder" if folder.startswith(".") else "binder"
        moves = tuple(
            Rename(path, right + path[len(folder) :]) for path in repo.sources if path.startswith(f"{folder}/")
        )
        used = [use.path for use in plan.files if plan.uses(use.path)]  # in the root, where the folder would hide them
        harmless = plan.default and not used and not any(naming_folder(repo, folder))
        names = {file.name for file in files}
        nix = "default.nix" in names and names.isdisjoint(("Dockerfile", *JULIA))
        hidden = f". Binder then reads nothing in the root any more, such as `{used[0]}`" if used else ""
        yield self.at(
            files[0],
            f"Binder reads a folder `{right}`, not `{folder}`, so nothing in it is used",
            help=f"Create `{right}/environment.yml` with the packages: no BinderHub can start what is built with Nix"
            if nix
            else f"Rename the folder: `git mv {folder} {right}`{hidden}",
            level=Level.LAUNCH if files[0].name in CHOOSES and is_refused(repo) else None,
            fix=None
            if nix
            else Fix(
                f"Rename the folder `{folder}` to `{right}`",
                moves,
                Applicability.SAFE if harmless else Applicability.UNSAFE,
            ),
        )

    def _several(self, repo: Snapshot, folders: dict[str, list[Source]]) -> Iterator[Diagnostic]:
        """One finding for all of them, at a file that says what to install if there is one: only one can have the right name."""
        names = sorted(folders)
        files = [file for name in names for file in folders[name]]
        chosen = next((file for file in files if file.name in CHOOSES), None)
        yield self.at(
            chosen or files[0],
            f"Binder reads a folder `binder` or `.binder`, not {listed(names)}, so nothing in them is used",
            help="Put what Binder needs into one folder called `binder`",
            level=Level.LAUNCH if chosen and is_refused(repo) else None,
        )
