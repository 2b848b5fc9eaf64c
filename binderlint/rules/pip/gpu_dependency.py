"""gpu-dependency: The build installs a package for GPUs, which Binder does not have."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.edits import insert_lines, prepend
from binderlint.data import pairs
from binderlint.facts.environment.foreign import is_foreign, is_real
from binderlint.facts.environment.installs import PYTORCH_INDEX, PipFile, has_other_index, pip_files
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.for_binder import is_for_binder
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.requirements import Requirement, canonical
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_TORCH = {"torch", "torchvision", "torchaudio"}


_GPU = pairs("gpu_packages.tsv")


class GpuDependency(Rule):
    code = "PIP011"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        if repo.hub != "mybinder.org":
            return
        plan = build_plan(repo)
        python = plan.python.version if plan.python else "3.10"
        for spec in conda_specs(repo):
            if spec.key in _GPU or spec.key == "cupy" or spec.key.startswith(("cuda-", "nvidia-")):
                yield self._useless(repo, spec.text, spec.name)
        for file in pip_files(repo):
            if file.constraint:
                continue
            wanted = [one for one in file.requirements if one.applies(python) and not one.url]
            for one in wanted:
                if is_foreign(one.key) and not is_real(one):
                    continue  # pip cannot install it, which pip-wrong-name says
                if (
                    one.key in _GPU
                    or one.key.startswith(("cupy", "nvidia-cu"))
                    or any(extra.startswith(("cuda", "gpu", "and-cuda")) for extra in one.extras)
                ):
                    yield self._useless(repo, one.text, one.name)
            torch = [one for one in wanted if one.key in _TORCH and "+" not in one.specifier]
            if torch and not has_other_index(repo):
                yield self.at(
                    torch[0].text,
                    f"pip's `{torch[0].name}` includes gigabytes of GPU libraries. mybinder.org has no GPUs, so the image only becomes large and launches slowly",
                    help="Install the CPU build from PyTorch's own index" + _elsewhere(repo),
                    fix=Fix(
                        "Use the CPU builds",
                        (_add_index(file, torch[0]),),
                        Applicability.UNSAFE if is_for_binder(repo) else Applicability.DISPLAY,
                    ),
                )

    def _useless(self, repo: Snapshot, where: Text, name: str) -> Diagnostic:
        other = _GPU.get(canonical(name))
        return self.at(
            where,
            f"`{name}` is for NVIDIA GPUs, which mybinder.org does not have. It makes the image large and has no effect",
            help=(f"Use `{other}`" if other else "Remove it, or install the CPU variant") + _elsewhere(repo),
        )


def _elsewhere(repo: Snapshot) -> str:
    """Where to do it if the list is for computers with a GPU, which nothing else says of a repository that is meant for Binder."""
    return "" if is_for_binder(repo) else ", in a folder `binder` if others need the GPU"


def _add_index(file: PipFile, one: Requirement) -> Edit:
    line = f"--extra-index-url {PYTORCH_INDEX}/cpu"
    if file.array is not None:
        return prepend(file.array, line)
    return insert_lines(file.source, one.line.place.line, line)
