"""Plain sentences for what a query of the insights found: answer, insights and advice from the facts alone."""

from gateway.features.insight_advice import ADVICE, MORE
from gateway.features.insight_saying import (
    NAMED,
    Facts,
    Parts,
    Row,
    Rows,
    are,
    cash,
    days_of,
    lasting,
    listed,
    moved,
    opening,
    then,
    weakest_first,
    when,
)
from gateway.features.wording import count, joined, measured_text, number, sentence

_WHY_NOT = {
    "unknown": "I cannot answer this from the shop's records.",
    "future": "I can only say what the records show; for what is to come use the inventory forecast.",
    "staff": "I cannot answer questions about single members of staff here.",
    "supplier": "I cannot answer questions about suppliers from the sales records.",
    "expense": "Rent, wages, taxes and other expenses are not in the records, so I cannot answer this.",
    "contact": "I do not give out contact details; please look them up in the customer list.",
    "outside": "The records say nothing about what happens outside the shop, so I cannot answer this.",
    "branches": "The figures here are of the whole business, so I cannot set branches against each other.",
    "prices": "I rank products by what they sell, not by their price; the sales assistant finds products by price.",
    "together": "What is bought together is told by the sales assistant and on receipts, not here.",
    "trade": "I cannot split sales into wholesale and retail.",
    "moves": "I compare categories with the time before, and a product when you name it.",
    "buyers": "I can rank customers by all they bought, but not by a single product.",
    "no_stock": "No product has a stock on record, so I cannot tell what lies unsold, what runs out or what to order.",
    "orders": "I only answer questions about the shop; nothing can be changed from here.",
}


def answer(facts: Facts) -> str:
    """Return the answer in one to three sentences; never empty."""
    if facts["kind"] == "cannot_answer":
        return f"{_WHY_NOT[facts['reason']]} You can ask, for example: “{facts['suggestions'][0]}”"
    if facts["kind"] == "no_such_customer":
        return "I found no customer of that name in the records. Check the spelling, or ask by the full name."
    if not facts["summary"].get("has_data", True):
        if facts["kind"] == "debtors":
            return "No open invoice is on record, so nobody owes you anything according to the records."
        return f"I found no records for this question {when(facts)}."
    text = _ANSWERS[facts["kind"]](facts, facts["summary"], facts.get("rows", []))
    return " ".join(sentence(part) for part in text if part)


def insights(facts: Facts) -> list[str]:
    """Return what else the figures say, at most four sentences."""
    notes = list(facts.get("notes", ()))
    if not facts["summary"].get("has_data", True) or facts["kind"] not in MORE:
        return notes[:4]
    found = MORE[facts["kind"]](facts, facts["summary"], facts.get("rows", []))
    return [sentence(text) for text in (*notes, *found) if text][:4]


def advice(facts: Facts) -> list[str]:
    """Return what the owner could do, at most three sentences; none where the records give no ground for any."""
    if not facts["summary"].get("has_data", True) or facts["kind"] not in ADVICE:
        return []
    found = ADVICE[facts["kind"]](facts, facts["summary"], facts.get("rows", []))
    return [sentence(text) for text in found if text][:3]


_WHICH_CUSTOMERS = {
    "highest first": "best",
    "lowest first": "lowest-spending",
    "most orders first": "most frequent",
    "fewest orders first": "least frequent",
}


def _top_customers(f: Facts, s: Row, rows: Rows) -> list[str]:
    if not rows:
        return [f"{opening(f)} no sale carries a customer's name, so I cannot rank customers"]
    which = _WHICH_CUSTOMERS[s["order"]]
    shown = listed(rows, "customer", lambda row: f"{cash(row['revenue'], f)}, {count(row['orders'], 'order')}")
    first = f"{opening(f)} your {which} {'customer is' if len(rows) == 1 else 'customers are'} {shown}"
    if len(rows) == 1:
        return [first]
    part = f", which is {s['listed_share']} of all sales" if s.get("listed_share") else ""
    return [first, f"Those listed bought for {cash(s['listed_revenue'], f)}{part}"]


