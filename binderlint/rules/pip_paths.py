"""PIP: the bytes of requirements files, and the files they name."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Recode, Replace, Severity
from binderlint.edits import replace
from binderlint.files.installs import PipFile, include_path
from binderlint.files.requirements import Requirement
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Source, Span

if TYPE_CHECKING:
    from binderlint.repository import Repository


class RequirementsEncoding(Rule):
    """requirements.txt or apt.txt is not UTF-8.

    `pip freeze > requirements.txt` in PowerShell writes UTF-16. With the byte order mark that PowerShell adds, today's pip reads it (older builds failed). Without the mark, and in every other encoding than UTF-8, the build
    stops. apt.txt must be UTF-8. (environment.yml and runtime.txt have their own rules: env-invalid-yaml and runtime-malformed.)

    ## Fix safety

    The fix rewrites UTF-16 as UTF-8, with the same text. Other bytes are read in the encoding of Western Windows, which is a guess, so that fix is unsafe.
    """

    code = "PIP005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    unreadable = True
    sources = ("jupyterhub/repo2docker#764", "jupyterhub/mybinder.org-deploy#1125", "repo2docker/utils.py")
    examples = (
        Bad(
            {"requirements.txt": "\ufeffnumpy==1.26.4\r\n".encode("utf-16-le")},
            at="requirements.txt:1:1",
            severity=Severity.INFO,
            fixed={"requirements.txt": "numpy==1.26.4\r\n"},
         why="requirements.txt from PowerShell"),
        Bad(
            {"requirements.txt": "numpy==1.26.4\r\nscipy".encode("utf-16-le")},
            at="requirements.txt:1:1",
            fixed={"requirements.txt": "numpy==1.26.4\r\nscipy"},
         why="UTF-16 without a mark"),
        Bad(
            {"binder/requirements.txt": "numpy==1.26.4  # für alle\n".encode("latin-1")},
            at="binder/requirements.txt:1:19",
            fixed={"binder/requirements.txt": "numpy==1.26.4  # für alle\n"},
         why="A character in another encoding"),
        Bad(
            {"requirements.txt": "numpy==1.26.4\n", "apt.txt": "\ufeffvim\r\n".encode("utf-16-be")},
            at="apt.txt:1:1",
            fixed={"apt.txt": "vim\r\n"},
         why="apt.txt from PowerShell"),
        Good({"requirements.txt": "numpy==1.26.4  # für alle\n".encode("utf-8-sig")}, why="UTF-8 with a byte order mark"),
        Good({"requirements.txt": b"", "apt.txt": b""}, why="An empty apt.txt"),
        Good({"environment.yml": "dependencies: [python=3.12]\n", "requirements.txt": b"n\x00u\x00m\x00p\x00y\x00"}, why="Binder does not read this file"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        sources = [file.source for file in repo.pip_files if file.array is None]
        apt = repo.used("apt.txt")
        for source in [*sources, *([apt] if apt else [])]:
            is_apt = source is apt
            reader = "repo2docker" if is_apt else "pip"
            help_ = "Save the file as UTF-8"
            if source.encoding != "utf-8":
                if is_apt:
                    message = "The file is saved as UTF-16, as PowerShell does with `>`; repo2docker reads UTF-8 only, so the build stops"
                else:
                    message = "The file is saved as UTF-16, as PowerShell does with `>`; today's pip reads it, other tools do not"
                severity = Severity.ERROR if is_apt else Severity.INFO
                fix = Fix("Save as UTF-8", (Recode(source.path),))
                yield self.at(source, message, help=help_, severity=severity, fix=fix)
            elif "\0" in source.text[:200]:
                decoded = _utf16(source)
                yield self.at(
                    source,
                    f"The file is UTF-16 without the mark that would say so: {reader} cannot read it, so the build stops",
                    help=help_,
                    fix=Fix("Save as UTF-8", (_whole(source, decoded),)) if decoded else None,
                )
            elif place := source.decode_error:
                decoded = source.data.decode("cp1252", "replace")
                yield self.at(
                    place,
                    f"This character is not saved as UTF-8, the encoding that {reader} reads, so the build stops",
                    help=help_,
                    fix=None
                    if "\ufffd" in decoded
                    else Fix("Save as UTF-8", (_whole(source, decoded),), Applicability.UNSAFE),
                )


def _utf16(source: Source) -> str:
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = source.data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isascii() and "\0" not in text:
            return text
    return ""


def _whole(source: Source, text: str) -> Edit:
    return Replace(source.path, Span(0, len(source.text)), text)


class RequirementsLocalPath(Rule):
    """A requirements file names a file or folder that the build does not find.

    pip looks for `-r` and `-c` beside the file that names them, and for `./package` and `-e .` in the folder in which it runs: the root of the repository, even for `binder/requirements.txt` (for the `pip:` list of
    `binder/environment.yml` it is `binder/`). What is not committed does not exist for Binder.

    repo2docker does not see that a path without a dot in front (`wheels/foo.whl`) is local. It installs the packages before it copies the repository, and pip does not find the file. `./wheels/foo.whl` works.
    """

    code = "PIP006"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/utils.py", "sbi-dev/sbi#554")
    examples = (
        Bad({"requirements.txt": "-r requirements/base.txt\nnumpy\n"}, at="requirements.txt:1:4", why="An include that does not exist"),
        Bad({"binder/requirements.txt": "-c constraints.txt\n", "constraints.txt": "numpy==1\n"}, at="binder/requirements.txt:1:4", fixed={"binder/requirements.txt": "-c ../constraints.txt\n"}, why="A constraints file that is beside the binder directory"),
        Bad({"requirements.txt": "wheels/foo-1.0-py3-none-any.whl  # ours\n", "wheels/foo-1.0-py3-none-any.whl": b"PK"}, at="requirements.txt:1:1", fixed={"requirements.txt": "./wheels/foo-1.0-py3-none-any.whl  # ours\n"}, why="A path without a dot"),
        Bad({"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - 'lib/foo'\n", "lib/foo/setup.py": ""}, at="environment.yml:4:6", fixed={"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - './lib/foo'\n"}, why="A path without a dot in the list for pip"),
        Bad({"requirements.txt": "./missing\n-e ../other\n"}, at=("requirements.txt:1:1", "requirements.txt:2:4"), why="A folder that does not exist, and one outside the repository"),
        Bad({"binder/requirements.txt": "-e ..\n", "setup.py": ""}, at="binder/requirements.txt:1:4", fixed={"binder/requirements.txt": "-e .\n"}, why="Two dots in binder/requirements.txt"),
        Bad({"binder/environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - -e .\n", "setup.py": ""}, at="binder/environment.yml:4:8", fixed={"binder/environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - -e ..\n"}, why="A dot in binder/environment.yml"),
        Bad({"requirements.txt": "-e .\r\nnumpy\r\n"}, at="requirements.txt:1:4", why="A dot in a folder without a package"),
        Bad({"requirements.txt": ".\\lib\n", "lib/setup.py": ""}, at="requirements.txt:1:1", fixed={"requirements.txt": "./lib\n"}, why="A path on Windows"),
        Good({"requirements.txt": "-r base.txt\n-e .\n./lib[dev]\n", "base.txt": "numpy\n", "pyproject.toml": "", "lib/pyproject.toml": ""}, why="Files and folders that exist"),
        Good({"binder/requirements.txt": "-e .\n-r ../requirements.txt\n", "setup.py": "", "requirements.txt": ""}, why="binder/requirements.txt, for which pip runs in the root"),
        Good({"binder/environment.yml": "dependencies:\n- pip:\n  - -e ..\n  - -r ../r.txt\n", "setup.py": "", "r.txt": ""}, why="binder/environment.yml, for which pip runs in binder"),
        Good({"requirements.txt": "-e .\nlib/foo\n", "setup.py": "", "lib/foo/setup.py": ""}, why="A dot, after which repo2docker copies the repository first"),
        Good({"requirements.txt": "-r https://example.org/r.txt\n-r ${BASE}/x.txt\n./lib ; sys_platform == 'win32'\n"}, why="An address, a variable, and a line that is not for Linux"),
        Good({"environment.yml": "dependencies: [python=3.12]\n", "requirements.txt": "-r gone.txt\n"}, why="Binder does not read this file"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python.version if repo.plan.python else "3.10"
        in_environment = any(file.array is not None for file in repo.pip_files)
        for file in repo.pip_files:
            yield from self._includes(repo, file)
            own = file.array is not None or file.source.name == "requirements.txt"
            if in_environment and repo.plan.binder_dir and not own:
                continue  # included by one of the two, so it is open where pip runs
            folder = file.source.folder if file.array is not None else ""
            for one in file.requirements:
                if one.url and not one.remote and one.applies(python) and not _abroad(one.url):
                    yield from self._package(repo, file, one, folder)

    def _includes(self, repo: Repository, file: PipFile) -> Iterator[Diagnostic]:
        for option in file.options:
            value = str(option.value)
            if option.name not in ("--requirement", "--constraint") or not value or "://" in value or "$" in value:
                continue
            path = include_path(file, option)
            if path and repo.get(path):
                continue
            from_root = posixpath.normpath(value)
            right = posixpath.relpath(from_root, file.source.folder or ".") if file.source.folder else ""
            exists = bool(right) and not from_root.startswith("..") and repo.get(from_root) is not None
            told = " (there is one that git does not track)" if path in repo.untracked else ""
            yield self.at(
                option.value,
                f"`{value}` is not there{told}: pip looks for it beside this file, and the build stops",
                help=f"Write `{right}`" if exists else "Commit the file, or remove the line",
                fix=Fix(f"Write `{right}`", (replace(option.value, right),)) if exists else None,
            )

    def _package(self, repo: Repository, file: PipFile, one: Requirement, folder: str) -> Iterator[Diagnostic]:
        assert one.url
        written = re.split("[#?]", str(one.url).removeprefix("file:"))[0]
        if "\\" in written:
            fixed = str(one.url).replace("\\", "/")
            yield self.at(
                one.url,
                f"`{written}` is a path of Windows: on Binder, a Linux machine, pip does not understand it and the build stops",
                help=f"Write `{fixed}`",
                fix=Fix(f"Write `{fixed}`", (replace(one.url, fixed),)),
            )
            return
        path = posixpath.normpath(posixpath.join(folder, written))
        path = "" if path == "." else path
        where = f"`{folder}/`" if folder else "the root of the repository"
        if problem := _missing(repo, path):
            other = posixpath.relpath(".", folder) if folder and written in (".", "./") else "."
            whole = written in (".", "./", "..", "../") and other != written and not _missing(repo, "")
            yield self.at(
                one.url,
                f"`{written}` {problem}: pip starts from {where}, and the build stops",
                help=f"Write `{other}`" if whole else "Commit it, or correct the path",
                fix=Fix(f"Write `{other}`", (replace(one.url, other),)) if whole else None,
            )
            return
        copied = repo.plan.env_needs_repository if file.array is not None else repo.plan.pip_needs_repository
        if not copied and not written.startswith(".") and not str(one.url).startswith("file:"):
            yield self.at(
                one.url,
                f"repo2docker sees no local path in `{written}`, installs before it copies the repository, and pip does not find it",
                help=f"Write `./{written}`",
                fix=Fix(f"Write `./{written}`", (replace(one.url, f"./{written}"),)),
            )


def _abroad(address: str) -> bool:
    """Whether it is a path of another computer, or one that an environment variable completes."""
    return bool(re.match(r"(?:file:)?/|[A-Za-z]:[\\/]|~", address)) or "$" in address


def _missing(repo: Repository, path: str) -> str:
    """What is wrong with a path that pip should install, in words; empty when nothing."""
    if path.startswith(".."):
        return "lies outside of the repository"
    if not repo.exists(path):
        return "is not there"
    resolved = repo.resolve(path)
    if resolved is None or resolved in repo.sources:  # a file, or a submodule
        return ""
    files = {posixpath.basename(name) for name in repo.list(resolved)}
    return "" if files & {"setup.py", "pyproject.toml"} else "has neither setup.py nor pyproject.toml"
