import gc
import sys
from collections.abc import Iterator

import pytest


@pytest.fixture
def untouched_process() -> Iterator[None]:
    """The intake tunes the process that it runs in; the next test gets it back as it was."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    yield
    sys.setswitchinterval(interval)
    gc.set_threshold(*thresholds)
    gc.unfreeze()
