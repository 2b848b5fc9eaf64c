"""Services: whether those that `--online` asks still answer as they did. `python -m tests.services`, by hand and once a week; no test of the suite uses the web.

Each is asked for something that there certainly is and for something that there is not. What cannot be reached is said and is no failure; a wrong answer is (exit status 1).
"""

from __future__ import annotations

import sys

from binderlint.outside.online import ask_web
from binderlint.web import CONTROL, Answer, Kind, Question

THERE = {
    Kind.PACKAGE: "numpy",
    Kind.CONDA: "conda-forge/numpy",
    Kind.REPOSITORY: "gh/binder-examples/requirements",
    Kind.HUB: CONTROL.subject,
    Kind.SNAPSHOT: "2024-11-01",
    Kind.IMAGE: "quay.io/jupyter/base-notebook:2024-12-31",
    Kind.FILE: "https://raw.githubusercontent.com/binder-examples/requirements/HEAD/requirements.txt",
}
NOT_THERE = {
    Kind.PACKAGE: "binderlint-knows-no-such-package",
    Kind.CONDA: "conda-forge/binderlint-knows-no-such-package",
    Kind.REPOSITORY: "gh/binder-examples/binderlint-knows-no-such-repository",
    Kind.HUB: "https://github.com/binderlint-knows-no-such-hub",
    Kind.IMAGE: "quay.io/jupyter/base-notebook:binderlint-knows-no-such-tag",
    Kind.FILE: "https://raw.githubusercontent.com/binder-examples/requirements/HEAD/no-such-file",
}


def is_full(kind: Kind, answer: Answer) -> bool:
    """Whether an answer holds what belongs to its kind."""
    needed = {Kind.PACKAGE: answer.files, Kind.CONDA: answer.versions, Kind.REPOSITORY: answer.refs}
    return answer.found and bool(needed.get(kind, True))


def main() -> int:
    """Ask, and print a line for each question."""
    expected = {Question(kind, subject): True for kind, subject in THERE.items()}
    expected |= {Question(kind, subject): False for kind, subject in NOT_THERE.items()}
    web, said = ask_web(expected)
    wrong = 0
    for question, there in expected.items():
        answer = web.answers.get(question)
        if answer is None:
            words = "no answer"
        elif is_full(question.kind, answer) is there:
            words = "right"
        else:
            words, wrong = f"WRONG: {str(answer)[:200]}", wrong + 1
        print(f"{question.kind.value:<11} {question.subject}: {words}")
    print(*said, sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
