"""Properties: what must hold for every repository, whatever is in it."""

from __future__ import annotations

import json
import os
import re
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache, cached_property
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema

import binderlint
from binderlint.changes.edits import EditError
from binderlint.escapes import printable
from binderlint.lint.diagnostic import Applicability, Diagnostic, Rename, Severity
from binderlint.lint.fixer import Fixed, fix
from binderlint.lint.linter import check
from binderlint.lint.report import Report
from binderlint.lint.verdict import stakes
from binderlint.outside.disk import Change, changes
from binderlint.repo2docker.build import build_plan
from binderlint.reporters import FORMATS, render
from binderlint.reporters.plan import Outline, outline, render_json
from binderlint.reporters.plan import render as render_plan
from binderlint.rules import find_rule
from binderlint.snapshot import Snapshot
from binderlint.source import EXECUTABLE, REGULAR, SYMLINK, Source
from binderlint.style import Style
from tests.fuzz.case import Case
from tests.fuzz.oracles import kind_of, parses, problem
from tests.fuzz.tokens import language_of

DOCS = Path(__file__).parent.parent.parent / "docs"
PACKAGE = f"{Path(binderlint.__file__).parent}{os.sep}"
STYLE = Style(width=100)
TRUSTS = {"safe": Applicability.SAFE, "unsafe": Applicability.UNSAFE}


class Failure(NamedTuple):
    """A property that does not hold: which, what tells this failure from others, and what was seen."""

    law: str
    key: str
    detail: str

    @property
    def name(self) -> str:
        """A name for a file: the property and the key."""
        return re.sub(r"[^A-Za-z0-9.]+", "-", f"{self.law}-{self.key}").strip("-")[:100]


