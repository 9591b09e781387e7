"""``show``: a layer's run, its gradients, or a model's weights as the output of a notebook's cell.

It runs in the notebook's own process, on the layer as it stands there, and leaves it so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from figures.heatmap import heatmap
from figures.view import symmetric_limit
from layers.api import notebook as api
from layers.inputs.description import Description
from layers.inputs.fields import BadInputError, Field, ShapeField
from layers.traces.failure import RecordingFailedError
from layerscope.explored import source_of
from layerscope.formats import Options
from layerscope.offline import written_page
from layerscope.refusal import Refusal
from pictures.describe import description_of
from pictures.picture import picture
from views.blocks import Block, color_range, facts, row, table, text
from views.explore import report
from views.explore.cells import CELL
from views.explore.whole import PageSource, Whole, still, whole
from views.train.link import GRADIENT
from views.train.one_step import OneStep
from views.train.places import places
from views.train.step import source_of_step

LOSS = "mean_squared_error"
_LEAST, _MOST = 260, 900
"""Pixels of a cell's output, which scrolls beyond."""
_AROUND = 150
"""Pixels of title, tools and margins."""
_WEIGHTS = 40


@dataclass(frozen=True, kw_only=True)
class Shown:
    """What ``show`` returns: notebooks draw it.

    Attributes:
        html: a page that answers without a network; ``save`` writes it.
        alt: what it shows, in words.
        height: pixels of the picture.
    """

    html: str
    alt: str
    height: int

    def __repr__(self) -> str:
        """Return the words, for consoles."""
        return self.alt

    def _repr_html_(self) -> str:
        """Return a frame with the page in it: neither's styles and scripts reach the other's."""
        high = min(_MOST, max(_LEAST, self.height + _AROUND))
        return (
            f'<iframe srcdoc="{escape(self.html, quote=True)}" title="{escape(self.alt[:200])}" '
            f'sandbox="allow-scripts" width="100%" height="{high}" '
            'style="border:0;max-width:100%;resize:vertical;overflow:auto"></iframe>'
        )


def show(
    layer: Any,
    *inputs: Any,
    gradients: Any = None,
    loss: str = LOSS,
    training: bool = False,
    cell: str = "",
    theme: str = "auto",
    **keywords: Any,
) -> Shown:
    """Show what a layer does with numbers, with the weights that it has.

    Args:
        layer: any Keras layer or model. It is built if it is not, and is not changed otherwise.
        inputs: what it is called with: arrays of any shape, lists or dicts of them. Without any,
            the summary and the weights are shown.
        gradients: targets of the first output's shape; each tensor's place then shows its
            gradient of the loss.
        loss: a name in ``layers.training.settings.LOSSES``.
        training: passed on to the call, where it takes it.
        cell: the pinned cell, such as ``outputs.1.2``.
        theme: ``light``, ``dark``, or ``auto``: as the reader's system is.
        keywords: what else the layer is called with: a mask, an initial state.

    Raises:
        ValueError: the layer raised, or an argument does not fit; in one sentence.
    """
    try:
        options = Options(theme=theme)
        if not inputs and not keywords:
            return _shown(layer, still(_summary(layer)), _weights_row(layer), options)
        if gradients is not None:
            source = _gradients(layer, inputs, keywords, gradients, loss, training=training)
            below: list[Block] = []
        else:
            run = api.record_as_it_is(layer, inputs, keywords, training=training)
            source = source_of(_description(layer), run)
            below = [
                text(report.agreement(run)),
                report.figures_of(run),
                report.weights_table(run.weights),
            ]
        read = _reader(cell)
        view = source.view(read)
        if view.problems:
            raise BadInputError(view.problems[0])
        return _shown(layer, whole(source, read, below), source.block(view), options)
    except (Refusal, RecordingFailedError) as refused:
        raise ValueError(str(refused)) from refused


def _reader(cell: str) -> Callable[[Field], Any]:
    return lambda field: field.parse(cell) if field is CELL and cell else field.default


def _shown(layer: Any, made: Whole, block: Block, options: Options) -> Shown:
    title = type(layer).__name__
    alt = f"{title}. {description_of(block)}"
    html = written_page(made, block, title, f"{layer.name}, as it stands.", alt, options)
    return Shown(html=html, alt=alt, height=round(picture(block).height))


def _description(layer: Any) -> Description:
    """Return the declaration of a layer of which nothing is known but that it can be called."""
    title = type(layer).__name__
    shape = ShapeField(
        name="shape",
        default=(1,),
        minimum_rank=1,
        maximum_rank=9,
        maximum_axis=1,
        maximum_elements=1,
    )
    return Description(
        name=title.lower(),
        title=title,
        family="",
        summary="",
        formula="",
        source="",
        fields=(shape,),
        batch=None,
        input_fields=("shape",),
        examples=(),
    )


def _gradients(
    layer: Any,
    inputs: tuple[Any, ...],
    keywords: dict[str, Any],
    targets: Any,
    loss: str,
    *,
    training: bool,
) -> PageSource:
    """Return the page of one step: every tensor's gradient in its place, and the values below."""
    step = api.gradients_as_it_is(
        layer, inputs, keywords, targets=targets, loss=loss, training=training
    )
    return source_of_step(
        OneStep(
            layer=_description(layer),
            history=step.history,
            traces=step.traces,
            start=step.traces,
            found=places(GRADIENT, step.traces, step.moment, step.traces),
        )
    )


def _summary(model: Any) -> list[Block]:
    """Return a model's counts, its layers, and its weights with their statistics."""
    found = api.summary_of(model)
    counts = found.parameters
    return [
        facts(
            [
                ("Parameters", f"{counts.total:,}"),
                ("Trainable", f"{counts.trainable:,}"),
                ("Non-trainable", f"{counts.non_trainable:,}"),
                ("Layers", f"{len(found.layers):,}"),
            ]
        ),
        table("Layers", ("Layer", "Class", "Output", "Parameters"), found.layers),
        *([_weights_row(model)] if found.weights else []),
        *([report.weights_table(found.weights)] if found.weights else []),
    ]


def _weights_row(model: Any) -> Block:
    """Return the pictures of a model's first weights, each in its own colour range."""
    weights = api.summary_of(model).weights[:_WEIGHTS]
    limit = symmetric_limit([each.values for each in weights])
    figures = [
        heatmap(
            each.values,
            name=each.name,
            axes=tuple(f"axis {axis}" for axis in range(each.values.ndim)),
            limit=limit,
        )
        for each in weights
    ]
    return row(figures, [color_range("Weights", limit)])
