"""A demo edition with works of its own, loaded through the same actions that people use."""
