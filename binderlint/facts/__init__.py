"""Facts: what the files of a repository say together."""
