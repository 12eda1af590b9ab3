"""Resumable receive into storage. Knows nothing of entries: who asked for a file registers what happens then."""
