"""The rules about pins."""
