"""Model files, read and never run: names, shapes and numbers from HDF5, zip, JSON and bytes.

No class is looked up, no function of a file is called, and no link to another file is followed.
Sizes are checked in the headers, before any memory is allocated for them.
"""
