"""Every setting, its default and what it is for; read once from the environment."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def data_folder() -> Path:
    """The folder of the user's application data, by the custom of the system."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME", Path.home() / ".local" / "share"))
    return base / "sales-cockpit"


def default_database_url() -> str:
    """A DuckDB file in the user's data folder."""
    return f"duckdb:///{data_folder() / 'cockpit.duckdb'}"


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix="COCKPIT_", extra="ignore", frozen=True)

    database_url: str = Field(
        default_factory=default_database_url,
        description="`duckdb:///path/file.duckdb` or `postgresql://user:password@host/database`",
    )
    secret_key: str = Field(default="", description="signs sessions; needed unless the server listens on loopback only")
    host: str = Field(default="127.0.0.1", description="the address `cockpit serve` listens on")
    port: int = Field(default=8501, description="the port `cockpit serve` listens on")
    allowed_hosts: str = Field(
        default="", description="host names the server answers to besides its own, separated by commas"
    )
    base_domain: str = Field(
        default="",
        description="the domain under which each workspace has a name of its own, like `crm.example.com`; "
        "under `localhost` they always have one",
    )
    demo: bool = Field(default=True, description="seed a demo workspace when the database has no workspace")
    refresh_seconds: float = Field(default=5.0, description="how often the worker refreshes scores that are due")
