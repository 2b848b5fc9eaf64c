"""Changes: larger changes of a repository, made of edits."""
