"""A host of forty lines: its menu opens one screen of the cockpit in a frame, signed in as its own user.

COCKPIT_API=http://localhost:8501 PROVISIONING_SECRET=... WORKSPACE_ID=... python host.py
"""

import json
import os
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen

MENU = {"Cockpit": "/cockpit", "People": "/objects/people", "My profile": "/settings/profile"}
USER = os.environ.get("HOST_USER", "agent@example.com")  # take it from your own session, never from the address
PORT = int(os.environ.get("HOST_PORT", "8000"))


def sign_in(page: str) -> str:
    """Ask for a new address; it works once, within a minute."""
    body = {"workspaceId": os.environ["WORKSPACE_ID"], "email": USER, "page": page}
    headers = {"Authorization": f"Bearer {os.environ['PROVISIONING_SECRET']}", "Content-Type": "application/json"}
    asked = Request(f"{os.environ['COCKPIT_API']}/auth/provision/login-token", json.dumps(body).encode(), headers)  # noqa: S310
    with urlopen(asked, timeout=10) as answer:  # noqa: S310 - the address is your own setting
        return str(json.load(answer)["workspaceUrl"])


class Host(BaseHTTPRequestHandler):
    """Serves the menu, and under it the frame."""

    def do_GET(self) -> None:
        """Sign in anew with each entry of the menu; only paths of our own menu are asked for."""
        name = parse_qs(urlsplit(self.path).query).get("open", ["Cockpit"])[0]
        url = sign_in(MENU.get(name, "/cockpit"))
        menu = " · ".join(f'<a href="/?open={escape(one)}">{escape(one)}</a>' for one in MENU)
        frame = f'<iframe title="Sales Cockpit" src="{escape(url)}" style="width:100%;height:90vh;border:0"></iframe>'
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(f"<!doctype html><title>Host</title><p>{menu}</p>{frame}".encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", PORT), Host).serve_forever()
