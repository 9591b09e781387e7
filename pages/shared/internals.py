"""What we change in Streamlit's workings, or read: here alone, and left out where it has moved.

No change alters what a page shows. Most spare work that fifty visitors make fifty times; the
figures are of `make load`. One keeps a file until it can be fetched, one sends less after a picture
that went ahead. ``tests/pages/test_internals.py`` says when Streamlit has changed.
"""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

import streamlit as st
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session, media_file_manager, runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.runtime.state import safe_session_state
from streamlit.watcher import polling_path_watcher

from pages.shared.charts import is_ahead
from pages.shared.run_messages import RunMessages

FETCHED_WITHIN = 10.0
"""Seconds that a browser has to begin a download, once no page shows its file any more."""


def change_streamlit() -> None:
    """Make all changes; once, before the server answers."""
    _stop_polling()
    _make_theme_once()
    _wake_once()
    _look_up_one()
    _keep_files_to_be_fetched()
    _send_what_changed()


def give_way() -> None:
    """Run again at once where the page asks for it in the middle of long work.

    Streamlit lets what a control of a fragment asks for wait until the run has ended: a button that
    stops the work would be heard when there is nothing left to stop.
    """
    context = get_script_run_ctx(suppress_warning=True)
    requests = getattr(context, "script_requests", None)
    if context is None or getattr(getattr(requests, "_state", None), "name", "") != "RERUN":
        return
    waiting = getattr(getattr(requests, "_rerun_data", None), "fragment_id_queue", [])
    state = getattr(script_run_context, "ThreadState", None)
    if state is not None and state.get().fragment_id in waiting:
        st.rerun(scope="fragment" if context.fragment_ids_this_run else "app")


def _stop_polling() -> None:
    """Look no more whether settings have changed: four threads do, five times a second each file.

    The server is run, not edited: settings are read when it starts.
    """
    watcher = getattr(polling_path_watcher, "PollingPathWatcher", None)
    if hasattr(watcher, "_schedule"):
        _put(watcher, "_schedule", lambda _: None)


def _make_theme_once() -> None:
    """Make the theme's message once a section: each run went six times through all settings."""
    make: Callable[..., None] | None = getattr(app_session, "_populate_theme_msg", None)
    if make is None:
        return
    made: dict[str, CustomThemeConfig] = {}

    def known(msg: CustomThemeConfig, section: str = "theme") -> None:
        if section not in made:
            fresh = CustomThemeConfig()
            make(fresh, section)
            made[section] = fresh
        if made[section].ByteSize():  # a merge of nothing would say that the section is set
            msg.MergeFrom(made[section])

    _put(app_session, "_populate_theme_msg", known)


def _wake_once() -> None:
    """Wake the server's loop once for what is ready, and not for each of a run's thirty events."""
    session = getattr(app_session, "AppSession", None)
    if hasattr(session, "_call_soon_on_event_loop"):
        call_soon = session._call_soon_on_event_loop

        def call_together(self: Any, callback: Callable[[], None]) -> None:
            together = self.__dict__.get("_layerscope_together")
            if together is None:
                together = self.__dict__.setdefault("_layerscope_together", _Together())
            together.add(callback, lambda run: call_soon(self, run))

        _put(session, "_call_soon_on_event_loop", call_together)
    server = getattr(runtime, "Runtime", None)
    if hasattr(server, "_enqueued_some_message") and hasattr(server, "_get_async_objs"):
        say = server._enqueued_some_message

        def say_once(self: Any) -> None:
            flag = getattr(self._get_async_objs(), "need_send_data", None)
            if flag is None or not flag.is_set():
                say(self)

        _put(server, "_enqueued_some_message", say_once)


def _look_up_one() -> None:
    """Look one widget up where one is asked for: each slider read all values of the session.

    Without it, that is an eighth of a run's time.
    """
    state = getattr(safe_session_state, "SafeSessionState", None)
    whole = getattr(state, "filtered_state", None)
    if isinstance(whole, property) and whole.fget is not None:
        read = whole.fget
        _put(state, "filtered_state", property(lambda self: _Values(self, read)))


def _keep_files_to_be_fetched() -> None:
    """Keep a file for a while after its page has changed: a browser may be about to fetch it.

    Streamlit marks it when a run ends that does not show it, and removes it at the end of the next
    run, whoever's they are: of fifty visitors, within some 40 ms, and the download failed.
    """
    owner = getattr(media_file_manager, "MediaFileMetadata", None)
    if not (hasattr(owner, "mark_for_delete") and hasattr(owner, "is_marked_for_delete")):
        return

    def mark(self: Any) -> None:
        vars(self).setdefault("_layerscope_until", time.monotonic() + FETCHED_WITHIN)

    def is_late(self: Any) -> bool:
        return time.monotonic() > vars(self).get("_layerscope_until", math.inf)

    _put(owner, "mark_for_delete", mark)
    _put(owner, "is_marked_for_delete", property(is_late))


def _send_what_changed() -> None:
    """Send what has changed of a run after a picture that went ahead of it, as ``RunMessages``."""
    owner = getattr(app_session, "AppSession", None)
    send = getattr(owner, "_enqueue_forward_msg", None)
    clear = getattr(owner, "_clear_queue", None)
    if send is None or clear is None:
        return

    def messages(self: Any) -> RunMessages:
        if "_layerscope_messages" not in vars(self):
            self._layerscope_messages = RunMessages(partial(is_ahead, self.id))
        return self._layerscope_messages

    def put(self: Any, msg: ForwardMsg) -> None:
        messages(self).put(msg, partial(send, self))

    def clear_and_forget(self: Any, fragment_ids_this_run: list[str] | None = None) -> None:
        if not self._browser_queue.is_empty():
            messages(self).forget()
        clear(self, fragment_ids_this_run)

    _put(owner, "_enqueue_forward_msg", put)
    _put(owner, "_clear_queue", clear_and_forget)


class _Values(Mapping[str, Any]):
    """A session's values by their keys, read when they are asked for."""

    def __init__(self, state: Any, read_all: Callable[[Any], dict[str, Any]]) -> None:
        self._state = state
        self._read_all = read_all

    def __getitem__(self, key: str) -> Any:
        return self._state[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read_all(self._state))

    def __len__(self) -> int:
        return len(self._read_all(self._state))


def _put(owner: Any, name: str, ours: Any) -> None:
    """Put what is ours in the place of Streamlit's."""
    setattr(owner, name, ours)


class _Together:
    """Callbacks that one call of the loop runs, in their order."""

    def __init__(self) -> None:
        self._waiting: deque[Callable[[], None]] = deque()
        self._lock = threading.Lock()

    def add(
        self, callback: Callable[[], None], call_soon: Callable[[Callable[[], None]], None]
    ) -> None:
        """Add a callback; the first of several asks the loop for a call."""
        with self._lock:
            is_first = not self._waiting
            self._waiting.append(callback)
        if is_first:
            call_soon(self._run)

    def _run(self) -> None:
        with self._lock:
            ready, self._waiting = self._waiting, deque()
        while ready:
            self._call(ready.popleft())

    @staticmethod
    def _call(callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception as error:  # noqa: BLE001 (as the loop does: said, and the next is called)
            context = {"message": "An event of a page failed.", "exception": error}
            asyncio.get_running_loop().call_exception_handler(context)
