"""What the words of an installer ask for."""

from __future__ import annotations

import pytest

from binderlint.read.installer import Asked, asked_for


@pytest.mark.parametrize(
    ("tool", "words", "expected"),
    [
        ("pip", "numpy pandas==2.2", Asked(("numpy", "pandas==2.2"), (), ())),
        ("pip3.12", "--upgrade-strategy eager seaborn", Asked(("seaborn",), (), ())),
        ("pip", "-q --upgrade -i https://x.org/simple a --trusted-host x.org b", Asked(("a", "b"), (), ())),
        ("pip", "-r requirements.txt -c constraints.txt a", Asked(("a",), ("requirements.txt",), ())),
        ("pip", "-rrequirements.txt --requirement=more.txt", Asked((), ("requirements.txt", "more.txt"), ())),
        ("pip", "-e . ./b git+https://x.org/c d[e]", Asked(("d[e]",), (), (".", "./b", "git+https://x.org/c"))),
        ("pip", "--editable=src", Asked((), (), ("src",))),
        ("uv", "-P a --index x b", Asked(("b",), (), ())),
        ("conda", "-y -c conda-forge -n env a=1.0 --file list.txt", Asked(("a=1.0",), ("list.txt",), ())),
        ("mamba", "-c conda-forge a", Asked(("a",), (), ())),
        ("micromamba", "-f environment.yml -r /opt a", Asked(("a",), ("environment.yml",), ())),
        ("conda", "-f a", Asked(("a",), (), ())),
        ("apt-get", "-y -t noble-backports --no-install-recommends a", Asked(("a",), (), ())),
        ("pip", "a -r", Asked(("a",), (), ())),
        ("pip", "{name} $A", Asked((), (), ("{name}", "$A"))),
        ("npm", "-g a", Asked(("a",), (), ())),
    ],
)
def test_asked_for(tool: str, words: str, expected: Asked) -> None:
    assert asked_for(tool, words.split()) == expected
    assert expected.names_all == (not expected.files and not expected.places)
