"""What came of a round: the frozen record, prizes, and whether the public may see them."""
