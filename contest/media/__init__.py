"""Probing, exact duration, posters, streams and photos: ffmpeg and Pillow, always inside the sandbox.

Knows neither Flask nor the database: callers give paths and get `Facts`, `Output`s or a closed code back.
"""
