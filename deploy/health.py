"""A container's health check: the exit status says whether the server is ready.

``python deploy/health.py`` needs nothing but Python. It is ready once its first worker is warm.
"""

from __future__ import annotations

import os
import sys
from http.client import HTTPConnection, HTTPException

WAIT = 4.0
"""Seconds for an answer."""


def is_ready(port: int, base: str = "") -> bool:
    """Return whether the server on this machine answers that it can compute.

    Args:
        port: the server's.
        base: the path below which it serves; empty for none.
    """
    connection = HTTPConnection("127.0.0.1", port, timeout=WAIT)
    try:
        connection.request("GET", f"{base}/layerscope/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    path = os.environ.get("STREAMLIT_SERVER_BASE_URL_PATH", "").strip("/")
    ready = is_ready(
        int(os.environ.get("STREAMLIT_SERVER_PORT", "8501")), f"/{path}" if path else ""
    )
    sys.exit(0 if ready else 1)
