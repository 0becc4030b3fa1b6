"""Work that is done some steps ahead, in a thread of its own, while the steps before are being used."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def ahead(items: Iterator[T], steps: int = 1) -> Generator[T]:
    """The same items, up to so many made while those before are in use; nothing is begun after the caller stops."""
    maker = ThreadPoolExecutor(max_workers=1)
    try:
        coming = deque(maker.submit(next, items, None) for _ in range(steps))
        while (item := coming.popleft().result()) is not None:
            coming.append(maker.submit(next, items, None))
            yield item
    finally:
        maker.shutdown(cancel_futures=True)
