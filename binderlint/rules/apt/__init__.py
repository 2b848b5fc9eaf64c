"""The rules about apt."""
