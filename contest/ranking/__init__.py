"""Aggregation in exact numbers: from marks to places, and the record from which anybody can do it again.

Pure functions over plain values: no Flask, no database.
"""
