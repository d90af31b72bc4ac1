"""A feed into a JSONL file, by picows and orjson: python picows_lines.py URL PATH."""

import json
import resource
import sys

import orjson
import uvloop
from picows import WSCloseCode, WSListener, WSMsgType, ws_connect


class Lines(WSListener):
    def __init__(self, path):
        self.file = open(path, "wb", buffering=128 * 1024)
        self.records = 0

    def on_ws_frame(self, transport, frame):
        if frame.msg_type == WSMsgType.TEXT:
            payload = frame.get_payload_as_memoryview()
            orjson.loads(payload)
            self.file.write(payload)
            self.file.write(b"\n")
            self.records += 1
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.send_close(WSCloseCode.OK)
            transport.disconnect()


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def main(url, path):
    # Loading the interpreter and its modules does not count, as it does not with Node.js.
    before = cpu_seconds()
    transport, lines = await ws_connect(lambda: Lines(path), url)
    await transport.wait_disconnected()
    lines.file.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"records": lines.records, "cpuSeconds": cpu_seconds() - before, "maxRssMiB": peak}))


uvloop.run(main(*sys.argv[1:3]))
