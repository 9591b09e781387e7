"""The histogram of a weight from counts made elsewhere, on a scale that many figures share."""

from __future__ import annotations

from figures.figure import Figure
from figures.weight import plain, safe
from figures.words import file_name, number


def distribution(
    counts: tuple[int, ...],
    *,
    low: float,
    high: float,
    name: str,
    title: str,
    shape: tuple[int, ...],
    flags: tuple[str, ...] = (),
) -> Figure:
    """Draw counts between two numbers as bars.

    Args:
        counts: how many fall in each of the equal bins between them.
        low: the left end of the scale.
        high: the right end.
        name: of the element that draws it.
        title: of the figure.
        shape: of the weight.
        flags: notable features, such as the percentage of NaN.
    """
    width = (high - low) / len(counts)
    fullest = max(range(len(counts)), key=lambda at: counts[at])
    counted = "1 value" if sum(counts) == 1 else f"{sum(counts):,} values"
    ends = f"{number(low)} to {number(high)}"
    return Figure(
        name=plain(name),
        spec={
            "data": [
                {
                    "type": "bar",
                    "x0": low + width / 2,
                    "dx": width,
                    "y": list(counts),
                    "hovertemplate": "around %{x:.3g}: %{y}<extra></extra>",
                }
            ],
            "layout": {
                "xaxis": {"title": {"text": "value"}, "range": [low, high], "nticks": 5},
                "yaxis": {"title": {"text": "count"}, "nticks": 3, "rangemode": "tozero"},
                "bargap": 0.05,
            },
        },
        alt=f"Histogram of {plain(title)}: {counted} on a scale from {ends}; the fullest bin "
        f"has {counts[fullest]:,} around {number(low + width * (fullest + 0.5))}"
        + "".join(f"; {flag}" for flag in flags),
        title=plain(title),
        caption=" · ".join([counted, ends, *flags]),
        file_name=file_name(safe(title), "histogram", shape=shape),
    )
