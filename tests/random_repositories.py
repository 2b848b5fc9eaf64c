"""Random repositories: every configuration file repo2docker looks for, in every folder it looks in, with good, odd and broken contents."""

from __future__ import annotations

from hypothesis import strategies as st

from binderlint.source import SYMLINK, Source

Files = dict[str, "str | bytes | Source"]

VERSIONS = st.sampled_from(
    ["3.10", "3.9", "3.8", "3.7", "3.6", "2.7", "3.4", "3.15", "3", "2", "4", "3.", ".3", "3..9", "3.9.7", "3.10.1", "03.10",
     "3.010", "3.x", "3.*", "", " ", "3.12", "3.14", "three", "3.10rc1", "v3.9", "3.10.0.1", "3٫9", "٣.٩", "3.9\n", "=3.9", "3 .9"]
)  # fmt: skip
DATES = st.sampled_from(
    ["2022-01-10", "2018-12-07", "2018-12-06", "2018-02-05", "2099-01-01", "2022-1-1", "2022-13-01", "2022-02-30", "2022-01-10x",
     "2022-01-10T00", "22-01-10", "0000-01-01", "2022-01-100", "٢٠٢٢-٠١-٠١", "2022-01", "2022--01"]
)  # fmt: skip
R_VERSIONS = st.sampled_from(["4.4", "4.5", "4.6", "3.2", "3.3", "4.1.2", "9.9.9", "4", "4.1.2.3", "x.y.z", "4.04"])


@st.composite
def runtimes(draw: st.DrawFn) -> str:
    name = draw(st.sampled_from(["python", "r", "julia", "Python", "python ", "conda", "", "R", "﻿python"]))
    version = draw(st.one_of(VERSIONS, R_VERSIONS))
    date = draw(DATES)
    return draw(
        st.sampled_from(
            [f"{name}-{version}", f"{name}-{date}", f"{name}-{version}-{date}", name, f"{name} {version}", f"{name}{version}", version,
             f"# {name}-{version}\n{name}-{version}", f"{name}-{version}\n\n", f"  {name}-{version} ", f"{name}-{version}-", "", "\n"]
        )  # fmt: skip
    )


@st.composite
def dependency(draw: st.DrawFn) -> str:
    version = draw(VERSIONS)
    return draw(
        st.sampled_from(
            [f"python={version}", f"python=={version}", f"python {version}", f"python = {version}", f"python>={version}", "python",
             f"conda-forge::python={version}", f"python={version}=h12_0", f"python={version}|3.8", f"'python={version}'", f'"python={version}"',
             f"python: {version}", f"Python={version}", f"r-base={version}", "r-base", "r-essentials", "r-base=4.1.3", "r-base 4.1", "numpy", "numpy=1.2",
             "3", "3.9", "true", "null", "~", "2020-01-01", "[a, b]", "{a: b}", "python-dateutil=2.8", "pythonnet=3.0", f"python =={version} # c",
             f"!!str python={version}", f"&a python={version}", "*a", "|\n    python=3.8", ">-\n    python=3.8", "- python=3.8", "{{ python }}", "1_000", "0o17",
             "? a", "python=3.9: x", "''", "0x1F", "12:30", ".inf", "yes", "pip:", "- - a", "=", "<<", "%x", "@x", "`x`", "\tx", "a\tb", "é", "\x00", "\x85", "﻿"]
        )  # fmt: skip
    )


PIP_LINES = (
    "numpy", "-r requirements.txt", "-e .", "./x", "-c c.txt", "file:///x", "git+https://h/x", "git://../x", "--pre", "-e git+https://h/x",
    "--extra-index-url=https://h", "--find-links=./x", "-f", "-f ./x", "# -e .", "-e=.", "--editable=.", "3.5", "null", "[a]", "a: b", "https://h/.x", ".", "true", "''", "é",
)  # fmt: skip


