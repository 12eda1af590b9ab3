"""Work done behind the pages: job rows that a worker claims by lease, and that cannot be lost or done twice in effect."""
