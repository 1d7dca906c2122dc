"""How a page joins the admin: a module of `admin.pages` with `PAGE` and `routes(office)`; nothing else names it."""

import importlib
import pkgutil
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

from admin import pages
from gateway.domain.staff import Person, Role

Group = Literal["", "Prompts", "Traffic", "Customers", "Platform", "Care"]
GROUPS: tuple[Group, ...] = ("", "Prompts", "Traffic", "Customers", "Platform", "Care")
"""Headings of the navigation, in order; `""` has none."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page's entry in the navigation. `key` follows `g` on the keyboard; `role` is who sees it there."""

    title: str
    path: str
    group: Group
    order: int
    icon: str = "dot"
    key: str = ""
    role: Role = "viewer"


def modules() -> list[ModuleType]:
    """Return the modules of all pages, by name."""
    names = sorted(info.name for info in pkgutil.iter_modules(pages.__path__))
    return [importlib.import_module(f"{pages.__name__}.{name}") for name in names]


def entries() -> tuple[Page, ...]:
    """Return every entry of the navigation in order; a module without `PAGE` has none."""
    found = [module.PAGE for module in modules() if hasattr(module, "PAGE")]
    return tuple(sorted(found, key=lambda page: (GROUPS.index(page.group), page.order, page.title)))


def navigation(person: Person, everything: tuple[Page, ...]) -> list[tuple[str, list[Page]]]:
    """Return the groups with the entries that this person may open."""
    seen = [page for page in everything if person.may(page.role)]
    grouped = [(group, [page for page in seen if page.group == group]) for group in GROUPS]
    return [(group, found) for group, found in grouped if found]
