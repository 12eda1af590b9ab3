"""The append-only, hash-chained record of who did what. Actions write it in their own transaction."""
