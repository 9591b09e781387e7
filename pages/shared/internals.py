"""What we change in Streamlit's workings: here alone, and left out where they have moved."""

from __future__ import annotations

from streamlit.watcher import polling_path_watcher


def stop_polling() -> None:
    """Let Streamlit look no more whether its settings have changed.

    Four threads look at each file five times a second. The server is run, not edited: settings are
    read when it starts.
    """
    watcher = getattr(polling_path_watcher, "PollingPathWatcher", None)
    if hasattr(watcher, "_schedule"):
        watcher._schedule = lambda _: None
