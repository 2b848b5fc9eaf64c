"""Vocabulary: the programs that run another one, and what a condition asks for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from binderlint.pattern import regex
from binderlint.read.digits import is_number, number
from binderlint.read.installer import CONDA
from binderlint.read.shell.commands import LEAST, Arg, Field, Item, Rest, Split, is_something
from binderlint.read.shell.syntax import Expander
from binderlint.typed import TYPE_CHECKING
from binderlint.values import NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

# -- wrappers: commands that run the command in their arguments, and how to find it there.


class Wrapper(NamedTuple):
    """How a program's own options are told from the command it runs.

    `valued` are the options that take the next word. `operands` is how many words of its own come before the command. `stays` says that
    the command takes the wrapper's place, so that `exec wrapper "$@"` is the same process as `exec "$@"`.
    """

    valued: frozenset[str] = frozenset()
    operands: int = 0
    stays: bool = False
    assignments: bool = False


def _of(valued: str = "", operands: int = 0, stays: bool = False, assignments: bool = False) -> Wrapper:
    return Wrapper(frozenset(valued.split()), operands, stays, assignments)


WRAPPERS = {
    "env": _of("-u --unset -C --chdir", stays=True, assignments=True),
    "nohup": _of(stays=True),
    "nice": _of("-n --adjustment", stays=True),
    "ionice": _of("-c -n --class --classdata", stays=True),
    "chrt": _of(operands=1, stays=True),
    "taskset": _of("-c", operands=1, stays=True),
    "stdbuf": _of("-i -o -e", stays=True),
    "setsid": _of(),
    "catchsegv": _of(),
    "tini": _of("-p -e"),
    "docker-init": _of("-p -e"),
    "dumb-init": _of("-r --rewrite"),
    "catatonit": _of(),
    "gosu": _of(operands=1, stays=True),
    "su-exec": _of(operands=1, stays=True),
    "timeout": _of("-k -s --kill-after --signal", operands=1),
    "sudo": _of("-u -g -h -p -C -T -U -D --user --group", assignments=True),
    "doas": _of("-u -C"),
    "time": _of("-f -o --format --output"),
    "command": _of(stays=True),
    "builtin": _of(stays=True),
    "coproc": _of(),
    "xvfb-run": _of("-e -f -n -p -s -w --error-file --auth-file --server-num --xauth-protocol --server-args --wait"),
    "dbus-run-session": _of("--config-file --dbus-daemon"),
    "dbus-launch": _of(),
    "ssh-agent": _of("-a -t"),
    "flock": _of("-w -E", operands=1),
    "unbuffer": _of(),
    "chronic": _of(),
    "xargs": _of("-n -I -P -L -d -a -E -s --max-args --max-procs --replace --delimiter --arg-file --max-lines"),
    "watch": _of("-n --interval"),
    "mpirun": _of("-n -np -c --host --hostfile"),
    "mpiexec": _of("-n -np -c --host --hostfile"),
}
# Programs whose first word `run` makes them wrappers.
RUNNERS = {
    name: _of(
        "-n --name -p --prefix --cwd -e --env -a --attach --python --with --group --extra --package --environment"
    )
    for name in (*CONDA, "poetry", "pipenv", "uv", "pixi", "pdm", "hatch")
}
"""Programs that put a file, or a link to it, where their last word says."""
SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "zsh"})
_INTERPRETERS = regex(r"(?:python|pypy)[\d.]*")
_OPTION = regex(r"-.+")
_ASSIGNMENT = regex(r"[A-Za-z_]\w*=")


def base_name(text: str) -> str:
    """The program's name without its folder."""
    return text.rpartition("/")[2]


def value(item: Item) -> str | None:
    """The known value of an argument."""
    return item.value if isinstance(item, Field) else None


def skip_options(items: Sequence[Item], start: int, wrapper: Wrapper) -> int | None:
    """The index of the first word that belongs to the wrapped command; None when an option is not known."""
    index, operands, assigned = start, wrapper.operands, False
    while index < len(items):
        item = items[index]
        text = value(item)
        if text is None:
            if isinstance(item, Field) and operands and not any(isinstance(piece, Arg) for piece in item.pieces):
                index, operands = index + 1, operands - 1
                continue
            if (
                wrapper.assignments
                and isinstance(item, Field)
                and isinstance(item.pieces[0], str)
                and _ASSIGNMENT.match(item.pieces[0])
            ):
                index += 1
                continue
            return index
        if text == "--":
            return index + 1 + operands
        if wrapper.assignments and _ASSIGNMENT.match(text):
            index, assigned = index + 1, True
        elif assigned:
            return index
        elif _OPTION.fullmatch(text):
            index += 2 if text in wrapper.valued else 1
        elif operands:
            index, operands = index + 1, operands - 1
        else:
            return index
    return index


