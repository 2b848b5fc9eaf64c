"""Read: one file as values that know their place. Nothing here sees a snapshot."""
