"""try: environments made for real, with an index, a channel and a server of the tests. `python -m tests.lock_online --try` asks the real index."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from binderlint.cli import main
from binderlint.outside import child, visit
from binderlint.outside.child import Child, clean_environment, last_line, run_child
from binderlint.snapshot import Snapshot
from binderlint.source import RepositoryError
from binderlint.trial import imports, launch
from binderlint.trial.imports import Statement, statements
from binderlint.trial.launch import launch_path
from tests.package_index import Index, served_index
from tests.systems import linux, posix

Said = Callable[..., tuple[int, str]]
PYTHON = f"{sys.version_info[0]}.{sys.version_info[1]}"

# A JupyterLab of one file: it knows its base address and its token, and has no page `missing`.
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
__version__ = "4.4.0"
given = dict(one.split("=", 1) for one in sys.argv[1:] if "=" in one)
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        base, token = given["--ServerApp.base_url"], given["--ServerApp.token"]
        path, _, query = self.path.partition("?")
        known = "token=" + token in query or "seen" in self.headers.get("Cookie", "")
        status = 404 if not path.startswith(base) or "missing" in path else 200 if known or path == base + "api" else 403
        if path == base + "lab" and query:
            status = 302
        self.send_response(status)
        if status == 302:
            self.send_header("Location", base + "lab/there")
            self.send_header("Set-Cookie", "seen=yes; Path=/")
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words):
        pass
def main():
    HTTPServer(("127.0.0.1", int(given["--port"])), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def index() -> Iterator[Index]:
    with served_index() as made:
        for name, version in (("pip", "25.0"), ("setuptools", "80.0"), ("wheel", "0.45"), ("ipykernel", "7.0"), ("ipywidgets", "8.1"), ("notebook", "7.4")):  # fmt: skip
            made.wheel(name, version, ["seed"] if name == "notebook" else [])
        entry = "[console_scripts]\njupyter-lab = jupyterlab:main\n"
        made.wheel("jupyterlab", "4.4.0", files={"jupyterlab.py": SERVER, "entry_points.txt": entry})
        made.wheel("seed", "1.0", files={"seed.py": "old = 1\n"})
        made.wheel("seed", "2.0", files={"seed.py": "new = 1\n"})
        made.wheel("apple", "1.0", ["seed"], files={"apple/__init__.py": "tree = 1\n", "apple/core.py": "", "broken.py": "import nowhere\n", "slow.py": "import time\ntime.sleep(99)\n", "fatal.py": "import os\nos.abort()\n"})  # fmt: skip
        made.wheel("plum", "1.0", ["seed<2"])
        made.wheel("both", "1.0", ["seed<2", "apple", "seed>=2"])
        yield made


@pytest.fixture
def here(index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository for the running Python, and uv that asks the index on this machine."""
    for name in [name for name in os.environ if name.startswith("UV_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("UV_DEFAULT_INDEX", f"{index.address}/simple")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr("binderlint.trial.environment.find_python", lambda _: sys.executable)
    root = tmp_path / "repository"
    root.mkdir()
    subprocess.run(["git", "init", "-q"], cwd=root, check=True)
    monkeypatch.chdir(root)
    return root


def write(root: Path, files: dict[str, str], cells: str = "", *scripts: str) -> None:
    """Write files, and a notebook with a cell, and have git track them."""
    files = {"runtime.txt": f"python-{PYTHON}\n", "requirements.txt": "apple\n", **files}
    if cells:
        files["a.ipynb"] = notebook(cells)
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True, parents=True)
        (root / name).write_text(text, "utf-8", newline="")
    for name in scripts:
        (root / name).chmod(0o755)
    subprocess.run(["git", "add", "."], cwd=root, check=True)


def notebook(*cells: str) -> str:
    code = [{"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": one} for one in cells]  # fmt: skip
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python"}}
    return json.dumps({"cells": code, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4})


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Said:
    def run(*arguments: str) -> tuple[int, str]:
        code = main(["try", *arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in out + err
        return code, out + err

    return run


CELLS = """import apple, json
from apple import tree, core
from apple import pit
import broken
import nowhere
import mine
try:
    import perhaps
except ImportError:
    pass
"""


def test_imports_are_tried_one_by_one(here: Path, said: Said) -> None:
    write(here, {"mine.py": "import seed\nimport elsewhere\n"}, CELLS)
    code, text = said()
    assert code == 1
    for line in (
        f"Tried with Python {PYTHON}.",
        "  works      1 package of pip: installed\n",
        "  works      import apple\n",
        "  works      from apple import tree, core\n",
        "  works      import seed\n",
        "  fails      from apple import pit: ImportError: cannot import name 'pit' from 'apple'\n             a.ipynb, cell 1\n",
        "  fails      import broken: ModuleNotFoundError: No module named 'nowhere'\n",
        "  fails      import nowhere: no package that Binder installs has this module\n",
        "  fails      import elsewhere: no package that Binder installs has this module\n             mine.py:2\n",
        "  not tried  import mine: it is a module of the repository, which runs only with --run\n",
        "  not tried  the launch of Jupyter: it runs only with --run",
        "No code of the repository ran.",
        "Of 10 things: 4 worked, 4 failed, 2 not tried.\n",
    ):
        assert line in text, line
    assert "perhaps" not in text and "import json" not in text


def test_for_programs(here: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(here, {}, "import apple\nimport nowhere\n")
    assert main(["try", "--format", "json"]) == 1
    found = json.loads(capfd.readouterr().out)
    assert found["version"] == 1 and found["failed"] and not found["ran"]
    assert found["environment"] == "virtual environment" and found["python"].startswith(PYTHON)
    assert {"stage": "imports", "result": "fails", "what": "import nowhere", "message": "no package that Binder installs has this module", "places": ["a.ipynb, cell 1"]} in found["attempts"]  # fmt: skip


MARK = "import os\nopen({mark!r}, 'a').write(__name__)\n"


def test_without_run_nothing_of_the_repository_runs(index: Index, here: Path, said: Said) -> None:
    """Whatever a repository has that runs somewhere: scripts, modules, configuration, sources, and files that shadow others."""
    mark = here.parent / "it ran"
    code = MARK.format(mark=str(mark))
    index.source("built", "1.0", {"setup.py": code, "PKG-INFO": "Name: built\nVersion: 1.0\n"})
    script = f"#!/bin/sh\ntouch '{mark}'\n"
    modules = ("setup.py", "mine.py", "apple.py", "seed.py", "json.py", "site.py", "sitecustomize.py", "usercustomize.py", "pip.py", "importlib/__init__.py", ".jupyter/jupyter_server_config.py", ".ipython/profile_default/startup/a.py", "local/setup.py", "sub/apple.py")  # fmt: skip
    files = dict.fromkeys(modules, code)
    files |= {"start": script, "postBuild": script, "uv.toml": "no-index = true\n", "pyproject.toml": "[tool.uv]\nno-index = true\n"}  # fmt: skip
    files["requirements.txt"] = f"apple\nbuilt\n./local\n--extra-index-url {index.address}/simple\nx @ {index.address}/files/x-1.0-py3-none-any.whl\n"  # fmt: skip
    files["sub/b.ipynb"] = notebook("import apple\nimport seed\nimport json\nimport mine")
    write(here, files, "import mine\nimport built\nimport apple\nimport broken\n", "start", "postBuild")
    code_, text = said()
    assert code_ == 0, text
    assert not mark.exists()
    for line in (
        "  not tried  built==1.0: there is only its source, whose setup.py runs only with --run\n             requirements.txt:2:1\n",
        "  not tried  ./local: it is a path",
        "  not tried  other indexes of packages: the repository has chosen them, so they are asked only with --run",
        ".whl: the repository has chosen this address, so it is installed only with --run\n",
        "  not tried  the repository's own package: to build it runs code of the repository, which takes --run\n",
        "  not tried  import built: it may be in one of the packages that were not installed\n",
        "  not tried  import apple: it is a module of the repository, which runs only with --run\n",
        "  not tried  import broken: ModuleNotFoundError: No module named 'nowhere'. That may be for want of the packages that were not installed\n",
        "  works      import seed\n",
        "  not tried  postBuild: it runs only with --run\n",
        "  not tried  start: it runs only with --run\n",
    ):
        assert line in text, line


@posix
def test_with_run_everything_is_tried(index: Index, here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_TOKEN", "secret-of-the-user")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-of-the-user")
    monkeypatch.setenv("https_proxy", "http://me:secret-of-the-user@127.0.0.1:9")
    out = here.parent / "environment.txt"
    write(
        here,
        {
            "postBuild": f"#!/bin/sh\nenv > '{out}'\nsleep 1000 &\necho $! >> '{out}.pid'\ntouch made.py\n",
            "start": f"#!/bin/sh\nsleep 1000 &\necho $! >> '{out}.pid'\nexec \"$@\"\n",
            "mine.py": "import apple\n",
            "README.md": "[b](https://mybinder.org/v2/gh/a/b/HEAD?labpath=sub%2Fa%20b.ipynb)\n",
        },
        "import mine\nimport apple\n",
    )
    code, text = said("--run")
    assert code == 0, text
    assert "  works      import mine\n" in text
    assert "  works      postBuild: ended after 0 s\n" in text
    assert "  works      start: the server answered after " in text
    assert "  works      /doc/tree/sub/a%20b.ipynb: the answer is 200\n" in text
    assert "Code of the repository ran on this computer, because of --run." in text
    assert not (here / "made.py").exists()
    seen = out.read_text()
    assert "secret-of-the-user" not in seen and "REPO_DIR=" in seen
    home = next(line for line in seen.splitlines() if line.startswith("HOME="))
    assert not Path(home.removeprefix("HOME=")).exists()
    assert all(is_over(int(one)) for one in Path(f"{out}.pid").read_text().split())


def is_over(number: int) -> bool:
    """True for a process that has ended, also where nobody has asked how."""
    for _ in range(100):
        try:
            os.kill(number, 0)
            state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


SYSTEM = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
BACKEND = """
import zipfile
def build_wheel(folder, config_settings=None, metadata_directory=None):
    with zipfile.ZipFile(folder + "/{name}-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("{name}.py", "")
        info = "{name}-1.0.dist-info/"
        wheel.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: {name}\\nVersion: 1.0\\n")
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nTag: py3-none-any\\nRoot-Is-Purelib: true\\n")
        wheel.writestr(info + "RECORD", "")
    return "{name}-1.0-py3-none-any.whl"
"""


def test_with_run_sources_are_built(index: Index, here: Path, said: Said) -> None:
    """Of the index, of a folder of the repository, and the repository itself."""
    index.source("made", "1.0", {"pyproject.toml": SYSTEM, "backend.py": BACKEND.format(name="made")})
    files = {"setup.py": "", "pyproject.toml": SYSTEM, "backend.py": BACKEND.format(name="own")}
    files |= {"local/pyproject.toml": SYSTEM, "local/backend.py": BACKEND.format(name="near")}
    files["requirements.txt"] = "made\n./local\n"
    write(here, files, "import made\nimport near\nimport own\n")
    text = said("--run")[1]
    for line in (
        "made==1.0: built and installed",
        "./local: built and installed",
        "the repository's own package: built and installed",
        "import made",
        "import near",
        "import own",
    ):
        assert f"  works      {line}\n" in text, text
    assert "0 not tried." in text
    (here / "pyproject.toml").unlink()
    write(here, {"setup.py": "import setuptools\nsetuptools.setup(install_requires=open('x').readlines())\n"})
    assert "setup.py:1:1" in said()[1]


@posix
@pytest.mark.parametrize(
    ("files", "lines"),
    [
        ({"postBuild": "#!/bin/sh\necho no such thing\nexit 3\n"}, ["fails      postBuild: ends with exit code 3: no such thing", "not tried  the launch of Jupyter: postBuild fails, which stops the build"]),
        ({"start": "#!/bin/sh\necho bye\n"}, ["fails      start: it ended before a server answered. The last that it said: bye"]),
        ({"start": 'exec "$@"\n'}, ["fails      start: it cannot be started: Exec format error"]),
        ({"start": "#!/bin/sh\nexec $@\n"}, ["fails      start: it ended before a server answered."]),
        ({"README.md": "https://mybinder.org/v2/gh/a/b/HEAD?urlpath=missing/app\n"}, ["works      Jupyter: the server", "fails      /missing/app: the answer is 404\n             README.md:1:1"]),
        ({"README.md": "https://mybinder.org/v2/gh/a/b/HEAD\n"}, ["works      /lab: the answer is 200"]),
        ({"setup.py": "", "pyproject.toml": SYSTEM, "backend.py": "raise SystemExit('no setup')\n"}, ["fails      the repository's own package: the build fails: no setup\n"]),
        ({"apt.txt": "libx-dev\n", "setup.py": "", "pyproject.toml": SYSTEM, "backend.py": "raise SystemExit('no x.h')\n"}, ["not tried  the repository's own package: the build fails: no x.h. It may need the packages of apt.txt", "works      /lab"]),
        ({"requirements.txt": "apple\n./local\n", "local/pyproject.toml": SYSTEM, "local/backend.py": "raise SystemExit('no')\n"}, ["fails      ./local: the build fails: no\n             requirements.txt:2:1"]),
    ],
)  # fmt: skip
def test_what_fails_with_run(files: dict[str, str], lines: list[str], here: Path, said: Said) -> None:
    write(here, files)
    code, text = said("--run")
    assert (code == 1) == any(line.startswith("fails") for line in lines)
    for line in lines:
        assert f"  {line}" in text, text


@posix
def test_a_server_that_does_not_answer(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {"start": "#!/bin/sh\necho waiting\nsleep 1000\n"})
    monkeypatch.setattr(launch, "_LONGEST", 0.5)
    code, text = said("--run")
    assert code == 1 and "no server answered for 0 seconds. The last that it said: waiting" in text


@posix
def test_a_server_that_is_late_for_binder(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {})
    monkeypatch.setattr(launch, "_PATIENCE", 0.0)
    code, text = said("--run")
    assert code == 1 and "s, and Binder gives up after 0\n" in text


@posix
def test_open(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def browse(address: str) -> None:
        opened.append(address)
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()

    monkeypatch.setattr("webbrowser.open", browse)
    write(here, {})
    code, text = said("--run", "--open")
    assert code == 130 and "Ctrl-C ends the server." in text
    assert opened[0].startswith("http://127.0.0.1:") and "/user/try/lab?token=" in opened[0]
    assert visit.visit(opened[0]).status == 0
    assert said("--open")[0] == 2


def test_imports_that_hang_and_crash(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "_SECONDS", 2.0)
    write(here, {}, "import slow\nimport fatal\nimport apple\n")
    code, text = said()
    assert code == 1
    assert "  fails      import slow: it takes longer than 2 seconds\n" in text
    assert "  fails      import fatal: " in text and "  works      import apple\n" in text
    monkeypatch.setattr(imports, "_ALL", 0.0)
    assert "  not tried  import fatal: the imports took more than 0 minutes\n" in said()[1]


def test_a_library_of_the_system_is_not_judged(index: Index, here: Path, said: Said) -> None:
    index.wheel("cairo", "1.0", files={"cairo.py": "raise ImportError('libcairo.so.2: cannot open shared object file')\n"})  # fmt: skip
    write(here, {"requirements.txt": "cairo\n"}, "import cairo\n")
    code, text = said()
    assert code == 0 and "  not tried  import cairo: ImportError: libcairo.so.2: cannot open" in text


def test_packages_that_do_not_go_together(here: Path, said: Said) -> None:
    write(here, {"requirements.txt": "apple\nboth\nx @ git+https://127.0.0.1/x\n"}, "import apple\n")
    code, text = said()
    assert "which only happens with --run" in text and "--allow-builds" not in text
    assert code == 1
    assert "  fails      the packages of pip: " in text and "requirements.txt:2:1" in text
    assert "  not tried  1 import: the packages are not all installed\n" in text


def test_sources_that_do_not_say_what_they_require(index: Index, here: Path, said: Said) -> None:
    """Nothing is known of the others then, so nothing is tried."""
    index.source("dark", "1.0", {"setup.py": "raise SystemExit('no')\n"})
    write(here, {"requirements.txt": "apple\ndark\n"}, "import apple\n")
    code, text = said()
    assert code == 2
    assert (
        "  not tried  the packages of pip: " in text
        and "allow that with --run\n             requirements.txt:2:1" in text
    )
    assert "  not tried  1 import: the packages are not all installed\n" in text
    code, text = said("--run")
    assert code == 1 and "  fails      the packages of pip: Failed to build `dark==1.0`: " in text


def test_packages_that_replace_those_of_binder(here: Path, said: Said) -> None:
    """Binder's own environment has `seed` 2.0, which `apple` takes and `plum` does not."""
    write(here, {}, "from seed import new\n")
    assert said()[0] == 0
    write(here, {"requirements.txt": "plum\n"}, "from seed import old\n")
    code, text = said()
    assert code == 0
    assert "pip replaces `seed`, because the packages of the repository need other versions" in text


def test_what_cannot_be_tried_here_is_said(here: Path, said: Said) -> None:
    files = {"apt.txt": "vim\n", "r.ipynb": notebook("x").replace("python", "R"), "text.md": "---\njupytext:\n  a: b\n---\n"}  # fmt: skip
    write(here, files)
    (here / "dangling").symlink_to("nowhere")
    subprocess.run(["git", "add", "."], cwd=here, check=True)
    code, text = said()
    assert code == 0
    for line in (
        "  not tried  apt.txt: Ubuntu's packages are not installed",
        "  not tried  1 notebook: they are not in Python\n             r.ipynb\n",
        "  not tried  1 text notebook: only .ipynb files are looked at\n             text.md\n",
        "  not tried  1 path: they are not in the copy",
    ):
        assert line in text, text


@pytest.mark.parametrize(
    ("files", "arguments", "message"),
    [
        ({"Dockerfile": "FROM x\n"}, [], "from its Dockerfile, which takes Docker"),
        ({"default.nix": "{}\n"}, [], "with Nix"),
        ({"Pipfile": "", "runtime.txt": "python-3.10\n"}, [], "from its Pipfile"),
        ({"runtime.txt": "python-3.10.4.5\n"}, [], "runtime.txt:1:1: repo2docker stops here"),
        ({}, ["gh:a/b"], "Clone the repository, and try the clone"),
        ({}, ["requirements.txt"], "requirements.txt: not a folder"),
        ({}, ["--open"], "which takes --run"),
        ({"environment.yml": "channels: [mine]\ndependencies: [apple]\n"}, [], "environment.yml takes packages from `mine`, which the repository has chosen. They are installed only with --run"),
    ],
)  # fmt: skip
def test_what_cannot_be_tried(
    files: dict[str, str], arguments: list[str], message: str, here: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(here, files)
    code, text = said(*arguments)
    assert code == 2 and message in text, text


def test_a_python_that_is_not_here(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("binderlint.trial.environment.find_python", lambda _: "/no/python")
    write(here, {})
    code, text = said()
    assert code == 2 and f"Binder uses Python {PYTHON} here, which this computer does not have" in text


def test_an_index_that_does_not_answer(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    write(here, {})
    code, text = said()
    assert code == 2 and "The index of packages did not answer" in text


def test_temporary_folders_in_the_repository(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("binderlint.outside.scratch.gettempdir", lambda: str(here))
    write(here, {})
    code, text = said()
    assert code == 2 and "Set TMPDIR to a folder somewhere else" in text


def test_without_the_extra(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    write(here, {})
    monkeypatch.setitem(sys.modules, "uv", None)
    code, text = said()
    assert code == 2 and "pip install 'binderlint[lock]'" in text


# -- conda


@linux
def test_conda(here: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel with Python, which is the running one, and Jupyter."""
    alias = here.parent / "channels"
    site = f"lib/python{PYTHON}/site-packages"
    base = os.path.realpath(sys._base_executable)
    home = {
        "pyvenv.cfg": f"home = {os.path.dirname(base)}\ninclude-system-site-packages = false\n",
        f"{site}/x.txt": "",
    }
    full = ".".join(map(str, sys.version_info[:3]))
    channel(
        alias / "conda-forge",
        [
            ("python", full, [], home, {"bin/python": base, "bin/python3": base, f"bin/python{PYTHON}": base}),
            ("jupyterlab", "4.4.0", [], {f"{site}/jupyterlab.py": SERVER, "bin/jupyter-lab": "#!/usr/bin/env python3\nimport jupyterlab\njupyterlab.main()\n"}, {}),
            ("pear", "1.0", [], {f"{site}/pear.py": "", "bin/.pear-post-link.sh": "#!/bin/sh\ntouch $PREFIX/../linked\n"}, {}),
            *((name, version, [], {}, {}) for name, version in (("pip", "25.0"), ("setuptools", "80.0"), ("wheel", "0.4"), ("ipykernel", "7.0"), ("ipywidgets", "8.1"), ("notebook", "7.4"))),
        ],
    )  # fmt: skip
    monkeypatch.setenv("CONDA_CHANNEL_ALIAS", f"{alias.as_uri()}/")
    monkeypatch.setenv("RATTLER_CACHE_DIR", str(here.parent / "rattler"))
    environment = f"dependencies:\n- python={PYTHON}\n- pear\n- pip:\n  - apple\n"
    write(here, {"environment.yml": environment}, "import pear\nimport apple\nimport nowhere\n")
    code, text = said("--run")
    assert code == 1, text
    for line in (
        f"Tried with Python {full} in a conda environment.",
        "  works      9 packages of conda: installed\n",
        "  works      2 packages of pip: installed",
        "  works      import pear\n",
        "  works      import apple\n",
        "  fails      import nowhere: ",
        "  works      /lab: the answer is 200\n",
    ):
        assert line in text, text
    write(here, {"environment.yml": environment.replace("pear", "pear=2")})
    code, text = said()
    assert code == 1 and "  fails      packages of conda: " in text and "environment.yml:3:3" in text


Package = tuple[str, str, list[str], dict[str, str], dict[str, str]]
"""Name, version, what it needs, its files, and its links."""


def channel(folder: Path, packages: list[Package]) -> None:
    """Make a channel of conda."""
    listed = {}
    for platform in ("linux-64", "noarch"):
        (folder / platform).mkdir(parents=True)
    for name, version, needs, files, links in packages:
        record = {"name": name, "version": version, "build": "0", "build_number": 0, "depends": needs, "subdir": "linux-64", "timestamp": 1}  # fmt: skip
        paths = [{"_path": path, "path_type": "hardlink"} for path in files]
        paths += [{"_path": path, "path_type": "softlink"} for path in links]
        own = {"info/index.json": json.dumps(record), "info/paths.json": json.dumps({"paths": paths, "paths_version": 1})}  # fmt: skip
        file = f"{name}-{version}-0.tar.bz2"
        with tarfile.open(folder / "linux-64" / file, "w:bz2") as packed:
            for path, text in {**own, **files}.items():
                member = tarfile.TarInfo(path)
                member.size, member.mode = len(text.encode()), 0o755 if path.startswith("bin/") else 0o644
                packed.addfile(member, io.BytesIO(text.encode()))
            for path, target in links.items():
                member = tarfile.TarInfo(path)
                member.type, member.linkname = tarfile.SYMTYPE, target
                packed.addfile(member)
        listed[file] = record
    for platform in ("linux-64", "noarch"):
        found = {"info": {"subdir": platform}, "packages": listed if platform == "linux-64" else {}, "packages.conda": {}}  # fmt: skip
        (folder / platform / "repodata.json").write_text(json.dumps(found))


# -- pieces


def test_a_process_sees_nothing_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GITHUB_TOKEN", "SSH_AUTH_SOCK", "PYTHONPATH", "UV_INDEX_A_PASSWORD", "ANYTHING"):
        monkeypatch.setenv(name, "x")
    monkeypatch.setenv("LANG", "C")
    monkeypatch.setenv("http_proxy", "http://proxy:1")
    monkeypatch.setenv("https_proxy", "http://me:word@proxy:1")
    found = clean_environment(tmp_path, tmp_path / "bin")
    assert found["LANG"] == "C" and found["http_proxy"] == "http://proxy:1" and found["HOME"] == str(tmp_path)
    assert found["PATH"].split(os.pathsep)[0] == str(tmp_path / "bin")
    assert "x" not in found.values() and "https_proxy" not in found


def test_what_a_process_prints_is_bounded(tmp_path: Path) -> None:
    code = "import sys; sys.stdout.write('a' * 5_000_000); sys.stdout.write('\\nend\\n')"
    ended = run_child([sys.executable, "-c", code], tmp_path, dict(os.environ), 60)
    assert ended.code == 0 and len(ended.said) == child._LAST and last_line(ended.said) == "end"
    assert run_child([str(tmp_path / "none")], tmp_path, {}, 1).code == 127
    with Child([sys.executable, "-c", "import time; time.sleep(99)"], tmp_path, dict(os.environ)) as running:
        assert running.runs
        assert running.wait(0.1).code is None
    assert not running.runs


def test_statements() -> None:
    files = {
        "sub/a.ipynb": notebook("from .x import y\nimport a.b, c\nfrom d import *\nimport own.x", "import c"),
        "sub/own/__init__.py": "import e.f\n",
        "tests/b.ipynb": notebook("import never"),
        "r.ipynb": notebook("import never").replace("python", "R"),
    }
    found = statements(Snapshot.from_dict(files))
    assert found[Statement("c", ())] == ("sub/a.ipynb, cell 1", "sub/a.ipynb, cell 2")
    assert [str(one) for one in found] == ["import a.b", "import c", "from d import *", "import own.x", "import e"]
    assert [one.folder for one in found if one.folder] == ["sub/"]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("", "lab"),
        ("?urlpath=%2Flab%2Ftree%2Fa.ipynb", "lab/tree/a.ipynb"),
        ("?filepath=a%20b.ipynb", "tree/a%20b.ipynb"),
        ("?urlpath=proxy/8501/%3Fx=1", "proxy/8501/?x=1"),
        ("?urlpath=https%3A%2F%2Felse.where%2F", "lab"),
    ],
)
def test_the_launch_path(query: str, path: str) -> None:
    repo = Snapshot.from_dict({"README.md": f"https://mybinder.org/v2/gh/a/b/HEAD{query}\n"})
    assert launch_path(repo)[0] == path


def test_no_redirect_leaves_the_server() -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.1:9/away" if self.path == "/out" else self.path)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        origin = f"http://127.0.0.1:{server.server_port}"
        assert visit.visit(f"{origin}/out") == (302, "http://127.0.0.1:9/away")
        assert visit.visit(f"{origin}/again").status == 0
        server.shutdown()


def test_a_copy_stays_inside(tmp_path: Path) -> None:
    from binderlint.outside.scratch import scratch_for
    from binderlint.source import SYMLINK, Source

    outside = tmp_path / "outside"
    repo = Snapshot(
        [
            Source("a.txt", b"a"),
            Source("start", b"#!/bin/sh\n"),
            Source("away", os.fsencode(outside), SYMLINK),
            Source("folder", b"../x", SYMLINK),
            Source("here", b"a.txt", SYMLINK),
        ]
    )
    with scratch_for(repo, tmp_path / "repository", ("start",)) as scratch:
        assert (scratch.copy / "here").read_text() == "a" and os.access(scratch.copy / "start", os.X_OK)
        assert scratch.left == ("away", "folder") and not list(scratch.empty.iterdir())
        root = scratch.root
    assert not root.exists()
    with pytest.raises(RepositoryError, match="in the repository"), scratch_for(repo, root.parent, ()):
        pass
