"""Explore: pick a layer, its dimensions and an input; see it compute."""

from __future__ import annotations

from pages.explore import live
from pages.explore.choose import choose
from pages.explore.show import show
from pages.lessons.panel import panel
from pages.shared.compute import registered
from pages.shared.frame import errors_as_sentences
from pages.shared.link import read_link
from pages.shared.module_watcher import author_module, rerun_on_change
from pages.shared.share import NO_LINK, share
from pages.shared.visible import heading, sidebar

read_link("explore")
layers = None
with errors_as_sentences():
    layers = (*registered(), *author_module().layers)
rerun_on_change()
panel()
if layers:
    with sidebar():
        choice = choose(layers)
    sharing = heading(choice.layer.title, f"{choice.layer.summary} {choice.layer.source}.")
    show(choice)
    if sharing:
        note = "" if choice.has_link else NO_LINK
        share(choice.layer.title, picture=live.PICTURE, drawn_as="/", note=note)
