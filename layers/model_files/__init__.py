"""Model files, read and never run: names, shapes and numbers out of HDF5, zip, JSON and bytes.

No class is looked up, no function of a file is called, and nothing that a file links to elsewhere
is followed. Sizes are checked from headers, before memory is spent on what they promise.
"""
