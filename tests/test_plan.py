"""Plans: which file is used and why, versions and the line that decides, steps, hubs, refs, and how they are told."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from binderlint.cli import main
from binderlint.data import pairs
from binderlint.lint.hubs import Hub, describe, find_hub, judge, parse_size
from binderlint.lint.settings import ConfigError, load_settings
from binderlint.outside import remote
from binderlint.outside.remote import find_remote
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.repo2docker.environment import is_local_requirement
from binderlint.repo2docker.julia import find_match
from binderlint.repo2docker.mentions import mentioned
from binderlint.repo2docker.names import meant
from binderlint.repo2docker.plan import DEFAULT_PYTHON, Status
from binderlint.repo2docker.steps import build_steps
from binderlint.repo2docker.tables import PLATFORM, repo2docker
from binderlint.snapshot import RepositoryError, Snapshot
from binderlint.source import SYMLINK, Files, Source
from tests.hosting import git_host

ROOT = Path(__file__).parents[1]


def uses(files: Files) -> dict[str, tuple[str, str]]:
    """Status and reason of each file of the plan."""
    return {use.path: (use.status.value, use.reason) for use in build_plan(Snapshot.from_dict(files)).files}


# -- the tables


def test_tables_are_those_of_the_installed_repo2docker() -> None:
    """A new release of repo2docker shows here what is to be changed in data/repo2docker.json."""
    import datetime
    from importlib.metadata import version
    from unittest.mock import PropertyMock, patch

    from repo2docker.app import Repo2Docker
    from repo2docker.buildpacks import conda, r
    from repo2docker.buildpacks.conda.supported_python_version import SUPPORTED_PYTHON_VERSION
    from repo2docker.buildpacks.julia import JuliaProjectTomlBuildPack as Julia

    table = repo2docker()
    assert version("jupyter-repo2docker") == table["release"]
    assert Repo2Docker().base_image == table["base_image"]
    python = table["python"]
    assert conda.CondaBuildPack.major_pythons == python["majors"]
    assert conda.CondaBuildPack.kernel_env_cutoff_version == python["kernel_cutoff"]
    assert list(SUPPORTED_PYTHON_VERSION) == python["supported"]
    assert python["majors"]["3"] == DEFAULT_PYTHON
    for platform, known in python["lock_files"].items():
        locks = Path(conda.HERE).glob(f"environment.py-*-{platform}.lock")
        found = {path.name.removeprefix("environment.py-").removesuffix(f"-{platform}.lock") for path in locks}
        assert found == set(known)
    for minor in python["lock_files"][PLATFORM]:
        lock = Path(conda.HERE, f"environment.py-{minor}-{PLATFORM}.lock").read_text("utf-8")
        assert re.findall(r"/python-(\d+\.\d+\.\d+)-", lock) == [pairs("python_releases.tsv")[minor]]
    assert datetime.date.fromisoformat(table["r"]["first_snapshot"]) == r.RSPM_CUTOFF_DATE
    answers = {}
    for minor in [f"{major}.{minor}" for major in range(2, 7) for minor in range(12)] + [None]:
        with patch.object(r.RBuildPack, "runtime", PropertyMock(return_value=("r", minor, None))):
            try:
                answers[minor] = r.RBuildPack("base").r_version
            except RuntimeError:
                continue
    assert answers.pop(None) == table["r"]["versions"][table["r"]["default"]]
    assert answers == table["r"]["versions"]
    assert f'compat = "{table["julia"]["default_compat"]}"' in inspect.getsource(Julia)


def test_julia_versions_are_sorted() -> None:
    from binderlint.repo2docker.tables import julia

    versions = [tuple(map(int, version.split("."))) for version in julia()["versions"]]
    assert versions == sorted(set(versions))


# -- what becomes of the files

USED, IGNORED, INDIRECT = "used", "ignored", "indirect"


@pytest.mark.parametrize(
    ("files", "path", "status", "words"),
    [
        ({"Dockerfile": "FROM a\n", "requirements.txt": "a\n"}, "requirements.txt", IGNORED, "`Dockerfile` decides everything"),
        ({"environment.yml": "", "requirements.txt": "a\n"}, "requirements.txt", IGNORED, "`environment.yml` wins over `requirements.txt`"),
        ({"binder/postBuild": "", "requirements.txt": "a\n"}, "requirements.txt", IGNORED, "`binder/` exists"),
        ({"binder/environment.yml": "", "binder/setup.py": ""}, "binder/setup.py", IGNORED, "in the root of the repository only"),
        ({"environment.yml": "dependencies: [pip: [-r requirements.txt]]\n", "requirements.txt": "a\n"}, "requirements.txt", INDIRECT, "includes it with `-r requirements.txt`"),
        ({"binder/environment.yml": "dependencies:\n- pip:\n  - -e ..\n", "setup.py": ""}, "setup.py", INDIRECT, "-e .."),
        ({"binder/environment.yml": "dependencies:\n- pip:\n  - -r ../requirements.txt\n", "requirements.txt": ""}, "requirements.txt", INDIRECT, "-r ../requirements.txt"),
        ({"requirements.txt": "-r base.txt\n", "base.txt": ""}, "base.txt", INDIRECT, "`requirements.txt` includes it"),
        ({"environment.yml": "", "requirements.txt": "a\n", "postBuild": "pip install -r requirements.txt\n"}, "requirements.txt", INDIRECT, "`postBuild` names"),
        ({"environment.yml": "", "requirements.txt": "a\n", "postBuild": "# pip install -r requirements.txt\n"}, "requirements.txt", IGNORED, "wins"),
        ({"environment.yml": "", "setup.py": "", "postBuild": "python -m pip install -e .\n"}, "setup.py", INDIRECT, "installs it with `pip install -e .`"),
        ({"environment.yml": "", "a/setup.py": "", "postBuild": "cd a && pip install .\n"}, "a/setup.py", INDIRECT, "pip install"),
        ({"Dockerfile": "FROM a\nCOPY environment.yml /tmp/\n", "environment.yml": ""}, "environment.yml", INDIRECT, "copies it"),
        ({"Dockerfile": "FROM a\nCOPY *.txt /tmp/\n", "requirements.txt": ""}, "requirements.txt", INDIRECT, "copies it"),
        ({"Dockerfile": "FROM a\nCOPY . /x\nRUN pip install -r /x/requirements.txt\n", "requirements.txt": ""}, "requirements.txt", INDIRECT, "names"),
        ({"Dockerfile": "FROM a\nCOPY . /x\n", "requirements.txt": ""}, "requirements.txt", IGNORED, "decides everything"),
        ({"Dockerfile": "FROM pangeo/base-image:2020.01.01\n", "environment.yml": ""}, "environment.yml", INDIRECT, "ONBUILD"),
        ({"binder/Dockerfile": "FROM pangeo/pangeo-notebook-onbuild:1\n", "binder/start": ""}, "binder/start", INDIRECT, "ONBUILD"),
        ({"environment.yml": "", "environment.yaml": ""}, "environment.yaml", IGNORED, "`environment.yml` is there too"),
        ({"requirements.txt": "", "install.R": ""}, "install.R", IGNORED, "only an R repository runs it"),
        ({"requirements.txt": "", "postbuild": ""}, "postbuild", IGNORED, "`postBuild`"),
        ({"binder/environment.yml": Source("binder/environment.yml", b"../environment.yml", SYMLINK), "environment.yml": ""}, "environment.yml", INDIRECT, "`binder/environment.yml` is a link to it"),
        ({"requirements.txt": "", "poetry.lock": ""}, "poetry.lock", IGNORED, "does not know the files of Poetry"),
        ({"pyproject.toml": "[project]\nname = 'a'\n", "requirements.txt": ""}, "pyproject.toml", IGNORED, "no [build-system]"),
        ({"pyproject.toml": "[project]\nrequires-python = '>=3.11'\n", "requirements.txt": ""}, "pyproject.toml", USED, "`requires-python`"),
        ({"requirements.txt": "", "requirements3.txt": ""}, "requirements3.txt", IGNORED, "Python 3.6 or older"),
        ({"requirements.txt": "", "requirements3.txt": "", "runtime.txt": "python-2.7"}, "requirements3.txt", USED, "for the server"),
        ({"environment.yml": "", "runtime.txt": "python-3.9"}, "runtime.txt", IGNORED, "decides the Python version"),
        ({"environment.yml": "", "runtime.txt": "python 3.9"}, "runtime.txt", USED, "stops"),
        ({"requirements.txt": "", "runtime.txt": "r-4.1"}, "runtime.txt", USED, "without a date"),
        ({"binder/a": "", ".binder/environment.yml": ""}, ".binder/environment.yml", IGNORED, "both"),
        ({"requirements.txt": "", "start": Source("start", b"", tracked=False)}, "start", IGNORED, "git does not track it"),
        ({"REQUIRE": "", "environment.yml": ""}, "environment.yml", IGNORED, "repo2docker stops at `REQUIRE`"),
        ({"Project.toml": "", "Pipfile": ""}, "Pipfile", IGNORED, "Julia repository"),
        ({"Dockerfile": "FROM andrewosh/binder-base\n", "binder/environment.yml": ""}, "Dockerfile", USED, "andrewosh/binder-base"),
        ({"Dockerfile": "FROM python:3.12\n", "binder/environment.yml": ""}, "Dockerfile", IGNORED, "does not look in the root"),
        ({"binder/Dockerfile": "FROM a\n", "binder/.dockerignore": "x\n"}, "binder/.dockerignore", IGNORED, "in the root of the repository"),
        ({"binder/Dockerfile": "FROM a\n", ".dockerignore": "x\n"}, ".dockerignore", USED, "leaves out"),
        ({"runtime.txt": "r-2022-01-10", "environment.yml": ""}, "environment.yml", USED, "installed"),
    ],
)  # fmt: skip
def test_file_uses(files: Files, path: str, status: str, words: str) -> None:
    found = uses(files)[path]
    assert found[0] == status, found
    assert words in found[1]


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("enviroment.yml", "environment.yml"),
        ("enviornment.yml", "environment.yml"),
        ("environments.yml", "environment.yml"),
        ("environement.yml", "environment.yml"),
        ("environnement.yml", "environment.yml"),
        ("environmet.yml", "environment.yml"),
        ("environmnet.yml", "environment.yml"),
        ("envrionment.yml", "environment.yml"),
        ("enviroment.yaml", "environment.yml"),
        ("Environment.yml", "environment.yml"),
        ("environment.yml.txt", "environment.yml"),
        ("requirement.txt", "requirements.txt"),
        ("requirments.txt", "requirements.txt"),
        ("requierements.txt", "requirements.txt"),
        ("requriements.txt", "requirements.txt"),
        ("requirements.text", "requirements.txt"),
        ("requirement.text", "requirements.txt"),
        ("runtime", "runtime.txt"),
        ("runtimes.txt", "runtime.txt"),
        ("runtime.text", "runtime.txt"),
        ("apts.txt", "apt.txt"),
        ("apt.text", "apt.txt"),
        ("dockerfile.txt", "Dockerfile"),
        ("postbuild", "postBuild"),
        ("post_build.sh", "postBuild"),
        ("Start.sh", "start"),
        ("environment.yml", None),
        ("dev-requirements.txt", None),
        ("restart", None),
    ],
)
def test_what_a_name_was_meant_to_be(name: str, right: str | None) -> None:
    assert meant(name) == right


def test_what_is_no_misspelling() -> None:
    files = uses(
        {"requirements.txt": "", "Requirements.txt": "", "start.sh": "", "requirements-dev.txt": "", "Start": ""}
    )
    assert [path for path, (status, _) in files.items() if status == IGNORED] == ["Start"]


def test_plan_questions() -> None:
    plan = build_plan(Snapshot.from_dict({"binder/environment.yml": "", "start": ""}))
    assert plan.uses("binder/environment.yml") and not plan.uses("start") and not plan.uses("x")
    assert plan.path("start") == "binder/start"
    use = plan.use("start")
    assert use and use.status is Status.IGNORED
    assert plan.use("x") is None


@pytest.mark.parametrize(
    ("files", "version", "at"),
    [
        ({"environment.yml": "dependencies:\n  - python=3.9 # c\n"}, "3.9", "environment.yml:2:5"),
        ({"environment.yml": "dependencies: [a, 'python=3.8']\r\n"}, "3.8", "environment.yml:1:19"),
        ({"requirements.txt": "", "runtime.txt": "\npython-3.11\n"}, "3.11", "runtime.txt:2:1"),
        ({"pyproject.toml": "[project]\nrequires-python = '>=3.12'\n", "requirements.txt": ""}, "3.14", "pyproject.toml:2:19"),
        ({"Pipfile": "[requires]\npython_version = '3.8'\n"}, "3.8", "Pipfile:2:18"),
        ({"Pipfile.lock": '{"_meta": {"requires": {"python_version": "3.9"}}}'}, "3.9", "Pipfile.lock:1:43"),
    ],
)  # fmt: skip
def test_the_line_that_decides(files: Files, version: str, at: str) -> None:
    python = build_plan(Snapshot.from_dict(files)).python
    assert python and (python.version, str(python.place)) == (version, at)


@pytest.mark.parametrize(
    ("files", "stage", "at"),
    [
        ({"environment.yml": "a: b\na: c\n"}, "python_version", "environment.yml:2:1"),
        ({"requirements.txt": "", "apt.txt": "vim\nlibGL Foo\nFoo # c\n"}, "get_preassemble_scripts", "apt.txt:3:1"),
        ({"requirements.txt": "", "runtime.txt": "python3\n"}, "detect:RBuildPack", "runtime.txt:1:1"),
        ({"Dockerfile": "# a\nFROM andrewosh/binder-base\n"}, "detect:LegacyBinderDockerBuildPack", "Dockerfile:2:1"),
        ({"environment.yml": "dependencies:\n- a\n- python=3.4\n"}, "render", "environment.yml:3:3"),
        ({"Project.toml": '[compat]\njulia = "1.6, 1.7"\n'}, "render", "Project.toml:2:9"),
        ({"pyproject.toml": "[project]\nx = [\n"}, "detect:PythonBuildPack", "pyproject.toml:2:5"),
        ({"requirements.txt": "", ".dockerignore": b"a\n\xff\n"}, "build", ".dockerignore:2:1"),
        ({"pyproject.toml": b"[project]\n# \xff\n"}, "detect:PythonBuildPack", "pyproject.toml:2:3"),
        ({"pyproject.toml": "a = = 1\n"}, "detect:PythonBuildPack", "pyproject.toml:1:5"),
        ({"environment.yml": "dependencies:\n  # - a\n"}, "python_version", "environment.yml:1:1"),
        ({"runtime.txt": "r-4.1-2016-01-01\n"}, "render", "runtime.txt:1:1"),
        ({"README.md": "", "binder/REQUIRE": ""}, "build", "binder/REQUIRE:1:1"),
    ],
)  # fmt: skip
def test_the_line_to_blame(files: Files, stage: str, at: str) -> None:
    error = build_plan(Snapshot.from_dict(files)).error
    assert error and (error.stage, str(error.place)) == (stage, at)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bash ./setup.sh\n", "setup.sh"),
        ("source $HOME/binder/env.sh", "binder/env.sh"),
        ("mamba env update -n base --file=environment-extra.yml", "environment-extra.yml"),
        ("pip install -rdev-requirements.txt", "dev-requirements.txt"),
        ("python -m pip install .[dev]", "setup.py"),
        ("echo start", ""),
        ("bash start", "start"),
        ("sh start", "start"),
        ("curl https://h/requirements.txt", ""),
    ],
)
def test_mentions(text: str, found: str) -> None:
    paths = (
        "setup.sh",
        "binder/env.sh",
        "environment-extra.yml",
        "dev-requirements.txt",
        "start",
        "requirements.txt",
        "setup.py",
    )
    repo = Snapshot.from_dict(dict.fromkeys(paths, ""))
    assert [path for path, _ in mentioned(repo, text, "")] == ([found] if found else [])


@pytest.mark.parametrize("line", ["-e .", "--pre -e .", "--pre", "--pre file:///a", "--pre ./a", "-r a.txt", "--find-links=./wheels", "--find-links=https://x/./y", "./a", "a", "-e", "file:///a", "https://./a", "", "# -r a"])  # fmt: skip
def test_local_requirements_as_repo2docker_sees_them(line: str) -> None:
    from repo2docker.utils import is_local_pip_requirement

    assert is_local_requirement(line) == is_local_pip_requirement(line)


@pytest.mark.parametrize("constraint", ["0.0.3", "^0.0.3", "~0.0.3", "~0.0", "~0", "~0.2.3", "~1", "~1.2", "~1.2.3", "^0", "^0.0", "^0.2", "^1.2", ">=0.0.4", "<1.2", "=1.2.3", "≥1.2", "1.2"])  # fmt: skip
def test_julia_constraints_as_repo2docker_reads_them(constraint: str) -> None:
    from repo2docker.semver import find_semver_match

    versions = ["0.0.2", "0.0.3", "0.0.4", "0.1.0", "0.2.3", "0.2.9", "0.3.0", "1.0.0", "1.2.2", "1.2.3", "1.2.9", "1.3.0", "1.11.0", "2.0.0"]  # fmt: skip
    assert find_match(constraint, versions) == find_semver_match(constraint, versions)


def test_requirements_that_look_like_another_encoding() -> None:
    """repo2docker guesses the encoding, and an escape sequence makes it guess ISO 2022."""
    assert not build_plan(Snapshot.from_dict({"requirements.txt": b".\x1b$B"})).pip_needs_repository
    assert build_plan(Snapshot.from_dict({"requirements.txt": b"-e .\n"})).pip_needs_repository


# -- steps


def test_steps() -> None:
    repo = Snapshot.from_dict(
        {"requirements.txt": "-e .\n", "setup.py": "", "apt.txt": "vim\n", "postBuild": "", "environment.yaml": ""}
    )
    assert build_plan(repo).buildpack == Buildpack.CONDA
    files = {"binder/runtime.txt": "r-4.1-2022-01-10", "binder/install.R": "", "binder/apt.txt": "a\n", "binder/requirements.txt": "-e .\n", "binder/postBuild": ""}  # fmt: skip
    steps = build_steps(Snapshot.from_dict(files))
    assert [(step.user, step.when, step.files) for step in steps] == [
        ("root", "before", ()),
        ("root", "before", ()),
        ("root", "before", ()),
        ("root", "before", ("binder/apt.txt",)),
        ("jovyan", "before", ("binder/install.R",)),
        ("root", "copy", ()),
        ("jovyan", "after", ("binder/requirements.txt",)),
        ("jovyan", "after", ("binder/postBuild",)),
    ]
    assert not build_steps(Snapshot.from_dict({"runtime.txt": ""}))
    docker = build_steps(Snapshot.from_dict({"Dockerfile": "FROM python:3.12\nRUN a\nUSER me\nCOPY . /x\n"}))
    assert [(step.user, step.what) for step in docker] == [("root", "RUN a"), ("me", "COPY . /x")]


# -- hubs


def test_hubs() -> None:
    empty, nix = Snapshot.from_dict({"apt.txt": ""}), Snapshot.from_dict({"default.nix": ""})
    assert not judge(find_hub("mybinder.org"), build_plan(empty)).accepts
    assert judge(find_hub("generic"), build_plan(empty)).accepts
    assert judge(find_hub("hub.example.org"), build_plan(empty)).accepts
    assert not judge(find_hub("mybinder.org"), build_plan(nix)).accepts
    assert judge(find_hub("generic"), build_plan(nix)).accepts
    assert find_hub("mybinder.org").memory == 2 * 2**30
    assert find_hub("generic").ports is None
    own = describe({"name": "h", "memory": "1.5 GiB", "ports": [80], "default-environment": False})
    assert own == Hub("h", 3 * 2**29, None, frozenset({80}), False)
    assert Snapshot.from_dict({}, hub=own).allows is own
    assert Snapshot.from_dict({}, hub=own).replace([]).hub == "h"
    assert parse_size("512m") == 2**29
    assert [parse_size(f"3{unit}") for unit in ("", "K", "M", "G", "T")] == [3 * 1024**power for power in range(5)]
    for wrong in ({"memory": "much"}, {"memory": 2}, {"ports": ["80"]}, {"colour": "red"}):
        with pytest.raises(ValueError, match="`"):
            describe(wrong)


def test_hub_in_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "binderlint.toml"
    file.write_text('hub = { name = "h", memory = "8G" }\n')
    hub = load_settings(file).hub
    assert isinstance(hub, Hub) and hub.memory == 8 * 2**30
    for wrong in ('hub = { memory = "x" }', 'hub = "other"', "hub = 1"):
        file.write_text(wrong)
        with pytest.raises(ConfigError, match=r"binderlint.toml:1: `hub`"):
            load_settings(file)


# -- told


def test_text_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "environment.yml").write_text("dependencies: [python=3.12]\n")
    (tmp_path / "requirements.txt").write_text("numpy\n")
    assert main(["plan", str(tmp_path)]) == 0
    text = capsys.readouterr().out
    for words in ("ok mybinder.org will try to build this repository", "conda (CondaBuildPack), which comes before Python", "3.12  environment.yml:1:16", "copy the repository"):  # fmt: skip
        assert words in text
    assert "\033" not in text
    assert main(["plan", str(tmp_path), "--color", "always"]) == 0
    assert "\033" in capsys.readouterr().out
    found = told(capsys, str(tmp_path))
    assert found["python"] == {"version": "3.12", "source": "environment.yml:1:16", "reason": "written here"}
    assert found["error"] is None and found["hub"]["accepts"]
    (tmp_path / "requirements.txt").unlink()
    (tmp_path / "environment.yml").write_text("- a\n")
    assert told(capsys, str(tmp_path), code=1)["error"]["line"] == 1
    (tmp_path / "environment.yml").unlink()
    assert not told(capsys, str(tmp_path), code=1)["hub"]["accepts"]
    assert told(capsys, str(tmp_path), "--hub", "generic")["default"]


def told(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> dict[str, Any]:
    """The plan as JSON, which keeps to its schema."""
    assert main(["plan", *arguments, "--format", "json"]) == code
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    jsonschema.validate(found, json.loads((ROOT / "docs/plan.schema.json").read_text()))
    return found


# -- refs and the web


@pytest.mark.parametrize(
    ("target", "url", "ref"),
    [
        ("gh:o/r", "https://github.com/o/r", "HEAD"),
        ("gh:o/r.git@v1/x", "https://github.com/o/r", "v1/x"),
        ("gl:g/s/r@main", "https://gitlab.com/g/s/r", "main"),
        ("https://mybinder.org/v2/gh/o/r/feature/x?urlpath=lab", "https://github.com/o/r", "feature/x"),
        ("https://mybinder.org/v2/gl/g%2Fr/main", "https://gitlab.com/g/r", "main"),
        ("https://hub.example.org/binder/v2/git/https%3A%2F%2Fh.org%2Fr/abc", "https://h.org/r", "abc"),
        ("http://mybinder.org/repo/o/r", "https://github.com/o/r", "master"),
    ],
)
def test_find_remote(target: str, url: str, ref: str) -> None:
    found = find_remote(target)
    assert found and (found.url, found.ref) == (url, ref)


@pytest.mark.parametrize("command", ["plan", "lock", "try"])
def test_a_pointer_of_git_lfs_is_no_list(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / ".gitattributes").write_text("*.txt filter=lfs\n", "utf-8")
    (tmp_path / "requirements.txt").write_text("version https://git-lfs.github.com/spec/v1\n", "utf-8")
    assert main([command, str(tmp_path)]) == 2
    text = capsys.readouterr().err
    assert "requirements.txt: cannot be read: Git LFS stores it, and only its pointer is here" in text


def test_find_remote_refuses() -> None:
    assert find_remote("notebooks") is None and find_remote("C:/x") is None
    for wrong in ("https://example.org/x", "https://mybinder.org/v2/gh/o/r", "https://mybinder.org/v2/zenodo/10.5281/zenodo.1/"):  # fmt: skip
        with pytest.raises(RepositoryError):
            find_remote(wrong)


@pytest.fixture
def hosted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A git repository on a host that binderlint takes for github.com: environment.yml on main, requirements.txt at the tag v1."""
    folder = tmp_path / "host/o/r"
    folder.mkdir(parents=True)
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_NAME", "x")
        monkeypatch.setenv(f"GIT_{who}_EMAIL", "x")

    def git(*arguments: str) -> None:
        subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)

    git("init", "--initial-branch=main")
    (folder / "requirements.txt").write_text("numpy\n")
    git("add", ".")
    git("commit", "--message", "one")
    git("tag", "v1")
    (folder / "requirements.txt").unlink()
    (folder / "environment.yml").write_text("dependencies: [python=3.9]\n")
    git("add", ".")
    git("commit", "--message", "two")
    with git_host(tmp_path / "host") as (address, _):
        monkeypatch.setitem(remote._HOSTS, "gh", address)
        yield folder


