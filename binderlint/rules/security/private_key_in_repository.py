"""private-key-in-repository: The repository contains a private key."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.searched import searched_texts
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.read.secrets import private_keys
from binderlint.snapshot import Snapshot


class PrivateKeyInRepository(Rule):
    code = "SEC002"
    severity = Severity.ERROR
    level = Level.RUN

    def check(self, repo: Snapshot) -> Iterator[Diagnostic]:
        for source in searched_texts(repo):
            if b"PRIVATE KEY" in source.searchable:
                for header in private_keys(source):
                    encrypted = "ENCRYPTED" in header
                    yield self.at(
                        header,
                        "This is a private key behind a passphrase, and everyone who launches the repository can take it and guess the passphrase"
                        if encrypted
                        else "This is a private key, and everyone who launches the repository can read it",
                        help="Replace the key wherever it is trusted, since it stays in the history, and remove the file",
                        severity=Severity.WARNING if encrypted else None,
                    )
                    break
