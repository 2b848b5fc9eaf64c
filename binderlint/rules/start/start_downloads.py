"""start-downloads: `start` downloads data."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import before_server, moved
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import download
from binderlint.read.script import Script
from binderlint.snapshot import Snapshot


class StartDownloads(Rule):
    code = "STA005"
    severity = Severity.WARNING
    level = Level.LAUNCH

    @about(start_script)
    def check(self, repo: Snapshot, script: Script) -> Iterator[Diagnostic]:

        post_build = post_build_script(repo)
        built = {found.url for one in (post_build.running if post_build else ()) if (found := download(one))}
        for command in before_server(script):
            found = download(command)
            if found is None or (command.context.conditional and found.url and found.url in built):
                continue
            if command.context.substitution and not found.heavy:  # asks for a value
                continue
            if found.update:
                yield self.at(
                    command.place,
                    f"`{found.tool}` runs at every launch, for every visitor, before the server answers",
                    help="Use nbgitpuller in the launch link instead, or remove it: a push to the repository builds a new image",
                    severity=Severity.INFO,
                    level=Level.POLISH,
                )
                continue
            yield self.at(
                command.place,
                f"`{found.tool}` downloads at every launch, for every visitor, before the server answers: a launch that takes more than 30 seconds fails",
                help="Move it to postBuild, which runs once when the image is built",
                fix=moved(repo, script, command),
            )
