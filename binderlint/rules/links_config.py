"""LNK: the launch buttons of books and documentation."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import DEAD_HOSTS, MYBINDER, is_template, parse
from binderlint.files.launch_config import LaunchConfig
from binderlint.outside.git import Git, hosted_name
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.repository import Repository

_OURS = Git(
    origin="gh/ada/waves", branch="main", default_branch="main", refs=frozenset({"main", "v1.0"}), complete=True
)
_BOOK = "launch_buttons:\n  binderhub_url: {hub}\nrepository:\n  url: https://github.com/ada/waves\n  path_to_book: {folder}\n  branch: {branch}\n"


class LaunchConfigDeadHub(Rule):
    """The launch buttons of a book or documentation lead nowhere.

    Jupyter Book, MyST, Sphinx (sphinx-gallery, sphinx-book-theme, sphinx-thebe) and thebe make a launch link for every page from their configuration: the hub, the repository, the branch, and the folder
    with the pages. A hub that was shut down, a branch that does not exist, or a folder that is not there breaks the button on every page.

    ## Fix safety

    Another hub, and the default branch instead of a missing `master` or `main`, are what works. Any other branch or folder is a guess, and unsafe.
    """

    code = "LNK022"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("wfdb/mimic_wfdb_tutorials#30", "pangeo-gallery/pangeo-gallery#67")
    examples = (
        Bad(
            {"book/_config.yml": _BOOK.format(hub='"https://binder.pangeo.io"  # hub', folder="book", branch="main")},
            at="book/_config.yml:2:19",
            git=_OURS,
            fixed={"book/_config.yml": _BOOK.format(hub='"https://mybinder.org"  # hub', folder="book", branch="main")},
            why="Jupyter Book with a hub that was shut down",
        ),
        Bad(
            {"book/_config.yml": _BOOK.format(hub="https://mybinder.org", folder="book", branch="master")},
            at="book/_config.yml:6:11",
            git=_OURS,
            severity=Severity.WARNING,
            fixed={"book/_config.yml": _BOOK.format(hub="https://mybinder.org", folder="book", branch="main")},
            why="Jupyter Book with a branch that does not exist",
        ),
        Bad(
            {"book/_config.yml": _BOOK.format(hub="https://mybinder.org", folder="content/", branch="main")},
            at="book/_config.yml:5:17",
            git=_OURS,
            fixed={"book/_config.yml": _BOOK.format(hub="https://mybinder.org", folder="book", branch="main")},
            why="Jupyter Book with a folder that does not exist",
        ),
        Bad(
            {
                "docs/conf.py": "sphinx_gallery_conf = {\n    'binder': {'org': 'ada', 'repo': 'waves', 'branch': 'develop',\n               'binderhub_url': 'http://ovh.mybinder.org', 'dependencies': []},\n}\n"
            },
            at=("docs/conf.py:2:58", "docs/conf.py:3:34"),
            git=_OURS,
            fixed={
                "docs/conf.py": "sphinx_gallery_conf = {\n    'binder': {'org': 'ada', 'repo': 'waves', 'branch': 'main',\n               'binderhub_url': 'https://mybinder.org', 'dependencies': []},\n}\n"
            },
            why="sphinx-gallery with a branch and a hub that do not exist",
        ),
        Bad(
            {
                "myst.yml": "project:\n  jupyter:\n    binder:\n      url: https://binder.curvenote.dev\n      repo: ada/waves\n      ref: HEAD\n"
            },
            at="myst.yml:4:12",
            git=_OURS,
            fixed={
                "myst.yml": "project:\n  jupyter:\n    binder:\n      url: https://mybinder.org\n      repo: ada/waves\n      ref: HEAD\n"
            },
            why="MyST with a member that left mybinder.org",
        ),
        Bad(
            {
                "index.html": '<script type="text/x-thebe-config">\n{ binderOptions: { repo: "ada/waves", binderUrl: "https://gke.mybinder.org", ref: "v1.0" } }\n</script>\n'
            },
            at="index.html:2:51",
            git=_OURS,
            fixed={
                "index.html": '<script type="text/x-thebe-config">\n{ binderOptions: { repo: "ada/waves", binderUrl: "https://mybinder.org", ref: "v1.0" } }\n</script>\n'
            },
            why="thebe with a member that left mybinder.org",
        ),
        Bad(
            {
                "binder-gallery.yaml": 'binder_url: "https://binder.pangeo.io/"\nbinder_repo: grace/tides\nbinder_ref: x\n'
            },
            at="binder-gallery.yaml:1:14",
            git=_OURS,
            fixed={
                "binder-gallery.yaml": 'binder_url: "https://mybinder.org/"\nbinder_repo: grace/tides\nbinder_ref: x\n'
            },
            why="A gallery with a hub that was shut down",
        ),
        Good(
            {"book/_config.yml": _BOOK.format(hub="https://mybinder.org", folder="book", branch="v1.0")},
            git=_OURS,
            why="Jupyter Book with a tag that exists",
        ),
        Good(
            {"book/_config.yml": _BOOK.format(hub="https://mybinder.org", folder="book", branch="gone")},
            git=_OURS._replace(complete=False),
            why="A shallow clone",
        ),
        Good(
            {
                "book/_config.yml": _BOOK.format(hub="https://mybinder.org", folder="x", branch="gone").replace(
                    "ada", "eve"
                )
            },
            git=_OURS,
            why="The buttons launch another repository",
        ),
        Good(
            {
                "_config.yml": "launch_buttons:\n  binderhub_url: ''\nrepository:\n  url: https://github.com/ada/waves\n  branch: gone\n"
            },
            git=_OURS,
            why="No launch buttons",
        ),
        Good(
            {"tests/book/_config.yml": _BOOK.format(hub="https://binder.pangeo.io", folder="x", branch="gone")},
            git=_OURS,
            why="Test data",
        ),
        Good(
            {"docs/conf.py": "html_theme_options = {'launch_buttons': {'binderhub_url': hub}}\n"},
            git=_OURS,
            why="A hub that is known only when the book is built",
        ),
        Good(
            {"book/_config.yml": _BOOK.format(hub="https://binder.example.edu", folder="book", branch="main")},
            git=_OURS,
            why="Another hub",
        ),
        Good(
            {".book/_config.yml": _BOOK.format(hub="https://mybinder.org", folder="./.book/", branch="main")},
            git=_OURS,
            why="the folder's name begins with a dot",
        ),
        Good(
            {"_config.yml": _BOOK.format(hub="https://mybinder.org", folder=" . ", branch="main")},
            git=_OURS,
            why="the pages are in the root",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for config in repo.launch_configs:
            if config.branch and _is_own(config, repo):
                yield from self._branch(config.branch, config.tool, repo)
            if config.folder and _is_own(config, repo) and not is_template(config.folder):
                folder = normpath(config.folder.strip("/ "))
                if folder not in (".", "..") and not repo.is_dir(folder):
                    new = config.source.folder
                    yield self.at(
                        config.folder,
                        f"There is no folder `{folder}`: every launch button of {config.tool} opens a page that is not found",
                        help=f"Write `{new}`"
                        if new
                        else "Name the folder of the pages, from the top of the repository",
                        fix=Fix(f"Write `{new}`", (replace(config.folder, new),), Applicability.UNSAFE)
                        if new
                        else None,
                    )
            if config.hub:
                yield from self._hub(config.hub, config.tool)

    def _branch(self, branch: Text, tool: str, repo: Repository) -> Iterator[Diagnostic]:
        refs, default = repo.git.refs, repo.git.default_branch
        if not repo.git.complete or not refs or branch in (*refs, "HEAD") or is_template(branch):
            return
        usual = branch in ("master", "main")
        safety = Applicability.SAFE if usual else Applicability.UNSAFE
        yield self.at(
            branch,
            f"There is no branch `{branch}` in this repository: every launch button of {tool} "
            + ("shows an error and waits 10 seconds before it launches" if usual else "fails"),
            help=f"Write `{default or 'HEAD'}`",
            severity=Severity.WARNING if usual else None,
            fix=Fix(f"Write `{default}`", (replace(branch, default),), safety) if default else None,
        )

    def _hub(self, hub: Text, tool: str) -> Iterator[Diagnostic]:
        address = parse(hub)
        if address and address.hub in DEAD_HOSTS:
            part = hub.part(0, len(hub.rstrip("/")))
            yield self.at(
                hub,
                f"Nobody answers at `{address.hub}` any more, so every launch button of {tool} fails: {DEAD_HOSTS[address.hub]}",
                help=f"Write `https://{MYBINDER}`",
                fix=Fix(f"Launch on {MYBINDER}", (replace(part, f"https://{MYBINDER}"),)),
            )


def _is_own(config: LaunchConfig, repo: Repository) -> bool:
    """Whether the buttons launch the repository that they are set up in."""
    if not config.repository or not repo.git.origin:
        return False
    name = hosted_name(config.repository) if "://" in config.repository else f"gh/{config.repository}"
    return name.lower() == repo.git.origin.lower()
