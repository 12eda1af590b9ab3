"""Entries from draft to receipt, their checks, and the office's decision about them."""
