"""Programs that make the tables in binderlint/data from their sources. They need the network and are run by hand."""
