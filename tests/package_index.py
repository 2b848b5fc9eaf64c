"""Package index: an index of Python packages on this machine, as pip's own is: with days of upload, metadata beside the wheels, and sources."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType


class Index:
    """What an index has: files by their names, with the day on which each was uploaded."""

    def __init__(self) -> None:
        self.address = ""
        self.asked: list[str] = []
        self._files: dict[str, tuple[bytes, str, str]] = {}

    def wheel(
        self,
        name: str,
        version: str,
        needs: Iterable[str] = (),
        day: str = "2018-06-01",
        tag: str = "py3-none-any",
        files: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Add a wheel with these files: modules, and `entry_points.txt` of its metadata."""
        metadata = _metadata(name, version, needs)
        data, folder = io.BytesIO(), f"{name}-{version}.dist-info"
        with zipfile.ZipFile(data, "w") as wheel:
            wheel.writestr(f"{folder}/METADATA", metadata)
            wheel.writestr(f"{folder}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\nRoot-Is-Purelib: true\n")
            own = {f"{folder}/{one}" if one == "entry_points.txt" else one: text for one, text in files.items()}
            for one, text in own.items():
                wheel.writestr(one, text)
            names = [*own, *(f"{folder}/{one}" for one in ("METADATA", "WHEEL", "RECORD"))]
            wheel.writestr(f"{folder}/RECORD", "".join(f"{one},,\n" for one in names))
        self._files[f"{name}-{version}-{tag}.whl"] = (data.getvalue(), day, metadata)

    def source(self, name: str, version: str, files: dict[str, str], day: str = "2018-06-01") -> None:
        """Add a source with these files."""
        self._files[f"{name}-{version}.tar.gz"] = (archive(f"{name}-{version}", files), day, "")

    def answer(self, path: str, json_wanted: bool) -> tuple[str, bytes] | None:
        """The type and the content of an answer; None where there is nothing."""
        self.asked.append(path)
        name = path.rstrip("/").rpartition("/")[2]
        if path.startswith("/simple/"):
            files = {one: content for one, content in self._files.items() if one.startswith(f"{name}-")}
            return _listing(name, self.address, files, json_wanted) if files else None
        wheel = name.removesuffix(".metadata")
        if wheel not in self._files:
            return None
        data, _, metadata = self._files[wheel]
        return "application/octet-stream", metadata.encode() if wheel != name else data


def archive(folder: str, files: dict[str, str]) -> bytes:
    """Files below a folder as a .tar.gz."""
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w:gz") as packed:
        for name, text in files.items():
            member = tarfile.TarInfo(f"{folder}/{name}")
            member.size = len(text.encode())
            packed.addfile(member, io.BytesIO(text.encode()))
    return data.getvalue()


def _metadata(name: str, version: str, needs: Iterable[str]) -> str:
    return f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n" + "".join(
        f"Requires-Dist: {one}\n" for one in needs
    )


def _listing(name: str, address: str, files: dict[str, tuple[bytes, str, str]], json_wanted: bool) -> tuple[str, bytes]:
    if not json_wanted:
        links = "".join(f'<a href="{address}/files/{file}">{file}</a><br>\n' for file in files)
        return "text/html", f"<!DOCTYPE html><html><body>{links}</body></html>".encode()
    listed = [
        {
            "filename": file,
            "url": f"{address}/files/{file}",
            "hashes": {"sha256": hashlib.sha256(data).hexdigest()},
            "upload-time": f"{day}T12:00:00Z",
            "size": len(data),
            "core-metadata": bool(metadata),
        }
        for file, (data, day, metadata) in files.items()
    ]
    content = {"meta": {"api-version": "1.1"}, "name": name, "files": listed}
    return "application/vnd.pypi.simple.v1+json", json.dumps(content).encode()


@contextmanager
def served_index() -> Iterator[Index]:
    """An empty index that answers on this machine."""
    index = Index()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = index.answer(self.path, "json" in self.headers.get("Accept", ""))
            kind, content = found or ("text/plain", b"")
            self.send_response(200 if found else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(content)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        index.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield index
        finally:
            server.shutdown()
