"""The headers of every answer: what a browser may load, frame and keep."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from cockpit.access.embedding import frame_ancestors

INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)


def screen_shell() -> Path:
    """The one HTML page in which every screen runs; found without importing Streamlit."""
    spec = find_spec("streamlit")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("streamlit")
    return Path(spec.origin).parent / "static" / "index.html"


def script_hashes(html: bytes) -> list[str]:
    """The CSP source of each inline script of a page; computed, because it changes with every release."""
    digests = (hashlib.sha256(script).digest() for script in INLINE_SCRIPT.findall(html))
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def content_security_policy(html: bytes) -> str:
    """What the browser may load: our own files, and inline styles, which Streamlit needs."""
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *script_hashes(html)])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
        ]
    )


@lru_cache(maxsize=512)
def security_headers(origins: tuple[str, ...] = ()) -> tuple[tuple[bytes, bytes], ...]:
    """The headers that every answer carries; `origins` may frame it."""
    fixed = {
        "content-security-policy": f"{_shell_policy()}; {frame_ancestors(origins)}",
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    }
    return tuple((name.encode(), value.encode()) for name, value in fixed.items())


@lru_cache(maxsize=1)
def _shell_policy() -> str:
    return content_security_policy(screen_shell().read_bytes())
