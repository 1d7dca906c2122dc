"""Styles and scripts come packed to those who can unpack them, and are the same either way."""

import gzip
import re

import pytest

from admin.web.assets import ASSETS, FILES, HERE
from tests.service import Client

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize("name", ASSETS)
async def test_an_asset_is_packed_for_those_who_ask_for_it(place, name):
    plain = await Client(place.service.asgi).send("GET", f"/admin/assets/{name}", None)
    packed = await Client(place.service.asgi, {"accept-encoding": "br, gzip"}).send(
        "GET", f"/admin/assets/{name}", None
    )
    assert "content-encoding" not in plain.headers and packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body and len(packed.body) < len(plain.body)
    assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"


async def test_what_comes_from_other_people_has_its_licence_beside_it():
    for file in FILES.values():
        if file.startswith("vendor/"):
            licence = (HERE / "static" / file).with_name("LICENSE").read_text()
            assert re.search(r"MIT|BSD|Permission", licence), file
