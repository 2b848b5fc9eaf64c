"""The rules about dask."""
