"""Lint: rules, the run over them, and what comes of it."""
