"""env-invalid-yaml: environment.yml cannot be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.environment.mapping import environment_document, environment_file
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Recode, Rename, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.matchspec import parse_spec
from binderlint.read.yaml import Document, Problem, read_yaml
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Source, Table, Text
from binderlint.typed import Any

_MARKER = regex(r"^(?:<{7}|={7}|>{7}|\|{7})(?:[ \t].*)?$", re.MULTILINE)


_EXPLICIT = regex(r"^@EXPLICIT.*$", re.MULTILINE)


_JINJA = regex(r"^[^#\n\r]*?(\{[{%].*)$", re.MULTILINE)


_INDENTATION = regex(r"^[ ]*\t[ \t]*(?=\S)", re.MULTILINE)


_OTHER_TABS = regex(r"(?<=[-:])[ ]*\t[ \t]*|[ ]*\t[ \t]*(?=#|\r?$)", re.MULTILINE)


# What the parser's words mean for somebody who does not know YAML: (its words, what is wrong, what to do).
_MEANINGS = (
    (
        "could not find expected ':'",
        "is neither a list item nor a `key: value` pair",
        "Use `  - name` for a package, with a dash and a space",
    ),
    (
        "mapping values are not allowed here",
        "has a colon where YAML expects none",
        "Check this line and the ones before it for a missing colon, a missing space after a colon, or wrong indentation",
    ),
    (
        "expected <block end>",
        "is not indented like the lines it belongs to",
        "Indent it exactly like the other lines of the list or mapping",
    ),
    (
        "while scanning a block scalar",
        "begins with `>`, which YAML treats as the start of a text block",
        "Put the package name before the comparison, or put the item in quotes",
    ),
    ("while scanning an alias", "begins with `*`, which YAML treats as a reference", "Put the item in quotes"),
    (
        "found unknown escape character",
        "has a backslash that YAML does not know",
        "Use single quotes instead of double quotes",
    ),
    ("while scanning a quoted scalar", "opens a quotation mark that is never closed", "Add the missing quote"),
    ("while parsing a flow", "opens a bracket that is never closed", "Add the missing bracket or comma"),
    (
        "that cannot start any token",
        "begins with a character that YAML reserves",
        "Put the item in quotes",
    ),
    (
        "found another document",
        "starts a second YAML document, but repo2docker reads only files with one",
        "Remove the line with `---`, or move what follows it to another file",
    ),
)


_EXPORT = "Export the environment with `conda env export --from-history > environment.yml` instead"
# What other commands print, one package a line: the command, its lines, what to do.
_OUTPUTS = (
    ("conda list --export", regex(r"[\w.-]+=[\w.!+-]+=[\w.]+"), _EXPORT),
    ("pip freeze", regex(r"[\w.-]+(?:==|[ \t]*@[ \t])\S+|-e \S+"), "Name the file requirements.txt"),
    ("conda list", regex(r"[\w.-]+[ \t]+\d[\w.!+-]*[ \t]+[\w.]+(?:[ \t]+[\w./<>-]+)?"), _EXPORT),
    (
        "pip list",
        regex(r"Package[ \t]+Version|[ -]+|[\w.-]+[ \t]+\d[\w.!+-]*(?:[ \t]+/\S+)?"),
        "Write `pip freeze > requirements.txt` instead",
    ),
)


class EnvInvalidYaml(Rule):
    code = "CND002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    unreadable = True

    @about(environment_document)
    def check(self, repo: Snapshot, document: Document) -> Iterator[Diagnostic]:
        source = environment_file(repo)
        if source is None:
            return
        if document.problem:
            yield self._problem(source, document.problem)
        elif not isinstance(document.value, Table) and getattr(document.value, "value", document.value) is not None:
            yield self._no_keys(repo, source)
        elif template := next(_templates(document.value), None):
            yield self._template(template)

    def _no_keys(self, repo: Snapshot, source: Source) -> Diagnostic:
        if found := _output(source):
            command, advice = found
            wanted = source.path.removesuffix(source.name) + "requirements.txt"
            rename = Fix("Name it requirements.txt", (Rename(source.path, wanted),), Applicability.UNSAFE)
            return self.at(
                source,
                f"This looks like the output of `{command}`, which is not an environment file. repo2docker cannot read it, so the build stops here",
                help=advice,
                fix=rename if command == "pip freeze" and not repo.exists(wanted) else None,
            )
        return self.at(
            source,
            "The file does not have keys such as `dependencies:` at the top level, so the build stops before anything is installed",
            help="Add a line `dependencies:` above the list of packages",
        )

    def _problem(self, source: Source, problem: Problem) -> Diagnostic:
        if problem.kind == "UnicodeDecodeError":
            return self._encoding(source, problem)
        text = source.text
        if found := _MARKER.search(text):
            return self.at(
                source.slice(*found.span()),
                "A merge was committed with its conflict markers still in the file. It is not valid YAML, so the build stops here",
                help="Keep the right lines of the two versions and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`",
            )
        if found := _EXPLICIT.search(text):
            return self.at(
                source.slice(*found.span()),
                "This is the output of `conda list --explicit`, a list of downloads for one operating system. repo2docker cannot read it, so the build stops here",
                help="Export the environment with `conda env export --from-history` instead",
            )
        if found := _JINJA.search(text):
            return self._template(source.slice(*found.span(1)))
        if "'\\t'" in problem.message:
            edits = _without_tabs(source)
            return self.at(
                problem.place,
                "There is a tab here, which repo2docker's YAML parser does not accept, so the build stops",
                help="Use spaces, two for each level",
                fix=Fix("Replace tabs with spaces", edits) if edits else None,
            )
        if problem.kind == "DuplicateKeyError":
            return self.at(
                problem.place,
                f"The key `{problem.place.text.partition(':')[0].strip(chr(34) + chr(39))}` appears twice. repo2docker refuses such a file, so the build stops here",
                help="Merge the two, or delete one",
            )
        return self._other(source, problem)

    def _encoding(self, source: Source, problem: Problem) -> Diagnostic:
        if source.encoding == "utf-8":
            return self.at(
                problem.place,
                "This character is not saved as UTF-8, the only encoding that repo2docker reads here, so the build stops",
                help="Save the file as UTF-8",
            )
        return self.at(
            problem.place,
            "The file is saved as UTF-16, as PowerShell does with `>`. repo2docker reads only UTF-8, so the build stops here",
            help="Save the file as UTF-8",
            fix=Fix("Save the file as UTF-8", (Recode(source.path),)),
        )

    def _template(self, found: Text) -> Diagnostic:
        return self.at(
            found,
            f"This is a template (`{'{{ ... }}' if '{{' in found else '{% ... %}'}`), which neither repo2docker nor conda fills in, so the environment cannot be built",
            help="Replace it with the value itself",
        )

    def _other(self, source: Source, problem: Problem) -> Diagnostic:
        words = _words(problem.message)
        place = problem.place
        before = source.line(place.line - 1) if place.line > 1 else None
        if before and "mapping values" in words and re.match(r"\ufeff?[\w-]+:[^\s:/]", source.slice(*before)):
            return self.at(
                source.slice(*before),
                f"A space is missing after the colon. The file is not valid YAML, so the build stops here (the parser says: {words})",
                help="Use the form `key: value`",
            )
        if glued := next((line for line in source.lines() if re.match(r"\s*-pip:\s*(?:#|$)", line)), None):
            dash = glued.index("-")
            return self.at(
                glued.trimmed(),
                f"A space is missing after the dash. The file is not valid YAML, so the build stops here (the parser says: {words})",
                help="Use `- pip:`",
                fix=Fix("Write `- pip:`", (replace(glued.part(dash, dash + 1), "- "),)),
            )
        meaning, advice = next(
            ((meaning, advice) for known, meaning, advice in _MEANINGS if known in words),
            ("is not valid YAML", "Compare it with the lines around it"),
        )
        return self.at(
            place,
            f"This line {meaning}, so the file cannot be read and the build stops here (the parser says: {words})",
            help=advice,
        )


def _words(message: str) -> str:
    """The parser's words in one line, without the places, which the diagnostic shows itself."""
    lines = [line for line in message.partition("\n\n")[0].splitlines() if not line.startswith("  in ")]
    return ", ".join(lines).rstrip(".")


