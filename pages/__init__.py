"""The room that shows: Streamlit only here, and never TensorFlow."""
