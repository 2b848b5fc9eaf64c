"""LNK: what launch links launch: repository, ref and path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.edits import replace
from binderlint.files.launch import HOSTED, WITH_REF, Route, is_template
from binderlint.files.links import Link
from binderlint.git import Git
from binderlint.rule import Bad, Good, Rule
from binderlint.source import GITLINK, Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main", "v1.0", "v1.1", "data/2020"}), complete=True)


class BadgeMissingRef(Rule):
    """A launch link names no branch, tag or commit.

    BinderHub needs one: without it the launch ends with `Spec is not of the form "user/repo/ref"`. `HEAD` stands for the newest state of the default
    branch, whatever that is called.
    """

    code = "LNK006"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:binderhub/repoproviders.py",)
    examples = (
        Bad(
            {"README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves)\n"},
            at="README.md:1:77",
            fixed={
                "README.md": "[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/ada/waves/HEAD)\n"
            },
        ),
        Bad(
            {"README.rst": "`run <https://mybinder.org/v2/gh/ada/waves/?urlpath=lab>`_"},
            at="README.rst:1:34",
            fixed={"README.rst": "`run <https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab>`_"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fwaves?urlpath=lab)\r\n"},
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gl/lab%2Fwaves/HEAD?urlpath=lab)\r\n"},
        ),
        Bad(
            {"README.md": "[run](https://binder.example.edu/v2/gh/ada/waves/)\n"},
            at="README.md:1:40",
            fixed={"README.md": "[run](https://binder.example.edu/v2/gh/ada/waves/HEAD)\n"},
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gist/ada/0123456789abcdef)\n"}, why="a gist needs no ref"),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/zenodo/10.5281/zenodo.3242074/)\n"}, why="a DOI needs no ref"
        ),
        Good({"README.md": "Addresses start with https://mybinder.org/v2/gh/ and go on.\n"}, why="no whole address"),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/<user>/<repo>)\n"}, why="an example for the reader"),
        Good({"README.md": "`https://mybinder.org/v2/gh/ada/waves`\n"}, why="code is not clicked on"),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main/)\n"},
            why="BinderHub drops a slash at the end",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in _launches(repo):
            address = link.address
            if address.provider not in WITH_REF or address.branch or not _whole(link):
                continue
            yield self.at(
                link.text("repo"),
                "The link names no branch, tag or commit, so the launch fails",
                help="Add `/HEAD`, the newest state of the default branch, or a tag",
                fix=Fix("Add `/HEAD`", (replace(link.text("gap", "ref"), "/HEAD"),)),
            )


class BadgeTreeUrl(Rule):
    """A launch link holds pieces of another web address.

    Parts of GitHub's own addresses do not belong in a launch link: after `/v2/gh/` come owner, repository and ref, and everything after the second slash
    is read as the name of a branch, so `tree/main` is a branch that does not exist. What opens after the launch is said by `?urlpath=`.

    ## Fix safety

    The fix is unsafe where the link opens another file already, or where it cannot be known which part is the branch and which the path.
    """

    code = "LNK007"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:binderhub/repoproviders.py", "ProjectPythia/cookbook-template#38")
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/tree/main)\n"},
            at="README.md:1:44",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main)\n"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/blob/data/2020/a%20b.ipynb)\n"},
            at="README.md:1:44",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/data/2020?urlpath=lab/tree/a%20b.ipynb)\n"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/blob/main/a.ipynb?flush_cache=true)\n"},
            at="README.md:1:44",
            fixed={
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?flush_cache=true&urlpath=lab/tree/a.ipynb)\n"
            },
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main/a.ipynb)\n"},
            at="README.md:1:44",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/a.ipynb)\n"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/https://github.com/ada/waves)\n"},
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD)\n"},
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/https%3A%2F%2Fgithub.com%2Fada%2Fwaves.git/main?urlpath=lab)\n"
            },
            at="README.md:1:34",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab)\n"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org//v2/gh/ada/waves/main)\n"},
            at="README.md:1:27",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main)\n"},
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/tree/oak)\n"},
            git=_OURS._replace(refs=frozenset({"main", "tree/oak"})),
            why="a branch of that name",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/feature/x)\n"}, why="a ref may hold slashes"),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/git/https%3A%2F%2Fgithub.com%2Fada%2Fwaves/main)\n"},
            why="the provider `git` takes whole addresses",
        ),
        Good(
            {"README.md": "[run](https://notebooks.gesis.org/binder/v2/gh/ada/waves/main)\n"}, why="a hub below a path"
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in _launches(repo):
            address = link.address
            if "//" in address.base + "/":
                yield self.at(
                    link.text("base", "lead"),
                    "With two slashes after the host BinderHub does not know this address and shows its front page",
                    help="Remove a slash",
                    fix=Fix(
                        "Remove a slash", (replace(link.text("base"), re.sub("/+", "/", address.base).rstrip("/")),)
                    ),
                )
            spec = link.text("repo", "ref")
            web = _WEB_ADDRESS.match(spec)
            if web and address.provider in HOSTED:
                rest = web[3].lstrip("/")
                yield self._found(link, spec, f"{web[1]}/{web[2].removesuffix('.git')}/", _take_apart(rest, repo, link))
            elif address.provider == "gh" and not is_template(address.ref):
                pasted = _PASTED.match(address.ref)
                known = link.launches_repository(repo) and address.branch in repo.git.refs
                if not known and (pasted or _FILE.search(address.branch)):
                    rest = address.ref[pasted.end() :] if pasted else str(address.ref)
                    yield self._found(link, link.text("ref"), "", _take_apart(rest, repo, link))

    def _found(self, link: Link, where: Text, start: str, parts: _Parts) -> Diagnostic:
        query, path = link.address.query, parts.path.replace("+", "%2B")
        written = "".join("".join(parameter) for parameter in query)
        safe = parts.sure and not (path and link.address.target)
        if path and not link.address.target:
            written += f"{'&' if query else '?'}urlpath=lab/tree/{path}"
        text = f"{start}{parts.ref or 'HEAD'}{written}"
        edit = replace(link.onwards("repo" if start else "ref"), text)
        return self.at(
            where,
            f"`{_shown(where)}` is a piece of another web address: BinderHub takes it for a branch, and the launch fails",
            help=f"Write `{text}`",
            fix=Fix("Write the ref and the path", (edit,), Applicability.SAFE if safe else Applicability.UNSAFE),
        )


class BadgeRefNotFound(Rule):
    """A launch link of this repository names a branch, tag or commit that it does not have.

    The launch fails, since there is nothing to build. Only for `master` and `main` on GitHub BinderHub tries on: it shows an error, waits ten seconds, and then
    builds `HEAD`.

    Nothing is said where the clone cannot know: a shallow one, or one of a single branch; nor of a version that is newer than every tag, because a README is
    often written just before the release.

    ## Fix safety

    `HEAD` for a `master` or `main` that is gone is what BinderHub builds already, and safe. For any other name a similar one, or `HEAD`, is a guess.
    """

    code = "LNK008"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:binderhub/builder.py", "gboeing/osmnx-examples#47", "py-why/dowhy#585")
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/master?urlpath=lab)\n"},
            at="README.md:1:44",
            git=_OURS,
            severity=Severity.WARNING,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab)\n"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/Ada/Waves.git/1.0)\n"},
            at="README.md:1:48",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/Ada/Waves.git/v1.0)\n"},
        ),
        Bad(
            {"docs/index.rst": ".. _run: https://mybinder.org/v2/gh/ada/waves/teaching\n"},
            at="docs/index.rst:1:47",
            git=_OURS,
            fixed={"docs/index.rst": ".. _run: https://mybinder.org/v2/gh/ada/waves/HEAD\n"},
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/git/https%3A%2F%2Fgithub.com%2Fada%2Fwaves/teaching)\n"},
            at="README.md:1:74",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/git/https%3A%2F%2Fgithub.com%2Fada%2Fwaves/HEAD)\n"},
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/teaching)\n"},
            git=_OURS._replace(complete=False),
            why="a shallow clone does not know all branches",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/grace/tides/master)\n"}, git=_OURS, why="another repository"
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/{{ branch }})\n"},
            git=_OURS,
            why="filled in later",
        ),
        Good(
            {"conf.py": 'url = "https://mybinder.org/v2/gh/ada/waves/%s?filepath=a" % release\n'},
            git=_OURS,
            why="filled in later",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/data%2F2020)\n"},
            git=_OURS,
            why="an encoded slash",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/0a1b2c3d4e)\n"},
            git=_OURS,
            why="a commit is known to GitHub, not to the list of branches",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD)\n"}, git=_OURS),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/v1.2)\n"}, git=_OURS, why="a release to come"),
        Good(
            {"README.md": "    https://mybinder.org/v2/gh/ada/waves/master\n"}, git=_OURS, why="code is not clicked on"
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not repo.git.complete or not repo.git.refs:
            return
        for link in _launches(repo):
            ref = link.address.branch
            if not link.launches_repository(repo) or link.address.route is not Route.LAUNCH or _known(ref, repo):
                continue
            if is_template(ref) or _PASTED.match(ref) or _FILE.search(ref) or _is_release_to_come(ref, repo):
                continue
            if ref in ("master", "main") and link.address.provider == "gh":
                yield self.at(
                    link.text("ref"),
                    f"There is no branch `{ref}` any more: Binder shows an error, waits 10 seconds and takes the default branch",
                    help="Write `HEAD`, which is always the default branch",
                    severity=Severity.WARNING,
                    level=Level.REPRODUCE,
                    fix=Fix("Write `HEAD`", (replace(link.text("ref"), "HEAD"),)),
                )
                continue
            new = _similar(ref, repo)
            yield self.at(
                link.text("ref"),
                f"There is no branch or tag `{ref}` in this repository, so the launch fails",
                help=f"Write `{new}`"
                if new != "HEAD"
                else "Write `HEAD`, the default branch, or a branch or tag that exists",
                fix=Fix(f"Write `{new}`", (replace(link.text("ref"), quote(new)),), Applicability.UNSAFE),
            )


class BadgeTargetMissing(Rule):
    """A launch link of this repository opens a file or folder that is not there.

    The launch works, and then Jupyter says that the file could not be found. Only links to the state at hand are judged: `HEAD`, the branch that is checked out, and
    the default branch. Nothing is said where `start` or `postBuild` may make the file, where a Dockerfile decides what is where, or where a text version of the notebook
    is there (jupytext makes the notebook from it).

    ## Fix safety

    The fix writes the path that is most like the missing one. That is a guess.
    """

    code = "LNK009"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("MulQuaBio/MQB#65", "AllenDowney/DSIRP#2", "ecmwf/notebook-examples#5")
    examples = (
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab%2Ftree%2Fnb%2Ffirst.ipynb)\n",
                "notebooks/first.ipynb": "{}",
            },
            at="README.md:1:57",
            git=_OURS,
            fixed={
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab%2Ftree%2Fnotebooks%2Ffirst.ipynb)\n"
            },
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=Index.ipynb)\n",
                "index.ipynb": "{}",
            },
            at="README.md:1:58",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=index.ipynb)\n"},
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=home/jovyan/a%20b.ipynb)\n",
                "a b.ipynb": "{}",
            },
            at="README.md:1:57",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a%20b.ipynb)\n"},
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=/voila/render/app.ipynb?theme=dark)\n"
            },
            at="README.md:1:57",
            git=_OURS,
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath=data/out.ipynb)\n",
                "binder/postBuild": "#!/bin/bash\nmake data\n",
            },
            git=_OURS,
            why="postBuild may make it",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath=a.ipynb)\n",
                "a.md": "---\njupytext: {}\n---\n",
            },
            git=_OURS,
            why="jupytext makes the notebook from its text version",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/grace/tides/HEAD?labpath=a.ipynb)\n"},
            git=_OURS,
            why="another repository",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/v1.0?labpath=a.ipynb)\n"},
            git=_OURS,
            why="another state of this repository",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Fgrace%252Ftides%26urlpath%3Dlab%252Ftree%252Ftides%252Fa.ipynb)\n"
            },
            git=_OURS,
            why="nbgitpuller fetches the folder",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab/workspaces/demo)\n"},
            git=_OURS,
            why="a workspace is no file",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath=work/a.ipynb)\n",
                "Dockerfile": "FROM quay.io/jupyter/base-notebook:2025-01-01\n",
            },
            git=_OURS,
            why="the Dockerfile decides what is where",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath=docs/a%20b.ipynb) [lab](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab/tree/docs/)\n",
                "docs/a b.ipynb": "{}",
            },
            git=_OURS,
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath={{ page.path }})\n"},
            git=_OURS,
            why="filled in later",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not any(link.launches_repository(repo) for link in repo.links) or _makes_files(repo):
            return
        for link in _launches(repo):
            target = link.address.target
            if target is None or not link.launches_repository(repo) or not _is_this_state(link, repo):
                continue
            interface, path = link.address.opens
            wanted = path.strip("/")
            if interface not in _FILE_INTERFACES or not wanted or is_template(path) or _is_there(wanted, repo):
                continue
            new = _closest(wanted, repo)
            fix = None
            if new and isinstance(target.value, Text):
                edit = _rewrite(target.value, wanted, new)
                fix = Fix(f"Open `{new}`", (edit,), Applicability.UNSAFE) if edit else None
            yield self.at(
                target.value if isinstance(target.value, Text) else link.url,
                f"There is no `{wanted}` in this repository: Binder launches, and then the file is not found",
                help=f"Did you mean `{new}`?" if new else "Name a file or folder of the repository, or remove the path",
                fix=fix,
            )


class _Parts(NamedTuple):
    """A ref and a path that were pasted together, and whether it is sure where the one ends."""

    ref: str
    path: str
    sure: bool


_WEB_ADDRESS = re.compile(
    r"(?:https?(?::|%3A)(?:/|%2F){1,2})?(?:www\.)?(?:github|gitlab)\.com(?:/|%2F)([^/%]+)(?:/|%2F)([^/%]+)((?:/.*)?)$",
    re.IGNORECASE | re.DOTALL,
)
_PASTED = re.compile(r"(?:tree|blob|raw|edit)(?:/|$)")
_FILE = re.compile(r"/[^/]*\.(?:ipynb|md|py|[Rr]md|jl|[Rr])$")
_COMMIT = re.compile(r"[0-9a-f]{7,40}")
_VERSION = re.compile(r"v?\.?(\d+(?:\.\d+)+)")
_FILE_INTERFACES = frozenset(
    {"lab/tree", "doc/tree", "tree", "notebooks", "edit", "voila/render", "apps"}
    | {"retro/tree", "retro/notebooks", "nbclassic/tree", "nbclassic/notebooks"}
)
_TEXT_VERSIONS = (".md", ".Rmd", ".py", ".R", ".jl", ".qmd", ".myst.md", ".nb.py")


def _launches(repo: Repository) -> Iterator[Link]:
    return (link for link in repo.links if link.live and link.address.route is Route.LAUNCH)


def _whole(link: Link) -> bool:
    """Whether there is a repository in the link, and not another web address."""
    repo = link.address.repo
    return bool(repo) and (link.address.provider != "gh" or bool(re.fullmatch(r"[\w.-]+/[\w.-]+", repo)))


def _shown(text: str) -> str:
    return text if len(text) < 60 else text[:57] + "..."


def _take_apart(rest: str, repo: Repository, link: Link) -> _Parts:
    """`tree/main/docs`, `main/a.ipynb` or `main` as ref and path."""
    found = _PASTED.match(rest)
    pasted = bool(found)
    rest = (rest[found.end() :] if found else rest).strip("/")
    known = [ref for ref in repo.git.refs if rest == ref or rest.startswith(f"{ref}/")]
    if known:
        ref = max(known, key=len)
        return _Parts(ref, rest[len(ref) :].strip("/"), True)
    ref, _, path = rest.partition("/")
    if not pasted and path and not _FILE.search(f"/{path}"):
        return _Parts(rest, "", True)
    return _Parts(ref, path, "/" not in path)


def _known(ref: str, repo: Repository) -> bool:
    short = re.sub(r"^(?:refs/)?(?:heads|tags)/", "", ref)
    if ref in ("", "HEAD") or short in repo.git.refs or _COMMIT.fullmatch(ref):
        return True
    return ref.startswith(("refs/pull/", "pull/", "refs/merge-requests/"))


def _is_release_to_come(ref: str, repo: Repository) -> bool:
    """Whether a ref reads like a version newer than every tag."""
    found = _VERSION.match(ref)
    if not found:
        return False
    versions = [_numbers(known[1]) for name in repo.git.refs if (known := _VERSION.match(name))]
    return _numbers(found[1]) > max(versions, default=[])


def _numbers(version: str) -> list[int]:
    return [int(number) for number in version.split(".")]


def _similar(ref: str, repo: Repository) -> str:
    from difflib import get_close_matches

    close = get_close_matches(ref, sorted(repo.git.refs), 1, 0.75)
    return close[0] if close else "HEAD"


def _is_this_state(link: Link, repo: Repository) -> bool:
    ref = link.address.branch
    return ref == "HEAD" or ref in (repo.git.branch, repo.git.default_branch)


def _makes_files(repo: Repository) -> bool:
    """Whether something of the build or launch can bring files, or change the folder that Jupyter shows."""
    if repo.plan.buildpack in (None, "DockerBuildPack", "LegacyBinderDockerBuildPack", "NixBuildPack"):
        return True
    if repo.plan.start or repo.plan.post_build:
        scripts = [source for path in (repo.plan.start, repo.plan.post_build) if path and (source := repo.get(path))]
        if any(_MAKES_FILES.search(source.text) for source in scripts):
            return True
    return any(
        re.search(r"jupyter_\w*config\.(?:py|json)$", path) and re.search("root_dir|notebook_dir|contents", source.text)
        for path, source in repo.sources.items()
        if source.mode != GITLINK
    )


_MAKES_FILES = re.compile(
    r"\b(?:git|wget|curl|aria2c|unzip|tar|cp|mv|ln|mkdir|cd|make|jupytext|nbconvert|papermill|quarto|jupyter-book|myst|sphinx-build|gdown|python3?|Rscript|julia|bash|sh|rsync|dvc|touch|tee|doit|snakemake|root_dir|notebook-dir)\b|>"
)


def _is_there(path: str, repo: Repository) -> bool:
    if repo.exists(path):
        return True
    parts = path.split("/")
    for count in range(1, len(parts) + 1):
        source = repo.sources.get("/".join(parts[:count]))
        if source and source.mode == GITLINK:
            return True
        if repo.resolve("/".join(parts[:count])) is None:
            return True
    stem, dot, extension = path.rpartition(".")
    return dot == "." and extension == "ipynb" and any(repo.exists(stem + suffix) for suffix in _TEXT_VERSIONS)


def _closest(path: str, repo: Repository) -> str:
    """The one path of the repository that a missing one can have meant, `""` when there is none."""
    inner = re.sub(r"^(?:home/jovyan|work)/", "", path)
    if inner != path and repo.exists(inner):
        return inner
    name = path.rpartition("/")[2]
    named = [known for known in repo.sources if known.rpartition("/")[2].lower() == name.lower()]
    if len(named) == 1:
        return named[0]
    from difflib import get_close_matches

    extension = name.rpartition(".")[1:]
    alike = [known for known in repo.sources if known.rpartition("/")[2].rpartition(".")[1:] == extension]
    close = get_close_matches(path, alike, 2, 0.85) if extension[0] else []
    return close[0] if len(close) == 1 else ""


def _rewrite(value: Text, path: str, new: str) -> Replace | None:
    """Write a new path over the old one in a parameter, encoded as the old one was."""
    from binderlint.files.launch import decoded

    characters = [found.span() for found in re.finditer("%[0-9A-Fa-f]{2}|.", value, re.DOTALL)]
    for first, (start, _) in enumerate(characters):
        for _, end in reversed(characters[first:]):
            if decoded(value[start:end]) == path:
                return replace(value.part(start, end), quote(new, safe="" if "%2F" in value.upper() else "/"))
    return None
