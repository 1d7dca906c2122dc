"""The floor: what a call costs with the same server, framework, SDK and connection, and none of the work.

A bare Litestar passes the request's bytes to the model server through the SDK's `client.post` and the bytes back.
Served by `python -m bench.floor_app PORT UPSTREAM_URL`.
"""

import sys
from typing import Any

import httpx2
import uvicorn
from litestar import Litestar, Request, Response, get, post
from openai import AsyncOpenAI, DefaultAioHttpClient


def build(upstream: str) -> Litestar:
    """Return the application in front of the model server at `upstream`."""
    client = AsyncOpenAI(
        api_key="sk-bench", base_url=upstream, max_retries=0, timeout=30, http_client=DefaultAioHttpClient()
    )

    @get("/health/live")
    async def live() -> dict[str, bool]:
        return {"ok": True}

    @post("/", status_code=200)
    async def through(request: Request[Any, Any, Any]) -> Response[bytes]:
        body = await request.body()
        answer = await client.post("/responses", content=body, cast_to=httpx2.Response)
        return Response(answer.content, media_type="application/json")

    return Litestar([live, through], openapi_config=None, logging_config=None, on_shutdown=[client.close])


if __name__ == "__main__":
    uvicorn.run(
        build(sys.argv[2]),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
    )
