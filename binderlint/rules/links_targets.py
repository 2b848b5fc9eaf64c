"""LNK: what a launch link opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING
from urllib.parse import quote

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Replace, Severity
from binderlint.edits import replace
from binderlint.files.launch import decoded, is_template
from binderlint.files.links import live_launches
from binderlint.files.refs import is_this_state
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import GITLINK, Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(origin="gh/ada/waves", branch="main", refs=frozenset({"main", "v1.0", "v1.1", "data/2020"}), complete=True)


class BadgeTargetMissing(Rule):
    """A launch link of this repository opens a file that does not exist.

    The launch works, and then Jupyter reports that it cannot find the file. Only links to the current state are checked: `HEAD`, the branch that is checked out, and the default branch. Nothing is
    reported if `start` or `postBuild` may create the file, if a Dockerfile decides where files are, or if there is a text version of the notebook (jupytext makes the notebook from it).

    ## Fix safety

    The fix writes the most similar path. That is a guess.
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
            why="The folder has another name",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=Index.ipynb)\n",
                "index.ipynb": "{}",
            },
            at="README.md:1:58",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=index.ipynb)\n"},
            why="A capital letter",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=home/jovyan/a%20b.ipynb)\n",
                "a b.ipynb": "{}",
            },
            at="README.md:1:57",
            git=_OURS,
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a%20b.ipynb)\n"},
            why="A path in the home folder of the image",
        ),
        Bad(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=/voila/render/app.ipynb?theme=dark)\n"
            },
            at="README.md:1:57",
            git=_OURS,
            why="A notebook for Voila",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath=data/out.ipynb)\n",
                "binder/postBuild": "#!/bin/bash\nmake data\n",
            },
            git=_OURS,
            why="postBuild may create the file",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath=a.ipynb)\n",
                "a.md": "---\njupytext: {}\n---\n",
            },
            git=_OURS,
            why="A text version of the notebook",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/grace/tides/HEAD?labpath=a.ipynb)\n"},
            git=_OURS,
            why="Another repository",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/v1.0?labpath=a.ipynb)\n"},
            git=_OURS,
            why="A tag of this repository",
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
            why="A workspace",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath=work/a.ipynb)\n",
                "Dockerfile": "FROM quay.io/jupyter/base-notebook:2025-01-01\n",
            },
            git=_OURS,
            why="With a Dockerfile",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath=docs/a%20b.ipynb) [lab](https://mybinder.org/v2/gh/ada/waves/HEAD?urlpath=lab/tree/docs/)\n",
                "docs/a b.ipynb": "{}",
            },
            git=_OURS,
            why="A file and a folder that exist",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/HEAD?labpath={{ page.path }})\n"},
            git=_OURS,
            why="A template",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if not any(link.launches_repository(repo) for link in repo.links) or _makes_files(repo):
            return
        for link in live_launches(repo):
            target = link.address.target
            if target is None or not is_this_state(link, repo):
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


_FILE_INTERFACES = frozenset(
    {"lab/tree", "doc/tree", "tree", "notebooks", "edit", "voila/render", "apps"}
    | {"retro/tree", "retro/notebooks", "nbclassic/tree", "nbclassic/notebooks"}
)


_TEXT_VERSIONS = (".md", ".Rmd", ".py", ".R", ".jl", ".qmd", ".myst.md", ".nb.py")


_MAKES_FILES = regex(
    r"\b(?:git|wget|curl|aria2c|unzip|tar|cp|mv|ln|mkdir|cd|make|jupytext|nbconvert|papermill|quarto|jupyter-book|myst|sphinx-build|gdown|python3?|Rscript|julia|bash|sh|rsync|dvc|touch|tee|doit|snakemake|root_dir|notebook-dir)\b|>"
)


def _makes_files(repo: Repository) -> bool:
    """Whether something of the build or launch can bring files, or change the folder that Jupyter shows."""
    if repo.plan.buildpack in (None, "DockerBuildPack", "LegacyBinderDockerBuildPack", "NixBuildPack"):
        return True
    if repo.plan.start or repo.plan.post_build:
        scripts = [source for path in (repo.plan.start, repo.plan.post_build) if path and (source := repo.get(path))]
        if any(_MAKES_FILES.search(source.prose) for source in scripts):
            return True
    return any(
        re.search(r"jupyter_\w*config\.(?:py|json)$", source.path)
        and re.search("root_dir|notebook_dir|contents", source.prose)
        for source in repo.files
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
    characters = [found.span() for found in re.finditer("%[0-9A-Fa-f]{2}|.", value, re.DOTALL)]
    for first, (start, _) in enumerate(characters):
        for _, end in reversed(characters[first:]):
            if decoded(value[start:end]) == path:
                return replace(
                    value.part(start, end),
                    quote(new, safe="" if "%2F" in value.upper() else "/", errors="surrogateescape"),
                )
    return None
