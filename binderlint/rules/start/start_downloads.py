"""start-downloads: `start` downloads data."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.changes.launch_scripts import before_server, moved, removed
from binderlint.facts.scripts.start_and_post_build import post_build_script, start_script
from binderlint.git import hosted_name
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.actions import download
from binderlint.read.script import Command, Script
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
            if (
                found.tool == "git clone"
                and repo.git.origin
                and hosted_name(found.url).lower() == repo.git.origin.lower()
            ):
                yield self.at(
                    command.place,
                    "This clones the repository itself at every launch, for every visitor, before the server answers. Its files are there already",
                    help="Remove the line, and use the files in the home folder",
                    fix=_removed(script, command, found.url),
                    level=Level.RUN,
                )
                continue
            yield self.at(
                command.place,
                f"`{found.tool}` downloads at every launch, for every visitor, before the server answers. If it does not answer within 30 seconds, the launch fails",
                help="Move it to postBuild, which runs once when the image is built",
                fix=moved(repo, script, command),
            )


def _removed(script: Script, command: Command, url: str) -> Fix | None:
    """The fix that removes the line, where nothing else in the script speaks of the clone."""
    folder = url.rstrip("/").removesuffix(".git").rpartition("/")[2]
    rest = script.source.text.replace(command.place.text, "", 1)
    return None if folder in rest else removed(command, "Remove the line", Applicability.UNSAFE)
