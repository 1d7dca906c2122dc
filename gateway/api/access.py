"""Every route is born closed: one that does not declare who may use it stops the start."""

from collections.abc import Iterable

from litestar.handlers import HTTPRouteHandler


class UndeclaredAccess(RuntimeError):
    """A route has no `access` in its options; the text names it."""


def require_declared_access(handlers: Iterable[HTTPRouteHandler]) -> None:
    """Check that each handler declares `access`: `public`, `key`, `scope:<group>` or `role:<name>`."""
    for handler in handlers:
        declared = handler.opt.get("access", "")
        if declared not in {"public", "key"} and not str(declared).startswith(("scope:", "role:")):
            paths = ", ".join(sorted(handler.paths))
            raise UndeclaredAccess(f"The route {paths} declares no access. Give it opt={{'access': …}}.")
