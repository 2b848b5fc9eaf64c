"""The rules about security."""
