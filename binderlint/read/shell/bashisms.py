"""Bashisms: what dash, the /bin/sh that runs a postBuild without a first line, does not understand or does not do."""

from __future__ import annotations

from binderlint.source import Text
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

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
_PIPEFAIL = "`set -o pipefail`"
_NODES = {
    "array": "an array",
    "subscript": "an array",
    "process_substitution": "`<(...)`",
    "herestring_redirect": "`<<<`",
    "ansi_c_string": "`$'...'`",
    "c_style_for_statement": "`for ((...))`",
}


# What dash ends at, with status 2: a syntax error, a bad substitution, or a wrong option of `set`. It only fails to find the other commands, or reads them differently.
_ENDS = frozenset(
    {"array", "process_substitution", "herestring_redirect", "c_style_for_statement", "function_definition"}
)


class Bashism(NamedTuple):
    """A piece of bash: where it stands, what to call it, and whether dash ends the script there."""

    text: Text
    title: str
    ends: bool


def bashisms(root: Node, code: Code) -> list[Bashism]:
    """Everything in shell code that bash has and dash has not, in the order it stands."""
    found: list[Bashism] = []
    stack = [root]
    while stack:
        node = stack.pop()
        title = _title(node, code)
        if title:
            found.append(Bashism(code.raw(node), title, _ends(node, title)))
        stack.extend(reversed(node.children))
    return found


def _ends(node: Node, title: str) -> bool:
    if node.type == "subscript":
        return node.parent is not None and node.parent.type == "expansion"
    return node.type in _ENDS or title == _PIPEFAIL


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
                return _PIPEFAIL
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
