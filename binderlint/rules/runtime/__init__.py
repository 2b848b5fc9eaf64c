"""The rules about runtime."""
