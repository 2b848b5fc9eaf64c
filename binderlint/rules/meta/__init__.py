"""The rules about meta."""
