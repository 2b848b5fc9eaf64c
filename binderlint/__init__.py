"""binderlint: is this repository ready for Binder? It says what repo2docker would do, what will break, and fixes it."""

__version__ = "0.1.0"
OWN_FILES = ("binderlint.toml", ".binderlint.toml")
"""The names of configuration files that are binderlint's alone."""
