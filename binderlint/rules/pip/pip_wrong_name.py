"""pip-wrong-name: A package is listed under a name that pip does not know."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from binderlint.changes.edits import between, remove_requirement, replace
from binderlint.data import pairs
from binderlint.facts.environment.foreign import PART_OF, is_real, stdlib_names
from binderlint.facts.environment.installs import has_other_index
from binderlint.facts.environment.own_package import in_own_package, required_of_pip
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.requirements import PLACEHOLDER, Requirement, canonical
from binderlint.repo2docker.build import build_plan
from binderlint.snapshot import Snapshot


class PipWrongName(Rule):
    code = "PIP008"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(required_of_pip)
    def check(self, repo: Snapshot, requirements: tuple[Requirement, ...]) -> Iterator[Diagnostic]:
        plan = build_plan(repo)
        python = plan.python.version if plan.python else "3.10"
        elsewhere, foreign, wrong_names = has_other_index(repo), pairs("not_for_pip.tsv"), pairs("wrong_pip_names.tsv")
        names = {one.key: one for one in reversed(requirements)}
        for one in requirements:
            if one.url or not one.applies(python) or is_real(one):
                continue
            right = wrong_names.get(one.key)
            if one.key == "sklearn" and one.pin == "0.0":
                yield self._empty(one, names)
            elif right and canonical(right) in names and not in_own_package(one):
                yield self.at(
                    one.text,
                    f"pip cannot install `{one.name}`, so the build stops. The package is called `{right}`, which is also listed",
                    help="Remove the line",
                    fix=_without(one, _trust(one, names[canonical(right)])),
                )
            elif right:
                yield self.at(
                    one.text,
                    f"pip cannot install `{one.name}`, so the build stops. The package is called `{right}`",
                    help=f"Use `{right}`",
                    fix=_under(one, right),
                )
            elif (what := foreign.get(one.key)) and not elsewhere:
                yield self.at(
                    one.text,
                    f"`{one.name}` is {what}. pip cannot install it, so the build stops",
                    help=_REMOVE[in_own_package(one)],
                    fix=_without(one),
                    cause=what,
                )
            elif one.key in stdlib_names() or one.key in PART_OF:
                whole = PART_OF.get(one.key)
                what = f"comes with `{whole}`" if whole else "is part of Python itself"
                yield self.at(
                    one.text,
                    f"`{one.name}` {what} and cannot be installed: pip finds no such package and the build stops",
                    help=_REMOVE[in_own_package(one)],
                    fix=_without(one),
                )

    def _empty(self, one: Requirement, names: Mapping[str, Requirement]) -> Diagnostic:
        """The one release of sklearn that pip installs. It only asks for scikit-learn."""
        if "scikit-learn" in names:
            return self.at(
                one.text,
                "`sklearn==0.0` is empty: it only asks for `scikit-learn`, which is also listed",
                help=_REMOVE[in_own_package(one)],
                severity=Severity.INFO,
                level=Level.POLISH,
                fix=_without(one),
            )
        return self.at(
            one.text,
            "`sklearn==0.0` is empty: it installs the newest `scikit-learn`, whatever that is on the day of the build",
            help="List `scikit-learn` with its version",
            severity=Severity.INFO,
            level=Level.REPRODUCE,
            fix=_under(one, "scikit-learn"),
        )


_REMOVE = ("Remove the line", "Remove it from the list")  # of a list for pip, of a package


def _without(one: Requirement, trust: Applicability = Applicability.SAFE) -> Fix | None:
    """The fix that takes a requirement out of a list for pip; None where a package lists it."""
    return None if in_own_package(one) else Fix(f"Remove `{one.name}`", (remove_requirement(one),), trust)


_ZEROS = regex(PLACEHOLDER)


_EXACT = regex(r"===?\s*(\d+(?:\.\d+){0,2})(?=\s*(?:[,)]|$))")


def _under(one: Requirement, right: str) -> Fix | None:
    """The same requirement under the right name, with its version where the two have one numbering; None where it has hashes."""
    title = f"Write `{right}`"
    if one.hashed or one.name.place.text != one.name:
        return None
    versions = [version for _, version in one.clauses]
    zeros = bool(versions) and all(map(_ZEROS.fullmatch, versions))
    if zeros or (right == "Pillow" and any(re.match(r"[01](?:\.|$)", version) for version in versions)):
        rest = one.text[len(one.name) : one.text.index(one.specifier)].rstrip()
        return Fix(
            title, (replace(between(one.name, one.specifier), right + rest),), Applicability.SAFE if zeros else Applicability.UNSAFE
        )  # fmt: skip
    edits = [replace(one.name, right)]
    if right.startswith("opencv"):
        edits.append(replace(one.specifier, _EXACT.sub(r"==\1.*", one.specifier)))
    return Fix(title, tuple(edits))


def _trust(one: Requirement, other: Requirement) -> Applicability:
    """How safe it is to leave a requirement to another one: that one must say a version, too."""
    said = any(not _ZEROS.fullmatch(version) for _, version in one.clauses)
    return Applicability.UNSAFE if said and not other.specifier else Applicability.SAFE
