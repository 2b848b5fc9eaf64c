"""unpinned-dependencies: Packages are listed without a version."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from binderlint.changes.edits import replace
from binderlint.changes.packages import add_package
from binderlint.facts.environment.asked import AskedPackage, asked_by_server, asked_names, asked_packages
from binderlint.facts.environment.installs import pip_files
from binderlint.facts.environment.own_package import own_names
from binderlint.facts.scripts.other_lists import installs_other_list
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.read.constraints import only_below, pip_admits
from binderlint.read.digits import is_number, release
from binderlint.read.lock import Lock
from binderlint.read.matchspec import admits
from binderlint.read.packages import packages_by_name, server_lowest
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot

# What repo2docker's own environment holds at locked versions (buildpacks/conda/environment.py-3.*.yml), or what is no package of the analysis.
_BROUGHT_BY_BINDER = {
    "ipykernel",
    "ipywidgets",
    "jupyter",
    "jupyter-server",
    "jupyterhub",
    "jupyterhub-singleuser",
    "jupyterlab",
    "nodefaults",
    "notebook",
    "pip",
    "python",
    "setuptools",
    "wheel",
}


class UnpinnedDependencies(Rule):
    code = "PIN002"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        if installs_other_list(repo):
            return
        own = own_names(repo) | _BROUGHT_BY_BINDER
        held = {one.key for file in pip_files(repo) if file.constraint for one in file.requirements if one.clauses}
        for packages in (*asked_packages(repo), asked_by_server(repo)):
            counted = _once(one for one in packages if one.key not in own)
            open_ones = [one for one in counted if one.weight and one.key not in held]
            if not open_ones:
                continue
            share = sum(one.weight for one in open_ones) / len(counted)
            names = listed(one.name for one in open_ones)
            count = f"{len(open_ones)} of {len(counted)} packages ({names})"
            if len(counted) == 1:
                count = names
            elif len(open_ones) == len(counted):
                count = f"any of the {len(counted)} packages ({names})"
            yield self.at(
                open_ones[0].text,
                f"No version is pinned for {count}. Every new build installs the newest, so it can break without a change here",
                help="Run `pipenv lock` and commit Pipfile.lock: Binder then installs the versions in it"
                if open_ones[0].text.place.source.name == "Pipfile"
                else "Pin the versions that work, such as `numpy==1.26.4` (environment.yml: `numpy=1.26.4`); `pip freeze` or `mamba list` in a running Binder shows them",
                severity=Severity.WARNING if share > 0.5 else Severity.INFO,
                fix=_from_lock(repo, open_ones),
            )


def _once(packages: Iterable[AskedPackage]) -> list[AskedPackage]:
    """Each package once, as where it is asked for most exactly."""
    found: dict[str, AskedPackage] = {}
    for one in packages:
        if one.key not in found or one.weight < found[one.key].weight:
            found[one.key] = one
    return list(found.values())


def _from_lock(repo: Snapshot, packages: list[AskedPackage]) -> Fix | None:
    """Write the versions of the first lock file that knows some of the packages and was made for the Python of the build; without one, those that a resolver has found."""
    from binderlint.facts.environment.locks import locks

    plan = build_plan(repo)
    python = plan.python.version if plan.python else ""
    resolved = repo.web.resolved if repo.web else None
    for lock in (*locks(repo), *([resolved] if resolved else ())):
        edits = {one.key: edit for one in packages if not _is_too_old(one, lock) and (edit := _pinned(one, lock))}
        if edits and lock.fits(python):
            title = (
                "Pin the versions that go together today" if lock is resolved else f"Pin the versions of {lock.path}"
            )
            conda = packages[0].conda or plan.separate_kernel
            return Fix(title, (*edits.values(), *(() if conda else _numpy(repo, lock, edits))), Applicability.UNSAFE)
    return None


def _numpy(repo: Snapshot, lock: Lock, pinned: Iterable[str]) -> tuple[Edit, ...]:
    """Numpy in the version of a lock file, where pip would take the newest beside packages that need it: it may not go with their versions."""
    known, version = packages_by_name(), lock.pip.get("numpy") or lock.conda.get("numpy")
    needed = any(name in known and "numpy" in known[name].brings for name in pinned)
    if not version or not needed or "numpy" in asked_names(repo):
        return ()
    fix = add_package(repo, f"numpy=={version}", f"numpy={version}")
    return fix.edits if fix else ()


def _is_too_old(one: AskedPackage, lock: Lock) -> bool:
    """Whether a lock file has a version of a package with which Binder's server does not work; jupyter-stack-pin would take it away again."""
    version = (lock.conda if one.conda else lock.pip).get(one.key, "")
    lowest = server_lowest().get(one.key)
    return lowest is not None and only_below(f"=={version}", lowest)


def _pinned(one: AskedPackage, lock: Lock) -> Edit | None:
    """The package with the version of a lock file; None where it knows none, or one that the lowest version excludes."""
    version = (lock.conda if one.conda else lock.pip).get(one.key)
    if (
        not version
        or one.whole
        or (one.conda and one.version is None and one.name.place.span.end != one.text.place.span.end)
    ):
        return None
    sign = "=" if one.conda else "=="
    if one.version is None:
        end = re.match(r"[^;]*?(?=\s*(?:;|$))", one.text)
        at = end.end() if end else len(one.text)
        return replace(one.text.part(at, at), sign + version)
    if not one.conda:
        admitted = pip_admits(one.version, version)
    elif all(map(is_number, version.split("."))):
        admitted = admits(one.version, release(version))
    else:
        admitted = None
    return replace(one.version, sign + version) if admitted else None
