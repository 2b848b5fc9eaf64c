"""Facts: one reader for each kind of file. A reader says what stands in a file and where; what to think of it is a rule's business."""
