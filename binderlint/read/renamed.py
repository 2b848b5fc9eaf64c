"""Renamed: packages for the server that live on under another name."""

RENAMED = {"nbserverproxy": "jupyter-server-proxy", "nbrsessionproxy": "jupyter-rsession-proxy"}
"""The old names, and those of today (jupyterhub/jupyter-server-proxy and jupyterhub/jupyter-rsession-proxy, of 2019)."""
