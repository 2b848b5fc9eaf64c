"""submodule-unfetchable-url: Binder cannot fetch a submodule from its address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import replace
from binderlint.facts.for_binder import is_for_binder
from binderlint.facts.rare_files import git_modules
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.pattern import regex
from binderlint.read.gitmodules import read_modules
from binderlint.read.services import ended_service
from binderlint.snapshot import Snapshot
from binderlint.source import GITLINK, Source

_SSH = regex(r"(?:ssh://)?(?:[\w.-]+@)?([\w.-]+\.[A-Za-z]{2,})(?::(?:\d+/)?|/)/*(.+)$")


_HTTPS_HOSTS = frozenset({"github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gist.github.com"})


class SubmoduleUnfetchableUrl(Rule):
    code = "DAT001"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(git_modules)
    def check(self, repo: Snapshot, source: Source) -> Iterator[Diagnostic]:
        for module in read_modules(source):
            link = repo.sources.get(module.path.rstrip("/"))
            if module.url is None or link is None or link.mode != GITLINK or module.update == "none":
                continue
            url, trust = module.url, Applicability.SAFE
            if ended := ended_service(url):
                reason, new = ended.reason, ended.instead and ended.instead + url[ended.length :]
            elif url.startswith("ssh://") or re.match(r"[\w.-]+@[\w.-]+:", url):
                found = _SSH.match(url)
                reason = "Binder has no ssh"
                new = f"https://{found[1]}/{found[2]}" if found and found[1].lower() in _HTTPS_HOSTS else ""
                trust = trust if is_for_binder(repo) else Applicability.UNSAFE
            elif re.match(r"file:|/|~|[A-Za-z]:[\\/]", url):
                reason, new = "it is a path on one computer", ""
            else:
                continue
            yield self.at(
                url,
                f"Binder cannot fetch the submodule `{module.path}` from this address ({reason}), so the launch fails",
                help="Use its `https://` address",
                fix=Fix("Use https", (replace(url.place, new),), trust) if new else None,
            )
