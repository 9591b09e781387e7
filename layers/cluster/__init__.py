"""Computations on other machines, by Dask: what may go there, and what answers there. Plain."""
