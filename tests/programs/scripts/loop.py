#!/usr/bin/env python3
"""loop.py STATUS: an asyncio loop with timers, a pipe, a child-less executor and tasks that wait for each other.

Same protocol as the C programs: "ready", wait for STATUS.go, "ok" or "FAIL: why". Standard library only. The loop waits in
epoll; it is woken through a pipe instead of the socket pair that asyncio would make for itself.
"""
import sys

del sys.path[0]  # where there is another module `queue`

import asyncio
import os
import selectors
import threading

BEAT = 0.005


class Waker:
    """What asyncio takes for an end of its socket pair, on a pipe."""

    def __init__(self, fd):
        self.fd = fd

    def fileno(self):
        return self.fd

    def recv(self, size):
        return os.read(self.fd, size)

    def send(self, data):
        return os.write(self.fd, data)

    def close(self):
        os.close(self.fd)


class Loop(asyncio.SelectorEventLoop):
    def _make_self_pipe(self):
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._ssock, self._csock = Waker(reader), Waker(writer)
        self._internal_fds += 1
        self._add_reader(reader, self._read_from_self)


def note(status, line):
    with open(status, "a") as f:
        f.write(line + "\n")


def ready(status):
    """By rename: the file is closed before anybody can see the line."""
    with open(status + ".tmp", "w") as f:
        f.write("ready\n")
    os.rename(status + ".tmp", status)


class Work:
    def __init__(self, status):
        self.status = status
        self.beats = 0
        self.sent = 0
        self.received = 0
        self.problems = []
        self.calls = 0

    async def beat(self, stop):
        while not stop.is_set():
            await asyncio.sleep(BEAT)
            self.beats += 1

    async def send(self, queue, stop):
        while not stop.is_set():
            await queue.put(self.sent)
            self.sent += 1
            await asyncio.sleep(BEAT)
        await queue.put(None)

    async def receive(self, queue):
        while True:
            item = await queue.get()
            if item is None:
                return
            if item != self.received:
                self.problems.append("got %d, not %d" % (item, self.received))
            self.received += 1

    async def read(self, reader):
        """Every byte that the thread writes, in order."""
        want = 0
        while True:
            data = await reader.read(64)
            if not data:
                return want
            for byte in data:
                if byte != want % 251:
                    self.problems.append("byte %d is %d" % (want, byte))
                want += 1

    def write(self, fd, loop, done):
        """In a thread of its own: it wakes the loop by the pipe."""
        written = 0
        while not done.wait(BEAT):
            written += os.write(fd, bytes([written % 251]))
            loop.call_soon_threadsafe(self.called)
        os.close(fd)
        return written

    def called(self):
        self.calls += 1

    async def run(self):
        loop = asyncio.get_running_loop()
        stop = asyncio.Event()
        done = threading.Event()
        queue = asyncio.Queue(3)
        read_end, write_end = os.pipe()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(read_end, "rb", 0))
        writing = loop.run_in_executor(None, self.write, write_end, loop, done)
        tasks = [loop.create_task(task) for task in
                 (self.beat(stop), self.send(queue, stop), self.receive(queue), self.read(reader))]
        while self.beats < 3 or self.received < 3 or self.calls < 3:
            await asyncio.sleep(BEAT)
        far = loop.call_later(1e6, self.problems.append, "the far timer fired")
        ready(self.status)
        while not os.path.exists(self.status + ".go"):
            await asyncio.sleep(BEAT)
        before = (self.beats, self.received, self.calls)
        while any(now == then for now, then in zip((self.beats, self.received, self.calls), before)):
            await asyncio.sleep(BEAT)
        stop.set()
        done.set()
        written = await writing
        read = (await asyncio.gather(*tasks))[3]
        if read != written or self.sent != self.received:
            self.problems.append("read %d of %d, received %d of %d" % (read, written, self.received, self.sent))
        far.cancel()
        return self.problems


def main():
    if len(sys.argv) < 2 or not sys.argv[1].startswith("/"):
        print("usage: loop.py /ABSOLUTE/STATUS", file=sys.stderr)
        return 2
    status = sys.argv[1]
    loop = Loop(selectors.EpollSelector())
    problems = loop.run_until_complete(Work(status).run())
    note(status, "FAIL: " + "; ".join(problems) if problems else "ok")
    return 1 if problems else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
