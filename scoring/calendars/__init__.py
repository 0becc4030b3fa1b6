"""Calendars as data: hours by country and state, Ramadan, the countries of time zones, the states of area codes."""
