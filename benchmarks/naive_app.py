"""The peer: the same page as a competent person writes it in an afternoon.

Plain Streamlit, TensorFlow imported at the top, counts and table first, and at the end one
``st.plotly_chart`` a tensor; neither slowed down nor tuned. What stands last on such a page waits
for the garbage collection that follows the script, in a process that holds TensorFlow's heap.

It stands alone, imports no room of the app, and also runs by itself:
``streamlit run benchmarks/naive_app.py``.
"""

import keras
import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
import tensorflow as tf


class Dense(keras.layers.Layer):
    """``relu(X W + b)``."""

    def __init__(self, units, seed, **kwargs):
        super().__init__(**kwargs)
        self.units = units
        self.seed = seed

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(input_shape[-1], self.units),
            initializer=keras.initializers.RandomNormal(seed=self.seed),
        )
        self.bias = self.add_weight(name="bias", shape=(self.units,), initializer="zeros")

    def call(self, inputs):
        return tf.nn.relu(tf.matmul(inputs, self.kernel) + self.bias)


def heatmap(values, title):
    """Return one tensor as a figure, with numbers in the cells while they can be read."""
    trace = go.Heatmap(
        z=values,
        colorscale="RdBu",
        zmid=0,
        texttemplate="%{z:.2f}" if values.size <= 600 else None,
    )
    figure = go.Figure(trace)
    figure.update_layout(title=f"{title} {values.shape}")
    figure.update_yaxes(autorange="reversed")
    return figure


st.set_page_config(page_title="A dense layer", layout="wide")
st.title("A dense layer")

with st.sidebar:
    features = st.slider("Features", 1, 256, 10)
    units = st.slider("Units", 1, 256, 5, key="units")
    batch = st.slider("Batch", 1, 256, 8)
    seed = st.number_input("Seed", min_value=0, value=0)

inputs = np.random.default_rng(seed).normal(size=(batch, features)).astype("float32")
layer = Dense(units, seed)
outputs = layer(inputs).numpy()
kernel, bias = layer.get_weights()

left, middle, right = st.columns(3)
trainable = sum(weight.size for weight in (kernel, bias))
left.metric("Parameters", layer.count_params())
middle.metric("Trainable", trainable)
right.metric("Non-trainable", layer.count_params() - trainable)

st.dataframe(
    pd.DataFrame(
        {
            "name": [variable.name for variable in layer.weights],
            "shape": [str(weight.shape) for weight in layer.get_weights()],
            "dtype": [str(weight.dtype) for weight in layer.get_weights()],
            "trainable": [variable.trainable for variable in layer.weights],
            "min": [weight.min() for weight in layer.get_weights()],
            "mean": [weight.mean() for weight in layer.get_weights()],
            "max": [weight.max() for weight in layer.get_weights()],
            "std": [weight.std() for weight in layer.get_weights()],
        }
    )
)

left, middle, right = st.columns(3)
left.plotly_chart(heatmap(inputs, "X"))
middle.plotly_chart(heatmap(kernel, "W"))
right.plotly_chart(heatmap(outputs, "h"))
