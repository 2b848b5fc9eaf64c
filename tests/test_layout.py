"""Layout: merging two environment files, names that are nearly right, and that nothing that fails is silent."""

from __future__ import annotations

import pytest
import yaml

from binderlint.changes.merge_environments import conda_names, into_environment, not_in, scalar
from binderlint.changes.python import fitting_python
from binderlint.lint.diagnostic import Applicability, Severity
from binderlint.lint.fixer import fix
from binderlint.lint.linter import check
from binderlint.read.yaml import read_yaml
from binderlint.repo2docker.build import build_plan
from binderlint.rules.layout.requirements_need_conda import _has_wheel, needs
from binderlint.snapshot import Snapshot
from binderlint.source import Files, Source


def repository(files: Files, **options: str) -> Snapshot:
    return Snapshot.from_dict(files, **options)  # type: ignore[arg-type]


def merged(environment: str, requirements: str) -> str | None:
    repo = repository({"environment.yml": environment, "requirements.txt": requirements})
    merge = into_environment(read_yaml(repo.sources["environment.yml"]).value, repo.sources["requirements.txt"])
    return None if merge is None else repo.apply(merge.edits).sources["environment.yml"].text


@pytest.mark.parametrize(
    ("requirements", "items"),
    [
        ("a\nb==1\n", ["a", "b==1"]),
        ("a ; python_version<'3.9'  # old\n", ["a ; python_version<'3.9'"]),
        ("--extra-index-url https://e.org/simple\na\n", ["--extra-index-url https://e.org/simple", "a"]),
        ("-e .\n", ["-e ."]),
        ("git+https://g.org/o/r@v1#egg=r\n", ["git+https://g.org/o/r@v1#egg=r"]),
        ("a >= 1, \\\n  < 2\n", ["a >= 1, < 2"]),
        ("a[x]>=1\r\nb\r\n", ["a[x]>=1", "b"]),
        ("\ufeffa\n", ["a"]),
        ('a; sys_platform == "linux"\n', ['a; sys_platform == "linux"']),
        ("*a\n", None),  # pip refuses it
        ("a --hash=sha256:00\n", None),
        ("-r more.txt\n", None),
        ("scipy\n", None),  # nothing is left to move
    ],
)
@pytest.mark.parametrize(
    "environment",
    [
        "dependencies:\n  - python=3.12\n  - scipy\n",
        "dependencies:\n- scipy\n- pip:\n  - old # x\n# the end\nname: x\n",
        "dependencies:\n    - scipy\n    - pip\n\n",
    ],
)
def test_requirements_move_into_the_pip_list(environment: str, requirements: str, items: list[str] | None) -> None:
    text = merged(environment, requirements)
    if items is None:
        assert text is None or requirements == "scipy\n"
        return
    assert text is not None
    before, after = yaml.safe_load(environment), yaml.safe_load(text)
    lists = [item["pip"] for item in after["dependencies"] if isinstance(item, dict)]
    old = [item["pip"] for item in before["dependencies"] if isinstance(item, dict)]
    assert lists == [[*(old[0] if old else []), *items]]
    assert "pip" in after["dependencies"] or old
    assert {key: value for key, value in after.items() if key != "dependencies"} == {
        key: value for key, value in before.items() if key != "dependencies"
    }
    assert all(comment in text for comment in ("# x", "# the end") if comment in environment)
    assert ("# old" in text) == ("# old" in requirements)


@pytest.mark.parametrize(
    ("environment", "result"),
    [
        ("dependencies: [numpy]\n", "dependencies: [numpy, pip, {pip: [a, 'b[c]']}]\n"),
        ("dependencies: [numpy, pip, pip: []]\n", "dependencies: [numpy, pip, pip: [a, 'b[c]']]\n"),
        ("dependencies: [numpy, {pip: [x]}]\n", "dependencies: [numpy, {pip: [x, a, 'b[c]']}]\n"),
        ("dependencies:\n- numpy\n- pip: [x] # y\n", "dependencies:\n- numpy\n- pip: [x, a, 'b[c]'] # y\n"),
        ("dependencies:\n- numpy\n- pip: -r x.txt\n", None),
        ("dependencies:\n", None),
        ("dependencies: {numpy: 1}\n", None),
    ],
)
def test_the_form_of_the_list_is_kept(environment: str, result: str | None) -> None:
    assert merged(environment, "a\nb[c]\n") == result


@pytest.mark.parametrize(
    ("requirements", "lines"),
    [
        ("# all\n\n# on a\na  # why\n", ["# all", "", "# on a", "- a  # why"]),
        ("# on numpy\nnumpy\n# on a\na\n", ["# on a", "- a"]),
        ("# on numpy\nnumpy\n\n# on a\na\n", ["# on a", "- a"]),
        ("a\n\n\n# the end\n", ["- a", "", "", "# the end"]),
    ],
)
def test_comments_move_with_what_they_are_about(requirements: str, lines: list[str]) -> None:
    text = merged("dependencies:\n- numpy\n- pip:\n  - b\n", requirements)
    assert text is not None
    assert [line[2:] if line else "" for line in text.splitlines()[4:]] == lines


