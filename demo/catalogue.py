"""What the simulated shops sell, who buys there and how: every name is made up."""

from datetime import date
from typing import NamedTuple

HOLIDAYS = frozenset(
    {
        date(2025, 1, 1),
        date(2025, 1, 7),
        date(2025, 3, 6),
        date(2025, 3, 31),
        date(2025, 4, 1),
        date(2025, 4, 18),
        date(2025, 4, 21),
        date(2025, 5, 1),
        date(2025, 6, 6),
        date(2025, 7, 1),
        date(2025, 9, 22),
        date(2025, 12, 5),
        date(2025, 12, 25),
        date(2025, 12, 26),
        date(2026, 1, 1),
        date(2026, 1, 7),
        date(2026, 3, 6),
        date(2026, 3, 20),
        date(2026, 3, 21),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 27),
        date(2026, 7, 1),
        date(2026, 9, 21),
        date(2026, 12, 4),
        date(2026, 12, 25),
        date(2026, 12, 26),
        date(2027, 1, 1),
        date(2027, 1, 7),
    }
)
"""Public holidays of Ghana, movable feasts included."""


class Item(NamedTuple):
    """A catalogue entry; money in GHS, `base` is the units of an ordinary day, `supplier` an index of SUPPLIERS."""

    name: str
    category: str
    cost: float
    retail: float
    wholesale: float
    base: float
    season: str
    elasticity: float
    supplier: int


CATALOGUE = [
    Item("Royal Grain Rice 5kg", "Groceries", 92, 118, 108, 2.6, "xmas", -1.1, 0),
    Item("Royal Grain Rice 25kg", "Groceries", 430, 520, 480, 0.8, "xmas", -1.0, 0),
    Item("Golden Palm Cooking Oil 5L", "Groceries", 128, 165, 150, 1.5, "xmas", -1.2, 0),
    Item("Tomato Paste 400g", "Groceries", 11, 15, 13, 4.0, "flat", -1.4, 0),
    Item("Sardines in Oil 125g", "Groceries", 9.5, 13, 11.5, 3.6, "flat", -1.6, 0),
    Item("Evaporated Milk 160g", "Groceries", 8, 11, 9.5, 4.2, "school", -1.3, 1),
    Item("Chocolate Malt Drink 400g", "Groceries", 38, 49, 44, 2.0, "school", -1.5, 1),
    Item("White Sugar 1kg", "Groceries", 15, 20, 17.5, 2.8, "flat", -0.8, 0),
    Item("Instant Noodles Carton (40)", "Groceries", 118, 145, 132, 0.9, "school", -1.7, 1),
    Item("Spaghetti 500g", "Groceries", 10, 14, 12, 2.4, "flat", -1.5, 0),
    Item("Iodated Salt 1kg", "Groceries", 4, 6, 5, 1.8, "flat", -0.4, 0),
    Item("Corned Beef 340g", "Groceries", 31, 40, 36, 1.2, "xmas", -1.9, 0),
    Item("Bottled Water 1.5L (12)", "Beverages", 32, 42, 38, 2.2, "dry", -1.2, 2),
    Item("Sachet Water Bag (30)", "Beverages", 6, 9, 7.5, 3.8, "dry", -0.6, 2),
    Item("Fruit Drink 250ml (10)", "Beverages", 26, 36, 32, 1.6, "school", -1.6, 2),
    Item("Malt Drink 330ml (24)", "Beverages", 165, 205, 188, 0.7, "xmas", -1.4, 2),
    Item("Bar Soap 800g", "Household", 17, 23, 20, 1.8, "flat", -0.9, 3),
    Item("Washing Powder 900g", "Household", 27, 36, 32, 1.5, "flat", -1.3, 3),
    Item("Toilet Roll (10)", "Household", 29, 38, 34, 1.4, "flat", -1.0, 3),
    Item("Mosquito Spray 600ml", "Household", 34, 46, 41, 0.8, "rain", -1.1, 3),
    Item("Charcoal Iron", "Household", 85, 120, 105, 0.12, "flat", -0.9, 3),
    Item("Plastic Bowl Set", "Household", 40, 60, 52, 0.35, "xmas", -1.5, 3),
    Item('Samsung 55" QLED TV', "Electronics", 3650, 4850, 4400, 0.1, "xmas", -1.8, 4),
    Item('32" LED Television', "Electronics", 1150, 1550, 1400, 0.18, "xmas", -2.0, 4),
    Item("HDMI Cable 1.8m", "Electronics", 24, 50, 38, 0.3, "flat", -1.2, 4),
    Item("Extension Board 4-way", "Electronics", 46, 75, 62, 0.6, "flat", -1.3, 4),
    Item('Standing Fan 18"', "Electronics", 240, 330, 295, 0.35, "dry", -1.4, 4),
    Item("Blender 1.5L", "Electronics", 210, 299, 265, 0.25, "xmas", -1.7, 4),
    Item("Electric Kettle 1.7L", "Electronics", 98, 145, 128, 0.28, "rain", -1.5, 4),
    Item("Android Phone 64GB", "Phones", 980, 1290, 1180, 0.22, "xmas", -1.9, 5),
    Item("Phone Charger Type-C", "Phones", 22, 45, 34, 0.9, "flat", -1.3, 5),
    Item("Phone Case", "Phones", 8, 25, 16, 0.7, "flat", -1.5, 5),
    Item("Power Bank 10000mAh", "Phones", 88, 140, 120, 0.32, "flat", -1.8, 5),
    Item("Earphones Wired", "Phones", 12, 30, 20, 0.8, "flat", -1.7, 5),
    Item("Exercise Book (12)", "Stationery", 22, 32, 27, 0.9, "school", -1.0, 6),
    Item("Ball Pen Box (50)", "Stationery", 24, 36, 30, 0.5, "school", -1.1, 6),
    Item("Mathematical Set", "Stationery", 14, 22, 18, 0.4, "school", -1.2, 6),
    Item("School Bag", "Stationery", 62, 95, 80, 0.25, "school", -1.6, 6),
    Item("Cement 50kg", "Building", 92, 112, 104, 1.6, "dry", -1.0, 7),
    Item("Binding Wire Roll", "Building", 130, 170, 155, 0.2, "dry", -0.9, 7),
    Item("Emulsion Paint 4L", "Building", 118, 165, 148, 0.3, "xmas", -1.4, 7),
    Item("Rat Trap", "Household", 15, 28, 22, 0.04, "flat", -0.8, 3),
    Item("Generator Oil 1L", "Building", 48, 68, 60, 0.1, "rain", -0.9, 7),
    Item("Baby Diapers (44)", "Household", 68, 89, 80, 0.9, "flat", -1.2, 3),
]

