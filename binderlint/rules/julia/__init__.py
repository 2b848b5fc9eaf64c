"""The rules about julia."""
