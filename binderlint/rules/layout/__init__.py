"""The rules about layout."""
