"""The peer of the Models page: the same kernel as a competent person draws it in five minutes.

Plain Streamlit, one ``go.Heatmap`` of all 4096 × 1000 cells. It stands alone and also runs by
itself: ``streamlit run benchmarks/naive_model_app.py``.
"""

import keras
import numpy as np
import plotly.graph_objects as go
import streamlit as st

st.set_page_config(page_title="A dense layer", layout="wide")
st.title("A dense layer")
with st.sidebar:
    seed = st.number_input("Seed", min_value=0, value=0, key="seed")

layer = keras.layers.Dense(1000, kernel_initializer=keras.initializers.GlorotUniform(seed=seed))
layer.build((None, 4096))
kernel = np.asarray(layer.kernel)
st.metric("Parameters", layer.count_params())
figure = go.Figure(go.Heatmap(z=kernel, colorscale="RdBu", zmid=0))
figure.update_layout(title=f"kernel {kernel.shape}")
figure.update_yaxes(autorange="reversed")
st.plotly_chart(figure)
