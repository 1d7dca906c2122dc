"""Measures the served gateway against the floor and writes the table into docs/performance.md.

    python -m bench.run [--rounds 5] [--seconds 2] [--connections 1,16,64] [--no-write]

Both servers talk to the same mock model server through the same SDK, in turns, each one paused while the other is
measured. The figure to trust on a shared machine is CPU per call: the process tree's user and system time divided by
the calls answered. Linux, a C compiler and Python are all it needs; loopback only.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from bench.processes import ENVIRONMENT, LOAD_CORE, ROOT, Server, Target, compiled, free_port, http, load
from bench.report import Measured, Results, table, write_table
from bench.scenarios import Scenario, model_answer, scenarios

TENANT = ROOT / "demo" / "tenant"
FROM_MODEL, FROM_CACHE = '"source":"model"', '"source":"cache"'


def main() -> None:
    """Run the benchmark and write its table."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        running = stack.enter_context(site(Path(folder)))
        results = Results(running.gateway.boot_s, running.floor.boot_s, options.rounds, options.seconds)
        for scenario in scenarios(TENANT, running.business_id):
            targets = running.prepare(scenario)
            _measure(scenario.feature, targets, options, results)
        results.rss_mib = running.gateway.rss_mib()
    text = table(results)
    print(text)
    if options.write:
        write_table(ROOT / "docs" / "performance.md", text)


class Site:
    """The three servers, and the key of the business that calls."""

    def __init__(self, folder: Path, mock: Server, floor: Server, gateway: Server, business_id: str, key: str) -> None:
        self.folder, self.mock, self.floor, self.gateway = folder, mock, floor, gateway
        self.business_id = business_id
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def prepare(self, scenario: Scenario) -> tuple[Target, Target, Target]:
        """Return floor, miss and hit for a scenario, after teaching the mock its answer."""
        url, first = _base(self.gateway) + scenario.path, scenario.repeated.encode()
        http(url, first, self._headers)  # the mock's first answer is unusable, but its prompt is what is needed
        http(_base(self.mock) + "/__answer", model_answer(scenario.feature, self._last_prompt()))
        answer = http(url, first, self._headers)[1].decode()
        if FROM_MODEL not in answer:
            sys.exit(f"{scenario.feature} is not answered by the mock model:\n{answer}")
        prompt = self._last_prompt()
        bodies = {"floor": prompt, "miss": scenario.varying.encode(), "hit": first}
        files = {name: self.folder / f"{scenario.feature}.{name}.json" for name in bodies}
        for name, body in bodies.items():
            files[name].write_bytes(body)
        return (
            Target("floor", self.floor, _base(self.floor) + "/", files["floor"]),
            Target("miss", self.gateway, url, files["miss"], self._headers, FROM_MODEL),
            Target("hit", self.gateway, url, files["hit"], self._headers, FROM_CACHE),
        )

    def _last_prompt(self) -> bytes:
        return http(_base(self.mock) + "/__last")[1]


@contextmanager
def site(
    folder: Path, python: Sequence[str] = (sys.executable, "-m"), floor_python: Sequence[str] = (sys.executable, "-m")
) -> Iterator[Site]:
    """Start everything on a throw-away database in `folder`; `python` and `floor_python` run the two modules."""
    ports = {name: free_port() for name in ("mock", "floor", "gateway")}
    upstream = f"http://127.0.0.1:{ports['mock']}/v1"
    _write_byte_code()
    env = _environment(folder, upstream)
    business_id, key = _load_demo(env)
    port = {name: str(number) for name, number in ports.items()}
    serve = [*python, "gateway", "serve", "--port", port["gateway"]]
    floor = [*floor_python, "bench.floor_app", port["floor"], upstream]
    with ExitStack() as stack:
        mock = Server(
            "mock", [str(compiled("upstream"))], _url(ports["mock"], "/__stats"), LOAD_CORE, {"MOCK_PORT": port["mock"]}
        )
        floor_server = Server("floor", floor, _url(ports["floor"], "/health/live"))
        gateway = Server("gateway", serve, _url(ports["gateway"], "/health/ready"), env=env)
        for server in (mock, floor_server, gateway):
            stack.enter_context(server)
        yield Site(folder, mock, floor_server, gateway, business_id, key)


