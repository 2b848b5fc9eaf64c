"""rule: explain a rule, by its code or its name; or list them all."""

from __future__ import annotations

import argparse
from collections.abc import Iterable

from binderlint.commands.exits import CLEAN, UsageError
from binderlint.lint.families import FAMILIES
from binderlint.outside.streams import show
from binderlint.rules import Entry, find_entry, rule_index
from binderlint.typed import Any


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `rule`."""
    parser.add_argument("rule", nargs="?", metavar="CODE|name", help="the rule to explain")
    parser.add_argument("--all", action="store_true", help="list all rules")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="how to print it (default: text)")


def run(options: argparse.Namespace) -> int:
    """Print one rule's page, or the list."""
    from binderlint.lint.naming import suggestion
    from binderlint.pages import read_page

    if options.all:
        entries = rule_index()
        show(_as_json([document(entry) for entry in entries]) if options.output == "json" else listing(entries))
        return CLEAN
    if not options.rule:
        raise UsageError("name a rule, or --all for the list")
    entry = find_entry(options.rule)
    if entry is None:
        close = suggestion(options.rule)
        said = f"; did you mean `{close}`?" if close else ""
        raise UsageError(f"there is no rule `{options.rule}`{said}; `binderlint rule --all` lists them")
    show(_as_json(document(entry)) if options.output == "json" else headed(entry, read_page(entry.page).shown))
    return CLEAN


def headed(entry: Entry, page: str) -> str:
    """A page with what the index says of the rule below its name."""
    name, rest = page.split("\n", 1)
    facts = (
        f"{entry.code} · Severity: {entry.severity} · Level: {entry.level} · Fix: {entry.fix} · Since: {entry.since}"
    )
    return f"{name}\n\n{facts}\n{rest}"


def listing(entries: Iterable[Entry]) -> str:
    """One line a rule, under the titles of the families."""
    lines = []
    for family in FAMILIES:
        lines += ["", f"{family.prefix}  {family.title}"]
        for one in entries:
            if one.code.startswith(family.prefix):
                mark = "fix" if one.fix not in ("none", "display") else ""
                lines.append(f"  {one.code}  {one.name:32} {one.severity:8} {mark:4} {one.title}".rstrip())
    return "\n".join(lines[1:]) + "\n"


def document(entry: Entry) -> dict[str, Any]:
    """A rule as plain values."""
    from binderlint.pages import read_page

    page = read_page(entry.page)
    return {
        "code": entry.code,
        "name": entry.name,
        "title": entry.title,
        "severity": entry.severity,
        "level": entry.level,
        "since": entry.since,
        "about": entry.about,
        "fix": entry.fix,
        "fixable": entry.fix not in ("none", "display"),
        "sources": list(page.sources),
        "explanation": f"{page.title}.\n\n{page.prose}",
    }


def _as_json(value: Any) -> str:
    from binderlint.reporters.json import dumps

    return dumps(value)
