"""Lock files, apt.txt and the table of wheels: the facts that rules about pins stand on."""

from __future__ import annotations

import pytest

from binderlint.facts.environment.locks import locks
from binderlint.facts.environment.pipfile import pipfile_requirements
from binderlint.read.apt import gone_from_noble
from binderlint.read.wheels import known, release
from binderlint.snapshot import Snapshot
from binderlint.source import Source

UV = 'version = 1\nrequires-python = ">=3.11"\n\n[[package]]\nname = "A_b"\nversion = "1.0"\n\n[[package]]\nname = "c"\nversion = "2"\n\n[[package]]\nname = "c"\nversion = "3"\n'
POETRY = '# made\n\n[[package]]\nname = "a"\nversion = "1.0"\ndescription = ""\npython-versions = ">=2"\n\n[metadata]\nlock-version = "2.0"\npython-versions = "^3.9"\n'
PIXI = (
    "version: 6\npackages:\n"
    "- conda: https://conda.anaconda.org/conda-forge/linux-64/numpy-1.26.4-py312h2_0.conda\n"
    "- conda: https://conda.anaconda.org/conda-forge/osx-64/numpy-1.26.0-py312h2_0.conda\n"
    "- conda: https://conda.anaconda.org/conda-forge/linux-64/python-3.12.4-h1_0_cpython.conda\n"
    "- pypi: https://example.org/x/foo-1.0-py3-none-any.whl\n  name: foo\n  version: '1.0'\n"
)
PIPFILE = '{"_meta": {"requires": {"python_full_version": "3.11.13"}}, "default": {"a": {"version": "==1.0"}, "b": {"git": "x"}}, "develop": {"c": {"version": "==2"}}}'


@pytest.mark.parametrize(
    ("path", "text", "pip", "conda", "python"),
    [
        ("uv.lock", UV, {"a-b": "1.0"}, {}, ">=3.11"),
        ("poetry.lock", POETRY, {"a": "1.0"}, {}, "^3.9"),
        ("pixi.lock", PIXI, {"numpy": "1.26.4", "python": "3.12.4", "foo": "1.0"}, {"numpy": "1.26.4", "python": "3.12.4"}, "==3.12.*"),
        ("Pipfile.lock", PIPFILE, {"a": "1.0", "c": "2"}, {}, "==3.11.*"),
        ("requirements.lock", "a==1.0 \\\n  --hash=sha256:x\nb>=2\nc==1 ; python_version < '3'\n", {"a": "1.0"}, {}, ""),
        ("Pipfile.lock", "[]", {}, {}, ""),
    ],
)  # fmt: skip
def test_lock(path: str, text: str, pip: dict[str, str], conda: dict[str, str], python: str) -> None:
    (lock,) = locks(Snapshot.from_dict({path: text}))
    assert (lock.pip, lock.conda, lock.python) == (pip, conda, python)


def test_a_lock_for_another_python_does_not_fit() -> None:
    (lock,) = locks(Snapshot.from_dict({"uv.lock": UV}))
    assert lock.fits("3.12") and not lock.fits("3.10")
    (poetry,) = locks(Snapshot.from_dict({"poetry.lock": POETRY}))
    assert poetry.fits("3.12") and not poetry.fits("3.8"), "poetry's caret is read"


def test_the_table_of_noble_is_sound() -> None:
    table = gone_from_noble()
    assert len(table) > 100
    for name, successor in table.items():
        assert successor.kind in ("rename", "replace", "gone"), name
        assert bool(successor.name) == (successor.kind != "gone"), name
        assert successor.name not in table, f"{name}: its successor is gone too"


def test_known_releases() -> None:
    assert release("1.20.0") == (1, 20)
    numpy = known("numpy", "3.10")
    assert numpy and numpy.too_old(release("1.21.1")) and not numpy.too_old(release("1.21.2"))
    assert numpy.missing(release("2.3.1")) and not numpy.missing(release("2.2.6"))
    assert numpy.dropped_from == (2, 3)
    assert known("numpy", "3.6") is None and known("no-such-package", "3.10") is None


@pytest.mark.parametrize(
    ("url", "found"), [("https://pypi.org/simple", 1), ("https://pypi.python.org/simple", 1), ("https://packages.example.org/simple", 0)]
)  # fmt: skip
def test_only_the_usual_index_of_a_pipfile_is_known(url: str, found: int) -> None:
    pipfile = f'[[source]]\nname = "x"\nurl = "{url}"\n\n[packages]\nnumpy = "==1.16.2"\n'
    assert len(pipfile_requirements(Snapshot([Source("Pipfile", pipfile.encode())]))) == found