def test_remote_refs(hosted: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(hosted.parent)
    assert told(capsys, "gh:o/r")["buildpack"] == "CondaBuildPack"
    assert told(capsys, "gh:o/r@v1")["buildpack"] == "PythonBuildPack"
    assert told(capsys, "https://mybinder.org/v2/gh/o/r/master")["buildpack"] == "CondaBuildPack"  # HEAD instead
    assert told(capsys, str(hosted), "--ref", "v1")["buildpack"] == "PythonBuildPack"
    assert main(["plan", "gh:o/r@gone"]) == 2
    assert main(["plan", "gh:o/none"]) == 2
    assert main(["plan", "gh:o/r", "--ref", "v1"]) == 2
    assert (hosted / "environment.yml").exists()


def test_a_link_to_the_repository_itself_needs_no_network(
    hosted: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run(["git", "remote", "add", "origin", "https://github.com/O/r.git"], cwd=hosted, check=True)
    monkeypatch.setitem(remote._HOSTS, "gh", "http://127.0.0.1:9")
    monkeypatch.chdir(hosted)
    assert told(capsys, "https://mybinder.org/v2/gh/o/r/v1")["buildpack"] == "PythonBuildPack"
    assert main(["plan", "gh:o/other@v1"]) == 2


def test_check_at_a_link(hosted: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(hosted.parent)
    assert main(["gh:o/r@v1", "--output", "json"]) in (0, 1)
    assert "python-unpinned" in capsys.readouterr().out
    assert main(["gh:o/r@v1", "--fix"]) == 2


@pytest.mark.parametrize(
    ("files", "path", "text"),
    [
        ({"README.md": "# x\n", "runtime.txt": "r-9.9-2024-11-01\n"}, "runtime.txt", "r-9.9-2024-11-01"),
        ({"README.md": "# x\n", "requirements.txt": "", "apt.txt": "vim\n  ?graphviz  # x\n"}, "apt.txt", "?graphviz"),
    ],
)
def test_the_place_of_an_error(files: dict[str, str], path: str, text: str) -> None:
    error = build_plan(Snapshot.from_dict(files)).error
    assert error
    assert error.place.path == path
    assert error.place.text.strip() == text
