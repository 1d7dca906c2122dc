"""A simulated shop: its random numbers, its records and the hidden truth behind them."""

import math
import random
import uuid
from collections import defaultdict
from datetime import date
from typing import Any

from demo.catalogue import (
    BEHAVIOURS,
    CATALOGUE,
    FIRST_NAMES,
    LAST_NAMES,
    PAIRS,
    SHOP_KINDS,
    SHOP_NAMES,
    SUPPLIERS,
    TOWNS,
    Item,
)
from demo.state import Customer, Plan, Product, Record, days, money

PLACES = [("Main Shop", "Kaneshie, Accra"), ("Wholesale Yard", "Tema Community 1")]

HOUR_WEIGHTS = [4, 7, 9, 9, 8, 6, 6, 7, 8, 9, 8, 5]
"""How busy the hours from 8 to 19 are."""


class Shop:
    """Everything a business has; building it writes the records that do not change from day to day."""

    def __init__(self, seed: int, plan: Plan) -> None:
        self.plan = plan
        self.random = random.Random(f"{seed}/{plan.name}")
        self.end = plan.as_of + days(plan.horizon)
        self.records: dict[str, list[Record]] = defaultdict(list)
        self.truth: Record = {
            "anomalies": [],
            "behaviours": {},
            "open_invoice_payments": [],
            "future_demand": {},
            "elasticity": {},
            "pairs": [],
            "lost_sales": {},
            "fraud_employee": None,
            "shrinkage": [],
        }
        self.receipts = 0
        self.id = self.new_id()
        self._add_business()
        self.storefronts = [self._add_storefront(*place) for place in PLACES]
        self.employees = [self._add_employee(number) for number in range(6)]
        self.dishonest = self.employees[2] if plan.dishonest else None
        if self.dishonest:
            self.truth["fraud_employee"] = self.dishonest["id"]
        self.suppliers = [self._add_supplier(*supplier) for supplier in SUPPLIERS]
        self.products = [self._add_product(number, item) for number, item in enumerate(self._choose_items(), 1)]
        self.by_name = {product.item.name: product for product in self.products}
        self._note_pairs()
        for product in self.products:
            self.move(product, plan.start, "OPENING", max(3, round(product.base * plan.scale * 45)))
        self.names: set[str] = set()
        self.customers = [self._add_credit_customer(behaviour) for behaviour in self._choose_behaviours()]
        self.shoppers = [self._add_shopper() for _ in range(plan.retail_customers)]

    def new_id(self) -> str:
        """Return a random UUID."""
        return str(uuid.UUID(int=self.random.getrandbits(128), version=4))

    def moment(self, day: date, hour: int | None = None) -> str:
        """Return a UTC time of the day, within `hour` or at an hour that is as likely as it is busy."""
        if hour is None:
            hour = self.random.choices(range(8, 20), HOUR_WEIGHTS)[0]
        minute = self.random.randrange(60)
        return f"{day.isoformat()}T{hour:02d}:{minute:02d}:{self.random.randrange(60):02d}Z"

    def poisson(self, mean: float) -> int:
        """Return a Poisson-distributed count."""
        if mean <= 0:
            return 0
        if mean > 30:
            return max(0, round(self.random.gauss(mean, math.sqrt(mean))))
        limit, count, product = math.exp(-mean), 0, 1.0
        while True:
            product *= self.random.random()
            if product <= limit:
                return count
            count += 1

    def record(self, day: date, table: str, record: Record) -> None:
        """Keep a record, unless it lies in the future that only the truth file tells."""
        if day <= self.plan.as_of:
            self.records[table].append(record)

    def flag(self, day: date, kind: str, of: str, row_id: str, severity: str, why: str) -> None:
        """Note a planted oddity in the truth."""
        if day <= self.plan.as_of:
            anomaly = {"type": kind, "record_type": of, "record_id": row_id, "severity": severity}
            self.truth["anomalies"].append({**anomaly, "date": day.isoformat(), "why": why})

    def move(self, product: Product, day: date, kind: str, quantity: int, reference: str | None = None) -> None:
        """Change the stock and record it."""
        product.stock += quantity
        movement: Record = {"business": self.id, "product": product.record["id"], "date": day.isoformat()}
        movement |= {"type": kind, "quantity": quantity}
        if reference:
            movement["reference"] = reference
        self.record(day, "stock_movements", movement)

    def _add(self, table: str, **columns: Any) -> Record:
        record = {"id": columns.pop("id", None) or self.new_id(), "business": self.id, **columns}
        self.records[table].append(record)
        return record

    def _add_business(self) -> None:
        plan = self.plan
        self.records["businesses"].append(
            {
                "id": self.id,
                "name": plan.name,
                "tin": f"C00{self.random.randrange(10**8):08d}",
                "currency": "GHS",
                "timezone": "Africa/Accra",
                "subscription_tier": plan.tier,
                "subscription_status": "ACTIVE",
                "ai_opt_out": False,
                "created_at": self.moment(plan.start, 8),
            }
        )

    def _add_storefront(self, name: str, location: str) -> Record:
        return self._add("storefronts", name=name, location=location)

    def _add_employee(self, number: int) -> Record:
        return self._add(
            "employees",
            id=self.new_id(),
            storefront=self.storefronts[0 if number < 4 else 1]["id"],
            name=self._person(),
            role="MANAGER" if number in (0, 4) else "CASHIER",
            till=f"TILL-{number + 1}",
            is_active=True,
        )

    def _add_supplier(self, name: str, mean: float, deviation: float) -> Record:
        return self._add("suppliers", name=name, lead_time_days=mean, lead_time_sd_days=deviation)

    def _choose_items(self) -> list[Item]:
        if self.plan.products >= len(CATALOGUE):
            return CATALOGUE
        return sorted(self.random.sample(CATALOGUE, self.plan.products), key=CATALOGUE.index)

    def _add_product(self, number: int, item: Item) -> Product:
        elasticity = round(item.elasticity * self.random.uniform(0.85, 1.15), 2)
        record = self._add(
            "products",
            id=self.new_id(),
            name=item.name,
            sku=f"SKU-{number:03d}",
            category=item.category,
            unit="pcs",
            unit_cost=money(item.cost),
            retail_price=money(item.retail),
            wholesale_price=money(item.wholesale),
            supplier=self.suppliers[item.supplier]["id"],
            is_active=True,
            created_at=self.moment(self.plan.start, 8),
        )
        base = item.base * self.random.uniform(0.8, 1.2)
        changes = self._price_changes(item)
        self.truth["elasticity"][record["id"]] = elasticity
        self.records["price_changes"] += [
            {"business": self.id, "product": record["id"], "date": day.isoformat(), "retail_price": money(price)}
            for day, price in changes.items()
        ]
        return Product(record, item, base, elasticity, item.retail, changes, rate=base * self.plan.scale)

    def _price_changes(self, item: Item) -> dict[date, float]:
        """Return zero to three changes, from which the elasticity can be read."""
        changes, day = {}, self.plan.start
        for _ in range(self.random.choice([0, 1, 2, 3])):
            day += days(self.random.randrange(70, 160))
            if day < self.plan.as_of - days(20):
                changes[day] = round(item.retail * self.random.uniform(0.88, 1.14), 2)
        return changes

    def _note_pairs(self) -> None:
        for anchor, companion, chance in PAIRS:
            if anchor in self.by_name and companion in self.by_name:
                ids = [self.by_name[name].record["id"] for name in (anchor, companion)]
                self.truth["pairs"].append([*ids, chance])

    def _choose_behaviours(self) -> list[str]:
        """Return every behaviour once, then each by its share."""
        labels = [name for name, _ in BEHAVIOURS]
        rest = [name for name, share in BEHAVIOURS for _ in range(share - 1)]
        self.random.shuffle(rest)
        while len(labels) < self.plan.credit_customers:
            labels += rest
        return labels[: self.plan.credit_customers]

    def _person(self) -> str:
        return f"{self.random.choice(FIRST_NAMES)} {self.random.choice(LAST_NAMES)}"

    def _shop_name(self) -> str:
        return f"{self.random.choice(SHOP_NAMES)} {self.random.choice(SHOP_KINDS)}"

    def _phone(self) -> str:
        prefix = self.random.choice(["20", "24", "26", "27", "50", "54", "55", "59"])
        return f"+233{prefix}{self.random.randrange(10**7):07d}"

    def _add_customer(self, kind: str, behaviour: str) -> Customer:
        person = self._person()
        name = self._shop_name() if kind == "WHOLESALE" else person
        while name in self.names and len(self.names) < 120:
            name = self._shop_name() if kind == "WHOLESALE" else self._person()
        self.names.add(name)
        if kind == "RETAIL":
            person = name
        since = self._since(behaviour)
        first, last = person.lower().split()
        record = self._add(
            "customers",
            id=self.new_id(),
            name=name,
            contact_person=person,
            phone=self._phone(),
            email=f"{first}.{last}@example.com",
            address=self.random.choice(TOWNS),
            customer_type=kind,
            credit_limit="0.00",
            credit_terms_days=0,
            credit_blocked=False,
            outstanding_balance="0.00",
            is_active=True,
            preferred_language="en",
            created_at=self.moment(since, 9),
        )
        return Customer(record, behaviour, since)

    def _since(self, behaviour: str) -> date:
        since = self.plan.start - days(self.random.randrange(0, 700))
        if behaviour == "new":
            since = self.plan.as_of - days(self.random.randrange(20, 40))
        if behaviour == "no_history":
            since = self.plan.as_of - days(self.random.randrange(2, 12))
        return since

    def _add_credit_customer(self, behaviour: str) -> Customer:
        customer, rng, as_of = self._add_customer("WHOLESALE", behaviour), self.random, self.plan.as_of
        customer.size = rng.choice([900, 1500, 2500, 4000, 7000])
        customer.interval = rng.choice([7, 7, 14, 14, 21])
        customer.late = rng.choice([5, 9, 14])
        customer.terms = rng.choice([14, 30, 30])
        orders = {7: 6, 14: 4, 21: 3}[customer.interval] * (2.5 if behaviour == "hoarder" else 1)
        limit = 0 if behaviour == "no_history" else round(customer.size * orders * rng.uniform(0.9, 1.6) / 500) * 500
        customer.record.update(credit_terms_days=customer.terms, credit_limit=money(limit))
        customer.event = as_of - days(rng.randrange(40, 75))
        customer.next_order = max(self.plan.start, customer.since) + days(rng.randrange(1, 10))
        if behaviour == "churned":
            customer.stops_buying = as_of - days(rng.randrange(95, 160))
        if behaviour == "defaulter":
            customer.stops_buying = as_of - days(rng.randrange(60, 130))
        if behaviour == "no_history":
            customer.next_order = self.end + days(9)
        sudden = customer.event.isoformat() if behaviour in ("sudden_stop", "hoarder") else None
        self.truth["behaviours"][customer.record["id"]] = {"behaviour": behaviour, "event_date": sudden}
        return customer

    def _add_shopper(self) -> Customer:
        shopper = self._add_customer("RETAIL", "retail")
        shopper.frequency = self.random.choice([0.01, 0.02, 0.04, 0.08])
        if self.random.random() < 0.2:
            shopper.gone = self.plan.as_of - days(self.random.randrange(60, 300))
        return shopper