@st.composite
def environments(draw: st.DrawFn) -> str:
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return draw(
            st.sampled_from(
                ["", "\n", "# only\n", "---\n", "...\n", "- a\n- b\n", "just text\n", "3\n", "null\n", "a: 1\na: 2\n", "a: [\n", "\tx: y\n", "dependencies: 5\n",
                 "dependencies: x\n", "dependencies:\n", "dependencies: ~\n", "dependencies: true\n", "dependencies: 3.5\n", "dependencies: 2020-01-01\n",
                 "dependencies: {python=3.9: 1}\n", "dependencies: {pip: [-e .]}\n", "dependencies: 0x10\n", "dependencies: !!set {a}\n", "!!omap [a: b]\n",
                 "dependencies: []\n", "dependencies: !foo [a]\n", "--- a\n--- b\n", "a: b\n...\nc: d\n", "%YAML 1.1\n---\na: yes\n", "%YAML 1.2\n---\na: b\n",
                 "<<<<<<< HEAD\na: b\n=======\n", "a: *b\n", "a: &x [*x]\n", "x: &b\n  dependencies: [python=3.8]\n<<: *b\n", "True: a\ntrue: b\n", "null: a\n~: b\n",
                 "1: a\n1: b\n", "? a\n: b\n", "a: 'b\n", 'a: "\\x"\n', "{{ x }}\n", "@EXPLICIT\nhttps://h/x\n", "a: b: c\n", " a: b\nc: d\n", "a: |\n  b\n c\n", "a:\n- b\n - c\n",
                 "- a\nb: c\n", "name: x\n\n  dependencies: y\n", "a: >\n", "!!python/object:x {}\n", "a: !!int x\n", "a: !!binary x\n", "a: 1e999999\n", "a: 0b2\n", "- !!float x\n",
                 "dependencies: &d [python=3.8]\nx: *d\n", "dependencies: [pip: [a]]\n", "dependencies:\n  pip:\n    - -e .\n", "...", "---", "a: b\n---\n", "a: b\n--- \n...\n"]
            )  # fmt: skip
        )
    lines = draw(st.lists(dependency(), max_size=5))
    indent = draw(st.sampled_from(["", "  ", "    "]))
    head = draw(st.sampled_from(["", "name: x\n", "channels:\n  - conda-forge\n", "channels: [a]  # c\n", "# é\n", "prefix: /x\n", "version: 1.0\n", "---\n"]))
    if kind == 1:
        return f"{head}dependencies: [{', '.join(lines)}]\n"
    body = "".join(f"{indent}- {line}\n" for line in lines)
    if kind < 6:
        pip = draw(st.lists(st.sampled_from(PIP_LINES), max_size=4))
        body += f"{indent}- pip:\n" + "".join(f"{indent}  - {line}\n" for line in pip)
        if kind == 5:
            body += f"{indent}- pip: {draw(st.sampled_from(['x', '[-e .]', '-r x', '', '{a: b}', '5']))}\n"
    tail = draw(st.sampled_from(["", "", "", "dependencies: []\n", "x: y", "  # c\n", "variables:\n  A: 1\n", "name: y\n"]))
    return f"{head}dependencies:\n{body}{tail}"


@st.composite
def pyprojects(draw: st.DrawFn) -> str:
    requires = draw(
        st.sampled_from(
            ['">=3.8"', '">=3.11"', '">=3.11,<3.13"', '">=3.15"', '"==3.9.*"', '"==3.9"', '"~=3.9"', '"<3.8"', '"!=3.10.*"', '">=3.10.5"', '"3.9"', '""', "'>=3.9'", "3.9",
             '["3.9"]', '"^3.9"', '">= 3.9, < 4"', "true", '">=2.7, !=3.0.*"', '"===3.10"', '">3.10"', '"<=3.10"', '"x"', '">=3.9,"', '">=3.12a1"']
        )  # fmt: skip
    )
    parts = draw(
        st.lists(
            st.sampled_from(
                ["[project]\nname = 'x'\n", f"[project]\nrequires-python = {requires}\n", "[build-system]\nrequires = []\n", "[tool.black]\n", "project = 1\n",
                 f"[project]\n'requires-python' = {requires}  # c\n", f"project.requires-python = {requires}\n", "project = ['requires-python']\n", "project = 'requires-python'\n",
                 "[tool.poetry]\nname = 'x'\n", "x = [\n", "[a]\n[a]\n", "a = 1\na = 2\n", "a = {b = 1\n}\n", "a = nan\n", "é = 1\n", "a.b = 1\na = 2\n", "a = 01\n", "a = 1979-05-27T07:32:00Z\n",
                 "a = '''\n", 'a = "\\x"\n', "[[a]]\n", "a = \"\"\"x\n\"\"\"\n", "# c\n"]
            ),  # fmt: skip
            max_size=3,
        )
    )
    return "".join(parts)


