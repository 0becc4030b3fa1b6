"""Every query names the workspace.

A statement on a tenant's table without a `workspace_id` reads or changes the rows of every company. A function that
means to says so with a comment `# all workspaces: <reason>`.
"""

from __future__ import annotations

import ast

from cockpit.storage.schema import metadata
from tests.house.source import Source, dotted, sources

STATEMENTS = {"select", "insert", "update", "delete", "exists"}
TENANT_TABLES = {name for name, table in metadata.tables.items() if "workspace_id" in table.c}


def test_every_query_names_the_workspace() -> None:
    faults = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources("cockpit/storage")
        if "migrations" not in source.name
        for function in outer_functions(source)
        if queries_tenants(function)
        and "workspace_id" not in source.text_of(function)
        and "# all workspaces:" not in source.text_of(function)
    ]
    assert faults == []


def outer_functions(source: Source) -> list[ast.FunctionDef]:
    """The functions of a module and the methods of its classes, not those inside them."""
    return [
        node
        for parent in [source.tree, *(node for node in source.tree.body if isinstance(node, ast.ClassDef))]
        for node in parent.body
        if isinstance(node, ast.FunctionDef)
    ]


def queries_tenants(function: ast.FunctionDef) -> bool:
    """Whether a statement is built over a table that has a tenant."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and dotted(node.func) in STATEMENTS:
            used = {name.id for part in ast.walk(node) for name in [part] if isinstance(name, ast.Name)}
            if used & TENANT_TABLES:
                return True
    return False
