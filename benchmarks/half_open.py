"""Is a newcomer served while one person holds more sockets than the app has descriptors? What does a large body weigh?

`python -m benchmarks.half_open` starts the app with 1,024 descriptors, holds 1,100 half requests of each kind, and asks
from another address; then sends it one huge body. Limits: everybody is served, and the app weighs at most half as much
again meanwhile."""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from benchmarks.support.report import Report, Skipped, parser, run

DESCRIPTORS, HELD, ASKED = 1_024, 1_100, 30
MEGABYTES = 400
HOST = "host: localhost\r\n"
JSON = "content-type: application/json\r\n"
JOIN = f"POST /gradio_api/queue/join HTTP/1.1\r\n{HOST}{JSON}"
UPLOAD = f"POST /gradio_api/upload HTTP/1.1\r\n{HOST}content-type: multipart/form-data; boundary=b\r\n"
HALF = "content-length: 99999\r\n\r\n"
KINDS = {
    "silent": "",
    "half a head": f"GET / HTTP/1.1\r\n{HOST}a:",
    "half a body": JOIN + HALF + "{",
    "half an upload": UPLOAD + HALF,
}


@contextmanager
def app() -> Iterator[tuple[int, int]]:
    """The port of the app, and its process id."""
    command = f"ulimit -n {DESCRIPTORS}; HF_ENDPOINT=http://127.0.0.1:10 exec {sys.executable} app.py --port 0 --shared"
    started = subprocess.Popen(["sh", "-c", command], stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    try:
        yield int(started.stdout.readline().rsplit(":", 1)[1]), started.pid
    finally:
        started.terminate()
        started.wait()


def ask(port: int) -> float:
    """Seconds until `/health` answers somebody else; raises OSError where it does not."""
    since = time.perf_counter()
    with closing(HTTPConnection("127.0.0.1", port, timeout=20, source_address=("127.0.0.2", 0))) as asked:
        asked.request("GET", "/health")
        if (status := asked.getresponse().status) != 200:
            raise OSError(f"HTTP {status}")
    return time.perf_counter() - since


def weight(process: int, what: str = "VmRSS") -> int:
    """Megabytes of memory of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(what)).split()[1]) // 1024


def send(port: int, megabytes: int) -> str:
    """What is answered to one huge JSON body."""
    piece = b"x" * 2**20
    with socket.create_connection(("127.0.0.1", port), timeout=60) as opened:
        opened.sendall(f'{JOIN}transfer-encoding: chunked\r\n\r\nb\r\n{{"data": ["\r\n'.encode())
        with suppress(ConnectionError):
            for _ in range(megabytes):
                opened.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            opened.sendall(b"0\r\n\r\n")
        return opened.recv(200).decode().split("\r\n", 1)[0]


def newcomers(port: int, kind: str, said: str, number: int, report: Report) -> None:
    """Ask while half requests of a kind are held."""
    held = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(number)]
    for one in held:
        with suppress(ConnectionError):
            one.sendall(said.encode())
    taken: list[float] = []
    asked = 2 if report.small else ASKED
    for _ in range(asked):
        with suppress(OSError, HTTPException):
            taken.append(ask(port))
    report.proof(f"{number} x {kind}: {len(taken)} of {asked} newcomers were served", len(taken) == asked)
    report.figure(f"{number} x {kind}: the slowest", max(taken, default=0) * 1000, "ms")
    for one in held:
        one.close()


def main() -> int:
    """Print the figures; 1 where one does not hold, 2 where so many descriptors are not to be had."""
    report = Report(parser(__doc__).parse_args().small)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if most != resource.RLIM_INFINITY and most < 4_096:
        raise Skipped(f"this takes 4,096 file descriptors, and the system lets a process have {most}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4_096, most))
    kinds = {"half a body": KINDS["half a body"]} if report.small else KINDS
    with app() as (port, process):
        for kind, said in kinds.items():
            newcomers(port, kind, said, 20 if report.small else HELD, report)
        before, megabytes = weight(process), 34 if report.small else MEGABYTES
        Path(f"/proc/{process}/clear_refs").write_text("5")
        said = send(port, megabytes)
        report.proof(f"{megabytes} MB of JSON are refused as too much: {said}", " 413 " in said)
        report.ratio("what the app weighs meanwhile, of before", weight(process, "VmHWM"), before, most=1.5)
    return report.end()


if __name__ == "__main__":
    run(main)