def _environment(folder: Path, upstream: str) -> dict[str, str]:
    """Return settings for a throw-away database, the mock upstream and plans that never say stop."""
    policy = folder / "policy"
    policy.mkdir()
    for file in (ROOT / "gateway" / "policy").glob("*.yaml"):
        (policy / file.name).write_text(file.read_text())
    plans = yaml.safe_load((policy / "plans.yaml").read_text())
    for plan in plans["plans"].values():
        plan |= {"budget_usd": "1000000.00", "requests_per_minute": 100_000, "modes": {}}
        plan["meters"] = dict.fromkeys(plan["meters"], -1)
    (policy / "plans.yaml").write_text(yaml.safe_dump(plans, sort_keys=False))
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'bench.sqlite'}",
        "OPENAI_API_KEY": "sk-bench",
        "OPENAI_BASE_URL": upstream,
        "MODEL_PROOF": "warn",
        "POLICY_DIR": str(policy),
        "AI_DEADLINE_MS": "20000",
        "LOG_LEVEL": "warning",
    }


def _write_byte_code() -> None:
    """Import once what the servers are made of, so that no start that is measured has to read the sources."""
    modules = "import admin.app, bench.floor_app, gateway.adapters.openai_model, gateway.cli.main"
    subprocess.run([sys.executable, "-c", modules], cwd=ROOT, env=ENVIRONMENT, check=True)


def _load_demo(env: dict[str, str]) -> tuple[str, str]:
    """Load the demo tenants and return the first business's id and key."""
    for command in (["migrate"], ["demo", "--json"]):
        done = subprocess.run(
            [sys.executable, "-m", "gateway", *command],
            cwd=ROOT,
            env={**ENVIRONMENT, **env},
            check=True,
            capture_output=True,
            text=True,
        )
    business_id = json.loads((TENANT / "businesses.jsonl").read_text().splitlines()[0])["id"]
    return business_id, _key_of(json.loads(done.stdout), business_id)


def _key_of(printed: Any, business_id: str) -> str:
    """Return the key in the object that names the business, wherever it stands in the printed JSON."""
    todo = [printed]
    for value in todo:
        if isinstance(value, dict):
            if business_id in value.values() and isinstance(value.get("key"), str):
                return str(value["key"])
            todo += value.values()
        elif isinstance(value, list):
            todo += value
    sys.exit("`python -m gateway demo --json` printed no key for the first demo business.")


def _measure(feature: str, targets: Sequence[Target], options: argparse.Namespace, results: Results) -> None:
    for target in targets:
        target.server.pause()
    for target in targets:
        _turn(target, 4, 1.0)  # warm
    for number in range(options.rounds):
        for connections in options.connections:
            # Back and forth, so that a machine that grows slower or faster favours nobody.
            for target in targets if number % 2 == 0 else targets[::-1]:
                results.add(Measured(feature, target.name, connections, _turn(target, connections, options.seconds)))
    for target in targets:
        target.server.resume()


def _turn(target: Target, connections: int, seconds: float) -> dict[str, Any]:
    target.server.resume()
    figures = load(target, connections, seconds)
    target.server.pause()
    if figures["errors"]:
        print(
            f"{target.name}: {figures['errors']} of {figures['requests']} answers were not as expected", file=sys.stderr
        )
    return figures


def _url(port: int, path: str) -> str:
    return f"http://127.0.0.1:{port}{path}"


def _base(server: Server) -> str:
    return "/".join(server.ready_url.split("/")[:3])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="per measurement")
    parser.add_argument("--connections", type=lambda text: [int(part) for part in text.split(",")], default=[1, 16, 64])
    parser.add_argument("--no-write", dest="write", action="store_false", help="print the table only")
    return parser.parse_args()


if __name__ == "__main__":
    main()