def _at_risk(f: Facts, s: Row, rows: Rows) -> list[str]:
    if not rows:
        return [
            f"Every customer of the last 365 days has bought within the last {days_of(s, 'days_away')}"
            if "days_away" in s
            else "None of your customers has stayed away for longer than three times its usual gap"
        ]
    n, lost = s["at_risk_customers"], cash(s["at_risk_revenue_of_the_year"], f)

    def silent(row: Row) -> str:
        return (
            f"{days_of(row, 'days_since_last')} since the last purchase, usually every {days_of(row, 'usual_gap_days')}"
        )

    gap = f"more than three times {are(n, 'its', 'their')} usual gap"
    away = f"{days_of(s, 'days_away')} or more" if "days_away" in s else gap
    return [
        f"{count(n, 'customer')} {are(n, 'has', 'have')} stayed away for {away}",
        f"{'It' if n == 1 else 'They'} bought for {lost} in the last 365 days",
        f"Most worth a call: {listed(rows, 'customer', silent)}",
    ]


def _segments(f: Facts, s: Row, rows: Rows) -> list[str]:
    said = [f"{row['segment']} ({count(row['customers'], 'customer')}, {cash(row['revenue'], f)})" for row in rows]
    every = count(s["customers_of_the_year"], "customer")
    return [f"Of {every} who bought in the last 365 days there are {joined(said)}"]


def _new_customers(f: Facts, s: Row, rows: Rows) -> list[str]:
    n, earlier = s["new_customers"], number(s["new_customers_before"])
    entered = f"{count(n, 'new customer')} {are(n, 'was', 'were')}" if n else "no new customer was"
    first = f"{opening(f)} {entered} entered, against {earlier} {then(f)}"
    if not n:
        return [first]
    if not s["new_customers_who_bought"]:
        return [first, "None of them has bought in this time"]
    bought = number(s["new_customers_who_bought"])
    return [first, f"{bought} of them bought, for {cash(s['revenue_from_new_customers'], f)}"]


def _returning(f: Facts, s: Row, rows: Rows) -> list[str]:
    n, back, often = s["customers_who_bought"], s["returning_customers"], s["bought_more_than_once"]
    if not n:
        return [f"{opening(f)} no sale carries a customer's name, so I cannot tell who came back"]
    of = f"{opening(f)} {number(back)} of {count(n, 'named customer')} had bought from you before"
    more = f"{count(often, 'customer')} bought more than once in this time"
    if not back:
        return [of, more]
    shown = listed(rows, "customer", lambda row: count(row["orders"], "order"))
    return [f"{of}, {s['returning_share']}", more, f"Most often came {shown}"]


def _debtors(f: Facts, s: Row, rows: Rows) -> list[str]:
    n, late = s["customers_who_owe"], s["customers_overdue"]
    if not n:
        return ["Nobody owes you anything according to the records"]
    overdue = f"{cash(s['overdue'], f)} of it is overdue ({s.get('overdue_share')}), from {count(late, 'customer')}"

    def owed(row: Row) -> str:
        if row["overdue"] == "0.00":
            return f"{cash(row['balance'], f)} not due yet"
        since = f"oldest by {days_of(row, 'days_overdue')}"
        if by_balance:
            late = "all" if row["overdue"] == row["balance"] else cash(row["overdue"], f)
            return f"{cash(row['balance'], f)}, {late} of it overdue, {since}"
        return f"{cash(row['overdue'], f)} overdue, {since}"

    by_balance = s.get("ranked_by") == "balance"
    named = rows if by_balance else [row for row in rows if row["overdue"] != "0.00"] or rows
    return [
        f"{count(n, 'customer')} {are(n, 'owes', 'owe')} you {cash(s['outstanding'], f)} in all",
        overdue if late else "None of it is overdue",
        f"{'Most is owed by' if by_balance else 'First:'} {listed(named, 'customer', owed)}",
    ]


def _one_customer(f: Facts, s: Row, rows: Rows) -> list[str]:
    name, owed = s["customer"], "Nothing is owed"
    if s["balance"] != "0.00":
        owed = f"{name} owes {cash(s['balance'], f)}, of which {cash(s['overdue'], f)} is overdue"
    if s["overdue"] == "0.00" and s["balance"] != "0.00":
        owed = f"{name} owes {cash(s['balance'], f)}, and nothing of it is overdue"
    if s["orders"]:
        bought = f"{name} bought for {cash(s['revenue'], f)} {when(f)}, in {count(s['orders'], 'order')}"
    else:
        bought = f"{name} bought nothing {when(f)}"
    last = ""
    if "days_since_last" in s:
        last = f"The last purchase was {days_of(s, 'days_since_last') + ' ago' if s['days_since_last'] else 'today'}"
    return [owed, bought, last] if f.get("asked_about") == "credit" else [bought, last, owed]


