"""Outside: all that touches the disk, processes and the network. Nothing else in binderlint does."""
