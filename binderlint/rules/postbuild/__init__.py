"""The rules about postbuild."""
