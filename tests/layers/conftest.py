"""``layers`` before TensorFlow: it says in which order TensorFlow is to add up."""

import layers  # noqa: F401
