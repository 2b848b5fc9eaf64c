"""NBK: the packages that the code of notebooks needs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import append, append_lines
from binderlint.outside.git import Git
from binderlint.rule import Bad, Good, Rule
from binderlint.rules.notebook_examples import page

if TYPE_CHECKING:
    from binderlint.files.cells import Install
    from binderlint.files.notebooks import Page, PlainCell
    from binderlint.repository import Repository


class NotebookMissingImport(Rule):
    """A notebook imports a package that the build does not install.

    The cell ends with `ModuleNotFoundError` in front of a visitor who can do little about it. Each package is reported once, at the first notebook that imports it.

    Imports in `try`, `if` and functions, local modules, the standard library, packages of repo2docker's own environment, and dependencies of the listed packages are not reported. Nothing is reported if
    binderlint does not know one of the listed packages, if a script or the repository's own package may install more, or with a Dockerfile.

    ## Fix safety

    The fix adds the package without a version. The solver may then choose other versions for the rest.
    """

    code = "NBK004"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("binderlint/data/imports.tsv",)
    examples = (
        Bad(
            {"requirements.txt": "numpy\npandas", "runtime.txt": "python-3.12", "n/a.ipynb": page("import numpy as np\nimport seaborn as sns, os")},
            at="n/a.ipynb:10",
            fixed={"requirements.txt": "numpy\npandas\nseaborn\n"},
         why="A package that requirements.txt does not list"),
        Bad(
            {
                "binder/environment.yml": "dependencies:\n  - python=3.12\n  - numpy  # ours\n",
                "a.ipynb": page("%matplotlib inline\n!ls\nfrom sklearn.svm import SVC").replace("\n", "\r\n"),
                "b.ipynb": page("import sklearn\nimport cv2"),
            },
            at=("a.ipynb:11", "b.ipynb:10"),
            fixed={"binder/environment.yml": "dependencies:\n  - python=3.12\n  - numpy  # ours\n  - scikit-learn\n  - opencv\n"},
         why="A package that environment.yml does not list, in two notebooks"),
        Good({"requirements.txt": "pandas\n", "a.ipynb": page("import numpy, dateutil, os, yaml, requests")}, why="Dependencies, packages of the base environment, and modules of Python"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("try:\n    import seaborn\nexcept ImportError:\n    pass")}, why="The import is in `try`"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("if colab:\n    import seaborn\ndef f():\n    import cv2")}, why="Imports in `if` and in a function"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("import networkx"), "lib/networkx.py": ""}, why="A local module"),
        Good({"requirements.txt": "some-unknown-thing\n", "a.ipynb": page("import seaborn")}, why="A package that binderlint does not know"),
        Good({"requirements.txt": "numpy\n", "postBuild": "/opt/more.sh\n", "a.ipynb": page("import seaborn")}, why="A script that may install it"),
        Good({"requirements.txt": "numpy\n", "postBuild": "pip install seaborn\n", "a.ipynb": page("import seaborn")}, why="postBuild installs it"),
        Good({"requirements.txt": "-e .\n", "setup.py": "", "a.ipynb": page("import seaborn")}, why="The repository's package may install it"),
        Good({"Dockerfile": "FROM x:1\n", "a.ipynb": page("import seaborn")}, why="An image whose content is not known"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("%pip install seaborn", "import seaborn")}, why="The notebook installs it"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("%%bash\nimport seaborn")}, why="A cell in another language"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("import seaborn", language="R")}, why="A notebook in another language"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("import seaborn"), "README.md": "https://mybinder.org/v2/gh/o/env/HEAD?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fo%252Fr\n"}, git=Git(origin="gh/o/r"), why="Launched with the environment of another repository"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("import seaborn"), "binder-gallery.yaml": "binder_url: https://mybinder.org\nbinder_repo: o/env\nbinder_ref: main\n"}, git=Git(origin="gh/o/r"), why="A gallery launches it with the environment of another repository"),
        Good({"environment.yml": "dependencies:\n" + "".join(f"  - lib{number}x=1.0=0\n" for number in range(39)) + "  - odd=1\n", "a.ipynb": page("import odd")}, why="An exported environment, and a module that binderlint does not know"),
        Bad({"environment.yml": "dependencies:\n" + "".join(f"  - odd{number}x=1.0=0\n" for number in range(40)), "a.ipynb": page("import seaborn")}, at="a.ipynb:9",
            fixed={"environment.yml": "dependencies:\n" + "".join(f"  - odd{number}x=1.0=0\n" for number in range(40)) + "  - seaborn\n"}, why="An exported environment that does not list it"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("import foo, unknown_module")}, why="Modules that binderlint does not know"),
        Good({"environment.yml": "dependencies: [pytorch, conda-forge::scikit-image=0.20, pip, {pip: [Pillow>=9]}]\n", "a.ipynb": page("import torch, skimage, PIL")}, why="Packages whose modules have other names"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.cells import imports, installs
        from binderlint.files.provided import missing_modules, package_of, provided

        pages = [one for one in repo.notebooks if one.is_python]
        there = provided(repo) if pages else None
        if there is None:
            return
        local = _local_modules(repo)
        missing = missing_modules(there, local)
        told: set[str] = set()
        for one in pages:
            cells = [
                cell
                for cell in one.code
                if missing and missing.search(cell.text) and "raises-exception" not in str(cell.data.get("metadata"))
            ]
            if not cells:
                continue
            own = [install for cell in one.code if "install" in cell.text for install in installs(cell.text)]
            if own or any("install" in cell.text and re.search(r"pip|conda|mamba", cell.text) for cell in one.code):
                continue
            for cell in cells:
                for imported in imports(cell.text):
                    package = package_of(imported.name)
                    if package and package.name not in there | told and imported.name not in local:
                        told.add(package.name)
                        yield self.at(
                            one.line(cell.number, imported.line),
                            f"`{imported.name}` is not installed in this environment, so this cell ends with an error",
                            help=f"Add `{package.conda if repo.conda_dependencies is not None else package.name}` to the environment",
                            fix=_add(repo, package.name, package.conda),
                        )


def _local_modules(repo: Repository) -> frozenset[str]:
    """Names that may be imported from files of the repository, wherever they are."""
    names = set()
    for path in repo.sources:
        parts = path.split("/")
        names |= set(parts[:-1])
        if parts[-1].endswith((".py", ".so", ".pyx")):
            names.add(parts[-1].partition(".")[0])
    return frozenset(names)


def _add(repo: Repository, pip: str, conda: str) -> Fix | None:
    """Add a package to the file of the environment."""
    edit: Edit | None = None
    if repo.conda_dependencies is not None:
        edit, name, path = append(repo.conda_dependencies, conda), conda, repo.conda_dependencies.place.path
    elif source := repo.used("requirements.txt"):
        edit, name, path = append_lines(source, pip), pip, source.path
    return Fix(f"Add `{name}` to {path}", (edit,), Applicability.UNSAFE) if edit else None


class NotebookInstallsPackages(Rule):
    """A notebook installs packages when it runs.

    This installs the packages again in every session. Visitors wait, and get whatever version is newest that day. `apt` has no permission to install anything at all. What the notebook needs belongs in the
    environment, which is built once.

    If the environment already has the packages, this is an info: the cell only repeats it. Lines inside `if`, `try` or functions, cells for Colab, and comments are not reported.

    ## Fix safety

    The fix adds the packages to the environment file, as the cell names them, and leaves the cell for you to remove.
    """

    code = "NBK005"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("https://mybinder.readthedocs.io/en/latest/using/config_files.html",)
    examples = (
        Bad(
            {"requirements.txt": "numpy\n", "a.ipynb": page("# first\n!pip install -q seaborn==0.13.2 \"lmfit>1\"", "import seaborn")},
            at="a.ipynb:10",
            fixed={"requirements.txt": "numpy\nseaborn==0.13.2\nlmfit>1\n"},
         why="pip installs packages in a cell"),
        Bad(
            {"binder/environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n    - x\n", "n/a.ipynb": page("%pip install cv\n", "%conda install -y -c conda-forge gdal")},
            at=("n/a.ipynb:9", "n/a.ipynb:18"),
            fixed={"binder/environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n    - x\n    - cv\n  - gdal\n"},
         why="Magic commands for pip and conda, and environment.yml"),
        Bad({"requirements.txt": "numpy\n", "a.ipynb": page("!{sys.executable} -m pip install numpy")}, at="a.ipynb:9", severity=Severity.INFO, why="The environment has the package already"),
        Bad({"Dockerfile": "FROM x:1\n", "a.ipynb": page("%%bash\npip install numpy")}, at="a.ipynb:10", why="A cell in bash, and a Dockerfile"),
        Bad({"requirements.txt": "numpy\n", "a.ipynb": page("!apt-get install -y ffmpeg")}, at="a.ipynb:9", why="apt in a cell"),
        Bad({"requirements.txt": "numpy\n", "a.ipynb": page("pip install git+https://github.com/o/r")}, at="a.ipynb:9", why="pip without a sign, from a repository"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("if 'google.colab' in str(get_ipython()):\n    !pip install x")}, why="Only on Colab"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("# Colab only\n!pip install x")}, why="A comment says that it is for Colab"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("# !pip install x\nx = 'pip install x'")}, why="In a comment, and as text"),
        Good({"requirements.txt": "numpy\n", "a.ipynb": page("!pip list\n%pip show x\n!conda info")}, why="Commands that install nothing"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.cells import installs

        for one in repo.notebooks:
            for cell in one.code:
                if "install" not in cell.text or "colab" in cell.text.lower():
                    continue
                for install in installs(cell.text):
                    yield self._found(repo, one, cell, install)

    def _found(self, repo: Repository, one: Page, cell: PlainCell, install: Install) -> Diagnostic:
        from binderlint.files.own import own_names
        from binderlint.files.provided import asked
        from binderlint.files.requirements import canonical

        where = one.line(cell.number, install.line)
        if install.tool.startswith("apt"):
            return self.at(
                where,
                "A session has no permission to install with apt, so this line fails",
                help="Name the packages in `apt.txt`",
            )
        names = [canonical(re.split(r"[<>=!~\[;@ ]", word)[0]) for word in install.packages]
        missing = [
            word
            for word, name in zip(install.packages, names, strict=True)
            if name not in asked(repo) | own_names(repo)
        ]
        if names and not missing and not install.hidden:
            return self.at(
                where,
                "The environment has this already: every visitor waits for a cell that changes nothing, or changes the version",
                help="Remove the line",
                severity=Severity.INFO,
            )
        fix = None
        if missing and not install.hidden and not repo.plan.default:
            fix = _add_all(repo, install.tool, missing)
        return self.at(
            where,
            "Every visitor waits for this installation in every session, and gets what is newest that day",
            help="Name the packages in the environment file, and remove the line",
            fix=fix,
        )


def _add_all(repo: Repository, tool: str, words: list[str]) -> Fix | None:
    """Add packages, as pip or conda was given them, to the file that this installer reads in the build."""
    title = f"Add {', '.join(f'`{word}`' for word in words)} to the environment"
    array = repo.pip_section if tool.startswith("pip") else repo.conda_dependencies
    if array is not None:
        edits: tuple[Edit, ...] = tuple(
            append(array, word if re.fullmatch(r"[\w.=<>~-]+", word) else f'"{word}"') for word in words
        )
        return Fix(title, edits, Applicability.UNSAFE) if len(edits) == 1 else None
    source = repo.used("requirements.txt")
    if tool.startswith("pip") and source and repo.conda_dependencies is None:
        return Fix(title, (append_lines(source, "\n".join(words)),), Applicability.UNSAFE)
    return None
