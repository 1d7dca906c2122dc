"""Every table says what it keeps for how long; what is due goes, what is sealed can be sealed anew."""

from gateway.domain.jobs import NewJob
from gateway.store.crypto import Sealer
from gateway.store.feedback import Answered, Feedback, FeedbackStore
from gateway.store.holdings import DAY, Kept, Period, Until, holdings
from gateway.store.retention import overdue, policies, purge
from gateway.store.rotation import rotate
from gateway.store.webhooks import Webhooks
from tests.store.making import BUSINESS, NOW, SECRET, SetClock, claim, jobs_on, ledger_on, sealer, settlement

NEWER = "a newer secret of the tests, 32 characters or more"


async def tables_of(database) -> set[str]:
    if database.dialect == "sqlite":
        sql = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
    else:
        sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type <> 'VIEW'"
    names = {row[0] for row in await database.fetch(sql)}
    # What SQLite keeps of a full-text index are copies of its table's rows; months belong to usage and audit.
    parts = ("usage_past", "audit_past")
    return {name for name in names if "_search" not in name and not name.startswith(parts)} - {"migration"}


async def columns_of(database, table):
    if database.dialect == "sqlite":
        return {row[0]: row[1] for row in await database.fetch("SELECT name, type FROM pragma_table_info($1)", table)}
    sql = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = $1"
    return {row[0]: row[1] for row in await database.fetch(sql, table)}


async def test_every_table_is_declared_and_everything_declared_is_there(database):
    declared = {holding.table for holding in holdings()}
    undeclared = await tables_of(database) - declared
    assert undeclared == set(), "give it a Holding in HOLDINGS of the module of gateway/store that writes it"
    assert declared - await tables_of(database) == set()


async def test_every_declaration_names_columns_that_are_there_and_every_encrypted_one_is_named(database):
    for holding in holdings():
        columns = await columns_of(database, holding.table)
        named = {*holding.key, *(sealed.column for sealed in holding.sealed), *([holding.user] if holding.user else [])}
        named |= {holding.keep.column} if isinstance(holding.keep, Until | Period) else set()
        assert named <= columns.keys(), holding.table
        assert ("business_id" in columns) == holding.scoped or holding.table in ("business", "api_key"), holding.table
        binary = {name for name, kind in columns.items() if kind.lower() in ("bytea", "blob")}
        assert binary == {sealed.column for sealed in holding.sealed}, holding.table


def test_whoever_keeps_for_ever_says_why():
    assert all(len(h.keep.why) > 10 for h in holdings() if isinstance(h.keep, Kept))
    assert dict(policies())["event"] == "deleted 90 days after its created_at"


async def fill(database, clock):
    """Give every kind of row that goes by itself."""
    jobs, hooks = jobs_on(database, clock), Webhooks(database, sealer(), clock)
    await hooks.create(BUSINESS, "https://a.example/", ["*"])
    ledger = ledger_on(database, clock)
    wanted = claim(quota_limit=1)
    await ledger.settle(await ledger.reserve(wanted), settlement(wanted, cost=1))
    done = await jobs.add(BUSINESS, NewJob("test"))
    (job,) = await jobs.claim("me", ("test",), 1)
    await jobs.end(job, "completed", b"{}")
    people = FeedbackStore(database, sealer(), clock)
    about = Answered(wanted.request_id, "credit_risk")
    await database.run(people.say, BUSINESS, about, "hash-of-a-user", Feedback(5, "paid", "Thanks"))
    decided = {"user_hash": "hash-of-a-user", "actor": "k"}
    await database.run(people.decide, BUSINESS, about, "approve", {"reason": "x"}, **decided)
    await database.execute("UPDATE usage SET user_hash = 'hash-of-a-user'")
    return done


async def numbers(database):
    names = ("event", "webhook_delivery", "job", "feedback", "decision", "usage", "budget", "quota_counter")
    return {name: (await database.fetch(f"SELECT COUNT(*) FROM {name}"))[0][0] for name in names}


async def test_contents_go_on_the_91st_day_and_figures_after_a_year(database):
    clock = SetClock()
    await fill(database, clock)
    before = await numbers(database)
    assert all(before.values())
    assert await overdue(database, NOW + 90 * DAY - 1) == {}
    assert await purge(database, NOW + 90 * DAY - 1) == 0
    late = await overdue(database, NOW + 90 * DAY)
    assert {"event", "webhook_delivery", "job", "feedback", "decision", "usage"} <= late.keys()
    await purge(database, NOW + 90 * DAY)
    assert await overdue(database, NOW + 90 * DAY) == {}
    after = await numbers(database)
    assert {name for name, count in after.items() if count == 0} >= {"event", "webhook_delivery", "feedback"}
    assert all(after[name] == before[name] for name in ("usage", "decision", "budget"))
    for table in ("usage", "decision"):
        assert [row[0] for row in await database.fetch(f"SELECT user_hash FROM {table}")] == [""] * before[table]
    await purge(database, NOW + 500 * DAY)
    left = await numbers(database)
    assert {name for name, count in left.items() if count} <= {"job"}


async def test_everything_sealed_opens_with_the_newest_secret_alone_after_a_rotation(database):
    clock = SetClock()
    await fill(database, clock)
    both = Sealer([NEWER, SECRET])
    first = await rotate(database, both)
    assert first.renewed >= 6 and first.current == first.unreadable == 0
    again = await rotate(database, both)
    assert (again.renewed, again.current, again.unreadable) == (0, first.renewed, 0)
    alone = await rotate(database, Sealer([NEWER]))
    assert (alone.current, alone.unreadable) == (first.renewed, 0)
    newest = Webhooks(database, Sealer([NEWER]), clock)
    assert [hook.url for hook in await newest.all_of(BUSINESS)] == ["https://a.example/"]
    assert (await rotate(database, Sealer(["x" * 32]))).unreadable == first.renewed
