"""What a browser keeps of a Streamlit page: its elements, its widgets' values, and the picture."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Delta_pb2 import Delta
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState

PICTURE = "picture"
"""How the key of the component that shows the picture ends."""
_SEVERE = 1
"""``Alert.ERROR``, in which the page says that it could not do what was asked."""


@dataclass
class _Placed:
    """An element, and the run that put it there last."""

    delta: Delta
    run: int


@dataclass
class Page:
    """One visitor's page, as the messages of the server make it.

    Attributes:
        query: the page's part of the address, kept in step by the server.
        picture: the newest data of the component that shows the picture.
        finished: how many runs have ended.
        problems: what the server said has gone wrong.
    """

    query: str
    picture: dict[str, Any] = field(default_factory=dict)
    finished: int = 0
    problems: list[str] = field(default_factory=list)
    _script: str = ""
    _run: int = 0
    _fragments: set[str] = field(default_factory=set)
    _places: dict[tuple[int, ...], _Placed] = field(default_factory=dict)
    _values: dict[str, WidgetState] = field(default_factory=dict)
    _known: dict[str, ForwardMsg] = field(default_factory=dict)

    def take(self, data: bytes) -> bool:
        """Take a message of the server; return whether a run has ended with it."""
        message = ForwardMsg.FromString(data)
        if message.metadata.cacheable and message.hash:
            self._known[message.hash] = message
        if message.WhichOneof("type") == "ref_hash":
            known = ForwardMsg()
            known.CopyFrom(self._known[message.ref_hash])
            known.metadata.CopyFrom(message.metadata)
            message = known
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._run += 1
            self._fragments = set()
            self._script = message.new_session.page_script_hash
        elif kind == "delta":
            self._place(tuple(message.metadata.delta_path), message.delta)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "script_finished":
            self._end_run(message.script_finished)
            return message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN
        return False

    def opening(self) -> bytes:
        """Return the message that asks for the first run."""
        asked = BackMsg()
        asked.rerun_script.query_string = self.query
        return asked.SerializeToString()

    def change(self, key: str, number: int) -> bytes:
        """Return the message with which a browser tells that a slider was moved.

        Raises:
            LookupError: the page has no such slider.
        """
        slider = next((d for d in self._widgets("slider") if _is_keyed(d, key)), None)
        if slider is None:
            raise LookupError(f"The page has no slider `{key}`.")
        moved = WidgetState(id=slider.new_element.slider.id)
        moved.double_array_value.data.append(number)
        self._values[moved.id] = moved
        asked = BackMsg()
        state = asked.rerun_script
        state.query_string = self.query
        state.page_script_hash = self._script
        state.fragment_id = slider.fragment_id
        state.cached_message_hashes.extend(self._known)
        state.widget_states.widgets.extend(self._values.values())
        return asked.SerializeToString()

    def _widgets(self, kind: str) -> Iterator[Delta]:
        for placed in self._places.values():
            if placed.delta.new_element.WhichOneof("type") == kind:
                yield placed.delta

    def _place(self, path: tuple[int, ...], delta: Delta) -> None:
        self._fragments.add(delta.fragment_id)
        self._places[path] = _Placed(delta, self._run)
        element = delta.new_element
        kind = element.WhichOneof("type")
        if kind == "bidi_component" and _is_keyed(delta, PICTURE):
            self.picture = json.loads(zlib.decompress(element.bidi_component.bytes))
        elif kind == "exception":
            self.problems.append(element.exception.message)
        elif kind == "alert" and element.alert.format == _SEVERE:
            self.problems.append(element.alert.body)
        elif (value := _value(element)) is not None and (
            value.id not in self._values
            or getattr(getattr(element, kind or ""), "set_value", False)
        ):
            self._values[value.id] = value  # else the browser keeps what it has

    def _end_run(self, status: ForwardMsg.ScriptFinishedStatus.ValueType) -> None:
        """Forget what the run has left out, as the browser does."""
        self.finished += 1
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        is_fragment = status == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        for path, placed in [*self._places.items()]:
            if placed.run < self._run and (
                not is_fragment or placed.delta.fragment_id in self._fragments
            ):
                del self._places[path]
        there = {_id(placed.delta) for placed in self._places.values()}
        self._values = {name: value for name, value in self._values.items() if name in there}


def _id(delta: Delta) -> str:
    kind = delta.new_element.WhichOneof("type")
    return getattr(getattr(delta.new_element, kind), "id", "") if kind else ""


def _is_keyed(delta: Delta, key: str) -> bool:
    """Return whether an element has a key: its id ends with it."""
    return _id(delta).rpartition("-")[2].rpartition(".")[2] == key


def _value(element: Any) -> WidgetState | None:
    """Return what a browser tells of a widget that nobody has touched; None of other elements."""
    kind = element.WhichOneof("type")
    if kind is None:
        return None
    shown = getattr(element, kind)
    name = getattr(shown, "id", "")
    state = WidgetState(id=name)
    is_set = getattr(shown, "set_value", False)
    if kind == "slider":
        state.double_array_value.data.extend(shown.value if is_set else shown.default)
    elif kind == "number_input":
        number = shown.value if is_set else shown.default
        if shown.data_type == shown.INT:
            state.int_value = int(number)
        else:
            state.double_value = number
    elif kind == "checkbox":
        state.bool_value = shown.value if is_set else shown.default
    elif kind == "text_input":
        state.string_value = shown.value if is_set else shown.default
    elif kind in {"selectbox", "radio"}:
        chosen = shown.raw_value if is_set else _option(shown)
        if chosen:
            state.string_value = chosen
    else:
        return None
    return state


def _option(shown: Any) -> str:
    """Return the option that a choice stands on; empty where it stands on none."""
    return shown.options[shown.default] if shown.HasField("default") else ""
