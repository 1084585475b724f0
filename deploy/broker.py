"""The broker of one machine: moto's SQS server on loopback. It holds nothing that may be lost."""

import logging
import sys

from moto.moto_server.werkzeug_app import create_backend_app
from werkzeug.serving import run_simple


def main(port: int) -> None:
    """Serve SQS, and nothing else, on a port of loopback."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    run_simple("127.0.0.1", port, create_backend_app("sqs"), threaded=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
