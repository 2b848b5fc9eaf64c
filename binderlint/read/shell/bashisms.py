"""Bashisms: what dash, the /bin/sh that runs a postBuild without a first line, does not understand or does not do."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from binderlint.source import Text

if TYPE_CHECKING:
    from tree_sitter import Node

    from binderlint.read.shell.syntax import Code

_COMMANDS = frozenset(
    {
        "source",
        "pushd",
        "popd",
        "shopt",
        "let",
        "mapfile",
        "readarray",
        "declare",
        "typeset",
        "disown",
        "compgen",
        "complete",
    }
)
_NODES = {
    "array": "an array",
    "subscript": "an array",
    "process_substitution": "`<(...)`",
    "herestring_redirect": "`<<<`",
    "ansi_c_string": "`$'...'`",
    "c_style_for_statement": "`for ((...))`",
}


class Bashism(NamedTuple):
    """A piece of bash: where it stands and what to call it."""

    text: Text
    title: str


def bashisms(root: Node, code: Code) -> list[Bashism]:
    """Everything in shell code that bash has and dash has not, in the order it stands."""
    found: list[Bashism] = []
    stack = [root]
    while stack:
        node = stack.pop()
        title = _title(node, code)
        if title:
            found.append(Bashism(code.raw(node), title))
        stack.extend(reversed(node.children))
    return found


def _title(node: Node, code: Code) -> str:
    if node.type in _NODES:
        return _NODES[node.type]
    match node.type:
        case "command":
            name = node.child_by_field_name("name")
            text = str(code.raw(name)) if name else ""
            if text in _COMMANDS:
                return f"`{text}`"
            if text == "set" and any(str(code.raw(child)) == "pipefail" for child in node.children):
                return "`set -o pipefail`"
        case "declaration_command" if node.children and node.children[0].type in ("declare", "typeset"):
            return f"`{node.children[0].type}`"
        case "test_command" if node.children and node.children[0].type == "[[":
            return "`[[`"
        case "compound_statement" if node.children and node.children[0].type == "((":
            return "`((`"
        case "function_definition" if node.children and node.children[0].type == "function":
            return "`function`"
        case "file_redirect" if any(child.type in ("&>", "&>>") for child in node.children):
            return "`&>`"
    return ""
