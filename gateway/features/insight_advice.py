"""What else the insights' figures say, and what an owner could do about them, one function or line for each kind."""

from decimal import Decimal

from gateway.features.insight_saying import (
    NAMED,
    Facts,
    Parts,
    Row,
    Rows,
    cash,
    first_names,
    listed,
    moved,
    other_span,
    when,
)
from gateway.features.wording import count, day_text, number


def _more_compare(f: Facts, s: Row, rows: Rows) -> list[str]:
    best = f"The best day was {day_text(s['best_date'])} with {cash(s['best_revenue'], f)}" if "best_date" in s else ""
    rise = f"{s['category_that_rose_most']} rose most, by {cash(s['category_rise'], f)}" if "category_rise" in s else ""
    fall = f"{s['category_that_fell_most']} fell most, by {cash(s['category_fall'], f)}" if "category_fall" in s else ""
    net = (
        f"After refunds the sales are {cash(s['net_of_refunds'], f)}"
        if s["net_of_refunds"] != s["current_revenue"]
        else ""
    )
    asked = s.get("asked_measure")
    average = (
        f"The average sale was {cash(s['average_sale'], f)}" if "average_sale" in s and asked != "Average sale" else ""
    )
    return [text for text in (rise, fall, net, average, best) if text]


def _more_categories(f: Facts, s: Row, rows: Rows) -> list[str]:
    compared = [row for row in rows if row.get("revenue_change")]
    ends = sorted(compared, key=lambda row: Decimal(str(row["revenue_change"]).rstrip("%").replace(",", "")))
    named = {str(row["category"]): row for row in (*ends[:1], *ends[-1:])}
    return [f"{name} {moved(row['revenue_change'])} against {other_span(f)}" for name, row in named.items()]


def _more_segments(f: Facts, s: Row, rows: Rows) -> list[str]:
    best = max(rows, key=lambda row: Decimal(str(row["revenue"])), default=None)
    return (
        [f"{best['segment']} bring {best['share']} of the revenue of the named customers"]
        if best and best.get("share")
        else []
    )


def _more_one_product(f: Facts, s: Row, rows: Rows) -> list[str]:
    return [
        f"Units of {row['product']} {moved(row['units_change'])} against {other_span(f)}"
        for row in rows[:NAMED]
        if "units_change" in row
    ]


def _more_one_customer(f: Facts, s: Row, rows: Rows) -> list[str]:
    shown = listed(rows, "product", lambda row: cash(row["revenue"], f))
    gap = (
        f"The usual gap between purchases is about {count(s['usual_gap_days'], 'day')}" if "usual_gap_days" in s else ""
    )
    limit = f"The credit limit is {cash(s['credit_limit'], f)}" if "credit_limit" in s else ""
    return [f"What it buys most: {shown}" if rows else "", gap, limit]


MORE: dict[str, Parts] = {
    "compare_periods": _more_compare,
    "categories": _more_categories,
    "segments": _more_segments,
    "one_product": _more_one_product,
    "one_customer": _more_one_customer,
    "top_customers": lambda f, s, rows: (
        [f"{count(s['customers_who_bought'], 'named customer')} bought in this time"] if rows else []
    ),
    "margins": lambda f, s, rows: [],
    "restock": lambda f, s, rows: [f"The pace of sales was measured {when(f)}"],
    "slow_products": lambda f, s, rows: (
        [f"{number(s['products_without_a_sale'])} of them had no sale at all"] if s["products_without_a_sale"] else []
    ),
    "at_risk_customers": lambda f, s, rows: (
        [f"That is {s['at_risk_share']} of what named customers bought in the last 365 days"]
        if rows and s.get("at_risk_share")
        else []
    ),
    "stock_value": lambda f, s, rows: [
        f"{_products_are(s['products_in_stock'])} in stock",
        f"{_products_are(s['products_out_of_stock'])} out of stock" if s["products_out_of_stock"] else "",
    ],
    "debtors": lambda f, s, rows: [
        f"There {'is' if s['open_invoices'] == 1 else 'are'} {count(s['open_invoices'], 'open invoice')}"
        if s["open_invoices"]
        else ""
    ],
}


def _products_are(n: int) -> str:
    return f"{count(n, 'product')} {'is' if n == 1 else 'are'}"


