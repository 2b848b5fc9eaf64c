"""Docs: what is written by the program itself: what binderlint says in the pages of the rules, the index and the table of all rules, and the pages about settings and hooks.

`python -m binderlint.docs` writes all of it into the project; a test holds the committed files against this module.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from binderlint.escapes import printable
from binderlint.lint.comments import directives, lookalikes
from binderlint.lint.diagnostic import Applicability
from binderlint.lint.families import FAMILIES, META
from binderlint.lint.naming import codes_of
from binderlint.rules import FOLDER, Entry, rule_in, rules_of
from binderlint.typed import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from binderlint.lint.diagnostic import Diagnostic
    from binderlint.lint.rule import Rule
    from binderlint.pages import Case

_WIDTH = 100


def pages() -> dict[str, str]:
    """Every generated file: path below the project's root to text."""
    found, entries = {}, []
    for rule, path in discovered():
        text, entry = judged(rule, path)
        found[f"binderlint/rules/{path.relative_to(FOLDER).as_posix()}"] = text
        entries.append(entry)
    entries.sort(
        key=lambda entry: [family.folder for family in FAMILIES].index(entry.folder) * 1000 + int(entry.code[3:])
    )
    found["binderlint/rules/index.json"] = index(entries)
    found["docs/rules.md"] = table(entries)
    found["docs/configuration.md"] = configuration()
    found["docs/configuration.schema.json"] = json.dumps(configuration_schema(), indent=2) + "\n"
    found[".pre-commit-hooks.yaml"] = hooks()
    return found


def discovered() -> Iterator[tuple[Rule, Path]]:
    """Every rule in the folders with its page. Raises LookupError for a folder that is no family's, a module without a page and a page without a module."""
    folders = {family.folder for family in FAMILIES}
    files = [
        path for path in sorted(FOLDER.glob("*/*")) if path.suffix in (".py", ".md") and path.name != "__init__.py"
    ]
    for path in files:
        if path.parent.name not in folders:
            raise LookupError(f"{path.parent.name}/ is not the folder of a family (families.py)")
        if path.suffix == ".md":
            if not path.with_suffix(".py").exists():
                raise LookupError(f"{path.name}: there is no module beside this page")
            continue
        if not path.with_suffix(".md").exists():
            raise LookupError(f"{path.name}: there is no page beside this rule")
        yield rule_in(f"{path.parent.name}/{path.stem}"), path.with_suffix(".md")


def judged(rule: Rule, path: Path) -> tuple[str, Entry]:
    """A page with what binderlint says today, and what the index says of the rule. Raises PageError with the file and the line."""
    from binderlint.pages import PageError, read_page

    page = read_page(path)
    try:
        cases = page.cases
    except PageError as error:
        raise PageError(f"{path}:{error}") from None
    found = {case.line: told(rule, case) for case in cases if case.reported}
    says = {case.line: said(rule, case, found[case.line]) for case in cases if case.reported}
    fixes = {one.fix.applicability for told_here in found.values() for one in told_here if one.fix}
    words = " or ".join(str(applicability) for applicability in sorted(fixes, reverse=True)) or "none"
    level, severity = rule.level.value, str(rule.severity)
    subject = getattr(type(rule).check, "subject", None)
    about = f"{subject.__module__.partition('.')[2]}:{subject.__name__}" if subject else ""
    named = (rule.code, rule.name, path.parent.name, page.title)
    entry = Entry(*named, severity, level, words, rule.since, about, rule.needs_git, rule.needs_web)
    return page.rewritten(says), entry


def told(rule: Rule, case: Case) -> list[Diagnostic]:
    """What a rule reports of a case."""
    from binderlint.lint.linter import check

    return [
        found
        for found in check(case.repository(), case.settings, company(rule, case)).diagnostics
        if found.code == rule.code
    ]


def company(rule: Rule, case: Case) -> list[Rule]:
    """The rules to run for one: itself, and for a rule about the run its family and those that its comments and its configuration name."""
    if not rule.code.startswith(META):
        return [rule]
    sources = [source for source in case.sources if source.tracked]
    comments = [one for source in sources for one in directives(source)]
    comments += [like.meant for source in sources for like in lookalikes(source)]
    words = {word for comment in comments for word in comment.rules}
    words |= {*case.settings.ignore, *(word for some in case.settings.per_file_ignores.values() for word in some)}
    codes = {code for word in words for code in codes_of(word)}
    return [*rules_of(META), *(rule for code in sorted(codes) if not code.startswith(META) for rule in rules_of(code))]


