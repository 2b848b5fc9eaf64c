"""The rules about what the web says."""
