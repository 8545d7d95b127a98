#!/usr/bin/env python3
"""The cache beside Django with django-redis, on one Redis, in one run.

    cargo build --release -p miorai-cache --example redis_bench
    python3 crates/cache/benches/peer.py target/release/examples/redis_bench

The first time it makes a virtual environment with Django, django-redis and hiredis (`--venv` says where). It starts a
Redis of its own, pins it and each client in turn to one core (`--core`), and alternates: peer, ours, peer, ours. The
medians of `--runs` rounds come out as a table. While keys are cleared by pattern, another client on another core
measures how long it waits for the same Redis.
"""
import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

OPERATIONS, AT_ONCE, CALLERS, KEYS, MATCHING = 20_000, 500, 64, 1_000_000, 100_000


# The peer: this part runs in the virtual environment.

def figure(name, value, unit):
    print(json.dumps({"figure": name, "value": round(value, 3), "unit": unit}), flush=True)


def rate(name, operations, work):
    begun = time.perf_counter()
    work()
    figure(name, operations / (time.perf_counter() - begun), "operations/s")


def django_cache(url):
    import django
    from django.conf import settings
    settings.configure(CACHES={"default": {
        "BACKEND": "django_redis.cache.RedisCache", "LOCATION": url + "/1", "KEY_PREFIX": "miorai", "TIMEOUT": 300,
        "OPTIONS": {"CONNECTION_POOL_CLASS": "redis.BlockingConnectionPool",
                    "CONNECTION_POOL_KWARGS": {"max_connections": 50, "timeout": 20, "retry_on_timeout": True}}}})
    django.setup()
    from django.core.cache import cache
    return cache


