"""Workers: processes that each do a part of a run, since one Python uses one core. When one dies, only what it was at is lost."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from binderlint.outside.git import unwind_at_signals
from binderlint.outside.programs import own_group
from binderlint.typed import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from concurrent.futures import Future
    from queue import SimpleQueue

T = TypeVar("T")
R = TypeVar("R")

_AHEAD = 8  # answers for each worker that may wait for an earlier one
_PATIENCE = 5  # seconds in which a worker ends its programs and removes its temporary folders
# Isolated, so that no module of the current folder, which is often the one to check, is imported.
_START = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from binderlint.outside.workers import work; work()"


class LostError(Exception):
    """A worker ended before it had an answer; the message says how."""


def in_order(
    call: Callable[[T], R], items: Iterable[T], jobs: int, lost: Callable[[T, str], R], patience: float = _PATIENCE
) -> Iterator[R]:
    """The answers of `call` to all items, in the order of the items, from as many processes as there are jobs.

    `call`, the items and the answers are pickled. `lost` answers for an item whose worker died, from the item and how it died. However the
    iterator is left, no worker is behind.
    """
    from concurrent.futures import ThreadPoolExecutor, wait

    unwind_at_signals()
    crew = _Crew(call, jobs)
    pool = ThreadPoolExecutor(jobs)
    waiting: deque[Future[R]] = deque()

    def first() -> R:
        while not waiting[0].done():
            wait([waiting[0]], timeout=1)  # on Windows, Ctrl-C does not end a wait without end
        return waiting.popleft().result()

    try:
        for item in items:
            waiting.append(pool.submit(crew.ask, item, partial(lost, item)))
            if len(waiting) == jobs * _AHEAD:
                yield first()
        while waiting:
            yield first()
    finally:
        crew.dismiss(patience)
        pool.shutdown(cancel_futures=True)


class _Crew:
    """As many workers as there are jobs, each started when it is first needed, and again when it has died."""

    def __init__(self, call: Callable[[Any], Any], jobs: int) -> None:
        from queue import SimpleQueue

        self._call = call
        self._idle: SimpleQueue[_Worker | None] = SimpleQueue()
        for _ in range(jobs):
            self._idle.put(None)
        self._lock = threading.Lock()
        self._started: list[_Worker] = []
        self._dismissed = False

    def ask(self, item: object, lost: Callable[[str], R]) -> R:
        """What a worker answers; what `lost` makes of it when the worker dies."""
        worker = self._idle.get()
        try:
            if worker is None:
                worker = self._start()
            answer: R = worker.ask(item)
            return answer
        except LostError as error:
            worker = None
            return lost(str(error))
        finally:
            self._idle.put(worker)

    def _start(self) -> _Worker:
        with self._lock:
            if self._dismissed:
                raise LostError("the run has ended")
            worker = _Worker()
            self._started = [*(other for other in self._started if other.is_alive), worker]
        worker.send(self._call)
        return worker

    def dismiss(self, patience: float) -> None:
        """End all workers with what they have started."""
        with self._lock:
            self._dismissed = True
        for worker in self._started:
            worker.stop()
        for worker in self._started:
            worker.end(patience)


class _Worker:
    """One process, that gets a function and then what to call it with."""

    def __init__(self) -> None:
        """Start it. Raises LostError."""
        import json
        import subprocess
        from tempfile import TemporaryDirectory

        own = os.path.dirname(os.path.dirname(os.path.dirname(os.path.realpath(__file__))))
        paths = sys.path if own in sys.path else [*sys.path, own]
        flags = ["-I", "-X", f"utf8={sys.flags.utf8_mode}"]
        try:
            self._folder = TemporaryDirectory(prefix="binderlint-", ignore_cleanup_errors=True)
            self._process = subprocess.Popen(
                [sys.executable, *flags, "-c", _START, json.dumps(paths)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._folder.name)},
                **own_group(),
            )
        except OSError as error:
            raise LostError(f"no other process can be started: {error.strerror}") from error

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, value: object) -> None:
        """Give it something. Raises LostError."""
        import pickle

        assert self._process.stdin
        try:
            pickle.dump(value, self._process.stdin)
            self._process.stdin.flush()
        except (OSError, ValueError) as error:  # the second of a pipe that `end` has closed
            raise LostError(self._fate()) from error

    def ask(self, item: object) -> Any:
        """Its answer. Raises LostError."""
        import pickle

        self.send(item)
        assert self._process.stdout
        try:
            return pickle.load(self._process.stdout)  # noqa: S301 (from our own process)
        except (OSError, ValueError, EOFError, pickle.UnpicklingError) as error:
            raise LostError(self._fate()) from error

    def stop(self) -> None:
        """Tell it to end, which it does after it has ended what it has started."""
        self._process.terminate()

    def end(self, patience: float) -> None:
        """See to it that it has ended."""
        import subprocess

        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        finally:
            for stream in (self._process.stdin, self._process.stdout):
                if stream:
                    with contextlib.suppress(OSError):  # what was still to be written
                        stream.close()
            self._folder.cleanup()  # one that was killed has left what it fetched

    def _fate(self) -> str:
        """How it has ended, or is ended now, in words."""
        self.end(1)
        code = self._process.returncode
        if code >= 0:
            return f"the process that looked at it ended with the exit code {code}"
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        memory = ". The system does that when memory runs out" if name == "SIGKILL" else ""
        return f"the process that looked at it was ended by {name}{memory}"


def work() -> None:
    """The worker's side: answer until nobody asks any more, be it that whoever asked was killed."""
    import pickle
    import shutil

    unwind_at_signals()
    questions, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):  # what any library reads or prints must not get among them
        os.dup2(nothing, number)
    try:
        call = pickle.load(questions)  # noqa: S301 (from the process that started this one)
        while True:
            pickle.dump(call(pickle.load(questions)), answers)  # noqa: S301
            answers.flush()
    except (EOFError, BrokenPipeError):
        shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
