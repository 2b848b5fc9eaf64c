"""Docker: what a Dockerfile copies and installs."""
