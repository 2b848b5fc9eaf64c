"""Branches: `if`, `case` and loops of a shell script, walked on every path that is possible."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from binderlint.read.shell.conditions import program, truth
from binderlint.read.shell.expand import Expander
from binderlint.read.shell.state import Context, Frame, Loop, State
from binderlint.read.shell.words import Code, Field, Hole
from binderlint.read.shell.wrappers import value

if TYPE_CHECKING:
    from tree_sitter import Node

    from binderlint.read.shell.walk import Walk


def run_if(walk: Walk, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
    outcomes: list[State] = []
    clauses: list[Node] = [node, *(child for child in node.children if child.type == "elif_clause")]
    clauses += [child for child in node.children if child.type == "else_clause"]
    inside = context._replace(conditional=True)
    for clause in clauses:
        condition, body = _parts(clause)
        known: bool | None = True
        if condition:
            known = truth(condition[-1], Expander(code, state.variables, state.params))
            for one in condition:
                if not walk.run(one, code, state, frame, context._replace(condition=True)):
                    return walk.branches(state, outcomes)
        other = state.copy()
        here = context if known and clause is node else inside
        if known is False:
            here = inside._replace(reachable=False)
            _block_quietly(walk, body, code, other, here)
            continue
        if _block(walk, body, code, other, frame, here):
            outcomes.append(other)
        if known:
            break
    else:
        outcomes.append(state.copy())
    return walk.branches(state, outcomes)


def run_case(walk: Walk, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
    from fnmatch import fnmatchcase

    subject = node.child_by_field_name("value")
    expander = Expander(code, state.variables, state.params)
    word = expander.word(subject) if subject else None
    text = word.value or program(word.items) if word else None
    outcomes: list[State] = []
    inside, certain = context._replace(conditional=True), False
    for item in (child for child in node.children if child.type == "case_item"):
        patterns = [expander.word(one).pattern for one in item.children_by_field_name("value")]
        matches: bool | None = None if text is None else any(fnmatchcase(text, one) for one in patterns)
        if "*" in patterns:
            matches = True
        values = {one.id for one in item.children_by_field_name("value")}
        body = [child for child in item.named_children if child.id not in values]
        other = state.copy()
        if matches is False or certain:
            _block_quietly(walk, body, code, other, inside._replace(reachable=False))
            continue
        if _block(walk, body, code, other, frame, inside):
            outcomes.append(other)
        certain = matches is True
    if not certain:
        outcomes.append(state.copy())
    return walk.branches(state, outcomes)


def run_loop(walk: Walk, node: Node, code: Code, state: State, frame: Frame, context: Context) -> bool:
    body = node.child_by_field_name("body")
    conditions = node.children_by_field_name("condition") if node.type == "while_statement" else []
    conditions = [one for one in conditions if one.is_named]
    forever = certain = False
    for one in conditions:
        known = truth(one, Expander(code, state.variables, state.params))
        wanted = node.children[0].type == "while"
        forever = known is wanted
        if not walk.run(one, code, state, frame, context._replace(condition=True)):
            return False
    if node.type == "for_statement":
        expander = Expander(code, state.variables, state.params)
        variable = node.child_by_field_name("variable")
        items = [item for one in node.children_by_field_name("value") for item in expander.items(one)]
        certain = bool(items) and all(value(item) is not None for item in items)
        if variable:
            name = str(code.raw(variable))
            state.set(name, items[0].pieces if len(items) == 1 and isinstance(items[0], Field) else (Hole(f"${name}"),))
        for one in node.children_by_field_name("value"):
            walk.substitutions(one, code, state, context)
    loop = Loop([], [])
    frame.loops.append(loop)
    other = state.copy()
    falls = body is None or walk.run(
        body, code, other, frame, context._replace(loop=True, conditional=context.conditional or not certain)
    )
    frame.loops.pop()
    falls = walk.branches(other, ([other.copy()] if falls else []) + loop.continues)
    if forever:
        if falls and not loop.breaks:  # it runs for ever
            walk.end(other, frame, code.place(node.start_byte, node.end_byte), program="endless loop")
        return walk.branches(state, loop.breaks)
    outcomes = ([] if certain else [state.copy()]) + ([other] if falls else []) + loop.breaks
    return walk.branches(state, outcomes)


def _block(walk: Walk, nodes: Sequence[Node], code: Code, state: State, frame: Frame, context: Context) -> bool:
    falls = True
    for node in nodes:
        following = node.next_sibling
        if not falls:
            walk._quietly(node, code, state.copy(), context._replace(reachable=False))
        elif following is not None and following.type == "&":
            walk.background(node, code, state, context)
        else:
            falls = walk.run(node, code, state, frame, context)
    return falls


def _block_quietly(walk: Walk, nodes: Sequence[Node], code: Code, state: State, context: Context) -> None:
    for node in nodes:
        walk._quietly(node, code, state.copy(), context)


def _parts(clause: Node) -> tuple[list[Node], list[Node]]:
    """The conditions and the body of `if`, `elif` and `else`."""
    condition: list[Node] = []
    body: list[Node] = []
    after = clause.type == "else_clause"
    for child in clause.children:
        if child.type == "then":
            after = True
        elif child.is_named and child.type not in ("comment", "elif_clause", "else_clause"):
            (body if after else condition).append(child)
    return condition, body


def is_last(node: Node) -> bool:
    """Whether nothing of the script follows a statement on its path."""
    while node.parent is not None:
        parent = node.parent
        if parent.type in ("while_statement", "for_statement", "c_style_for_statement", "negated_command", "pipeline"):
            return False
        if parent.type == "function_definition":
            return False
        if parent.type == "if_statement" or parent.type == "elif_clause":
            sibling = node.next_sibling
            while sibling is not None and sibling.type not in ("then", "elif_clause", "else_clause", "fi"):
                if sibling.is_named and sibling.type != "comment":
                    return False
                sibling = sibling.next_sibling
            if sibling is not None and sibling.type == "then":
                return False
        elif parent.type != "case_statement":
            sibling = node.next_sibling
            while sibling is not None:
                if sibling.type in ("&&", "||", "&"):
                    return False
                if (
                    sibling.is_named
                    and sibling.type not in ("comment", "function_definition")
                    and "redirect" not in sibling.type
                    and parent.type != "case_statement"
                ):
                    return False
                sibling = sibling.next_sibling
        node = parent
    return True
