"""Commands: runs one command of a shell script: looks through wrappers, calls functions, and finds out what it does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from binderlint.read.shell.builtins import BUILTINS
from binderlint.read.shell.call import Call, arrival
from binderlint.read.shell.expand import Expander
from binderlint.read.shell.programs import run_program, run_shell
from binderlint.read.shell.state import Context, Frame, Redirect, State
from binderlint.read.shell.words import MOST, Code, Item, Word, few
from binderlint.read.shell.wrappers import SHELLS, unwrap, value

if TYPE_CHECKING:
    from tree_sitter import Node

    from binderlint.read.shell.walk import Walk


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
            if len(word.items) > 1 and len(call.words) > MOST:
                state.unclear = True
            else:
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
    words, items, at = call.words, call.items, 0
    while at < len(words):
        kind = arrival(items, at)
        if kind is not None:
            call.words = words[at:]
            call.record()
            return call.deliver(kind)
        name = value(items[at]) or ""
        if name == "exec":
            if not call.execed:
                call.words = words[at:]
                call.record()
            command = _exec(items, at)
            if command is None:
                return True
            call.wrappers.append("exec")
            call.execed, at = True, command
            continue
        if name in walk.functions and not call.execed:
            call.words = words[at:]
            call.record()
            return _function(call, name)
        found = unwrap(items, at)
        if found is None:
            break
        head, index, wrapper = found
        if call.execed and head in ("command", "builtin", "coproc"):  # no programs
            break
        call.wrappers.append(head)
        call.stays = call.stays and wrapper.stays
        at = index
    call.words = words[at:]
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


def _exec(items: Sequence[Item], at: int) -> int | None:
    """Where the command of an `exec` begins; None without one: then it only redirects."""
    index = at + 1
    while index < len(items) and (text := value(items[index])) is not None:
        if text == "--":
            index += 1
            break
        if text == "-a":
            index += 2
        elif re.fullmatch(r"-[cl]+", text):
            index += 1
        else:
            break
    return None if index >= len(items) or re.fullmatch(r"\{\w+\}", value(items[index]) or "") else index


def _function(call: Call, name: str) -> bool:
    walk, state, frame = call.walk, call.state, call.frame
    body, code = walk.functions[name]
    size = body.end_byte - body.start_byte if name in walk.called else 0
    walk.called.add(name)
    if not walk.enters(size):
        state.unclear = True
        return True
    walk.depth += 1
    saved, state.params = state.params, few(call.items[1:])
    frame.returns.append([])
    falls = walk.run(body, code, state, frame, call.context._replace(function=name, whole=False))
    outcomes = ([state.copy()] if falls else []) + frame.returns.pop()
    falls = walk.branches(state, outcomes)
    state.params = saved
    walk.depth -= 1
    return falls
