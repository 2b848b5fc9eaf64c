"""What repo2docker's buildpacks read and decide, one module for each question: detection, versions, files, steps."""
