"""Docs: the pages about rules and settings, generated from the rules, their examples and the table of options.

`python -m binderlint.docs` writes them, and the hooks for pre-commit, into the project; a test holds the committed files against this module.
"""

from __future__ import annotations

import inspect
import json
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from binderlint.diagnostic import Applicability
from binderlint.pattern import regex
from binderlint.source import EXECUTABLE, SYMLINK, Source

if TYPE_CHECKING:
    from binderlint.repository import Repository
    from binderlint.rule import Bad, Good, Rule

_THREAD = regex(r"(?P<repo>[\w.-]+/[\w.-]+)#(?P<number>\d+)$")


def pages() -> dict[str, str]:
    """Every generated file: path below the project's root to text."""
    from binderlint.rules import all_rules

    rules = list(all_rules())
    found = {f"docs/rules/{rule.name}.md": page(rule) for rule in rules}
    found["docs/rules/README.md"] = index(rules)
    found["docs/configuration.md"] = configuration()
    found["docs/configuration.schema.json"] = json.dumps(configuration_schema(), indent=2) + "\n"
    found[".pre-commit-hooks.yaml"] = hooks()
    return found


def page(rule: Rule) -> str:
    """The page of a rule: what it is about, an example with the tool's real output, what a fix changes, the sources."""
    body = inspect.cleandoc(rule.__doc__ or "").partition("\n")[2].strip()
    lines = [
        f"# {rule.code} {rule.name}",
        "",
        f"**{rule.title}.**",
        "",
        f"Severity: {rule.severity} · Level: {rule.level.value} · Fix: {_fix_words(rule)} · Since: {rule.since}",
        "",
        body,
    ]
    bad = next((example for example in _examples(rule, "Bad")), None)
    if bad:
        lines += ["", "## Example", "", *_example(rule, bad)]
    traps = [example.why for example in _examples(rule, "Good") if example.why]
    if traps:
        lines += ["", "## Not reported", "", *[f"- {trap}" for trap in dict.fromkeys(traps)]]
    if rule.sources:
        lines += ["", "## Sources", "", *[f"- {_source(source)}" for source in rule.sources]]
    return "\n".join(lines).rstrip() + "\n"


def _examples(rule: Rule, kind: str) -> list[Any]:
    return [example for example in rule.examples if type(example).__name__ == kind]


def _fix_words(rule: Rule) -> str:
    found = {
        diagnostic.fix.applicability
        for example in _examples(rule, "Bad")
        for diagnostic in _told(rule, example)
        if diagnostic.fix
    }
    return " or ".join(str(applicability) for applicability in sorted(found, reverse=True)) or "none"


def _repository(example: Bad | Good) -> Repository:
    from binderlint.repository import Repository

    return Repository.from_dict(example.files, git=example.git, hub=example.hub, assume_binder=example.assume_binder)


def _told(rule: Rule, example: Bad | Good) -> list[Any]:
    from binderlint.linter import check

    return [found for found in check(_repository(example)).diagnostics if found.code == rule.code]


def _example(rule: Rule, bad: Bad) -> list[str]:
    from binderlint.reporters.full import frame
    from binderlint.style import Style

    repo = _repository(bad)
    lines = []
    for source in repo.sources.values():
        lines += [f"`{source.path}`{_mode(source)}", "", *_fenced(source.data.decode("utf-8", "replace")), ""]
    lines += ["binderlint says:", "", *_fenced("\n".join(frame(found, Style(width=100)) for found in _told(rule, bad)))]
    fixes = [found.fix for found in _told(rule, bad) if found.fix]
    if fixes and any(fix.applicability > Applicability.DISPLAY for fix in fixes):
        from binderlint.fixer import fix
        from binderlint.outside.diff import patch
        from binderlint.outside.disk import changes

        flag = "--fix" if all(one.applicability is Applicability.SAFE for one in fixes) else "--fix --unsafe-fixes"
        rules = None if rule.code.startswith("BLT") else [rule]
        changed = changes(repo, fix(repo, applicability=Applicability.UNSAFE, rules=rules).repo)
        lines += [
            "",
            f"`binderlint {flag}` changes:",
            "",
            *_fenced(patch(changed).decode("utf-8", "replace"), "diff"),
        ]
    return lines


