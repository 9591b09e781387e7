"""Rooms: who comes late, whose secret is wrong, who guesses, and what ends."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import zlib
from base64 import b64decode

import pytest
from streamlit.testing.v1 import AppTest

from layers.inputs.fields import BadInputError
from pages.models.draw import MAXIMUM_SIDE
from pages.present import rooms as present
from pages.present import routes
from pages.present.message import read
from pages.present.rooms import ALPHABET, NoRoomError, Room, Rooms, TooManyError, plain
from pages.present.routes import _event, _take
from pages.shared.downloads import keep
from tests.pages.session import ROOT, SENTENCE, opened


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(clock: Clock) -> Rooms:
    return Rooms(clock)


def page(*items: dict, link: str = "/?layer=linear", acts: object = None) -> bytes:
    told = {"visitor": "v", "page": {"link": link, "items": list(items)}, "acts": acts}
    return json.dumps(told).encode()


def events(room: Room, since: int = 0) -> list[tuple[str, object]]:
    """Return what a follower is sent who has seen a version."""
    text = b"".join(room.since(since)[1]).decode()
    found = re.findall(r"event: (\w+)\ndata: (.*)\n\n", text)
    return [(name, json.loads(data)) for name, data in found]


def test_a_code_has_forty_bits_and_is_read_as_people_write_it(rooms: Rooms):
    assert len(ALPHABET) == len(set(ALPHABET)) == 32
    codes = {rooms.open(str(each))[0].code for each in range(20)}
    assert len(codes) == 20
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) for code in codes)
    code = next(iter(codes))
    assert rooms.find(f" {code[:4].lower()}-{code[4:]} ").code == code
    assert plain("o1li-0o0o") == "01110000"


def test_only_the_presenter_writes(rooms: Rooms):
    room, secret = rooms.open()
    assert rooms.held(room.code, secret) is room
    assert rooms.held(f"{room.code[:4]}-{room.code[4:]}".lower(), secret) is room
    for wrong in ("", secret[:-1], secret + "x", room.code, "ü"):
        with pytest.raises(PermissionError) as refusal:
            rooms.held(room.code, wrong)
        assert SENTENCE.fullmatch(str(refusal.value))


def test_wrong_secrets_are_guesses_too(rooms: Rooms):
    room, secret = rooms.open()
    for guess in range(40):
        with pytest.raises(PermissionError):
            rooms.held(room.code, f"secret {guess}", "guesser")
    with pytest.raises(TooManyError):
        rooms.held(room.code, "another secret", "guesser")
    assert rooms.held(room.code, secret, "guesser") is room


def test_who_comes_late_gets_all_and_who_was_there_what_changed(rooms: Rooms):
    room, _ = rooms.open()
    room.show({"page": b"page 1\n", "picture": b"units 5\n"})
    version, parts = room.since(0)
    assert sorted(parts) == [b"page 1\n", b"units 5\n"]
    room.show({"picture": b"units 6\n"})
    room.show({"picture": b"units 7\n"})
    assert room.since(version)[1] == [b"units 7\n"], "and not what was in between"
    assert sorted(room.since(0)[1]) == [b"page 1\n", b"units 7\n"]
    room.show({"page": b"page 2\n"}, without=frozenset({"picture"}))
    assert room.since(0)[1] == [b"page 2\n"]


def test_followers_are_woken_counted_and_limited(rooms: Rooms, monkeypatch: pytest.MonkeyPatch):
    room, _ = rooms.open()
    woken: list[str] = []
    with room.followed(lambda: woken.append("a")), room.followed(lambda: woken.append("b")):
        room.show({"page": b"x"})
        assert sorted(woken) == ["a", "b"]
        assert room.followers == 2
        monkeypatch.setattr(present, "MOST_FOLLOWERS", 2)
        with pytest.raises(TooManyError) as refusal:
            room.refuse_more()
        assert SENTENCE.fullmatch(str(refusal.value))
    room.refuse_more()
    room.show({"page": b"y"})
    assert len(woken) == 2
    assert room.followers == 0


def test_a_room_ends_with_its_presenter(rooms: Rooms, clock: Clock):
    room, secret = rooms.open()
    room.show({"page": b"x"})
    woken: list[int] = []
    with room.followed(lambda: woken.append(1)):
        rooms.end(room)
    assert woken
    assert room.ended
    assert room.since(0)[1] == [], "it holds nothing any more"
    with pytest.raises(NoRoomError) as refusal:
        rooms.find(room.code)
    assert SENTENCE.fullmatch(str(refusal.value))
    silent, secret = rooms.open()
    for _ in range(3):
        clock.now += present.SILENCE - 1
        rooms.held(silent.code, secret)  # the presenter is heard of
    clock.now += present.SILENCE + 1
    with pytest.raises(NoRoomError):
        rooms.find(silent.code)
    assert silent.ended


def test_a_stream_ends_when_its_presenter_is_silent(
    rooms: Rooms, clock: Clock, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(routes, "rooms", lambda: rooms)
    monkeypatch.setattr(routes, "ALIVE", 0.01)
    room, _ = rooms.open()
    room.show({"page": b"first\n\n"})

    async def followed() -> list[bytes]:
        stream = routes._events(room)
        found = [await anext(stream) for _ in range(3)]
        assert room.followers == 1
        clock.now += present.SILENCE + 1
        return [*found, *[each async for each in stream]]

    first, shown, *alive, ended = asyncio.run(followed())
    assert (first, shown) == (b"retry: 1000\n\n", b"first\n\n")
    assert set(alive) == {routes._event("alive", "")}
    assert ended == routes._event("ended", "The presenter has ended.")
    assert room.followers == 0


def test_guessing_is_limited_by_address_and_in_all(rooms: Rooms, clock: Clock):
    room, secret = rooms.open()
    kinds = []
    for guess in range(200):
        with pytest.raises(BadInputError) as wrong:
            rooms.find(f"{guess:08}", "guesser")
        kinds.append(wrong.type)
    assert kinds == [NoRoomError] * 40 + [TooManyError] * 160
    with pytest.raises(TooManyError) as refusal:
        rooms.find(room.code, "guesser")  # a right one would tell which are wrong
    assert SENTENCE.fullmatch(str(refusal.value))
    assert rooms.find(room.code, "somebody else") is room
    assert rooms.held(room.code, secret, "guesser") is room, "the presenter goes on"
    with pytest.raises(TooManyError):
        rooms.held(room.code, "wrong", "guesser")
    clock.now += 60
    assert rooms.find(room.code, "guesser") is room
    for guess in range(2000):
        with pytest.raises(BadInputError):
            rooms.find(f"{guess:08}", f"address {guess}")
    with pytest.raises(TooManyError):
        rooms.find(room.code, "yet another")


def test_rooms_and_their_bytes_are_bounded(rooms: Rooms, clock: Clock):
    for _ in range(10):
        rooms.open("one address")
    with pytest.raises(TooManyError) as refusal:
        rooms.open("one address")
    assert SENTENCE.fullmatch(str(refusal.value))
    clock.now += 60
    for each in range(present.MOST_ROOMS - 10):
        rooms.open(f"address {each}")
    with pytest.raises(TooManyError):
        rooms.open("one more")
    clock.now += present.SILENCE + 1
    rooms.open("one more")  # those who left in silence take no place
    room, _ = Rooms(clock).open()
    room.show({"page": b"small"})
    with pytest.raises(BadInputError) as large:
        room.show({"picture": b"x" * present.MOST_BYTES})
    assert SENTENCE.fullmatch(str(large.value))
    assert room.since(0)[1] == [b"small"], "it shows what it showed"


def test_a_room_is_changed_and_read_by_many_threads(rooms: Rooms):
    room, _ = rooms.open()
    seen: list[int] = []

    def show(at: int) -> None:
        for step in range(200):
            room.show({f"{at}": _event("page", step)})

    def follow() -> None:
        version = 0
        with room.followed(lambda: None):
            while version < 800:
                version, _ = room.since(version)
        seen.append(version)

    threads = [threading.Thread(target=show, args=(at,)) for at in range(4)]
    threads += [threading.Thread(target=follow) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert seen == [800] * 3
    assert events(room) == [("page", 199)] * 4


def test_a_picture_is_what_the_presenters_browser_was_sent(rooms: Rooms):
    room, _ = rooms.open()
    keep("v", "picture", "one", '[{"kind": "text", "sentence": "first"}]')
    title = {"kind": "title", "text": "Linear"}
    assert _take(room, read(page(title, {"place": "picture", "id": "one"}))) == []
    (_, picture), (_, told) = sorted(events(room), reverse=True)
    assert told == {
        "link": "/?layer=linear",
        "items": [title, {"place": "picture", "id": "one"}],
    }
    assert isinstance(picture, dict)
    assert picture["place"] == "picture"
    drawn = json.loads(zlib.decompress(b64decode(picture["data"])))
    assert drawn == {"id": "one", "blocks": [{"kind": "text", "sentence": "first"}]}
    version, _ = room.since(0)
    _take(room, read(page({"place": "picture", "id": "one"}, link="/?layer=linear&x=1")))
    assert [name for name, _ in events(room, version)] == ["page"], "the same is not sent again"
    assert _take(room, read(page({"place": "picture", "id": "gone"}))) == ["gone"]
    assert ("picture", picture) in events(room), "what is not kept does not take its place"
    keep("v", "picture", "gone", "[]")
    assert _take(room, read(page({"place": "picture", "id": "gone"}))) == []
    assert ("picture", picture) not in events(room), "it was on its way"
    _take(room, read(page(link="/models")))
    assert [name for name, _ in events(room)] == ["page"]


def test_what_is_done_is_sent_alone(rooms: Rooms):
    room, _ = rooms.open()
    _take(room, read(page({"kind": "text", "text": "x"})))
    version, _ = room.since(0)
    acts = {"picture": {"point": ["outputs", 1, 2]}}
    _take(room, read(json.dumps({"acts": acts}).encode()))
    assert events(room, version) == [("acts", acts)]


@pytest.mark.parametrize(
    "told",
    [
        b"{",
        b"[]",
        b"[" * 100_000,
        b'{"acts": []}',
        json.dumps({"acts": {"picture": "x" * 40_000}}).encode(),
        b'{"page": []}',
        b'{"page": {"items": []}}',
        page(link="javascript:alert(1)"),
        page(link="//elsewhere.example"),
        page(link="/\\elsewhere.example"),
        page(link="https://elsewhere.example/"),
        page({"kind": "script", "text": "x"}),
        page({"kind": "text", "text": 3}),
        page({"kind": "drawing", "text": ""}),
        page({"kind": "drawing", "text": "28 00g0"}),
        page({"kind": "drawing", "text": "0 00"}),
        page({"place": "a b", "id": "x"}),
        page({"place": "a", "id": "x"}, {"place": "a", "id": "y"}),
    ],
)
def test_a_message_that_is_none_is_refused_in_a_sentence(told: bytes):
    with pytest.raises(BadInputError) as refusal:
        read(told)
    assert SENTENCE.fullmatch(str(refusal.value)), refusal.value


def test_a_message_is_cut_to_what_may_be_sent():
    message = read(page(*({"kind": "text", "text": "x" * 9000, "more": "y"} for _ in range(200))))
    assert message.page
    assert len(message.page["items"]) == 80
    assert {len(item["text"]) for item in message.page["items"]} == {4200}
    assert {tuple(item) for item in message.page["items"]} == {("kind", "text")}


def test_the_largest_drawing_is_passed_on_whole():
    drawing = {"kind": "drawing", "text": f"64 {'f' * MAXIMUM_SIDE**2}"}
    message = read(page(drawing))
    assert message.page
    assert message.page["items"] == [drawing]


def test_a_followers_page_has_no_controls_and_asks_for_its_code():
    session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
    session.query_params["follow"] = "abcd-efgh"
    session.run()
    assert not session.exception
    (audience,) = session.get("bidi_component")
    assert json.loads(zlib.decompress(audience.proto.bytes)) == {"code": "ABCDEFGH"}
    assert not session.sidebar.radio
    assert not session.button


def test_every_page_offers_to_present_and_keeps_the_look_for_a_room():
    session = opened(layer="linear", present=1)
    assert not session.exception
    assert not session.warning
    session.slider(key="units").set_value(7).run()
    assert session.query_params == {"layer": "linear", "units": "7", "present": "1"}
    session.button(key="ls.present").click().run()
    assert not session.exception
    other = opened(layer="linear", present="yes")
    (said,) = other.warning
    assert "present" in said.value
