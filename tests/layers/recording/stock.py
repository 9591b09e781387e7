"""Stock Keras layers at small sizes: how each is made, and what it is called with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import keras
import numpy as np

L = keras.layers


@dataclass(frozen=True, eq=False)
class Case:
    make: Callable[[], Any]
    inputs: tuple
    keywords: dict[str, Any] = field(default_factory=dict)
    unexplained: tuple[str, ...] = ()


def normal(*shape):
    size = int(np.prod(shape))
    return np.random.default_rng(size).normal(size=shape).astype("float32")


def whole(high, *shape):
    return np.random.default_rng(1).integers(0, high, size=shape)


def case(make, *inputs, unexplained=(), **keywords):
    return Case(make, inputs, keywords, unexplained)


def cell(kind):
    return case(lambda: kind(3), normal(2, 4), [normal(2, 3)])


STEPS, IMAGE, VOLUME = normal(2, 6, 4), normal(2, 5, 5, 4), normal(1, 4, 4, 4, 2)
MASK = np.array([[True, True, False], [True, True, True]])
PAIR = [normal(2, 3), normal(3, 2).T.copy()]

CASES: dict[str, Case] = {
    "Dense": case(lambda: L.Dense(3), normal(2, 4)),
    "Dense rank 3": case(lambda: L.Dense(3, activation="relu"), normal(2, 3, 4)),
    "Dense rank 4, a batch of 1": case(lambda: L.Dense(3), normal(1, 3, 2, 4)),
    "Dense lora": case(lambda: L.Dense(3, lora_rank=2), normal(2, 4)),
    "EinsumDense": case(
        lambda: L.EinsumDense("abc,cd->abd", output_shape=(None, 3), bias_axes="d"),
        normal(2, 3, 4),
    ),
    "Embedding": case(lambda: L.Embedding(10, 4), whole(10, 2, 3)),
    "Embedding mask": case(lambda: L.Embedding(10, 4, mask_zero=True), whole(10, 2, 3)),
    "Masking": case(lambda: L.Masking(0.0), normal(2, 3, 4)),
    "Identity": case(L.Identity, normal(2, 3)),
    "Activation": case(lambda: L.Activation("tanh"), normal(2, 3)),
    "Lambda": case(lambda: L.Lambda(lambda x: x * 2), normal(2, 3)),
    # convolutions
    "Conv1D": case(lambda: L.Conv1D(3, 2), STEPS),
    "Conv1D same": case(lambda: L.Conv1D(3, 3, strides=2, padding="same"), STEPS),
    "Conv1D causal": case(lambda: L.Conv1D(3, 2, padding="causal"), STEPS),
    "Conv1D causal dilated": case(lambda: L.Conv1D(3, 2, padding="causal", dilation_rate=2), STEPS),
    "Conv1D grouped": case(lambda: L.Conv1D(4, 2, groups=2), STEPS),
    "Conv2D": case(lambda: L.Conv2D(3, 2, activation="relu"), IMAGE),
    "Conv2D same strided": case(lambda: L.Conv2D(3, 3, strides=2, padding="same"), IMAGE),
    "Conv2D dilated": case(lambda: L.Conv2D(3, 2, dilation_rate=2), IMAGE),
    "Conv2D dilated same": case(lambda: L.Conv2D(3, 3, dilation_rate=2, padding="same"), IMAGE),
    "Conv2D grouped": case(lambda: L.Conv2D(4, 2, groups=2), IMAGE),
    "Conv3D": case(lambda: L.Conv3D(2, 2), VOLUME),
    "Conv1DTranspose": case(lambda: L.Conv1DTranspose(3, 2, strides=2), STEPS),
    "Conv1DTranspose same": case(lambda: L.Conv1DTranspose(3, 3, padding="same"), STEPS),
    "Conv2DTranspose": case(lambda: L.Conv2DTranspose(3, 2, strides=2), IMAGE),
    "Conv2DTranspose same": case(lambda: L.Conv2DTranspose(3, 3, strides=2, padding="same"), IMAGE),
    "Conv3DTranspose": case(lambda: L.Conv3DTranspose(2, 2, strides=2), VOLUME),
    "DepthwiseConv1D": case(lambda: L.DepthwiseConv1D(2), STEPS),
    "DepthwiseConv2D": case(lambda: L.DepthwiseConv2D(2, depth_multiplier=2), IMAGE),
    "DepthwiseConv2D dilated": case(lambda: L.DepthwiseConv2D(2, dilation_rate=2), IMAGE),
    "SeparableConv1D": case(lambda: L.SeparableConv1D(3, 2), STEPS),
    "SeparableConv2D": case(lambda: L.SeparableConv2D(3, 2), IMAGE),
    # pooling
    "MaxPooling1D": case(L.MaxPooling1D, STEPS),
    "MaxPooling2D": case(lambda: L.MaxPooling2D(padding="same"), IMAGE),
    "MaxPooling3D": case(L.MaxPooling3D, VOLUME),
    "AveragePooling1D": case(lambda: L.AveragePooling1D(3, padding="same"), STEPS),
    "AveragePooling2D": case(lambda: L.AveragePooling2D(2, padding="same"), IMAGE),
    "AveragePooling3D": case(lambda: L.AveragePooling3D(2), VOLUME),
    "GlobalMaxPooling1D": case(L.GlobalMaxPooling1D, STEPS),
    "GlobalMaxPooling2D": case(L.GlobalMaxPooling2D, IMAGE),
    "GlobalMaxPooling3D": case(L.GlobalMaxPooling3D, VOLUME),
    "GlobalAveragePooling1D": case(L.GlobalAveragePooling1D, STEPS),
    "GlobalAveragePooling1D mask": case(L.GlobalAveragePooling1D, normal(2, 3, 4), mask=MASK),
    "GlobalAveragePooling2D": case(L.GlobalAveragePooling2D, IMAGE),
    "GlobalAveragePooling3D": case(L.GlobalAveragePooling3D, VOLUME),
    "AdaptiveAveragePooling1D": case(lambda: L.AdaptiveAveragePooling1D(3), STEPS),
    "AdaptiveAveragePooling2D": case(lambda: L.AdaptiveAveragePooling2D(2), IMAGE),
    "AdaptiveAveragePooling3D": case(lambda: L.AdaptiveAveragePooling3D(2), VOLUME),
    "AdaptiveMaxPooling1D": case(lambda: L.AdaptiveMaxPooling1D(3), STEPS),
    "AdaptiveMaxPooling2D": case(lambda: L.AdaptiveMaxPooling2D(2), IMAGE),
    "AdaptiveMaxPooling3D": case(lambda: L.AdaptiveMaxPooling3D(2), VOLUME),
    # normalization
    "BatchNormalization": case(L.BatchNormalization, normal(4, 3)),
    "BatchNormalization training": case(L.BatchNormalization, normal(4, 3), training=True),
    "BatchNormalization plain": case(
        lambda: L.BatchNormalization(center=False, scale=False), normal(4, 3)
    ),
    "BatchNormalization image": case(L.BatchNormalization, IMAGE, training=True),
    "BatchNormalization axis 1": case(lambda: L.BatchNormalization(axis=1), normal(4, 3, 2)),
    "LayerNormalization": case(L.LayerNormalization, normal(4, 3)),
    "LayerNormalization rank 3": case(L.LayerNormalization, normal(2, 4, 3)),
    "LayerNormalization plain": case(
        lambda: L.LayerNormalization(center=False, scale=False), normal(4, 3)
    ),
    "GroupNormalization": case(lambda: L.GroupNormalization(2), normal(2, 3, 4)),
    "RMSNormalization": case(L.RMSNormalization, normal(4, 3)),
    "UnitNormalization": case(L.UnitNormalization, normal(4, 3)),
    "SpectralNormalization": case(lambda: L.SpectralNormalization(L.Dense(3)), normal(2, 4)),
    "SpectralNormalization training": case(
        lambda: L.SpectralNormalization(L.Dense(3)), normal(2, 4), training=True
    ),
    # attention
    "Attention": case(L.Attention, [normal(2, 3, 4), normal(2, 5, 4)]),
    "Attention causal": case(
        lambda: L.Attention(use_scale=True), [normal(2, 3, 4)] * 2, use_causal_mask=True
    ),
    "Attention concat": case(
        lambda: L.Attention(score_mode="concat"), [normal(2, 3, 4), normal(2, 5, 4)]
    ),
    "AdditiveAttention": case(L.AdditiveAttention, [normal(2, 3, 4), normal(2, 5, 4)]),
    "AdditiveAttention mask": case(
        L.AdditiveAttention, [normal(2, 3, 4), normal(2, 3, 4)], mask=[MASK, MASK]
    ),
    "MultiHeadAttention": case(
        lambda: L.MultiHeadAttention(2, 3), normal(2, 4, 6), normal(2, 5, 6)
    ),
    "MultiHeadAttention itself": case(
        lambda: L.MultiHeadAttention(2, 3), STEPS, STEPS, use_causal_mask=True
    ),
    "MultiHeadAttention scores": case(
        lambda: L.MultiHeadAttention(1, 3), STEPS, STEPS, return_attention_scores=True
    ),
    "GroupedQueryAttention": case(lambda: L.GroupQueryAttention(3, 4, 2), STEPS, STEPS),
    # recurrent
    "SimpleRNN": case(lambda: L.SimpleRNN(3), STEPS),
    "LSTM": case(lambda: L.LSTM(3), STEPS),
    "LSTM sequences": case(
        lambda: L.LSTM(3, return_sequences=True, return_state=True), normal(2, 3, 4)
    ),
    "LSTM masked": case(lambda: L.LSTM(3), normal(2, 3, 4), mask=MASK),
    "LSTM initial state": case(
        lambda: L.LSTM(3), normal(2, 3, 4), initial_state=[normal(2, 3), normal(2, 3)]
    ),
    "LSTM stateful": case(lambda: L.LSTM(3, stateful=True), normal(2, 3, 4)),
    "LSTM dropout": case(
        lambda: L.LSTM(3, dropout=0.5, recurrent_dropout=0.5), normal(2, 3, 4), training=True
    ),
    "GRU": case(lambda: L.GRU(3), STEPS),
    "GRU before": case(lambda: L.GRU(3, reset_after=False), STEPS),
    "LSTMCell": case(lambda: L.LSTMCell(3), normal(2, 4), [normal(2, 3), normal(2, 3)]),
    "GRUCell": cell(L.GRUCell),
    "SimpleRNNCell": cell(L.SimpleRNNCell),
    "RNN": case(lambda: L.RNN(L.SimpleRNNCell(3)), STEPS),
    "StackedRNNCells": case(
        lambda: L.RNN(L.StackedRNNCells([L.LSTMCell(3), L.LSTMCell(2)])), STEPS
    ),
    "Bidirectional": case(lambda: L.Bidirectional(L.LSTM(3)), STEPS),
    "TimeDistributed": case(lambda: L.TimeDistributed(L.Dense(3)), STEPS),
    "ConvLSTM1D": case(lambda: L.ConvLSTM1D(2, 2), normal(2, 3, 4, 2)),
    "ConvLSTM2D": case(lambda: L.ConvLSTM2D(2, 2), normal(1, 3, 4, 4, 2)),
    "ConvLSTM3D": case(lambda: L.ConvLSTM3D(2, 2), normal(1, 2, 3, 3, 3, 2)),
    # merging
    "Add": case(L.Add, PAIR),
    "Subtract": case(L.Subtract, PAIR),
    "Multiply": case(L.Multiply, PAIR),
    "Average": case(L.Average, PAIR),
    "Maximum": case(L.Maximum, PAIR),
    "Minimum": case(L.Minimum, PAIR),
    "Concatenate": case(L.Concatenate, PAIR),
    "Dot": case(lambda: L.Dot(axes=1), PAIR),
    "Dot normalized": case(
        lambda: L.Dot(axes=(2, 1), normalize=True), [normal(2, 3, 4), normal(2, 4, 5)]
    ),
    # reshaping
    "Flatten": case(L.Flatten, STEPS),
    "Reshape": case(lambda: L.Reshape((4, 6)), STEPS),
    "Permute": case(lambda: L.Permute((2, 1)), STEPS),
    "RepeatVector": case(lambda: L.RepeatVector(3), normal(2, 4)),
    "ZeroPadding1D": case(L.ZeroPadding1D, STEPS),
    "ZeroPadding2D": case(L.ZeroPadding2D, IMAGE),
    "ZeroPadding3D": case(L.ZeroPadding3D, VOLUME),
    "Cropping1D": case(L.Cropping1D, STEPS),
    "Cropping2D": case(L.Cropping2D, IMAGE),
    "Cropping3D": case(L.Cropping3D, VOLUME),
    "UpSampling1D": case(L.UpSampling1D, STEPS),
    "UpSampling2D": case(L.UpSampling2D, IMAGE),
    "UpSampling2D bilinear": case(lambda: L.UpSampling2D(interpolation="bilinear"), IMAGE),
    "UpSampling3D": case(L.UpSampling3D, VOLUME),
    # activations
    "ReLU": case(lambda: L.ReLU(6, 0.1, 0.2), normal(2, 3)),
    "LeakyReLU": case(L.LeakyReLU, normal(2, 3)),
    "PReLU": case(lambda: L.PReLU("ones"), normal(2, 3)),
    "ELU": case(lambda: L.ELU(0.5), normal(2, 3)),
    "Softmax": case(L.Softmax, normal(2, 3)),
    "Softmax mask": case(L.Softmax, normal(2, 3), mask=MASK),
    "Softmax axes": case(lambda: L.Softmax(axis=(1, 2)), normal(2, 3, 4)),
    # regularization
    "Dropout": case(lambda: L.Dropout(0.5, seed=1), normal(4, 6)),
    "Dropout training": case(lambda: L.Dropout(0.5, seed=1), normal(4, 6), training=True),
    "SpatialDropout1D": case(lambda: L.SpatialDropout1D(0.5, seed=1), STEPS, training=True),
    "SpatialDropout2D": case(lambda: L.SpatialDropout2D(0.5, seed=1), IMAGE, training=True),
    "SpatialDropout3D": case(lambda: L.SpatialDropout3D(0.5, seed=1), VOLUME, training=True),
    "GaussianDropout": case(lambda: L.GaussianDropout(0.5, seed=1), normal(4, 6), training=True),
    "GaussianNoise": case(lambda: L.GaussianNoise(0.5, seed=1), normal(4, 6), training=True),
    "AlphaDropout": case(lambda: L.AlphaDropout(0.5, seed=1), normal(4, 6), training=True),
    "ActivityRegularization": case(lambda: L.ActivityRegularization(0.1), normal(4, 6)),
    # preprocessing that is arithmetic
    "Normalization": case(lambda: L.Normalization(mean=1.0, variance=4.0), normal(2, 3)),
    "Rescaling": case(lambda: L.Rescaling(0.5, 1.0), normal(2, 3)),
    "CategoryEncoding": case(lambda: L.CategoryEncoding(5), whole(5, 2, 3)),
    "CategoryEncoding one hot": case(
        lambda: L.CategoryEncoding(5, output_mode="one_hot"), whole(5, 3)
    ),
    "CategoryEncoding count": case(
        lambda: L.CategoryEncoding(5, output_mode="count"), whole(5, 2, 3)
    ),
    "Discretization": case(lambda: L.Discretization([-0.5, 0.0, 0.5]), normal(2, 3)),
    "Resizing": case(lambda: L.Resizing(3, 4), IMAGE),
    "Resizing nearest": case(lambda: L.Resizing(3, 4, interpolation="nearest"), IMAGE),
    "CenterCrop": case(lambda: L.CenterCrop(3, 3), IMAGE),
}
"""By name: the class, and what is special."""

for _name in [
    "elu",
    "relu",
    "relu6",
    "selu",
    "celu",
    "gelu",
    "silu",
    "mish",
    "softplus",
    "softsign",
    "tanh",
    "sigmoid",
    "hard_sigmoid",
    "hard_silu",
    "hard_tanh",
    "hard_shrink",
    "soft_shrink",
    "tanh_shrink",
    "sparse_plus",
    "squareplus",
    "log_sigmoid",
    "log_softmax",
    "softmax",
    "exponential",
    "leaky_relu",
    "linear",
    "glu",
    "sparse_sigmoid",
    "sparsemax",
]:
    CASES[f"Activation {_name}"] = case(lambda name=_name: L.Activation(name), normal(3, 4))
CASES["Activation gelu tanh"] = case(
    lambda: L.Activation(lambda x: keras.activations.gelu(x, approximate=True)), normal(3, 4)
)