def said(rule: Rule, case: Case, found: list[Diagnostic]) -> str:
    """The blocks of a case with what binderlint says and what its fixes change."""
    from binderlint.lint.report import Report
    from binderlint.reporters.full import frame
    from binderlint.style import Style

    text = "\n".join(frame(one, Style(width=_WIDTH)) for one in Report(tuple(found)).findings)
    lines = [
        "binderlint says:",
        "",
        *_fenced("\n".join(line.rstrip() for line in text.rstrip("\n").split("\n")), "text"),
    ]
    fixes = [one.fix for one in found if one.fix and one.fix.applicability > Applicability.DISPLAY]
    if fixes:
        flag = "--fix" if all(one.applicability is Applicability.SAFE for one in fixes) else "--fix --unsafe-fixes"
        lines += ["", f"`binderlint {flag}` changes:", "", *_fenced(changed(rule, case), "diff")]
    return "\n".join(lines)


def changed(rule: Rule, case: Case) -> str:
    """The patch that the fixes of a rule make, with what cannot be seen written as escapes and `·` for a space at the end of a line that is new or gone."""
    from binderlint.lint.fixer import fix
    from binderlint.outside.diff import patch
    from binderlint.outside.disk import changes

    repo = case.repository()
    fixed = fix(repo, case.settings, Applicability.UNSAFE, company(rule, case))
    return "\n".join(
        map(_patch_line, patch(changes(repo, fixed.repo)).decode("utf-8", "replace").rstrip("\n").split("\n"))
    )


def _patch_line(line: str) -> str:
    shown = printable(line.removesuffix("\r"))
    bare = shown.rstrip(" ")
    return bare + "·" * (len(shown) - len(bare)) if bare[:1] in ("+", "-") else bare


def _fenced(text: str, language: str) -> list[str]:
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return [f"{ticks}{language}", *text.split("\n"), ticks]


def index(entries: list[Entry]) -> str:
    """The index of all rules, a line for each."""
    return "[\n" + ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries) + "\n]\n"


def table(entries: list[Entry]) -> str:
    """The table of all rules, family by family."""
    lines = ["# Rules", "", f"{len(entries)} rules. `binderlint rule NAME` shows a page in the terminal.", ""]
    for family in FAMILIES:
        lines += [
            f"## {family.prefix}: {family.title}",
            "",
            "| Code | Name | Severity | Level | Fix | |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {one.code} | [{one.name}](../binderlint/rules/{one.folder}/{one.module}.md) | {one.severity} | {one.level} | {one.fix} | {one.title} |"
            for one in entries
            if one.code.startswith(family.prefix)
        ]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


_FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "rules": ('`["CND", "badge-missing"]`', {"type": "array", "items": {"type": "string"}}),
    "reasons": (
        '`["badge-missing"]`, or `{ badge-missing = "no README here" }`',
        {
            "oneOf": [
                {"type": "array", "items": {"type": "string"}},
                {"type": "object", "additionalProperties": {"type": "string"}},
            ]
        },
    ),
    "severities": (
        '`{ python-unpinned = "info" }`',
        {"type": "object", "additionalProperties": {"enum": ["error", "warning", "info"]}},
    ),
    "globs": (
        '`{ "docs/*" = ["LNK"] }`',
        {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
    ),
    "flag": ("`true`", {"type": "boolean"}),
    "hub": (
        '`"generic"`, or `{ name = "hub.example.org", memory = "8G", ports = [80, 443], default-environment = true, cluster = true }`',
        {
            "oneOf": [
                {"enum": ["mybinder.org", "generic"]},
                {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "memory": {"type": "string"},
                        "clone": {"type": "string"},
                        "ports": {"type": "array", "items": {"type": "integer"}},
                        "default-environment": {"type": "boolean"},
                        "cluster": {"type": "boolean"},
                        "binderhub": {"type": "boolean"},
                    },
                    "additionalProperties": False,
                },
            ]
        },
    ),
}


