"""json: for programs; its form is versioned and written down in docs/report.schema.json."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from binderlint.diagnostic import (
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
from binderlint.style import Style

if TYPE_CHECKING:
    from binderlint.report import Report

VERSION = 1


def render(report: Report, style: Style) -> str:
    """The report as JSON of version 1."""
    return json.dumps(document(report), indent=2, ensure_ascii=True) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    return {
        "version": VERSION,
        "level": report.level.value if report.level else None,
        "diagnostics": [diagnostic(found) for found in report.diagnostics],
        "suppressed": [{**diagnostic(found), "reason": reason} for found, reason in report.suppressed],
        "summary": {
            **{f"{severity}s": count for severity, count in report.counts().items()},
            "suppressed": len(report.suppressed),
            "fixable": report.fixable(Applicability.SAFE),
            "fixable_unsafe": report.fixable(Applicability.UNSAFE),
        },
    }


def diagnostic(found: Diagnostic) -> dict[str, Any]:
    """One diagnostic; lines and columns are 1-based and count code points."""
    place = found.place
    return {
        "code": found.code,
        "name": found.name,
        "severity": str(found.severity),
        "level": found.level.value,
        "path": _text(place.path),
        "line": place.line,
        "column": place.column,
        "end_line": place.end_line,
        "end_column": place.end_column,
        "cell": {"number": place.cell[0], "line": place.cell[1]} if place.cell else None,
        "message": _text(found.message),
        "help": _text(found.help),
        "url": found.url,
        "fix": _fix(found.fix) if found.fix else None,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "title": _text(fix.title),
        "applicability": str(fix.applicability),
        "edits": [_edit(edit) for edit in fix.edits],
    }


def _edit(edit: Edit) -> dict[str, Any]:
    match edit:
        case Replace(path, span, text):
            return {"kind": "replace", "path": _text(path), "start": span.start, "end": span.end, "text": _text(text)}
        case Create(path, data, mode):
            return {
                "kind": "create",
                "path": _text(path),
                "text": data.decode("utf-8", "replace"),
                "mode": f"{mode:06o}",
            }
        case Rename(path, to):
            return {"kind": "rename", "path": _text(path), "to": _text(to)}
        case Delete(path):
            return {"kind": "delete", "path": _text(path)}
        case SetMode(path, mode):
            return {"kind": "mode", "path": _text(path), "mode": f"{mode:06o}"}
        case Recode(path, encoding):
            return {"kind": "recode", "path": _text(path), "encoding": encoding}


def _text(text: str) -> str:
    """Text without lone surrogates, which JSON readers refuse."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
