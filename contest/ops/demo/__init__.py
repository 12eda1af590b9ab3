"""A demo edition with works of its own, loaded through the same actions that people use."""


class NoFfmpeg(Exception):
    """There is nothing on this machine that makes films; the message is ffmpeg's last word."""
