"""The room that computes: TensorFlow and Keras only here, and nothing of Streamlit or Plotly."""

import os

# Read by TensorFlow when it is first imported: no start-up banner in our logs, and sums in the
# plain order of operations, so that one link gives one result on every machine.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
