"""The programs that make tables, and the tables that they have made."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from binderlint.data import DATA, listed_words, pairs, rows
from binderlint.read.requirements import canonical
from binderlint.today import today
from tools import brings, facts, needs, numpy2, r_brings, wheels


def test_runs_of_releases_that_are_gone() -> None:
    every = [Version(one) for one in ("1.0", "1.1", "1.2", "2.0", "2.1")]
    there = {Version("1.1"), Version("2.0")}
    assert wheels._ranges(every, there) == [["1.0", "1.0"], ["1.2", "1.2"], ["2.1", "2.1"]]
    assert wheels._ranges(every, set()) == [["1.0", "2.1"]]
    assert wheels._ranges(every, set(every)) == []


def answering(monkeypatch: pytest.MonkeyPatch, code: int, out: str, err: str = "") -> None:
    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, code, out, err)

    monkeypatch.setattr(subprocess, "run", run)


def test_what_pip_offers(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 0, json.dumps({"versions": ["1.1.post2", "1.0+cpu", "1.0"]}))
    assert wheels.offered("waves", "3.10") == {Version("1.1"), Version("1.0")}
    answering(monkeypatch, 1, "", "ERROR: No matching distribution found for waves")
    assert wheels.offered("waves", "3.10") == set()
    answering(monkeypatch, 1, "", "ERROR: no network")
    with pytest.raises(RuntimeError, match="no network"):
        wheels.offered("waves", "3.10")


def test_what_uv_resolves(monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, 0, "numpy==2.2.0\nWaves_Tools==1.0\n")
    assert brings.brought("waves") == {"numpy", "waves-tools"}
    answering(monkeypatch, 1, "")
    assert brings.brought("waves") is None


def test_the_table_of_what_packages_bring() -> None:
    """Each is in one table only, and brings what the other one knows."""
    known = {name for name, *_ in rows("imports.tsv")}
    for name, brought in pairs("brings.tsv").items():
        assert name == canonical(name) and name not in known
        assert known.issuperset(brought.split()), name


def test_the_table_of_releases() -> None:
    packages: dict[str, dict[str, Any]] = json.loads((DATA / "wheels.json").read_bytes())["packages"]
    for name, row in packages.items():
        releases = [Version(one) for one in row["releases"].split()]
        assert name == canonical(name)
        assert releases == sorted(set(releases)), name
        assert Version(row["newest"]) in releases, name
        ends = [Version(end) for ranges in row["gone"].values() for pair in ranges for end in pair]
        ends += [Version(first) for first in row.get("first", {}).values()]
        assert set(releases).issuperset(ends), name


SAVED = {
    facts._PYTHON: '[metadata."3.3"]\nend-of-life = 2017-09-29\n[metadata."3.10"]\nend-of-life = 2026-10-01\n[metadata."3.9"]\nend-of-life = 2025-10-31\n',
    facts._NODE: '{"v18": {"start": "2022-04-19", "end": "2025-04-30"}}',
    f"{facts._DISTRIBUTIONS}/debian.csv": "version,codename,series,created,release,eol,eol-lts,eol-elts\n"
    "1.1,Buzz,buzz,1993-08-16,1996-06-17,1997-06-05\n"
    "10,Buster,buster,2017-06-17,2019-07-06,2022-09-10,2024-06-30,2029-06-30\n"
    "15,Duke,duke,2027-08-01\n",
    f"{facts._DISTRIBUTIONS}/ubuntu.csv": "version,codename,series,created,release,eol,eol-server,eol-esm,eol-legacy\n"
    "24.04 LTS,Noble Numbat,noble,2023-10-12,2024-04-25,2029-05-31,2029-05-31,2034-04-25,2036-04-29\n",
    facts._JULIA: json.dumps({one: {"stable": "-" not in one} for one in ("1.0.0", "1.10.0", "1.9.4", "1.11.0-rc1")}),
    facts._REPO2DOCKER: 'class A:\n    def f(self):\n        version_map = {"4.5": "4.5.1", "4.6": "4.6.1"}\n',
    facts._MYBINDER: """
binderhub:
  config:
    KubernetesBuildExecutor: {resources: {limits: {ephemeral-storage: 3G}}}
  jupyterhub: {singleuser: {memory: {limit: 4G}}}
