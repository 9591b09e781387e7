"""Models: look into a whole network, the post's or a file of your own."""

from __future__ import annotations

from pages.lessons.panel import panel
from pages.models.choose import choose
from pages.models.show import show
from pages.shared.frame import errors_as_sentences
from pages.shared.link import read_link
from pages.shared.share import share
from pages.shared.visible import heading, sidebar

read_link("models")
panel()
sharing = heading("Models")
with errors_as_sentences():
    with sidebar():
        choice = choose()
    show(choice)
    if sharing:
        share("Models", picture="weights")
