"""Every query names the workspace, and so does every transaction.

A statement on a tenant's table without a `workspace_id` reads or changes the rows of every company, and a transaction
that names none may do so on PostgreSQL. A function that means to says so with a comment `# all workspaces: <reason>`.
"""

from __future__ import annotations

import ast

from cockpit.storage.schema import metadata
from tests.house.source import Source, dotted, sources

STATEMENTS = {"select", "insert", "update", "delete", "exists"}
TRANSACTIONS = {"read", "write", "snapshot"}
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


def test_every_transaction_names_the_workspace() -> None:
    faults = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources()
        for function in outer_functions(source)
        if begins_for_all(function) and "# all workspaces:" not in source.text_of(function)
    ]
    assert faults == []


def test_every_storage_read_takes_the_workspace() -> None:
    """What answers for several says so; a `Reach` has its workspace inside."""
    faults = [
        f"{source.name}:{function.lineno} {function.name}"
        for source in sources("cockpit/storage")
        if "migrations" not in source.name
        for function in outer_functions(source)
        if takes_connection(function)
        and queries_tenants(function)
        and not {"workspace_id", "reach", "rows", "frame"} & {one.arg for one in function.args.args}
        and "# all workspaces:" not in source.text_of(function)
    ]
    assert faults == []


def takes_connection(function: ast.FunctionDef) -> bool:
    """Whether it is a public question to the database."""
    first = next(iter(function.args.args), None)
    return first is not None and first.arg == "conn" and not function.name.startswith("_")


def begins_for_all(function: ast.FunctionDef) -> bool:
    """Whether a transaction begins here that names no workspace."""
    return any(
        isinstance(item.context_expr, ast.Call)
        and not item.context_expr.args
        and dotted(item.context_expr.func).rsplit(".", 1)[-1] in TRANSACTIONS
        and ("db." in dotted(item.context_expr.func) or "database." in dotted(item.context_expr.func))
        for node in ast.walk(function)
        if isinstance(node, ast.With)
        for item in node.items
    )


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
