"""PIP: packages that cannot be installed on Binder, or are not what their name promises."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import between, insert, remove, remove_lines, replace
from binderlint.files.requirements import PLACEHOLDER, Requirement, canonical
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

# No file of these installs on Linux: no wheel, and no source that builds there.
_BELONGS = {
    "pywin32": "win32",
    "pypiwin32": "win32",
    "pywinpty": "win32",
    "windows-curses": "win32",
    "pyobjc": "darwin",
    "pyobjc-core": "darwin",
}


def _platform(name: str) -> str:
    """The `sys_platform` that a package is for, empty when it is for Linux too."""
    return "darwin" if name.startswith("pyobjc-framework-") else _BELONGS.get(name, "")


class PipPlatformPackage(Rule):
    """requirements.txt lists a package that only Windows or macOS has.

    A `pip freeze` from a laptop lists everything that pip had installed there, including packages that do not exist for Linux. pip stops the build: "No matching distribution found for pywin32". With a marker (`;
    sys_platform == "win32"`), pip skips the package on Binder and still installs it on the laptop.

    Pure Python packages that install everywhere and do nothing on Linux (appnope, pywin32-ctypes, pyreadline3, colorama, wincertstore) are not reported.
    """

    code = "PIP007"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("binder-project/binder#40",)
    examples = (
        Bad(
            {"requirements.txt": "numpy==1.26.4\r\npywin32==306  # from my laptop\r\npyobjc-core==10.1"},
            at=("requirements.txt:2:1", "requirements.txt:3:1"),
            fixed={"requirements.txt": "numpy==1.26.4\r\npywin32==306 ; sys_platform == 'win32'  # from my laptop\r\npyobjc-core==10.1 ; sys_platform == 'darwin'"},
         why="Packages for Windows and macOS"),
        Bad(
            {"requirements.txt": "pywinpty==2.0.1 ; python_version < '3.12'\n"},
            at="requirements.txt:1:1",
            fixed={"requirements.txt": "pywinpty==2.0.1 ; sys_platform == 'win32' and (python_version < '3.12')\n"},
         why="A line that has another marker"),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n    - pywin32\n    - \"pypiwin32==223\"\n"},
            at=("environment.yml:4:7", "environment.yml:5:8"),
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n    - pywin32 ; sys_platform == 'win32'\n    - \"pypiwin32==223 ; sys_platform == 'win32'\"\n"},
         why="In the list for pip of environment.yml"),
        Good({"requirements.txt": "pywin32==306; sys_platform == 'win32'\n"}, why="A marker excludes it on Linux"),
        Good({"requirements.txt": "pywin32-ctypes\npyreadline3\ncolorama\nappnope==0.1.0\n"}, why="Packages that install on Linux"),
        Good({"requirements.txt": "-c c.txt\nnumpy\n", "c.txt": "pywin32==306\n"}, why="A constraint, which installs nothing"),
        Good({"environment.yml": "dependencies: [python=3.12]\n", "requirements.txt": "pywin32\n"}, why="Binder does not read this file"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python.version if repo.plan.python else "3.10"
        for one in repo.requirements:
            platform = _platform(one.key)
            if not platform or one.url or not one.applies(python):
                continue
            marker = f"sys_platform == '{platform}'"
            edit: Edit
            if one.marker:
                edit = replace(one.marker, f"{marker} and ({one.marker})")
            else:
                end = one.text.place.span.end
                edit = insert(one.text.place.source, end, f" ; {marker}")
            system = "Windows" if platform == "win32" else "macOS"
            editable = "'" not in _quote(one)
            yield self.at(
                one.text,
                f"`{one.name}` exists for {system} only: on Binder, a Linux machine, pip finds none and the build stops",
                help=f"Add `; {marker}`, or remove the line",
                fix=Fix("Leave it out on Linux", (edit,)) if editable else None,
            )


def _quote(one: Requirement) -> str:
    """The quote that a YAML item stands in, empty for a plain one and in a requirements file."""
    before = one.text.place.span.start - 1
    return one.text.place.source.text[before : before + 1] if one.array is not None else ""


_WRONG_NAMES = {
    # What is imported, or conda's name -> the name that pip wants. Looked up: pip finds nothing under the wrong name, or its
    # installation ends in an error that names the right one (sklearn, tensorflow-gpu, pytorch, skimage).
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "matplotlib-base": "matplotlib",
    "numpy-base": "numpy",
    "opencv": "opencv-python-headless",
    "pil": "Pillow",
    "py-opencv": "opencv-python-headless",
    "pytables": "tables",
    "python-graphviz": "graphviz",
    "python-opencv": "opencv-python-headless",
    "pytorch": "torch",
    "scikitlearn": "scikit-learn",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "tensorflow-gpu": "tensorflow",
    "yaml": "PyYAML",
}
_PART_OF = {"mpl-toolkits": "matplotlib"}
# Modules of the standard library of which the index of Python packages has an unrelated or old package: pip finds that one.
_STDLIB_ON_INDEX = {
    "antigravity", "argparse", "ast", "asyncio", "chunk", "configparser", "contextvars", "dataclasses", "datetime", "dis", "email",
    "enum", "functools", "graphlib", "hmac", "html", "http", "importlib", "ipaddress", "logging", "mailbox", "modulefinder",
    "multiprocessing", "pathlib", "readline", "resource", "secrets", "selectors", "ssl", "statistics", "token", "typing", "uuid", "wave",
    "wsgiref",
}  # fmt: skip


class PipWrongName(Rule):
    """A package is listed under a name that pip does not know.

    The name in an import and the name for pip can differ: `import sklearn` comes from `scikit-learn`, `import cv2` from `opencv-python`. Modules of Python itself (`os`, `math`, `sqlite3`) cannot be installed at all. For
    all of these pip finds nothing, or a package that only says so, and the build stops. `opencv-python-headless` is OpenCV without windows, which needs no other system libraries on Binder.

    Names under which pip finds some package are not reported, even if another one is probably meant (`bs4` and `imblearn` install the right ones), nor are old copies of modules that are now part of Python
    (`dataclasses`, `typing`).

    ## Fix safety

    Writing the right name is safe. Removing a line is unsafe if a comment would be removed with it.
    """

    code = "PIP008"
    severity = Severity.ERROR
    level = Level.LAUNCH
    examples = (
        Bad(
            {"requirements.txt": "numpy==1.26.4\nsklearn  # models\nPIL\n"},
            at=("requirements.txt:2:1", "requirements.txt:3:1"),
            fixed={"requirements.txt": "numpy==1.26.4\nscikit-learn  # models\nPillow\n"},
         why="sklearn and PIL"),
        Bad(
            {"binder/requirements.txt": "os\r\njson # read\r\nnumpy\r\nsqlite3"},
            at=("binder/requirements.txt:1:1", "binder/requirements.txt:2:1", "binder/requirements.txt:4:1"),
            fixed={"binder/requirements.txt": "numpy\r\n"},
         why="Modules of Python itself"),
        Bad(
            {"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - cv2\n  - math\n  - foo\n"},
            at=("environment.yml:4:5", "environment.yml:5:5"),
            fixed={"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - opencv-python-headless\n  - foo\n"},
         why="In the list for pip of environment.yml"),
        Bad({"requirements.txt": "scikit-learn==1.5.2\nsklearn==0.0\n"}, at="requirements.txt:2:1", fixed={"requirements.txt": "scikit-learn==1.5.2\n"}, why="The right name is listed too"),
        Bad({"requirements.txt": "sklearn==0.0\n"}, at="requirements.txt:1:1", fixed={"requirements.txt": "scikit-learn\n"}, why="A version that only the wrong name has"),
        Bad(
            {"requirements.txt": "sklearn>=1.0\nskimage[optional] ~= 0.20 ; python_version > '3'  # images\r\nyaml==6.0\nPIL==10.1\ntensorflow-gpu==2.10.0 --no-binary :all:\n"},
            at=tuple(f"requirements.txt:{line}:1" for line in range(1, 6)),
            fixed={"requirements.txt": "scikit-learn>=1.0\nscikit-image[optional] ~= 0.20 ; python_version > '3'  # images\r\nPyYAML==6.0\nPillow==10.1\ntensorflow==2.10.0 --no-binary :all:\n"},
        ),
        Bad(
            {"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - \"opencv==4.9\"\n  - cv2>=4.5,<5\n  - 'py-opencv (==4.9.0.80)'\n"},
            at=("environment.yml:4:6", "environment.yml:5:5", "environment.yml:6:6"),
            fixed={"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - \"opencv-python-headless==4.9.*\"\n  - opencv-python-headless>=4.5,<5\n  - 'opencv-python-headless (==4.9.0.80)'\n"},
        ),
        Bad({"requirements.txt": "PIL==1.1.7\n"}, at="requirements.txt:1:1", fixed={"requirements.txt": "Pillow\n"}),
        Bad({"requirements.txt": "sklearn==0.0.post12 ; python_version > '3'\n"}, at="requirements.txt:1:1", fixed={"requirements.txt": "scikit-learn ; python_version > '3'\n"}),
        Bad({"requirements.txt": "scikit-learn\nsklearn>=1.2\n"}, at="requirements.txt:2:1", fixed={"requirements.txt": "scikit-learn\n"}),
        Bad({"requirements.txt": "sklearn==1.5.2 \\\n    --hash=sha256:" + "0" * 64 + "\n"}, at="requirements.txt:1:1"),
        Good({"requirements.txt": "scikit-learn\nPillow\nopencv-python\nPyYAML\nbs4\nimblearn\n"}, why="Names that pip knows"),
        Good({"requirements.txt": "argparse\npathlib\ndataclasses\nuuid\n"}, why="Old copies of modules of Python"),
        Good({"requirements.txt": "yaml @ https://example.org/yaml-1.0.zip\n-e git+https://github.com/a/yaml@v1#egg=yaml\n"}, why="An address"),
        Good({"requirements.txt": "sqlite3 ; sys_platform == 'win32'\n"}, why="A line that is not for Linux"),
        Good({"environment.yml": "dependencies: [python=3.12, pytables, python-graphviz, sqlite]\n"}, why="conda's own names"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python.version if repo.plan.python else "3.10"
        stdlib = {canonical(name) for name in sys.stdlib_module_names if not name.startswith("_")} - _STDLIB_ON_INDEX
        names = {one.key: one for one in reversed(repo.requirements)}
        for one in repo.requirements:
            if one.url or not one.applies(python):
                continue
            if (right := _WRONG_NAMES.get(one.key)) and canonical(right) in names:
                yield self.at(
                    one.text,
                    f"pip cannot install `{one.name}`: the package is called `{right}`, which is in the list too, and the build stops",
                    help="Remove the line",
                    fix=Fix(f"Remove `{one.name}`", (_without(one),), _trust(one, names[canonical(right)])),
                )
            elif right:
                yield self.at(
                    one.text,
                    f"pip cannot install `{one.name}`: the package is called `{right}`, and the build stops",
                    help=f"Write `{right}`",
                    fix=_under(one, right),
                )
            elif one.key in stdlib or one.key in _PART_OF:
                whole = _PART_OF.get(one.key)
                what = f"comes with `{whole}`" if whole else "is part of Python itself"
                yield self.at(
                    one.text,
                    f"`{one.name}` {what} and cannot be installed: pip finds no such package and the build stops",
                    help="Remove the line",
                    fix=Fix(f"Remove `{one.name}`", (_without(one),)),
                )


_ZEROS = regex(PLACEHOLDER)
_EXACT = regex(r"===?\s*(\d+(?:\.\d+){0,2})(?=\s*(?:[,)]|$))")


def _under(one: Requirement, right: str) -> Fix | None:
    """The same requirement under the right name, with its version where the two have one numbering; None where it has hashes."""
    title = f"Write `{right}`"
    if one.hashed or one.name.place.text != one.name:
        return None
    versions = [version for _, version in one.clauses]
    zeros = bool(versions) and all(map(_ZEROS.fullmatch, versions))
    if zeros or (right == "Pillow" and any(re.match(r"[01](?:\.|$)", version) for version in versions)):
        rest = one.text[len(one.name) : one.text.index(one.specifier)].rstrip()
        return Fix(
            title, (replace(between(one.name, one.specifier), right + rest),), Applicability.SAFE if zeros else Applicability.UNSAFE
        )  # fmt: skip
    edits = [replace(one.name, right)]
    if right.startswith("opencv"):
        edits.append(replace(one.specifier, _EXACT.sub(r"==\1.*", one.specifier)))
    return Fix(title, tuple(edits))


def _trust(one: Requirement, other: Requirement) -> Applicability:
    """How safe it is to leave a requirement to another one: that one must say a version, too."""
    said = any(not _ZEROS.fullmatch(version) for _, version in one.clauses)
    return Applicability.UNSAFE if said and not other.specifier else Applicability.SAFE


def _named(one: Requirement) -> Text:
    """The name with its version, which belongs to the other package."""
    end = len(one.name) if not one.clauses else len(one.text) - (len(one.text) - one.text.index(one.specifier) - len(one.specifier))  # fmt: skip
    return one.text.part(0, end) if one.text.place.text == one.text else one.text


def _without(one: Requirement) -> Edit:
    if one.array is None:
        return remove_lines(one.line.place)
    index = next(
        number for number, item in enumerate(one.array) if item.place.span.start <= one.text.place.span.start < item.place.span.end
    )  # fmt: skip
    return remove(one.array, index)


_RENAMED = {"nbserverproxy": "jupyter-server-proxy", "nbrsessionproxy": "jupyter-rsession-proxy"}


class NbserverproxyRenamed(Rule):
    """A proxy package was renamed in 2019.

    `nbserverproxy` became `jupyter-server-proxy`, and `nbrsessionproxy` became `jupyter-rsession-proxy`. The old packages are extensions of the classic notebook server, which Binder's images no longer have: they
    install, but serve nothing.

    ## Fix safety

    The fix is unsafe where it drops a version: those of the old package are not those of the new one. A line with hashes has no fix.
    """

    code = "PIP009"
    severity = Severity.ERROR
    level = Level.LAUNCH
    examples = (
        Bad({"requirements.txt": "nbserverproxy==0.8.3  # for bokeh\n"}, at="requirements.txt:1:1", fixed={"requirements.txt": "jupyter-server-proxy  # for bokeh\n"}, why="The old package in requirements.txt"),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - conda-forge::nbserverproxy=0.8\n  - pip:\n    - \"nbrsessionproxy\"\n"},
            at=("environment.yml:3:5", "environment.yml:5:8"),
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n  - conda-forge::jupyter-server-proxy\n  - pip:\n    - \"jupyter-rsession-proxy\"\n"},
         why="Both old packages in environment.yml"),
        Bad(
            {"environment.yml": "dependencies: [python=3.12, nbserverproxy, jupyter-server-proxy]\n"},
            at="environment.yml:1:29",
            severity=Severity.INFO,
            fixed={"environment.yml": "dependencies: [python=3.12, jupyter-server-proxy]\n"},
         why="The old and the new package together"),
        Bad({"requirements.txt": "nbserverproxy==0.8.3 --hash=sha256:" + "0" * 64 + "\n"}, at="requirements.txt:1:1"),
        Good({"requirements.txt": "jupyter-server-proxy\njupyter-rsession-proxy\n"}, why="The new packages"),
        Good({"environment.yml": "dependencies: [python=3.7, nbserverproxy]\n"}, why="Python 3.7, which has the classic server"),
        Good({"Dockerfile": "FROM x:1\n", "environment.yml": "dependencies: [nbserverproxy]\n"}, why="With a Dockerfile, Binder does not read environment.yml"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.plan.python and repo.plan.python.version == "3.7":
            return
        for one in repo.requirements:
            if (name := _RENAMED.get(one.key)) and not one.url:
                yield self._renamed(one.text, one.name, None if one.hashed else _named(one), name)
        dependencies = repo.conda_dependencies
        names = {spec.key for spec in repo.conda_specs}
        for spec in repo.conda_specs:
            if (name := _RENAMED.get(spec.key)) and name in names and dependencies is not None:
                index = next(
                    n
                    for n, item in enumerate(dependencies)
                    if item.place.span.start <= spec.text.place.span.start < item.place.span.end
                )
                yield self.at(
                    spec.text,
                    f"`{spec.name}` is the old name of `{name}`, which is in the list too; it does nothing in Binder's images",
                    help="Remove the line",
                    severity=Severity.INFO,
                    fix=Fix(f"Remove `{spec.name}`", (remove(dependencies, index),)),
                )
            elif name:
                start = spec.name.place.span.start - spec.text.place.span.start
                part = spec.text if spec.whole else spec.text.part(start, len(spec.text))
                yield self._renamed(spec.text, spec.name, part, name)

    def _renamed(self, where: Text, old: str, part: Text | None, new: str) -> Diagnostic:
        return self.at(
            where,
            f"`{old}` is now `{new}`: the old package does not work with the server in Binder's images, so nothing is served",
            help=f"Write `{new}`",
            fix=Fix(f"Write `{new}`", (replace(part, new),)) if part is not None else None,
        )