def _which_customer(f: Facts, s: Row, rows: Rows) -> list[str]:
    same = len({row["customer"] for row in rows}) == 1
    if same:
        told = f"{number(len(rows))} customers are called {rows[0]['customer']}, so I cannot tell which one you mean"
        return [told, "The data names the id of each; look them up in the customer list by number or address"]
    names = joined([str(row["customer"]) for row in rows], "or")
    return [f"Several customers could be meant: {names}", "Please ask again with the full name"]


def _top_products(f: Facts, s: Row, rows: Rows) -> list[str]:
    def sold(row: Row) -> str:
        return f"{measured_text(row['units'])} units, {cash(row['revenue'], f)}"

    if len(rows) == 1:
        return [f"{opening(f)} {rows[0]['product']} sold best ({sold(rows[0])})"]
    return [f"{opening(f)} these products sold best by {s['ranked_by']}: {listed(rows, 'product', sold)}"]


def _slow(f: Facts, s: Row, rows: Rows) -> list[str]:
    if not rows:
        most = days_of(s, "slow_means_stock_for_more_than_days")
        return [f"Nothing in stock is slow: at the pace of the sales {when(f)} everything sells within {most}"]
    n = s["slow_products"]

    def pace(row: Row) -> str:
        return "no sale" if not row["units_sold"] else f"stock for {lasting(row)}"

    return [
        f"{opening(f)} {count(n, 'product')} sold slowly or not at all, first {listed(rows, 'product', pace)}",
        f"The stock of {are(n, 'it', 'them')} cost {cash(s['slow_stock_value'], f)}",
    ]


def _restock(f: Facts, s: Row, rows: Rows) -> list[str]:
    if not rows:
        return ["Nothing needs to be ordered now: stock and open orders last until the next delivery"]
    n, none = s["products_to_restock"], s["products_out_of_stock"]

    def left(row: Row) -> str:
        stock = f"{measured_text(row['stock'])} left for about {days_of(row, 'stock_lasts_days')}"
        return f"{stock if row['stock'] else 'out of stock'}, order about {number(row['order_quantity'])}"

    which = "All of them are" if none == n > 1 else f"{number(none)} of them {are(none, 'is', 'are')}"
    gone = f"{which} out of stock" if none and n > 1 else ""
    return [f"{count(n, 'product')} should be ordered now, first {listed(rows, 'product', left)}", gone]


def _categories(f: Facts, s: Row, rows: Rows) -> list[str]:
    best, which = rows[0], "weakest" if weakest_first(rows) else "best-selling"
    share = f", {best['share']} of sales" if best.get("share") else ""
    others = listed(rows[1:], "category", lambda row: cash(row["revenue"], f))
    return [
        f"{opening(f)} your {which} category is {best['category']} with {cash(best['revenue'], f)}{share}",
        f"Then {are(len(rows[1:]), 'comes', 'come')} {others}" if others else "",
    ]


def _margins(f: Facts, s: Row, rows: Rows) -> list[str]:
    if not rows:
        return [f"{opening(f)} no goods with a known cost were sold, so there is no profit to tell"]
    key = "category" if "category" in rows[0] else "product"
    margin = f", a margin of {s['margin']}" if "margin" in s else ""
    shown = listed(rows, key, lambda row: f"{cash(row['profit'], f)}, margin {row.get('margin', '0%')}")
    sold = f"{opening(f)} the goods sold for {cash(s['revenue'], f)}"
    made = f"{sold} and made a gross profit of {cash(s['profit'], f)}{margin}"
    if s.get("order") != "lowest first":
        return [made, f"In order of profit: {shown}"]
    lost = s["sold_at_a_loss"]
    nouns = {"category": "categories", "product": "products"}
    loss = f"{count(lost, key, nouns[key])} {are(lost, 'was', 'were')} sold at a loss" if lost else ""
    return [made, f"The least profit came from {shown}", loss or f"No {key} was sold at a loss"]


def _stock_value(f: Facts, s: Row, rows: Rows) -> list[str]:
    shown = listed(rows, "category", lambda row: cash(row["stock_cost"], f))
    worth = f"Your stock cost {cash(s['stock_cost'], f)}"
    return [
        f"{worth} and would sell for {cash(s['stock_at_retail_price'], f)} at retail prices",
        f"Most of it lies in {shown}" if rows else "",
    ]