def test_a_flow_list_cannot_hold_comments() -> None:
    for environment in ("dependencies: [numpy]\n", "dependencies: [numpy, {pip: [x]}]\n"):
        assert merged(environment, "a # why\n") is None
        assert merged(environment, "# why\na\n") is None
        assert merged(environment, "a\n\nb\n") is None


@pytest.mark.parametrize("text", ["a", "a==1", "*", "-e .", "1", "true", "a: b", "a #b", "'q'", "{a}", "@x", "yes", ""])
def test_scalars_read_back(text: str) -> None:
    assert yaml.safe_load(f"- {scalar(text)}") == [text]


@pytest.mark.parametrize(
    ("python", "nearest"),
    [("3.6", None), ("3.7", "3.7"), ("3.13", "3.13"), ("3.14", "3.14"), ("3.15", None), ("", None)],
)
def test_the_nearest_python(python: str, nearest: str | None) -> None:
    """repo2docker has an environment for 3.7 to 3.14."""
    assert fitting_python(repository({"requirements.txt": "tqdm\n"}), python) == nearest


def test_names_that_differ_between_pip_and_conda() -> None:
    environment = read_yaml(
        Source("environment.yml", b"dependencies: [pytorch, conda-forge::py-opencv, Scikit_Learn=1]")
    ).value
    requirements = Source(
        "requirements.txt", b"torch\nopencv-python\nscikit-learn\njupyterlab\nzarr; python_version<'3'\ndask\n"
    )
    assert not_in(conda_names(environment), requirements) == ["dask"]


@pytest.mark.parametrize(
    ("name", "python", "specifier", "wheel"),
    [
        ("gdal", "3.10", "", False),
        ("cartopy", "3.10", "", True),
        ("cartopy", "3.8", "", False),
        ("cartopy", "3.10", "==0.18.0", False),
        ("cartopy", "3.10", "==0.23.0", True),
        ("cartopy", "3.10", "<0.22", False),
        ("cartopy", "3.10", "<0.24", True),
        ("cartopy", "3.10", "~=0.21.0", False),
        ("cartopy", "3.10", ">=0.17", True),
        ("cartopy", "3.10", "==0.21.*", False),
        ("cartopy", "3.10", "!=0.22", True),
        ("mpi4py", "3.12", ">=3,<4", False),
        ("mpi4py", "3.12", "nonsense", True),
    ],
)
def test_wheels(name: str, python: str, specifier: str, wheel: bool) -> None:
    assert _has_wheel(needs()[name], python, specifier) is wheel


def test_every_need_has_a_source() -> None:
    assert all(
        need.source and need.fails in ("missing", "compile", "import") and need.conda for need in needs().values()
    )


FAILING: list[Files] = [
    {"environment.yml": "dependencies:\n"},
    {"environment.yml": "a: [\n"},
    {"environment.yml": b"\xff\xfea\x00"},
    {"environment.yml": "- numpy\n"},
    {"environment.yml": "dependencies: [python=3.4]\n"},
    {"environment.yml/x": ""},
    {"runtime.txt": "python-3.9.15\n", "requirements.txt": ""},
    {"runtime.txt": "3.9\n", "environment.yml": "dependencies: []\n"},
    {"runtime.txt": ""},
    {"runtime.txt": "r-2018-01-01\n"},
    {"runtime.txt": "r-2022-13-01\n"},
    {"runtime.txt": "python-3.11\n", "DESCRIPTION": "Package: x\n"},
    {"apt.txt": "Foo\n", "requirements.txt": ""},
    {"apt.txt": b"\xff\n", "requirements.txt": ""},
    {"REQUIRE": "julia\n"},
    {"Project.toml": "x = \n"},
    {"Project.toml": '[compat]\njulia = "1.6 - 1.9"\n'},
    {"pyproject.toml": "[project\n", "requirements.txt": ""},
    {"pyproject.toml": "[project]\nrequires-python = '>=3.20'\n", "requirements.txt": ""},
    {"Pipfile": "[x\n"},
    {"Pipfile.lock": "{\n"},
    {"Dockerfile": "FROM andrewosh/binder-base\n"},
    {"Dockerfile": b"FROM x\n\xff\n"},
    {"binder/a": "", ".binder/a": ""},
    {"README.md": "# x\n"},
    {"requirements.txt": "x\n", "runtime.txt": "r-4.4\n", "binder/README.md": ""},
]


@pytest.mark.parametrize("files", FAILING, ids=lambda files: " ".join(files))
def test_nothing_that_fails_is_silent(files: Files) -> None:
    repo = repository(files)
    report = check(repo)
    assert not report.crashed
    assert build_plan(repo).error or build_plan(repo).default
    errors = [found for found in report.diagnostics if found.severity is Severity.ERROR]
    assert errors
    assert len([found for found in errors if found.name in ("repo2docker-error", "no-environment-file")]) <= 1
    fix(repo, applicability=Applicability.UNSAFE)


def test_a_renamed_folder_may_hold_errors_of_its_own() -> None:
    files = {"Binder/environment.yml": "dependencies: [python=3.12, numpy]\n", "Binder/requirements.txt": "scipy\n"}
    fixed = fix(repository(files))
    assert [found.name for found in fixed.applied] == ["config-directory-misnamed"]
    assert set(fixed.repo.sources) == {"binder/environment.yml", "binder/requirements.txt"}
    assert "shadowed-config-file" in {found.name for found in fixed.report.diagnostics}
