"""Check-up: what is wrong with a layer, and the lines to write instead."""

from __future__ import annotations

from pages.checkup.choose import choose
from pages.checkup.examine import examine_layer
from pages.checkup.show import show_both, show_one, show_report
from pages.lessons.panel import panel
from pages.shared.frame import link_in_step
from pages.shared.link import read_link
from pages.shared.module_watcher import rerun_on_change
from pages.shared.visible import heading, sidebar

read_link("checkup")
rerun_on_change()
panel()
with link_in_step():
    with sidebar():
        chosen = choose()
    heading(
        chosen.title,
        f"{chosen.source}; examined on an input of shape {chosen.shape}. Every number is measured.",
        shared=False,
    )
    show_report(examine_layer(chosen))
    if chosen.pair:
        show_both(chosen.pair)
    else:
        show_one(chosen)
