"""Sums of usage as Piccolo sees them."""

from piccolo.columns import BigInt, Text
from piccolo.table import Table


class UsageDay(Table, tablename="usage_daily"):
    """Sums of a closed UTC day. Key: day, business, feature, model, source; business `` is the whole service."""

    day = Text(primary_key=True)
    business_id = Text()
    feature = Text()
    model = Text()
    source = Text()
    calls = BigInt()
    degraded = BigInt()
    failed = BigInt()
    cost = BigInt()
    input_tokens = BigInt()
    cached_tokens = BigInt()
    output_tokens = BigInt()


class UsageHour(Table, tablename="usage_hourly"):
    """Sums of an hour over all businesses. Key: hour, shard, feature, model, source."""

    hour = BigInt(primary_key=True)
    shard = BigInt()
    feature = Text()
    model = Text()
    source = Text()
    calls = BigInt()
    degraded = BigInt()
    failed = BigInt()
    cost = BigInt()
    input_tokens = BigInt()
    cached_tokens = BigInt()
    output_tokens = BigInt()


class PromptHour(Table, tablename="prompt_hourly"):
    """Sums of a closed hour. Key: feature, hour, prompt, source, model, reason."""

    began_at = BigInt(primary_key=True)
    feature = Text()
    prompt = Text()
    source = Text()
    model = Text()
    degraded = Text()
    calls = BigInt()
    failed = BigInt()
    repaired = BigInt()
    cost = BigInt()
    input_tokens = BigInt()
    output_tokens = BigInt()
    latency_ms = BigInt()
