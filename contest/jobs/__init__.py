"""Work done behind the pages: job rows that a worker claims by lease, and never lost, never done twice in effect."""
