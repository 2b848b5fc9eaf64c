"""Reporters: one module for each format, each with `render(report, style) -> str`."""

from __future__ import annotations

from importlib import import_module

from binderlint.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from binderlint.lint.report import Report
    from binderlint.style import Style

FORMATS = ("full", "concise", "json", "jsonl", "github", "markdown")
OF_MANY = ("csv", "overview")
"""Formats in which a repository is no more than a line; `several` makes them."""


def render(name: str, report: Report, style: Style) -> str:
    """A report in one of FORMATS."""
    text: str = import_module(f"binderlint.reporters.{name}").render(report, style)
    return text