""",
}


def test_ends_are_written_from_their_sources() -> None:
    before = "# About.\nproduct\trelease\tname\tend\tpackages\ndebian\t10\tbuster\t\tmoved\n"
    assert facts.ends(SAVED.__getitem__, before) == (
        "# About.\nproduct\trelease\tname\tend\tpackages\n"
        "centos\t\t\t2024-06-30\tnone\n"
        "debian\t10\tbuster\t2024-06-30\tmoved\n"
        "node\t18\t\t2025-04-30\tnone\n"
        "python\t3.9\t\t2025-10-31\tnone\n"
        "python\t3.10\t\t2026-10-01\tnone\n"
        "ubuntu\t24.04\tnoble\t2029-05-31\tkept\n"
    )


def test_other_facts_are_written_where_they_stand() -> None:
    before = (DATA / "julia.json").read_text("utf-8")
    after = facts.julia(SAVED.__getitem__, before)
    assert json.loads(after) == json.loads(before) | {"versions": ["1.0.0", "1.9.4", "1.10.0"]}
    before = (DATA / "repo2docker.json").read_text("utf-8")
    after = facts.repo2docker(SAVED.__getitem__, before.replace('{"4.6": "4.6.1"}', "{}"))
    assert after == before
    before = (DATA / "hubs.json").read_text("utf-8")
    after = facts.hubs(SAVED.__getitem__, before)
    assert after == before.replace('"memory": "2G"', '"memory": "4G"').replace('"clone": "2G"', '"clone": "3G"')


def test_check_says_what_has_changed_and_write_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for address, text in SAVED.items():
        path = tmp_path / "saved" / address.removeprefix("https://")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    shutil.copy(DATA / "hubs.json", tmp_path)
    monkeypatch.setattr(facts, "DATA", tmp_path)
    arguments = ["--from", str(tmp_path / "saved"), "hubs.json"]
    assert facts.main(["check", *arguments]) == 1
    assert '+      "memory": "4G",' in capsys.readouterr().out
    assert facts.main(["write", *arguments]) == 0
    assert facts.main(["check", *arguments]) == 0
    assert json.loads((tmp_path / "hubs.json").read_bytes())["hubs"]["mybinder.org"]["clone"] == "3G"
    with pytest.raises(SystemExit):
        facts.main(["check", "waves.json"])


def test_the_table_of_ends() -> None:
    table = rows("ends.tsv")
    assert len({row[:2] for row in table}) == len(table)
    for product, release, name, end, packages in table:
        assert date.fromisoformat(end), (product, release)
        assert packages in ("moved", "kept") if product in ("centos", "debian", "ubuntu") else packages == "none"
        assert bool(name) == (product in ("debian", "ubuntu"))
        assert packages != "moved" or end < "2026-11-27"


@pytest.mark.parametrize(
    ("given", "day"),
    [("0", "1970-01-01"), ("1795780800", "2026-11-27"), ("", None), ("tomorrow", None), ("9" * 30, None)],
)
def test_the_day_is_the_given_one_or_that_of_the_clock(
    monkeypatch: pytest.MonkeyPatch, given: str, day: str | None
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", given)
    before, found, after = (time.strftime("%Y-%m-%d", time.gmtime()), today(), time.strftime("%Y-%m-%d", time.gmtime()))
    assert found == day if day else found in (before, after)


def test_releases_between_ends_that_differ_are_tried() -> None:
    answers = {"1.0": "fails", "1.1": "fails", "1.5": "works", "1.6": "works"}
    asked = []

    def ask(release: str) -> str:
        asked.append(release)
        return answers.get(release, "keeps")

    found = numpy2.outcomes(["1.0", "2.0", "2.0.1", "2.0.2", "1.1", "1.5", "1.5.1"], ask)
    assert asked == ["1.0", "2.0", "2.0.2", "1.1", "1.5", "1.5.1"]
    assert numpy2.ranges(found, "fails") == "1.0 1.1"
    assert numpy2.ranges(found, "keeps") == "2.0-2.0.2 1.5.1"
    assert numpy2.ranges({}, "keeps") == ""


def test_the_outcome_of_a_release(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[tuple[int, str, str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, *answers.pop(0))

    monkeypatch.setattr(subprocess, "run", run)
    answers[:] = [(1, "", "no such version")]
    assert numpy2.outcome("waves", "waves", "1.0") == "none"
    answers[:] = [(0, "numpy==1.26.4\nwaves==1.0\n", "")]
    assert numpy2.outcome("waves", "waves", "1.0") == "keeps"
    new = (0, "numpy==2.2.6\nwaves==1.0\n", "")
    answers[:] = [new, (0, "", ""), (0, "", ""), (0, "", "")]
    assert numpy2.outcome("waves", "waves", "1.0") == "works"
    answers[:] = [new, (0, "", ""), (0, "", ""), (1, "", "ValueError: numpy.dtype size changed")]
    assert numpy2.outcome("waves", "waves", "1.0") == "fails"
    answers[:] = [new, (0, "", ""), (0, "", ""), (1, "", "libGL.so.1: cannot open shared object file")]
    assert numpy2.outcome("waves", "waves", "1.0") == "none"


def test_the_table_of_numpy_2() -> None:
    packages: dict[str, dict[str, Any]] = json.loads((DATA / "wheels.json").read_bytes())["packages"]
    for name, _, *both in rows("numpy2.tsv"):
        releases = packages[name]["releases"].split()
        ends = [end for one in both for run in one.split() for end in run.split("-")]
        assert set(ends) <= set(releases), name


def test_what_releases_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what some Python cannot have ready-made, and has no condition."""
    written = ["torch (<1.10,>=1.7.0)", "pandas", "Pillow>6.0.0", 'torch<1.10; extra == "dev"', "tokenizers==0.9.4"]
    assert needs.needs(written) == "tokenizers==0.9.4 torch<1.10,>=1.7.0"
    answer = {"install": [{"metadata": {"name": "Waves", "requires_dist": ["torch<1.10"]}}]}
    answering(monkeypatch, 0, json.dumps(answer))
    assert needs.required({"waves": "1.0"}) == {"waves": ["torch<1.10"]}
    answering(monkeypatch, 1, "", "ERROR: No matching distribution found for waves")
    assert needs.required({"waves": "1.0", "tides": "2.0"}) == {}


