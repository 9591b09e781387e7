"""What is changed in Streamlit's workings: it is still there, and it does what Streamlit's did."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Any

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session, runtime
from streamlit.runtime.media_file_manager import MediaFileManager, MediaFileMetadata
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.scriptrunner_utils.script_requests import RerunData, ScriptRequests
from streamlit.runtime.scriptrunner_utils.script_run_context import ThreadState
from streamlit.runtime.state import SessionState
from streamlit.runtime.state.safe_session_state import SafeSessionState
from streamlit.watcher.polling_path_watcher import PollingPathWatcher

from pages.shared import internals

CHANGED: list[tuple[Any, str]] = [
    (PollingPathWatcher, "_schedule"),
    (app_session, "_populate_theme_msg"),
    (app_session.AppSession, "_call_soon_on_event_loop"),
    (runtime.Runtime, "_enqueued_some_message"),
    (SafeSessionState, "filtered_state"),
    (app_session.AppSession, "_enqueue_forward_msg"),
    (app_session.AppSession, "_clear_queue"),
    (MediaFileMetadata, "mark_for_delete"),
    (MediaFileMetadata, "is_marked_for_delete"),
]
SECTIONS = ["theme", "theme.light", "theme.dark", "theme.sidebar", "theme.light.sidebar"]


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the changes for one test."""
    for owner, name in CHANGED:
        monkeypatch.setattr(owner, name, vars(owner)[name])  # to be put back
    internals.change_streamlit()


@pytest.mark.usefixtures("changed")
def test_every_change_finds_what_it_changes():
    for owner, name in CHANGED:
        now = vars(owner)[name]
        function = now.fget if isinstance(now, property) else now
        assert function.__module__ == internals.__name__, f"Streamlit has moved {name}"


def test_what_is_read_to_give_way_is_there():
    requests = ScriptRequests()
    assert requests._state.name == "CONTINUE"
    requests.request_rerun(RerunData(fragment_id="ours"))
    assert requests._state.name == "RERUN"
    assert requests._rerun_data.fragment_id_queue == ["ours"]

    def inside() -> None:
        ThreadState.initialize(fragment_id="ours")
        assert ThreadState.get().fragment_id == "ours"

    contextvars.copy_context().run(inside)


def test_no_collection_follows_a_run():
    assert config.get_option("runner.postScriptGC") is False


def test_what_has_moved_is_left_alone(monkeypatch: pytest.MonkeyPatch):
    for owner, name in CHANGED:
        monkeypatch.delattr(owner, name)
    internals.change_streamlit()
    assert not any(name in vars(owner) for owner, name in CHANGED)


def test_the_theme_that_is_sent_is_streamlits_own(monkeypatch: pytest.MonkeyPatch):
    def made() -> list[CustomThemeConfig]:
        whole = CustomThemeConfig()
        app_session._populate_theme_msg(whole)
        parts = [whole, whole.light, whole.dark, whole.sidebar, whole.light.sidebar]
        for part, section in zip(parts[1:], SECTIONS[1:], strict=True):
            app_session._populate_theme_msg(part, section)
        return [whole]

    before = made()
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    internals._make_theme_once()
    assert before[0].light.primary_color
    assert made() == before
    assert made() == before, "the second time it is known"
    assert before[0].HasField("sidebar") == made()[0].HasField("sidebar")


def test_callbacks_are_called_together_in_order_and_one_that_fails_stops_no_other():
    calls: list[int] = []
    wakes: list[Callable[[], None]] = []
    failures: list[dict] = []

    async def run() -> None:
        asyncio.get_running_loop().set_exception_handler(
            lambda _, context: failures.append(context)
        )
        together = internals._Together()
        for number in range(3):
            together.add(lambda number=number: calls.append(number), wakes.append)
        together.add(lambda: calls.append(1 // 0), wakes.append)
        together.add(lambda: calls.append(4), wakes.append)
        assert (calls, len(wakes)) == ([], 1)
        wakes.pop()()
        together.add(lambda: calls.append(5), wakes.append)
        assert len(wakes) == 1, "the next asks again"
        wakes.pop()()

    asyncio.run(run())
    assert calls == [0, 1, 2, 4, 5]
    assert [type(failure["exception"]) for failure in failures] == [ZeroDivisionError]


@pytest.mark.usefixtures("changed")
def test_a_sessions_values_are_the_same_one_by_one():
    state = SessionState()
    state["units"] = 5
    state["nothing"] = None
    seen = SafeSessionState(state, lambda: None).filtered_state
    assert dict(seen) == state.filtered_state == {"units": 5, "nothing": None}
    assert seen["units"] == 5
    assert "nothing" in seen
    assert "batch" not in seen
    assert len(seen) == 2


@pytest.mark.usefixtures("changed")
def test_a_file_that_was_made_can_be_fetched_while_others_change_their_pages(
    monkeypatch: pytest.MonkeyPatch,
):
    clock = [0.0]
    monkeypatch.setattr(internals.time, "monotonic", lambda: clock[0])
    storage = MemoryMediaFileStorage("/media")
    files = MediaFileManager(storage)
    button = files.add_deferred(lambda: b"numbers", "text/plain", "0.1")
    name = files.execute_deferred(button).rpartition("/")[2]
    for clock[0] in (0.0, 1.0, internals.FETCHED_WITHIN - 1):
        files.remove_orphaned_files()  # as at the end of each run, of whoever
    assert storage.get_file(name).content == b"numbers"
    clock[0] = internals.FETCHED_WITHIN + 1
    files.remove_orphaned_files()
    with pytest.raises(MediaFileStorageError):
        storage.get_file(name)
