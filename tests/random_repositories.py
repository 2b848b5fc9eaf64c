"""Random repositories: every configuration file repo2docker looks for, in every folder it looks in, with good, odd and broken contents.

What they are put together from stands in pieces.json.
"""

from __future__ import annotations

import json
from pathlib import Path

from hypothesis import strategies as st

from binderlint.source import SYMLINK, Source

Files = dict[str, "str | bytes | Source"]

PIECES: dict[str, list[str]] = json.loads((Path(__file__).parent / "pieces.json").read_text("utf-8"))


def piece(kind: str) -> st.SearchStrategy[str]:
    return st.sampled_from(PIECES[kind])


def filled(kind: str, **values: str) -> st.SearchStrategy[str]:
    """A piece with a value in the place of each `{name}`."""

    def fill(template: str) -> str:
        for name, value in values.items():
            template = template.replace(f"{{{name}}}", value)
        return template

    return piece(kind).map(fill)


def rarely(draw: st.DrawFn, times: int) -> bool:
    """True in one of so many draws."""
    return draw(st.integers(0, times - 1)) == times - 1


@st.composite
def runtimes(draw: st.DrawFn) -> str:
    version = draw(piece("versions") | piece("r_versions"))
    return draw(filled("runtimes", name=draw(piece("runtime_names")), version=version, date=draw(piece("dates"))))


@st.composite
def environments(draw: st.DrawFn) -> str:
    if rarely(draw, 10):
        return draw(piece("environments"))
    dependency = piece("versions").flatmap(lambda version: filled("dependencies", version=version))
    lines = draw(st.lists(dependency, max_size=5))
    head, tail, indent = draw(piece("environment_heads")), draw(piece("environment_tails")), draw(piece("indents"))
    if rarely(draw, 10):
        return f"{head}dependencies: [{', '.join(lines)}]\n"
    if draw(st.booleans()):
        lines.append(
            "pip:" + "".join(f"\n{indent}  - {line}" for line in draw(st.lists(piece("pip_lines"), max_size=4)))
        )
    if rarely(draw, 8):
        lines.append(f"pip: {draw(piece('pip_scalars'))}")
    return f"{head}dependencies:\n{''.join(f'{indent}- {line}{chr(10)}' for line in lines)}{tail}"


@st.composite
def pyprojects(draw: st.DrawFn) -> str:
    return "".join(draw(st.lists(filled("pyprojects", requires=draw(piece("requires_python"))), max_size=3)))


@st.composite
def loose_tomls(draw: st.DrawFn, table: str, key: str) -> str:
    """Project.toml and Pipfile."""
    return draw(filled("tomls", table=table, key=key, value=draw(piece("toml_values"))))


CONTENTS: dict[str, st.SearchStrategy[str]] = {
    "Dockerfile": piece("dockerfiles"),
    "JuliaProject.toml": loose_tomls("compat", "julia"),
    "Project.toml": loose_tomls("compat", "julia"),
    "REQUIRE": st.just("julia 0.6\n"),
    "default.nix": st.just("{}\n"),
    "runtime.txt": runtimes(),
    "DESCRIPTION": st.just("Package: x\n"),
    "install.R": st.just("x\n"),
    "environment.yml": environments(),
    "environment.yaml": environments(),
    "Pipfile": loose_tomls("requires", "python_version"),
    "Pipfile.lock": piece("locks"),
    "setup.py": st.just("setup()\n"),
    "pyproject.toml": pyprojects(),
    "requirements.txt": st.lists(piece("pip_lines"), max_size=5).map("\n".join),
    "requirements3.txt": st.lists(piece("pip_lines"), max_size=5).map("\n".join),
    "apt.txt": st.lists(piece("apts"), max_size=3).map("\n".join),
    "postBuild": st.just("#!/bin/bash\n"),
    "start": st.just("#!/bin/bash\n"),
}
# Files that decide by themselves would hide all else if they were as likely as the rest.
SELDOM = {"Dockerfile", "JuliaProject.toml", "Project.toml", "REQUIRE", "default.nix", "DESCRIPTION"}


@st.composite
def contents(draw: st.DrawFn, name: str) -> bytes:
    """The bytes of a configuration file, most of them text in UTF-8."""
    if rarely(draw, 30):
        return draw(st.binary(max_size=30))
    text = draw(CONTENTS[name])
    if rarely(draw, 8):
        text = text.replace("\n", draw(st.sampled_from(["\r\n", "\r"])))
    if rarely(draw, 8):
        text = text.rstrip("\n")
    data = text.encode(draw(piece("encodings")) if rarely(draw, 4) else "utf-8", "replace")
    if rarely(draw, 20):
        at = draw(st.integers(0, len(data)))
        data = data[:at] + draw(st.sampled_from([b"\xff", b"\xe9", b"\x00", b"\xc3", b"\x1b$B", b"\x0c"])) + data[at:]
    if rarely(draw, 40):  # Python decodes text in pieces of 8192 bytes
        data = b"# " + b"x" * draw(st.sampled_from([8185, 8189, 8190, 8191, 8192])) + b"\n" + data
    return data


@st.composite
def repositories(draw: st.DrawFn) -> Files:
    """Some configuration files in the root and in a binder directory, some of them links or folders."""
    files: Files = {"README.md": "# x\n"}
    folders = draw(st.sampled_from([("",)] * 5 + [("", "binder"), ("binder",), ("", ".binder"), ("binder", ".binder")]))
    if rarely(draw, 15):
        link_or_file = [b"a file\n", Source("binder", b"config", SYMLINK), Source("binder", b".", SYMLINK)]
        files["binder"] = draw(st.sampled_from(link_or_file))
        folders = ("", "config")
    for folder in folders:
        for name in sorted(draw(st.sets(st.sampled_from(sorted(CONTENTS)), max_size=5))):
            if name in SELDOM and not rarely(draw, 4):
                continue
            path = f"{folder}/{name}" if folder else name
            if rarely(draw, 40):
                files[f"{path}/file"] = "in a folder\n"
            elif rarely(draw, 40):
                target = draw(st.sampled_from([b"README.md", b"nowhere", b"../README.md", b"linked/target", b"."]))
                files[path] = Source(path, target, SYMLINK)
            else:
                files[path] = draw(contents(name))
    return files
