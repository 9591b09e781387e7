"""What the server remembers of one visitor between two runs of a page.

Streamlit keeps widgets and everything else in one namespace. A field's widget has the key of its
parameter in the link, which an author's constructor may choose; so everything else is in one
object, and every other widget's key begins with ``ls.``, which no argument's name does.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

if TYPE_CHECKING:
    from pages.models.files import UploadedModel
    from pages.train.run import LongJob
    from views.train.step import Trained

_PREFIX = "ls."
_KEY = f"{_PREFIX}session"


@dataclass(kw_only=True)
class Session:
    """One visitor's session.

    Attributes:
        page: the path of the page that ran last.
        layers: the layer that was chosen on each other page, by the page's path.
        has_read_link: whether the link with which the page was opened was taken over.
        unread: parameters of the link that no control has read yet, with their text.
        guessed: shapes at which an author's layer was opened because it failed at its first ones.
        postponed: those that wait for the file that they are about.
        chosen: values other than the defaults, by field name; they outlive their widgets.
        defaults: of each control that was shown, by field name.
        reaches: where long sliders end, by field name.
        hidden: the names of the controls that the link hides.
        hidden_anew: whether a new link has said so, and the names are yet to be checked.
        presents: whether the page is shown large, for a room.
        controls: the names of those that there are on this page, hidden or not.
        conceals: whether all controls are hidden now, as those of an embedded page's sidebar.
        shown: the parameters of this run, with their text; None for a value at its default.
        shown_outside: those of controls that a rerun of the fragment leaves alone; None before.
        last_link: the parameters that were written last; None before.
        link_problems: what the link asked for and cannot be, one sentence each.
        problems: what was typed and cannot be, one sentence each.
        visitor: a random name for the live route, and for the pictures that are kept.
        module_stamp: the state of the author's file when it was last looked at.
        uploaded_arrays: the visitor's arrays from files, by the input's name.
        typed_arrays: the visitor's arrays, typed into tables, by the input's name.
        last_inputs: the arrays that went in last, by the input's name: a table starts from them.
        table_start: what that table was first filled with.
        training: what the Train page trained last, or is training.
        plane: the plane of losses that it measured last, or is measuring.
        trained: what its picture shows, from which the live route answers.
        uploaded_image: the visitor's picture, from a file.
        drawn_image: the visitor's picture, drawn on the page.
        uploaded_models: the visitor's model files, by the key of their upload.
        go_to: the path of the page that a lesson's step is on; empty where it is this one.
        answers: what the visitor answered, by lesson and step.
        done: the lessons' steps whose task is done.
    """

    page: str = ""
    layers: dict[str, Any] = field(default_factory=dict)
    has_read_link: bool = False
    unread: dict[str, str] = field(default_factory=dict)
    guessed: dict[str, str] = field(default_factory=dict)
    postponed: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, Any] = field(default_factory=dict)
    defaults: dict[str, Any] = field(default_factory=dict)
    reaches: dict[str, int] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    hidden_anew: bool = False
    presents: bool = False
    controls: dict[str, None] = field(default_factory=dict)
    conceals: bool = False
    shown: dict[str, str | None] = field(default_factory=dict)
    shown_outside: dict[str, str | None] | None = None
    last_link: dict[str, str] | None = None
    link_problems: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    visitor: str = field(default_factory=lambda: secrets.token_hex(8))
    module_stamp: tuple[int, int] | None = None
    uploaded_arrays: dict[str, np.ndarray] = field(default_factory=dict)
    typed_arrays: dict[str, np.ndarray] = field(default_factory=dict)
    last_inputs: dict[str, np.ndarray] = field(default_factory=dict)
    table_start: np.ndarray | None = None
    training: LongJob | None = None
    plane: LongJob | None = None
    trained: Trained | None = None
    uploaded_image: np.ndarray | None = None
    drawn_image: np.ndarray | None = None
    uploaded_models: dict[str, UploadedModel] = field(default_factory=dict)
    go_to: str = ""
    answers: dict[tuple[str, int], float] = field(default_factory=dict)
    done: set[tuple[str, int]] = field(default_factory=set)


def session() -> Session:
    """Return the session of the visitor whose page is running."""
    try:
        return st.session_state[_KEY]
    except KeyError:  # the first of some fifty calls a run
        return st.session_state.setdefault(_KEY, Session())


def widget_key(name: str) -> str:
    """Return the key of a widget that is no field's."""
    return f"{_PREFIX}{name}"
