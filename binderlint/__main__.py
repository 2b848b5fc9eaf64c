"""The program: the command `binderlint`, and `python -m binderlint`."""

import sys


def run() -> int:
    """Run binderlint, without the modules of the folder it was started in, which is often the one to check."""
    sys.path[:] = _without_current_folder(sys.path)
    from binderlint.cli import main

    return main()


def _without_current_folder(entries: list[str]) -> list[str]:
    """Where modules are looked for, but not in the current folder, which `-m` and an empty or relative entry of PYTHONPATH bring.

    A checkout of binderlint that is run from its own folder stays, behind everything else.
    """
    import os

    try:
        here = os.path.realpath(os.curdir)
    except OSError:  # the folder has been deleted
        return [entry for entry in entries if os.path.isabs(entry)]
    kept = [entry for entry in entries if os.path.realpath(entry) != here]
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    return [*kept, own] if own == here else kept


if __name__ == "__main__":
    sys.exit(run())
