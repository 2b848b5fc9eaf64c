"""Facts: what the files of a snapshot say together. Each question is asked once."""
