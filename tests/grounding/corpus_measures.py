"""Sentences that tell true values of another stretch of time, age, period, kind, row or place, and sums of rows."""

from tests.grounding.corpus import Case

SALES = Case(
    as_of="2026-11-20",
    facts={
        "currency": "GHS",
        "period": {"name": "last month", "from": "2026-10-01", "to": "2026-10-31"},
        "compared_with": {"name": "the month before", "from": "2026-09-01", "to": "2026-09-30"},
        "summary": {"current_revenue": "196164.50", "previous_revenue": "201360.41", "revenue_change": "-2.6%"},
        "rows": [
            {"product": "Blue Kettle", "revenue": "58088.80", "share": "30.8%", "units": 14, "last_sold": "2026-10-30"},
            {"product": "Rice Bag", "revenue": "12279.00", "share": "6.5%", "units": 941, "last_sold": "2026-10-12"},
            {"product": "Oil Can", "revenue": "10300.00", "share": "5.5%", "units": 95, "last_sold": "2026-10-21"},
        ],
    },
    honest=[
        "You earned GHS 5,195.91 less than in the month before.",
        "Blue Kettle earned nearly five times as much as Rice Bag.",
        "Blue Kettle and Rice Bag together make up 37.3% of sales.",
        "Rice Bag is the second best seller.",
        "At least one product sold every week.",
        "The two largest earners are Blue Kettle and Rice Bag.",
        "Revenue was GHS 196,164.50 in October, against GHS 201,360.41 in September.",
        "You keep about 31 pesewas of every cedi from Blue Kettle.",
        "Sales fell because of the weaker demand.",
        "Oil Can was last sold on 21 October.",
    ],
    dishonest=[
        "You earned GHS 5,195.91 more than in the month before.",
        "Rice Bag earned nearly five times as much as Blue Kettle.",
        "Blue Kettle and Rice Bag together make up 47.3% of sales.",
        "Blue Kettle is the second best seller.",
        "Revenue was GHS 201,360.41 in October.",
        "September brought GHS 196,164.50.",
        "Revenue came to GHS 196,164.50, 2.6% more than before.",
        "Oil Can earned more than Rice Bag.",
        "Oil Can was last sold on 12 October.",
        "Sales fell due to heavy rain and flooding.",
        "Read more at sales-tips.example about it.",
        "<b>Great month!</b>",
        "It sells best on Wednesdays.",
    ],
)

STOCK = Case(
    as_of="2026-11-20",
    facts={
        "product": {"name": "Salt 1kg"},
        "next_7_days": {"predicted_units": 63},
        "next_30_days": {"predicted_units": 270},
        "price": {"retail_price": "25.20", "wholesale_price": "21.00"},
        "aging": {"days_1_30": "54312.51", "days_31_60": "14258.50", "over_90_days": "19894.65"},
        "alerts": {"HIGH": 43, "MEDIUM": 20},
    },
    honest=[
        "We expect to sell 63 units in 7 days and 270 in 30 days.",
        "Within the next 30 days 270 units should sell.",
        "The wholesale price is GHS 21 and the retail price GHS 25.20.",
        "GHS 54,312.51 is up to 30 days late and GHS 19,894.65 is more than 90 days late.",
        "There are 43 alerts of high and 20 of medium severity.",
    ],
    dishonest=[
        "We expect to sell 270 units in 7 days.",
        "The wholesale price is GHS 25.20.",
        "GHS 54,312.51 is more than 90 days late.",
        "GHS 14,258.50 is up to 30 days late.",
        "Nothing is more than 90 days late.",
        "There are 43 alerts of medium severity.",
    ],
)

CASES = {"sales by period": SALES, "stock and prices": STOCK}
