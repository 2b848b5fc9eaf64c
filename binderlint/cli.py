"""The command line: arguments, which command runs, and how the run ends. Imports only the code of the chosen command."""

from __future__ import annotations

import os
import sys
from functools import partial

from binderlint import __version__
from binderlint.commands.exits import CRASHED, FAILED, SIGNALLED, UsageError, bug
from binderlint.outside.streams import StreamError, command, prepare, show
from binderlint.typed import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Sequence

COMMANDS = {
    "check": "check repositories, and with --fix mend them (the default command)",
    "plan": "say what repo2docker would do with repositories",
    "lock": "find the versions that go together, today or on an earlier day, and write them down",
    "try": "make Binder's environment on this computer, without Docker, and try the imports and the launch in it",
    "rule": "explain a rule, by its code or name, or all of them",
}
_EXIT_CODES = {
    "check": """\
  0    nothing found that is as bad as --fail-on (by default a warning)
  1    something was found, or --diff would change something""",
    "plan": """\
  0    the hub takes the repository
  1    the hub does not take it""",
    "lock": """\
  0    the versions are written, or are there already
  1    the packages do not go together, or --check or --diff would change something""",
    "try": """\
  0    what was tried works
  1    something that was tried does not work""",
    "rule": """\
  0    the rule was explained""",
}
_EPILOG = """\
exit codes:
{codes}
  2    binderlint was called wrongly, or something could not be read or written
  3    a bug of binderlint
  130  stopped with Ctrl-C
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run binderlint and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    return guarded(partial(_run, arguments), arguments)


def guarded(run: Callable[[], int], arguments: Sequence[str]) -> int:
    """The exit code that `run` returns; where it fails, one that says so, after the reason has been said in the formats of the arguments."""
    prepare()
    try:
        return run()
    except SystemExit as stop:  # argparse has printed the help or the version
        if stop.code == 0:
            stop.code = guarded(_flush, arguments)
        raise
    except KeyboardInterrupt as stop:
        return SIGNALLED + getattr(stop, "number", 2)
    except (UsageError, StreamError) as error:
        return _refuse(str(error), arguments, FAILED)
    except OSError as error:
        if not _is_somewhere():
            gone = "The folder that binderlint was started in does not exist any more. Change to another folder"
            return _refuse(gone, arguments, FAILED)
        if error.filename is not None:
            return _refuse(f"{error.filename}: {error.strerror}", arguments, FAILED)
        return _refuse(bug(error), arguments, CRASHED, error)
    except Exception as error:
        return _refuse(bug(error), arguments, CRASHED, error)


def _refuse(message: str, arguments: Sequence[str], code: int, error: BaseException | None = None) -> int:
    from binderlint.commands.refusal import refuse

    if error and os.environ.get("BINDERLINT_DEBUG"):
        from traceback import format_exception

        command("".join(format_exception(error)))
    try:
        refuse(message, arguments)
    except StreamError:  # it has been said on standard error
        return max(code, FAILED)
    return code


def _flush() -> int:
    show("")
    return 0


def _is_somewhere() -> bool:
    try:
        os.getcwd()
    except OSError:
        return False
    return True


def _run(arguments: list[str]) -> int:
    name = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    if name == "rule":
        from binderlint.commands.rule import run
    elif name == "plan":
        from binderlint.commands.plan import run
    elif name == "lock":
        from binderlint.commands.lock import run
    elif name == "try":
        from binderlint.commands.try_out import run
    else:
        from binderlint.commands.check import run
    given = arguments[1:] if name else arguments
    if name in ("", "check", "plan") and not any(one.startswith("-") for one in given):
        return run(_without_flags(name, given))
    return run(parser(name or "check").parse_args(given))


class _Defaults:
    """Stands in for a parser where there are no flags to parse: it knows only what each is then."""

    def __init__(self) -> None:
        self.found: dict[str, object] = {}

    def add_argument_group(self, _: str) -> _Defaults:
        return self

    def add_mutually_exclusive_group(self) -> _Defaults:
        return self

    def add_argument(self, name: str, **given: object) -> None:
        key = given.get("dest") or name.lstrip("-").replace("-", "_")
        self.found[str(key)] = given.get("default", False if given.get("action") == "store_true" else None)


def _without_flags(name: str, paths: list[str]) -> argparse.Namespace:
    """What the parser makes of arguments that are all paths. To make one takes longer than to read a small repository."""
    from types import SimpleNamespace

    if name == "plan":
        from binderlint.commands.plan import add_arguments
    else:
        from binderlint.commands.check import add_arguments
    parser: Any = _Defaults()
    add_arguments(parser)
    options: Any = SimpleNamespace(**{**parser.found, "paths": paths})
    return options  # type: ignore[no-any-return]


def parser(command: str) -> argparse.ArgumentParser:
    """The parser of one command; the one of `check` also tells of the others."""
    if command == "rule":
        from binderlint.commands.rule import add_arguments
    elif command == "plan":
        from binderlint.commands.plan import add_arguments
    elif command == "lock":
        from binderlint.commands.lock import add_arguments
    elif command == "try":
        from binderlint.commands.try_out import add_arguments
    else:
        from binderlint.commands.check import add_arguments
    import argparse

    class Parser(argparse.ArgumentParser):
        def error(self, message: str) -> NoReturn:
            raise UsageError(f"{message} (`{self.prog} --help` lists the arguments)")

    others = [f"  binderlint {name:6} {about}" for name, about in COMMANDS.items()]
    made = Parser(
        prog="binderlint" if command == "check" else f"binderlint {command}",
        description="Tell whether a repository is ready for Binder, what will break, and fix it.\n\n"
        + "\n".join(others)
        if command == "check"
        else COMMANDS[command],
        epilog=_EPILOG.format(codes=_EXIT_CODES[command]),
        # argparse itself would ask `shutil`, which loads everything that makes archives
        formatter_class=partial(argparse.RawDescriptionHelpFormatter, width=_columns() - 2),
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"binderlint {__version__}")
    add_arguments(made)
    return made


def _columns() -> int:
    """How wide the terminal is, as `shutil.get_terminal_size` has it."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80 if sys.__stdout__ else 80
    except (OSError, ValueError, AttributeError):
        return 80
