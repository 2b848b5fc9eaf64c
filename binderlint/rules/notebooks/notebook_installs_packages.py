"""notebook-installs-packages: A notebook installs packages when it runs."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator

from binderlint.changes.edits import append, append_lines
from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.asked import asked_names
from binderlint.facts.environment.held import held_at
from binderlint.facts.environment.mapping import conda_list, pip_section
from binderlint.facts.environment.own_package import own_names
from binderlint.facts.environment.provided import installed_packages
from binderlint.facts.notebooks import for_ipython, shown_notebooks
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.cells import Install, installs
from binderlint.read.installer import CONDA
from binderlint.read.plain_notebook import PlainCell, PlainNotebook
from binderlint.read.requirements import Requirement, canonical, parse_requirement, read_requirements
from binderlint.read.services import ended_service
from binderlint.repo2docker.build import build_plan, used_file
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text

# A package without an upper end, with its extras.
_OPEN = regex(r"([A-Za-z][\w.-]*)(?:\[([\w.,\s-]*)\])?(?:\s*>=?\s*[\w.]+)?")
# What stands for the name of a package in a lesson.
_PLACEHOLDER = regex(r"(?i:<.*>|your.*|(?:some|my)?[-_]?package(?:[-_]?name)?)|[A-Z]+_[A-Z_]+")
_OTHER_SOURCE = regex(r"\b(?:add-apt-repository|apt-add-repository|sources\.list|ppa:)")
_FIRST_PIP = regex(r"!\s*(?:pip3?|python3?\s+-m\s*pip)\s+install\b")


class NotebookInstallsPackages(Rule):
    code = "NBK005"
    severity = Severity.WARNING
    level = Level.REPRODUCE

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:

        for one in notebooks:
            for cell in one.code:
                if "install" not in cell.text or "colab" in cell.text.lower():
                    continue
                for install in installs(cell.text, one.is_python):
                    if any(ended_service(place.partition("+")[2]) for place in install.asked.places):
                        continue  # dead-service
                    if not install.asked.operands and not install.asked.files:
                        continue  # an error of its own
                    if any(_PLACEHOLDER.fullmatch(word) for word in install.asked.packages):
                        continue  # for readers to fill in
                    yield self._found(repo, one, cell, install)

    def _found(self, repo: Snapshot, one: PlainNotebook, cell: PlainCell, install: Install) -> Diagnostic:

        where = one.line(cell.number, install.line)
        wanted = install.asked
        if install.tool.startswith("apt"):
            listed = {str(word) for entry in apt_entries(repo) for word in entry.words}
            return self.at(
                where,
                "A session is not allowed to install packages with apt, so this line fails",
                help="Remove the line: `apt.txt` has the packages already"
                if wanted.packages and listed.issuperset(wanted.packages)
                else "Remove the line. apt.txt only has the packages of Ubuntu, not those of another source"
                if any(_OTHER_SOURCE.search(each.text) for each in one.code)
                else "List the packages in `apt.txt`",
            )
        if _asks(cell, install):
            return self.at(
                where,
                f"`{install.tool} install` asks whether to go on, and nobody can answer in a notebook: the cell never ends",
                help="List the packages in the environment file, and remove the line",
                level=Level.RUN,
            )
        names = [canonical(re.split(r"[<>=!~\[;@ ]", word)[0]) for word in wanted.packages]
        known = asked_names(repo) | own_names(repo)
        extended = [word for word, name in zip(wanted.packages, names, strict=True) if name in known and "[" in word]
        missing = [
            word for word, name in zip(wanted.packages, names, strict=True) if name not in known or word in extended
        ]
        used = used_file(repo, "requirements.txt")
        paths = {posixpath.normpath(posixpath.join(one.source.folder, path)) for path in wanted.files}
        same = bool(used and paths == {used.path} and not wanted.places)
        of_server = _is_of_server(repo, one, cell, install)
        if of_server and (missing or not names):
            return self.at(
                where,
                f"`!{install.tool}` is that of the Jupyter server's Python, and the notebook runs on Python {_python(repo)}, so it cannot import what this line installs",
                help="List the packages in the environment file, and remove the line",
                level=Level.RUN,
                fix=_add_all(repo, install.tool, missing) if names and wanted.names_all and not extended else None,
            )
        if build_plan(repo).transparent and not of_server and (old := _cannot_have(repo, install, where)):
            return self.at(
                where,
                f"There is no ready-made `{old}` for Python {_python(repo)}, which Binder uses here. pip tries to compile it in every session, or finds nothing, and the line usually fails",
                help="List a version that this Python can have in the environment file, and remove the line"
                if missing
                else "Remove the line: the environment has another version of the package",
            )
        if not missing and ((names and wanted.names_all) or same):
            return self.at(
                where,
                "The environment already has this. Every visitor waits for a cell that changes nothing, or only the version",
                help="Remove the line",
                severity=Severity.INFO,
            )
        if missing and wanted.names_all and build_plan(repo).transparent:
            there = installed_packages(repo) | known
            if all((found := _OPEN.fullmatch(word)) and there.issuperset(_names_in(found)) for word in missing):
                return self.at(
                    where,
                    "This is probably in the environment already, since it comes with Jupyter or with a package that is listed. Every visitor waits for the line",
                    help="Remove the line. Where the package is not there, list it in the environment file",
                    severity=Severity.INFO,
                )
        if not build_plan(repo).transparent:
            return self.at(
                where,
                "This runs again in every session, and every visitor waits for it",
                help="Install the packages in the Dockerfile, and remove the line",
                severity=Severity.INFO,
                level=Level.POLISH,
            )
        fix = None
        if missing and wanted.names_all and not extended and not build_plan(repo).default:
            fix = _add_all(repo, install.tool, missing)
        return self.at(
            where,
            "This installs the packages again in every session. Visitors wait, and get whatever version is newest that day"
            if _is_newest(repo, one, install)
            else "This installs the packages again in every session, and visitors wait for it",
            help="List the packages in the environment file, and remove the line",
            fix=fix,
        )


def _names_in(found: re.Match[str]) -> Iterator[str]:
    """The names of a package and of its extras, which may be those of packages: `dask[distributed]`."""
    yield from map(canonical, re.findall(r"[\w.-]+", f"{found[1]} {found[2] or ''}"))


def _is_of_server(repo: Snapshot, page: PlainNotebook, cell: PlainCell, install: Install) -> bool:
    """Whether the pip of a line is that of the server, whose Python is in front on PATH, and the notebook runs on another one."""
    if not build_plan(repo).separate_kernel or not _FIRST_PIP.match(cell.text.split("\n")[install.line - 1]):
        return False
    return page.kernel == "python2" if _python(repo) == "2.7" else for_ipython(page)


def _python(repo: Snapshot) -> str:
    """The Python of the build, `""` where it is not known."""
    python = build_plan(repo).python
    return python.version if python else ""


def _cannot_have(repo: Snapshot, install: Install, where: Text | Place) -> str:
    """The first version for which pip has no ready-made build; "" where none is known."""
    python = _python(repo)
    if not install.tool.startswith("pip"):
        return ""
    for word in install.asked.packages:
        one = parse_requirement(Text(word, where.place if isinstance(where, Text) else where))
        if isinstance(one, Requirement) and (held := held_at(one, python)) and (held.missing or held.too_old):
            return word
    return ""


def _is_newest(repo: Snapshot, page: PlainNotebook, install: Install) -> bool:
    """Whether some version is open, or may be: in a file that is not there, or an address."""
    wanted = install.asked
    if wanted.places or any(not re.search(r"={1,3}\s*\d", word) for word in wanted.packages):
        return True
    for path in wanted.files:
        source = repo.get(posixpath.normpath(posixpath.join(page.source.folder, path)))
        lines = read_requirements(source) if source else ()
        if not lines or not all(isinstance(one, Requirement) and _is_pin(one) for one in lines):
            return True
    return False


def _is_pin(one: Requirement) -> bool:
    return bool(one.pin)


def _asks(cell: PlainCell, install: Install) -> bool:
    """Whether conda asks a question in a shell; IPython's own `%conda` answers it."""
    line = cell.text.split("\n")[install.line - 1]
    options = {word for word in install.words if word.startswith("-")}
    return (
        install.tool in CONDA
        and re.match(r"\s*!", line) is not None
        and not any(re.fullmatch(r"--yes|--dry-run|--help|-h|-\w*y\w*|-d", one) for one in options)
        and "yes |" not in line
    )


def _add_all(repo: Snapshot, tool: str, words: list[str]) -> Fix | None:
    """Add packages, as pip or conda was given them, to the file that this installer reads in the build."""
    title = f"Add {', '.join(f'`{word}`' for word in words)} to the environment"
    dependencies = conda_list(repo)
    array = pip_section(repo) if tool.startswith("pip") else dependencies
    if array is not None:
        edits: tuple[Edit, ...] = tuple(
            append(array, word if re.fullmatch(r"[\w.=<>~-]+", word) else f'"{word}"') for word in words
        )
        return Fix(title, edits, Applicability.UNSAFE) if len(edits) == 1 else None
    source = used_file(repo, "requirements.txt")
    if tool.startswith("pip") and source and dependencies is None:
        return Fix(title, (append_lines(source, "\n".join(words)),), Applicability.UNSAFE)
    return None
