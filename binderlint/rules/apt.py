"""APT: apt.txt."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.apt import PACKAGE, SHELL_SIGNS, AptEntry, gone_from_noble
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PIP = {"requirements.txt": ""}


class AptPackageMissingInNoble(Rule):
    """apt.txt lists a package that Ubuntu 24.04 does not have.

    Since January 2026, repo2docker's images use Ubuntu 24.04 ("noble"); before that they used 22.04, and until October 2023 18.04. Packages that were dropped or renamed in between end the build: "Unable to locate package" or "has no
    installation candidate".

    Only names in a table are reported, each known from a report of that failure or missing in Debian as well. A package whose old name is provided by one new one (most of the `...t64` libraries) still installs and is not reported.

    ## Fix safety

    A new name for the same content is safe. A newer package of its kind (`gcc` for `gcc-7`) may behave differently.
    """

    code = "APT001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("binder-examples/latex#14", "watertap-org/watertap#1191", "pyvista/setup-headless-display-action#20")
    examples = (
        Bad({**_PIP, "apt.txt": "vim\nlibgl1-mesa-glx  # OpenCV\n"}, at="apt.txt:2:1", fixed={"apt.txt": "vim\nlibgl1  # OpenCV\n"}, why="A library for OpenCV"),
        Bad(
            {"binder/requirements.txt": "", "binder/apt.txt": "texlive-generic-recommended\r\ngcc-7 g++-7\r\nlibicu66"},
            at=("binder/apt.txt:1:1", "binder/apt.txt:2:1", "binder/apt.txt:2:7", "binder/apt.txt:3:1"),
            fixed={"binder/apt.txt": "texlive-plain-generic\r\ngcc g++\r\nlibicu66"},
         why="Old compilers, with Windows line endings"),
        Bad({**_PIP, "apt.txt": "python-dev\npython-gdal\n"}, at=("apt.txt:1:1", "apt.txt:2:1"), why="Packages for Python 2"),
        Bad({**_PIP, "apt.txt": "libgl1-mesa-glx:amd64\n"}, at="apt.txt:1:1", fixed={"apt.txt": "libgl1:amd64\n"}, why="A name with an architecture"),
        Good({**_PIP, "apt.txt": "libgl1\nopenjdk-8-jdk\nlibgtk-3-0\ngcc-9\nsome-unknown-package\n"}, why="Packages that exist"),
        Good({**_PIP, "apt.txt": "# libgl1-mesa-glx\n"}, why="A comment"),
        Good({"Dockerfile": "FROM ubuntu:20.04\n", "apt.txt": "libgl1-mesa-glx\n"}, why="With a Dockerfile, Binder does not read apt.txt"),
        Good({"apt.txt": "libgl1-mesa-glx\n", "binder/requirements.txt": ""}, why="The binder directory hides it"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        table = gone_from_noble()
        for entry in repo.apt:
            for word in entry.words:
                found = PACKAGE.match(word)
                successor = table.get(found[1]) if found else None
                if found is None or successor is None:
                    continue
                name, to = found[1], successor.name
                old_python = re.match(r"python2?(?:[-.]|$)", name) is not None
                fix = None
                if to and not old_python:
                    safety = Applicability.SAFE if successor.kind == "rename" else Applicability.UNSAFE
                    fix = Fix(f"Write `{to}`", (replace(word.part(0, len(name)), to),), safety)
                yield self.at(
                    word,
                    f"Ubuntu 24.04, on which Binder builds, has no package `{name}`, so the build stops",
                    help="Ask for the Python package in environment.yml or requirements.txt"
                    if old_python
                    else f"Write `{to}`"
                    if to
                    else "Remove the line, or find what takes its place",
                    fix=fix,
                )


class AptInvalidEntry(Rule):
    """A line in apt.txt is not the name of a package.

    repo2docker puts every line on the command line of `apt-get install`. It only checks the first character: a capital letter, `_`, `$` or a byte order mark stops it ("Found invalid package name"). apt-get judges everything else, and one
    word that is not a package ends the build: a whole command (`sudo apt-get install vim`), commas, a YAML list, an address, a PPA, `name==1.0`.

    ## Fix safety

    The fix repairs what can only be meant in one way: it removes the command, commas and dashes. It writes names in lower case, which is unsafe: all names of Ubuntu's packages are in lower case, but that does not make a
    word one of them.
    """

    code = "APT002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/buildpacks/base.py",)
    examples = (
        Bad({**_PIP, "apt.txt": "Graphviz  # plots\n"}, at="apt.txt:1:1", fixed={"apt.txt": "graphviz  # plots\n"}, why="A capital letter"),
        Bad({**_PIP, "apt.txt": "\ufeffvim\r\n"}, at="apt.txt:1:1", fixed={"apt.txt": "vim\r\n"}, why="A byte order mark"),
        Bad(
            {**_PIP, "apt.txt": "sudo apt-get install -y vim git\napt install htop\n- curl\nwget, unzip,\n"},
            at=("apt.txt:1:1", "apt.txt:2:1", "apt.txt:3:1", "apt.txt:4:1"),
            fixed={"apt.txt": "vim git\nhtop\ncurl\nwget unzip\n"},
         why="Commands, a list, and commas"),
        Bad(
            {**_PIP, "apt.txt": "ppa:ubuntugis/ppa\nhttps://example.org/foo.deb\n./foo.deb\ndeb http://example.org noble main\nfoo==1.0\nlib_foo\n$X\n"},
            at=("apt.txt:1:1", "apt.txt:2:1", "apt.txt:3:1", "apt.txt:4:1", "apt.txt:5:1", "apt.txt:6:1", "apt.txt:7:1"),
         why="A PPA, addresses, and other entries"),
        Good({**_PIP, "apt.txt": "vim\nlibstdc++6:amd64 g++\n-y htop\n-o APT::Install-Recommends=1 git\n\n# Note\nfoo=1.2.3-1~x\nfoo-\n"}, why="Entries that apt-get reads"),
        Good({**_PIP, "apt.txt": "vim; touch x\n"}, why="A command for the shell, which apt-shell-injection reports"),
        Good({"Dockerfile": "FROM x:1\n", "apt.txt": "Vim\n"}, why="With a Dockerfile, Binder does not read apt.txt"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        source = repo.used("apt.txt")
        if source and source.has_bom and source.encoding == "utf-8":
            mark = source.slice(0, 1)
            yield self.at(
                source.place(1),
                "The file begins with a byte order mark, invisible in editors, so repo2docker refuses the first package and the build stops",
                help="Save the file as UTF-8 without a byte order mark",
                fix=Fix("Remove the byte order mark", (replace(mark, ""),)),
            )
        for entry in repo.apt:
            if entry.text.startswith("\ufeff") or (entry.accepted and SHELL_SIGNS.search(entry.text)):
                continue
            if problem := _problem(entry):
                why, edit, safety = problem
                yield self.at(
                    entry.text,
                    f"`{entry.text}` {why}, so the build stops",
                    help="Write names of Ubuntu packages only, one on a line",
                    fix=Fix("Leave the names only", (edit,), safety) if edit else None,
                )


def _problem(entry: AptEntry) -> tuple[str, Edit | None, Applicability] | None:
    """What is wrong with an entry in words, how to repair it, and how safe that is."""
    text = entry.text
    if found := re.match(r"(?:sudo\s+)?apt(?:-get|itude)?\s+(?:-\S+\s+)*install\s+(?:-\S+\s+)*(?=[a-z0-9])", text):
        return "is a command, but repo2docker wants names", replace(text.part(0, found.end()), ""), Applicability.SAFE
    if re.match(r"(?:sudo|apt|apt-get|add-apt-repository|deb|ppa:\S*)\b", text) and (" " in text or ":" in text):
        return "is no name of a package", None, Applicability.DISPLAY
    if found := re.match(r"-\s+(?=[a-z0-9])", text):
        return (
            "begins with a dash, which apt-get takes for an option",
            replace(text.part(0, found.end()), ""),
            Applicability.SAFE,
        )
    if "," in text and all(PACKAGE.match(word) for word in re.split(r"[\s,]+", text) if word):
        fixed = re.sub(r"\s*,\s*", " ", text).strip()
        return "has commas, which apt-get takes for parts of the names", replace(text, fixed), Applicability.SAFE
    if any(word in ("-o", "-c", "-t") for word in entry.words):
        return None  # an option of apt-get with a value of its own
    for word in entry.words:
        if word.startswith("-") or PACKAGE.match(word):
            if re.search(r"==|=>", word):
                return "has a version in a form that apt-get does not read", None, Applicability.DISPLAY
            if word.endswith(".deb") or "://" in word:
                return (
                    "is no package of Ubuntu's archive, and the repository is not there yet when apt-get runs",
                    None,
                    Applicability.DISPLAY,
                )
            continue
        if len(entry.words) == 1 and PACKAGE.match(word.lower()):
            return (
                "has letters in upper case, which no name of a package has",
                replace(word, word.lower()),
                Applicability.UNSAFE,
            )
        if any(sign in word for sign in "*?"):
            continue  # a pattern of names, which apt-get knows
        return "is no name of a package", None, Applicability.DISPLAY
    return None  # fmt: skip
