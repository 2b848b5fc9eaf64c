"""dask: configuration, commands and code."""
