"""Keras's preprocessing layers that are arithmetic, image augmentation included."""

from __future__ import annotations

from typing import Any

from layers.catalog.keras_layers.line import (
    Fixed,
    Inner,
    Line,
    Pick,
    Range,
    Table,
    Wraps,
    line,
    tensor,
)

_ROWS = tensor("batch features", 2, 4, any_rank=True)
_GREY = tensor("batch rows columns channels", 1, 4, 4, 1, source="example", longest=64)
_COLOUR = tensor("batch rows columns channels", 1, 3, 3, 3, source="example", longest=64)
_FACTOR = Range(0.5, 0.0, 1.0)
_METHODS = Pick(("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5"))
_FILLS = Pick(("reflect", "constant", "nearest", "wrap"))
_WARPS = Pick(("bilinear", "nearest"))


def _image(name: str, summary: str, place: Any = _GREY, **more: Any) -> Line:
    """Return a line of an augmentation, which does nothing outside training."""
    return line(name, summary, place, training=True, fill_value=None, **more)


PREPROCESSING: Table = {
    "Preprocessing": (
        line(
            "Normalization",
            "Less a mean, divided by a deviation, both set.",
            _ROWS,
            axis=None,
            mean=Range(0.5, -1e6, 1e6),
            variance=Range(4.0, 0.0, 1e6),
        ),
        line(
            "Rescaling",
            "Times a factor, plus an offset.",
            _ROWS,
            scale=Range(0.5, -1e6, 1e6),
            offset=Range(0.0, -1e6, 1e6),
        ),
        line(
            "CategoryEncoding",
            "Ids as ones in a row of zeros.",
            tensor("batch ids", 2, 3, most="num_tokens"),
            num_tokens=Range(6, 1, 256),
            output_mode=Pick(("multi_hot", "one_hot", "count")),
        ),
        line(
            "Discretization",
            "The number of the interval that each number is in.",
            _ROWS,
            bin_boundaries=Fixed((-1.0, 0.0, 1.0)),
            epsilon=None,
            output_mode=Pick(("int", "multi_hot", "one_hot", "count")),
        ),
        line(
            "Resizing",
            "An image at another size.",
            _GREY,
            height=Range(6, 1, 256),
            width=Range(6, 1, 256),
            interpolation=_METHODS,
            fill_mode=None,
            fill_value=None,
        ),
        line(
            "CenterCrop",
            "The middle of an image.",
            _GREY,
            height=Range(2, 1, 256),
            width=Range(2, 1, 256),
        ),
        line(
            "STFTSpectrogram",
            "How much of each frequency, window by window.",
            tensor("batch time channels", 1, 24, 1),
            mode=Pick(("log", "magnitude", "psd", "real", "imag", "angle")),
            frame_length=Range(8, 2, 512),
            frame_step=Range(4, 1, 512),
            scaling=None,
            window=Fixed(None),  # others need SciPy
        ),
        line(
            "MelSpectrogram",
            "How much of each frequency band as an ear hears it.",
            tensor("batch time", 1, 24),
            fft_length=Fixed(8),
            sequence_stride=Range(4, 1, 512),
            sampling_rate=Range(16000, 1000, 96000),
            num_mel_bins=Range(4, 1, 64),
            max_freq=None,
            min_freq=None,
            top_db=None,
            mag_exp=None,
            min_power=None,
            ref_power=None,
        ),
    ),
    "Augmentation": (
        _image("AutoContrast", "Each channel stretched over the whole range."),
        _image("Equalization", "Grey levels spread evenly.", bins=Range(256, 2, 256)),
        _image(
            "ContrastLimitedAdaptiveHistogramEqualization",
            "Grey levels spread evenly tile by tile, within a limit.",
            tile_grid_size=(2, 2),
            clip_limit=Range(4.0, 0.1, 100.0),
        ),
        _image("RandomBrightness", "A random number added to all cells.", factor=_FACTOR),
        _image("RandomContrast", "Distances from the mean, scaled at random.", factor=_FACTOR),
        _image(
            "RandomFlip",
            "Left and right, or top and bottom, swapped at random.",
            mode=Pick(("horizontal_and_vertical", "horizontal", "vertical")),
        ),
        _image(
            "RandomCrop",
            "A random part of an image.",
            height=Range(2, 1, 256),
            width=Range(2, 1, 256),
        ),
        _image(
            "RandomRotation",
            "A random turn.",
            factor=_FACTOR,
            fill_mode=_FILLS,
            interpolation=_WARPS,
        ),
        _image(
            "RandomTranslation",
            "A random shift.",
            height_factor=_FACTOR,
            width_factor=_FACTOR,
            fill_mode=_FILLS,
            interpolation=_WARPS,
        ),
        _image(
            "RandomZoom",
            "A random zoom.",
            height_factor=_FACTOR,
            fill_mode=_FILLS,
            interpolation=_WARPS,
        ),
        _image(
            "RandomShear",
            "A random slant.",
            x_factor=_FACTOR,
            y_factor=Range(0.0, 0.0, 1.0),
            fill_mode=_FILLS,
            interpolation=_WARPS,
        ),
        _image(
            "RandomPerspective",
            "Corners moved at random.",
            factor=Range(1.0, 0.0, 1.0),
            scale=Range(1.0, 0.0, 1.0),
            interpolation=_WARPS,
        ),
        _image(
            "RandomElasticTransform",
            "Every cell moved a little, at random.",
            factor=Range(1.0, 0.0, 1.0),
            scale=Range(1.0, 0.0, 1.0),
            fill_mode=_FILLS,
            interpolation=_WARPS,
        ),
        _image(
            "RandomGaussianBlur",
            "A blur of random strength.",
            factor=Range(1.0, 0.0, 1.0),
            kernel_size=Range(3, 1, 15),
            sigma=Range(1.0, 0.1, 1.0),
        ),
        _image("RandomErasing", "A random rectangle filled in.", factor=Range(1.0, 0.0, 1.0)),
        _image("RandomInvert", "Bright and dark swapped at random.", factor=Range(1.0, 0.0, 1.0)),
        _image(
            "Solarization",
            "Bright cells inverted, at random.",
            addition_factor=Range(0.1, 0.0, 1.0),
            threshold_factor=_FACTOR,
        ),
        _image("RandomPosterization", "Fewer grey levels.", factor=Range(4, 1, 8)),
        _image("RandomSharpness", "Sharper or softer, at random.", factor=_FACTOR),
        _image(
            "RandomGrayscale", "Colours to grey at random.", _COLOUR, factor=Range(1.0, 0.0, 1.0)
        ),
        _image("RandomHue", "Colours turned at random.", _COLOUR, factor=_FACTOR),
        _image(
            "RandomSaturation", "Colours stronger or weaker, at random.", _COLOUR, factor=_FACTOR
        ),
        _image("RandomColorDegeneration", "Colours faded at random.", _COLOUR, factor=_FACTOR),
        _image(
            "RandomColorJitter",
            "Brightness, contrast, saturation and hue, at random.",
            _COLOUR,
            brightness_factor=_FACTOR,
            contrast_factor=_FACTOR,
            saturation_factor=_FACTOR,
            hue_factor=Range(0.2, 0.0, 1.0),
        ),
        _image(
            "RandAugment",
            "A few augmentations, drawn at random.",
            _COLOUR,
            num_ops=Range(2, 1, 8),
            factor=_FACTOR,
            interpolation=_WARPS,
        ),
        _image(
            "MixUp",
            "Images of a batch faded into one another.",
            tensor("batch rows columns channels", 2, 3, 3, 1, source="example", longest=64),
            alpha=Range(0.2, 0.1, 10.0),
        ),
        _image(
            "CutMix",
            "Rectangles of a batch's images exchanged.",
            tensor("batch rows columns channels", 2, 4, 4, 1, source="example", longest=64),
            factor=Range(1.0, 0.1, 1.0),
        ),
        line(
            "Pipeline",
            "Preprocessing layers one after the other.",
            _GREY,
            wraps=Wraps(
                "layers",
                {
                    "rescaling": Inner("Rescaling", fixed={"scale": 0.5}),
                    "auto_contrast": Inner("AutoContrast"),
                },
                times=1,
            ),
            training=True,
        ),
    ),
}
