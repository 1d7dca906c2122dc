"""Forecasts every product of each business in the morning and tells which run out before a delivery can be there."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gateway.domain.events import Event
from gateway.domain.jobs import Job
from gateway.features.inventory_forecast import outlook
from gateway.features.restock import HIGH, REORDER
from gateway.features.wording import plain
from gateway.features.working_days import of_country
from gateway.jobs.context import JobContext
from gateway.jobs.kinds import Daily, JobKind, Outcome
from gateway.store.database import Script

MOST_PRODUCTS = 3_000


async def run(context: JobContext, job: Job) -> Outcome:
    """Give how many products are short; each is told once in a week."""
    business, tools = context.business, context.tools
    given = job.payload.get("as_of")
    zone = ZoneInfo(business.timezone)
    day = (
        date.fromisoformat(given) if given else datetime.fromtimestamp(context.now() / 1e6, UTC).astimezone(zone).date()
    )
    pos = await tools.records.open(business.id, business.currency, day)
    products = [product for product in await pos.products() if product.is_active][:MOST_PRODUCTS]
    week = "-".join(str(part) for part in day.isocalendar()[:2])
    events = []
    for done, product in enumerate(products, 1):
        with of_country(business.country):
            decision = (await outlook(pos, product, day)).decision
        if decision.action == REORDER and decision.urgency == HIGH and decision.stockout_days is not None:
            data = {
                "product_id": product.id,
                "current_stock": plain(product.stock),
                "predicted_stockout_date": (day + timedelta(days=decision.stockout_days)).isoformat(),
            }
            events.append(Event("inventory.low_stock", dedupe_key=f"{product.id}|{week}", data=data))
        if done % 50 == 0:
            await context.progress(done, len(products))

    def tell() -> Script[None]:
        for event in events:
            yield from tools.events.emit(business.id, event)

    return Outcome(result={"as_of": day.isoformat(), "products": len(products), "short": len(events)}, then=[tell])


KIND = JobKind("low_stock_scan", run, schedule=Daily(5, per_business=True))
