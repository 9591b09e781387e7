"""All of ``keras.layers``: the lines by family, and why the other classes have none."""

from __future__ import annotations

from layers.catalog.keras_layers.core import CORE
from layers.catalog.keras_layers.line import Table
from layers.catalog.keras_layers.preprocessing import PREPROCESSING
from layers.catalog.keras_layers.sequences import SEQUENCES
from layers.catalog.keras_layers.statistics import STATISTICS
from layers.catalog.keras_layers.windows import WINDOWS

TABLE: Table = {**CORE, **WINDOWS, **SEQUENCES, **STATISTICS, **PREPROCESSING}

NOT_SHOWN = {
    "Layer": "Abstract: every layer derives from it.",
    "Wrapper": "Abstract: layers that hold another layer derive from it.",
    "InputSpec": "No layer: it says which inputs a layer takes.",
    "InputLayer": "It computes nothing: it marks where a model's input is.",
    "Lambda": "It runs a Python function of one's own: write a layer, and open it as your own.",
    "TFSMLayer": "It wraps a TensorFlow SavedModel from a file.",
    "JaxLayer": "It wraps a JAX function.",
    "FlaxLayer": "It wraps a Flax module.",
    "TorchModuleWrapper": "It wraps a PyTorch module.",
    "StringLookup": "It takes strings.",
    "TextVectorization": "It takes strings.",
    "IntegerLookup": "It looks ids up in a hash table, which is no arithmetic.",
    "Hashing": "It hashes strings and ids, which is no arithmetic to follow.",
    "HashedCrossing": "It hashes pairs of strings and ids, which is no arithmetic to follow.",
    "AugMix": "It shuffles with Python's own random numbers, so that no seed repeats it.",
    "MaxNumBoundingBoxes": "It takes a dictionary of bounding boxes, and no array.",
}
"""Classes without a line, each with the reason; aliases of another class need none."""
