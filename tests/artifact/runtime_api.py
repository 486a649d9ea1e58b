"""The Lambda Runtime API (Lambda developer guide, "Using the Lambda runtime API") for one function: hands out one event
at a time, and takes the answer."""

import json
import queue
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.support.patience import SECONDS

_NEXT = "/2018-06-01/runtime/invocation/next"
_DEADLINE_SECONDS = int(SECONDS)


@dataclass(frozen=True)
class Answer:
    """What the function said: its payload, or what it raised."""

    payload: Any = None
    error: Mapping[str, Any] | None = None


class RuntimeApi:
    """The API of one function's process, on 127.0.0.1. `asked` is set when it asked for its first event: it is
    initialized then."""

    def __init__(self, function_arn: str) -> None:
        self._events: queue.Queue[bytes] = queue.Queue()
        self._answers: queue.Queue[Answer] = queue.Queue()
        self.asked = threading.Event()
        api = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                assert self.path == _NEXT
                api.asked.set()
                event = api._events.get()
                self._send(
                    200,
                    event,
                    {
                        "Lambda-Runtime-Aws-Request-Id": str(uuid.uuid4()),
                        "Lambda-Runtime-Deadline-Ms": str(int((time.time() + _DEADLINE_SECONDS) * 1000)),
                        "Lambda-Runtime-Invoked-Function-Arn": function_arn,
                        "Lambda-Runtime-Trace-Id": "Root=1-6b0495bc-9dd4d3654c51417bfda47c5a;Sampled=0",
                    },
                )

            def do_POST(self) -> None:
                document = json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"null")
                if self.path.endswith("/error"):
                    api._answers.put(Answer(error=document))
                else:
                    api._answers.put(Answer(document))
                self._send(202, b'{"status":"OK"}', {})

            def _send(self, status: int, body: bytes, headers: Mapping[str, str]) -> None:
                self.send_response(status)
                for name, value in {**headers, "Content-Type": "application/json"}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    @property
    def address(self) -> str:
        """For AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.server_port}"

    def invoke(self, event: Mapping[str, Any], *, timeout: float = _DEADLINE_SECONDS) -> Answer:
        """Hand an event to the function, and wait for its answer.

        Raises:
            queue.Empty: there was none in time.
        """
        self._events.put(json.dumps(event).encode())
        return self._answers.get(timeout=timeout)

    def failed_to_start(self) -> Mapping[str, Any] | None:
        """What the function raised when it was imported."""
        try:
            return self._answers.get_nowait().error
        except queue.Empty:
            return None

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()