def test_the_table_of_what_releases_need() -> None:
    before: tuple[str, Version] = ("", Version("0"))
    for name, first, last, written in rows("needs.tsv"):
        assert name == canonical(name) and Version(first) <= Version(last)
        assert before < (name, Version(first)), name
        before = name, Version(last)
        assert needs.needs(written.split()) == written


def test_what_packages_of_r_need() -> None:
    available = (
        "Package: r-cran-waves\nDepends: libc6 (>= 2.3), r-base-core (>= 4.2), r-cran-tides (>= 1.0), r-cran-data.table, r-bioc-sea | r-cran-waves\nDescription: waves\n x\n\n"
        "Package: r-cran-tides\nVersion: 1\n\nPackage: r-base-core\nDepends: r-cran-mass\n\n"
    )
    found = r_brings.needs(available)
    assert found == {"waves": {"tides", "data.table", "sea"}, "tides": set()}
    assert r_brings.written(found, "Debian", "1 May 2026").endswith("\ntides\t\nwaves\tdata.table sea tides\n")


def test_the_table_of_what_packages_of_r_need() -> None:
    table = pairs("r_brings.tsv")
    assert len(table) > 1000 and all(name == name.lower() for name in table)
    assert "dplyr" in table["tidyverse"].split() and "mass" in table["ggplot2"].split()
    assert {"shiny", "remotes", "devtools", "irkernel"} <= table.keys(), "what repo2docker installs"


def test_how_packages_of_r_are_written() -> None:
    contents = (
        "usr/lib/R/site-library/Hmisc/DESCRIPTION  gnu-r/r-cran-hmisc\n"
        "usr/lib/R/library/MASS/DESCRIPTION  gnu-r/r-cran-mass\n"
        "usr/lib/R/site-library/DESeq2/DESCRIPTION  gnu-r/r-bioc-deseq2\n"
        "usr/lib/R/site-library/Hmisc/doc/Waves/DESCRIPTION  gnu-r/r-cran-hmisc\n"
    )
    assert r_brings.names(contents) == ["Hmisc", "MASS"]
    assert {"ggplot2", "tidyr", "Hmisc", "data.table", "gridExtra"} <= listed_words("r_names.txt")
