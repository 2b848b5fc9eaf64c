"""Scripts: start, postBuild, and what they run."""
