"""Name the steps of a build in the log, as "step: NAME" at the level of debugging.

A build may be killed at each of them: tests/test_reliability.py kills one at every step and checks
that a whole generation is left. Knows nothing of what the steps do.
"""

from __future__ import annotations

import logging

logger = logging.getLogger(__name__)


def log_step(name: str) -> None:
    """Log that a build has reached the step `name`."""
    logger.debug("step: %s", name)
