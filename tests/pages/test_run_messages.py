"""What a browser is sent of a fragment's run, with and without a picture that went ahead of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg, ForwardMsgMetadata

from pages.shared.run_messages import HOLD, RunMessages

FRAGMENT = ("explore",)
SUCCEEDED = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
ENDED = ForwardMsg(script_finished=SUCCEEDED, metadata=ForwardMsgMetadata())
Change = Callable[[list[ForwardMsg]], None]


class Visitor:
    """A session whose messages are kept instead of sent."""

    def __init__(self) -> None:
        self.is_ahead = True
        self.sent: list[ForwardMsg] = []
        self.messages = RunMessages(lambda: self.is_ahead)

    def put(self, *messages: ForwardMsg) -> None:
        for message in messages:
            self.messages.put(message, self.sent.append)

    def run(self, *between: ForwardMsg, ids: tuple[str, ...] = FRAGMENT) -> list[ForwardMsg]:
        """Run the fragment, and return what was sent of it."""

        async def on_loop() -> None:
            self.put(*started(ids), *between, *finished(ids))

        self.sent = []
        asyncio.run(on_loop())
        return self.sent


@pytest.fixture
def visitor() -> Visitor:
    """Let the messages of one session pass."""
    return Visitor()


def started(ids: tuple[str, ...] = FRAGMENT) -> list[ForwardMsg]:
    begin, running = ForwardMsg(), ForwardMsg()
    begin.new_session.name = "app"
    begin.metadata.run.fragment_ids.extend(ids)
    running.session_status_changed.script_is_running = True
    return [begin, running]


def finished(
    ids: tuple[str, ...] = FRAGMENT,
    how: ForwardMsg.ScriptFinishedStatus = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
) -> list[ForwardMsg]:
    end, rests = ForwardMsg(), ForwardMsg()
    end.script_finished = how if ids else ForwardMsg.FINISHED_SUCCESSFULLY
    end.metadata.run.fragment_ids.extend(ids)
    rests.session_status_changed.script_is_running = False
    return [end, rests]


def page(units: int = 5, link: str = "units=5") -> list[ForwardMsg]:
    """Return what one run sends: a row, a slider, a box, a picture, and the link."""
    row, slider, box, picture, info = (ForwardMsg() for _ in range(5))
    row.delta.add_block.flex_container.wrap = True
    slider.delta.new_element.slider.id = "units"
    box.delta.new_element.bidi_component.id = "box"
    box.delta.new_element.bidi_component.component_name = "layerscope_box"
    picture.delta.new_element.bidi_component.id = "picture"
    picture.delta.new_element.bidi_component.bytes = bytes([units])
    for path, message in zip(([0], [0, 0], [0, 1], [1]), (row, slider, box, picture), strict=True):
        message.metadata.delta_path.extend(path)
    info.page_info_changed.query_string = link
    return [row, slider, box, picture, info]


def test_after_a_picture_ahead_only_what_changed_is_sent(visitor: Visitor):
    assert visitor.run(*page()) == [*started(), *page(), *finished()]
    changed = page(6, "units=6")
    assert visitor.run(*changed) == [*changed[3:], ENDED]
    assert visitor.run(*changed) == [*changed[3:], ENDED], "a component is sent each time"


def test_a_run_that_no_picture_went_ahead_of_is_sent_as_it_is(visitor: Visitor):
    visitor.run(*page())
    visitor.is_ahead = False
    assert visitor.run(*page(6)) == [*started(), *page(6), *finished()]
    visitor.is_ahead = True
    assert visitor.run(*page(7)) == [*page(7)[3:], ENDED], "and the next is compared with it"


def other_block(messages: list[ForwardMsg]) -> None:
    messages[0].delta.add_block.flex_container.wrap = False


def other_widget(messages: list[ForwardMsg]) -> None:
    messages[1].delta.new_element.slider.id = "features"


def one_more(messages: list[ForwardMsg]) -> None:
    more = ForwardMsg()
    more.delta.new_element.alert.body = "Look."
    more.metadata.delta_path.extend([2])
    messages.append(more)


def passing(messages: list[ForwardMsg]) -> None:
    messages[1].delta.new_transient.SetInParent()


def one_less(messages: list[ForwardMsg]) -> None:
    del messages[1]


@pytest.mark.parametrize("change", [other_block, other_widget, one_more, one_less, passing])
def test_what_else_than_the_content_of_an_element_has_changed_is_sent_as_it_is(
    visitor: Visitor, change: Change
):
    visitor.run(*page())
    changed = page(6)
    change(changed)
    assert visitor.run(*changed) == [*started(), *changed, *finished()]


def test_a_value_that_code_sets_is_set_again(visitor: Visitor):
    messages = page()
    messages[1].delta.new_element.slider.set_value = True
    visitor.run(*messages)
    assert visitor.run(*messages) == [messages[1], *messages[3:], ENDED]


def test_a_place_that_is_written_twice_is_sent_as_it_is_once_it_changes(visitor: Visitor):
    empty, full = ForwardMsg(), ForwardMsg()
    empty.delta.new_element.empty.SetInParent()
    full.delta.new_element.markdown.body = "task"
    for message in (empty, full):
        message.metadata.delta_path.extend([2])
    visitor.run(*page(), empty, full)
    assert visitor.run(*page(6), empty, full) == [*page(6)[3:], ENDED]
    other = ForwardMsg()
    other.CopyFrom(full)
    other.delta.new_element.markdown.body = "done"
    whole = [*started(), *page(7), empty, other, *finished()]
    assert visitor.run(*page(7), empty, other) == whole


def test_other_runs_and_what_was_never_delivered_make_the_next_run_whole(visitor: Visitor):
    visitor.run(*page())
    assert len(visitor.run(*page(6), ids=())) == 9, "the page's own run"
    assert len(visitor.run(*page(6))) == 9
    assert len(visitor.run(*page(7), ids=("another",))) == 9
    assert len(visitor.run(*page(7))) == 9
    assert len(visitor.run(*page(8))) == 3
    visitor.messages.forget()
    assert len(visitor.run(*page(9))) == 9


def test_a_run_that_was_interrupted_is_sent_as_it_came_and_so_is_the_next(visitor: Visitor):
    visitor.run(*page())
    visitor.sent = []

    async def interrupted() -> None:
        end = finished(how=ForwardMsg.FINISHED_EARLY_FOR_RERUN)
        visitor.put(*started(), *page(6)[:2], *end)
        assert visitor.sent == [*started(), *page(6)[:2], *end]

    asyncio.run(interrupted())
    assert len(visitor.run(*page(6))) == 9


def test_the_end_of_a_run_that_the_browser_shows_is_said_to_it(visitor: Visitor):
    visitor.run(*page())
    visitor.sent = []
    begin, _ = started()  # it follows another run at once, and the page still shows that one

    async def following() -> None:
        visitor.put(begin, *page(6), *finished())
        assert visitor.sent == [begin, *page(6), *finished()]

    asyncio.run(following())


def test_a_run_that_takes_long_shows_that_it_runs(visitor: Visitor):
    visitor.run(*page())
    visitor.sent = []

    async def slow() -> None:
        visitor.put(*started(), *page(6)[:2])
        assert visitor.sent == []
        await asyncio.sleep(2 * HOLD)
        assert visitor.sent == [*started(), *page(6)[:2]]
        visitor.put(*page(6)[2:], *finished())
        assert visitor.sent == [*started(), *page(6), *finished()]

    asyncio.run(slow())
    assert visitor.run(*page(7)) == [*page(7)[3:], ENDED]
