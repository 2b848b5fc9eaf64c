"""The rules about pip."""
