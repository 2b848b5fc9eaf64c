"""repo2docker: what it does with a repository, and nothing else."""