def _mode(source: Source) -> str:
    words = {EXECUTABLE: " (executable)", SYMLINK: " (a symbolic link to)"}.get(source.mode, "")
    return (
        words
        + (" (with a byte order mark)" if source.mode != SYMLINK and source.has_bom else "")
        + (" (with CRLF line ends)" if b"\r\n" in source.data else "")
    )


def _fenced(text: str, language: str = "text") -> list[str]:
    from binderlint.escapes import printable

    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").rstrip("\n").split("\n")
    shown = [printable(line) for line in lines]
    ticks = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return [f"{ticks}{language}", *(line.rstrip() for line in shown), ticks]


def _source(source: str) -> str:
    found = _THREAD.match(source)
    return f"[{source}](https://github.com/{found['repo']}/issues/{found['number']})" if found else source


def index(rules: list[Rule]) -> str:
    """The table of all rules, family by family."""
    from binderlint.rules import FAMILIES

    lines = ["# Rules", "", f"{len(rules)} rules. `binderlint rule NAME` shows a page in the terminal.", ""]
    for family in FAMILIES:
        members = [rule for rule in rules if rule.code.startswith(family.prefix)]
        if members:
            lines += [
                f"## {family.prefix}: {family.title}",
                "",
                "| Code | Name | Severity | Level | Fix | |",
                "| --- | --- | --- | --- | --- | --- |",
            ]
            lines += [
                f"| {rule.code} | [{rule.name}]({rule.name}.md) | {rule.severity} | {rule.level.value} | {_fix_words(rule)} | {rule.title} |"
                for rule in members
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
    from binderlint.settings import FILES, OPTIONS

    lines = [
        "# Configuration",
        "",
        f"binderlint needs no configuration. It reads the first of {', '.join(f'`{name}`' for name in FILES[:2])} and `[tool.binderlint]` in",
        f"`{FILES[2]}` at the root of the repository; `--config FILE` names another file, `--config-ref REF` takes it from a branch, tag or commit, `--isolated` uses none. Flags win over the file.",
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
        "A rule is named by its code (`CND001`), its name (`env-prefix`) or a prefix of codes (`CND`).",
        "",
        "One place is left out with a comment on its line or on the line above, with the reason:",
        "",
        "```yaml",
        "prefix: /srv/conda # binderlint: ignore[env-prefix] our hub reads it",
        "```",
        "",
        "and a whole file with `# binderlint: ignore-file[env-prefix] reason`. In Markdown the comment is `<!-- binderlint: ignore[...] reason -->`,",
        "in reStructuredText `.. binderlint: ignore[...] reason`. Files without comments (`runtime.txt`, notebooks) take `per-file-ignores`.",
        "Comments that suppress nothing are reported.",
        "",
        "What the file, a flag or a comment hides is never silent: every format says what hides how many problems, and so for problems that",
        "`severity` makes less severe and for those that `fail-on` keeps from failing the run. What the rules that `select` leaves out would have",
        "found is counted as well. The level reached does not count what is hidden, and says so. `--show-suppressed` lists it, and `--output json`",
        "has it in full.",
    ]
    return "\n".join(lines) + "\n"


def configuration_schema() -> dict[str, Any]:
    """The JSON schema of binderlint.toml and of [tool.binderlint]."""
    from binderlint.settings import OPTIONS

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


def hooks() -> str:
    """The hooks for pre-commit, which run when a file that some family of rules looks at is committed."""
    from binderlint.rules import FAMILIES

    patterns = [f"      {family.files}" for family in FAMILIES]
    # what services read and Binder never does is left out at once
    files = (
        "    (?x)^(?!\\.github/|\\.gitlab|\\.circleci/|\\.pre-commit)(\n"
        + "|\n".join(dict.fromkeys(patterns))
        + "\n    )$\n"
    )
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
{files.rstrip()}"""
            for name, about, entry in (
                (
                    "binderlint",
                    "Check that the repository is ready for Binder",
                    "python -I -m binderlint --assume-binder",
                ),
                (
                    "binderlint-fix",
                    "Check it, and write the safe fixes",
                    "python -I -m binderlint --assume-binder --fix --exit-non-zero-on-fix",
                ),
            )
        )
        + "\n"
    )


def write(root: Path) -> None:
    """Write every file, and remove pages of rules that are gone."""
    wanted = pages()
    for path, text in wanted.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, "utf-8", newline="\n")
    for stale in (root / "docs/rules").glob("*.md"):
        if f"docs/rules/{stale.name}" not in wanted:
            stale.unlink()


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "."))