def _late(rows: Rows) -> list[str]:
    late = [row for row in rows if row["overdue"] != "0.00"]
    return [f"Call {first_names(late, 'customer')} first and agree a day for payment"] if late else []


def _margin_advice(s: Row, rows: Rows) -> list[str]:
    if not rows:
        return []
    names = first_names(rows, "product" if "product" in rows[0] else "category")
    if s.get("order") == "lowest first":
        return [f"Look again at cost and price of {names}"]
    return [f"Put {names} where customers see them first", "Look again at prices of goods with a thin margin"]


def _show(rows: Rows) -> list[str]:
    kept = [row for row in rows if row.get("stock_on_record") != "no"]
    if kept or not rows:
        return [f"Keep {first_names(kept, 'product')} in stock and easy to see"]
    return [f"Show {first_names(rows, 'product')} where customers see it first"]


def _best(s: Row, rows: Rows) -> list[str]:
    if not rows:
        return ["Ask every buyer at the till for a name, so that you see who your best customers are"]
    if s["order"] in ("lowest first", "fewest orders first"):
        return ["Ask them at the next visit what else they need that you could sell them"]
    return [f"Thank {first_names(rows, 'customer')} in person and keep what they buy in stock"]


ADVICE: dict[str, Parts] = {
    "top_customers": lambda f, s, rows: _best(s, rows),
    "at_risk_customers": lambda f, s, rows: (
        [
            f"Call {first_names(rows, 'customer')} first and ask what they missed",
            "Tell them what is new or back in stock since they last came",
        ]
        if rows
        else []
    ),
    "segments": lambda f, s, rows: [
        "Greet Champions and Loyal Customers first when something new arrives",
        "Call At Risk and Need Attention customers before they are gone",
    ],
    "new_customers": lambda f, s, rows: (
        ["Send new customers a short thank-you, and invite those who have not bought yet"]
        if s["new_customers"]
        else ["Ask every buyer at the till for a name, so that new customers can be known"]
    ),
    "debtors": lambda f, s, rows: _late(rows),
    "one_customer": lambda f, s, rows: (
        ["Ask for the overdue part before giving more credit"]
        if s["overdue"] != "0.00"
        else ["Keep its usual goods in stock and say thank you at the next visit"]
    ),
    "top_products": lambda f, s, rows: _show(rows),
    "slow_products": lambda f, s, rows: (
        [
            f"Order no more of {first_names(rows, 'product')} until the stock is down",
            "Place them beside what sells well, or offer them as a bundle",
        ]
        if rows
        else []
    ),
    "restock": lambda f, s, rows: (
        [f"Order {first_names(rows, 'product')} first", "Check the inventory forecast before a large order"]
        if rows
        else []
    ),
    "categories": lambda f, s, rows: [
        "Give the strongest category the best place, and look at prices and stock of the weakest"
    ],
    "margins": lambda f, s, rows: _margin_advice(s, rows),
    "returning_customers": lambda f, s, rows: (
        [f"Thank {first_names(rows, 'customer')} in person and keep what they buy in stock"]
        if rows
        else ["Ask every buyer at the till for a name, so that you see who comes back"]
    ),
    "stock_value": lambda f, s, rows: (
        ["Compare the largest part of the stock with what sells before ordering more of it"] if rows else []
    ),
    "compare_periods": lambda f, s, rows: (
        ["Look at the category that fell most: was it out of stock, or priced too high?"]
        if "category_fall" in s
        else ["Keep what worked, and check that the stock of the best sellers lasts"]
    ),
    "busy_times": lambda f, s, rows: [
        "Have shelves filled and enough hands at the tills before the busiest hours",
        "Place orders and counts in quiet hours",
    ],
    "discounts": lambda f, s, rows: (
        ["Look at the days with the most discounts and ask why they were given"] if rows else []
    ),
    "payment_mix": lambda f, s, rows: ["Keep change and network ready for the ways most customers pay"],
    "one_product": lambda f, s, rows: [
        f"Order {row['product']} in time: the stock lasts about {count(row['stock_lasts_days'], 'day')}"
        if row["stock_lasts_days"]
        else f"Order {row['product']} now"
        for row in rows
        if row.get("stock_lasts_days", 99) < 14
    ][:2],
}
