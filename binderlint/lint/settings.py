"""Settings: one table of options that gives the flags, the check of the configuration file and its schema; and where it is found."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path

from binderlint import OWN_FILES
from binderlint.escapes import shown_value
from binderlint.lint.diagnostic import Diagnostic, Severity
from binderlint.lint.hubs import Hub, describe
from binderlint.lint.naming import name_rule
from binderlint.lint.options import OPTIONS, Option
from binderlint.lint.report import Hider, Suppressed
from binderlint.lint.rule import Checker
from binderlint.outside.regular import read_regular
from binderlint.outside.worktree import read_ref
from binderlint.snapshot import RepositoryError, Snapshot
from binderlint.typed import Any
from binderlint.values import NamedTuple

SEVERITIES = {str(severity): severity for severity in Severity}
FILES = (*OWN_FILES, "pyproject.toml")
LARGEST = 1_000_000  # bytes of a configuration file


class ConfigError(Exception):
    """The configuration cannot be used; the message names the file and the line."""


class Settings(NamedTuple):
    """What the user wants of a run."""

    select: tuple[str, ...] = ()
    ignore: Mapping[str, str] = {}
    per_file_ignores: Mapping[str, tuple[str, ...]] = {}
    severity: Mapping[str, str] = {}
    fail_on: str = "warning"
    hub: str | Hub = "mybinder.org"
    """A name, or what the configuration says of a hub of its own."""
    online: bool = False
    unfixable: tuple[str, ...] = ()
    extend_safe_fixes: tuple[str, ...] = ()
    require_reasons: bool = False
    file: Path | None = None
    """The configuration file these came from."""
    commit: str = ""
    """The ref that the file was read at, empty for the file on disk."""
    called: str = ""
    """How messages call the file."""
    base: str = ""
    """What stands before the paths of the repository as seen from the folder of the file: `""`, or a folder with a slash at its end."""
    path: str = ""
    """The path of the file in the repository, where it is the repository's own and about all of it; else empty."""
    given: frozenset[str] = frozenset()
    """The options that the command line gave, as the fields are named: they are not the file's."""
    also_ignore: tuple[str, ...] = ()
    """The rules that the command line leaves out, besides those of the file."""

    def selects(self, rule: Checker) -> bool:
        return not self.select or name_rule(self.select, rule.code, rule.name)

    def by(self, option: str, entry: str) -> Hider:
        """An entry of these settings as what hides a problem."""
        given = option.replace("-", "_") in self.given
        return Hider("", f"--{option}", entry) if given else Hider(self.called, option, entry)

    def deselected(self, found: Diagnostic) -> Suppressed:
        """A diagnostic of a rule that is not selected."""
        return Suppressed(found, "", self.by("select", ", ".join(self.select)))

    @property
    def terms(self) -> tuple[Hider, ...]:
        """What the configuration file says of the run as a whole, where that may hide something."""
        terms = []
        if self.fail_on in ("error", "never") and "fail_on" not in self.given:
            terms.append(self.by("fail-on", self.fail_on))
        if self.hub != "mybinder.org" and "hub" not in self.given:
            terms.append(
                self.by("hub", self.hub if isinstance(self.hub, str) else f"{self.hub.name}, as described there")
            )
        return tuple(terms) if self.file else ()

    def unjudged(self, chosen: Collection[Checker], offered: Collection[Checker]) -> str:
        """Why not all of the rules that were offered have a say; empty where they have, or where what they say is counted as hidden."""
        if not chosen and self.select:
            by = self.by("select", ", ".join(self.select))
            return f"no rule was run, since {_called(by)} selects only `{by.entry}`"
        for words, by in ((tuple(self.ignore), self.by("ignore", "")), (self.also_ignore, Hider("", "--ignore", ""))):
            if chosen and all(name_rule(words, rule.code, rule.name) for rule in chosen):
                return f"{_called(by)} leaves out every rule"
        if "select" in self.given and len(chosen) < len(offered):
            return f"only the rules of `--select {', '.join(self.select)}` were run"
        return ""

    def fails(self, severity: Severity) -> bool:
        """Whether a diagnostic of this severity makes the run fail."""
        return self.fail_on != "never" and severity >= SEVERITIES[self.fail_on]


def _called(by: Hider) -> str:
    return f"`{by.where or by.option}`"


def find_configuration(folder: Path, top: Path) -> Path | None:
    """The configuration file for a folder: that of the folder itself, or of the nearest one above it up to the top of its repository.

    In each it is the first of binderlint.toml, .binderlint.toml and pyproject.toml with [tool.binderlint]. A link that leads out of the
    repository is not followed: a stranger may have made it. Raises ConfigError.
    """
    return next((found for one in _upwards(folder, top) if (found := _configuration_of(one, top))), None)


def _upwards(folder: Path, top: Path) -> list[Path]:
    return [folder, *(parent for parent in folder.parents if parent.is_relative_to(top))]