def _one_product(f: Facts, s: Row, rows: Rows) -> list[str]:
    sold = [
        f"{row['product']} sold {measured_text(row['units'])} units for {cash(row['revenue'], f)}"
        if row["units"] else f"{row['product']} did not sell"
        for row in rows[:NAMED]
    ]  # fmt: skip
    stock = []
    for row in rows[:NAMED]:
        if "stock" not in row:
            continue  # a service, or never counted
        lasts = f", enough for {lasting(row, 'about ')}" if "stock_lasts_days" in row else ""
        if row["stock"] <= 0:
            stock.append(f"{row['product']} is out of stock")
            continue
        stock.append(f"{row['product']} has {measured_text(row['stock'])} in stock{lasts}")
    return [f"{opening(f)} {joined(sold)}", *stock]


def _compare(f: Facts, s: Row, rows: Rows) -> list[str]:
    if s.get("asked_measure"):
        return _measure(f, s, rows)
    receipts = count(s["receipts"], "receipt")
    now = f"{opening(f)} sales were {cash(s['current_revenue'], f)} on {receipts}"
    if "revenue_change" not in s and f.get("notes"):
        return [now]
    change = f"Sales {moved(s['revenue_change'])}" if "revenue_change" in s else ""
    return [f"{now}, against {cash(s['previous_revenue'], f)} {then(f)}", change]


def _measure(f: Facts, s: Row, rows: Rows) -> list[str]:
    row = next(row for row in rows if row["measure"] == s["asked_measure"])
    now, before = row["current"], row.get("previous")
    sales = f"sales of {cash(s['current_revenue'], f)}"
    if row["measure"] == "Receipts":
        said = f"{count(now, 'receipt')} {are(now, 'was', 'were')} written, for {sales}"
    elif row["measure"] == "Refunds":
        said = f"{cash(now, f)} was refunded on {sales}"
    else:
        said = f"the average sale was {cash(now, f)}, on {count(s['receipts'], 'receipt')}"
    if before is None:
        return [f"{opening(f)} {said}"]
    against = number(before) if row["measure"] == "Receipts" else cash(before, f)
    change = f"That {moved(row['change'])}" if row.get("change") and "revenue_change" in s else ""
    return [f"{opening(f)} {said}, against {against} {then(f)}", change]


def _busy(f: Facts, s: Row, rows: Rows) -> list[str]:
    hours = joined([f"{one['from_time']} to {one['to_time']}" for one in s["busiest_hours"]])
    days = listed(rows, "weekday", lambda row: f"{cash(row['average_revenue'], f)} a day on average")
    which = "weakest" if s.get("order") == "lowest first" else "best"
    return [f"{opening(f)} your {which} weekdays are {days}", f"Most receipts are written from {hours}"]


def _discounts(f: Facts, s: Row, rows: Rows) -> list[str]:
    if not s["discounted_receipts"]:
        return [f"{opening(f)} you gave no discounts on sales", _given_before(f, s)]
    given, receipts = cash(s["current_discount_given"], f), count(s["discounted_receipts"], "receipt")
    part = f", {s['discount_share_of_sales']} of sales" if "discount_share_of_sales" in s else ""
    return [
        f"{opening(f)} you gave {given} in discounts on {receipts}{part}",
        _given_before(f, s),
    ]


def _given_before(f: Facts, s: Row) -> str:
    if "previous_discount_given" not in s:
        return ""
    return f"The amount {then(f)} was {cash(s['previous_discount_given'], f)}"


def _payment(f: Facts, s: Row, rows: Rows) -> list[str]:
    said = [f"{row['paid_by']} {cash(row['revenue'], f)} ({row['share']})" for row in rows if row.get("share")]
    return [f"{opening(f)} sales were paid as follows: {joined(said) or 'nothing was taken'}"]


_ANSWERS: dict[str, Parts] = {
    "top_customers": _top_customers, "at_risk_customers": _at_risk, "segments": _segments,
    "new_customers": _new_customers, "returning_customers": _returning, "debtors": _debtors,
    "one_customer": _one_customer, "which_customer": _which_customer, "top_products": _top_products,
    "slow_products": _slow, "restock": _restock, "categories": _categories, "margins": _margins,
    "stock_value": _stock_value, "one_product": _one_product, "compare_periods": _compare, "busy_times": _busy,
    "discounts": _discounts, "payment_mix": _payment,
}  # fmt: skip