PAIRS = [
    ('Samsung 55" QLED TV', "HDMI Cable 1.8m", 0.55),
    ('32" LED Television', "Extension Board 4-way", 0.4),
    ("Android Phone 64GB", "Phone Case", 0.6),
    ("Android Phone 64GB", "Phone Charger Type-C", 0.25),
    ("Royal Grain Rice 5kg", "Golden Palm Cooking Oil 5L", 0.28),
    ("Royal Grain Rice 5kg", "Tomato Paste 400g", 0.45),
    ("Chocolate Malt Drink 400g", "Evaporated Milk 160g", 0.65),
    ("Chocolate Malt Drink 400g", "White Sugar 1kg", 0.5),
    ("Spaghetti 500g", "Sardines in Oil 125g", 0.4),
    ("Exercise Book (12)", "Ball Pen Box (50)", 0.35),
    ("Cement 50kg", "Binding Wire Roll", 0.1),
]
"""Anchor, companion, and the chance that one brings the other."""

SUPPLIERS = [
    ("Tema Grains Depot", 4, 1.0),
    ("Adenta Dairy Distributors", 3, 0.8),
    ("Volta Beverages Agency", 2, 0.5),
    ("Kantamanto Household Wholesale", 3, 1.0),
    ("Kaneshie Electronics Import", 21, 6.0),
    ("Circle Mobile Traders", 7, 2.0),
    ("Makola Stationery", 4, 1.0),
    ("Spintex Building Supplies", 5, 2.0),
]
"""Name, mean lead time and its standard deviation in days."""

FIRST_NAMES = [
    "Kwame",
    "Kofi",
    "Kwabena",
    "Yaw",
    "Kojo",
    "Kwaku",
    "Kwesi",
    "Ama",
    "Akosua",
    "Adwoa",
    "Abena",
    "Akua",
    "Yaa",
    "Afia",
    "Esi",
    "Nii",
    "Naa",
    "Selorm",
    "Dzifa",
    "Edem",
    "Alhassan",
    "Fuseini",
    "Rahinatu",
    "Mariama",
    "Emmanuel",
    "Grace",
    "Patience",
    "Comfort",
]
LAST_NAMES = [
    "Mensah",
    "Owusu",
    "Boateng",
    "Asante",
    "Osei",
    "Appiah",
    "Addo",
    "Ofori",
    "Agyeman",
    "Lamptey",
    "Quaye",
    "Tetteh",
    "Agbeko",
    "Amegah",
    "Dogbe",
    "Issah",
    "Mahama",
    "Abubakari",
    "Antwi",
    "Frimpong",
    "Darko",
    "Acheampong",
    "Nkrumah",
    "Sarpong",
]
SHOP_NAMES = [
    "God's Grace",
    "Nhyira",
    "Blessed Hands",
    "Adom",
    "Sankofa",
    "Royal",
    "Peace & Love",
    "Akwaaba",
    "Golden Star",
    "Unity",
    "Nyame Bekyere",
    "Victory",
    "Ebenezer",
    "Sunrise",
]
SHOP_KINDS = [
    "Ventures",
    "Enterprise",
    "Trading",
    "Provisions",
    "Cold Store",
    "Supermarket",
    "Electricals",
    "Mini Mart",
    "Wholesale",
    "Company Ltd",
]
TOWNS = [
    "Makola, Accra",
    "Kaneshie, Accra",
    "Madina, Accra",
    "Tema Community 1",
    "Kejetia, Kumasi",
    "Adum, Kumasi",
    "Takoradi Market Circle",
    "Tamale Central",
    "Cape Coast",
    "Koforidua",
    "Ho",
]

BEHAVIOURS = [
    ("prompt", 8),
    ("steady_late", 5),
    ("drifting_late", 4),
    ("sudden_stop", 3),
    ("hoarder", 2),
    ("salary_cycle", 3),
    ("instalments", 3),
    ("improving", 2),
    ("december_slow", 2),
    ("churned", 2),
    ("defaulter", 2),
    ("new", 2),
    ("no_history", 2),
]
"""How a credit customer pays, and the share of customers who do."""
