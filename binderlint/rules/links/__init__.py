"""The rules about links."""
