"""How binderlint speaks: the phrases of docs/english.md that it has unlearned are in no message, title, page or guide."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from binderlint.rules import rule_index

ROOT = Path(__file__).parent.parent
# What a native speaker would not write, and what it was meant to say is in docs/english.md.
UNLEARNED = (
    r"belongs? into",
    r"without a word[,.:;]",
    r"at which the (?:installation|build)",
    r"cannot be had",
    r"line ends\b(?! (?:with|in|here|the|at|`))",
    r"\bblanks?\b(?! lines?\b)",
    r"\bmuch used\b",
    r"nobody answers",
    r"\bstands? (?:in|twice|beside|below|before|here|there)\b",
    r"(?<!There )\bis no (?:key|channel|requirement|package|list|mapping|name|version|UUID|valid)\b",
    r"takes its default",
    r"leave (?:it|the \w+) out\b",
    r"is gone since",
)
PHRASE = re.compile("|".join(UNLEARNED), re.IGNORECASE)
GUIDES = [ROOT / "README.md", *(path for path in sorted((ROOT / "docs").glob("*.md")) if path.name != "english.md")]
FENCE = re.compile(r"^(`{3,})(?!text)[^\n]*\n.*?^\1$", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("path", [*(entry.page for entry in rule_index()), *GUIDES], ids=lambda path: path.name)
def test_plain_english(path: Path) -> None:
    text = FENCE.sub("", path.read_text("utf-8")).replace("\n", " ")
    assert not [text[max(0, found.start() - 60) : found.end() + 40] for found in PHRASE.finditer(text)]
