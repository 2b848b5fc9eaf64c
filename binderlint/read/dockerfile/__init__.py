"""Dockerfile: its lines, words and instructions, as BuildKit reads them."""
