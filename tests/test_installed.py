"""Pins from an environment of the user: what is read of it, what the fix writes, and what the command says."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from binderlint.cli import main
from binderlint.lint.diagnostic import Applicability
from binderlint.lint.fixer import fix
from binderlint.outside.installed import InstalledError, read_installed
from binderlint.read.lock import Lock
from binderlint.rules.pins.unpinned_dependencies import UnpinnedDependencies
from binderlint.snapshot import Snapshot
from tests.hostile import what_ran, write_hostile

PYTHON = "Scripts/python.exe" if os.name == "nt" else "bin/python"
HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"
INSTALLED = Lock(
    "env", {"numpy": "2.0.1", "foo-bar": "1.0", "baz": "3"}, {"gdal": "3.9.1", "numpy": "2.0.2"}, "==3.12.*"
)
UV = '[[package]]\nname = "numpy"\nversion = "1.26.4"\n'


@pytest.mark.parametrize(
    ("files", "fixed"),
    [
        ({"requirements.txt": "numpy\r\nFoo_Bar # ours\r\nother"}, {"requirements.txt": "numpy==2.0.1\r\nFoo_Bar==1.0 # ours\r\nother"}),
        ({"requirements.txt": "numpy\nfoo-bar\n", "uv.lock": UV}, {"requirements.txt": "numpy==1.26.4\nfoo-bar==1.0\n"}),
        ({"requirements.txt": "numpy>=2.1\nfoo-bar>=0.9\n"}, {"requirements.txt": "numpy>=2.1\nfoo-bar==1.0\n"}),
        ({"requirements.txt": "numpy==1.0\nfoo-bar<3\n"}, {}),
        ({"environment.yml": "dependencies:\n- python=3.12\n- gdal\n- numpy\n- foo-bar\n- pip:\n  - baz\n"},
         {"environment.yml": "dependencies:\n- python=3.12\n- gdal=3.9.1\n- numpy=2.0.2\n- foo-bar\n- pip:\n  - baz==3\n"}),
        ({"requirements.txt": "numpy\n", "runtime.txt": "python-3.11"}, {}),
    ],
)  # fmt: skip
def test_what_the_fix_writes(files: dict[str, str], fixed: dict[str, str]) -> None:
    repo = Snapshot.from_dict({"runtime.txt": "python-3.12", **files}, versions=INSTALLED)
    after = fix(repo, None, Applicability.UNSAFE, [UnpinnedDependencies()]).repo
    assert _changed(repo, after) == fixed


def _changed(before: Snapshot, after: Snapshot) -> Mapping[str, str]:
    return {
        path: source.data.decode() for path, source in after.sources.items() if source.data != before.sources[path].data
    }


@pytest.fixture
def environment(tmp_path: Path) -> Path:
    """A virtual environment of the running Python, with packages that came in several ways."""
    import venv

    folder = tmp_path / "env"
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    (site,) = folder.glob("Lib/site-packages" if os.name == "nt" else "lib/python*/site-packages")
    _install(site, "Foo.Bar", "1.2")
    _install(site, "local", "1.0+cu118")
    _install(site, "between", "1.0.dev3")
    _install(site, "Twice", "1.0")
    _install(site, "twice", "2.0")
    (site / "broken-1.0.dist-info").mkdir()
    _install(site, "checkout", "1.0", origin="{}")
    _install(site, "built", "1.0", origin="{}", installer="conda\n")
    records = folder / "conda-meta"
    records.mkdir()
    (records / "py-opencv-4.9.0-py312_0.json").write_text("{}")
    (records / "history").write_text("")
    return folder


def _install(site: Path, name: str, version: str, origin: str = "", installer: str = "pip") -> None:
    folder = site / f"{name}-{version}.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (folder / "INSTALLER").write_text(installer)
    if origin:
        (folder / "direct_url.json").write_text(origin)


def test_what_is_read_of_an_environment(environment: Path) -> None:
    found = read_installed(str(environment))
    assert found == Lock(str(environment), {"foo-bar": "1.2", "built": "1.0"}, {"py-opencv": "4.9.0"}, f"=={HERE}.*")
    assert read_installed(str(environment / PYTHON)).pip == found.pip


def test_the_running_python() -> None:
    assert read_installed(sys.executable).pip["pytest"] == pytest.__version__


def test_nothing_of_the_current_folder_runs(environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No module and no program of it, but the Python that the user names with its folder."""
    hostile, ran = tmp_path / "hostile", tmp_path / "ran"
    hostile.mkdir()
    write_hostile(hostile, ran)
    environment.rename(hostile / "env")
    monkeypatch.chdir(hostile)
    for name in ("PYTHONPATH", "PYTHONUSERBASE", "PYTHONHOME"):
        monkeypatch.setenv(name, str(hostile))
    assert read_installed("env").pip["foo-bar"] == "1.2"
    assert read_installed(f"./env/{PYTHON}").pip["foo-bar"] == "1.2"
    monkeypatch.setenv("PATH", os.pathsep.join(("", ".", "bin", os.path.join("env", PYTHON.rpartition("/")[0]))))
    for given in ("", "python", "python3", "python3.12", "git", "PYTHON.EXE"):
        with pytest.raises(InstalledError):
            read_installed(given)
    assert what_ran(ran) == []
    monkeypatch.setenv("PATH", os.path.dirname(hostile / "env" / PYTHON))
    assert read_installed("python").pip["foo-bar"] == "1.2"
    assert what_ran(ran) == []


