"""A page's run after a picture that went ahead of it: what it changed is sent, and nothing else.

A fragment's run sends all its elements again, says when it begins and when it ends, and Streamlit's
page goes through all its elements at each of these. Where the browser has the new picture already,
little of that is new. So the messages of such a run are held until it ends. If it has sent the same
places as the last one, only the elements that differ, the link and the end of the run are sent;
else all messages are sent as they came.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

HOLD = 0.1
"""Seconds for which messages are held. A run that takes longer shows that it is running."""
# What a browser shows in the same way when it is sent again. A component may do something.
_LASTING = ("alert", "button", "checkbox", "code", "download_button", "empty", "markdown")
_LASTING += ("number_input", "selectbox", "slider", "text_input")
_LASTING_COMPONENT = "layerscope_box"

Send = Callable[[ForwardMsg], None]
Place = tuple[tuple[int, ...], str]
"""A place on the page, and the name of the widget in it; empty where there is none."""


class RunMessages:
    """The messages of one session on their way to its browser; used on the server's loop alone."""

    def __init__(self, is_ahead: Callable[[], bool]) -> None:
        """Hold nothing yet.

        Args:
            is_ahead: whether the browser was sent a picture that its page has not run for.
        """
        self._is_ahead = is_ahead
        self._fragments: tuple[str, ...] = ()
        # Each place that the last run sent to, with a digest; it is empty where all is sent again.
        self._shown: list[tuple[Place, bytes]] = []
        self._run: list[tuple[Place, bytes]] = []
        self._held: list[ForwardMsg] = []
        self._skips_status = False  # the next status: that a run rests whose start was not sent
        self._timer: asyncio.TimerHandle | None = None

    def put(self, message: ForwardMsg, send: Send) -> None:
        """Send a message, or hold it.

        Args:
            message: the next of the session.
            send: puts a message into the queue to the browser. It is not kept, but for the time
                for which a message is held.
        """
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin(message, send)
        elif kind == "script_finished":
            self._end(message, send)
        elif self._skips_status and kind == "session_status_changed":
            self._skips_status = False
        else:
            if message.HasField("metadata") and message.metadata.delta_path:
                self._run.append((_place(message), _digest(message)))
            self._pass(message, send)

    def forget(self) -> None:
        """Forget what the browser shows: something that was to be sent never will be."""
        self._shown = []

    def _begin(self, message: ForwardMsg, send: Send) -> None:
        self._release(send)
        self._run = []
        self._skips_status = False
        fragments = tuple(message.metadata.run.fragment_ids)
        if fragments != self._fragments:
            self.forget()
            self._fragments = fragments
        if fragments and self._shown and self._is_ahead():
            self._held = [message]
            self._timer = asyncio.get_running_loop().call_later(HOLD, self._release, send)
        else:
            send(message)

    def _end(self, message: ForwardMsg, send: Send) -> None:
        succeeded = message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        changed = self._changed() if succeeded and self._held else None
        if changed is None:
            self._pass(message, send)
            self._release(send)
        else:
            self._skips_status = True
            # Without the run's name it ends nothing but itself: no place is cleared for it.
            message.metadata.ClearField("run")
            for one in (*changed, message):
                send(one)
            self._drop()
        self._shown = self._run if succeeded else []

    def _changed(self) -> list[ForwardMsg] | None:
        """Return what has to be sent of the run that is held; None where that is all of it."""
        if [place for place, _ in self._run] != [place for place, _ in self._shown]:
            return None
        count = Counter(path for (path, _), _ in self._run)
        runs = zip(self._run, self._shown, strict=True)
        changed = []
        began = False
        for message in self._held:
            kind = message.WhichOneof("type")
            if kind == "session_status_changed":
                began = message.session_status_changed.script_is_running
            elif message.metadata.delta_path:
                ((path, _), digest), (_, before) = next(runs)
                if digest and digest == before:
                    continue
                if count[path] > 1 or message.delta.WhichOneof("type") != "new_element":
                    return None
                changed.append(message)
            elif kind != "new_session":
                changed.append(message)
        return changed if began else None

    def _pass(self, message: ForwardMsg, send: Send) -> None:
        if self._held:
            self._held.append(message)
        else:
            send(message)

    def _release(self, send: Send) -> None:
        """Send what is held, as it came."""
        for message in self._held:
            send(message)
        self._drop()

    def _drop(self) -> None:
        self._held = []
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _place(message: ForwardMsg) -> Place:
    element = message.delta.new_element
    kind = element.WhichOneof("type")
    widget = getattr(getattr(element, kind), "id", "") if kind else ""
    return tuple(message.metadata.delta_path), widget


def _digest(message: ForwardMsg) -> bytes:
    """Return a digest of what a place was sent, or nothing where it is to be sent each time."""
    delta = message.delta
    if delta.WhichOneof("type") == "new_element":
        element = delta.new_element
        kind = element.WhichOneof("type") or ""
        # A value that code has set is set again, whatever the browser holds by now.
        is_set = getattr(getattr(element, kind, None), "set_value", False)
        is_box = element.bidi_component.component_name == _LASTING_COMPONENT
        if is_set or not (is_box or kind in _LASTING):
            return b""
    elif delta.WhichOneof("type") != "add_block" or delta.add_block.HasField("dialog"):
        return b""
    return blake2b(message.SerializeToString(deterministic=True), digest_size=16).digest()