def _templates(environment: Any) -> Iterator[Text]:
    """Unfilled templates among the packages of an environment that parses all the same."""
    stack = [environment.get("dependencies")] if isinstance(environment, Table) else []
    seen: set[int] = set()
    while stack:
        value = stack.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        match value:
            case Array() as items:
                stack += reversed(items)
            case Table() as table:
                if any(key.startswith("{") for key in table):
                    source, start = table.place.source, table.place.span.start
                    yield source.slice(start, source.place(start).span.end)
                stack += table.values()
            case Text() as text if "{{" in text or "{%" in text:
                yield text


def _without_tabs(source: Source) -> tuple[Any, ...]:
    """The edits that put spaces for tabs; none where tab widths disagree about what the file means."""
    readings = []
    for width in ("  ", "    ", "        "):
        text = _OTHER_TABS.sub(" ", _spaced(source.text, width))
        value = read_yaml(Source(source.path, source.encode(text))).value
        match value:
            case {"dependencies": Array() as items} if all(
                isinstance(item.get("pip"), Array) if isinstance(item, Table) else _is_package(item) for item in items
            ):
                readings.append((text, value))
    if not readings or any(value != readings[0][1] for _, value in readings):
        return ()
    old, new = list(source.lines()), list(Source(source.path, source.encode(readings[0][0])).lines())
    return tuple(
        replace(line.place, changed) for line, changed in zip(old, new, strict=True) if line != changed.rstrip("\r\n")
    )


def _spaced(text: str, width: str) -> str:
    return _INDENTATION.sub(lambda found: found.group().replace("\t", width), text)


def _is_package(item: Any) -> bool:

    return isinstance(item, Text) and "\n" not in item.place.text and parse_spec(item) is not None


def _output(source: Source) -> tuple[str, str] | None:
    """The command whose output a file is, and what to do; None for other files."""
    lines = [line.strip() for line in source.lines() if line.strip() and not line.lstrip("\ufeff \t").startswith("#")]
    for command, pattern, advice in _OUTPUTS if lines else ():
        if all(pattern.fullmatch(line.lstrip("\ufeff")) for line in lines):
            return command, advice
    return None
