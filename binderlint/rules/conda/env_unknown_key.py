"""env-unknown-key: environment.yml has a key that Binder does not read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append, between, keyed_list, remove_key, replace
from binderlint.facts.environment.mapping import conda_list, environment_mapping, pip_section
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot
from binderlint.source import Array, Table, Text

# The keys that conda and mamba read, and those of tools that keep their own settings in the same file (conda-lock, anaconda-project).
_KEYS = frozenset({"name", "channels", "dependencies", "prefix", "variables"})


_OTHER_TOOLS = frozenset({"platforms", "category", "channel_priority", "channel-priority"})


_INVISIBLE = (
    "\ufeff\u200b\u200c\u200d\u2060\u00a0"  # pasted or saved with the text: byte order marks, spaces of no width
)


_MEANT = {
    "dependencies": regex(
        r"(?i)depend[ae]n?[cs]?[iey]+e?s?|dependencies|dependancies|depends|deps|packages|requirements|install_requires"
    ),
    "channels": regex(r"(?i)chann?ell?s?|chanels?"),
}


class EnvUnknownKey(Rule):
    code = "CND015"
    severity = Severity.ERROR
    level = Level.RUN

    @about(environment_mapping)
    def check(self, repo: Snapshot, environment: Table) -> Iterator[Diagnostic]:
        for key in list(environment):
            if not isinstance(key, Text) or key in _KEYS | _OTHER_TOOLS or key[:1] in "._":
                continue
            if key.startswith("x-") or re.match(r"[^:]*:\s*&", between(key, environment[key]).text):
                continue  # kept for YAML's own use: an anchor for other places
            meant = next((name for name, known in _MEANT.items() if known.fullmatch(key)), None)
            if (bare := key.strip(_INVISIBLE).lower()) in _KEYS:
                meant = bare
            if key == "pip":
                yield self._pip(repo, environment, key)
            elif meant and meant not in environment:
                yield self._misspelt(environment, key, meant)
            else:
                yield self.at(
                    key,
                    f"environment.yml has no key `{key}`, so Binder ignores it and everything below it",
                    help="Move what belongs to the environment into `dependencies`, or remove the key",
                    severity=Severity.WARNING,
                )

    def _misspelt(self, environment: Table, key: Text, meant: str) -> Diagnostic:
        value = environment[key]
        edits = [replace(key, meant)]
        if isinstance(value, Text) and meant == "channels":
            edits.append(replace(value, f"[{value}]"))
        lost = {"channels": "these channels are ignored", "dependencies": "none of its packages is installed"}
        return self.at(
            key,
            f"environment.yml has no key `{key}`. Did you mean `{meant}`? As it is, {lost.get(meant, 'it has no effect')}",
            help=f"Rename it to `{meant}`",
            fix=Fix(f"Rename it to `{meant}`", tuple(edits)),
        )

    def _pip(self, repo: Snapshot, environment: Table, key: Text) -> Diagnostic:
        packages, dependencies = environment[key], conda_list(repo)
        fix = None
        if dependencies and isinstance(packages, Array) and packages and pip_section(repo) is None:
            edits = (remove_key(environment, key), append(dependencies, keyed_list(dependencies, "pip", packages)))
            fix = Fix("Move the list into `dependencies`", edits)
        return self.at(
            key,
            "The `pip` list is beside `dependencies` instead of inside it, so Binder installs none of its packages",
            help="Make it the last item of `dependencies`: `  - pip:`, with the packages indented below it",
            fix=fix,
        )
