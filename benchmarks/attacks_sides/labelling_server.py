"""A language model behind HTTP that names a label: the victim of both sides, on loopback.

    python labelling_server.py PIPELINE.pickle PORT DELAY_S

It speaks as much of the OpenAI chat API as the question takes. A pipeline of scikit-learn decides;
each answer leaves ``DELAY_S`` after its request has come, however many are under way. It prints
its port when it listens, and how many requests it had when its input ends.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
from pathlib import Path
from typing import Any

NAMES = ("negative", "positive")


class Labelling:
    def __init__(self, pipeline: Any, delay_s: float) -> None:
        self.pipeline = pipeline
        self.delay_s = delay_s
        self.n_requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request after another on a connection."""
        clock = asyncio.get_running_loop().time
        while head := await _head(reader):
            body = await reader.readexactly(_length(head))
            due = clock() + self.delay_s
            answer = self._answer(json.loads(body))
            await asyncio.sleep(due - clock())
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n%b" % (len(answer), answer)
            )
        writer.close()

    def _answer(self, asked: dict[str, Any]) -> bytes:
        self.n_requests += 1
        text = asked["messages"][-1]["content"].removesuffix("\nLabel:")
        label = NAMES[int(self.pipeline.predict([text])[0])]
        message = {"role": "assistant", "content": label}
        choice = {"index": 0, "message": message, "finish_reason": "stop"}
        return json.dumps({"choices": [choice], "model": asked["model"]}).encode()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def _length(head: bytes) -> int:
    (line,) = (each for each in head.lower().split(b"\r\n") if each.startswith(b"content-length:"))
    return int(line.partition(b":")[2])


async def serve(labelling: Labelling, port: int) -> None:
    server = await asyncio.start_server(labelling.serve, "127.0.0.1", port, backlog=1024)
    async with server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.to_thread(sys.stdin.read)
    print(labelling.n_requests, flush=True)


if __name__ == "__main__":
    fitted = pickle.loads(Path(sys.argv[1]).read_bytes())
    asyncio.run(serve(Labelling(fitted, float(sys.argv[3])), int(sys.argv[2])))
