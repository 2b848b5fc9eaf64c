"""Filter: what the settings make of diagnostics: which are hidden, which are less severe, and which entries of the configuration did anything."""

from __future__ import annotations

import re

from binderlint.lint.diagnostic import Applicability, Diagnostic
from binderlint.lint.naming import Words
from binderlint.lint.report import Hider, Suppressed
from binderlint.lint.settings import SEVERITIES, Settings
from binderlint.pattern import regex
from binderlint.values import NamedTuple

_GLOB = regex(r"[*?\[]")


class _Pattern(NamedTuple):
    """An entry of `per-file-ignores`: the pattern, the rules it names, and the expression it stands for (None for a plain name)."""

    written: str
    words: Words
    expression: re.Pattern[str] | None

    def matches(self, path: str) -> bool:
        """True when it is about a path: it fits all of it or its end, or it is a folder above it."""
        plain = self.written
        if path.startswith(plain.rstrip("/") + "/"):
            return True
        if self.expression is None:
            return path == plain or path.endswith(f"/{plain}")
        return bool(self.expression.match(path))


class Filter:
    """What settings make of the diagnostics of a run. Each rule is looked up once in each file, however long the settings are."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._words = {
            "ignore": Words(settings.ignore),
            "--ignore": Words(settings.also_ignore),
            "severity": Words(settings.severity),
            "unfixable": Words(settings.unfixable),
            "extend-safe-fixes": Words(settings.extend_safe_fixes),
        }
        self._naming: dict[tuple[str, str], list[str]] = {}
        self._patterns: list[_Pattern] | None = None
        self._matching: dict[str, list[_Pattern]] = {}
        self._about: dict[tuple[str, str], list[str]] = {}
        self.used: set[tuple[str, str]] = set()
        """The entries of the configuration, as option and word or pattern, that were about a diagnostic."""

    def _entries(self, option: str, found: Diagnostic) -> list[str]:
        """The words of an option that name the rule of a diagnostic, in their order."""
        key = (option, found.code)
        if key not in self._naming:
            self._naming[key] = self._words[option].naming(found.code, found.name)
            self.used.update((option, word) for word in self._naming[key])
        return self._naming[key]

    def _files(self, found: Diagnostic) -> list[str]:
        """The patterns of `per-file-ignores` that are about a diagnostic. They are written as seen from the folder of the configuration."""
        key = (found.path, found.code)
        if key not in self._about:
            if self._patterns is None:
                self._patterns = [_pattern(*one) for one in self._settings.per_file_ignores.items()]
            if found.path not in self._matching:
                path = self._settings.base + found.path
                self._matching[found.path] = [one for one in self._patterns if one.matches(path)]
            matching = self._matching[found.path]
            self._about[key] = [one.written for one in matching if one.words.naming(found.code, found.name)]
            self.used.update(("per-file-ignores", pattern) for pattern in self._about[key])
        return self._about[key]

    def ignored(self, found: Diagnostic) -> Suppressed | None:
        """What keeps a diagnostic from being shown, and the reason given (maybe empty); None when it is shown."""
        settings = self._settings
        words, patterns, flags = self._entries("ignore", found), self._files(found), self._entries("--ignore", found)
        if words:
            return Suppressed(found, settings.ignore[words[0]], settings.by("ignore", words[0]))
        if patterns:
            rules = ", ".join(settings.per_file_ignores[patterns[0]])
            by = settings.by("per-file-ignores", f"{patterns[0]} = {rules}")
            return Suppressed(found, f"per-file-ignores: {patterns[0]}", by)
        return Suppressed(found, "--ignore", Hider("", "--ignore", flags[0])) if flags else None

    def adjust(self, found: Diagnostic) -> Diagnostic:
        """The diagnostic with the severity and the fix the user wants for its rule."""
        if words := self._entries("severity", found):
            found = found._replace(severity=SEVERITIES[self._settings.severity[words[-1]]])
        if found.fix and self._entries("unfixable", found):
            found = found._replace(fix=found.fix._replace(applicability=Applicability.DISPLAY))
        elif (
            found.fix and found.fix.applicability is Applicability.UNSAFE and self._entries("extend-safe-fixes", found)
        ):
            found = found._replace(fix=found.fix._replace(applicability=Applicability.SAFE))
        return found

    def lowered(self, found: Diagnostic) -> Suppressed | None:
        """What makes a diagnostic less severe; None when nothing does."""
        if self.adjust(found).severity >= found.severity:
            return None
        word = self._entries("severity", found)[-1]
        return Suppressed(found, "", self._settings.by("severity", f"{word} = {self._settings.severity[word]}"))


def _pattern(written: str, words: tuple[str, ...]) -> _Pattern:
    from fnmatch import translate

    glob = _GLOB.search(written)
    return _Pattern(written, Words(words), re.compile(f"(?:(?s:.)*/)?{translate(written)}") if glob else None)
