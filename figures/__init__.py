"""Arrays in, Plotly figures out as plain data; no Streamlit, no TensorFlow."""
