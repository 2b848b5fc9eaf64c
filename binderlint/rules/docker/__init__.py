"""The rules about docker."""