@st.composite
def loose_toml(draw: st.DrawFn, key: str = "julia", table: str = "compat") -> str:
    """Project.toml and Pipfile."""
    value = draw(
        st.sampled_from(
            ['"1"', '"1.6"', '"^1.6"', '"~1.6"', '"~1"', '"=1.7.1"', '"=1.6"', '">=1.6"', '"≥1.6"', '"≤ 1.6"', '"≥ 1.6"', '"< 1.9"', '"<1.9"', '"1.6, 1.7"', '"1.6 - 1.10"', '"1.10.x"',
             '"*"', '""', '"lts"', '"0.7"', '"0.7, 1"', '"^0.0.3"', '"~0.0.3"', '"~0.2.3"', '"2"', '">=2"', '"!=1.6"', '"==1.6.0"', '"= 1.6"', '" 1.6 "', "1", "1.6", "true", '["1.6"]', '{a = 1}',
             '"v1.6"', '"1.6.1.1"', '"~1.2.3.4"', '"0"', '"~0"', '"^0"', '"0.0"', '"~0.0"', '"1."', '"1..2"', '"٣"', '"1.06"', '"=1.06.0"', '">=1.6.0-rc1"', '"-1.6"', '"3.9"', '"3.9.1"', '"3"', '"2.7"',
             '"python3.9"', '"3.7.x"', '"4"', "'3.8'", "3.9"]
        )  # fmt: skip
    )
    return draw(
        st.sampled_from(
            [f"[{table}]\n{key} = {value}\n", f"{table} = {{{key} = {value}}}\n", f"{table}.{key} = {value}\n", f"[ {table} ]\n\"{key}\" = {value}  # c\n", "[deps]\nX = \"u\"\n", "", "x = [\n", "x = [1, 'a']\n",
             f"[{table}]\n{key} = {value}\n[{table}]\nX = 1\n", "a = 1\na = 2\n", "# only\n", f"[[{table}]]\n{key} = {value}\n", f"{table} = 1\n", "x\n", "a = 01\n", "a = {b = 1,}\n", "a = [[1], ['b']]\n",
             f"[deps]\nA = \"[x]\"\n\n[{table}]\n{key}={value}\n\n[extras]\nB = \"b#\"\n[targets]\ntest = [\"A\", \"B\"]\n", f"[{table}]\n{key}_full_version = {value}\n{key} = '3.8'\n", "a = '''\nx'''\n",
             f"[packages]\nrequests = {{extras = ['a'], version = \"*\"}}\nx = \"*\"\n\n[{table}]\n{key} = {value}\n", "[a]\n[b]\n[a.c]\n", "a = \"x\n\"\n", "[a", "[]\n", "= 1\n", "a = \n", "a = 'b' c\n"]
        )  # fmt: skip
    )


PIPFILES = loose_toml(key="python_version", table="requires")
LOCKS = st.sampled_from(
    ['{"_meta": {"requires": {"python_version": "3.9"}}}', '{"_meta": {"requires": {"python_full_version": "3.8.5", "python_version": "3.9"}}}', "{}", "[]", "", "{", '{"_meta": []}', '{"_meta": null}',
     '{"_meta": {"requires": []}}', '{"_meta": {"requires": {"python_version": 3.9}}}', '{"_meta": {"requires": {"python_version": "3"}}}', '{"_meta": {"requires": {"python_version": "x"}}}', '{"_meta": {"requires": null}}',
     '{"_meta": {"requires": {"python_version": "3.6"}}}', '{"_meta": {"requires": {"python_version": "4"}}}', '{"_meta": {}}\n\n', "﻿{}", '{"a": NaN}', "null", '{"a": 1, "a": 2}', '{"_meta": {"requires": "python_version"}}']
)  # fmt: skip
DOCKERFILES = st.sampled_from(
    ["FROM python:3.9\n", "FROM andrewosh/binder-base\n", "from andrewosh/binder-base\n", "FROM x # andrewosh/binder-base\n", "# c\nFROM Andrewosh/Binder-Base:latest\n", "ARG a\nFROM a\nFROM andrewosh/binder-base\n", "", "FROMX andrewosh/binder-base\n",
     " FROM andrewosh/binder-base\nFROM b\n", "RUN a\rFROM andrewosh/binder-base\r"]
)  # fmt: skip
APTS = st.lists(
    st.sampled_from(["vim", "libGL", "Vim", "vim=2", "# c", "", "  vim  ", "-y vim", "vim # c", "_x", "$x", "﻿vim", "é", "a b", "vim; x", "\x0bvim", "\u2028x", "1a", "+x"]), max_size=3
).map("\n".join)  # fmt: skip
REQUIREMENTS = st.lists(st.sampled_from([*PIP_LINES, "é", "日本", "ÿ", "x==1 \\", ""]), max_size=5).map("\n".join)

