"""Launch buttons: what Jupyter Book, MyST, Sphinx and thebe are told to launch."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from binderlint.fact import fact
from binderlint.facts.launch.links import documents
from binderlint.pattern import regex
from binderlint.read.cells import located, parse_python
from binderlint.read.yaml import read_safe
from binderlint.snapshot import Snapshot
from binderlint.source import Place, Scalar, Source, Span, Table, Text
from binderlint.values import NamedTuple


class LaunchConfig(NamedTuple):
    """The settings of a launch button: the hub's address, the repository (an address or `owner/name`), its branch, and the folder of the pages in it."""

    tool: str
    source: Source
    hub: Text | None
    repository: Text | None
    branch: Text | None
    folder: Text | None


@fact
def launch_configs(repo: Snapshot) -> tuple[LaunchConfig, ...]:
    """The launch buttons that books and documentation set up."""
    return tuple(_configs(repo))


def _configs(repo: Snapshot) -> Iterator[LaunchConfig]:
    """Every launch button that a configuration file of a book, a documentation or a page sets up."""
    for source, _ in documents(repo):
        name = source.name.lower()
        if name.endswith((".yml", ".yaml")) and _mentions(source, b"binder", b"launch_buttons", b"thebe"):
            yield from _from_yaml(source, name)
        elif name == "conf.py" and _mentions(source, b"binder", b"launch_buttons", b"thebe"):
            yield from _from_python(source)
        elif name.endswith((".html", ".md", ".rst")) and _mentions(source, b"binderOptions"):
            yield from _from_thebe(source)


def _mentions(source: Source, *words: bytes) -> bool:
    return any(word in source.data for word in words)


def _from_yaml(source: Source, name: str) -> Iterator[LaunchConfig]:

    data = read_safe(source).value
    if not isinstance(data, Table):
        return
    if name.startswith("_config."):
        buttons, about = _table(data, "launch_buttons"), _table(data, "repository")
        if _text(buttons, "binderhub_url") or _is_on(buttons, "thebe") or _is_on(buttons, "thebelab"):
            yield LaunchConfig(
                "Jupyter Book",
                source,
                _text(buttons, "binderhub_url"),
                _text(about, "url"),
                _text(about, "branch"),
                _text(about, "path_to_book"),
            )
        return
    if name.startswith("binder-gallery"):
        hub, repository, ref = (_text(data, key) for key in ("binder_url", "binder_repo", "binder_ref"))
        yield LaunchConfig("the gallery", source, hub, repository, ref, None)
        return
    project = _table(data, "project") if name == "myst.yml" else None
    for parent in ("jupyter", "thebe"):
        binder = _table(_table(project, parent), "binder")
        if binder:
            yield LaunchConfig("MyST", source, _text(binder, "url"), _text(binder, "repo"), _text(binder, "ref"), None)


def _table(table: Table | None, name: str) -> Table | None:
    value = table.get(name) if table is not None else None
    return value if isinstance(value, Table) else None


def _text(table: Table | None, name: str) -> Text | None:
    value = table.get(name) if table is not None else None
    return _inner(value) if isinstance(value, Text) and value else None


def _is_on(table: Table | None, name: str) -> bool:
    value = table.get(name) if table is not None else None
    return isinstance(value, Scalar) and value.value is True


def _inner(text: Text) -> Text:
    """The text without its quotes, so that pieces of it know their place."""
    start, end = text.place.span
    written = text.place.source.text[start:end]
    if written == text:
        return text
    if written[:1] in "'\"" and written[1:-1] == text:
        return Text(str(text), Place(text.place.source, Span(start + 1, end - 1)))
    return text


# -- conf.py, which is read and never run


def _from_python(source: Source) -> Iterator[LaunchConfig]:
    import ast

    tree = parse_python(source.text.removeprefix("\ufeff"))
    for statement in tree.body if tree else ():
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Dict() as value):
                yield from _from_setting(source, name, _strings(value))


def _strings(node: ast.Dict) -> dict[str, ast.expr]:
    import ast

    return {
        key.value: value
        for key, value in zip(node.keys, node.values, strict=True)
        if isinstance(key, ast.Constant) and isinstance(key.value, str)
    }


def _from_setting(source: Source, name: str, values: dict[str, ast.expr]) -> Iterator[LaunchConfig]:
    import ast

    def text(found: dict[str, ast.expr], key: str) -> Text | None:
        value = found.get(key)
        return located(source, value) if isinstance(value, ast.Constant) and isinstance(value.value, str) else None

    inner = values.get("binder") if name == "sphinx_gallery_conf" else values.get("launch_buttons")
    nested = _strings(inner) if isinstance(inner, ast.Dict) else {}
    if name == "sphinx_gallery_conf" and nested:
        owner, project = text(nested, "org"), text(nested, "repo")
        both = Text(f"{owner}/{project}", project.place) if owner and project else None
        yield LaunchConfig("sphinx-gallery", source, text(nested, "binderhub_url"), both, text(nested, "branch"), None)
    elif name == "html_theme_options" and nested:
        yield LaunchConfig(
            "sphinx-book-theme",
            source,
            text(nested, "binderhub_url"),
            text(values, "repository_url"),
            text(values, "repository_branch"),
            text(values, "path_to_docs"),
        )
    elif name == "thebe_config":
        yield LaunchConfig(
            "sphinx-thebe",
            source,
            text(values, "binderhub_url"),
            text(values, "repository_url"),
            text(values, "repository_branch"),
            None,
        )


# -- thebe, in a page

_OPTIONS = regex(r"binderOptions[\"']?\s*:\s*\{[^{}]*\}")
_NAMES = ("binderUrl", "repo", "ref")
_OPTION = r"\b{name}[\"']?\s*:\s*[\"']([^\"'\n]+)[\"']"


def _from_thebe(source: Source) -> Iterator[LaunchConfig]:
    for block in _OPTIONS.finditer(source.text):
        found = {name: re.compile(_OPTION.format(name=name)).search(source.text, *block.span()) for name in _NAMES}
        hub, repository, ref = (source.slice(*match.span(1)) if match else None for match in found.values())
        yield LaunchConfig("thebe", source, hub, repository, ref, None)