def configuration() -> str:
    """The page about the configuration file."""
    from binderlint.lint.options import OPTIONS
    from binderlint.lint.settings import FILES

    lines = [
        "# Configuration",
        "",
        f"binderlint needs no configuration. It reads the first of {', '.join(f'`{name}`' for name in FILES[:2])} and `[tool.binderlint]` in",
        f"`{FILES[2]}` at the top of the repository; with `--subdir`, the nearest one from that folder [up to the top](folders.md). `--config FILE` names another file, `--config-ref REF` takes it from a",
        "branch, tag or commit, `--isolated` uses none. Flags win over the file.",
        "A link that leads out of the repository is not followed, since a stranger may have made it: name such a file with `--config`.",
        "A schema for editors is `configuration.schema.json` beside this page.",
        "",
        "| Option | Example | Default | Flag | |",
        "| --- | --- | --- | --- | --- |",
    ]
    for option in OPTIONS:
        example = f'`"{option.choices[0]}"`' if option.kind == "choice" else _FORMS[option.kind][0]
        default = json.dumps(option.default) if option.default not in ((), {}) else ""
        about = f"{option.help}{' (' + ', '.join(option.choices) + ')' if option.choices else ''}"
        lines.append(
            f"| `{option.name}` | {example} | {default} | {f'`{option.flag}`' if option.flag else ''} | {about} |"
        )
    lines += [
        "",
        "A rule is named by its code (`CND001`), its name (`env-prefix`) or the letters that codes begin with (`CND` for a family, `ALL` for all), here and in comments. Capitals do not matter.",
        "",
        "## Hide a problem",
        "",
        "One place is hidden by a comment on its line or on the line above, with the reason:",
        "",
        "```yaml",
        "prefix: /srv/conda # binderlint: ignore[env-prefix] our hub reads it",
        "```",
        "",
        "and that of a whole file by `# binderlint: ignore-file[env-prefix] reason`. In Markdown the comment is `<!-- binderlint: ignore[...] reason -->`,",
        "in reStructuredText `.. binderlint: ignore[...] reason`.",
        "",
        "| where the problem is | what hides it |",
        "| --- | --- |",
        "| in a line of a file | a comment on the line, or on the line above |",
        "| in the first line, where a `#!` or the title of a README is, or in a file as a whole | a comment at the head of the file: below nothing but comments, `#` lines and empty lines it counts for the first line too |",
        '| in a file without comments: `runtime.txt`, `.python-version`, JSON, a notebook | `per-file-ignores`, as in `{ "waves.ipynb" = ["NBK004"] }` |',
        "| in no file, such as one that is missing | `ignore`; or a comment or `per-file-ignores` for the file that the report names |",
        "",
        "In a pattern of `per-file-ignores` a `*` stands for any characters, `/` among them, `?` for one, and `[ab]` for one of these. A pattern is about a file whose path, from the folder of the configuration file on, or the end",
        "of it fits (`*.md`, `README.md`), and about all files in a folder of this path (`docs`, `docs/`).",
        "",
        "Comments and entries that hide nothing are [reported](../binderlint/rules/meta/unused_suppression.md), and so are [comments that only look like one](../binderlint/rules/meta/suppression_not_read.md) and rules that do not",
        "exist. Nothing is said of them while something else may have kept a rule silent.",
        "",
        "## What is hidden is told",
        "",
        "What the file, a flag or a comment hides is never silent: every format says what hides how many problems, and so for problems that",
        "`severity` makes less severe and for those that `fail-on` keeps from failing the run. What the rules that `select` leaves out would have",
        "found is counted as well. A level of which only hidden problems are known is not judged. `--show-suppressed` lists it, and `--output json`",
        "has it in full.",
    ]
    return "\n".join(lines) + "\n"


def configuration_schema() -> dict[str, Any]:
    """The JSON schema of binderlint.toml and of [tool.binderlint]."""
    from binderlint.lint.options import OPTIONS

    properties = {
        option.name: {
            **({"enum": list(option.choices)} if option.kind == "choice" else _FORMS[option.kind][1]),
            "description": option.help,
        }
        for option in OPTIONS
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "binderlint configuration",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


# What a commit has to touch for the hook to run: what repo2docker, dask, git or binderlint read, and documents, notebooks and code.
# What services read and Binder never does is left out at once.
HOOK_FILES = r"""(?x)^(?!\.github/|\.gitlab|\.circleci/|\.pre-commit)(
      \.?[Bb]inders?(/.*)?|
      (?i:[^/]*(environment|requirement|runtime|apt|install|dockerfile|project|description|pipfile|require|default|setup|post_?-?build|start|manifest)[^/]*)|
      (.*/)?(?i:(environment|requirements|constraints)[^/]*\.(ya?ml|txt)|pyproject\.toml|setup\.(py|cfg)|Pipfile(\.lock)?|install\.R|DESCRIPTION|Dockerfile|start|postBuild)|
      (.*/)?[^/]*\.(md|markdown|mkd|mdx|[Rr]md|qmd|rst|rest|html?|org|adoc|asciidoc|ipynb|py|sh|[Rr]|jl|txt|json|toml|ya?ml|nix|lock|pem|key|env)|
      (.*/)?((README|readme)[^/]*|id_(rsa|dsa|ecdsa|ed25519)|credentials[^/]*|manifest\.xml|\.Rprofile|\.dask/.*|\.config/dask/.*)|
      \.(bash_profile|bash_login|bashrc|profile|dockerignore|containerignore|gitmodules)|
      (.*/)?\.gitattributes
    )$"""


def hooks() -> str:
    """The hooks for pre-commit."""
    return (
        "\n".join(
            f"""\
- id: {name}
  name: {name}
  description: {about}
  entry: {entry}
  language: python
  pass_filenames: false
  require_serial: true
  files: |
    {HOOK_FILES}"""
            for name, about, entry in (
                (
                    "binderlint",
                    "Check that the repository is ready for Binder",
                    "python -I -m binderlint",
                ),
                (
                    "binderlint-fix",
                    "Check it, and write the safe fixes",
                    "python -I -m binderlint --fix --exit-non-zero-on-fix",
                ),
            )
        )
        + "\n"
    )


def write(root: Path) -> None:
    """Write every file."""
    for path, text in pages().items():
        (root / path).write_text(text, "utf-8", newline="\n")


if __name__ == "__main__":
    from binderlint.pages import hold_day

    hold_day()
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
