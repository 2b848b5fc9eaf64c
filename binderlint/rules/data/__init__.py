"""The rules about data."""
