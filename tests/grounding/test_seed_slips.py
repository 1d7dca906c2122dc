"""The arithmetic slips of the product brief: the wrong sentence falls, the right one stays."""

from datetime import date

import pytest

from gateway.domain.evidence import Evidence
from gateway.grounding.facts import FactIndex
from gateway.grounding.stream import clean, ungrounded

CREDIT = {
    "requested_limit": 5000,
    "suggested_limit": 3000,
    "average_monthly_purchases": "1200.00",
    "months_of_history": 6,
    "default_rate": "8%",
}
PLAN = {
    "outstanding_balance": "25,000.00",
    "plan": {"down_payment": 10000, "installments": 3, "installment_amount": 5000},
}
MESSAGE = {"amount": "5200.00", "plan": {"first": "2000.00", "payments": 2, "each_amount": "1600.00"}}
PREDICTION = {
    "predicted_payment_date": "2025-11-08",
    "salary_date": "2025-11-05",
    "earliest_days": 7,
    "latest_days": 10,
}
FRAUD = {"amount": "50000.00", "average_sale": "5000.00", "ratio_to_average": 10}
DASHBOARD = {
    "total_outstanding": "280,000.00",
    "overdue_amount": "125,000.00",
    "collection_days": {"current": 42, "previous": 35},
}
PRICING = {
    "retail_price": "5000.00",
    "suggested_price": "4850.00",
    "volume_increase_percent": 12,
    "profit_impact": "-1.4%",
}
FORECAST = {"current_stock": 15, "next_7_days": {"predicted_units": 8}}
ROI = {"monthly_savings": "6000.00", "professional_price": 199, "starter_price": 99}


def verdict(facts, sentence):
    return ungrounded(sentence, Evidence(facts=facts, computed={}, as_of=date(2025, 11, 6)))


WRONG = [
    (CREDIT, "Requested limit is 3x average monthly purchases."),
    (CREDIT, "The requested GHS 5,000 is 3 times the GHS 1,200 they buy a month."),
    (CREDIT, "Only 6 months of history (prefer 12+ months)."),
    (CREDIT, "Recent economic downturn in their industry."),
    (CREDIT, "Their industry has shown some instability, so monitoring is advisable."),
    (CREDIT, "In our database, this pattern preceded default in 67% of cases within 60 days."),
    (CREDIT, "Plans like this succeed in 78% of cases."),
    (PLAN, "GHS 10,000 + 3 × GHS 5,000 = GHS 30,000."),
    (PLAN, "GHS 10,000 now and 4 instalments of GHS 5,000 settle the GHS 25,000."),
    (MESSAGE, "GHS 2,000 + 2 × GHS 1,600 = GHS 5,600."),
    (MESSAGE, "Reference invoice INV-2024-1234."),
    (MESSAGE, "Best regards,\n[Your Name]"),
    (FRAUD, "Transaction amount exceeds the average by 1000%."),
    (FRAUD, "GHS 50,000 is 1,000 % above the average sale of GHS 5,000."),
    (DASHBOARD, "Overdue is 54.6% of the outstanding GHS 280,000."),
    (DASHBOARD, "Collection time shortened from 35 to 42 days."),
    (PRICING, "The change brings +8% profit."),
    (PRICING, "Profit grows by 1.4%."),
    (PRICING, "Current price is 8% above market average."),
    (FORECAST, "15 in stock at 8 per week last about 20 days."),
    (ROI, "Savings of GHS 6,000 are 60x the Professional plan at GHS 199."),
    (ROI, "Savings are 60x the Professional plan cost!"),
]
RIGHT = [
    (CREDIT, "Requested limit is 4.2x average monthly purchases."),
    (CREDIT, "The requested GHS 5,000 is about 4.2 times the GHS 1,200 they buy a month."),
    (CREDIT, "Starting with GHS 3,000 (2.5x their monthly average of GHS 1,200) provides room for growth."),
    (CREDIT, "GHS 1,200 a week is GHS 5,200 a month."),
    (PLAN, "GHS 10,000 + 3 × GHS 5,000 = GHS 25,000."),
    (PLAN, "A down payment of GHS 10,000 and 3 weekly instalments of GHS 5,000 settle the GHS 25,000."),
    (MESSAGE, "GHS 2,000 + 2 × GHS 1,600 = GHS 5,200."),
    (MESSAGE, "• Followed by 2 weekly payments of GHS 1,600 each"),
    (PREDICTION, "Customer typically pays 7-10 days after the due date."),
    (PREDICTION, "They are paid around the 5th of each month."),
    (FRAUD, "Transaction of GHS 50,000 detected - 10x higher than average sale."),
    (FRAUD, "Transaction amount exceeds the average by 900%."),
    (DASHBOARD, "GHS 125,000 of GHS 280,000, or 44.6%, is overdue."),
    (DASHBOARD, "125,000/280,000 = 44.6 % of receivables is overdue."),
    (DASHBOARD, "Customers take longer to pay (35→42 days)."),
    (PRICING, "Profit changes by -1.4 %."),
    (PRICING, "Profit falls by 1.4%."),
    (FORECAST, "15 in stock at 8 per week last about 13 days."),
    (ROI, "Savings of GHS 6,000 are 30x the Professional plan at GHS 199."),
]


@pytest.mark.parametrize(("facts", "sentence"), WRONG, ids=[s for _, s in WRONG])
def test_a_wrong_figure_of_the_brief_falls(facts, sentence):
    assert verdict(facts, sentence)


@pytest.mark.parametrize(("facts", "sentence"), RIGHT, ids=[s for _, s in RIGHT])
def test_the_right_figure_stays(facts, sentence):
    assert verdict(facts, sentence) == []


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Expect payment by Friday Nov 8th.", "Expect payment by Saturday Nov 8th."),
        ("Expect it on Fri, 8 November 2025.", "Expect it on Sat, 8 November 2025."),
        ("It comes on 2025-11-08 (Friday).", "It comes on 2025-11-08 (Saturday)."),
        ("November 5th falls on Thursday.", "November 5th falls on Wednesday."),
    ],
)
def test_a_weekday_that_the_calendar_contradicts_is_put_right(said, shown):
    index = FactIndex(Evidence(facts=PREDICTION, computed={}, as_of=date(2025, 11, 6)))
    result = clean(said, index)
    assert (result.text, result.corrected, result.dropped) == (shown, 1, 0)
