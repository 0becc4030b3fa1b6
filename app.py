"""ASGI entry point: `cockpit serve` or `streamlit run app.py`. FastAPI outside, the screens mounted last."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from fastapi import FastAPI

from cockpit.api.application import add_routes
from cockpit.api.sessions import Sessions
from cockpit.settings import Settings
from cockpit.ui import connection, startup

settings = Settings()
sessions = Sessions(settings)


@asynccontextmanager
async def life(_: st.App) -> AsyncIterator[None]:
    """Open the cockpit once, run the worker beside it, and import everything heavy before the first visitor."""
    with connection.opened(settings):
        startup.prepare()
        sessions.announce()
        yield


screens = st.App(startup.MAIN_SCRIPT, lifespan=life)
app = FastAPI(title="Sales Cockpit", lifespan=screens.lifespan(), openapi_url=None)
add_routes(app, sessions, connection.cockpit, worker_runs=lambda: True)
app.mount("/", screens)  # last: Streamlit answers every address that nobody else does
