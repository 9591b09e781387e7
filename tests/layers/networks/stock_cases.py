"""Every layer that can be run, with its defaults and with every setting at another value."""

from __future__ import annotations

from typing import Any

Case = tuple[dict[str, Any], tuple[int, ...]]
"""A layer's arguments, and the shape of its input without the batch."""

SPACE = {1: (9, 4), 2: (9, 8, 4), 3: (6, 5, 7, 4)}


def _convolutions() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for rank, shape in SPACE.items():
        plain = {"filters": 4, "kernel_size": 2}
        other = {
            **plain,
            "kernel_size": [3, 2, 1][:rank] if rank > 1 else 3,
            "padding": "same",
            "activation": "relu",
            "use_bias": False,
            "data_format": "channels_last",
        }
        dilated = {"dilation_rate": 2}
        strided = {"strides": 2}
        found[f"Conv{rank}D"] = [
            (plain, shape),
            ({**other, **dilated}, shape),
            ({**other, **strided}, shape),
            ({**plain, "groups": 2}, shape),
            *([({**plain, "padding": "causal"}, shape)] if rank == 1 else []),
        ]
        found[f"Conv{rank}DTranspose"] = [
            (plain, shape),
            ({**other, **strided, "output_padding": 1}, shape),
            ({**plain, "dilation_rate": 1}, shape),  # more TensorFlow cannot compute on a CPU
        ]
        if rank == 3:
            continue
        depthwise = {name: value for name, value in other.items() if name != "filters"}
        found[f"DepthwiseConv{rank}D"] = [
            ({"kernel_size": 2}, shape),
            ({**depthwise, **strided, "depth_multiplier": 3}, shape),
            ({**depthwise, **dilated}, shape),
        ]
        found[f"SeparableConv{rank}D"] = [
            (plain, shape),
            ({**other, **strided, "depth_multiplier": 3}, shape),
            ({**other, **dilated}, shape),
        ]
    return found


def _poolings() -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for rank, shape in SPACE.items():
        for kind in ("Max", "Average"):
            found[f"{kind}Pooling{rank}D"] = [
                ({"pool_size": 2}, shape),
                (
                    {
                        "pool_size": 3,
                        "strides": 1,
                        "padding": "same",
                        "data_format": "channels_last",
                    },
                    shape,
                ),
            ]
            found[f"Global{kind}Pooling{rank}D"] = [
                ({}, shape),
                ({"keepdims": True, "data_format": "channels_last"}, shape),
            ]
    return found


def _recurrent() -> dict[str, list[Case]]:
    other = {
        "activation": "relu",
        "use_bias": False,
        "return_sequences": True,
        "go_backwards": True,
        "unroll": True,
        "dropout": 0.5,
        "recurrent_dropout": 0.5,
        "zero_output_for_mask": True,
    }
    gates = {**other, "recurrent_activation": "tanh"}
    shape = (4, 3)
    return {
        "SimpleRNN": [
            ({"units": 2}, shape),
            ({"units": 2, "return_state": True}, shape),
            ({"units": 2, **other}, shape),
        ],
        "LSTM": [
            ({"units": 2}, shape),
            ({"units": 2, "return_state": True}, shape),
            ({"units": 2, **gates, "unit_forget_bias": False}, shape),
        ],
        "GRU": [
            ({"units": 2}, shape),
            ({"units": 2, "return_state": True}, shape),
            ({"units": 2, **gates, "reset_after": False}, shape),
        ],
    }


_NORM = {"axis": 1, "epsilon": 0.1, "center": False, "scale": False}
CASES: dict[str, list[Case]] = {
    "Dense": [
        ({"units": 3}, (4,)),
        ({"units": 3, "activation": "gelu", "use_bias": False}, (2, 4)),
    ],
    **_convolutions(),
    **_poolings(),
    **_recurrent(),
    "Activation": [({"activation": "relu"}, (4,)), ({"activation": "softplus"}, (4,))],
    "Flatten": [({}, (2, 3, 4)), ({"data_format": "channels_last"}, (2, 3))],
    "Reshape": [({"target_shape": (4, 3)}, (2, 6)), ({"target_shape": (-1, 3)}, (2, 6))],
    "Permute": [({"dims": (2, 1)}, (2, 6)), ({"dims": (3, 1, 2)}, (2, 3, 4))],
    "RepeatVector": [({"n": 2}, (4,))],
    "Dropout": [({"rate": 0.5}, (4,)), ({"rate": 0.2, "noise_shape": (None, 1), "seed": 7}, (4,))],
    **{f"SpatialDropout{n}D": [({"rate": 0.5}, s), ({"rate": 0.2}, s)] for n, s in SPACE.items()},
    "GaussianNoise": [({"stddev": 1.0}, (4,)), ({"stddev": 0.5, "seed": 7}, (4,))],
    "ReLU": [
        ({}, (4,)),
        ({"max_value": 0.5, "negative_slope": 0.2, "threshold": 0.1}, (4,)),
    ],
    "LeakyReLU": [({}, (4,)), ({"negative_slope": 0.1}, (4,))],
    "ELU": [({}, (4,)), ({"alpha": 0.5}, (4,))],
    "PReLU": [({}, (2, 4)), ({"shared_axes": [1]}, (2, 4))],
    "Softmax": [({}, (2, 4)), ({"axis": 1}, (2, 4)), ({"axis": [1, 2]}, (2, 4))],
    "BatchNormalization": [({}, (3, 4)), (_NORM, (3, 4)), ({"momentum": 0.5}, (4,))],
    "LayerNormalization": [({}, (3, 4)), (_NORM, (3, 4)), ({"axis": [1, 2]}, (3, 4))],
    "GroupNormalization": [({"groups": 2}, (3, 4)), ({**_NORM, "groups": 3}, (3, 4))],
    "UnitNormalization": [({}, (3, 4)), ({"axis": 1}, (3, 4))],
    "Embedding": [
        ({"input_dim": 5, "output_dim": 2}, (4,)),
        ({"input_dim": 5, "output_dim": 2, "mask_zero": True}, (4,)),
    ],
    **{f"ZeroPadding{n}D": [({}, shape), ({"padding": 2}, shape)] for n, shape in SPACE.items()},
    **{f"Cropping{n}D": [({}, shape), ({"cropping": 2}, shape)] for n, shape in SPACE.items()},
    "UpSampling1D": [({}, SPACE[1]), ({"size": 3}, SPACE[1])],
    "UpSampling2D": [({}, SPACE[2]), ({"size": (3, 2), "interpolation": "bilinear"}, SPACE[2])],
    "UpSampling3D": [({}, SPACE[3]), ({"size": (1, 2, 3)}, SPACE[3])],
    "Rescaling": [({"scale": 2.0}, (4,)), ({"scale": 0.5, "offset": 1.0}, (4,))],
}
"""Class → its cases; each takes one input."""
MERGING: dict[str, list[dict[str, Any]]] = {
    **{name: [{}] for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")},
    "Concatenate": [{}, {"axis": 1}],
}
"""Class → the arguments of layers that take two inputs."""
IN_MODELS = {
    *("RNN", "Bidirectional", "TimeDistributed", "SpectralNormalization"),
    *("Attention", "AdditiveAttention", "MultiHeadAttention", "GroupQueryAttention"),
    "GroupedQueryAttention",
}
"""Classes that hold layers or take several arguments; ``test_calls.py`` has models of them."""
