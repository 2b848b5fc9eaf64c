"""apt-list-not-read: Packages of Ubuntu are listed in a file that Binder does not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import create
from binderlint.data import listed_words
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.for_binder import is_for_binder
from binderlint.facts.launch.buttons import launch_configs
from binderlint.facts.launch.launched import launched_elsewhere, own_links
from binderlint.facts.named import naming
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.apt import PACKAGE, read_apt
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.repo2docker.names import ONLY_BINDERS, meant
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, UNREAD, Source

# Names that say that the packages are apt's: Heroku's and tsuru's, and those that people make up.
_APTS = regex(
    r"aptfile|apt[-_](?:packages|requirements|dependencies|deps|install)\.txt|requirements[-_.]apt(?:\.txt)?",
    re.IGNORECASE,
)
# Streamlit's name. Lists of conda, R and other systems have it, too: only names that no other system has tell them apart.
_ANYBODYS = "packages.txt"
_UBUNTUS = regex(
    r"lib[a-z0-9.+-]+-dev|python3(?:\.\d+)?-[a-z-]+|build-essential|software-properties-common|tesseract-ocr(?:-[a-z-]+)?|poppler-utils"
    r"|default-(?:jre|jdk)(?:-headless)?|openjdk-\d+-(?:jre|jdk)(?:-headless)?|libgl1(?:-mesa-glx)?|libglib2\.0-0(?:t64)?|libsm6|libxext6|libxrender1"
)


class AptListNotRead(Rule):
    code = "APT006"
    severity = Severity.ERROR
    level = Level.RUN

    @about(build_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        right = plan.path("apt.txt")
        here = [repo.sources[path] for path in repo.list(repo.resolve(plan.binder_dir) or "")]
        if repo.exists(right) or right in repo.untracked or any(meant(one.name) == "apt.txt" for one in here):
            return
        lists = [source for source in here if _lists_packages(source)]
        if len(lists) != 1 or not plan.transparent:
            return
        source = lists[0]
        named_in = [other.path for other in naming(repo, source.name, source.path)]
        if not plan.binder_dir and (not is_for_binder(repo) or launched_elsewhere(repo)):
            return
        if {plan.post_build, plan.start} & set(named_in) or (plan.binder_dir and named_in):
            return
        if named_in or (not plan.binder_dir and _is_anothers(repo)):
            if _is_launched(repo):
                yield self._in_both(source, right)
            return
        safe = plan.binder_dir and source.name != _ANYBODYS
        yield self.at(
            source,
            f"Binder looks for `apt.txt`, not for `{source.name}`, so it does not install these packages",
            help=f"Rename the file: `git mv {source.path} {right}`",
            severity=None if plan.binder_dir else Severity.WARNING,
            fix=Fix(
                f"Rename `{source.name}` to `apt.txt`",
                (Rename(source.path, right),),
                Applicability.SAFE if safe else Applicability.UNSAFE,
            ),
        )

    def _in_both(self, source: Source, right: str) -> Diagnostic:
        """What is said of a list that something else reads."""
        edits: tuple[Edit, ...] = (create(right, source.text),)
        return self.at(
            source,
            f"Binder looks for `apt.txt`, not for `{source.name}`, so sessions do not have these packages",
            help=f"If the notebooks need them, list them in {right} too",
            severity=Severity.INFO,
            level=Level.POLISH,
            fix=Fix("List the packages in apt.txt too", edits, Applicability.UNSAFE),
        )


def _lists_packages(source: Source) -> bool:
    """Whether a file is a list of packages for apt: by its name and each of its words, or by those words alone."""
    if source.mode not in (REGULAR, EXECUTABLE) or not (
        source.name == _ANYBODYS or ("apt" in source.name.lower() and _APTS.fullmatch(source.name))
    ):
        return False
    words = [word.removeprefix("\ufeff") for entry in read_apt(source) for word in entry.words]
    if not words or not all(PACKAGE.fullmatch(word) for word in words):
        return False
    return source.name != _ANYBODYS or any(_UBUNTUS.fullmatch(word) for word in words)


def _is_anothers(repo: Snapshot) -> bool:
    """Whether something says that the repository is deployed with a service that has a file of its own for such a list."""
    if any(name in repo.sources for name in listed_words("application_files.txt")) or repo.is_dir(".streamlit"):
        return True
    if "streamlit" in {*(one.key for one in pip_requirements(repo)), *(spec.key for spec in conda_specs(repo))}:
        return True
    scripts = (repo.get(path) for path in repo.list() if path.endswith(".py"))
    return any("import streamlit" in script.prose for script in scripts if script and script.mode != UNREAD)


def _is_launched(repo: Snapshot) -> bool:
    """Whether Binder's part of the repository is more than what other tools read."""
    return bool(own_links(repo) or launch_configs(repo) or any(used_file(repo, name) for name in ONLY_BINDERS))
