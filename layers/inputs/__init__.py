"""What a visitor may set: fields, sources of numbers, uploads, cells. Plain: no TensorFlow."""
