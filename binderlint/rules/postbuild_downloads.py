"""PBD: addresses that scripts fetch from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command, Script
    from binderlint.repository import Repository
    from binderlint.source import Text

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\nset -e\n"


_URL = regex(r"(?:https?|git)://[^\s'\"<>|;)]+")


def _urls(repo: Repository) -> Iterator[tuple[Script, Command, Text]]:
    """The addresses that are written out in the commands of postBuild and start."""
    for script in (repo.post_build, repo.start):
        if script is None:
            continue
        for command in script.executed:
            if command.name in ("echo", "printf"):
                continue
            for word in command.written:
                if word.place.text == word.raw:
                    for found in _URL.finditer(word.raw):
                        yield script, command, word.raw.part(*found.span())


class PostbuildHtmlDownload(Rule):
    """A download gets a web page instead of the file.

    Some addresses show a file in a browser but return the HTML of a page: a file on GitHub (`/blob/`), a Dropbox link with `dl=0`, a Google Drive link with
    `/view`. wget and curl save that HTML. The download succeeds and the file has the right name, but whatever reads it fails.
    """

    code = "PBD010"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("Dropbox help: force a file to download", "GitHub docs: raw file URLs")
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "wget -O a.csv 'https://www.dropbox.com/s/x1/a.csv?dl=0'\n"},
            at="postBuild:3:16",
            fixed={"postBuild": _SH + "wget -O a.csv 'https://www.dropbox.com/s/x1/a.csv?dl=1'\n"},
            why="A Dropbox link",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "curl -LO https://github.com/example/data/blob/main/a b.csv\n"},
            at="postBuild:3:10",
            fixed={"postBuild": _SH + "curl -LO https://raw.githubusercontent.com/example/data/main/a b.csv\n"},
            why="A file on GitHub",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "wget https://gitlab.com/group/data/-/blob/v1/a.csv"},
            at="postBuild:3:6",
            fixed={"postBuild": _SH + "wget https://gitlab.com/group/data/-/raw/v1/a.csv"},
            why="A file on GitLab",
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\nwget https://drive.google.com/file/d/1AbC/view?usp=sharing &\nexec "$@"\n'},
            at="start:2:6",
            why="A Google Drive link, downloaded at every launch",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "wget 'https://www.dropbox.com/s/x1/a.csv?dl=1'\n"},
            why="A Dropbox link with `dl=1`",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "wget 'https://github.com/example/data/blob/main/a.csv?raw=true'\n"},
            why="The address asks GitHub for the file itself",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "wget https://github.com/example/data/raw/main/a.csv\n"},
            why="A raw file on GitHub",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "gdown --fuzzy https://drive.google.com/file/d/1AbC/view\n"},
            why="gdown finds the file",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "echo https://github.com/example/data/blob/main/a.csv\n"},
            why="The address is only printed",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "# https://github.com/example/data/blob/main/a.csv\nmake\n"},
            why="The address is in a comment",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for _, command, url in _urls(repo):
            if command.name not in ("wget", "wget2", "curl", "aria2c", "axel"):
                continue
            found = _page(url)
            if found is None:
                continue
            site, better = found
            yield self.at(
                url,
                f"This address is a web page of {site}: what is downloaded is its HTML and not the file",
                help=f"Use `{better}`"
                if better
                else "Use `gdown`, or put the data where they can be downloaded (Zenodo, OSF)",
                fix=Fix("Use the address of the file", (replace(url, better),)) if better else None,
            )


def _page(url: str) -> tuple[str, str] | None:
    """The site and the address of the file itself (empty where there is none); None for an address that is no page."""
    if re.match(r"https?://(?:www\.)?dropbox\.com/", url) and re.search(r"[?&]dl=0\b", url):
        return "Dropbox", re.sub(r"(?<=[?&])dl=0\b", "dl=1", url)
    if found := re.match(r"https?://(?:www\.)?github\.com/([^/]+/[^/]+)/blob/([^?#]+)$", url):
        return "GitHub", f"https://raw.githubusercontent.com/{found[1]}/{found[2]}"
    if re.match(r"https?://[^/]*gitlab[^/]*/.+/-/blob/[^?#]+$", url):
        return "GitLab", url.replace("/-/blob/", "/-/raw/", 1)
    if re.match(r"https?://drive\.google\.com/(?:file/d/[^/]+(?:/(?:view|edit|preview))?|open\?id=)", url):
        return "Google Drive", ""
    return None


# Services that ended: the address, what happened, and what to use. Announcements of GitHub (2021-09, 2023-01), JFrog (2021-02), Microsoft (2023-01).
_DEAD = (
    (regex(r"git://github\.com/"), "GitHub ended the unencrypted `git://` in 2022", "https://github.com/"),
    (regex(r"https?://(?:dl\.|jcenter\.|api\.)?bintray\.com/"), "Bintray and JCenter were shut down in 2021", ""),
    (
        regex(r"https?://(?:mran|cran)\.microsoft\.com/|https?://mran\.revolutionanalytics\.com/"),
        "Microsoft shut MRAN down in 2023",
        "",
    ),
    (regex(r"https?://svn\.github\.com/"), "GitHub ended Subversion in 2024", ""),
    (
        regex(r"https?://[\w.-]*\.googlecode\.com/|https?://code\.google\.com/p/"),
        "Google Code was shut down in 2016",
        "",
    ),
    (
        regex(r"https?://[\w.-]*\.codeplex\.com/"),
        "CodePlex was shut down in 2021",
        "",
    ),
)


class DeadService(Rule):
    """A script downloads from a service that no longer exists.

    Bintray, JCenter, MRAN, `git://github.com` and GitHub's Subversion interface were shut down. The command fails, either at once or after a long wait.
    """

    code = "PBD011"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#1284", "open-atmos/PySDM#1090")
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "git clone git://github.com/example/data\n"},
            at="postBuild:3:11",
            fixed={"postBuild": _SH + "git clone https://github.com/example/data\n"},
            why="git:// on GitHub",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "svn export https://github.com/example/data/trunk/csv\n"},
            at="postBuild:3:12",
            why="Subversion on GitHub",
        ),
        Bad(
            {
                **_PIP,
                "postBuild": _SH
                + 'Rscript -e \'install.packages("x", repos="https://mran.microsoft.com/snapshot/2020-01-01")\'\n',
            },
            at="postBuild:3:42",
            why="R packages from MRAN",
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\nwget https://dl.bintray.com/x/y.jar &\nexec "$@"\n'},
            at="start:2:6",
            why="A file on Bintray, downloaded at every launch",
        ),
        Good({**_PIP, "postBuild": _SH + "git clone https://github.com/example/data\n"}, why="https:// on GitHub"),
        Good(
            {**_PIP, "postBuild": _SH + "svn export https://svn.example.org/data/trunk\n"},
            why="Subversion on another server",
        ),
        Good({**_PIP, "postBuild": _SH + "echo git://github.com/example/data\n"}, why="The address is only printed"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for _, command, url in _urls(repo):
            if command.name == "svn" and re.match(r"https?://(?:www\.)?github\.com/", url):
                yield self.at(
                    url,
                    "GitHub ended Subversion in 2024, so this command fails",
                    help="Use `git clone --depth 1`, with `git sparse-checkout` for a part of it",
                )
                continue
            for pattern, reason, instead in _DEAD:
                if found := pattern.match(url):
                    edit = replace(url.part(*found.span()), instead)
                    yield self.at(
                        url,
                        f"{reason}, so this command fails",
                        help=f"Use `{instead}`" if instead else "Find where the files moved to",
                        fix=Fix(f"Use `{instead}`", (edit,)) if instead else None,
                    )
