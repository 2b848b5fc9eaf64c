"""PIP: requirements with an address that the build cannot reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.requirements import Requirement, short
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_FOREIGN = regex(r"(?:file:)?/{2,}(?!\.)|[A-Za-z]:[\\/]|/|~")
_FOLDER_VERSION = regex(
    r"(?:^|[/\\])([A-Za-z0-9_.-]+?)-(\d+(?:\.\d+)+[\w.]*?)(?:-[^/\\]*\.whl|\.tar\.gz|\.zip|\.tar\.bz2)(?:$|[#?])"
)


class PipFileUrl(Rule):
    """A requirement points to a folder on another computer.

    `pip freeze` in a conda environment writes `numpy @ file:///home/conda/feedstock_root/...`, the folder in which the package was built, and a wheel that was installed from disk leaves its path. None of these exist in
    the build, so pip stops.

    ## Fix safety

    The fix replaces the address with the version if the file name contains it, and otherwise removes it. pip then installs the newest release, which may not be the one you had.
    """

    code = "PIP003"
    severity = Severity.ERROR
    level = Level.LAUNCH
    examples = (
        Bad(
            {"requirements.txt": "anyio==3.4.0\ncertifi @ file:///croot/certifi_1665076670883/work/certifi\nnumpy @ file:///C:/ci/numpy-1.21.5-cp310-cp310-win_amd64.whl  # x\nzarr @ file:///home/conda/feedstock_root/build_artifacts/zarr_1700/work ; python_version > '3.8'\n"},
            at="requirements.txt:2:1",
            fixed={"requirements.txt": "anyio==3.4.0\ncertifi\nnumpy==1.21.5  # x\nzarr ; python_version > '3.8'\n"},
         why="Paths from a conda environment"),
        Bad({"binder/requirements.txt": "/Users/me/wheels/foo-1.0-py3-none-any.whl\r\n"}, at="binder/requirements.txt:1:1", fixed={"binder/requirements.txt": "foo==1.0\r\n"}, why="A wheel on a Mac"),
        Bad({"requirements.txt": "-e c:\\users\\me\\project\n"}, at="requirements.txt:1:4", why="An editable installation on Windows"),
        Bad({"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - six @ file:///tmp/build/80754af9/six_1644875935023/work\n"}, at="environment.yml:4:5", fixed={"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - six\n"}, why="In the list for pip of environment.yml"),
        Good({"requirements.txt": "./pkg\nfile:./pkg\nfoo @ file:pkg\n-e .\n", "pkg/setup.py": "", "setup.py": ""}, why="Paths inside the repository"),
        Good({"requirements.txt": "foo @ file:///home/jovyan/pkg\n", "pkg/setup.py": ""}, why="The repository's folder in the image"),
        Good({"requirements.txt": "foo @ https://example.org/foo-1.0.tar.gz\n-e ${HOME}/pkg\n"}, why="An address on the web, and a variable"),
        Good({"requirements.txt": "pywin32 @ file:///C:/ci/pywin32.whl ; sys_platform == 'win32'\n"}, why="A line that is not for Linux"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python.version if repo.plan.python else "3.10"
        for file in repo.pip_files:
            found = [one for one in file.requirements if _elsewhere(repo, one) and one.applies(python)]
            if not found or file.constraint:
                continue
            edits = [edit for one in found if (edit := _without_path(one))]
            more = f", and {len(found) - 1} more" if len(found) > 1 else ""
            yield self.at(
                found[0].text,
                f"`{short(found[0].url or '')}`{more}: this path of another computer does not exist in the build, so pip stops it",
                help="Write `name==version`; `pip list --format=freeze` writes the whole list so",
                fix=Fix("Ask for the packages by name", tuple(edits), Applicability.UNSAFE)
                if len(edits) == len(found)
                else None,
            )


def _elsewhere(repo: Repository, one: Requirement) -> bool:
    if not one.url or one.remote or "$" in one.url:
        return False
    path = one.url.removeprefix("file:")
    if not _FOREIGN.match(one.url) and not path.startswith("/"):
        return False
    path = re.sub("^/{2,}", "/", path)
    inside = re.match(r"(?:/home/jovyan|~|/srv/repo)(?:/(.*))?$", re.split("[#?]", path)[0])
    return not (inside and repo.exists(inside[1] or ""))


def _without_path(one: Requirement) -> Edit | None:
    assert one.url
    version = _FOLDER_VERSION.search(one.url)
    name = str(one.name) or (version[1] if version else "")
    if not name or one.editable:
        return None
    extras = f"[{','.join(one.extras)}]" if one.extras else ""
    marker = f" ; {one.marker}" if one.marker else ""
    return replace(one.text, name + extras + (f"=={version[2]}" if version else "") + marker)


class RequirementsPrivateVcs(Rule):
    """A requirement needs a key or a password.

    Binder builds without anybody's credentials, and the machine that builds has no key for `ssh`. `git+ssh://git@github.com/...` fails even for a public repository; its `https` address works. A password or token in an
    address would work, and is published with the repository and with every image.

    ## Fix safety

    The fix writes the `https` address of the same repository. It is unsafe, because the build of a private repository still fails.
    """

    code = "PIP004"
    severity = Severity.ERROR
    level = Level.LAUNCH
    examples = (
        Bad({"requirements.txt": "git+ssh://git@github.com/a/b.git@v1#egg=b  # ours\n"}, at="requirements.txt:1:1", fixed={"requirements.txt": "git+https://github.com/a/b.git@v1#egg=b  # ours\n"}, why="An ssh address"),
        Bad({"requirements.txt": "-e git+git@github.com:a/b.git\r\n"}, at="requirements.txt:1:4", fixed={"requirements.txt": "-e git+https://github.com/a/b.git\r\n"}, why="An ssh address in its short form"),
        Bad({"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - b @ git+ssh://git@gitlab.com/a/b@v1\n"}, at="environment.yml:4:9", fixed={"environment.yml": "dependencies:\n- python=3.12\n- pip:\n  - b @ git+https://gitlab.com/a/b@v1\n"}, why="In the list for pip of environment.yml"),
        Bad({"requirements.txt": "git+git://github.com/a/b\n"}, at="requirements.txt:1:1", fixed={"requirements.txt": "git+https://github.com/a/b\n"}, why="The git protocol"),
        Bad({"requirements.txt": "--extra-index-url https://me:secret@example.org/simple\nfoo==1\n"}, at="requirements.txt:1:19", why="A password in an address"),
        Bad({"requirements.txt": "git+https://oauth2:glpat-1234@gitlab.com/a/b@v1\n"}, at="requirements.txt:1:1", why="A token in an address"),
        Good({"requirements.txt": "git+https://github.com/a/b@v1\n"}, why="An https address"),
        Good({"requirements.txt": "git+https://${TOKEN}@github.com/a/b@v1\n--index-url https://${USER}:${PASS}@example.org/simple\n"}, why="A variable instead of a secret"),
        Good({"requirements.txt": "git+https://git@github.com/a/b@v1\n"}, why="A user name only"),
        Good({"requirements.txt": "git+ssh://git@github.com/a/b ; sys_platform == 'win32'\n"}, why="A line that is not for Linux"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python.version if repo.plan.python else "3.10"
        for one in repo.requirements:
            if not one.url or not one.applies(python):
                continue
            if found := re.match(
                r"(git\+)(?:ssh://(?:[^@/]+@)?([^/:]+)(?::\d+)?[/:]|(?:ssh:)?[^@/\s]+@([^/:]+):|git://([^/]+)/)",
                one.url,
            ):
                host = found[2] or found[3] or found[4]
                protocol = (
                    "the `git:` protocol, which GitHub has switched off"
                    if found[4]
                    else "ssh, for which the build has no key"
                )
                yield self.at(
                    one.url,
                    f"This is fetched by {protocol}, so pip stops the build",
                    help="Use the `https` address of a public repository",
                    fix=Fix("Fetch it by https", (replace(one.url.part(0, found.end()), f"git+https://{host}/"),), Applicability.UNSAFE)
                    if one.url.place.text == one.url
                    else None,
                )  # fmt: skip
            elif _SECRET.search(one.url):
                yield self._secret(one.url)
        for file in repo.pip_files:
            for option in file.options:
                if option.name in ("--index-url", "--extra-index-url", "--find-links") and _SECRET.search(option.value):
                    yield self._secret(option.value)

    def _secret(self, where: Text) -> Diagnostic:
        return self.at(
            where,
            "This address holds a password or token: the repository and every image built from it publish it",
            help="Revoke it, and install from a public address",
        )


_SECRET = regex(r"//[^/@:\s$]+:[^/@\s$]{3,}@|//(?:ghp_|github_pat_|glpat-)[\w-]+@")
