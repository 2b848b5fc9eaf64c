"""conda-platform-build-string: Packages in environment.yml are pinned to one build."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import remove, replace
from binderlint.facts.environment.channels import channel_list
from binderlint.facts.environment.mapping import conda_list, conda_specs
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.matchspec import MatchSpec
from binderlint.snapshot import Snapshot

# What only an export from one system holds: package names on conda-forge and defaults, and the hashes that conda-build gave
# to the compilers of that system (seen in published exports of 2018 to 2024; `py38hecd8cb5_0` is macOS, `py38h06a4308_0` Linux).
_SYSTEMS = {
    "Linux": regex(
        r"(?:_libgcc_mutex|_openmp_mutex|ld_impl_linux-\w+|libgcc-ng|libstdcxx-ng|libgomp|libgfortran-ng)=.*"
        r"|.*=(?:py\d+)?h(?:14c3975|7b6447c|06a4308|27cfd23|5eee18b|516909a|7f98852)_\d+"
    ),
    "macOS": regex(
        r"(?:appnope|python\.app|pyobjc-core|appscript)=.*"
        r"|.*=(?:py\d+)?h(?:1de35cc|ecd8cb5|9ed2024|af1e3a3|0a44026|ca72f7f|ca03da5)_\d+"
    ),
    "Windows": regex(
        r"(?:vc|vc14_runtime|vs2015_runtime|ucrt|wincertstore|win_inet_pton|pywin32|pywinpty|winpty|menuinst|console_shortcut|m2w64-.*|msys2-.*)=.*"
        r"|.*=(?:py\d+)?h(?:e774522|aa95532|2bbff1b|a925a31|fa6e2cd)_\d+"
    ),
}


# Builds of Anaconda's own channel for Linux: conda-forge had other hashes at the time (h516909a, h7f98852), and the same one before (h14c3975).
_ANACONDA_BUILD = regex(r"(?:py\d+)?h(?:7b6447c|06a4308|27cfd23|5eee18b)_\d+")
# Channels that have no builds of Anaconda's.
_OTHER_CHANNELS = frozenset({"conda-forge", "bioconda", "nodefaults"})
# Builds without a hash are from before conda-build 3, of 2017, but for packages that are not compiled; those of a numpy always are.
_HASHED = regex(r".*h[0-9a-f]{7}_\d+")
_OLD_BUILD = regex(r"(?:np\d+)?py(?:2[67]|3[3-6])_\d+")
_OLD_ENOUGH = 3  # packages

# Builds that do not depend on the system, or look the same on all of them: `py_0`, `pyhd8ed1ab_0`, `py37_0`, `0`.
_ANYWHERE = regex(r"(?:py\d*_|pyh[0-9a-z]*_)?\d+")


# Packages that other systems' exports hold for the system's own sake; what needs them on Linux brings them itself.
_NEEDED_THERE = {
    "macOS": frozenset({"appnope", "libcxx"}),
    "Windows": frozenset({"icc_rt", "libwinpthread", "menuinst", "pywin32", "win_unicode_console"}),
}


class CondaPlatformBuildString(Rule):
    code = "CND004"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(conda_specs)
    def check(self, repo: Snapshot, specs: tuple[MatchSpec, ...]) -> Iterator[Diagnostic]:
        pinned = [spec for spec in specs if _is_build(spec)]
        if not pinned:
            return
        system = _system(specs, pinned[0].place.source.prose)
        compiled = [spec for spec in pinned if spec.build and not _ANYWHERE.fullmatch(spec.build)]
        foreign = system in ("macOS", "Windows") or (not system and len(compiled) >= 5)
        anaconda = [spec for spec in pinned if spec.build and _ANACONDA_BUILD.fullmatch(spec.build)]
        if not _OTHER_CHANNELS.issuperset(map(str, channel_list(repo) or ())) or any(spec.channel for spec in specs):
            anaconda = []
        builds = [spec.build or "" for spec in pinned]
        old = sum(bool(_OLD_BUILD.fullmatch(build)) for build in builds) >= _OLD_ENOUGH
        old = old and not any(map(_HASHED.fullmatch, builds))
        example = (anaconda or compiled or pinned)[0].build
        count = (
            f"{len(pinned)} packages are each pinned to one compiled build, such as `={example}`"
            if len(pinned) > 1
            else f"`{pinned[0].name}` is pinned to one compiled build, `={example}`"
        )
        told = f"This file was exported on {system}: " if system else ""
        if system in ("macOS", "Windows"):
            consequence = "these builds do not exist for Linux, which Binder runs, so nothing can be installed"
        elif foreign:
            consequence = "each build is for one operating system and nothing here says Linux, which Binder runs, so nothing can be installed"
        elif anaconda:
            consequence = (
                "such builds are on Anaconda's own channel, which this file does not list, so nothing can be installed"
            )
        elif old:
            consequence = "builds of 2017 and before have been taken out of the channels or cannot be combined with Binder's environment any more, so conda probably finds no solution"
        else:
            consequence = "builds are replaced and removed over time, and then nothing can be installed"
        edits = _without_builds(repo, pinned, _NEEDED_THERE.get(system, frozenset()))
        yield self.at(
            pinned[0].place,
            f"{told}{count}; {consequence}",
            help="Keep only names and versions; `conda env export --no-builds` or `--from-history` writes such a file",
            fix=Fix("Remove the builds", edits, Applicability.SAFE if foreign else Applicability.UNSAFE)
            if edits
            else None,
            severity=Severity.ERROR if foreign or anaconda else Severity.WARNING,
            level=Level.LAUNCH if foreign or anaconda or old else Level.REPRODUCE,
        )


def _without_builds(repo: Snapshot, pinned: list[MatchSpec], foreign: frozenset[str]) -> tuple[Edit, ...]:
    """The edits that remove the builds, and the lines of packages that only the other system needs."""
    items, edits = conda_list(repo), list[Edit]()
    lines = {} if items is None or items.flow else {item.place.line: index for index, item in enumerate(items)}
    kept = [spec for spec in conda_specs(repo) if spec.key not in foreign]
    for spec in pinned:
        if spec.key in foreign and kept and items is not None and spec.place.line in lines:
            edits.append(remove(items, lines[spec.place.line]))
        elif spec.build_suffix:
            edits.append(replace(spec.build_suffix, ""))
    return tuple(edits)


def _is_build(spec: MatchSpec) -> bool:
    """Whether a spec names one build: with a number in it, without a pattern."""
    build = spec.build or ""
    return bool(re.search(r"\d", build)) and not re.search(r"[*^$]", build) and spec.build_suffix is not None


def _system(specs: tuple[MatchSpec, ...], text: str) -> str:
    """The operating system an export was made on, by what only its exports hold; `""` when nothing tells, or two others do."""
    found = {
        system
        for system, known in _SYSTEMS.items()
        for spec in specs
        if spec.build and known.fullmatch(f"{spec.key}={spec.build}")
    }
    if "Linux" in found or re.search(r"#.*\blinux-64\b", text):
        return "Linux"
    return found.pop() if len(found) == 1 else ""
