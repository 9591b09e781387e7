"""The peer of the Models page: the same kernels as a competent person draws them in five minutes.

Plain Streamlit, one ``go.Heatmap`` of all cells, be they 4096 × 1000. It stands alone and also runs
by itself: ``streamlit run benchmarks/naive_model_app.py``.
"""

import keras
import numpy as np
import plotly.graph_objects as go
import streamlit as st

st.set_page_config(page_title="A small CNN", layout="wide")
st.title("A small CNN")
with st.sidebar:
    seed = st.number_input("Seed", min_value=0, value=0, key="seed")
    chosen = st.radio("Layer", ["conv2d", "dense"], key="layer")

initializer = keras.initializers.GlorotUniform(seed=seed)
if chosen == "dense":
    layer = keras.layers.Dense(1000, kernel_initializer=initializer)
    layer.build((None, 4096))
else:
    layer = keras.layers.Conv2D(32, 5, kernel_initializer=initializer)
    layer.build((None, 32, 32, 1))
kernel = np.asarray(layer.kernel)
st.metric("Parameters", layer.count_params())
figure = go.Figure(go.Heatmap(z=kernel.reshape(-1, kernel.shape[-1]), colorscale="RdBu", zmid=0))
figure.update_layout(title=f"kernel {kernel.shape}")
figure.update_yaxes(autorange="reversed")
st.plotly_chart(figure)
