"""The rules about start."""
