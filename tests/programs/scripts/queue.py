#!/usr/bin/env python3
"""queue.py STATUS: six threads and a queue; the sum of their results is checked at the end.

Same protocol as the C programs: "ready", wait for STATUS.go, "ok" or "FAIL: why". Standard library only; no socket and
no epoll is open.
"""
import sys

del sys.path[0]  # where this file is the module `queue`

import hashlib
import os
import queue
import threading
import time

WORKERS = 4
ITEM_PAUSE = 0.002


def note(status, line):
    with open(status, "a") as f:
        f.write(line + "\n")


def ready(status):
    """By rename: the file is closed before anybody can see the line."""
    text = open(status).read() if os.path.exists(status) else ""
    with open(status + ".tmp", "w") as f:
        f.write(text + "ready\n")
    os.rename(status + ".tmp", status)


def descriptors():
    found = []
    for fd in sorted(int(x) for x in os.listdir("/proc/self/fd")):
        try:
            target = os.readlink("/proc/self/fd/%d" % fd)
        except FileNotFoundError:  # the one listdir used
            continue
        found.append((fd, target))
    return found


def result_of(item):
    digest = hashlib.sha256(b"item %d" % item).digest()
    return int.from_bytes(digest[:8], "little")


class Work:
    def __init__(self, status):
        self.status = status
        self.todo = queue.Queue(maxsize=50)
        self.done = queue.Queue()
        self.produced = 0
        self.collected = 0
        self.total = 0
        self.stop = threading.Event()
        self.problems = []

    def produce(self):
        while not self.stop.is_set():
            self.todo.put(self.produced)
            self.produced += 1
            time.sleep(ITEM_PAUSE)
        for _ in range(WORKERS):
            self.todo.put(None)

    def work(self):
        while True:
            item = self.todo.get()
            if item is None:
                self.done.put(None)
                return
            self.done.put((item, result_of(item)))

    def collect(self):
        ended = 0
        seen = set()
        while ended < WORKERS:
            got = self.done.get()
            if got is None:
                ended += 1
                continue
            item, value = got
            if item in seen or value != result_of(item):
                self.problems.append("item %d" % item)
            seen.add(item)
            self.total = (self.total + value) % 2**64
            self.collected += 1

    def run(self):
        threads = [threading.Thread(target=self.produce), threading.Thread(target=self.collect)]
        threads += [threading.Thread(target=self.work) for _ in range(WORKERS)]
        for t in threads:
            t.start()
        idents = [t.native_id for t in threads]
        before = descriptors()
        pid = os.getpid()
        ready(self.status)
        while not os.path.exists(self.status + ".go"):
            time.sleep(0.005)
        if os.getpid() != pid or [t.native_id for t in threads] != idents:
            self.problems.append("pid or tids changed")
        for tid in idents:
            if not os.path.exists("/proc/self/task/%d" % tid):
                self.problems.append("thread %d is gone" % tid)
        if descriptors() != before:
            self.problems.append("descriptors were %s are %s" % (before, descriptors()))
        self.stop.set()
        for t in threads:
            t.join(60)
            if t.is_alive():
                self.problems.append("a thread does not end")
        want = sum(result_of(i) for i in range(self.produced)) % 2**64
        if self.collected != self.produced or self.total != want:
            self.problems.append("%d of %d items" % (self.collected, self.produced))
        return self.problems


def main():
    if len(sys.argv) < 2 or not sys.argv[1].startswith("/"):
        print("usage: queue.py /ABSOLUTE/STATUS", file=sys.stderr)
        return 2
    status = sys.argv[1]
    problems = Work(status).run()
    note(status, "FAIL: " + "; ".join(problems) if problems else "ok")
    return 1 if problems else 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)
