"""Refusal: why nothing was checked, said wherever the run was to report: on standard error, as an annotation on GitHub, in the summary of the job."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence


def refuse(message: str, arguments: Sequence[str]) -> None:
    """Say it. The arguments are those of the command line, which perhaps cannot be parsed: they tell the formats."""
    from binderlint.outside.output import OutputError, is_summary, write_output
    from binderlint.outside.streams import command, show, tell
    from binderlint.reporters import github, markdown

    outputs = list(_outputs(arguments))
    if "github" in outputs or os.environ.get("GITHUB_ACTIONS") == "true":
        command(github.refusal(message))
    else:
        tell(f"binderlint: error: {message}")
    for file in (output.removeprefix("markdown=") for output in outputs if output.startswith("markdown=")):
        if not os.path.isfile(file) or is_summary(file):  # an earlier report is not written over
            try:
                write_output(file, markdown.refusal(message))
            except OutputError:  # perhaps that is what the message is about
                pass
    if "markdown" in outputs:
        show(markdown.refusal(message))


def _outputs(arguments: Sequence[str]) -> Iterator[str]:
    for position, word in enumerate(arguments):
        if word == "--":
            return
        if word.startswith("--output="):
            yield word.removeprefix("--output=")
        elif word == "--output":
            yield from arguments[position + 1 : position + 2]
