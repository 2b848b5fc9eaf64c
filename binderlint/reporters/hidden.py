"""What a report leaves out because a configuration file, a flag or a comment says so: the words, the same in every format for people."""

from __future__ import annotations

from collections import Counter
from itertools import groupby

from binderlint.lint.report import Effect, Hider, Report
from binderlint.lint.wording import counted

_LISTED = 4  # entries and files that a sentence names; `--output json` has all of them


def notes(report: Report) -> list[tuple[str, list[str]]]:
    """A note for each configuration file, one for comments and one for each flag: how messages call the file (empty for the others), and sentences without their full stops."""
    effects = sorted(report.effects, key=_source)
    return [
        (where, [_sentence(verb, where or flag, list(same)) for verb, same in groupby(about, lambda one: one.verb)])
        for (_, where, flag), about in groupby(effects, _source)
    ]


def _source(effect: Effect) -> tuple[int, str, str]:
    """Files first, then comments, then flags."""
    by = effect.hider
    return (1, "", "") if by.option == "comment" else (0, by.where, "") if by.where else (2, "", by.option)


def _sentence(verb: str, name: str, effects: list[Effect]) -> str:
    problems = counted(sum(effect.number for effect in effects), "problem")
    if not name:
        files: Counter[str] = Counter()
        for effect in effects:
            files[effect.hider.where] += effect.number
        return (
            f"Comments hide {problems} ({_listed([f'{number} in `{file}`' for file, number in files.most_common()])})"
        )
    entries = [_entry(effect.hider) for effect in effects]
    listed = (
        entries[0]
        if len(effects) == 1
        else _listed([f"{one.number} by {entry}" for one, entry in zip(effects, entries, strict=True)])
    )
    match verb:
        case "lowers":
            return f"`{name}` makes {problems} less severe ({listed})"
        case "passes":
            return f"`{name}` keeps {problems} from failing the run ({listed})"
        case "hub":
            return f"`{name}` sets a hub other than mybinder.org ({listed})"
    return f"`{name}` hides {problems} ({listed})"


def _entry(by: Hider) -> str:
    return f"`{by.option}: {by.entry}`" if by.where else f"`{by.entry}`"


def _listed(words: list[str]) -> str:
    more = len(words) - _LISTED
    return ", ".join(words if more <= 1 else [*words[:_LISTED], f"and {more} more"])
