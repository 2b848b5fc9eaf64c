"""The program: the command `binderlint`, and `python -m binderlint`."""

import atexit
import gc
import os
import sys  # nothing that a module of the current folder could stand in for


def run() -> int:
    """Run binderlint, without the modules of the folder it was started in, which is often the one to check, and end the process.

    A run makes many objects that live to its end, so looking for those that nobody needs, and freeing each of them at the end, would
    take a fifth of its time.
    """
    gc.disable()
    sys.path[:] = _without_current_folder(sys.path)
    from binderlint.cli import main

    try:
        code = main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    atexit._run_exitfuncs()
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.flush()
    os._exit(code & 0xFF)


def _without_current_folder(entries: list[str]) -> list[str]:
    """Where modules are looked for, but not in the current folder, which `-m` and an empty or relative entry of PYTHONPATH bring.

    A checkout of binderlint that is run from its own folder stays, behind everything else.
    """
    try:
        here = os.path.realpath(os.curdir)
    except OSError:  # the folder has been deleted
        return [entry for entry in entries if os.path.isabs(entry)]
    kept = [entry for entry in entries if os.path.realpath(entry) != here]
    own = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
    return [*kept, own] if own == here else kept


if __name__ == "__main__":
    run()
