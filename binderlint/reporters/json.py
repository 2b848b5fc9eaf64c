"""json: for programs; its form is versioned and written down in docs/report.schema.json."""

from __future__ import annotations

import json
import re

from binderlint.lint.diagnostic import (
    Applicability,
    Create,
    Delete,
    Diagnostic,
    Edit,
    Fix,
    Recode,
    Rename,
    Replace,
    SetMode,
)
from binderlint.lint.report import Report, Suppressed
from binderlint.lint.verdict import verdict
from binderlint.source import Place
from binderlint.style import Style
from binderlint.typed import Any

VERSION = 2


def render(report: Report, style: Style) -> str:
    """The report as JSON of version 2."""
    return dumps(document(report))


def dumps(value: Any) -> str:
    """A value as JSON in ASCII, without lone surrogates, which JSON readers refuse, and without what GitHub's runner takes for a command (`##[`)."""
    text = json.dumps(_clean(value), indent=2, ensure_ascii=True)
    return re.sub(r"(##\w*)\[", r"\1\\u005b", text) + "\n"


def _clean(value: Any) -> Any:
    """The same value; each lone surrogate (a byte that is no UTF-8, or one that a file has written out) becomes U+FFFD."""
    match value:
        case str():
            return value if value.isascii() else re.sub("[\ud800-\udfff]", "\ufffd", value)
        case dict():
            return {_clean(key): _clean(item) for key, item in value.items()}
        case list():
            return [_clean(item) for item in value]
    return value


def document(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "version": VERSION,
        "repository": report.repository or None,
        "commit": report.commit or None,
        "failure": report.failure or None,
        "outlook": report.outlook or None,
        "for_binder": None if report.failure else report.for_binder,
        "verdict": {
            level.value: {"outcome": outcome.value, "words": words} for level, outcome, words in verdict(report)
        },
        "diagnostics": [
            diagnostic(one.first) | {"related": [_related(other) for other in one.others]} for one in report.findings
        ],
        "suppressed": [_hidden(one) for one in report.suppressed],
        "lowered": [_hidden(one) for one in report.lowered],
        "effects": [
            {**effect.hider._asdict(), "effect": effect.verb, "problems": effect.number} for effect in report.effects
        ],
        "not_judged": report.unjudged or None,
        "summary": {
            **{f"{severity}s": count for severity, count in report.counts().items()},
            "suppressed": len(report.suppressed),
            "fixable": report.fixable(Applicability.SAFE),
            "fixable_unsafe": report.fixable(Applicability.UNSAFE),
        },
    }


def _hidden(one: Suppressed) -> dict[str, Any]:
    return {**diagnostic(one.diagnostic), "reason": one.reason, "by": one.by._asdict()}


def _related(found: Diagnostic) -> dict[str, Any]:
    """Another place of the same problem, with what is said and what is to be done there."""
    return {
        **_place(found.place),
        "message": found.message,
        "help": found.help,
        "fix": _fix(found.fix) if found.fix else None,
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "path": place.path,
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "cell": {"number": place.cell[0], "line": place.cell[1]} if place.cell else None,
    }


def diagnostic(found: Diagnostic) -> dict[str, Any]:
    """One diagnostic; lines and columns are 1-based and count code points."""
    return {
        "code": found.code,
        "name": found.name,
        "severity": str(found.severity),
        "level": found.level.value,
        **_place(found.place),
        "message": found.message,
        "help": found.help,
        "url": found.url,
        "fix": _fix(found.fix) if found.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": str(fix.applicability),
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    match edit:
        case Replace(path, span, text):
            return {"kind": "replace", "path": path, "start": span.start, "end": span.end, "text": text}
        case Create(path, data, mode):
            return {
                "kind": "create",
                "path": path,
                "text": data.decode("utf-8", "replace"),
                "mode": f"{mode:06o}",
            }
        case Rename(path, to):
            return {"kind": "rename", "path": path, "to": to}
        case Delete(path):
            return {"kind": "delete", "path": path}
        case SetMode(path, mode):
            return {"kind": "mode", "path": path, "mode": f"{mode:06o}"}
        case Recode(path, encoding):
            return {"kind": "recode", "path": path, "encoding": encoding}