def unwrap(items: Sequence[Item], first: int) -> tuple[str, int, Wrapper] | None:
    """The wrapper at an index, and the index where the wrapped command begins; None when no wrapper is there."""
    head = base_name(value(items[first]) or "")
    after = (value(items[first + 1]) or "") if first + 1 < len(items) else ""
    if head == "command" and after in ("-v", "-V"):
        return None
    if head in WRAPPERS:
        wrapper = WRAPPERS[head]
        index = skip_options(items, first + 1, wrapper)
    elif head in RUNNERS and after == "run":
        head, wrapper = f"{head} run", RUNNERS[head]
        index = skip_options(items, first + 2, wrapper)
    elif _INTERPRETERS.fullmatch(head) and (at := _module(items, first)):
        head, wrapper, index = f"{head} -m", Wrapper(), at
    else:
        return None
    return (head, index, wrapper) if index is not None and index < len(items) else None


def _module(items: Sequence[Item], first: int) -> int:
    """Where the module of `python -m module` stands, 0 when it is no such command."""
    for index in range(first + 1, len(items)):
        text = value(items[index])
        if text == "-m":
            return index + 1
        if text is None or not text.startswith("-") or text in ("-c", "-"):
            return 0
    return 0


# -- conditions of a shell script that can be decided without running it: the container always gives start a command, so `$#` is never 0.


# Commands that are run to ask something: both answers are ordinary. Any other command is expected to succeed.
QUESTIONS = frozenset(
    [
        "test",
        "[",
        "[[",
        "grep",
        "egrep",
        "fgrep",
        "rg",
        "which",
        "type",
        "hash",
        "diff",
        "cmp",
        "pgrep",
        "pidof",
        "nc",
        "ping",
        "mountpoint",
        "getent",
        "id",
        "read",
        "expr",
        "let",
        "tty",
    ]
)


def is_test(node: Node) -> bool:
    """Whether a statement is a question, so that `question && command` may well not run the command."""
    match node.type:
        case "test_command" | "negated_command":
            return True
        case "compound_statement":
            return bool(node.children) and node.children[0].type == "(("
        case "command":
            name = node.child_by_field_name("name")
            text = (name.text or b"").decode("utf-8", "replace") if name else ""
            if text == "command":
                return any((child.text or b"") in (b"-v", b"-V") for child in node.named_children)
            return text in QUESTIONS
        case "list":
            return any(is_test(child) for child in node.named_children)
        case "pipeline" | "redirected_statement":
            commands = [child for child in node.named_children if "redirect" not in child.type]
            return bool(commands) and is_test(commands[-1])
    return False


class _Doubtful(Expander):
    """Expands what a condition asks for: a default says nothing about what the hub has set."""

    takes_defaults = False


def truth(node: Node, expander: Expander) -> bool | None:
    """Whether a condition holds; None when that is not known."""
    expander = _Doubtful(expander.code, expander.variables, expander.params)
    match node.type:
        case "command":
            return _command(node, expander)
        case "test_command":
            inside = [child for child in node.named_children if child.type != "comment"]
            return _holds(_pieces(inside[0]), expander, node.children[0].type) if len(inside) == 1 else None
        case "negated_command":
            known = truth(node.named_children[0], expander) if node.named_children else None
            return None if known is None else not known
        case "compound_statement" if node.children and node.children[0].type == "((":
            inside = node.named_children
            return _holds(_pieces(inside[0]), expander, "((") if len(inside) == 1 else None
        case "list":
            sign = next((child.type for child in node.children if child.type in ("&&", "||")), "")
            if _may_change(node.named_children[0]):
                return None
            return combined([truth(child, expander) for child in node.named_children], sign)
    return None


def _may_change(node: Node) -> bool:
    """Whether a statement changes what is asked behind it."""
    if node.type in ("list", "negated_command"):
        return any(map(_may_change, node.named_children))
    text = node.text or b""
    return (node.type not in ("command", "test_command", "subshell") and not text.startswith(b"((")) or text.startswith(
        _CHANGES
    )


_CHANGES = (b"set ", b"shift", b"eval ", b"read ", b"source ", b". ")


def combined(known: list[bool | None], sign: str) -> bool | None:
    """Whether conditions with `&&` or `||` between them hold."""
    if sign == "&&":
        return False if False in known else None if None in known else True
    if sign == "||":
        return True if True in known else None if None in known else False
    return None


_SIGNS = {"-a": "&&", "-o": "||"}


def _command(node: Node, expander: Expander) -> bool | None:
    words = [child for child in node.named_children if child.type != "variable_assignment"]
    match [expander.word(word).value for word in words]:
        case ["true" | ":"]:
            return True
        case ["false"]:
            return False
        case ["test", *values]:
            signs = ("!", "-t", "-z", "-n", "=", "==", "!=", "-eq", "-ne", "-gt", "-ge", "-lt", "-le", *_SIGNS)
            both = zip(words[1:], values, strict=True)
            return _holds([_SIGNS.get(text, text) if text in signs else word for word, text in both], expander, "[")
    return None


def _pieces(node: Node) -> list[Node | str]:
    """The operands of an expression, and the operators before and between them: the grammar does not know which of these bind more strongly."""
    operator = node.child_by_field_name("operator")
    sign = (operator.text or b"").decode("utf-8", "replace") if operator else ""
    if node.type == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        return [*_pieces(left), _SIGNS.get(sign, sign), *_pieces(right)] if left and right else []
    return [sign, *_pieces(node.children[-1])] if node.type == "unary_expression" else [node]


