"""The rules about conda."""
