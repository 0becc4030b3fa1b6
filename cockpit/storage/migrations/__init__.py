"""Alembic revisions of the schema; `HEAD` is the newest, so that opening a current database needs no Alembic."""

KNOWN = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0010", "0011", "0012", "0013", "0014")
HEAD = KNOWN[-1]
