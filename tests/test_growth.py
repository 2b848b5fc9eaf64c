"""Growth: what is twice as long takes twice as many steps, whatever kind of input grows.

Steps are the calls of Python and C functions in a check with all rules, so nothing here depends on a clock. What a single call does inside of C
is not seen.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from binderlint.lint.linter import check
from binderlint.lint.settings import Settings, parse_settings
from binderlint.snapshot import Snapshot

Grown = Callable[[int], Mapping[str, str | bytes]]
SIZE = 40
MOST = 2.5  # a quadratic input has 4, a linear one 2; sorting and dictionaries that grow are in between


def script(text: Callable[[int], str], name: str = "start") -> Grown:
    return lambda size: {"requirements.txt": "numpy==2.2.0\n", name: f'#!/bin/bash\n{text(size)}\nexec "$@"\n'}


def one(path: str, text: Callable[[int], str]) -> Grown:
    return lambda size: {"environment.yml": "dependencies: [python=3.12]\n", path: text(size)}


def notebook(cells: Callable[[int], list[Any]]) -> Grown:
    def files(size: int) -> Mapping[str, str]:
        found = [
            {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source}
            for source in cells(size)
        ]
        kernel = {"kernelspec": {"display_name": "x", "name": "python3"}, "language_info": {"name": "python"}}
        data = {"cells": found, "metadata": kernel, "nbformat": 4, "nbformat_minor": 4}
        return {"requirements.txt": "numpy==2.2.0\n", "a.ipynb": json.dumps(data, indent=1)}

    return files


def lines(text: str) -> Callable[[int], str]:
    return lambda size: "".join(text.replace("{}", f"{size}x{number}") for number in range(size))


def lines_from(count: int, text: str) -> str:
    """Lines in which `{}` is the number of the line, from 1, and `<>` the one before."""
    return "".join(text.replace("{}", str(number)).replace("<>", str(number - 1)) for number in range(1, count + 1))


KINDS: dict[str, Grown] = {
    "commands": script(lines("echo a{}\n")),
    "downloads": script(lines("wget http://example.org/{}\n")),
    "the same download": script(lambda size: "wget http://a\n" * size),
    "clones in postBuild": script(lines("git clone https://github.com/owner/r{}\n"), "postBuild"),
    "clones, each with a checkout in another": script(
        lines("git clone https://github.com/owner/r{}\ngit -C r checkout v1\n"), "postBuild"
    ),
    "downloads in postBuild": script(lines("wget http://example.org/{}\n"), "postBuild"),
    "installations": script(lines("pip install a{}\n"), "postBuild"),
    "extensions of JupyterLab": script(lines("jupyter labextension install a{}\n"), "postBuild"),
    "variables": script(lines("A{}=$A{}/x\n")),
    "commands on one line": script(lambda size: "a; " * size),
    "pipes": script(lambda size: "a | " * size + "b"),
    "lists": script(lambda size: "a && " * size + "b"),
    "branches": script(lines("if [ -f x{} ]; then cd a; else cd b; fi\n")),
    "branches within branches": script(lambda size: "if a; then\n" * (size // 4) + "b\n" + "fi\n" * (size // 4)),
    "cases": script(lambda size: 'case "$1" in\n' + lines("a{}) b;;\n")(size) + "esac"),
    "functions": script(lines("f{}() { a; }\nf{}\n")),
    "functions that call the next": script(lambda size: lines("f{}() { a; }\n")(size) + lines("f{}; ")(size)),
    "here documents": script(lines("cat <<E{}\na\nE{}\n")),
    "bytes that are no UTF-8": lambda size: {"requirements.txt": "", "start": b"#!/bin/bash\n" + b"echo \xff\n" * size},
    "comments": script(lines("# a{}\n")),
    "packages of pip": lambda size: {"requirements.txt": lines("a{}==1.0\n")(size)},
    "packages without versions": lambda size: {"requirements.txt": lines("a{}\n")(size)},
    "the same package": lambda size: {"requirements.txt": "numpy\n" * size},
    "packages of conda": lambda size: {"environment.yml": "dependencies:\n" + lines("  - a{}=1.0\n")(size)},
    "the same package of conda": lambda size: {"environment.yml": "dependencies:\n" + "  - numpy\n" * size},
    "packages of apt": one("apt.txt", lines("liba{}\n")),
    "channels": lambda size: {
        "environment.yml": "channels:\n" + lines("  - a{}\n")(size) + "dependencies: [python=3.12]\n"
    },
    "links": one("README.md", lines("[a](https://mybinder.org/v2/gh/ada/waves/v{})\n")),
    "links on one line": one("README.md", lines("[a](https://mybinder.org/v2/gh/ada/waves/v{}) ")),
    "links in HTML": one("index.html", lines('<a href="https://mybinder.org/v2/gh/ada/waves/v{}">a</a>\n')),
    "fences": one("README.md", lines("```\nhttps://mybinder.org/v2/gh/ada/waves/v{}\n```\n")),
    "suppressions": one("README.md", lines("a <!-- binderlint: ignore[LNK001] b{} -->\n")),
    "suppressions of a whole file": one(
        "README.md", lines("http://mybinder.org/v2/gh/ada/waves/v{} <!-- binderlint: ignore-file[LNK004] b{} -->\n")
    ),
    "suppressions at the head of a file": one("README.md", lines("<!-- binderlint: ignore[LNK004, ALL] b{} -->\n")),
    "suppressions of rules that do not exist": one(
        "README.md", lines(f"<!-- binderlint: ignore[{60 * 'a'}{{}}] -->\n")
    ),
    "what looks like a suppression": one("environment.yml", lines("# binderlint ignore CND001, PIN001 b{}\n")),
    "what looks like one in a cell": notebook(lambda size: ["# noqa: NBK001\n# binderlint: ignore NBK004\n" * size]),
    "rules that are left out": lambda size: {
        "environment.yml": "dependencies: [a]\nprefix: /x\n",
        "binderlint.toml": "ignore = [" + lines('"a{}", "CND00{}", ')(size) + "]\n",
    },
    "rules that are left out in files": lambda size: {
        "environment.yml": "dependencies: [a]\nprefix: /x\n",
        "binderlint.toml": "[per-file-ignores]\n" + lines('"a{}/*" = ["CND001"]\n"*{}*.yml" = ["CND"]\n')(size),
    },
    "severities": lambda size: {
        "environment.yml": "dependencies: [a]\nprefix: /x\n",
        "binderlint.toml": "[severity]\n" + lines('a{} = "info"\n')(size) + lines('CND{} = "info"\n')(size),
    },
    "cells": notebook(lambda size: [f"import a{number}" for number in range(size)]),
    "installations in a cell": notebook(lambda size: ["\n".join(f"!pip install a{number}" for number in range(size))]),
    "imports in a cell": notebook(lambda size: ["\n".join(f"import a{number}" for number in range(size))]),
    "pieces of a cell without line ends": notebook(lambda size: [["a = 1; "] * size]),
    "paths in cells": notebook(lambda size: [f'open("/Users/ada/{number}.csv")' for number in range(size)]),
    "stages": lambda size: {"Dockerfile": lines("FROM python:3.12 AS s{}\nCOPY . .\n")(size)},
    "instructions": lambda size: {"Dockerfile": "FROM python:3.12\n" + lines("RUN pip install a{}\n")(size)},
    "lines that go on": lambda size: {"Dockerfile": "FROM python:3.12\nRUN a \\\n" + "  b \\\n" * size + "  c\n"},
    "calls in R": lambda size: {
        "runtime.txt": "r-4.4-2025-04-01\n",
        "install.R": lines('install.packages("a{}")\n')(size),
    },
    "brackets in R": lambda size: {"runtime.txt": "r-4.4-2025-04-01\n", "install.R": "(a " * size},
    "files beside postBuild": lambda size: {
        "binder/requirements.txt": "",
        "binder/postBuild": "#!/bin/bash\n" + lines("bash a{}.sh\n")(size),
        **{f"binder/a{size}x{number}.sh": "" for number in range(size)},
    },
    "environments in a Dockerfile": lambda size: {
        "Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\n" + lines("RUN conda create -n a{}\n")(size)
    },
    "files that notebooks read": lambda size: {
        "requirements.txt": "",
        **{
            f"a{number}.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": f"open('x{number}')"}]})
            for number in range(size)
        },
    },
    "modules that import the next": lambda size: {
        **notebook(lambda _: ["import a0"])(size),
        **{f"a{number}.py": f"import a{number + 1}, seaborn\n" for number in range(size)},
    },
    "wrong names of conda": lambda size: {"environment.yml": "dependencies:\n" + "  - torch\n" * size},
    "packages that cells of Julia use": lambda size: {
        "Project.toml": "[deps]\n",
        "a.ipynb": json.dumps(
            {
                "cells": [{"cell_type": "code", "source": lines("using A{}\n")(size)}],
                "metadata": {"kernelspec": {"name": "julia-1.11", "language": "julia"}},
            }
        ),
    },
    "packages of Julia": lambda size: {"Project.toml": "[deps]\n" + lines('A{} = "7073ff75"\n')(size)},
    "tables": one("pyproject.toml", lines("[tool.a{}]\nb = 1\n")),
    "dependencies of a project": lambda size: {
        "pyproject.toml": '[project]\nname = "a"\nversion = "1"\ndependencies = [' + lines('"a{}", ')(size) + "]\n",
        "requirements.txt": ".\n",
    },
    "containers of dask": one(".dask/config.yaml", lambda size: "a:\n" + lines("  - {image: b{}, args: [c]}\n")(size)),
    "aliases of dask": one(
        ".dask/config.yaml",
        lambda size: (
            "distributed: x\na0: &a0 [x]\n"
            + lines_from(size // 4, "a{}: &a{} [*a<>, *a<>]\n")
            + f"dask: *a{size // 4}\n"
        ),
    ),
    "aliases of environment.yml": lambda size: {
        "environment.yml": "a0: &a0 [x]\n"
        + lines_from(size // 4, "a{}: &a{} [*a<>, *a<>]\n")
        + f"dependencies: *a{size // 4}\n"
    },
    "brackets of calls in R": lambda size: {
        "runtime.txt": "r-4.4-2025-04-01\n",
        "install.R": "install.packages(" * size,
    },
    "files": lambda size: {"requirements.txt": "", **{f"a/{number}.csv": "" for number in range(size)}},
    "notebooks": lambda size: {
        "requirements.txt": "",
        **{f"n/{number}.ipynb": '{"cells": []}' for number in range(size)},
    },
    "folders": lambda size: {
        "requirements.txt": "",
        **{f"{number}/environment.yml": "dependencies: [a]\n" for number in range(size)},
    },
    "files of Git LFS": lambda size: {
        "requirements.txt": "",
        ".gitattributes": "*.bin filter=lfs\n" + lines("d/a[[:space:]]{}.csv filter=lfs\n*.x{} filter=lfs\n")(size),
        **{f"d/a {size}x{number}.csv": "" for number in range(size)},
        **{f"e/{number}.x{size}x{number}": "" for number in range(size)},
    },
    "submodules": one(".gitmodules", lines('[submodule "a{}"]\npath = a{}\nurl = git@github.com:a/b{}\n')),
    "patterns of .dockerignore": lambda size: {
        "Dockerfile": "FROM a:1\nCOPY x .\n",
        ".dockerignore": lines("a{}\n")(size),
        "x": "",
    },
    "files that a Dockerfile asks for": lambda size: {
        ".binder/Dockerfile": "FROM a:1\nCOPY . /b/\nWORKDIR /b\n" + "RUN [ -f apt.txt ] && c\n" * size,
        ".binder/apt.txt": "",
        **{f".binder/a{number}": "" for number in range(size)},
    },
    "scripts that a Dockerfile runs": lambda size: {
        "Dockerfile": "FROM python:3.9\nCOPY . /b\nWORKDIR /b\n" + lines("RUN ./a{}.sh\n")(size),
        "pyproject.toml": '[project]\nname = "a"\nversion = "1"\nrequires-python = ">=3.12"\n',
        **dict.fromkeys((f"a{size}x{number}.sh" for number in range(size)), "pip install b\n"),
    },
    "modules beside notebooks": lambda size: {
        **notebook(lambda size: ["import a1\n"] * size)(size),
        **{f"a{number}.py": "" for number in range(size)},
    },
    "fields of DESCRIPTION, and packages that cells of R load": lambda size: {
        **{
            path: str(text).replace("python3", "ir").replace('"python"', '"R"')
            for path, text in notebook(lambda size: [f"library(b{number})" for number in range(size)])(size).items()
            if path == "a.ipynb"
        },
        "DESCRIPTION": "Package: a\nVersion: 1.0\nImports:\n" + lines("  c{},\n")(size),
    },
}


def steps(files: Mapping[str, str | bytes]) -> int:
    """How many calls a check makes."""
    repo, settings = Snapshot.from_dict(files), Settings()
    if "binderlint.toml" in files:
        text = str(files["binderlint.toml"]).encode()
        settings = parse_settings(text, "binderlint.toml", "binderlint.toml")._replace(path="binderlint.toml")
    count = 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    re.purge()
    sys.setprofile(counted)
    try:
        report = check(repo, settings)
    finally:
        sys.setprofile(None)
    assert not report.crashed
    return count


@pytest.mark.parametrize("kind", KINDS)
def test_steps_grow_as_the_input(kind: str) -> None:
    grown = KINDS[kind]
    steps(grown(2))  # modules are loaded and tables read
    small, middle, large = (steps(grown(size)) for size in (SIZE, 2 * SIZE, 4 * SIZE))
    assert large - middle <= MOST * (middle - small) + SIZE, (small, middle, large)
