"""ASGI entry point: `cockpit serve` or `streamlit run app.py`. FastAPI outside, the screens mounted last."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import streamlit as st
from fastapi import FastAPI

from cockpit.api.application import add_routes
from cockpit.api.first_start import seed_when_empty
from cockpit.api.sessions import Sessions
from cockpit.settings import Settings
from cockpit.ui import connection, startup
from cockpit.worker.demo_hub import DemoHub
from cockpit.worker.workers import Workers

sessions = Sessions(Settings(), cockpit=connection.cockpit)


@asynccontextmanager
async def life(_: st.App) -> AsyncIterator[None]:
    """Open the cockpit once, keep its scores fresh beside the screens, import what is heavy before anybody comes."""
    with connection.opened(sessions.settings) as cockpit:
        seed_when_empty(cockpit, datetime.now(UTC))
        startup.prepare()
        app.state.signals.prepare()
        app.state.worker = Workers(cockpit, app.state.avatars)
        app.state.worker.start()
        sessions.announce()
        with DemoHub(cockpit):
            yield
        app.state.signals.close()
        app.state.worker.stop()


screens = st.App(startup.MAIN_SCRIPT, lifespan=life)
app = FastAPI(title="Sales Cockpit", lifespan=screens.lifespan(), openapi_url=None)
add_routes(app, sessions, connection.cockpit, worker_runs=lambda: app.state.worker.is_alive)
app.mount("/", screens)  # last: Streamlit answers every address that nobody else does
