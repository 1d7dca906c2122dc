"""What a person said of an alert: that there was something to it, or that there was not."""

from dataclasses import dataclass

TRUE_POSITIVE, FALSE_POSITIVE = "true_positive", "false_positive"
OUTCOMES = (TRUE_POSITIVE, FALSE_POSITIVE)


@dataclass(frozen=True, slots=True)
class AlertOutcome:
    """One verdict; `pattern` is the kind of alert with who or what it was about."""

    alert_id: str
    pattern: str
    outcome: str
