"""description-invalid: R refuses the DESCRIPTION of the repository's package."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from binderlint.facts.plans import r_plan
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.description import read_description
from binderlint.read.digits import release
from binderlint.repo2docker.plan import Plan
from binderlint.snapshot import Snapshot
from binderlint.source import Text

_NAME = regex(r"[A-Za-z][A-Za-z0-9.]*[A-Za-z0-9]")
_VERSION = regex(r"\d+(?:[.-]\d+)+")
_DEPENDENCY = regex(r"[A-Za-z][A-Za-z0-9.]*\s*(?:\(\s*[<>=!]+\s*[\w.-]+\s*\))?")
_LISTS = ("Depends", "Imports", "LinkingTo", "Suggests", "Enhances")
_NEEDS_R = regex(r"\bR\s*\(\s*>=\s*(\d+(?:\.\d+)+)\s*\)")


class DescriptionInvalid(Rule):
    code = "RLG010"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(r_plan)
    def check(self, repo: Snapshot, plan: Plan) -> Iterator[Diagnostic]:
        source = repo.get("DESCRIPTION")
        if source is None or plan.binder_dir or not source.data.strip():
            return
        described = read_description(source)
        fields, fault = described.fields, described.fault
        if fault and fault.blank:
            yield self._refused(fault.line, "There is a blank line between the fields", "Remove it")
        elif fault and fault.line[0] in " \t":
            wrong = "The first line is indented, and no field begins before it"
            yield self._refused(fault.line, wrong, "Begin the file with a field, such as `Package: tides`")
        elif fault:
            wrong = "This line is neither a field (`Name: value`) nor indented"
            yield self._refused(fault.line, wrong, "Indent the line")
        if fault:
            return
        package = fields.get("Package", (Text("", source.place()),))[0]
        if not package:
            return  # description-hijacks-build
        if not _NAME.fullmatch(package):
            rules = "Use letters, digits and dots, with a letter first and no dot last"
            yield self._refused(package, f"`{package}` cannot be the name of an R package", rules)
        version = fields.get("Version", (Text("", package.place),))[0]
        if not _VERSION.fullmatch(version):
            what = f"`{version}` is not a version that R accepts" if version else "The package has no `Version:`"
            yield self._refused(version or package, what, "Use at least two numbers, as in `Version: 0.1.0`")
        for field in _LISTS:
            if where := _wrong_item(fields.get(field, ())):
                yield self._refused(
                    where,
                    f"R cannot read `{field}` here",
                    "Separate the packages by commas, and write versions as in `dplyr (>= 1.1)`",
                )
        needed = _NEEDS_R.search(described.text("Depends"))
        if needed and plan.r and release(plan.r.version) < release(needed[1]):
            yield self._refused(
                fields["Depends"][0] or package,
                f"The package needs R {needed[1]}, and Binder installs R {plan.r.version}",
                "Ask for a newer R in runtime.txt, or for less here",
            )

    def _refused(self, where: Text, what: str, advice: str) -> Diagnostic:
        return self.at(
            where, f"{what}, so R does not install the repository's package and the build stops", help=advice
        )


def _wrong_item(lines: Iterable[Text]) -> Text | None:
    """The line of the first item of a list that R does not read: no package, or two without a comma."""
    begun: Text | None = None
    item = ""
    for line in lines:
        for index, piece in enumerate(line.split(",")):
            if index and begun and not _DEPENDENCY.fullmatch(item):
                return begun
            if index:
                begun, item = None, ""
            if piece.strip():
                begun, item = begun or line, f"{item} {piece.strip()}".strip()
    return begun if begun and not _DEPENDENCY.fullmatch(item) else None
