"""Turns a document into a typed model, and what pydantic refuses into problems with a line and a remedy."""

import types
from collections.abc import Iterable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from gateway.library.problems import Findings, Place, suggestion


class FileModel(BaseModel):
    """Base of everything read from a file: unknown keys are refused and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=False)


def _day(value: object) -> date:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == 10 else _fail("a date")
    except ValueError:
        raise ValueError("must be a date such as 2026-11-22") from None


def _decimal(value: object) -> Decimal:
    if not isinstance(value, str):
        raise ValueError('must be a number in quotes, such as "0.10", so that no digit is lost')
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise ValueError('must be a number in quotes, such as "0.10"')
    return number


def _fail(wanted: str) -> Any:
    raise ValueError(f"must be {wanted}")


Day = Annotated[date, BeforeValidator(_day)]
DecimalText = Annotated[Decimal, BeforeValidator(_decimal)]
M = TypeVar("M", bound=FileModel)


def read_model(model: type[M], data: Any, findings: Findings) -> M | None:
    """Return `data` as a `model`, or None after noting everything that does not fit."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        for entry in error.errors(include_url=False, include_input=False, include_context=False):
            place = tuple(step for step in entry["loc"] if step != "[key]")
            findings.add(place, *_said(model, place, entry["type"], entry["msg"]))
        return None


def _said(model: type[FileModel], place: Place, kind: str, message: str) -> tuple[str, str]:
    name = place[-1] if place else "the file"
    if kind == "extra_forbidden":
        return f"`{name}` is not a key here.", suggestion(name, known_keys(model, place[:-1]))
    if kind == "missing":
        return f"`{name}` is missing.", _described(model, place)
    said = message.removeprefix("Value error, ").removeprefix("Input should be ")
    verb = "" if said != message and message.startswith("Value error") else "must be "
    return f"`{name}` {verb}{said}.", _described(model, place)


def known_keys(model: type[FileModel], place: Place) -> Iterable[str]:
    """Return the keys allowed at a place of a model; empty where any key may stand."""
    inner = _at(model, place)
    return [info.alias or name for name, info in inner.model_fields.items()] if inner else []


def _at(annotation: Any, place: Place) -> type[FileModel] | None:
    annotation = _bare(annotation)
    for step in place:
        if isinstance(annotation, type) and issubclass(annotation, FileModel):
            named = {info.alias or name: info for name, info in annotation.model_fields.items()}
            annotation = _bare(named[str(step)].annotation) if str(step) in named else None
        else:
            annotation = _bare(get_args(annotation)[-1]) if get_args(annotation) else None
    return annotation if isinstance(annotation, type) and issubclass(annotation, FileModel) else None


def _bare(annotation: Any) -> Any:
    """Strip `Annotated[…]` and `… | None`."""
    while get_origin(annotation) in (Annotated, Union, types.UnionType):
        annotation = next(arg for arg in get_args(annotation) if arg is not type(None))
    return annotation


def _described(model: type[FileModel], place: Place) -> str:
    owner = _at(model, place[:-1]) if place else None
    for name, info in owner.model_fields.items() if owner else ():
        if place and (info.alias or name) == place[-1] and info.description:
            return f"It is: {info.description}."
    return ""
