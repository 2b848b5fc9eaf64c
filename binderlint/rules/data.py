"""DAT: submodules, size, Git LFS."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.gitmodules import lfs_patterns, read_modules
from binderlint.files.wildmatch import fits
from binderlint.hubs import find_hub
from binderlint.outside.git import Git
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import GITLINK, Source

if TYPE_CHECKING:
    from binderlint.repository import Repository

_LINK = {"lib/x": Source("lib/x", b"", GITLINK)}


def _modules(url: str, more: str = "") -> str:
    return f'[submodule "x"]\n\tpath = lib/x\n\turl = {url}\n{more}'


_SSH = regex(r"(?:ssh://)?(?:[\w.-]+@)?([\w.-]+\.[A-Za-z]{2,})(?::(?:\d+/)?|/)/*(.+)$")
_HTTPS_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gist.github.com"})


class SubmoduleUnfetchableUrl(Rule):
    """Binder cannot fetch a submodule from its address.

    Before it builds, Binder fetches submodules and the submodules inside them. The machine that clones has no ssh and nobody's key: `git@github.com:...` and `ssh://` end the launch with an error. So do `git://github.com`, which GitHub ended in 2022,
    and a path on somebody's computer.

    Only submodules in the commit count: nobody fetches an entry in .gitmodules without one.
    """

    code = "DAT001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/binderhub#1853", "open-atmos/PySDM#1090", "jupyterhub/repo2docker#233")
    examples = (
        Bad(
            {".gitmodules": _modules("git@github.com:o/x.git"), **_LINK},
            at=".gitmodules:3:8",
            fixed={".gitmodules": _modules("https://github.com/o/x.git")},
            why="An ssh address",
        ),
        Bad(
            {".gitmodules": _modules('"ssh://git@gitlab.com:22/g/sub/x"').replace("\n", "\r\n"), **_LINK},
            at=".gitmodules:3:9",
            fixed={".gitmodules": _modules('"https://gitlab.com/g/sub/x"').replace("\n", "\r\n")},
            why="A long ssh address, with Windows line endings",
        ),
        Bad(
            {".gitmodules": _modules("git://github.com/o/x  # theme"), **_LINK},
            at=".gitmodules:3:8",
            fixed={".gitmodules": _modules("https://github.com/o/x  # theme")},
            why="The git protocol on GitHub",
        ),
        Bad(
            {".gitmodules": _modules("git@git.example.org:o/x.git"), **_LINK},
            at=".gitmodules:3:8",
            why="An ssh address of another host",
        ),
        Bad(
            {".gitmodules": _modules("/home/me/x"), **_LINK},
            at=".gitmodules:3:8",
            why="A path on the author's computer",
        ),
        Bad(
            {".gitmodules": _modules("file:///srv/git/x.git"), **_LINK},
            at=".gitmodules:3:8",
            why="The address of a file",
        ),
        Good({".gitmodules": _modules("https://github.com/o/x.git"), **_LINK}, why="An https address"),
        Good({".gitmodules": _modules("../x.git"), **_LINK}, why="A relative address"),
        Good({".gitmodules": _modules("git@github.com:o/x.git"), "a": ""}, why="No such submodule in the commit"),
        Good(
            {".gitmodules": _modules("git@github.com:o/x.git", "\tupdate = none\n"), **_LINK},
            why="A submodule that is not fetched",
        ),
        Good(
            {".gitmodules": _modules("git://git.savannah.gnu.org/x.git"), **_LINK},
            why="A host that still offers the git protocol",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.get(".gitmodules")
        for module in read_modules(source) if source else ():
            link = repo.sources.get(module.path.rstrip("/"))
            if module.url is None or link is None or link.mode != GITLINK or module.update == "none":
                continue
            url = module.url
            if re.match(r"git://(?:www\.)?github\.com/", url):
                reason, new = "GitHub switched `git://` off", "https://" + url[len("git://") :]
            elif url.startswith("ssh://") or re.match(r"[\w.-]+@[\w.-]+:", url):
                found = _SSH.match(url)
                reason = "Binder has no ssh"
                new = f"https://{found[1]}/{found[2]}" if found and found[1].lower() in _HTTPS_HOSTS else ""
            elif re.match(r"file:|/|~|[A-Za-z]:[\\/]", url):
                reason, new = "it is a path on one computer", ""
            else:
                continue
            yield self.at(
                url,
                f"Binder cannot fetch the submodule `{module.path}` from this address ({reason}), so the launch fails",
                help="Use its `https://` address",
                fix=Fix("Use https", (replace(url.place, new),)) if new else None,
            )


_MB = 1_000_000


class RepoTooLarge(Rule):
    """The repository is large for Binder.

    For each new commit, Binder clones the whole history, checks out the files and packs them for the build. On mybinder.org the clone may use 2 GB of disk and of memory; with more, the launch fails. Long before that it is slow for everybody.
    Deleted files still count: they are in the history.

    Counted are git's objects, as in `git count-objects`, and the files. In a shallow clone, as in CI, only the files are counted.
    """

    code = "DAT002"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/mybinder.org-deploy#3680", "jupyterhub/repo2docker: repo2docker/contentproviders/git.py")
    examples = (
        Bad(
            {"README.md": "# a\n"},
            at="README.md:1:1",
            git=Git(objects=1_950 * _MB),
            severity=Severity.ERROR,
            why="Nearly two gigabytes",
        ),
        Bad(
            {"README.md": "# a\n"},
            at="README.md:1:1",
            git=Git(objects=1_950 * _MB),
            hub="hub.example.org",
            why="Nearly two gigabytes, on another hub",
        ),
        Bad({"README.md": "# a\n"}, at="README.md:1:1", git=Git(objects=600 * _MB), why="600 megabytes"),
        Bad(
            {"README.md": "# a\n"},
            at="README.md:1:1",
            git=Git(objects=150 * _MB),
            severity=Severity.INFO,
            why="150 megabytes",
        ),
        Good({"README.md": "# a\n"}, git=Git(objects=90 * _MB), why="90 megabytes"),
        Good({"README.md": "# a\n"}, why="The history is not known"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        size = repo.history_bytes + repo.tree_bytes
        if size < 100 * _MB:
            return
        limit = find_hub(repo.hub).clone
        too_large = limit is not None and size > 0.9 * limit
        amount = f"{size / 1000 / _MB:.1f} GB" if size >= 1000 * _MB else f"{size // _MB} MB"
        yield self.at(
            repo.place,
            f"Binder clones {amount} for this repository, history included"
            + (
                f": about all that {repo.hub} allows, or more, so the launch fails"
                if too_large
                else ", for every new commit"
            ),
            help="Keep data elsewhere (Zenodo, an object store) and download it in postBuild; `git filter-repo` takes old files out of the history",
            severity=Severity.ERROR if too_large else Severity.INFO if size < 500 * _MB else None,
            level=None if size > 500 * _MB else Level.POLISH,
        )


class LfsInUse(Rule):
    """The repository uses Git LFS.

    Binder's clone has git-lfs, but whether the files arrive depends on the hub, and on the bandwidth that GitHub gives the owner of the repository each month. Every build uses some of it, and when it is used up, the clone fails. Otherwise
    notebooks find three lines of text instead of the data.
    """

    code = "DAT003"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("d-diaz/forest3d#20", "jupyterhub/repo2docker#703")
    examples = (
        Bad(
            {".gitattributes": "*.nc filter=lfs diff=lfs merge=lfs -text\n", "data/a.nc": "x"},
            at=".gitattributes:1:1",
            why="Data files in Git LFS",
        ),
        Bad(
            {"data/.gitattributes": "* text\n/raw/** filter=lfs\r\n", "data/raw/a/b.bin": "x"},
            at="data/.gitattributes:2:1",
            why="Patterns in a folder, with Windows line endings",
        ),
        Good({".gitattributes": "*.nc filter=lfs diff=lfs merge=lfs -text\n", "a.csv": "x"}, why="No file matches"),
        Good({".gitattributes": "*.ipynb -filter\n# *.nc filter=lfs\n", "a.nc": "x"}, why="A comment"),
        Good({".gitattributes": "*.ipynb filter=nbstripout\n", "a.ipynb": "x"}, why="Another filter"),
        Good(
            {".gitattributes": "*.psd filter=lfs\n", "art/a.psd": "x", ".lfsconfig": "[lfs]\n\tfetchexclude = *\n"},
            why=".lfsconfig excludes all files",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        settings = repo.get(".lfsconfig")
        if settings and re.search(r"fetchexclude\s*=\s*\"?\*", settings.text):
            return
        for source in repo.files:
            if source.name != ".gitattributes":
                continue
            folder = os.fsencode(source.folder)
            for pattern, meant in lfs_patterns(source):
                files = [path for path in repo.sources if fits(meant, os.fsencode(path), folder)]
                if files:
                    many = f"{len(files)} files" if len(files) > 1 else f"`{files[0]}`"
                    yield self.at(
                        pattern,
                        f"Git LFS keeps {many}; on Binder they arrive only while the owner's bandwidth lasts, and not on every hub",
                        help="Keep the data elsewhere (Zenodo, an object store) and download it in postBuild",
                    )
