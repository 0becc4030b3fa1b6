"""Cached functions take the workspace.

Streamlit's cache is shared by everybody, and arguments that start with an underscore are left out of its key: a cached
function without `workspace_id` would show one company the rows of another.
"""

from __future__ import annotations

from tests.house.source import dotted, sources


def test_cached_functions_take_the_workspace() -> None:
    faults = []
    for source in sources("cockpit/ui", "pages", "app.py"):
        for function in source.functions():
            if not any(dotted(item).endswith("cache_data") for item in function.decorator_list):
                continue
            names = [argument.arg for argument in [*function.args.args, *function.args.kwonlyargs]]
            if "workspace_id" not in names or any(name.startswith("_") for name in names):
                faults.append(f"{source.name}:{function.lineno} {function.name}({', '.join(names)})")
    assert faults == []
