"""Documents that the support chat answers from: the product's guides, shared ones, and those of single businesses."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from gateway.app import Store
from gateway.cli.printing import Printer, table_of
from gateway.cli.running import fail, opened, run, say, settings
from gateway.store.knowledge import SHARED
from gateway.store.knowledge_files import PRODUCT, PRODUCT_URL, ReadFolder, read_folder

knowledge_app = typer.Typer(no_args_is_help=True, help="Documents that the support chat answers from.")
out = Printer()
Business = Annotated[str | None, typer.Option(help="Id of a business; without it the documents are everybody's.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@knowledge_app.command("sync")
def sync(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of Markdown files; the product's guides by default.")
    ] = None,
    business: Business = None,
    base_url: Annotated[str, typer.Option(help="What a document's address begins with.")] = "",
    as_json: Json = False,
) -> None:
    """Make a folder's Markdown files searchable, in place of what was read from a folder of that name before."""
    found = settings()
    owner = _owner(business)
    source = folder or found.guides_dir
    is_product = source.resolve() == found.guides_dir.resolve() and owner == SHARED
    collection = PRODUCT if is_product else source.resolve().name

    async def load() -> tuple[ReadFolder, int]:
        read = read_folder(source, base_url or (PRODUCT_URL if is_product else f"{collection}/"))
        async with opened(found) as store:
            if owner != SHARED and all(one.id != owner for one in await store.businesses.list()):
                fail(f"There is no business {owner}. List them with `python -m gateway businesses list`.")
            return read, await store.knowledge.replace(owner, collection, read.documents)

    read, passages = run(load)
    value = {
        "collection": collection,
        "documents": len(read.documents),
        "passages": passages,
        "left_out": list(read.left_out),
    }
    say(value, as_json=as_json, human=lambda: _told(value))


@knowledge_app.command("remove")
def remove(
    collection: Annotated[str, typer.Argument(help="The folder's name, as `list` shows it before the slash.")],
    business: Business = None,
    as_json: Json = False,
) -> None:
    """Forget a folder's documents; from then on nothing is answered from them."""
    found = settings()
    owner = _owner(business)

    async def work() -> int:
        async with opened(found) as store:
            names = [one.name for one in await store.knowledge.documents(owner)]
            there = [name for name in names if name.startswith(f"{collection}/")]
            if not there:
                fail(f"There is no collection {collection} here. `knowledge list` shows all documents.")
            await store.knowledge.replace(owner, collection, ())
            return len(there)

    value = {"collection": collection, "removed": run(work)}
    say(value, as_json=as_json, human=lambda: out.print(f"{value['removed']} documents removed.", markup=False))


@knowledge_app.command("list")
def listing(business: Business = None, as_json: Json = False) -> None:
    """List the documents that are searched."""
    found = settings()
    owner = _owner(business)

    async def load() -> list[dict[str, Any]]:
        async with opened(found) as store:
            rows = await store.knowledge.documents(owner)
        return [{"document": r.name, "title": r.title, "passages": r.passages, "words": r.words} for r in rows]

    documents = run(load)
    say({"documents": documents}, as_json=as_json, human=lambda: _table(documents))


async def load_guides(store: Store, folder: Path) -> None:
    """Make the product's guides searchable as they are now; an installation without them goes on without."""
    if await asyncio.to_thread(folder.is_dir):
        read = await asyncio.to_thread(read_folder, folder, PRODUCT_URL)
        await store.knowledge.replace(SHARED, PRODUCT, read.documents)


def _owner(business: str | None) -> str:
    if business is None:
        return SHARED
    try:
        return str(UUID(business))
    except ValueError:
        fail("A business is named by its UUID.")


def _told(value: dict[str, Any]) -> None:
    out.print(f"{value['documents']} documents, {value['passages']} passages in `{value['collection']}`.", markup=False)
    for place in value["left_out"]:
        out.print(f"Left out, since it reads like orders to a model: {place}", style="yellow", markup=False)


def _table(documents: list[dict[str, Any]]) -> None:
    table = table_of("document", "title", "passages", "words")
    for one in documents:
        table.add_row(one["document"], one["title"], str(one["passages"]), str(one["words"]))
    out.print(table)
