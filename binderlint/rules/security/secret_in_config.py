"""secret-in-config: A file contains a secret."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.searched import searched_texts
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import with_article
from binderlint.read.secrets import credentials, is_of_kaggle, is_temporary, may_hold, tokens
from binderlint.snapshot import Snapshot

# Files that hold addresses which Binder uses while it builds or launches.
_WITH_ADDRESSES = frozenset(
    [
        "environment.yml",
        "environment.yaml",
        "pip.conf",
        "condarc",
        ".condarc",
        ".netrc",
        ".gitmodules",
        "Pipfile",
        "start",
        "postBuild",
        "Dockerfile",
        "install.R",
    ]
)


class SecretInConfig(Rule):
    code = "SEC001"
    severity = Severity.ERROR
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for source in searched_texts(repo):
            found = list(tokens(source.slice(0, len(source.text)))) if may_hold(source.searchable) else []
            found = [one for one in found if one.kind != "AWS secret key" or not is_temporary(one)]
            found = [one for one in found if one.kind != "Kaggle key" or is_of_kaggle(one)]
            listed = source.name.startswith(("requirements", "constraints")) and source.name.endswith(".txt")
            if listed or source.name in _WITH_ADDRESSES:
                places = {one.text.place.span for one in found}
                found += [one for one in credentials(source) if one.text.place.span not in places]
            for secret in found:
                yield self.at(
                    secret.text,
                    f"This is {with_article(secret.kind)}, and everyone who launches the repository can read it",
                    help="Revoke it now, since it stays in the history; enter secrets in a session by hand (`getpass`), never in a file",
                )
