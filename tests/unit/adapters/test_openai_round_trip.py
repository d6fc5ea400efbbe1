"""The time that the network alone takes."""

from __future__ import annotations

import socket

from harness.adapters.openai import OpenAIAdapter
from harness.adapters.openai.round_trip import round_trip_s


def test_it_is_the_time_to_open_a_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        found = round_trip_s(address)
        session = OpenAIAdapter(base_url=address, model="m").open()
        facts = session.facts()
        session.close()

    assert found is not None
    assert 0 < found < 5
    assert 0 < facts["round_trip_s"] < 5


def test_nothing_is_told_of_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    assert round_trip_s(f"http://127.0.0.1:{port}/v1") is None
    session = OpenAIAdapter(base_url=f"http://127.0.0.1:{port}/v1", model="m").open()
    assert session.facts() == {}
    session.close()