CONTENTS: dict[str, st.SearchStrategy[str]] = {
    "Dockerfile": DOCKERFILES,
    "JuliaProject.toml": loose_toml(),
    "Project.toml": loose_toml(),
    "REQUIRE": st.just("julia 0.6\n"),
    "default.nix": st.just("{}\n"),
    "runtime.txt": runtimes(),
    "DESCRIPTION": st.just("Package: x\n"),
    "install.R": st.just("x\n"),
    "environment.yml": environments(),
    "environment.yaml": environments(),
    "Pipfile": PIPFILES,
    "Pipfile.lock": LOCKS,
    "setup.py": st.just("setup()\n"),
    "pyproject.toml": pyprojects(),
    "requirements.txt": REQUIREMENTS,
    "requirements3.txt": REQUIREMENTS,
    "apt.txt": APTS,
    "postBuild": st.just("#!/bin/bash\n"),
    "start": st.just("#!/bin/bash\n"),
}
# Files that decide by themselves would hide all else if they were as likely as the rest.
RARE = {"Dockerfile", "JuliaProject.toml", "Project.toml", "REQUIRE", "default.nix", "DESCRIPTION"}
ENCODINGS = st.sampled_from(["utf-8"] * 12 + ["utf-8-sig", "utf-16", "utf-16-le", "latin-1", "cp1252", "utf-7"])


@st.composite
def contents(draw: st.DrawFn, name: str) -> bytes:
    if draw(st.integers(0, 30)) == 0:
        return draw(st.binary(max_size=30))
    text = draw(CONTENTS[name])
    if draw(st.integers(0, 8)) == 0:
        text = text.replace("\n", draw(st.sampled_from(["\r\n", "\r"])))
    if draw(st.integers(0, 8)) == 0:
        text = text.rstrip("\n")
    data = text.encode(draw(ENCODINGS), "replace")
    if draw(st.integers(0, 20)) == 0:
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.sampled_from([b"\xff", b"\xe9", b"\x00", b"\xc3", b"\x1b$B", b"\x0c"])) + data[at:]
    if draw(st.integers(0, 40)) == 0:
        data = b"# " + b"x" * draw(st.sampled_from([8185, 8189, 8190, 8191, 8192])) + b"\n" + data
    return data


@st.composite
def repositories(draw: st.DrawFn) -> Files:
    """Some configuration files in the root and in a binder directory, some of them links or folders."""
    files: Files = {"README.md": "# x\n"}
    folders = draw(st.sampled_from([("",)] * 5 + [("", "binder"), ("binder",), ("", ".binder"), ("binder", ".binder")]))
    if draw(st.integers(0, 15)) == 0:
        files["binder"] = draw(st.sampled_from(["a file\n", Source("binder", b"config", SYMLINK), Source("binder", b".", SYMLINK)]))
        folders = ("", "config")
    for folder in folders:
        names = draw(st.sets(st.sampled_from(sorted(CONTENTS)), max_size=5))
        for name in sorted(names):
            if name in RARE and draw(st.integers(0, 3)):
                continue
            path = f"{folder}/{name}" if folder else name
            if path.startswith("binder/") and "binder" in files:
                continue
            kind = draw(st.integers(0, 40))
            if kind == 0:
                files[f"{path}/file"] = "in a folder\n"
            elif kind == 1:
                target = draw(st.sampled_from([b"README.md", b"nowhere", b"../README.md", b"linked/target", b"."]))
                files[path] = Source(path, target, SYMLINK)
            else:
                files[path] = draw(contents(name))
    return files
