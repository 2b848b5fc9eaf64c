"""launch-config-dead-hub: The launch buttons of a book or documentation lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath

from binderlint.changes.edits import replace
from binderlint.facts.launch.buttons import LaunchConfig, launch_configs
from binderlint.git import hosted_name
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.address import DEAD_HOSTS, MYBINDER, is_template, parse_address
from binderlint.snapshot import Snapshot
from binderlint.source import Text


class LaunchConfigDeadHub(Rule):
    code = "LNK022"
    severity = Severity.ERROR
    level = Level.LAUNCH
    needs_git = True

    @about(launch_configs)
    def check(self, repo: Snapshot, configs: tuple[LaunchConfig, ...]) -> Iterator[Diagnostic]:
        for config in configs:
            if config.branch and _is_own(config, repo):
                yield from self._branch(config.branch, config.tool, repo)
            if config.folder and _is_own(config, repo) and not is_template(config.folder):
                folder = normpath(config.folder.strip("/ "))
                if folder not in (".", "..") and not repo.is_dir(folder):
                    new = config.source.folder
                    yield self.at(
                        config.folder,
                        f"There is no folder `{folder}`, so every launch button of {config.tool} opens a page that does not exist",
                        help=f"Use `{new}`"
                        if new
                        else "Use the folder of the pages, starting at the top of the repository",
                        level=Level.RUN,
                        fix=Fix(f"Use `{new}`", (replace(config.folder, new),), Applicability.UNSAFE) if new else None,
                    )
            if config.hub:
                yield from self._hub(config.hub, config.tool)

    def _branch(self, branch: Text, tool: str, repo: Snapshot) -> Iterator[Diagnostic]:
        refs, default = repo.git.refs, repo.git.default_branch
        if not repo.git.complete or not refs or branch in (*refs, "HEAD") or is_template(branch):
            return
        usual = branch in ("master", "main")
        safety = Applicability.SAFE if usual else Applicability.UNSAFE
        yield self.at(
            branch,
            f"There is no branch `{branch}` in this repository: every launch button of {tool} "
            + ("shows an error and waits 10 seconds before it launches" if usual else "fails"),
            help=f"Use `{default or 'HEAD'}`",
            severity=Severity.WARNING if usual else None,
            level=Level.REPRODUCE if usual else None,
            fix=Fix(f"Use `{default}`", (replace(branch, default),), safety) if default else None,
        )

    def _hub(self, hub: Text, tool: str) -> Iterator[Diagnostic]:
        address = parse_address(hub)
        if address and address.hub in DEAD_HOSTS:
            part = hub.part(0, len(hub.rstrip("/")))
            yield self.at(
                hub,
                f"`{address.hub}` no longer works, so every launch button of {tool} fails: {DEAD_HOSTS[address.hub]}",
                help=f"Use `https://{MYBINDER}`",
                fix=Fix(f"Launch on {MYBINDER}", (replace(part, f"https://{MYBINDER}"),)),
            )


def _is_own(config: LaunchConfig, repo: Snapshot) -> bool:
    """Whether the buttons launch the repository that they are set up in."""
    if not config.repository:
        return False
    name = hosted_name(config.repository) if "://" in config.repository else f"gh/{config.repository}"
    return name != "" and name.lower() == repo.git.origin.lower()
