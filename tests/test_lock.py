"""lock: the versions that go together, against an index and a channel on this machine. `python -m tests.lock_online` asks the real ones."""

from __future__ import annotations

import datetime
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from binderlint.cli import main
from binderlint.lint.linter import check
from binderlint.lock.metadata import broken_versions, mended
from binderlint.lock.offered import offered_versions
from binderlint.lock.reasons import conda_reason, pip_reason
from binderlint.lock.sources import has_wheels, read_requirements_of_source, requirements_in, without_versions
from binderlint.lock.together import lockable_pythons
from binderlint.lock.when import find_days, find_known
from binderlint.outside.http import Limits
from binderlint.outside.uv import environment
from binderlint.snapshot import Snapshot
from binderlint.web import Web
from tests.package_index import Index, archive, served_index

Said = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with served_index() as made:
        for version, day in (("1.0", "2018-01-01"), ("2.0", "2019-01-01"), ("3.0", "2022-01-01")):
            made.wheel("apple", version, ["seed<2"] if version == "1.0" else ["seed"], day)
        made.wheel("seed", "1.0", day="2018-01-01")
        made.wheel("seed", "2.0", day="2019-01-01")
        made.wheel("seed", "3.0", day="2021-01-01")
        made.wheel("six", "1.0", day="2018-01-01")
        made.wheel("pear", "1.0", ["seed>=2"], "2019-06-01")
        made.wheel("oldmeta", "1.0", ["seed"], "2018-01-01")
        made.wheel("oldmeta", "1.1", ["seed (>=2011k)", "six (>=0.5)"], "2018-02-01")
        made.wheel("compiled", "1.0", day="2018-01-01", tag="cp37-cp37m-manylinux1_x86_64")
        made.source("onlysource", "1.0", {"setup.py": "boom", "PKG-INFO": "Name: onlysource\nVersion: 1.0\n", "onlysource.egg-info/requires.txt": "seed\n"})  # fmt: skip
        yield made


