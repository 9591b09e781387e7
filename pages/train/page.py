"""Train: pick a layer and what it is to learn; see every step, number by number."""

from __future__ import annotations

from pages.lessons.panel import panel
from pages.shared.compute import registered
from pages.shared.frame import errors_as_sentences
from pages.shared.link import read_link
from pages.shared.module_watcher import author_module, rerun_on_change
from pages.shared.share import NO_LINK, share
from pages.shared.visible import heading, sidebar
from pages.train.choose import choose, choose_settings, choose_targets
from pages.train.live import PICTURE
from pages.train.show import show
from views.train.link import OWN_TARGETS
from views.train.networks import MORE

read_link("train")
layers = None
with errors_as_sentences():
    layers = (*registered(), *MORE, *author_module().layers)
rerun_on_change()
panel()
if layers:
    with sidebar():
        choice = choose(layers)
        targets = choose_targets()
        how = choose_settings()
    sharing = heading(f"Train {choice.layer.title}")
    show(choice, targets, how | {"seed": choice.seed})
    if sharing:
        note = "" if choice.has_link and targets != OWN_TARGETS else NO_LINK
        share(f"Train {choice.layer.title}", picture=PICTURE, drawn_as="/train", note=note)