def _configuration_of(folder: Path, top: Path) -> Path | None:
    for name in FILES:
        path = folder / name
        if not os.path.isfile(path):
            continue
        if os.path.islink(path) and not path.resolve().is_relative_to(top.resolve()):
            if name == "pyproject.toml":
                continue
            raise ConfigError(f"{path}: a link out of the repository is not followed; name the file with --config")
        if name != "pyproject.toml" or b"[tool.binderlint" in _read(path):
            return path
    return None


def _read(path: Path) -> bytes:

    try:
        return read_regular(path, LARGEST)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error


def load_settings(path: Path) -> Settings:
    """Read a configuration file. Raises ConfigError."""
    return parse_settings(_read(path), path.name, str(path))._replace(file=path)


def load_committed(folder: Path, top: Path, ref: str) -> Settings:
    """What a commit of a repository says in the configuration file for a folder of it, which is found as on the disk.

    Without such a file in the commit these are the settings of no file. Raises ConfigError, also where the commit is not there.
    """
    try:
        files = Snapshot(**read_ref(top, ref)._asdict())
        for one in _upwards(folder, top):
            for name in FILES:
                path = (one / name).relative_to(top).as_posix()
                found = files.get(path)
                if found and (name != "pyproject.toml" or b"[tool.binderlint" in found.data):
                    return parse_settings(found.data, name, f"{ref}:{path}")._replace(file=one / name, commit=ref)
    except RepositoryError as error:
        raise ConfigError(f"the configuration of `{ref}` cannot be read: {error}") from error
    return Settings()


def parse_settings(data: bytes, name: str, shown: str) -> Settings:
    """The settings in a configuration file, by its name and how messages call it. Raises ConfigError."""
    from binderlint.read.toml import parse_toml

    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
        document = parse_toml(text)
    except (
        ValueError
    ) as error:  # TOMLDecodeError, UnicodeDecodeError, and numbers with more digits than Python converts
        raise ConfigError(f"{shown}: not valid TOML: {error}") from error
    except RecursionError as error:
        raise ConfigError(f"{shown}: not valid TOML: nested too deeply") from error
    if name == "pyproject.toml":
        match document:
            case {"tool": {"binderlint": {**table}}}:
                document = {str(key): value for key, value in table.items()}
            case _:
                raise ConfigError(f"{shown}: [tool.binderlint] must be a table")
    values = {}
    for key, value in document.items():
        option = next((option for option in OPTIONS if option.name == key), None)
        where = f"{shown}:{_line_of(text, key)}"
        if option is None:
            raise ConfigError(
                f"{where}: there is no option `{key[:60]}`{_did_you_mean(key[:60], [option.name for option in OPTIONS])}"
            )
        values[key.replace("-", "_")] = convert(option, value, where)
    return Settings(**values)


def convert(option: Option, value: Any, where: str) -> Any:
    """Check a value from TOML and give it its form in Settings. Raises ConfigError."""
    match option.kind, value:
        case "rules", [*names] if all(isinstance(name, str) for name in names):
            return tuple(names)
        case "reasons", [*names] if all(isinstance(name, str) for name in names):
            return dict.fromkeys(names, "")
        case "reasons", {} if all(isinstance(reason, str) for reason in value.values()):
            return dict(value)
        case "severities", {} if all(isinstance(one, str) and one in SEVERITIES for one in value.values()):
            return dict(value)
        case "globs", {} if all(
            isinstance(names, list) and all(isinstance(name, str) for name in names) for names in value.values()
        ):
            return {pattern: tuple(names) for pattern, names in value.items()}
        case (("choice" | "hub"), str()) if value in option.choices:
            return value
        case "hub", {}:
            name = value.get("name")
            if isinstance(name, str) and name.strip(" .").lower() in option.choices:
                raise ConfigError(
                    f"{where}: `{option.name}`: a hub that is described here cannot have the name `{name}`"
                )
            try:
                return describe(value)
            except ValueError as error:
                raise ConfigError(f"{where}: `{option.name}`: {error}") from error
        case "flag", bool():
            return value
    expected = {
        "rules": "a list of rules",
        "reasons": "a list of rules, or a table of rules and reasons",
        "severities": f"a table of rules and {', '.join(SEVERITIES)}",
        "globs": "a table of patterns and lists of rules",
        "hub": f"{', '.join(option.choices)}, or a table",
        "choice": f"one of {', '.join(option.choices)}",
        "flag": "true or false",
    }[option.kind]
    raise ConfigError(f"{where}: `{option.name}` must be {expected}, not {shown_value(value)}")


def _line_of(text: str, key: str) -> int:
    for number, line in enumerate(text.split("\n"), 1):
        if line.lstrip(" [\"'").startswith(key) or line.strip() == f"[tool.binderlint.{key}]":
            return number
    return 1


def _did_you_mean(word: str, known: list[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(word, known, 1)
    return f"; did you mean `{close[0]}`?" if close else f"; the options are {', '.join(known)}"
