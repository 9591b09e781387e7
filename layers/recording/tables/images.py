"""Images of another size or place, channels as blocks, colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from layers.operations.colours import HsvToRgb, RgbToHsv
from layers.operations.pixels import DepthToSpace, SpaceToDepth
from layers.operations.projection import Project
from layers.operations.resizing import Resample, Resize
from layers.recording.node import Made, Node


def _resize(method: Literal["nearest", "bilinear", "bicubic"]) -> Callable[[Node], Made]:
    def translation(node: Node) -> Made:
        return Made(
            Resize(
                node.result_shape[1:-1],
                method,
                bool(node.setting("align_corners", False)),
                bool(node.setting("half_pixel_centers", False)),
            ),
            (0,),
        )

    return translation


def resampled(node: Node, size: tuple[int, ...]) -> Resample:
    """Return the resizing to a size; its scale and its shift are operands 2 and 3."""
    scale, shift = (tuple(float(each) for each in node.array(at)) for at in (2, 3))
    antialias = bool(node.setting("antialias", True))
    return Resample(size, scale, shift, node.setting("kernel_type", "lanczos3"), antialias)


def _resample(node: Node) -> Made:
    return Made(resampled(node, node.result_shape[1:-1]), (0,))


def _blocks(kind: type[DepthToSpace | SpaceToDepth]) -> Callable[[Node], Made | None]:
    def translation(node: Node) -> Made | None:
        if node.setting("data_format", "NHWC") != "NHWC":
            return None
        return Made(kind(int(node.setting("block_size"))), (0,))

    return translation


def _project(node: Node) -> Made:
    method: Any = str(node.setting("interpolation")).lower()
    fill: Any = str(node.setting("fill_mode", "CONSTANT")).lower()
    rows, columns = node.numbers(2)
    value = float(node.array(3)) if len(node.call.inputs) > 3 else 0.0
    return Made(Project((rows, columns), method, fill, value), (0, 1))


IMAGES: dict[str, Callable[[Node], Made | None]] = {
    "DepthToSpace": _blocks(DepthToSpace),
    "HSVToRGB": lambda _: Made(HsvToRgb(), (0,)),
    "ImageProjectiveTransformV2": _project,
    "ImageProjectiveTransformV3": _project,
    "RGBToHSV": lambda _: Made(RgbToHsv(), (0,)),
    "ResizeBicubic": _resize("bicubic"),
    "ResizeBilinear": _resize("bilinear"),
    "ResizeNearestNeighbor": _resize("nearest"),
    "ScaleAndTranslate": _resample,
    "SpaceToDepth": _blocks(SpaceToDepth),
}