class Run:
    """One case on its way through the program; each answer is worked out when a property first asks for it."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.repo = case.repository()
        self.counts: Counter[str] = Counter()
        self._fixed: dict[str, Fixed] = {}

    @cached_property
    def report(self) -> Report:
        return check(self.repo)

    @cached_property
    def outline(self) -> Outline:
        return outline(self.repo)

    def fixed(self, trust: str) -> Fixed:
        """The repository after the fixes of at least this trust."""
        if trust not in self._fixed:
            self._fixed[trust] = fix(self.repo, applicability=TRUSTS[trust])
            self.counts["fix runs"] += 1
            self.counts["fixes applied"] += len(self._fixed[trust].applied)
        return self._fixed[trust]

    def changed(self, trust: str) -> list[Change]:
        return changes(self.repo, self.fixed(trust).repo)


# -- nothing crashes


def crash(run: Run) -> Iterator[Failure]:
    """No rule crashes, before the fixes and after them."""
    reports = {"check": run.report, **{f"fix {trust}": run.fixed(trust).report for trust in TRUSTS}}
    for when, report in reports.items():
        for found in report.diagnostics:
            if found.name == "rule-crashed":
                where = re.search(r"crashed \((\w+).*in (?:[^)]*/)?([^/)]*/[^/)]*)\)", found.message)
                yield Failure("crash", " ".join(where.groups()) if where else found.message, f"{when}: {found.message}")


def places(run: Run) -> Iterator[Failure]:
    """Each finding is one line of text at a place that is in its file."""
    for found in run.report.diagnostics:
        place, text = found.place, found.place.source.text
        ends = (place.line, place.column), (place.end_line, place.end_column)
        if not (min(ends[0]) >= 1 and ends[0] <= ends[1] and place.span.end <= len(text)):
            yield Failure("places", found.code, f"{found.message}: {place.span} in {len(text)} characters")
        if not found.message or not found.message.strip():
            yield Failure("places", f"{found.code} message", repr(found.message))
        if len(found.message.splitlines()) > 1 or len(found.help.splitlines()) > 1:
            yield Failure("places", f"{found.code} lines", repr((found.message, found.help)))
        if not (found.path in run.repo.sources or found.path in run.repo.untracked or found.path == "."):
            yield Failure("places", f"{found.code} path", found.path)


def bytes_kept(run: Run) -> Iterator[Failure]:
    """A text encoded again is what was decoded."""
    for source in run.repo.sources.values():
        if source.encode(source.text) != source.data:
            yield Failure("bytes kept", source.encoding, f"{source.path}: {source.data[:200]!r}")


# -- fixes


def offered(run: Run) -> Iterator[Failure]:
    """Each fix that is offered can be made, on its own; it changes something, and nothing outside of its edits."""
    for found in run.report.diagnostics:
        if not found.fix:
            continue
        try:
            after = run.repo.apply(found.fix.edits)
        except EditError as error:
            yield Failure("offered", f"{found.code} {found.fix.applicability}", f"{found.fix.title}: {error}")
            continue
        if not changes(run.repo, after):
            yield Failure("offered", f"{found.code} nothing", f"{found.place}: {found.fix.title}: {found.fix.edits}")
        yield from _outside_of_edits(run.repo, after, found)


def _outside_of_edits(before: Snapshot, after: Snapshot, found: Diagnostic) -> Iterator[Failure]:
    spans: dict[str, list[tuple[int, int]]] = {}
    for edit in found.fix.edits if found.fix else ():
        if span := getattr(edit, "span", None):
            spans.setdefault(edit.path, []).append(span)
    moved = {edit.path: edit.to for edit in (found.fix.edits if found.fix else ()) if isinstance(edit, Rename)}
    touched = {edit.path for edit in (found.fix.edits if found.fix else ())} | set(moved.values())
    for path, source in before.sources.items():
        if path not in touched and after.sources.get(path) is not source:
            yield Failure("outside of edits", f"{found.code} file", path)
        new = after.sources.get(moved.get(path, path))
        if path in spans and new:
            head = source.encode(source.text[: min(start for start, _ in spans[path])])
            tail = source.encode(source.text[max(end for _, end in spans[path]) :])
            if not (new.data.startswith(head) and new.data.endswith(tail)):
                yield Failure("outside of edits", found.code, f"{path}: {source.data!r} -> {new.data!r}")


def stable(run: Run) -> Iterator[Failure]:
    """A second fix changes nothing, and after a fix nothing is left to fix but what is said to be taken back."""
    for trust, least in TRUSTS.items():
        fixed = run.fixed(trust)
        again = fix(fixed.repo, applicability=least) if fixed.applied or fixed.reverted else fixed
        left = changes(fixed.repo, again.repo)
        codes = " ".join(sorted({found.code for found in again.applied}))
        if left:
            detail = "\n".join(f"{one.path}: {_data(one.before)!r} -> {_data(one.after)!r}" for one in left)
            yield Failure(f"idempotent {trust}", codes, detail)
        elif again.applied:
            yield Failure(f"converges {trust}", codes, "said to be fixed, and nothing changed")
        taken_back = {(found.code, found.path, found.message) for found, _ in fixed.reverted}
        for found in fixed.report.diagnostics:
            if found.fix and found.fix.applicability >= least:
                if (found.code, found.path, found.message) not in taken_back:
                    yield Failure(f"converges {trust}", found.code, f"{found.place}: {found.message}: {found.fix}")


def parsable(run: Run) -> Iterator[Failure]:
    """What could be read before a fix can be read after it, and what a fix writes anew can be read."""
    for trust in TRUSTS:
        fixed = run.fixed(trust)
        origins = _origins(run.repo, fixed)
        for change in run.changed(trust):
            after = change.after
            if after is None or after.mode == SYMLINK:
                continue
            before = run.repo.sources.get(origins.get(after.path, after.path))
            kind = kind_of(after.path, after.data)
            if not kind or parses(kind, after.data):
                continue
            if before is not None and (before.data == after.data or not _sound(after.path, before.data, kind)):
                continue
            blame = " ".join(_blamed(run, trust, after.path, kind)) or "together"
            detail = f"{after.path}: {problem(kind, after.data)}\n{_data(before)!r}\n-> {after.data!r}"
            yield Failure(f"unparsable {trust}", f"{kind} {blame}", detail)


def _sound(path: str, data: bytes, kind: str) -> bool:
    """Whether a file could be read; of a script also what is meant by it, without the marks that make of `fi` the name of a command."""
    plain = data.removeprefix(b"\xef\xbb\xbf").replace(b"\r", b"")
    before = kind_of(path, data) or kind
    return parses(before, data) and (before != "bash" or parses(before, plain))


def _blamed(run: Run, trust: str, path: str, kind: str) -> Iterator[str]:
    """The rules whose fixes leave the file unreadable on their own."""
    for code in sorted({found.code for found in run.fixed(trust).applied}):
        rule = find_rule(code)
        if rule and code[:3] != "BLT":
            alone = fix(run.repo, applicability=TRUSTS[trust], rules=[rule])
            source = alone.repo.sources.get(path)
            if source and source is not run.repo.sources.get(path) and not parses(kind, source.data):
                yield code


def _origins(repo: Snapshot, fixed: Fixed) -> dict[str, str]:
    """The path that each moved file had before."""
    origins: dict[str, str] = {}
    for found in fixed.applied:
        for edit in found.fix.edits if found.fix else ():
            if isinstance(edit, Rename):
                origins[edit.to] = origins.get(edit.path, edit.path)
    return origins


def errors(run: Run) -> Iterator[Failure]:
    """A fix brings no error: there are no more than before, unless a build that stopped, or a file nobody could read, hid them."""
    for trust in TRUSTS:
        fixed = run.fixed(trust)
        before, after = build_plan(run.repo), build_plan(fixed.repo)
        if before.error and (not after.error or before.error.message != after.error.message):
            continue
        if build_plan(fixed.repo).error and not build_plan(run.repo).error:
            yield Failure(f"errors {trust}", "the build stops", build_plan(fixed.repo).error.message)
        known = {(found.code, found.path) for found in run.report.diagnostics if found.severity is Severity.ERROR}
        now = [found for found in fixed.report.diagnostics if found.severity is Severity.ERROR]
        opened = _opened(run.repo, fixed)
        new = [found for found in now if (found.code, found.path) not in known and found.path not in opened]
        if (before.buildpack, before.default) == (after.buildpack, after.default):
            new = [found for found in new if not ((rule := find_rule(found.code)) and rule.whole)]
        if new and len(now) > run.report.counts()["error"]:
            yield Failure(f"errors {trust}", new[0].code, f"{new[0].place}: {new[0].message}\nafter {_codes(fixed)}")


def _opened(repo: Snapshot, fixed: Fixed) -> set[str]:
    """The files that are read only now: one could not be read before, others were where Binder does not look. But a script that fails did no harm there."""
    readable = {found.path for found in fixed.applied if (rule := find_rule(found.code)) and rule.unreadable}
    read = {
        use.path
        for use in build_plan(fixed.repo).files
        if build_plan(fixed.repo).uses(use.path) and not build_plan(repo).uses(use.path)
    }
    scripts = {build_plan(fixed.repo).start, build_plan(fixed.repo).post_build}
    return readable | {*_origins(repo, fixed), *read} - scripts


def _codes(fixed: Fixed) -> list[str]:
    return [f"{found.code} {found.path}" for found in fixed.applied]


def line_ends(run: Run) -> Iterator[Failure]:
    """A file whose lines all end in the same way has no other ends after a fix."""
    for trust in TRUSTS:
        origins = _origins(run.repo, run.fixed(trust))
        for change in run.changed(trust):
            before = run.repo.sources.get(origins.get(change.path, change.path))
            if before and change.after and before.encoding == change.after.encoding == "utf-8":
                old, new = (set(re.findall(rb"\r\n|\n|\r", one.data)) for one in (before, change.after))
                if len(old) == 1 and len(new) > 1:
                    codes = " ".join(sorted({found.code for found in run.fixed(trust).applied}))
                    yield Failure("line ends", codes, f"{change.path}: {before.data!r} -> {change.after.data!r}")


def modes(run: Run) -> Iterator[Failure]:
    """Modes stay unless a fix says that it changes them; links and submodules are not written."""
    for trust in TRUSTS:
        fixed = run.fixed(trust)
        origins = _origins(run.repo, fixed)
        said = {
            edit.path
            for one in fixed.applied
            if one.fix
            for edit in one.fix.edits
            if type(edit).__name__ in ("SetMode", "Create")
        }
        for change in run.changed(trust):
            before = run.repo.sources.get(origins.get(change.path, change.path))
            if before and change.after and before.mode != change.after.mode and change.path not in said:
                yield Failure("modes", f"{before.mode:o} {change.after.mode:o}", f"{change.path}: {_codes(fixed)}")
            if (
                before
                and change.after
                and before.mode not in (REGULAR, EXECUTABLE)
                and before.data != change.after.data
            ):
                yield Failure("modes", f"written {before.mode:o}", f"{change.path}: {_codes(fixed)}")


def kept(run: Run) -> Iterator[Failure]:
    """A safe fix loses no comment: each is still somewhere in the files, but for those that it writes as suppression comments."""
    rewritten = {found.place.text.strip() for found in run.fixed("safe").applied if found.code == "BLT009"}
    after = "\n".join(source.text for source in run.fixed("safe").repo.sources.values() if source.mode != SYMLINK)
    for change in run.changed("safe"):
        if change.before and language_of(change.path) in ("yaml", "toml", "shell", "docker", "requirements"):
            lines = [line for line in change.before.lines() if "binderlint:" not in line and not line.startswith("#!")]
            for comment in re.findall(r"(?:^|(?<=\s))#[^\n\r]*", "\n".join(lines), re.MULTILINE):
                if comment.rstrip() not in after and comment.strip() not in rewritten:
                    codes = " ".join(sorted({found.code for found in run.fixed("safe").applied}))
                    yield Failure("kept", f"comment {codes}", f"{change.path}: {comment}")


def _data(source: Source | None) -> bytes | None:
    return source.data if source else None


# -- outputs


def outputs(run: Run) -> Iterator[Failure]:
    """No format can be forged by names or contents: no control character, no line that is an order, no more lines than the report has."""
    for name in FORMATS:
        text = render(name, run.report, STYLE)
        yield from _harmless(name, text)
        if name in ("concise", "github", "markdown"):
            expected = render(name, _plain(run.report), STYLE)
            if text.count("\n") != expected.count("\n"):
                yield Failure("outputs", f"{name} lines", text)
    yield from _json(render("json", run.report, STYLE), "report.schema.json", "json")
    yield from _github(render("github", run.report, STYLE), run.report)
    yield from _markdown(render("markdown", run.report, STYLE), run.report)


def _plain(report: Report) -> Report:
    """The report with nothing in it that a repository has written, but whether it is about a notebook."""
    return report._replace(
        diagnostics=tuple(
            found._replace(
                place=Source("x.ipynb" if found.path.endswith((".ipynb", ".Rmd")) else "x", b"x\n").place(),
                message="x",
                help=found.help and "x",
                cause=repr(found.cause_key),
            )
            for found in report.diagnostics
        )
    )


def _harmless(name: str, text: str) -> Iterator[Failure]:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        yield Failure("outputs", f"{name} surrogate", str(error))
    bad = sorted({character for character in text if not character.isprintable() and character != "\n"})
    if bad:
        at = text.index(bad[0])
        yield Failure("outputs", f"{name} control", f"{bad!r}: {text[max(0, at - 60) : at + 60]!r}")
    if name != "github":
        # A runner of GitHub takes `::` after white space at the start of a line, and `##[` anywhere (ActionCommand.cs)
        for line in text.splitlines():
            if line.lstrip().startswith("::") or ("##[" in line and name not in ("json", "plan json")):
                yield Failure("outputs", f"{name} order", line)


@cache
def _validator(name: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json.loads((DOCS / name).read_text("utf-8")))


def _json(text: str, schema: str, name: str) -> Iterator[Failure]:
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        yield Failure("outputs", f"{name} invalid", str(error))
        return
    for wrong in _validator(schema).iter_errors(document):
        where = "/".join(str(part) for part in wrong.schema_path)
        yield Failure("outputs", f"{name} schema {where}", f"{wrong.json_path}: {wrong.message}")
    if re.search("[\ud800-\udfff]", json.dumps(document, ensure_ascii=False)):
        yield Failure("outputs", f"{name} lone surrogate", text)


_COMMAND = re.compile(r"::(error|warning|notice) ([^:\r\n]*)::([^\r\n]*)")


def _github(text: str, report: Report) -> Iterator[Failure]:
    """Every line is a command of ours about a file of the repository."""
    paths = {printable(found.path) for found in report.diagnostics}
    for line in text.split("\n")[:-1]:
        command = _COMMAND.fullmatch(line)
        if not command:
            yield Failure("outputs", "github form", line)
            continue
        properties = dict(part.partition("=")[::2] for part in command[2].split(","))
        for key, value in properties.items():
            if key not in ("file", "line", "endLine", "col", "endColumn", "title"):
                yield Failure("outputs", "github property", line)
            elif key not in ("file", "title") and not value.isdigit():
                yield Failure("outputs", f"github {key}", line)
        named = _unescaped(properties.get("file", ""))
        if "file" in properties and named not in paths:
            yield Failure("outputs", "github file", line)


def _unescaped(text: str) -> str:
    for escape, character in (("%2C", ","), ("%3A", ":"), ("%0A", "\n"), ("%0D", "\r"), ("%25", "%")):
        text = text.replace(escape, character)
    return text


def _markdown(text: str, report: Report) -> Iterator[Failure]:
    """Each row of the tables has its five cells, and what stands outside of code in them makes no HTML, picture or link but ours."""
    rows = [line for line in text.splitlines() if line.startswith("|")]
    if len(rows) != len(report.findings) + 2 * len(stakes(report)):
        yield Failure("outputs", "markdown rows", text)
    for row in rows:
        cells = re.split(r"(?<!\\)\|", row)
        if len(cells) != 7:
            yield Failure("outputs", "markdown cells", row)
        for cell in cells[1:-1]:
            prose = _without_code(cell)
            if re.search(r"<[A-Za-z/!?]", prose):
                yield Failure("outputs", "markdown html", cell)
            if "![" in prose:
                yield Failure("outputs", "markdown picture", cell)
            links = re.findall(r"(?<!\\)\]\(([^)]*)\)", prose)
            if [link for link in links if not link.startswith("https://github.com/binderlint/")]:
                yield Failure("outputs", "markdown link", cell)


def _without_code(text: str) -> str:
    """Markdown without its code spans: each from a run of backticks to the next run as long (CommonMark 6.1)."""
    prose, at = [], 0
    while found := re.compile(r"(?<!\\)(`+)").search(text, at):
        prose.append(text[at : found.start()])
        close = re.compile(rf"(?<!`){found[1]}(?!`)").search(text, found.end())
        if close:
            at = close.end()
        else:
            prose.append(found[1])
            at = found.end()
    return "".join([*prose, text[at:]])


def plan(run: Run) -> Iterator[Failure]:
    """The plan as text and as JSON say the same, and nothing in them can be forged."""
    found = run.outline
    text, data = render_plan(found, STYLE), render_json(found)
    yield from _harmless("plan", text)
    yield from _json(data, "plan.schema.json", "plan json")
    document = json.loads(data)
    if build_plan(run.case.repository()).files != found.plan.files:
        yield Failure("plan", "files", "another run uses other files")
    stands = {
        "buildpack": document["buildpack"] is None or document["default"] or f"({document['buildpack']})" in text,
        "error": (document["error"] is not None) == ("repo2docker stops" in text),
        "verdict": document["hub"]["accepts"] == text.startswith("ok "),
        "files": sum(bool(re.match(r"  (used|indirect|ignored) ", line)) for line in text.splitlines()) == len(document["files"]),
        "steps": bool(document["steps"]) == ("\nBuild\n" in text),
        "python": not document["python"] or printable(document["python"]["version"]) in text,
    }  # fmt: skip
    for name, holds in stands.items():
        if not holds:
            yield Failure("plan", name, f"{text}\n{data}")


def repeated(run: Run) -> Iterator[Failure]:
    """The same files give the same report."""
    again = check(run.case.repository())
    if render("json", again, STYLE) != render("json", run.report, STYLE):
        yield Failure("repeated", "report", render("concise", again, STYLE))


def alone(run: Run) -> Iterator[Failure]:
    """A rule says the same whether others run or not."""
    again = run.case.repository()
    for code in sorted({found.code for found in run.report.diagnostics if not found.code.startswith("BLT")}):
        rule = find_rule(code)
        assert rule
        one, all_ = (
            {(found.message, found.place.span, found.severity) for found in report.diagnostics if found.code == code}
            for report in (check(again, rules=[rule]), run.report)
        )
        if one != all_:
            yield Failure("alone", code, f"{sorted(one)}\n{sorted(all_)}")


Property = Callable[[Run], Iterator[Failure]]
PROPERTIES: tuple[Property, ...] = (
    crash,
    places,
    bytes_kept,
    offered,
    stable,
    parsable,
    errors,
    line_ends,
    modes,
    kept,
    outputs,
    plan,
    repeated,
    alone,
)


class Examined(NamedTuple):
    """What came of one case: each failure with the property that found it, and counts of what was done."""

    failures: tuple[tuple[Failure, Property], ...]
    counts: Counter[str]


def examine(case: Case, chosen: tuple[Property, ...] = PROPERTIES) -> Examined:
    """Hold a case against the properties. An exception is a failure too, of the property `crash`."""
    run = Run(case)
    failures: dict[Failure, Property] = {}
    for holds in chosen:
        try:
            for failure in holds(run):
                failures.setdefault(failure, holds)
        except Exception as error:
            failures.setdefault(raised(error), holds)
    return Examined(tuple(failures.items()), run.counts)


def raised(error: BaseException) -> Failure:
    """The failure that an exception is, told from others by its type and the last line of binderlint that it came through."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(PACKAGE)]
    where = f"{frames[-1].filename.removeprefix(PACKAGE)}:{frames[-1].lineno}" if frames else "outside"
    return Failure("crash", f"{type(error).__name__} {where}", "".join(traceback.format_exception(error))[-3000:])
