"""The command line: arguments, which command runs, and exit codes. Imports only the code of the chosen command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from binderlint import __version__

CLEAN, FOUND, USAGE, CRASHED = 0, 1, 2, 3
COMMANDS = {
    "check": "check repositories, and with --fix mend them (the default command)",
    "plan": "say what repo2docker would do with a repository",
    "rule": "explain a rule, by its code or name, or all of them",
}
_EPILOG = """\
exit codes:
  0  nothing found that is as bad as --fail-on (by default a warning)
  1  something was found, or --diff would change something
  2  the arguments, the configuration or the path cannot be used
  3  a rule crashed: a bug of binderlint
"""


class UsageError(Exception):
    """The arguments, the configuration or the path cannot be used; the message is for the user."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run binderlint and return its exit code."""
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        return _run(arguments)
    except UsageError as error:
        from binderlint.refusal import refuse

        refuse(str(error), arguments)
        return USAGE
    except BrokenPipeError:  # the reader, such as `head`, has seen enough
        sys.stderr.close()
        return CLEAN
    except KeyboardInterrupt:
        return 130


def _run(arguments: list[str]) -> int:
    command = arguments[0] if arguments and arguments[0] in COMMANDS else ""
    if command == "rule":
        from binderlint.commands.rule import run
    elif command == "plan":
        from binderlint.commands.plan import run
    else:
        from binderlint.commands.check import run
    options = parser(command or "check").parse_args(arguments[1:] if command else arguments)
    return run(options)


def parser(command: str) -> argparse.ArgumentParser:
    """The parser of one command; the one of `check` also tells of the others."""
    if command == "rule":
        from binderlint.commands.rule import add_arguments
    elif command == "plan":
        from binderlint.commands.plan import add_arguments
    else:
        from binderlint.commands.check import add_arguments
    others = [f"  binderlint {name:6} {about}" for name, about in COMMANDS.items()]
    made = _Parser(
        prog="binderlint" if command == "check" else f"binderlint {command}",
        description="Tell whether a repository is ready for Binder, what will break, and fix it.\n\n"
        + "\n".join(others)
        if command == "check"
        else COMMANDS[command],
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"binderlint {__version__}")
    add_arguments(made)
    return made


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"{message} (`{self.prog} --help` lists the arguments)")
