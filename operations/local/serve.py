"""The server process: `python -m operations.local.serve`. `operations.local.server` starts and stops it."""

import argparse
import logging
import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from wsgiref.types import WSGIEnvironment

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import make_server

from operations.local import moto_extension
from operations.local.emulator import inventory
from operations.local.emulator.app import EmbeddedAws
from operations.local.emulator.recording import Recording

log = logging.getLogger("embedded_aws")


class Handler(MotoRequestHandler):
    """Moto's request handler, without its access log: the application writes a better one."""

    disable_nagle_algorithm = True
    """Headers and body are two writes; with Nagle's algorithm the second waits 40 ms for the client's ACK."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep quiet."""

    def connection_dropped(self, error: BaseException, environ: "WSGIEnvironment | None" = None) -> None:  # noqa: ARG002
        """Close it: after a fault without an answer, the client must not wait for one."""
        self.close_connection = True


def main() -> None:
    """Serve on an inherited, listening socket until SIGTERM."""
    parser = argparse.ArgumentParser(description="Serve the embedded AWS.")
    parser.add_argument("--fd", type=int, required=True, help="the listening socket")
    parser.add_argument("--port", type=int, required=True, help="the socket's port")
    parser.add_argument("--identity", required=True, help="what the health endpoint reports")
    parser.add_argument("--record", type=Path, help="file to replay, then to record to")
    arguments = parser.parse_args()

    logging.Formatter.converter = time.gmtime
    logging.basicConfig(level=logging.INFO, format="%(asctime)sZ %(message)s", datefmt="%Y-%m-%dT%H:%M:%S")
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    signal.signal(signal.SIGTERM, _exit)

    moto_extension.install()
    inventory.install()
    app = EmbeddedAws(arguments.identity, Recording(arguments.record))
    # Beside the server, so that it can tell how far the replay is.
    threading.Thread(target=app.prepare, daemon=True).start()
    server = make_server(
        "127.0.0.1", arguments.port, app, threaded=True, request_handler=Handler, fd=arguments.fd
    )
    log.info("serving on port %d", arguments.port)
    server.serve_forever()


def _exit(_signal: int, _frame: FrameType | None) -> None:
    log.info("stopped")
    # Nothing is left to save, and taking the account apart object by object can take seconds.
    os._exit(0)


if __name__ == "__main__":
    main()
