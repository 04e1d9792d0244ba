"""Writes cronsim.tsv: random patterns with the times that cronsim (Debian's python3-cronsim, 2.6) finds for them near
changes of the clock, which is the policy "once".

    python3 generate_cronsim.py > cronsim.tsv

Left out by rule: day fields that begin with "*/", where cronsim takes both fields for required; times whose wall times
merge, which cronsim gives twice; and minutes or hours that begin with "*" where the change is half an hour or a day:
there cronsim misses the hour after, or finds a time in a day that did not exist.
"""

import random
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from cronsim import CronSim

CHANGES = {
    "Europe/Berlin": ["2026-03-29T01:00", "2026-10-25T01:00"],
    "America/New_York": ["2026-03-08T07:00", "2026-11-01T06:00"],
    "Australia/Lord_Howe": ["2026-04-04T15:00", "2026-10-03T15:30"],
    "Antarctica/Troll": ["2026-03-29T01:00", "2026-10-25T01:00"],
    "Africa/Cairo": ["2026-04-23T22:00", "2026-10-29T21:00"],
    "Pacific/Apia": ["2011-12-30T10:00"],
}
chance = random.Random(20)


def item(low, high):
    kind = chance.randrange(4)
    if kind == 0:
        return "*/%d" % chance.randint(1, high)
    first, last = sorted((chance.randint(low, high), chance.randint(low, high)))
    if kind == 1:
        return "%d-%d" % (first, last)
    if kind == 2 and last > first:
        return "%d-%d/%d" % (first, last, chance.randint(1, high))
    return "%d" % first


def field(low, high, any_in):
    if chance.randrange(any_in) == 0:
        return "*"
    return ",".join(item(low, high) for _ in range(chance.randint(1, 2)))


def pattern(local):
    hours = [str((local.hour + by) % 24) for by in (-1, 0, 1)]
    hour = field(0, 23, 4) if chance.randrange(3) == 0 else ",".join(sorted(set(chance.choices(hours, k=2))))
    days = [field(1, 31, 1), "*"] if chance.randrange(4) == 0 else ["*", field(0, 7, 3)]
    return " ".join([field(0, 59, 6), hour, days[0], field(1, 12, 1) if chance.randrange(6) == 0 else "*", days[1]])


rows = 0
while rows < 200:
    zone = chance.choice(list(CHANGES))
    change = datetime.fromisoformat(chance.choice(CHANGES[zone])).replace(tzinfo=timezone.utc)
    start = change - timedelta(minutes=chance.randint(0, 300))
    cron = pattern(change.astimezone(ZoneInfo(zone)))
    fields = cron.split()
    if fields[2].startswith("*/") or fields[4].startswith("*/"):
        continue
    if (fields[0][0] == "*" or fields[1][0] == "*") and zone in ("Australia/Lord_Howe", "Pacific/Apia"):
        continue
    try:
        sim = CronSim(cron, start.astimezone(ZoneInfo(zone)))
        times = [int(next(sim).timestamp()) for _ in range(6)]
    except StopIteration:
        continue
    if len(set(times)) < len(times) or times != sorted(times) or times[0] <= start.timestamp():
        continue
    rows += 1
    print(cron, zone, start.strftime("%Y-%m-%dT%H:%M:%SZ"), " ".join(map(str, times)), sep="\t")
