"""Launch: small repositories are built by repo2docker and launched as BinderHub does, and what happens is held against what binderlint says."""
