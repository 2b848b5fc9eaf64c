"""The rules about hub."""
