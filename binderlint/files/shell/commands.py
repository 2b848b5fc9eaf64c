"""Commands: runs one command of a shell script: looks through wrappers, calls functions, and finds out what it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from binderlint.files.shell.builtins import BUILTINS
from binderlint.files.shell.call import Call, arrival
from binderlint.files.shell.expand import Expander
from binderlint.files.shell.programs import run_program, run_shell
from binderlint.files.shell.state import MAX_CALLS, MAX_DEPTH, Context, Frame, Redirect, State
from binderlint.files.shell.words import Code, Word
from binderlint.files.shell.wrappers import SHELLS, unwrap, value

if TYPE_CHECKING:
    from tree_sitter import Node

    from binderlint.files.shell.walk import Walk


def run_command(
    walk: Walk,
    node: Node,
    code: Code,
    state: State,
    frame: Frame,
    context: Context,
    redirects: Sequence[Node],
) -> bool:
    """Run one command; returns whether the next one is reached."""
    call = Call(walk, node, code, state, frame, context)
    call.stays = walk.stays
    walk.substitutions(node, code, state, context)
    expander = Expander(code, state.variables, state.params)
    for child in node.children:
        if child.type == "variable_assignment":
            name, given = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name:
                text = expander.word(given).pattern if given else ""
                call.variables.append((str(code.raw(name)), text))
        elif child.type == "subshell":
            walk.run(child, code, state, frame, context)
        elif child.is_named and "redirect" not in child.type and child.type != "comment":
            word = expander.word(child)
            call.head = call.head or word.place
            call.words += [Word(word.raw, (item,)) for item in word.items]
    call.written = list(call.words)
    for one in (*redirects, *(child for child in node.children if "redirect" in child.type)):
        _redirect(call, one, expander)
    if state.pending and call.name not in ("echo", "wait", "printf", "exit", "true", ":"):
        state.unclear = True
    return _run(call)


def _redirect(call: Call, node: Node, expander: Expander) -> None:
    if node.type == "file_redirect":
        target = node.child_by_field_name("destination")
        operator = "".join(
            call.code.string(child.start_byte, child.end_byte) for child in node.children if child != target
        )
        call.redirects.append(Redirect(operator, expander.word(target) if target else None))
    elif node.type == "herestring_redirect" and node.named_children:
        call.input = call.inside(expander.word(node.named_children[-1]))
    elif node.type == "heredoc_redirect":
        for child in node.children:
            if child.type == "heredoc_body":
                call.input = call.code.raw(child)
            elif child.type == "file_redirect":
                _redirect(call, child, expander)


def _run(call: Call) -> bool:
    """Look through the wrappers and do what the command does."""
    walk = call.walk
    while call.words:
        items = call.items
        kind = arrival(items)
        if kind is not None:
            call.record()
            return call.deliver(kind)
        name = value(items[0]) or ""
        if name == "exec":
            call.record()
            if not _exec(call):
                return True
            continue
        if name in walk.functions and not call.execed:
            call.record()
            return _function(call, name)
        found = unwrap(items)
        if found is None:
            break
        head, index, wrapper = found
        if call.execed and head in ("command", "builtin", "coproc"):  # no programs
            break
        call.wrappers.append(head)
        call.stays = call.stays and wrapper.stays
        call.words = call.words[index:]
    if not call.words:
        call.record()
        return True
    name = call.name
    handler = BUILTINS.get(name) if value(call.items[0]) == name else None
    if name in SHELLS:
        call.record()
        return run_shell(call)
    if handler:
        call.record()
        return handler(call)
    call.record()
    return run_program(call)


def _exec(call: Call) -> bool:
    """`exec`: without a command it only redirects; returns whether there is one."""
    index = 1
    while index < len(call.words) and (text := value(call.items[index])) is not None:
        if text == "--":
            index += 1
            break
        if text == "-a":
            index += 2
        elif re.fullmatch(r"-[cl]+", text):
            index += 1
        else:
            break
    if index >= len(call.words) or re.fullmatch(r"\{\w+\}", call.words[index].value or ""):
        return False
    call.wrappers.append("exec")
    call.words = call.words[index:]
    call.execed = True
    return True


def _function(call: Call, name: str) -> bool:
    walk, state, frame = call.walk, call.state, call.frame
    body, code = walk.functions[name]
    walk.called.add(name)
    walk.calls += 1
    if walk.depth >= MAX_DEPTH or walk.calls > MAX_CALLS:
        state.unclear = True
        return True
    walk.depth += 1
    saved, state.params = state.params, tuple(call.items[1:])
    frame.returns.append([])
    falls = walk.run(body, code, state, frame, call.context._replace(function=name, whole=False))
    outcomes = ([state.copy()] if falls else []) + frame.returns.pop()
    falls = walk.branches(state, outcomes)
    state.params = saved
    walk.depth -= 1
    return falls
