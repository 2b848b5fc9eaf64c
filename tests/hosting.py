"""Hosting: servers on this machine for what binderlint asks the web: git over HTTP as a host does it, and servers that are slow or lie."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

Answer = Callable[[socket.socket, bytes], None]
OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\nConnection: close\r\n"


@contextmanager
def served(answer: Answer) -> Iterator[tuple[str, list[bytes]]]:
    """A server that reads the head of each request and leaves the rest to `answer`; gives its address and the heads."""
    heads: list[bytes] = []
    over = threading.Event()

    def serve(connection: socket.socket) -> None:
        with connection:
            head = b""
            try:
                while b"\r\n\r\n" not in head and (piece := connection.recv(65_536)):
                    head += piece
                heads.append(head)
                if head:
                    answer(connection, head)
                if answer is silence:
                    over.wait()
            except OSError:  # the other side has had enough
                pass

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if over.is_set():
                connection.close()
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=accept, daemon=True)
        accepting.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", heads
        finally:
            over.set()
            with suppress(OSError):  # the thread must not wait on a socket whose number the next one gets
                socket.create_connection(listener.getsockname(), 5).close()
            accepting.join(5)


def silence(connection: socket.socket, head: bytes) -> None:
    """Accept the request, and never answer."""


def drip(connection: socket.socket, head: bytes) -> None:
    """Begin a body that never ends, a byte at a time."""
    connection.sendall(OK + b"\r\n")
    while True:
        connection.sendall(b"0")
        threading.Event().wait(0.02)


def drip_header(connection: socket.socket, head: bytes) -> None:
    """Begin a header that never ends, a byte at a time."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while True:
        connection.sendall(b"a")
        threading.Event().wait(0.02)


def endless(connection: socket.socket, head: bytes) -> None:
    """Send one ref after the other."""
    connection.sendall(OK + b"\r\n001e# service=git-upload-pack\n0000")
    while True:
        connection.sendall((b"003d" + b"1" * 40 + b" refs/heads/abcd\n") * 100)


def redirect(target: Callable[[bytes], bytes]) -> Answer:
    """A server that sends everybody on; `target` makes the address from the path of the request."""

    def answer(connection: socket.socket, head: bytes) -> None:
        connection.sendall(
            b"HTTP/1.1 302 Found\r\nLocation: "
            + target(head.split()[1])
            + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        )

    return answer


def status(line: bytes, body: bytes = b"") -> Answer:
    """A server with one answer."""

    def answer(connection: socket.socket, head: bytes) -> None:
        connection.sendall(
            b"HTTP/1.1 " + line + b"\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body
        )

    return answer


@contextmanager
def git_host(root: Path) -> Iterator[tuple[str, list[str]]]:
    """A host of the repositories below a folder, by git's own `http-backend`; gives its address and the requests with their credentials."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(b"")

        def do_POST(self) -> None:
            self._answer(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _answer(self, body: bytes) -> None:
            asked.append(f"{self.command} {self.path} {self.headers.get('Authorization', '')}".strip())
            path, _, query = self.path.partition("?")
            asking = {
                "GIT_PROJECT_ROOT": str(root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_CONFIG_COUNT": "1",
                "GIT_CONFIG_KEY_0": "uploadpack.allowAnySHA1InWant",
                "GIT_CONFIG_VALUE_0": "true",
            }
            done = subprocess.run(
                ["git", "http-backend"], input=body, env={**os.environ, **asking}, capture_output=True
            )
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = [line.partition(": ")[::2] for line in head.decode().split("\r\n")]
            self.send_response(next((int(value.split()[0]) for name, value in fields if name == "Status"), 200))
            for name, value in fields:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()
