"""rule: explain a rule, by its code or its name; or list them all."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from binderlint.commands.exits import CLEAN, UsageError
from binderlint.outside.streams import show

if TYPE_CHECKING:
    from binderlint.rule import Rule


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The flags of `rule`."""
    parser.add_argument("rule", nargs="?", metavar="CODE|name", help="the rule to explain")
    parser.add_argument("--all", action="store_true", help="list all rules")
    parser.add_argument("--output", choices=("text", "json"), default="text", help="how to print it (default: text)")


def run(options: argparse.Namespace) -> int:
    """Print one rule's page, or the list."""
    from binderlint.rules import all_rules, find_rule

    if options.all:
        rules = list(all_rules())
        show(_as_json([document(rule) for rule in rules]) if options.output == "json" else listing(rules))
        return CLEAN
    if not options.rule:
        raise UsageError("name a rule, or --all for the list")
    rule = find_rule(options.rule)
    if rule is None:
        raise UsageError(f"there is no rule `{options.rule}`{_near(options.rule)}; `binderlint rule --all` lists them")
    from binderlint.docs import page

    show(_as_json(document(rule)) if options.output == "json" else page(rule))
    return CLEAN


def listing(rules: list[Rule]) -> str:
    """One line a rule, under the titles of the families."""
    from binderlint.rules import FAMILIES

    lines = []
    for family in FAMILIES:
        members = [rule for rule in rules if rule.code.startswith(family.prefix)]
        if members:
            lines += ["", f"{family.prefix}  {family.title}"]
        for rule in members:
            mark = "fix" if rule.fixable else ""
            lines.append(f"  {rule.code}  {rule.name:32} {rule.severity!s:8} {mark:4} {rule.title}".rstrip())
    return "\n".join(lines[1:]) + "\n"


def document(rule: Rule) -> dict[str, Any]:
    """A rule as plain values."""
    import inspect

    return {
        "code": rule.code,
        "name": rule.name,
        "title": rule.title,
        "severity": str(rule.severity),
        "level": rule.level.value,
        "since": rule.since,
        "fixable": rule.fixable,
        "sources": list(rule.sources),
        "explanation": inspect.cleandoc(rule.__doc__ or ""),
    }


def _as_json(value: Any) -> str:
    from binderlint.reporters.json import dumps

    return dumps(value)


def _near(name: str) -> str:
    from difflib import get_close_matches

    from binderlint.rules import all_rules

    close = get_close_matches(
        name.lower(), [word.lower() for rule in all_rules() for word in (rule.code, rule.name)], 1
    )
    return f"; did you mean `{close[0]}`?" if close else ""