def _holds(pieces: list[Node | str], expander: Expander, opened: str) -> bool | None:
    """Whether an expression is true, in `[`, `[[` or `((`."""
    for sign in ("||", "&&"):
        if sign in pieces:
            ends = [-1, *(at for at, piece in enumerate(pieces) if piece == sign), len(pieces)]
            parts = [pieces[one + 1 : other] for one, other in pairwise(ends)]
            return combined([_holds(part, expander, opened) for part in parts], sign)
    match pieces:
        case ["!", *rest]:
            known = _holds(rest, expander, opened)
            return None if known is None else not known
        case [operand] if not isinstance(operand, str):
            return _operand(operand, expander, opened)
        case ["-t", _]:  # the hub gives start no terminal (KubeSpawner)
            return False
        case ["-z" | "-n" as asked, operand] if not isinstance(operand, str):
            empty = _empty(expander.items(operand))
            return empty if asked == "-z" or empty is None else not empty
        case [left, str() as sign, right] if not isinstance(left, str) and not isinstance(right, str):
            return _compare(left, sign, right, expander, opened)
    return None


def _operand(node: Node, expander: Expander, opened: str) -> bool | None:
    """Whether something alone is true: a text that is not empty, or a number that is not 0."""
    raw = str(expander.code.raw(node))
    if node.type == "parenthesized_expression":
        inside = node.named_children
        return _holds(_pieces(inside[0]), expander, opened) if len(inside) == 1 else None
    if opened == "((":
        return number(raw) > 0 if is_number(raw) else counted(expander.params, "-gt", 0) if is_count(raw) else None
    if is_count(raw):
        return True
    if node.type not in ("word", "number", "raw_string", "string", "simple_expansion", "expansion", "concatenation"):
        return None
    empty = _empty(expander.items(node))
    return None if empty is None else not empty


def is_count(raw: str) -> bool:
    """Whether this asks how many arguments there are."""
    return raw.strip('"') in ("$#", "${#}", "${#@}", "${#*}")


def _least(items: Sequence[Item]) -> int:
    """How many arguments there are at least."""
    return sum(
        max(LEAST - item.start, 0) if isinstance(item, (Rest, Split)) else item.value == "" or _empty([item]) is False
        for item in items
    )


def counted(items: Sequence[Item], sign: str, wanted: int) -> bool | None:
    """Whether the number of arguments compares so with another one."""
    least, exact = _least(items), all(value(item) is not None for item in items)
    match sign:
        case "-eq" | "==" | "=" | "-ne" | "!=":
            known = least == wanted if exact else False if least > wanted else None
        case "-ge" | ">=" | "-lt" | "<":
            known = True if least >= wanted else False if exact else None
        case "-gt" | ">" | "-le" | "<=":
            known = True if least > wanted else False if exact else None
        case _:
            known = None
    return not known if known is not None and sign in ("-ne", "!=", "-lt", "<", "-le", "<=") else known


def _compare(left: Node, sign: str, right: Node, expander: Expander, opened: str) -> bool | None:
    one, other = expander.word(left), expander.word(right)
    if is_count(one.raw):
        wanted = other.value or ""
        return counted(expander.params, sign, number(wanted)) if is_number(wanted) else None
    if sign not in ("=", "==", "!=") or opened == "((":  # there the name of a variable is its value
        return None
    pattern = opened == "[[" and not re.search(r"['\"\\\[(]", other.raw)
    equal = _equal(one.items, other.items, pattern)
    return equal if equal is None or sign != "!=" else not equal


def _equal(left: Sequence[Item], right: Sequence[Item], pattern: bool) -> bool | None:
    one, other = program(left) or _value(left), program(right) or _value(right)
    if one is not None and other is not None:
        if any(sign in other for sign in "*?["):
            from fnmatch import fnmatchcase

            return fnmatchcase(one, other) if pattern else None
        return one == other
    for known, unknown in ((one, right), (other, left)):
        if known is not None and _empty(unknown) is False and len(known) <= _literal(unknown):
            return False
    return None


def _literal(items: Sequence[Item]) -> int:
    return sum(
        len(piece) for item in items if isinstance(item, Field) for piece in item.pieces if isinstance(piece, str)
    )


def program(items: Sequence[Item]) -> str | None:
    """What `$1` is where it is the container's program: BinderHub's command is `python3 -c ...` (values.yaml, singleuser.cmd)."""
    return "python3" if list(items) == [Field((Arg(0),))] else None


def _value(items: Sequence[Item]) -> str | None:
    return items[0].value if len(items) == 1 and isinstance(items[0], Field) else None


def _empty(items: Sequence[Item]) -> bool | None:
    """Whether a text is empty."""
    for item in items:
        if isinstance(item, (Rest, Split)):
            if item.start < LEAST:
                return False
        elif any(map(is_something, item.pieces)):
            return False
    return True if all(isinstance(item, Field) and item.value == "" for item in items) else None
