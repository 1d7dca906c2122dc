"""Sentences that count rows, put one above all others, tell a row by its day or a word of its name, or mix up dates."""

from tests.grounding.corpus import Case

MONTH = Case(
    as_of="2026-11-20",
    facts={
        "currency": "GHS",
        "period": {"name": "this month", "from": "2026-11-01", "to": "2026-11-20"},
        "compared_with": {
            "name": "the same days of the month before",
            "from": "2026-10-01",
            "to": "2026-10-20",
        },
        "summary": {"categories_sold": 4, "revenue": "172489.54"},
        "rows": [
            {"category": "Groceries", "revenue": "74836.82", "share": "43.4%", "units": 3673,
             "previous_revenue": "68968.29", "revenue_change": "8.5%"},
            {"category": "Electronics", "revenue": "71055.42", "share": "41.2%", "units": 67,
             "previous_revenue": "14660.90", "revenue_change": "384.7%"},
            {"category": "Household", "revenue": "13404.00", "share": "7.8%", "units": 402,
             "previous_revenue": "11465.69", "revenue_change": "18%"},
            {"category": "Beverages", "revenue": "13193.30", "share": "7.6%", "units": 672,
             "previous_revenue": "15282.75", "revenue_change": "-13.7%"},
        ],
    },
    honest=[
        "Three of the four categories grew.",
        "Only Beverages fell.",
        "Groceries added GHS 5,868.53.",
        "All four sold.",
        "Four out of ten cedis came from Electronics.",
        "The four categories together brought GHS 172,489.54.",
        "Groceries sells the most units.",
    ],
    dishonest=[
        "All four categories grew.",
        "None of the four categories fell.",
        "Only Household fell.",
        "Both Groceries and Beverages fell.",
        "Household added GHS 5,868.53.",
        "Groceries brought GHS 74,863.82.",
        "Total sales last month were GHS 172,489.54.",
        "Beverages is the largest category.",
        "Household outsold Electronics.",
    ],
)  # fmt: skip

ACCOUNTS = Case(
    as_of="2026-11-20",
    facts={
        "alerts": [
            {"customer": "<BUSINESS_1>", "severity": "CRITICAL", "outstanding_balance": "13473.50",
             "credit_limit": "9000.00", "warning_sign_count": 3},
            {"customer": "<BUSINESS_2>", "severity": "CRITICAL", "outstanding_balance": "4890.25",
             "credit_limit": "4000.00", "warning_sign_count": 4},
            {"customer": "<BUSINESS_3>", "severity": "HIGH", "outstanding_balance": "22536.50",
             "credit_limit": "36500.00", "warning_sign_count": 2},
        ],
        "invoices": [
            {"ref": "I1", "amount": "3768.50", "due_date": "2026-11-13", "predicted_date": "2026-11-27"},
            {"ref": "I2", "amount": "3530.00", "due_date": "2026-11-20", "predicted_date": "2026-11-30"},
        ],
        "days": [
            {"day": "2026-10-29", "discount_given": "146.08", "receipts": 2},
            {"day": "2026-10-05", "discount_given": "117.35", "receipts": 1},
            {"day": "2026-10-15", "discount_given": "43.01", "receipts": 1},
        ],
        "pattern": {"average_days_after_due": -2},
        "current": {"wholesale_price": "41.00", "unit_cost": "34.00"},
        "suggested": {"wholesale_price": "45.00"},
    },
    honest=[
        "Two of the three are over their limit.",
        "Two of the three are critical.",
        "I2 fell due on 20 November.",
        "I1 is expected on 27 November.",
        "On 29 October GHS 146.08 was given.",
        "Payment comes two days before the due date.",
        "The wholesale price moves from 41 to 45 cedis.",
        "<BUSINESS_3> has the largest balance.",
    ],
    dishonest=[
        "All three are over their limit.",
        "All three are critical.",
        "<BUSINESS_3> is above its limit of GHS 36,500.",
        "I2 fell due on 30 November.",
        "On 5 October GHS 146.08 was given.",
        "Payment comes two days after the due date.",
        "The wholesale price moves from 45 to 41 cedis.",
        "<BUSINESS_2> is the largest of the three by balance.",
        "Pay within a fortnight.",
    ],
)  # fmt: skip

GOODS = Case(
    as_of="2026-11-20",
    facts={
        "candidates": [
            {"name": "Royal Grain Rice 5kg", "price": "134.45", "stock": 244},
            {"name": "Tomato Paste 400g", "price": "15.80", "stock": 506},
            {"name": "Evaporated Milk 160g", "price": "10.66", "stock": 779},
        ],
        "discount_share_of_sales": "0.2%",
        "reorder_point_units": 24,
        "safety_stock_units": 14,
        "next_7_days": {"predicted_units": 163},
        "next_30_days": {"predicted_units": 670},
    },
    honest=[
        "The paste is GHS 15.80 and the milk GHS 10.66.",
        "Safety stock is 14 units.",
        "In the next month 670 units should sell.",
    ],
    dishonest=[
        "The paste is GHS 10.66.",
        "Safety stock is 24 units.",
        "One receipt in five carried a discount.",
        "About 26 units are the reorder point.",
        "In the next month 163 units should sell.",
        "That is 24 more than before.",
    ],
)

CASES = {"counts of categories": MONTH, "accounts and dates": ACCOUNTS, "goods by a word": GOODS}
