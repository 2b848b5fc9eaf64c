"""PIN: the versions of packages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.agreement import pip_admits
from binderlint.files.asked import Asked, asked
from binderlint.files.locks import Lock, installs_from_lock, locks
from binderlint.files.own import own_names
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

# What repo2docker's own environment holds at locked versions (buildpacks/conda/environment.py-3.*.yml), or what is no package of the analysis.
_BROUGHT_BY_BINDER = {
    "ipykernel",
    "ipywidgets",
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
    """Packages are listed without a version.

    Binder builds an image when the repository or repo2docker itself has changed, and then installs the newest release of everything that is not pinned. A notebook that worked last month meets other packages: removed
    functions, other defaults, two packages that are no longer compatible. Pinned versions give every visitor what the authors had.

    To find the versions, launch the repository on Binder while it works, open a terminal, and copy what `pip freeze` (requirements.txt) or `mamba list` (environment.yml) shows for the listed packages. Their
    dependencies do not need lines of their own, and a full `conda env export` does not work on other systems.

    There is one finding per file. It is a warning if more than half of its packages can change, and an info below that; a lower bound alone (`>=1.2`) counts half. The limit comes from reading real repositories:
    two thirds of the files leave more than three quarters of their packages open, most others pin nearly everything, and few are in between. An upper bound (`<2`, `~=1.2`, `1.2.*`) counts as a pin: its
    author has thought about it.

    Not counted are Python and pip themselves, packages that repo2docker installs in its own versions (notebook, jupyterlab, ipywidgets ...), the repository's own package, addresses (see
    vcs-dependency-without-ref), and what a constraints file (`-c`) pins. Repositories whose postBuild installs from a lock file are not reported.

    If the repository has a lock file (uv.lock, poetry.lock, pdm.lock, pylock.toml, Pipfile.lock, conda-lock.yml, pixi.lock, or a pinned `requirements.lock`, `requirements-lock.txt`, `constraints.txt`) for the
    Python of the build, the fix writes its versions. For packages that no lock file has, `--from-env PYTHON` uses an environment of yours with that Python: the folder of a virtual or conda environment
    in which the notebooks work. Packages that conda installs for environment.yml get versions from conda environments only.

    ## Fix safety

    The versions worked together where the lock file was made, or are installed together. Binder may be different enough that they do not.
    """

    code = "PIN002"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("jupyterhub/mybinder.org-user-guide#161", "the-turing-way/the-turing-way#3206")
    examples = (
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - xarray\n  - zarr  # the store\n  - pip:\n    - cmocean\n"},
            at="environment.yml:3:5",
         why="environment.yml without versions"),
        Bad({"binder/environment.yml": "dependencies: [python=3.12, 'conda-forge::xarray', numpy>=1]"}, at="binder/environment.yml:1:30", why="environment.yml with a channel and a lower bound, in brackets"),
        Bad({"requirements.txt": "\ufeffnumpy==1.26.4\r\nscipy\r\npandas # all of it"}, at="requirements.txt:2:1", why="One of three is pinned, with Windows line endings and a byte order mark"),
        Bad({"requirements.txt": "-r base.txt\nnumpy==1.26.4\n", "base.txt": "xarray\n"}, at="base.txt:1:1", why="An included file without versions"),
        Bad({"requirements.txt": "numpy==1.26.4\nscipy==1.11.4\npandas>=2\n"}, at="requirements.txt:3:1", severity=Severity.INFO, why="One of three packages has only a lower bound"),
        Bad({"requirements.txt": "numpy>=1.26\npandas>=2\n"}, at="requirements.txt:1:1", severity=Severity.INFO, why="Only lower bounds"),
        Bad({"environment.yml": "dependencies:\n- python=3.12\n- gdal 3.8\n- jq=*=h1\n"}, at="environment.yml:4:3", severity=Severity.INFO, why="Versions in other forms, and one build"),
        Bad(
            {
                "requirements.txt": "numpy  # arrays\r\npandas>=2 ; python_version > '3'\r\nzarr[v3]\r\nfoo",
                "uv.lock": 'version = 1\nrequires-python = ">=3.10"\n\n[[package]]\nname = "numpy"\nversion = "1.26.4"\n\n[[package]]\nname = "pandas"\nversion = "2.2.3"\n\n[[package]]\nname = "zarr"\nversion = "2.18.3"\n',
            },
            at="requirements.txt:1:1",
            fixed={"requirements.txt": "numpy==1.26.4  # arrays\r\npandas==2.2.3 ; python_version > '3'\r\nzarr[v3]==2.18.3\r\nfoo"},
         why="A lock file has the versions"),
        Bad(
            {
                "binder/environment.yml": "dependencies:\n  - python=3.12\n  - numpy\n  - 'zarr'  # store\n  - pip:\n    - foo\n",
                "conda-lock.yml": "package:\n- name: python\n  version: 3.12.4\n  manager: conda\n  platform: linux-64\n- name: numpy\n  version: 1.26.4\n  manager: conda\n  platform: linux-64\n- name: numpy\n  version: 1.26.0\n  manager: conda\n  platform: osx-64\n- name: zarr\n  version: '2.18'\n  manager: conda\n  platform: linux-64\n- name: foo\n  version: '1.0'\n  manager: pip\n  platform: linux-64\n",
            },
            at="binder/environment.yml:3:5",
            fixed={"binder/environment.yml": "dependencies:\n  - python=3.12\n  - numpy=1.26.4\n  - 'zarr=2.18'  # store\n  - pip:\n    - foo==1.0\n"},
         why="conda-lock.yml has the versions"),
        Bad(
            {"requirements.txt": "numpy\n", "poetry.lock": '[[package]]\nname = "numpy"\nversion = "2.3.1"\n\n[metadata]\npython-versions = ">=3.11"\n'},
            at="requirements.txt:1:1",
         why="A lock file for another Python"),
        Good(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - numpy=2.0\n  - numpy\n"},
            why="A package that is listed twice and pinned once",
        ),
        Good({"requirements.txt": "numpy==1.26.4\nscipy~=1.11.4\npandas>=2,<3\n"}, why="Upper bounds"),
        Good({"environment.yml": "dependencies:\n  - python=3.12\n  - xarray=2025.1\n  - nodefaults\n  - pip\n  - zarr 3.*\n"}, why="environment.yml with versions"),
        Bad({"Pipfile": '[packages]\nnumpy = "==1.26.4"\nzarr = "*"\nxarray = ">=2024"\n\n[requires]\npython_version = "3.10"\n'}, at="Pipfile:3:1", severity=Severity.INFO, why="Pipfile without its lock file"),
        Good({"Pipfile": '[packages]\nzarr = "*"\n', "Pipfile.lock": "{}\n"}, why="Pipfile with its lock file"),
        Good({"requirements.txt": "jupyterlab\nipywidgets\n"}, why="Packages that repo2docker installs in its own versions"),
        Good({"requirements.txt": "-c constraints.txt\nnumpy\n", "constraints.txt": "numpy==1.26.4\n"}, why="A constraints file pins the package"),
        Good({"requirements.txt": "my_pkg\n", "setup.cfg": "[metadata]\nname = my-pkg\n"}, why="The repository's own package"),
        Good({"requirements.txt": "-e .\n./lib\nfoo @ https://example.org/foo-1.0.zip\n"}, why="Addresses, which need no version"),
        Good(
            {"environment.yml": "dependencies: [python=3.12, uv]\n", "postBuild": "#!/bin/bash\nuv sync --frozen\n", "uv.lock": "version = 1\n"},
            why="postBuild installs from the lock file",
        ),
        Good({"environment.yml": "dependencies: [python=3.12]\n", "requirements.txt": "numpy\n"}, why="Binder does not read requirements.txt"),
        Good({"requirements.txt": "# nothing\n"}, why="requirements.txt with versions"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if installs_from_lock(repo):
            return
        own = own_names(repo) | _BROUGHT_BY_BINDER
        held = {one.key for file in repo.pip_files if file.constraint for one in file.requirements if one.clauses}
        for packages in asked(repo):
            counted = _once(one for one in packages if one.key not in own)
            open_ones = [one for one in counted if one.weight and one.key not in held]
            if not open_ones:
                continue
            share = sum(one.weight for one in open_ones) / len(counted)
            names = ", ".join(f"`{one.name}`" for one in open_ones[:3])
            more = f" and {len(open_ones) - 3} more" if len(open_ones) > 3 else ""
            count = f"{len(open_ones)} of {len(counted)} packages" if len(counted) > 1 else "the only package"
            yield self.at(
                open_ones[0].text,
                f"No version is pinned for {count} ({names}{more}): every new build takes the newest, so it can break without a change here",
                help="Write the versions that work, such as `numpy==1.26.4` (environment.yml: `numpy=1.26.4`); `pip freeze` or `mamba list` in a running Binder shows them",
                severity=Severity.WARNING if share > 0.5 else Severity.INFO,
                fix=_from_lock(repo, open_ones),
            )


def _once(packages: Iterable[Asked]) -> list[Asked]:
    """Each package once, as where it is asked for most exactly."""
    found: dict[str, Asked] = {}
    for one in packages:
        if one.key not in found or one.weight < found[one.key].weight:
            found[one.key] = one
    return list(found.values())


def _from_lock(repo: Repository, packages: list[Asked]) -> Fix | None:
    """Write the versions of the first lock file that knows some of the packages and was made for the Python of the build."""
    python = repo.plan.python.version if repo.plan.python else ""
    for lock in locks(repo):
        edits = tuple(edit for one in packages if (edit := _pinned(one, lock)))
        if edits and lock.fits(python):
            return Fix(f"Write the versions of {lock.path}", edits, Applicability.UNSAFE)
    return None


def _pinned(one: Asked, lock: Lock) -> Edit | None:
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
    if one.conda:
        return None
    return replace(one.version, sign + version) if pip_admits(one.version, version) else None
