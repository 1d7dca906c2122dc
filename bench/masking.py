"""CPU time and memory of the masking core, on this machine.

    python bench/masking.py

Prints microseconds of process CPU, the median of several rounds; the machine should be otherwise idle.
"""

import json
import resource
import secrets
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

PEOPLE = ["Kwabena Asare", "Efua Tagoe", "Selorm Dzokoto", "Madam Rahinatu", "Yakubu Alhassan"]
LINE = "On Friday the shop sold 24 bags of rice for GHS 3,400.00 and the customer will pay the balance next week. "


def ordinary_prompt() -> str:
    """Return a letter of 2 KB with about 20 personal values."""
    parts = [
        f"{LINE}{name} called from 0244{i}12345 about invoice INV-2026-00{i}. " for i, name in enumerate(PEOPLE * 2)
    ]
    return "".join(parts)[:2048]


def evidence() -> dict[str, object]:
    """Return evidence of about 1.5 KB with six marked values."""
    invoices = [
        {
            "id": f"INV-2026-{i:04}",
            "amount": f"{i * 125}.00",
            "due": "2026-11-20",
            "status": "OVERDUE",
            "days_overdue": i,
        }
        for i in range(1, 11)
    ]
    return {
        "customer": {
            "name": "Kwabena Asare",
            "contact": "Efua Tagoe",
            "phone": "+233244112345",
            "email": "efua.tagoe@example.com",
            "address": "House No. 12 Palm Lane",
            "tin": "C0012345678",
            "segment": "At Risk",
            "credit_limit": "5000.00",
        },
        "invoices": invoices,
        "notes": "Customer asked for more time until Friday; the goods were short by three cartons. Efua will call.",
        "summary": {"paid_on_time": 0.82, "average_days_late": 4.5, "trend": "improving", "currency": "GHS"},
    }


_LETTERS = str.maketrans("0123456789", "ghijklmnop")
PII = {"/customer/name": "person-or-business", "/customer/contact": "person", "/customer/phone": "phone",
       "/customer/email": "email", "/customer/address": "address", "/customer/tin": "tax-id"}  # fmt: skip


def cpu_us(action: Callable[[], object], rounds: int = 9, repeat: int = 40) -> float:
    """Return the median CPU microseconds of one call."""
    action()
    times = []
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(repeat):
            action()
        times.append((time.process_time() - start) / repeat * 1e6)
    return statistics.median(times)


def memory_mib() -> float:
    """Return the resident set of this process now, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _renewed(body: bytes) -> bytes:
    """Return a body with another user message of the same length, as no two calls have the same one."""
    return body.replace(b"INV-2026-0001", secrets.token_hex(6).translate(_LETTERS).encode() + b"x")


def main() -> None:
    """Measure and print."""
    from gateway.masking import lexicon

    before, start = memory_mib(), time.perf_counter()
    lexicon.load_lexicon()
    print(f"lexicon: {(time.perf_counter() - start) * 1e3:.0f} ms to load, {memory_mib() - before:.1f} MiB resident")
    from gateway.masking.egress import guard
    from gateway.masking.masker import Masker
    from gateway.masking.restoring import restore_text, restore_tree
    from gateway.masking.vault import Vault

    start = time.perf_counter()
    masker = Masker.default()
    print(f"masker: {(time.perf_counter() - start) * 1e3:.0f} ms to build, process at {memory_mib():.0f} MiB")
    prompt, plain, facts = ordinary_prompt(), (LINE * 20)[:2048], evidence()
    print(f"2 KB without personal values: {cpu_us(lambda: masker.mask_text(plain, Vault())):.0f} us")
    print(f"2 KB letter with 20 values:   {cpu_us(lambda: masker.mask_text(prompt, Vault())):.0f} us")

    def mask() -> tuple[object, Vault]:
        vault = Vault()
        return masker.mask_tree(facts, vault, pii=PII, plain=frozenset()), vault

    masked, vault = mask()
    print(f"evidence of {len(json.dumps(facts))} bytes:        {cpu_us(mask):.0f} us")
    system = ("You write short notes for a shop in Ghana. Keep a grace period in mind and promise nothing. " * 22)[
        :1900
    ]
    body = json.dumps(
        {
            "model": "m",
            "messages": [{"role": "system", "content": system}, {"role": "user", "content": json.dumps(masked)}],
        }
    ).encode()
    print(f"egress guard, {len(body)} bytes:    {cpu_us(lambda: guard(_renewed(body), vault)):.0f} us")
    answer = "Dear <PERSON_1>, please call <PHONE_1> about the balance. " * 12
    print(f"restore of {len(answer)} characters:    {cpu_us(lambda: restore_text(answer, vault)):.0f} us")
    words = {"explanation": answer, "reasons": ["Paid on time in 9 of 12 months", "Owes GHS 1,250.00"] * 6}
    print(f"restore of an answer's tree:   {cpu_us(lambda: restore_tree(words, vault)):.0f} us")


if __name__ == "__main__":
    main()
