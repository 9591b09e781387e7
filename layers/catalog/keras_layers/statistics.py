"""Keras's normalisation and regularisation layers."""

from __future__ import annotations

from typing import Any

from layers.catalog.keras_layers.line import Range, Table, line, tensor

_ROWS = tensor("batch features", 4, 5, any_rank=True)
_SEQUENCE = tensor("batch time features", 2, 4, 3)
_AXIS = Range(-1, -4, 4)
_EPSILON = Range(1e-3, 0.0, 1.0)
_RATE = Range(0.5, 0.0, 0.95)


def _noise(name: str, summary: str, **more: Any) -> Any:
    return line(name, summary, _ROWS, training=True, **more)


STATISTICS: Table = {
    "Normalisation": (
        line(
            "BatchNormalization",
            "Each feature to mean 0 and deviation 1 over the batch.",
            _ROWS,
            axis=_AXIS,
            momentum=Range(0.99, 0.0, 1.0),
            epsilon=_EPSILON,
            renorm=None,
            renorm_momentum=None,
            synchronized=None,
            training=True,
        ),
        line(
            "LayerNormalization",
            "Each row to mean 0 and deviation 1.",
            _ROWS,
            axis=_AXIS,
            epsilon=_EPSILON,
        ),
        line(
            "GroupNormalization",
            "Groups of channels to mean 0 and deviation 1.",
            tensor("batch rows columns channels", 1, 2, 2, 4),
            groups=Range(2, -1, 64),
            axis=_AXIS,
            epsilon=_EPSILON,
        ),
        line(
            "RMSNormalization",
            "Each row divided by its root mean square.",
            _ROWS,
            axis=_AXIS,
            epsilon=Range(1e-6, 0.0, 1.0),
        ),
        line("UnitNormalization", "Each row to length 1.", _ROWS, axis=_AXIS),
    ),
    "Regularisation": (
        _noise("Dropout", "Random numbers become 0, the others grow.", rate=_RATE),
        _noise(
            "AlphaDropout", "Dropout that keeps mean and deviation.", rate=Range(0.5, 0.01, 0.95)
        ),
        _noise("GaussianDropout", "Each number times a random one about 1.", rate=_RATE),
        _noise("GaussianNoise", "A random number added to each.", stddev=Range(0.1, 0.0, 1.0)),
        line(
            "SpatialDropout1D",
            "Dropout of whole features, all steps at once.",
            _SEQUENCE,
            rate=_RATE,
            training=True,
        ),
        line(
            "SpatialDropout2D",
            "Dropout of whole channels of an image.",
            tensor("batch rows columns channels", 1, 3, 3, 4),
            rate=_RATE,
            training=True,
        ),
        line(
            "SpatialDropout3D",
            "Dropout of whole channels of a volume.",
            tensor("batch depth rows columns channels", 1, 2, 2, 2, 4),
            rate=_RATE,
            training=True,
        ),
        line(
            "ActivityRegularization",
            "Adds the size of its input to the loss, and passes it on.",
            _ROWS,
            l1=Range(0.01, 0.0, 10.0),
            l2=Range(0.0, 0.0, 10.0),
        ),
    ),
}
