"""Oracle: the real classes of repo2docker, asked about repositories in a process of their own, without Docker and network."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from binderlint.source import REGULAR, SYMLINK, Source

WORKER = Path(__file__).parent / "worker.py"


class Oracle:
    """A process that says of one repository after another what repo2docker makes of it."""

    def __init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-X", "utf8", str(WORKER)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def __call__(self, files: Mapping[str, str | bytes | Source]) -> dict[str, Any]:
        """What repo2docker says of a repository: see `worker.examine`."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(_packed(files)) + "\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def close(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


def _packed(files: Mapping[str, str | bytes | Source]) -> dict[str, list[str]]:
    packed = {}
    for path, content in files.items():
        mode, data = REGULAR, content
        if isinstance(content, Source):
            if not content.tracked or content.mode not in (REGULAR, 0o100755, SYMLINK):
                continue
            mode, data = content.mode, content.data
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogateescape")
        packed[path] = ["link" if mode == SYMLINK else "file", base64.b64encode(data).decode()]
    return packed
