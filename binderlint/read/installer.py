"""Installer: what the words after `pip install`, `conda install` and their like ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from binderlint.data import rows
from binderlint.pattern import regex
from binderlint.values import NamedTuple

CONDA = ("conda", "mamba", "micromamba")
"""conda and what is called in its place."""
APT = ("apt", "apt-get", "aptitude")
SYSTEM = (*APT, "dpkg", "apk", "yum", "dnf", "microdnf", "zypper")
"""What installs packages of a Linux system, which only root can do."""
_PIP = regex(r"pip[\d.]*")
# Whose options a program knows as well as its own.
_AS = {"uv": ("pip",), **dict.fromkeys(CONDA[1:], CONDA[:1]), **dict.fromkeys(APT[1:], APT[:1])}


def is_pip(name: str) -> bool:
    """Whether a program is pip: `pip`, `pip3`, `pip3.12`."""
    return bool(_PIP.fullmatch(name))


class Asked(NamedTuple):
    """What an installer is asked for: names of packages as written, with their versions; files of packages; folders, archives and addresses."""

    packages: tuple[str, ...]
    files: tuple[str, ...]
    places: tuple[str, ...]

    @property
    def operands(self) -> tuple[str, ...]:
        """The words that are neither options nor their values."""
        return (*self.packages, *self.places)

    @property
    def names_all(self) -> bool:
        """True when all that it installs is named here."""
        return not self.files and not self.places


def asked_for(tool: str, words: Sequence[str]) -> Asked:
    """What the words after `install` ask for; options and their values are left out. `pip3.12` is pip."""
    options = _options("pip" if is_pip(tool) else tool)
    packages: list[str] = []
    files: list[str] = []
    places: list[str] = []
    kinds = {"file": files, "place": places}
    left = list(reversed(words))
    while left:
        word = left.pop()
        if not word.startswith("-"):
            (places if is_place(word) else packages).append(word)
            continue
        option, sign, value = word.partition("=")
        if not sign and option not in options and not option.startswith("--") and option[:2] in options:
            option, sign, value = option[:2], "=", option[2:]  # `-rrequirements.txt`
        if option in options and (sign or left):
            kinds.get(options[option], []).append(value if sign else left.pop())
    return Asked(tuple(packages), tuple(files), tuple(places))


def listed_files(program: str, words: Sequence[str]) -> tuple[str, ...]:
    """The files of packages that a call of an installer takes its list from; empty for one that is none."""
    match words:
        case ["sync", *after] if program == "uv pip":
            return asked_for("uv", after).operands
        case ["pip", *after] if program == "uv":
            return listed_files("uv pip", after)
        case ["env", "update" | "create", *after] if program in CONDA:
            named = [value for option, value in pairwise(after) if option in ("-f", "--file")]
            named += [word.partition("=")[2] for word in after if word.startswith("--file=")]
            return tuple(named) or ("environment.yml",)
        case ["install" | "update" | "upgrade" | "create", *after] if program in CONDA:
            return asked_for(program, after).files
        case ["install", *after] if program == "uv pip" or is_pip(program):
            return asked_for(program.removesuffix(" pip"), after).files
        case [*after] if program == "pip-sync":
            return asked_for(program, after).operands
    return ()


def is_place(word: str) -> bool:
    """True for a folder, an archive, an address, or a word that is not known before the command runs."""
    return bool(re.search(r"[/:{$\0]|^\.", word)) or (" @ " in word)


@cache
def _options(tool: str) -> dict[str, str]:
    """The options of a program that take a value, and what the value is."""
    known = (tool, *_AS.get(tool, ()))
    return {option: value for owner, option, value in rows("installer_options.tsv") if owner in known}