def peer_work(url):
    cache = django_cache(url)
    value = {"id": 7, "name": "Spring Open", "players": list(range(32)), "rating": 1512.5, "open": True}
    cache.set("warm", value)

    def each(f):
        def work():
            for number in range(OPERATIONS):
                f(number)
        return work

    def batches(f):
        def work():
            for begin in range(0, OPERATIONS, AT_ONCE):
                f(range(begin, begin + AT_ONCE))
        return work

    rate("sequential set", OPERATIONS, each(lambda n: cache.set(f"bench:{n}", value)))
    rate("sequential get hit", OPERATIONS, each(lambda n: cache.get(f"bench:{n}")))
    rate("sequential get miss", OPERATIONS, each(lambda n: cache.get(f"absent:{n}")))
    rate("sequential set, short text", OPERATIONS, each(lambda n: cache.set(f"benchs:{n}", "ok")))
    rate("sequential get, short text", OPERATIONS, each(lambda n: cache.get(f"benchs:{n}")))
    rate("get 500 at once", OPERATIONS, batches(lambda ns: cache.get_many([f"bench:{n}" for n in ns])))
    rate("set 500 at once", OPERATIONS, batches(lambda ns: cache.set_many({f"bench:{n}": value for n in ns})))

    begun = time.perf_counter()
    for number in range(1_000):
        cache.set(f"report:{number}", value)
        cache.get(f"report:{number}")
    figure("2000 operations", time.perf_counter() - begun, "s")

    def caller(index):
        for number in range(OPERATIONS // CALLERS):
            cache.get(f"bench:{(number * CALLERS + index) % OPERATIONS}")

    def crowd():
        threads = [threading.Thread(target=caller, args=(index,)) for index in range(CALLERS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    rate("64 callers, get hit", OPERATIONS // CALLERS * CALLERS, crowd)


def peer_clear(url, itersize):
    cache = django_cache(url)
    how = {"itersize": itersize} if itersize else {}
    begun = time.perf_counter()
    cleared = cache.delete_pattern("tournament:*", **how)
    figure("clear by pattern", time.perf_counter() - begun, "s")
    figure("cleared", cleared, "keys")


# The comparison.

def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def figures(core, command):
    done = subprocess.run(["taskset", "-c", str(core), *command], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed: {done.stderr}")
    return {line["figure"]: (line["value"], line["unit"]) for line in map(json.loads, done.stdout.splitlines())}


class Bench:
    def __init__(self, settings):
        self.settings = settings
        self.url = f"redis://127.0.0.1:{settings.port}"
        self.me = [settings.python, os.path.abspath(__file__)]

    def flush(self):
        subprocess.run(["redis-cli", "-p", str(self.settings.port), "flushall"], check=True, capture_output=True)

    def work(self, who):
        self.flush()
        command = [self.settings.ours, "work", self.url] if who == "ours" else [*self.me, "--peer-work", self.url]
        return figures(self.settings.core, command)

    def clear(self, who, itersize=0):
        """Clears while another client waits; both figures."""
        self.flush()
        figures(self.settings.core, [self.settings.ours, "fill", self.url])
        watch = subprocess.Popen(["taskset", "-c", str(self.settings.other_core), self.settings.ours, "watch", self.url],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        time.sleep(0.3)
        command = ([self.settings.ours, "clear", self.url] if who == "ours"
                   else [*self.me, "--peer-clear", self.url, "--itersize", str(itersize)])
        outcome = figures(self.settings.core, command)
        waited, _ = watch.communicate()
        outcome.update({line["figure"]: (line["value"], line["unit"]) for line in map(json.loads, waited.splitlines())})
        return outcome


def compare(settings):
    bench = Bench(settings)
    rounds = {}
    for _ in range(settings.runs):
        for who in ("peer", "ours"):
            for name, value in bench.work(who).items():
                rounds.setdefault((name, value[1]), {}).setdefault(who, []).append(value[0])
    print(f"{'':32}{'django-redis':>16}{'ours':>16}{'ratio':>10}")
    for (name, unit), both in rounds.items():
        peer, ours = statistics.median(both["peer"]), statistics.median(both["ours"])
        ratio = peer / ours if unit == "s" else ours / peer
        print(f"{name:32}{peer:>16,.3f}{ours:>16,.3f}{ratio:>9.1f}×  {unit}")
    near = figures(settings.core, [settings.ours, "near", bench.url])
    print(f"\nnear hit {near['near hit'][0] / 1e6:.2f} million/s, embedded hit {near['embedded hit'][0] / 1e6:.2f} million/s\n")
    ways = {"delete_pattern": ("peer", 0), "delete_pattern, itersize=10000": ("peer", 10_000), "ours": ("ours", 0)}
    outcomes = {}
    for _ in range(settings.clear_runs):
        for way, how in ways.items():
            for name, value in bench.clear(*how).items():
                outcomes.setdefault((name, value[1]), {}).setdefault(way, []).append(value[0])
    print(f"{MATCHING:,} of {KEYS:,} keys".ljust(32) + "".join(f"{way:>34}" for way in ways))
    for (name, unit), by_way in outcomes.items():
        medians = (f"{statistics.median(by_way[way]):,.3f}" if way in by_way else "–" for way in ways)
        print(f"{name:32}" + "".join(f"{median:>34}" for median in medians) + f"  {unit}")


def virtual_environment(folder):
    python = os.path.join(folder, "bin", "python")
    if not os.path.exists(python):
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "django", "django-redis", "hiredis"], check=True)
    return python


def main():
    cli = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    cli.add_argument("ours", nargs="?", help="the example redis_bench, built for release")
    cli.add_argument("--venv", default=os.path.join(tempfile.gettempdir(), "miorai-peer"))
    cli.add_argument("--core", type=int, default=0)
    cli.add_argument("--other-core", type=int, default=1)
    cli.add_argument("--runs", type=int, default=3)
    cli.add_argument("--clear-runs", type=int, default=1)
    cli.add_argument("--peer-work", metavar="URL", help=argparse.SUPPRESS)
    cli.add_argument("--peer-clear", metavar="URL", help=argparse.SUPPRESS)
    cli.add_argument("--itersize", type=int, default=0, help=argparse.SUPPRESS)
    settings = cli.parse_args()
    if settings.peer_work:
        return peer_work(settings.peer_work)
    if settings.peer_clear:
        return peer_clear(settings.peer_clear, settings.itersize)
    if not settings.ours:
        cli.error("name the example: target/release/examples/redis_bench")
    settings.ours = os.path.abspath(settings.ours)
    settings.python = virtual_environment(settings.venv)
    settings.port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(["taskset", "-c", str(settings.core), "redis-server", "--bind", "127.0.0.1", "--port",
                                   str(settings.port), "--save", "", "--appendonly", "no", "--dir", folder],
                                  stdout=subprocess.DEVNULL)
        try:
            while subprocess.run(["redis-cli", "-p", str(settings.port), "ping"], capture_output=True).returncode:
                time.sleep(0.05)
            compare(settings)
        finally:
            server.terminate()
            server.wait()


if __name__ == "__main__":
    main()
