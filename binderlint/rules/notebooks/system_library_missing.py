"""system-library-missing: A notebook imports a package whose library or program Binder's image does not have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.changes.packages import add_apt_packages
from binderlint.data import rows
from binderlint.facts.environment.apt import apt_entries
from binderlint.facts.environment.installs import pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.newest import is_newer
from binderlint.facts.environment.pipfile import pipenv_requirements
from binderlint.facts.notebooks import shown_notebooks
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.apt import gone_from_noble
from binderlint.read.cells import imports
from binderlint.read.constraints import OPEN, conda_end, only_below
from binderlint.read.digits import release
from binderlint.read.plain_notebook import PlainNotebook
from binderlint.read.requirements import Requirement
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Text


class SystemLibraryMissing(Rule):
    code = "NBK010"
    severity = Severity.WARNING
    level = Level.RUN

    @about(shown_notebooks)
    def check(self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        if not plan.transparent or plan.error:
            return
        asked = {one.key: one for one in (*pip_requirements(repo), *pipenv_requirements(repo)) if not one.url}
        yield from self._other_java(repo, notebooks, asked)
        there = {str(word).partition("=")[0] for entry in apt_entries(repo) for word in entry.words}
        there |= {gone.name for name in there if (gone := gone_from_noble().get(name))}  # apt-package-missing-in-noble
        there |= {spec.key for spec in conda_specs(repo)}
        for package, modules, below, apt, conda, needs, effect in rows("system_libraries.tsv"):
            one = asked.get(package)
            if one is None or (below and not only_below(one.specifier, release(below))):
                continue
            if there & {*apt.split("|"), *conda.split("|")}:
                continue
            use = next(_uses(notebooks, frozenset(modules.split("|"))), None)
            if use:
                library = (
                    "openjdk-11-jre-headless" if package == "pyspark" and _is_old_spark(one) else apt.partition("|")[0]
                )
                other = (
                    " (or use `opencv-python-headless`, which does not need it)" if package == "opencv-python" else ""
                )
                yield self.at(
                    use,
                    f"`{one.name}` needs {needs}, which pip does not install: {effect}",
                    help=f"Add `{library}` to {plan.path('apt.txt')}{other}",
                    fix=add_apt_packages(repo, (library,)),
                )

    def _other_java(
        self, repo: Snapshot, notebooks: tuple[PlainNotebook, ...], asked: dict[str, Requirement]
    ) -> Iterator[Diagnostic]:
        """Of a Java that Spark does not run on."""
        spark = asked.get("pyspark")
        old = spark is not None and _is_old_spark(spark)
        if spark is None or not (old or is_newer(repo, "pyspark", (4,), (3, 9))):
            return
        installed = _javas(repo)
        wrong = [(text, number) for text, number in installed if number and (number > 11 if old else number < 17)]
        if not wrong or len(wrong) < len(installed) or next(_uses(notebooks, frozenset({"pyspark"})), None) is None:
            return
        scripts = [script.source.text for script in (post_build_script(repo), start_script(repo)) if script]
        if any(_JAVA.search(text.lower()) for text in (*scripts, *(page.all_code for page in notebooks))):
            return  # may bring another one
        right = 11 if old else 17
        needs = (
            f"`{spark.text.partition(';')[0].strip()}` needs Java 11 or older"
            if old
            else "pip installs pyspark 4 or newer here, which needs Java 17"
        )
        for text, number in wrong:
            better = re.sub(rf"\b{number}\b", str(right), text).replace("default-", f"openjdk-{right}-")
            is_plain = better != text and re.fullmatch(r"openjdk(?:-\d+-[a-z-]+|==?\d+)", better)
            yield self.at(
                text,
                f"`{text}` is Java {number}. {needs}: starting Spark ends with an error",
                help=f"Use {f'`{better}`' if is_plain else f'Java {right}'}, or {'a newer pyspark' if old else 'pin `pyspark<4`'}",
                fix=Fix(f"Change it to `{better}`", (replace(text, better),), Applicability.UNSAFE)
                if is_plain
                else None,
            )


_JAVA = regex(r"jdk|jre|java")
_OF_APT = regex(r"(?:openjdk-(\d+)|default)-(?:jdk|jre)(?:-headless)?")
_DEFAULT = 21  # Ubuntu 24.04's default-jre


def _javas(repo: Snapshot) -> list[tuple[Text, int]]:
    """What brings a Java, and its version; 0 where that is not certain."""
    found: list[tuple[Text, int]] = []
    for word in (word for entry in apt_entries(repo) for word in entry.words if _JAVA.search(word)):
        named = _OF_APT.fullmatch(word)
        found.append((word, int(named[1] or _DEFAULT) if named else 0))
    for spec in (spec for spec in conda_specs(repo) if _JAVA.search(spec.key)):
        end = conda_end(str(spec.version or "")) if spec.key == "openjdk" else OPEN
        found.append((spec.text, int(end[0]) if end < OPEN else 0))
    return found


def _is_old_spark(spark: Requirement) -> bool:
    """Whether a requirement only lets a pyspark through that uses what Java 17 has closed."""
    return only_below(spark.specifier, (3, 3))


def _uses(notebooks: tuple[PlainNotebook, ...], modules: frozenset[str]) -> Iterator[Text | Place]:
    """The places where notebooks import one of these modules."""
    words = {name.rpartition(".")[2] for name in modules}
    for page in notebooks:
        for cell in page.code if page.is_python else ():
            if any(word in cell.text for word in words):
                used = (one for one in imports(cell.text) if not modules.isdisjoint((one.name, *one.modules)))
                yield from (page.line(cell.number, one.line) for one in used)
