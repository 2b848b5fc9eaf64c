"""docker-nb-user-undefined: `NB_USER` or `NB_UID` is used without an ARG."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.changes.edits import insert_lines
from binderlint.facts.docker.context import build_dockerfile
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Fix, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.lint.wording import listed
from binderlint.read.dockerfile.instructions import Dockerfile, image_of
from binderlint.read.dockerfile.lines import Instruction
from binderlint.read.images import image_facts
from binderlint.snapshot import Snapshot
from binderlint.source import Place


class DockerNbUserUndefined(Rule):
    code = "DKR013"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(build_dockerfile)
    def check(self, repo: Snapshot, dockerfile: Dockerfile) -> Iterator[Diagnostic]:
        for stage in dockerfile.needed:
            if not image_facts(image_of(stage)):
                continue
            uses = [(one, missing) for one in stage.instructions if (missing := _undefined(one))]
            if not uses:
                continue
            names = [name for name in ("NB_USER", "NB_UID") if any(name in missing for _, missing in uses)]
            values = {"NB_USER": "jovyan", "NB_UID": "1000"}
            lines = "\n".join(f"ARG {name}={values[name]}" for name in names)
            words = listed(names)
            source = stage.start.place.source
            yield self.at(
                Place(source, uses[0][0].keyword.place.span),
                f"{words} {'is' if len(names) == 1 else 'are'} empty here: Binder passes a build argument only if an ARG in the same stage declares it",
                help=f"Add {listed(f'ARG {name}' for name in names)} after FROM",
                fix=Fix(f"Declare {words}", (insert_lines(source, stage.start.place.end_line + 1, lines),)),
                level=None if any(one.name in ("RUN", "USER") for one, _ in uses) else Level.RUN,
            )


def _undefined(instruction: Instruction) -> set[str]:
    """Which of the two names an instruction uses where nothing defines them."""
    if instruction.name not in ("RUN", "ENV", "USER", "WORKDIR", "COPY", "ADD", "ARG"):
        return set()
    text = " ".join((*instruction.flags, instruction.script or instruction.body))
    used = {name for name in ("NB_USER", "NB_UID") if re.search(rf"(?<![\\$'])\$(?:{name}\b|{{{name}}})", text)}
    own = {name for name in used if instruction.name == "RUN" and re.search(rf"\b{name}=", text)}
    return {name for name in used - own if name not in instruction.variables}
