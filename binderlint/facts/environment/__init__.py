"""Environment: what the build installs."""
