"""The rules about r."""
