"""The small pages of the HTTP side, which need no Streamlit: one frame for all of them."""

from __future__ import annotations

from html import escape

FRAME = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title} · Sales Cockpit</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><style>
:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui,sans-serif;margin:0;display:grid;place-items:center;
min-height:100vh;background:light-dark(#f6f7f9,#0f141b);color:light-dark(#17202b,#e8edf4)}}
main{{width:min({width},calc(100vw - 3rem));padding:2rem;border-radius:.75rem;background:light-dark(#fff,#171e28);
border:1px solid light-dark(#d5dbe3,#2c3746)}}h1{{font-size:1.5rem;margin:0 0 .5rem}}label{{font-weight:600}}
a.button{{display:grid;place-content:center;text-decoration:none}}.or{{margin-top:2rem;opacity:.8}}
input,button,a.button{{font:inherit;width:100%;box-sizing:border-box;min-height:44px;border-radius:.5rem;
padding:.5rem .75rem}}
input{{border:1px solid #7b8794;margin:.25rem 0 1rem;background:transparent;color:inherit}}
button,a.button{{border:0;background:#1f5fbf;color:#fff;font-weight:600;cursor:pointer}}
[role=alert]{{color:light-dark(#a3211b,#ff9d96)}}
table{{border-collapse:collapse;width:100%}}th,td{{text-align:left;vertical-align:top;padding:.4rem .6rem .4rem 0;
border-top:1px solid light-dark(#d5dbe3,#2c3746)}}code{{overflow-wrap:anywhere}}
.wrong{{color:light-dark(#a3211b,#ff9d96);font-weight:600}}.right{{color:light-dark(#14653a,#7fdcaa);font-weight:600}}
</style></head><body><main>{body}</main></body></html>"""


def page_html(title: str, body: str, *, width: str = "24rem") -> str:
    """A page around `body`, which is HTML already."""
    return FRAME.format(title=escape(title), body=body, width=width)