@pytest.fixture
def here(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository, and uv that asks the index on this machine."""
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"{index.address}/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("binderlint.lock.together.lockable_pythons", lambda: ["3.10", "3.7"])
    root = tmp_path / "repository"
    root.mkdir()
    _git(root, "init", "-q")
    monkeypatch.chdir(root)
    return root


def _git(root: Path, *arguments: str, day: str = "2018-06-01") -> None:
    identity = ["-c", "user.name=a", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    when = {"GIT_AUTHOR_DATE": f"{day}T10:00:00Z", "GIT_COMMITTER_DATE": f"{day}T10:00:00Z"}
    subprocess.run(["git", *identity, *arguments], cwd=root, check=True, env={**os.environ, **when})


def write(root: Path, day: str = "2018-06-01", **files: str) -> None:
    """Write files (`requirements_txt` is requirements.txt) and commit them on a day."""
    for name, text in files.items():
        (root / name.replace("_", ".")).write_text(text, "utf-8", newline="")
    _git(root, "add", ".")
    _git(root, "commit", "-qm", "files", day=day)


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: str) -> tuple[int, str]:
        code = main(["lock", *arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out + err

    return run


LISTED = '# fruit\r\napple  # the best\r\nseed >=1,<9 ; python_version >= "3"\r\nsix; sys_platform == "win32"\r\n'


def test_versions_are_written_in_their_places(here: Path, said: Said) -> None:
    write(here, requirements_txt=LISTED)
    code, text = said("--as-of", "2019-03-01")
    assert code == 0
    assert "Python 3.10, as of 2019-03-01: 2 packages go together." in text
    assert "requirements.txt:2:1: apple -> apple==2.0" in text
    expected = LISTED.replace("apple ", "apple==2.0 ").replace("seed >=1,<9", "seed ==2.0")
    assert (here / "requirements.txt").read_bytes() == expected.encode()
    for arguments in (["--as-of", "2019-03-01"], [], ["--check"]):
        assert said(*arguments)[0] == 0
        assert (here / "requirements.txt").read_bytes() == expected.encode()


@pytest.mark.parametrize(
    ("arguments", "version"),
    [
        ([], "3.0"),
        (["--as-of", "last-commit"], "2.0"),
        (["--as-of", "first"], "1.0"),
        (["--as-of", "2019-01-01"], "2.0"),
    ],
)
def test_the_day(arguments: list[str], version: str, here: Path, said: Said) -> None:
    write(here, requirements_txt="apple\n")
    _git(here, "tag", "first")
    write(here, "2020-05-05", requirements_txt="apple # again\n")
    assert said(*arguments)[0] == 0
    assert (here / "requirements.txt").read_text() == f"apple=={version} # again\n"


def test_check_and_diff_write_nothing(here: Path, said: Said) -> None:
    write(here, requirements_txt="apple\n")
    code, text = said("--check")
    assert code == 1 and "Would change requirements.txt." in text
    code, text = said("--diff")
    assert code == 1 and "-apple\n+apple==3.0\n" in text
    assert (here / "requirements.txt").read_text() == "apple\n"


def test_metadata_that_no_resolver_reads(here: Path, said: Said) -> None:
    """A version that uv would pass over silently: 1.1 would become 1.0."""
    write(here, requirements_txt="oldmeta\n")
    assert said("--as-of", "2018-03-01", "--full")[0] == 0
    assert (here / "requirements.txt").read_text() == "-c constraints.txt\noldmeta==1.1\n"
    assert (here / "constraints.txt").read_text().endswith("\nseed==1.0\n")


def test_a_source_is_read_and_not_run(here: Path, said: Said) -> None:
    write(here, requirements_txt="onlysource\n")
    code, text = said("--full")
    assert code == 0
    assert "What `onlysource` requires was read from the source" in text
    assert "Binder builds from their sources: onlysource." in text
    assert "seed==3.0" in (here / "constraints.txt").read_text()


BACKEND = """
def get_requires_for_build_wheel(config_settings=None):
    return []
def prepare_metadata_for_build_wheel(folder, config_settings=None):
    import os
    open({mark!r}, "w").close()
    os.mkdir(os.path.join(folder, "built-1.0.dist-info"))
    with open(os.path.join(folder, "built-1.0.dist-info", "METADATA"), "w") as file:
        file.write("Metadata-Version: 2.1\\nName: built\\nVersion: 1.0\\nRequires-Dist: seed\\n")
    return "built-1.0.dist-info"
"""
SYSTEM = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'


def test_programs_of_packages_run_only_with_allow_builds(index: Index, here: Path, said: Said) -> None:
    mark = here.parent / "it ran"
    files = {"pyproject.toml": SYSTEM, "backend.py": BACKEND.format(mark=str(mark))}
    index.source("built", "1.0", files)  # without PKG-INFO there is nothing to read
    write(here, requirements_txt="built\n")
    code, text = said()
    assert code == 1 and not mark.exists()
    assert "requirements.txt:1:1: built" in text and "allow that with --allow-builds" in text
    assert said("--allow-builds", "--as-of", "2020-01-01")[0] == 0
    assert mark.exists() and (here / "requirements.txt").read_text() == "built==1.0\n"


def test_a_conflict_has_its_lines_and_its_reason(here: Path, said: Said) -> None:
    write(here, requirements_txt="six\napple<2\n\npear\n")
    code, text = said()
    assert code == 1
    assert "  requirements.txt:2:1: apple<2\n  requirements.txt:4:1: pear\n" in text
    assert "requirements.txt:1:1" not in text
    assert "  All versions of pear depend on seed>=2 and apple<=1.0 depends on seed<2, so " in text
    assert "No other Python of Binder's changes that." in text
    assert "Without `<2` they go together: requirements.txt:2:1: apple would be 3.0.\n" in text
    assert (here / "requirements.txt").read_text() == "six\napple<2\n\npear\n"


def test_versions_that_only_an_old_pip_took(here: Path, said: Said) -> None:
    """Pip before 20.3 installed the version that was written first."""
    write(here, requirements_txt='apple==1.0 ; python_version > "3"\nseed[x] == 2.0  # newer\n')
    code, text = said("--as-of", "2023-01-01")
    assert code == 1
    assert "Without `==1.0` they go together: requirements.txt:1:1: apple would be 3.0.\n" in text
    assert "Without `== 2.0` they go together: requirements.txt:2:1: seed would be 1.0.\n" in text


def test_no_version_is_too_much(here: Path, said: Said) -> None:
    """A package that nobody has is not found without its version either."""
    write(here, requirements_txt="apple\nnobody==1.0\n")
    code, text = said()
    assert code == 1 and "nobody was not found" in text and "Without" not in text


def test_the_python_that_would_do(here: Path, said: Said) -> None:
    write(here, requirements_txt="compiled\n")
    code, text = said()
    assert code == 1 and "Run `binderlint lock --python 3.7`" in text
    assert said("--python", "3.7")[0] == 0
    assert (here / "requirements.txt").read_text() == "compiled==1.0\n"
    assert (here / "runtime.txt").read_text() == "python-3.7\n"


def test_everything_in_a_list_of_its_own(here: Path, said: Said) -> None:
    (here / "constraints.txt").write_text("seed<9\n")
    write(here, requirements_txt="# fruit\n\napple\n")
    code, text = said("--full", "--as-of", "2021-06-01")
    assert code == 2 and "constraints.txt: --full writes its list" in text
    _git(here, "rm", "-q", "constraints.txt")
    assert said("--full", "--as-of", "2021-06-01")[0] == 0
    assert (here / "requirements.txt").read_text() == "# fruit\n\n-c constraints.txt\napple==2.0\n"
    made = (here / "constraints.txt").read_text()
    assert made.startswith("# Made by `binderlint lock --full`") and made.endswith(
        "\n# Python 3.10, as of 2021-06-01\nseed==3.0\n"
    )
    for arguments in (["--as-of", "2021-06-01"], []):
        assert said("--full", *arguments)[0] == 0
        assert (here / "constraints.txt").read_text() == made
    (here / "requirements.txt").write_text("-c constraints.txt\napple==1.0\n")
    assert said("--full", "--as-of", "2021-06-01")[0] == 0
    assert (here / "constraints.txt").read_text().endswith("\nseed==1.0\n")


def test_what_the_server_and_binder_hold_is_left_to_them(index: Index, here: Path, said: Said) -> None:
    index.wheel("notebook", "5.0", ["tornado"])
    index.wheel("tornado", "5.0")
    write(here, requirements_txt="notebook\napple\n")
    code, text = said("--full")
    assert code == 0 and "Not held are `tornado`: Binder's Jupyter server needs them" in text
    assert (here / "requirements.txt").read_text() == "-c constraints.txt\nnotebook\napple==3.0\n"
    assert "tornado" not in (here / "constraints.txt").read_text()


def test_a_kernel_of_its_own_is_held_whole(index: Index, here: Path, said: Said) -> None:
    """With Python 3.6 the server has another environment."""
    index.wheel("plot", "1.0", ["jinja2", "ipython"])
    index.wheel("jinja2", "2.0")
    index.wheel("ipython", "7.0")
    write(here, requirements_txt="plot\n", runtime_txt="python-3.6\n")
    code, text = said("--full")
    assert code == 2 and "lock knows the versions 3.7, 3.10" in text
    (here / "runtime.txt").write_text("python-3.7\n")
    (here / "requirements.txt").write_text("plot\njinja2\n")
    assert "No version is written for `jinja2`: " in said()[1]
    assert (here / "requirements.txt").read_text() == "plot==1.0\njinja2\n"
    (here / "requirements.txt").write_text("plot\n")
    assert "Not held are `ipython` and `jinja2`" in said("--full")[1]
    assert "jinja2" not in (here / "constraints.txt").read_text()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("binderlint.lock.together.lockable_pythons", lambda: ["3.6"])
        (here / "runtime.txt").write_text("python-3.6\n")
        assert "Not held are `ipython`: " in said("--full")[1]
    assert (here / "constraints.txt").read_text().endswith("\n# Python 3.6\njinja2==2.0\n")


def test_nothing_outside_of_the_repository_is_read_for_it(index: Index, here: Path, said: Said) -> None:
    secret = here.parent / "elsewhere"
    secret.mkdir()
    (secret / "apple-9.0-py3-none-any.whl").write_bytes(b"")
    (here / "uv.toml").write_text("no-index = true\n")
    (here / "pyproject.toml").write_text("[tool.uv]\nno-index = true\n")
    write(
        here,
        requirements_txt=f"--find-links {secret}\n--index-url file://{secret}\n-r {secret}/x.txt\napple\n./local\n",
    )
    code, text = said()
    assert code == 0 and text.count("only packages from addresses on the web are looked for") == 2
    assert "./local: it is a path" in text
    assert "apple==3.0" in (here / "requirements.txt").read_text()


def test_uv_sees_no_setting_that_chooses_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "UV_RESOLUTION": "lowest",
        "UV_PYTHON": "3.6",
        "UV_EXTRA_INDEX_URL": "x",
        "VIRTUAL_ENV": "y",
        "PYTHONPATH": "z",
        "GIT_SSH_COMMAND": "w",
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    made = environment()
    assert [name for name in given if name in made] == ["UV_EXTRA_INDEX_URL"]
    assert made["UV_PYTHON_DOWNLOADS"] == "never"


def test_an_index_that_does_not_answer_is_no_finding(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    write(here, requirements_txt="apple\n")
    code, text = said()
    assert code == 2 and "The index of packages did not answer, so nothing is known of the versions" in text


@pytest.mark.parametrize("listed", ["compiled", "compiled==1.0", "apple\ncompiled>=1"])
def test_wheels_for_other_pythons_are_the_reason(listed: str, here: Path, said: Said) -> None:
    """And not that there is no source, which was asked for after the wheels."""
    write(here, requirements_txt=f"{listed}\n")
    code, text = said("--python", "3.10")
    assert code == 1 and "no source distribution" not in text
    assert re.search(r"compiled\S* has no wheels with a matching Python", text)


def _offered(root: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the fix of unpinned-dependencies makes of the list with the versions that a resolver has found; empty where it has none."""
    monkeypatch.setattr("binderlint.lock.offered.lockable_pythons", lambda: ["3.10", "3.7"])
    repo = Snapshot.from_folder(root)
    repo = repo.with_web(Web({}, True, offered_versions(repo)))
    fixes = [one.fix for one in check(repo).diagnostics if one.code == "PIN002"]
    return next(iter(repo.apply(fixes[0].edits).sources.values())).text if fixes and fixes[0] else ""


def test_versions_are_offered_for_what_has_none(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As `--online` has them: of what is listed without a version, for the Python of the build, and nothing where nothing goes together."""
    runtime = "python-3.10\n"
    write(here, requirements_txt="apple\nseed>=1\nsix==1.0\n", runtime_txt=runtime)
    assert _offered(here, monkeypatch) == "apple==3.0\nseed==3.0\nsix==1.0\n"
    for listed in ("six==1.0\n", "apple\nseed>=9\n"):
        write(here, requirements_txt=listed, runtime_txt=runtime)
        assert offered_versions(Snapshot.from_folder(here)) is None
    write(here, requirements_txt="apple\n", runtime_txt="python-3.13\n")
    assert offered_versions(Snapshot.from_folder(here)) is None


def test_all_packages_that_nobody_has_are_named(here: Path, said: Said) -> None:
    """A list of conda's packages that was given to pip; uv names one at a time."""
    write(here, requirements_txt="libapple\napple\npython==3.7\npear\nconda-things==1.0\n")
    code, text = said("--as-of", "2018-03-01")
    assert code == 1
    assert "  The index has no versions of " in text
    assert all(f"requirements.txt:{line}:1: " in text for line in (1, 3, 4, 5)) and "requirements.txt:2:1" not in text


@pytest.mark.parametrize(
    ("files", "version"),
    [
        ({"setup.py": 'from setuptools import setup\nsetup(install_requires=["seed<2"])\n'}, "seed==1.0"),
        ({"setup.py": "", "setup.cfg": "[options]\ninstall_requires =\n    seed<2; python_version > '3'\n    six  # x\n"}, "seed==1.0"),
        ({"pyproject.toml": "[project]\nname='a'\nversion='1'\ndependencies=['seed < 2']\n[build-system]\nrequires=[]\n"}, "seed==1.0"),
        ({"setup.py": 'from setuptools import setup\nsetup(install_requires=["seed @ https://a.b/seed-1.0-py3-none-any.whl", "seed<3"])\n'}, "seed==2.0"),
    ],
)  # fmt: skip
def test_what_the_repository_itself_requires(files: dict[str, str], version: str, here: Path, said: Said) -> None:
    for name, text in files.items():
        (here / name).write_text(text)
    write(here, requirements_txt="apple==2.0\nseed\n")
    assert said()[0] == 0
    assert (here / "requirements.txt").read_text() == f"apple==2.0\n{version}\n"


def test_what_a_setup_computes_is_not_known(here: Path, said: Said) -> None:
    (here / "setup.py").write_text("from setuptools import setup\nsetup(install_requires=open('x').readlines())\n")
    write(here, requirements_txt="apple\n")
    code, text = said()
    assert code == 0 and "what the repository's own package requires is not written down in it" in text


def test_a_source_may_be_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pyspark has only sources, of more than 200 MB each."""
    asked: list[Limits] = []
    made = archive("big-1.0", {"PKG-INFO": "Name: big\nVersion: 1.0\n", "big.egg-info/requires.txt": "seed\n"})

    def read(address: str, limits: Limits) -> bytes:
        asked.append(limits)
        return made

    monkeypatch.setattr("binderlint.lock.sources.read_web", read)
    assert read_requirements_of_source("https://a.b/big-1.0.tar.gz") == ("seed",)
    assert asked[0].size >= 320_000_000


def test_without_the_extra(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, requirements_txt="apple\n")
    monkeypatch.setitem(sys.modules, "uv", None)
    assert said() == (2, "binderlint: error: binderlint lock needs uv and py-rattler, which are not installed. Install them with `pip install 'binderlint[lock]'`\n")  # fmt: skip
    monkeypatch.setitem(sys.modules, "rattler", None)
    _git(here, "rm", "-q", "--cached", "requirements.txt")
    write(here, environment_yml="dependencies:\n- apple\n")
    assert "pip install 'binderlint[lock]'" in said()[1]


@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        ({"Pipfile": ""}, [], "Lock that with `pipenv lock`"),
        ({"Dockerfile": "FROM x\n"}, [], "does not build this repository from a list"),
        ({"requirements_txt": "apple\n", "runtime_txt": "python-2.7"}, [], "runtime.txt:1:1: Binder uses Python 2.7 here. lock knows"),
        ({"requirements_txt": "apple\n"}, ["--python", "3.5"], "--python 3.5. lock knows the versions 3.7, 3.10"),
        ({"requirements_txt": "apple\n"}, ["--as-of", "yesterday"], "no branch, tag or commit `yesterday`"),
        ({"requirements_txt": "apple\n"}, ["--as-of", "1999-01-01"], "there were no packages before"),
        ({"requirements_txt": "apple\n"}, ["gh:a/b"], "Clone the repository, and lock the clone"),
        ({"requirements_txt": "apple\n"}, ["requirements.txt"], "not a folder"),
        ({"requirements_txt": "apple\n"}, ["--when", "--full"], "--when only looks for days"),
        ({"requirements_txt": "# nothing\n"}, [], "There is nothing to lock"),
    ],
)  # fmt: skip
def test_what_cannot_be_locked(
    files: dict[str, str], arguments: list[str], message: str, here: Path, said: Said
) -> None:
    write(here, **files)
    code, text = said(*arguments)
    assert code == 2 and message in text


def test_a_folder_without_commits_has_no_day(here: Path, said: Said) -> None:
    (here / "requirements.txt").write_text("apple\n")
    code, text = said("--as-of", "last-commit")
    assert code == 2 and "no commit whose day could be used" in text


# -- conda


@pytest.fixture
def channel(here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A channel `conda-forge` on this machine."""
    folder = here.parent / "channels" / "conda-forge"
    records = [
        _record("python", "3.7.1"),
        _record("python", "3.10.2", day="2022-02-01"),
        _record("apple", "1.0.0", ["python >=3.7,<3.8", "core"]),
        _record("apple", "2.0.0", ["python >=3.10,<3.11", "core"], day="2022-03-01"),
        _record("apple", "2.1.0", ["python >=3.10,<3.11", "core"], day="2023-03-01"),
        _record("core", "1.5.0"),
        _record("seed", "2.0", ["python"]),
        _record("never", "1.0", ["python >=3.99"]),
    ]
    for platform in ("linux-64", "noarch"):
        (folder / platform).mkdir(parents=True)
        packages = {f"{one['name']}-{one['version']}-0.tar.bz2": one for one in records if platform == "linux-64"}
        listing = {"info": {"subdir": platform}, "packages": packages, "packages.conda": {}}
        (folder / platform / "repodata.json").write_text(json.dumps(listing))
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", folder.parent.as_uri() + "/")
    return folder


def _record(name: str, version: str, needs: list[str] | None = None, day: str = "2019-01-01") -> dict[str, object]:
    time = datetime.datetime.fromisoformat(f"{day}T00:00:00+00:00").timestamp() * 1000
    return {"name": name, "version": version, "build": "0", "build_number": 0, "depends": needs or [], "subdir": "linux-64", "timestamp": int(time), "sha256": "0" * 64, "size": 10}  # fmt: skip


CONDA = "# mine\nchannels: [conda-forge, nodefaults]\ndependencies:\n  - python=3.10\n  - apple>=1  # fruit\n"


@pytest.mark.usefixtures("channel")
def test_conda_packages_are_pinned_in_their_places(here: Path, said: Said) -> None:
    write(here, environment_yml=CONDA)
    assert said("--as-of", "2022-06-01")[0] == 0
    expected = CONDA.replace("apple>=1 ", "apple=2.0.0 ")
    assert (here / "environment.yml").read_text() == expected
    assert said()[0] == 0 and (here / "environment.yml").read_text() == expected


@pytest.mark.usefixtures("channel")
def test_versions_of_conda_are_offered(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "channels: [conda-forge, nodefaults]\ndependencies:\n  - python=3.10\n  - apple  # fruit\n"
    write(here, environment_yml=text)
    assert _offered(here, monkeypatch) == text.replace("apple ", "apple=2.1.0 ")


@pytest.mark.usefixtures("channel")
def test_pip_beside_conda(here: Path, said: Said) -> None:
    """What conda has installed is there for pip: `seed` 2.0, although 3.0 is newer."""
    write(here, environment_yml=CONDA + "  - seed\n  - pip:\n      - pear  # more\n")
    code, text = said("--full")
    assert code == 0, text
    text = (here / "environment.yml").read_text()
    assert text.startswith(
        CONDA.replace("apple>=1 ", "apple=2.1.0 ") + "  - seed=2.0\n  - pip:\n      - pear==1.0  # more\n"
    )
    assert text.endswith("\n  - core=1.5.0\n") and "      - -c constraints.txt\n" in text
    assert "seed" not in (here / "constraints.txt").read_text()
    for arguments in ([], ["--as-of", "2024-01-01"]):
        assert said("--full", *arguments)[0] == 0
        assert (here / "environment.yml").read_text() == text


@pytest.mark.usefixtures("channel")
def test_a_conflict_of_conda(here: Path, said: Said) -> None:
    write(here, "2023-06-01", environment_yml=CONDA.replace("apple>=1", "apple=1.0.0") + "  - core\n")
    code, text = said()
    assert code == 1
    assert "  environment.yml:5:5: apple=1.0.0\n" in text and "environment.yml:6:5: core" not in text
    assert "Run `binderlint lock --python 3.7`" in text
    assert said("--python", "3.7")[0] == 0
    assert "- python=3.7\n  - apple=1.0.0  # fruit\n  - core=1.5.0\n" in (here / "environment.yml").read_text()


def test_channels_on_this_computer_and_such_that_do_not_answer(
    here: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", "http://127.0.0.1:9/")
    write(here, environment_yml="channels:\n- /etc\n- file:///etc\ndependencies:\n- apple\n")
    code, text = said()
    assert code == 2 and "conda's packages cannot be resolved: " in text and "/etc" not in text


# -- when


def test_when(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bisection itself is tried below; here only that it asks about the right days."""
    monkeypatch.setattr("binderlint.lock.when.find_days", lambda holds, known, first, last: (known, first, last, holds(first)))  # fmt: skip
    monkeypatch.setattr("binderlint.commands.lock._said_days", lambda python, days: str(days))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    write(here, "2019-07-01", requirements_txt="apple>=2\n")
    code, text = said("--when")
    assert code == 0
    assert "2019-07-01: yes\n2006-01-01: no\n" in text
    assert "datetime.date(2019, 7, 1), datetime.date(2006, 1, 1), datetime.date(2023, 11, 14), False" in text


DAYS = [datetime.date(2010, 1, 1) + datetime.timedelta(days=one) for one in range(0, 4000, 571)]


@pytest.mark.parametrize("oldest", DAYS[:4])
@pytest.mark.parametrize("newest", DAYS[4:])
def test_the_days_on_which_something_holds(oldest: datetime.date, newest: datetime.date) -> None:
    asked: list[datetime.date] = []

    def holds(day: datetime.date) -> bool:
        asked.append(day)
        return oldest <= day <= newest

    first, last = DAYS[0], DAYS[-1]
    known = find_known(holds, first, last, last)
    assert known and oldest <= known <= newest
    found = find_days(holds, known, first, last)
    assert found == (None if oldest == first else oldest, None if newest == last else newest)
    assert len(asked) < 45


def test_no_day_at_all() -> None:
    assert find_known(lambda day: False, DAYS[0], DAYS[-1], DAYS[2]) is None


# -- what the tools say


def test_a_reason_in_plain_words() -> None:
    said = """error: No solution found when resolving dependencies
  cause: Because pandas<=0.25.3 has no usable wheels and only the following versions of pandas are available:
             pandas<=0.25.3
             pandas>=1
         we can conclude that pandas<1 cannot be used.
         And because you require pandas<1, we can conclude that your requirements are unsatisfiable.

hint: Wheels are required for `pandas`
"""
    assert (
        pip_reason(said) == "pandas<=0.25.3 has no usable wheels, so pandas<1 cannot be used. And you require pandas<1."
    )
    assert len(pip_reason("error: No\n  cause: Because " + "a depends on b and c. And because " * 99)) < 1000


def test_a_build_that_fails_in_one_line() -> None:
    said = """error: Failed to build `dark==1.0`
  Caused by: The build backend returned an error
  Caused by: Call to `setuptools.build_meta.build_wheel` failed (exit status: 1)

[stderr]
Traceback (most recent call last):
  File "<string>", line 8, in <module>
ModuleNotFoundError: No module named 'numpy'

hint: This error likely indicates ...
"""
    assert pip_reason(said) == "Failed to build `dark==1.0`: ModuleNotFoundError: No module named 'numpy'"
    told = "Using Python 3.6.15 environment at: /x\nResolved 1 package in 1ms\n   Building a @ file:///x\nerror: Failed to parse metadata\n"
    assert pip_reason(told) == "Failed to parse metadata"
    meson = said[: said.index("[stderr]")] + "[stdout]\nERROR: Dependency `cairo` not found\n\nA full log is at /x\n"
    assert pip_reason(meson) == "Failed to build `dark==1.0`: ERROR: Dependency `cairo` not found"


def test_a_long_tree_is_cut() -> None:
    text = conda_reason("Cannot solve the request because of: x\n" + "".join(f"  └─ {n}\n" for n in range(20)))
    assert text.splitlines()[0] == "x" and text.splitlines()[-1] == "(and 13 more lines)"


def test_packages_without_a_version() -> None:
    log = ("Searching for a compatible version of", "Selecting:")
    steps = [
        (0, "a (*)"),
        (1, "a==1 [compatible]"),
        (0, "b[x] (*)"),
        (0, "b (<2)"),
        (0, "c (*)"),
        (1, "c==1"),
        (0, "d (*)"),
    ]
    assert without_versions("".join(f"DEBUG {log[kind]} {name}\n" for kind, name in steps)) == ["b", "d"]
    assert broken_versions("WARN `a==2` has invalid metadata: x\nWARN `a==1` has invalid metadata: x\n") == {
        "a": ("a", "2")
    }


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("py2.py3-none-any", True),
        ("cp27-cp27mu-manylinux1_x86_64", False),
        ("cp36-cp36m-manylinux1_x86_64", True),
        ("cp36-cp36m-win_amd64", False),
        ("py2-none-any", False),
    ],
)
def test_wheels_for_python_2_or_windows_alone_do_not_keep_a_source_from_being_read(tag: str, expected: bool) -> None:
    with served_index() as index:
        index.wheel("tides", "1.0", tag=tag)
        index.wheel("tides", "2.0")
        said = f"DEBUG No cache entry for: {index.address}/simple/tides/"
        assert has_wheels("tides", "1.0", said) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("pytz (>=2011k)", "pytz"),
        ("pytz (>=2011k,<2020) ; python_version < '4'", "pytz<2020 ; python_version < '4'"),
        ("a[b,c]>=1", "a[b,c]>=1"),
        ("a >= 1.*", "a"),
    ],
)
def test_mended_requirements(written: str, expected: str) -> None:
    assert mended(f"Name: x\nRequires-Dist: {written}\n") == (expected,)


def test_text_that_is_no_metadata() -> None:
    assert mended("<html>") is None


REQUIRES = 'a\nb>=1\n\n[:python_version < "3"]\nc\n\n[more]\nd\n\n[more:os_name == "nt"]\ne ; x\n'


def test_what_a_source_requires() -> None:
    files = {
        "PKG-INFO": "Name: x\n",
        "src/x.egg-info/requires.txt": REQUIRES,
        "tests/x.egg-info/deep/requires.txt": "no",
    }
    expected = ("a", "b>=1", 'c ; (python_version < "3")', 'd ; extra == "more"')
    assert requirements_in(archive("x-1.0", files)) == expected
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as packed:
        for name, text in files.items():
            packed.writestr(f"x-1.0/{name}", text)
    assert requirements_in(data.getvalue()) == expected
    assert requirements_in(
        archive("x", {"PKG-INFO": "Name: x\nRequires-Dist: z\n", "x.egg-info/requires.txt": "a"})
    ) == ("z",)
    assert requirements_in(archive("x", {"PKG-INFO": "Name: x\n"})) == ()
    assert requirements_in(archive("x", {"setup.py": ""})) is None
    assert requirements_in(b"PK nothing") is None and requirements_in(b"\x1f\x8b nothing") is None


def test_the_pythons_that_can_be_locked_are_those_of_binder_from_3_6_on() -> None:
    assert lockable_pythons() == ["3.14", "3.13", "3.12", "3.11", "3.10", "3.9", "3.8", "3.7", "3.6"]


def test_a_repository_cannot_forge_what_is_printed(here: Path, said: Said) -> None:
    write(here, requirements_txt="apple<2\npear ; '\x1b[31m' != ''\n")
    code, text = said()
    assert code == 1 and "\x1b" not in text and re.search(r"pear ; '\\x1b", text)
