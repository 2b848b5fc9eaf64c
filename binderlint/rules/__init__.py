"""Rules: one module and one page for each, in the folder of its family. Which ones there are is read from index.json, which `python -m binderlint.docs` writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from binderlint.lint.diagnostic import Diagnostic
    from binderlint.lint.rule import Rule
    from binderlint.snapshot import Snapshot

FOLDER = Path(__file__).parent
INDEX = FOLDER / "index.json"


class Entry(NamedTuple):
    """What is known of a rule without its module: how bad what it finds is, and how far its fixes can be trusted (`none`, or as in `safe or unsafe`).

    `about` is the fact without which it is not asked, with its module (`facts.notebooks:shown_notebooks`), empty for a rule that looks at the repository as a whole.
    """

    code: str
    name: str
    folder: str
    title: str
    severity: str
    level: str
    fix: str
    since: str
    about: str
    needs_git: bool = False
    needs_web: bool = False

    @property
    def module(self) -> str:
        """The name of its module and its page, which are in the same folder."""
        return self.name.replace("-", "_")

    @property
    def page(self) -> Path:
        """The page of the rule."""
        return FOLDER / self.folder / f"{self.module}.md"


@cache
def rule_index() -> tuple[Entry, ...]:
    """Every rule, family by family, in the order of the codes."""
    import json

    return tuple(Entry(*row) for row in json.loads(INDEX.read_text("utf-8")))


class Listed:
    """A rule as the index has it. Its module is imported when there is something for it to look at."""

    def __init__(self, entry: Entry) -> None:
        self.code, self.name = entry.code, entry.name
        self.needs_git, self.needs_web = entry.needs_git, entry.needs_web
        self._entry = entry

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        if self._entry.about:
            found = _fact(self._entry.about)(repo)
            if found is None or found == ():
                return
        yield from rule_of(self._entry).check(repo)


@cache
def _fact(about: str) -> Callable[[Snapshot], object]:
    module, _, name = about.partition(":")
    fact: Callable[[Snapshot], object] = getattr(import_module(f"binderlint.{module}"), name)
    return fact


@cache
def listed_rules() -> tuple[Listed, ...]:
    """Every rule, family by family, most of them not imported yet."""
    return tuple(map(Listed, rule_index()))


@cache
def rule_of(entry: Entry) -> Rule:
    """The rule, whose module is imported now."""
    return rule_in(f"{entry.folder}/{entry.module}")


def rule_in(path: str) -> Rule:
    """The rule in a module, given by its path below this folder without the ending: `env_prefix` holds `EnvPrefix`. Raises LookupError when there is none."""
    module = import_module(f"binderlint.rules.{path.replace('/', '.')}")
    name = "".join(word.capitalize() for word in path.rpartition("/")[2].split("_"))
    rule: type[Rule] | None = getattr(module, name, None)
    if rule is None:
        raise LookupError(f"rules/{path}.py does not hold `{name}`: a rule is called as its file is")
    return rule()


def all_rules() -> Iterator[Rule]:
    """Every rule, family by family."""
    return map(rule_of, rule_index())


def rules_of(prefix: str) -> list[Rule]:
    """The rules whose codes begin so, in the order of their codes."""
    return [rule_of(entry) for entry in rule_index() if entry.code.startswith(prefix)]


def find_entry(name: str) -> Entry | None:
    """What is known of the rule with this code or name."""
    return next((one for one in rule_index() if name.lower() == one.name or name.upper() == one.code), None)


def find_rule(name: str) -> Rule | None:
    """The rule with this code or name."""
    entry = find_entry(name)
    return rule_of(entry) if entry else None
