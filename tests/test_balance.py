"""Balance: what binderlint calls a syntax error, bash refuses to read as well. `bash -n` reads a script and runs nothing."""

from __future__ import annotations

import subprocess
from random import Random

import pytest

from binderlint.read.shell.balance import unbalanced
from binderlint.source import Source
from tests.cases import cases
from tests.systems import linux

TOKENS = (
    "if",
    "then",
    "elif",
    "else",
    "fi",
    "for",
    "do",
    "done",
    "case",
    "esac",
    ";;",
    "{",
    "}",
    "(",
    ")",
    '"',
    "'",
    "`",
    "$(",
    "\n",
    "; ",
    "\\\n",
)


def speaks(text: str) -> bool:
    source = Source("postBuild", text.encode())
    return unbalanced(source.slice(0, len(source.text))) is not None


def refused(text: str) -> bool:
    """Whether bash does not read it."""
    read = subprocess.run(["bash", "-n"], input=text.encode(), capture_output=True, check=False)
    return read.returncode != 0


def scripts() -> list[str]:
    found = {
        source.text
        for _, case in cases()
        for path, source in case.repository().sources.items()
        if path.rpartition("/")[2] in ("start", "postBuild") and source.text.startswith(("#!/bin/bash", "#!/bin/sh"))
    }
    return sorted(text for text in found if "\r" not in text)


@linux
def test_what_bash_reads_is_no_syntax_error() -> None:
    spoken = [text for text in scripts() if speaks(text)]
    assert len(spoken) > 5
    assert all(refused(text) for text in spoken)


@linux
@pytest.mark.parametrize("seed", range(4))
def test_what_bash_reads_is_no_syntax_error_in_changed_scripts(seed: int) -> None:
    """A word, a quote or a bracket is taken away or put in somewhere."""
    random, spoken = Random(seed), 0
    long = [text for text in scripts() if text.count("\n") > 4]
    for text in random.choices(long, k=120):
        token, at = random.choice([one for one in TOKENS if one in text]), random.randrange(len(text) + 1)
        places = [index for index in range(len(text)) if text.startswith(token, index)]
        if places and random.random() < 0.6:
            at = random.choice(places)
            changed = text[:at] + text[at + len(token) :]
        else:
            changed = text[:at] + token + text[at:]
        if speaks(changed):
            spoken += 1
            assert refused(changed), changed
    assert spoken > 10


DEEP = "$(" * 200 + ")" * 200


@pytest.mark.parametrize(
    "text", [DEEP, "'" * 3, '"' * 5, "((", "${", "case", "case x in", "for", "[[", "<<", "\\", "$", "`", "x" * 10 + "("]
)
def test_it_ends_whatever_it_is_given(text: str) -> None:
    speaks(text)


@linux
@pytest.mark.parametrize(
    "text",
    [
        "echo $''\n",
        "echo $'a\\'b'\n",
        'echo "${x:-\\"}"\n',
        'echo ${x:-\\"}\n',
        "((x = 1 << 2))\necho a\n",
        "echo $((1 << 2)) b\n",
        "case x in a) echo a;;& b) echo b;& *) echo c;; esac\n",
        "x=$(if true; then echo a; fi)\n",
    ],
)
def test_what_is_hard_to_read_is_read(text: str) -> None:
    assert not refused(text)
    assert not speaks(text)


@linux
@pytest.mark.parametrize("text", ["x=$(if true; then echo a)\n", "x=$(echo $(echo $(while true; do a)))\n"])
def test_errors_within_are_found(text: str) -> None:
    assert refused(text)
    assert speaks(text)
