"""The two apps that are compared, and where each keeps what is measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

HERE = Path(__file__).parent

# The job, the same for both apps and the naive one's defaults.
BATCH, FEATURES, UNITS = 8, 10, 5


@dataclass(frozen=True, kw_only=True)
class App:
    """One Streamlit app.

    Args:
        name: what the table calls it.
        script: what ``streamlit run`` is given.
        directory: where it is started; Streamlit reads its configuration from there.
        query: the parameters of its address that set the job.
        charts: selectors of the elements in which Plotly draws X, W and h.
    """

    name: str
    script: Path
    directory: Path
    query: dict[str, str | int]
    charts: tuple[str, str, str]

    def path(self, seed: int) -> str:
        """Return the path to open. An app without parameters ignores the seed."""
        return "/?" + urlencode({**self.query, "seed": seed}) if self.query else "/"


OURS = App(
    name="ours",
    script=HERE.parent / "app.py",
    directory=HERE.parent,
    query={
        "layer": "linear",
        "features": FEATURES,
        "units": UNITS,
        "batch": BATCH,
        "input": "normal",
        "activation": "relu",
    },
    charts=("[data-tensor=inputs]", "[data-tensor=kernel]", "[data-tensor=outputs]"),
)

# Started in its own folder, so that it gets Streamlit's defaults and not our config.toml. It has
# no parameters, and needs none: it caches nothing, so a repeated seed saves it nothing.
NAIVE = App(
    name="naive",
    script=HERE / "naive_app.py",
    directory=HERE,
    query={},
    charts=(
        ".stColumn:nth-child(1) .js-plotly-plot",
        ".stColumn:nth-child(2) .js-plotly-plot",
        ".stColumn:nth-child(3) .js-plotly-plot",
    ),
)
