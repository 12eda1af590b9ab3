"""What the service says to whoever runs it: one line an event, on standard error, where systemd and docker look."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Say everything from `level` (debug, info, warning or error) upwards; coloured only for a person's terminal."""
    least = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty()),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_names: structlog.PrintLogger(sys.stderr),  # asked each time: tests replace it
        cache_logger_on_first_use=False,
    )
