"""start-no-passthrough: `start` does not run the command it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import append_lines, replace
from binderlint.changes.launch_scripts import mended, understood
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.facts.scripts.web_server import server_of_another, waits_for
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.actions import cut_address
from binderlint.read.script import HAND_OVER, Arrival, Kind, Script
from binderlint.read.servers import server
from binderlint.snapshot import Snapshot
from binderlint.source import Place

_HUBS_ARGUMENTS = regex(r"\$\{@:[2-4]\}")


class StartNoPassthrough(Rule):
    code = "STA001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(start_script)
    def check(self, repo: Snapshot, start: Script) -> Iterator[Diagnostic]:

        yield from self._other_language(start)
        if not (found := understood(repo)):
            return
        script, shell = found
        if (
            shell.arrival is not Kind.UNKNOWN
            and server_of_another(repo, script)
            and not any(one.kind in (Kind.EXEC, Kind.PLAIN) for one in shell.arrivals)
        ):
            return
        if any(cut_address(one) and (server(one) or "$@" in one.place.text) for one in script.running):
            return  # what is to be run once its address has quotes, nobody knows yet
        elsewhere = any(one.kind in (Kind.EXEC, Kind.PLAIN) for one in shell.arrivals)
        for arrival in shell.arrivals:
            if arrival.kind not in (Kind.NEVER, Kind.BACKGROUND) or arrival.place.path != script.source.path:
                continue
            if _HUBS_ARGUMENTS.search(arrival.place.text):
                continue  # all that the hub adds to its command reaches another server
            serving = _serving(repo, script, arrival)
            if serving and not arrival.program:
                arrival = arrival._replace(program=serving)
            fix = self._fix(repo, script, arrival)
            yield self.at(
                _first_line(arrival.place),
                _why(arrival, elsewhere),
                help=f"Run it in the background with `&`, on a port of its own, and end the script with `{HAND_OVER}`"
                if serving and not fix
                else f"End every path through the script with `{HAND_OVER}`",
                fix=fix,
            )

    def _fix(self, repo: Snapshot, script: Script, arrival: Arrival) -> Fix | None:

        add = Fix(f"Add `{HAND_OVER}`", (append_lines(script.source, HAND_OVER),))
        instead = Fix(f"Run the launch command: `{HAND_OVER}`", (replace(arrival.place, HAND_OVER),))
        if arrival.kind is Kind.BACKGROUND:
            return instead if arrival.last and mended(repo, script, replace(arrival.place, HAND_OVER)) else None
        if arrival.program and not re.fullmatch(r"jupyter.*|voila", arrival.program):
            return None
        if arrival.program or arrival.place.text.startswith("exit"):
            last = arrival.place.span.end == len(script.source.text.rstrip())
            unsafe = Applicability.UNSAFE if arrival.program else Applicability.SAFE
            if last and mended(repo, script, replace(arrival.place, HAND_OVER)):
                return instead._replace(applicability=unsafe)
            return None
        blocked = any(waits_for(repo, one) and not one.context.background for one in script.running)
        return add if not blocked and mended(repo, script, append_lines(script.source, HAND_OVER)) else None

    def _other_language(self, script: Script) -> Iterator[Diagnostic]:
        """A start in Python, R or Julia has to read its arguments to run them."""
        names = {"python": "argv", "r": "commandArgs", "julia": "ARGS"}
        word = names.get(script.language)
        if word and script.shebang.line is not None and word not in script.source.prose:
            if not re.search(
                r"\bimport\s+(?!os\b|sys\b)\w*(?:main|start)|runpy|source\(|include\(", script.source.prose
            ):
                yield self.at(
                    script.shebang.line,
                    "start never looks at its arguments, so Binder's launch command does not run and the launch fails",
                    help="Pass control on at the end, in Python with `os.execvp(sys.argv[1], sys.argv[1:])`",
                )


def _serving(repo: Snapshot, script: Script, arrival: Arrival) -> str | None:
    """The server that never ends, and with which a path does."""
    ends = (one for one in script.running if one.alone == arrival.place and not one.context.background)
    return next((name for one in ends if (name := waits_for(repo, one))), None)


def _first_line(place: Place) -> Place:
    source, start = place.source, place.span.start
    return source.place(start, min(place.span.end, source.line(place.line).end))


def _why(arrival: Arrival, elsewhere: bool) -> str:

    if arrival.kind is Kind.BACKGROUND:
        return "start runs the launch command in the background and ends, so the container stops at once and the launch fails"
    if arrival.program == "endless loop":
        return "This loop never ends, so the launch command does not run and the launch fails"
    if arrival.program:
        return f"start runs `{arrival.program}` instead of the launch command, so Binder does not find its server and the launch fails"
    path = (
        "On one path through start, the launch command does not run"
        if elsewhere
        else "start ends without running the launch command"
    )
    return f"{path}, so the container stops at once and the launch fails"
