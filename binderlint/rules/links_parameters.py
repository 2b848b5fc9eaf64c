"""LNK: how a launch link says what opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import between, replace
from binderlint.files.launch import PATH_PARAMETERS, is_template
from binderlint.files.links import Link, live_launches
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository


class BadgePathLeadingSlash(Rule):
    """The path in a launch link starts with a slash.

    BinderHub appends `labpath` and `filepath` to an address that ends with a slash. One more gives `doc/tree//index.ipynb`, which Jupyter may not find. Paths start at the top of the repository, without
    a slash. In `urlpath` a slash at the start does no harm.
    """

    code = "LNK014"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub#616", "jupyterhub/binderhub:js/packages/binderhub-client/lib/spec.js")
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=%2Findex.ipynb)\n"},
            at="README.md:1:58",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=index.ipynb)\n"},
            why="An encoded slash",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=//a/b.ipynb&x=y)\n"},
            at="README.md:1:57",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a/b.ipynb&x=y)\n"},
            why="Two slashes",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=/lab)\n"},
            why="A slash in urlpath",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=/)\n"}, why="Only a slash"),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=/home/jovyan/a.ipynb)\n"},
            why="A path of the image, which badge-target-missing reports",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a/b.ipynb)\n"}, why="No slash"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            target = link.address.target
            if target is None or target.name == "urlpath" or not isinstance(target.value, Text):
                continue
            found = re.match(r"(?:/|%2F)+(?=.)", target.value, re.IGNORECASE)
            if found and not target.decoded.startswith("/home/"):
                slash = target.value.part(0, found.end())
                yield self.at(
                    slash,
                    f"`{target.name}` starts with a slash: the address has two of them then, and the file may not be found",
                    help="Start at the top of the repository, without a slash",
                    fix=Fix("Remove the slash", (replace(slash, ""),)),
                )


class BadgeConflictingParams(Rule):
    """A launch link says twice what opens.

    BinderHub uses the first of `labpath`, `filepath` and `urlpath` that the link has, in this order, and silently ignores the others.

    ## Fix safety

    The fix removes the parameters that are ignored. It is unsafe, because one of them may be the one you meant.
    """

    code = "LNK015"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub:js/packages/binderhub-client/lib/spec.js",)
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab&filepath=a.ipynb)\n"},
            at="README.md:1:49",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=a.ipynb)\n"},
            why="filepath and urlpath",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a.ipynb&amp;urlpath=lab&amp;x=y)\n"},
            at="README.md:1:69",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a.ipynb&amp;x=y)\n"},
            why="labpath and urlpath, with `&amp;`",
        ),
        Good(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab&flush_cache=true)\n"},
            why="One of them, and a parameter of another kind",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=git-pull?repo=https://x.org/y&urlpath=lab/tree/y)\n"
            },
            why="A link for nbgitpuller, which badge-nbgitpuller-encoding reports",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for link in live_launches(repo):
            query, taken = link.address.query, link.address.target
            lost = [one for one in query if one.name in PATH_PARAMETERS and one is not taken]
            if taken is None or not lost or any(one.decoded.startswith("git-pull") for one in (taken, *lost)):
                continue
            kept = [one for one in query if one not in lost]
            text = "".join("".join(one._replace(lead="?") if one is kept[0] else one) for one in kept)
            name = lost[0].name
            assert isinstance(name, Text)
            yield self.at(
                name,
                f"Binder takes `{taken.name}` and ignores `{name}` beside it",
                help=f"Keep one of the two; today `{taken.name}` decides",
                fix=Fix(f"Remove `{name}`", (replace(link.onwards("query"), text),), Applicability.UNSAFE),
            )


class BadgeLegacyFilepath(Rule):
    """A launch link opens a file with `filepath`, the old way.

    `filepath` was made for the classic notebook and opens the file in the simple Jupyter Notebook interface. `labpath` opens it in JupyterLab, which Binder starts everywhere else.

    Nothing is reported for links to other repositories, or if the simple interface is a deliberate choice: the same file also links to JupyterLab, the environment lists the classic notebook, or a
    Dockerfile does not install JupyterLab.

    ## Fix safety

    The fix is unsafe because visitors then see another interface.
    """

    code = "LNK016"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("jupyterhub/binderhub#1383",)
    examples = (
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=a%2Fb.ipynb)\n"},
            at="README.md:1:49",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a%2Fb.ipynb)\n"},
            why="A notebook",
        ),
        Bad(
            {"conf.py": "u = 'https://mybinder.org/v2/gh/ada/waves/main?filepath={{ docname }}'\n"},
            at="conf.py:1:48",
            fixed={"conf.py": "u = 'https://mybinder.org/v2/gh/ada/waves/main?labpath={{ docname }}'\n"},
            why="A template in conf.py",
        ),
        Bad(
            {"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=notebooks)\n"},
            at="README.md:1:49",
            fixed={"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab/tree/notebooks)\n"},
            why="A folder",
        ),
        Good(
            {
                "README.md": "[old](https://mybinder.org/v2/gh/ada/waves/main?filepath=a.ipynb) [new](https://mybinder.org/v2/gh/ada/waves/main?urlpath=lab)\n"
            },
            why="Links to both interfaces",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=a.ipynb)\n",
                "environment.yml": "dependencies: [python=3.12, nbclassic]\n",
            },
            why="The environment lists the classic notebook",
        ),
        Good(
            {"docs/a.md": "[run](https://mybinder.org/v2/gh/grace/tides/main?filepath=a.ipynb)\n"},
            git=Git(origin="gh/ada/waves"),
            why="Another repository",
        ),
        Good(
            {
                "README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?filepath=a.ipynb)\n",
                "Dockerfile": "FROM python:3.12\nRUN pip install notebook\n",
            },
            why="An image that may not have JupyterLab",
        ),
        Good({"README.md": "[run](https://mybinder.org/v2/gh/ada/waves/main?labpath=a.ipynb)\n"}, why="labpath"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        links = [link for link in live_launches(repo) if link.address.target and _is_here(link, repo)]
        if not links or _wants_classic(repo):
            return
        lab = {_launch(link) for link in links if "lab" in link.address.opens[0] or link.address.parameter("labpath")}
        for link in links:
            target = link.address.target
            if target is None or target.name != "filepath" or not isinstance(target.name, Text) or _launch(link) in lab:
                continue
            if sum(parameter.name in PATH_PARAMETERS for parameter in link.address.query) > 1:
                continue  # badge-conflicting-params comes first
            is_file = re.search(r"\.\w{1,6}$", target.decoded) or is_template(target.value)
            new = replace(target.name, "labpath")
            if not is_file and isinstance(target.equals, Text):
                slash = re.match(r"(?:/|%2F)*", str(target.value), re.IGNORECASE)
                assert slash and isinstance(target.value, Text)
                new = replace(between(target.name, target.value.part(0, slash.end())), "urlpath=lab/tree/")
            yield self.at(
                target.name,
                "`filepath` opens the simple notebook interface of old; `labpath` opens JupyterLab",
                help="Write `labpath`" if is_file else "Write `urlpath=lab/tree/`",
                fix=Fix("Open JupyterLab", (new,), Applicability.UNSAFE),
            )


_CLASSIC = regex(r"nbclassic|\brise\b|jupyter_contrib_nbextensions|notebook *(?:<=? *[67]|==? *[456])", re.IGNORECASE)


def _launch(link: Link) -> tuple[str, str, str]:
    """What links to the same launch share, whatever they open."""
    return link.url.place.path, link.address.identity, link.address.branch


def _is_here(link: Link, repo: Repository) -> bool:
    """Whether a link launches this repository; where its name is not known, those of the README do."""
    if repo.git.origin:
        return link.launches_repository(repo)
    return "/" not in link.url.place.path


def _wants_classic(repo: Repository) -> bool:
    dockerfile = repo.used("Dockerfile")
    if dockerfile and "lab" not in dockerfile.prose:
        return True
    return any(
        _CLASSIC.search(source.prose)
        for name in ("environment.yml", "environment.yaml", "requirements.txt", "postBuild", "Dockerfile")
        if (source := repo.used(name))
    )
