"""uv: scripts that look for it where its installer put it before release 0.5."""

from __future__ import annotations

from binderlint.fact import fact
from binderlint.facts.scripts.called import Called, build_commands
from binderlint.pattern import regex
from binderlint.snapshot import Snapshot

_ENV = ".cargo/env"
_INSTALLER = regex(r"astral\.sh/uv/(?:(?:0\.(?:[5-9]|\d\d)|[1-9])[\d.]*/)?install\.sh")
# What makes such a file, or has the installer write to another folder.
_OTHER = regex(r"rustup|cargo install|CARGO_HOME|UV_INSTALL_DIR|XDG_")


@fact
def old_uv_settings(repo: Snapshot) -> tuple[Called, ...]:
    """The commands that read `~/.cargo/env` after today's installer of uv has run, which does not make it."""
    return tuple(
        one
        for one in build_commands(repo)
        if one.command.name in ("source", ".")
        and one.command.values[:1]
        and one.command.values[0].endswith(_ENV)
        and _INSTALLER.search(one.command.place.source.prose, 0, one.command.place.span.start)
        and (one.stops or one.command.name == "source")
        and not _OTHER.search(one.command.place.source.prose)
    )
