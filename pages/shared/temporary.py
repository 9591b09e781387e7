"""The server's folder for files that nobody is to keep; it is gone when the server is.

Workers remove it where the server was killed (``layers.process``), and write their
own temporary files there.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

from streamlit.runtime import Runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

LOOK = 20.0
"""Seconds between two looks at whether a session is there."""
KEPT = 150.0
"""Seconds for which a closed session's files stay: Streamlit lets its visitor come back for 120."""


@cache
def server_folder() -> Path:
    """Return the folder; the first call makes it."""
    atexit.register(remove_server_folder)
    return Path(tempfile.mkdtemp(prefix="layerscope-"))


def remove_server_folder() -> None:
    """Remove the folder with all that is in it, where it was made."""
    if server_folder.cache_info().currsize:
        shutil.rmtree(server_folder(), ignore_errors=True)


def remove_with_session(remove: Callable[[], object]) -> None:
    """Call a function when the visitor's session has been closed for so long that it is over.

    Streamlit itself forgets a session when the next one closes, which may be never.

    Args:
        remove: removes what is left of the session.
    """
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None and Runtime.exists():
        arguments = (context.session_id, remove)
        threading.Thread(target=_watch, args=arguments, daemon=True).start()


def _watch(visitor: str, remove: Callable[[], object]) -> None:
    there = time.monotonic()
    while time.monotonic() - there < KEPT:
        time.sleep(LOOK)
        if not Runtime.exists():
            break
        if Runtime.instance().is_active_session(visitor):
            there = time.monotonic()
    remove()
