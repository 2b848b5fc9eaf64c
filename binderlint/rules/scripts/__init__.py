"""The rules about scripts."""
