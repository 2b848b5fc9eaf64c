"""The rules about nix."""
