"""Changes: edits, and the larger changes that are made of them."""