def test_packages_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a Python that is no virtual environment, though it is isolated when it is asked."""
    monkeypatch.setenv("PYTHONUSERBASE", str(tmp_path))
    code = "import site; print(site.getusersitepackages())"
    python = getattr(sys, "_base_executable", sys.executable)
    site = Path(subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip())
    assert tmp_path in site.parents
    site.mkdir(parents=True)
    _install(site, "ours", "1.0")
    (site / "usercustomize.py").write_bytes(b"import nothing")
    assert read_installed(python).pip["ours"] == "1.0"
    assert "ours" not in read_installed(sys.executable).pip or sys.executable == python


@pytest.mark.parametrize("given", ["", "none", "folder", "text", "./text", "program", "./program"])
def test_what_is_no_python(
    given: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "text").write_text("no program")
    (tmp_path / "program").write_text("#!/bin/sh\necho hello\n")
    (tmp_path / "program").chmod(0o755)
    (tmp_path / "requirements.txt").write_text("numpy\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InstalledError):
        read_installed(given)
    assert main(["--fix", "--unsafe-fixes", "--from-env", given]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n"), err.startswith(f"binderlint: error: --from-env {given}: ")) == ("", 1, True)
    assert (tmp_path / "requirements.txt").read_text() == "numpy\n"


def test_the_command(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "requirements.txt").write_text("foo.bar\nother\n")
    (repo / "runtime.txt").write_text(f"python-{HERE}\n")
    monkeypatch.chdir(repo)
    fixing = ["--select", "PIN002", "--unsafe-fixes", "--from-env", str(environment)]
    assert main(["--from-env", str(environment)]) == 2
    assert main([*fixing, "--diff"]) == 1
    assert "+foo.bar==1.2\n" in capsys.readouterr().out
    assert main([*fixing, "--fix"]) == 0
    assert (repo / "requirements.txt").read_text() == "foo.bar==1.2\nother\n"


def test_an_environment_of_another_python_is_not_used(
    environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    other = "3.9" if HERE != "3.9" else "3.8"
    repo = tmp_path / "repo"
    repo.mkdir()
    (repo / "requirements.txt").write_text("foo.bar\n")
    (repo / "runtime.txt").write_text(f"python-{other}\n")
    monkeypatch.chdir(repo)
    main(["--select", "PIN002", "--fix", "--unsafe-fixes", "--from-env", str(environment)])
    assert f"are not used: its Python is {HERE}, and Binder builds with {other}\n" in capsys.readouterr().err
    assert (repo / "requirements.txt").read_text() == "foo.bar\n"
