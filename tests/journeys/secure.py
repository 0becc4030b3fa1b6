"""Servers over https under names of their own, and a browser that finds them all on this machine."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import trustme

COCKPIT, HOST, STRANGER = "cockpit.test", "crm.example", "evil.example"
RULES = f"--host-resolver-rules=MAP *.{COCKPIT} 127.0.0.1, MAP {HOST} 127.0.0.1, MAP {STRANGER} 127.0.0.1"


@dataclass(frozen=True, slots=True)
class Certificates:
    """The files of a certificate for all of our names."""

    chain: Path
    key: Path


def certificates(folder: Path) -> Certificates:
    """Make them, signed by an authority of this test's own."""
    made = trustme.CA().issue_cert(f"*.{COCKPIT}", COCKPIT, HOST, STRANGER, "127.0.0.1")
    chain, key = folder / "chain.pem", folder / "key.pem"
    made.private_key_pem.write_to_path(key)
    for pem in made.cert_chain_pems:
        pem.write_to_path(chain, append=True)
    return Certificates(chain, key)


class HostPage(BaseHTTPRequestHandler):
    """A page of some other application, with a frame of ours in it: `/?frame=<address>`."""

    def do_GET(self) -> None:
        frame = parse_qs(urlsplit(self.path).query).get("frame", [""])[0]
        body = f'<!doctype html><title>Host</title><h1>Host app</h1><iframe name="cockpit" src="{escape(frame)}" '
        page = (body + 'style="width:1200px;height:760px;border:2px solid #888"></iframe>').encode()
        self.send_response(200)
        self.send_header("content-type", "text/html; charset=utf-8")
        self.send_header("content-length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def host_pages(files: Certificates) -> Iterator[int]:
    """Serve host pages over https; gives the port."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.chain, files.key)
    with ThreadingHTTPServer(("127.0.0.1", 0), HostPage) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
