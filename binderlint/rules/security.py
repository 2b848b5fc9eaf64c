"""SEC: secrets in a public image."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.files.secrets import credentials, may_hold, private_keys, tokens
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Source

if TYPE_CHECKING:
    from binderlint.repository import Repository

_MOST = 5_000_000  # bytes; what is larger is data
_TEXT = regex(
    r"\.(?:py|r|rmd|qmd|jl|sh|ipynb|md|rst|txt|ya?ml|toml|cfg|ini|conf|json|js|env\w*|pem|key|ppk|asc|p8)$|(?:^|/)(?:[^./]+|\.[^/]+)$",
    re.IGNORECASE,
)
_TESTS = regex(r"(?:^|/)(?:tests?|testing|fixtures?|testdata|test_data|node_modules|vendor|examples?/certs)/", re.I)
# Files that hold addresses which Binder uses while it builds or launches.
_ADDRESSES = regex(
    r"(?:^|/)(?:requirements[^/]*\.txt|environment\.ya?ml|constraints[^/]*\.txt|pip\.conf|\.?condarc|\.netrc|\.gitmodules|Pipfile|start|postBuild|Dockerfile|install\.R)$"
)


def _sample_token() -> str:
    """A token that no service ever gave out, with a right checksum, put together here so that no scanner takes this file for a leak."""
    import zlib

    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    body = "n9Xq2LmT7vRb4KcW8sJd6HfZ1yPa3G"
    number, digits = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        digits = alphabet[digit] + digits
    return "gh" + "p_" + body + digits.rjust(6, "0")


_TOKEN = _sample_token()
_AWS = "q8Zr3TtVx5YwB7uC9nE2" + "mH4kJ6pL1sD0fG+aS/dQ"
_KEY_HEAD = "-----BEGIN RSA " + "PRIVATE KEY-----\n"
_KEY = _KEY_HEAD + "MIIEpAIBAAKCAQEA7bq9c1Zt8Jx0w2K5mYhVnR4sD6fG\n-----END RSA " + "PRIVATE KEY-----\n"


class SecretInConfig(Rule):
    """A file contains a secret.

    Everything in the repository becomes part of a public image, and everybody who launches it can read it; so can everybody on GitHub. Only what is certain is reported: tokens of services with a prefix of their own (and a correct checksum, if they have one), AWS
    secret keys, and passwords in addresses that a build uses. binderlint never shows the secret.

    Removing the file is not enough: the secret is in the history. Revoke it at the service.
    """

    code = "SEC001"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/mybinder.org-user-guide: docs/about/user-guidelines.rst",)
    examples = (
        Bad(
            {"notebooks/a.py": f"import os\ntoken = '{_TOKEN}'\n"},
            at="notebooks/a.py:2:10",
            why="A GitHub token in code",
        ),
        Bad(
            {"start": f'#!/bin/bash\nexport AWS_SECRET_ACCESS_KEY="{_AWS}"\nexec "$@"\n'},
            at="start:2:31",
            why="An AWS key in start",
        ),
        Bad(
            {"requirements.txt": f"--extra-index-url https://ci:{'k7Rw' + '2pQz9Lm'}@pypi.example.org/simple\nnumpy\n"},
            at="requirements.txt:1:30",
            why="A password in an address",
        ),
        Bad(
            {"binder/postBuild": f"#!/bin/bash\ngit clone https://{_TOKEN}@github.com/o/r\n"},
            at="binder/postBuild:2:19",
            why="A GitHub token in postBuild",
        ),
        Good({"a.py": "token = os.environ['GITHUB_TOKEN']\n"}, why="A token in an environment variable"),
        Good({"a.py": f"token = '{_TOKEN[:-1]}0'\n"}, why="A token with a wrong checksum"),
        Good(
            {
                "start": '#!/bin/bash\nexport AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\nexec "$@"\n'
            },
            why="The sample in Amazon's documentation",
        ),
        Good({"requirements.txt": "--index-url https://${USER}:${TOKEN}@pypi.example.org/simple\n"}, why="Variables"),
        Good({"requirements.txt": "# https://me:k7Rw2pQz9Lm@pypi.example.org\n"}, why="A comment"),
        Good({"requirements.txt": "git+https://user:password@example.org/r.git\n"}, why="A placeholder"),
        Good(
            {"requirements.txt": "git+https://the-very-long-user-name@bitbucket.org/o/r.git\n"},
            why="A user without a password",
        ),
        Good({"a.md": "postgresql://me:k7Rw2pQz9Lm@localhost/db\n"}, why="An address that no build uses"),
        Good({"tests/data/a.py": f"token = '{_TOKEN}'\n"}, why="Test data"),
        Good(
            {".env": Source(".env", f"T={_TOKEN}\n".encode(), tracked=False), "a": ""}, why="A file that is not in git"
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for source in _texts(repo):
            found = list(tokens(source.slice(0, len(source.text)))) if may_hold(source.searchable) else []
            if _ADDRESSES.search(source.path):
                places = {one.text.place.span for one in found}
                found += [one for one in credentials(source) if one.text.place.span not in places]
            for secret in found:
                yield self.at(
                    secret.text,
                    f"A {secret.kind} stands here, and everyone who launches the repository can read it",
                    help="Have it revoked now, since it stays in the history; give secrets to a session by hand (`getpass`), never by a file",
                )


class PrivateKeyInRepository(Rule):
    """The repository contains a private key.

    The key of a server, a service account or somebody's ssh login is in the public image, and in the history. Removing the file is not enough: replace the key wherever it is trusted.

    Certificates and public keys are not secret. Keys in folders for tests are treated as samples.
    """

    code = "SEC002"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/mybinder.org-user-guide: docs/about/user-guidelines.rst",)
    examples = (
        Bad({"keys/id_rsa": _KEY}, at="keys/id_rsa:1:1", why="An ssh key"),
        Bad(
            {"account.json": '{"type": "service_account", "private_key": "' + _KEY.replace("\n", "\\n") + '"}\n'},
            at="account.json:1:45",
            why="The key of a service account",
        ),
        Bad(
            {"server.pem": _KEY.replace("\n", "\r\n").replace("RSA ", "")},
            at="server.pem:1:1",
            why="The key of a server, with Windows line endings",
        ),
        Good(
            {"server.pem": "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA7bq9c1Zt8Jx0w2K5mYhVnR4sD6fG\n"},
            why="A certificate",
        ),
        Good(
            {"id_rsa.pub": "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQDtbq9zVm3wnHTDYrmZiFWdHiwPp8Y me\n"},
            why="A public key",
        ),
        Good({"tests/certs/server.key": _KEY}, why="A sample for tests"),
        Good({"docs/ssh.md": f"The file begins with `{_KEY_HEAD.strip()}`.\n"}, why="A text about keys"),
        Good({"id_rsa": Source("id_rsa", _KEY.encode(), tracked=False), "a": ""}, why="A key that is not in git"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for source in _texts(repo):
            if b"PRIVATE KEY" in source.data:
                for header in private_keys(source):
                    yield self.at(
                        header,
                        "A private key stands here, and everyone who launches the repository can read it",
                        help="Replace the key wherever it is trusted, since it stays in the history, and take the file out",
                    )
                    break


def _texts(repo: Repository) -> Iterator[Source]:
    for source in repo.files:
        if _TEXT.search(source.path) and not _TESTS.search(source.path):
            if len(source.data) < _MOST and b"\0" not in source.data[:1000]:
                yield source
