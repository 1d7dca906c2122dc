"""Every route is born closed: one that does not declare who may use it stops the start."""

from collections.abc import Iterable

from litestar.handlers import HTTPRouteHandler

from gateway.domain.staff import ROLES


class UndeclaredAccess(RuntimeError):
    """A route has no `access` in its options, or one that nothing enforces; the text names it."""


def require_declared_access(handlers: Iterable[HTTPRouteHandler]) -> None:
    """Check that each handler declares `access`: `public`, `key`, `scope:<group>` or `role:<name>`.

    A role must be one that people can have, and a guard must ask for it. Raises UndeclaredAccess.
    """
    for handler in handlers:
        declared = str(handler.opt.get("access", ""))
        paths = ", ".join(sorted(handler.paths))
        kind, _, name = declared.partition(":")
        if declared not in {"public", "key"} and not (kind in {"scope", "role"} and name):
            raise UndeclaredAccess(f"The route {paths} declares no access. Give it opt={{'access': …}}.")
        if kind == "role" and (name not in ROLES or not handler.guards):
            raise UndeclaredAccess(f"The route {paths} asks for the role {name!r}, which nobody has or nothing checks.")
