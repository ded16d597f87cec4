#!/usr/bin/env python3
"""Adds a customer with a deal, moves the deal to the next stage, and follows what happens.

Needs Python 3.9 or later and nothing else. Make a token in Huike's settings (read and write), then:

    HUIKE_ADDRESS=https://crm.example.com HUIKE_TOKEN=huike_pat_… python3 customer_and_deal.py 云仓物流

The last argument says how many changes to follow before it ends; without it, it follows for ever.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

ADDRESS = os.environ["HUIKE_ADDRESS"].rstrip("/")
TOKEN = os.environ["HUIKE_TOKEN"]
TRIES = 5
WAIT_SECONDS = 20


class Refused(Exception):
    """An answer of the server that is not what was asked for."""

    def __init__(self, status, error):
        super().__init__(f"{status} {error.get('code')}: {error.get('message')}")
        self.status = status
        self.error = error


def call(method, path, body=None, **headers):
    """Asks the server; answers the body and the tag of its state."""
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    headers["Authorization"] = f"Bearer {TOKEN}"
    data = None
    if body is not None:
        data = json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
    request = urllib.request.Request(f"{ADDRESS}/api/v1{path}", data, headers, method=method)
    for left in reversed(range(TRIES)):
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS + 10) as answer:
                return json.load(answer), answer.headers.get("ETag")
        except urllib.error.HTTPError as error:
            # Too fast, or the server cannot store anything just now: it says when to come again.
            if error.code in (429, 503) and left:
                time.sleep(int(error.headers.get("Retry-After", "1")))
                continue
            raise Refused(error.code, json.load(error)) from None


def create(kind, fields):
    """Makes a record. The key makes it happen once, however often the request is sent."""
    body = {"fields": fields}
    record, _ = call("POST", f"/records/{kind}", body, Idempotency_Key=str(uuid.uuid4()))
    return record


def every(kind, **query):
    """All records that fit, page by page."""
    cursor = {}
    while True:
        asked = urllib.parse.urlencode({**query, **cursor})
        page, _ = call("GET", f"/records/{kind}?{asked}")
        yield from page["records"]
        if page["next_cursor"] is None:
            return
        cursor = {"cursor": page["next_cursor"]}


def stages(pipeline):
    """The stages that are in use, in their order."""
    parts = pipeline["fields"]["stages"].items()
    used = [(part["rank"] or "", stage) for stage, part in parts if not part["removed"]]
    return [stage for _, stage in sorted(used)]


def move(deal, pipeline):
    """Moves a deal to the next stage, unless somebody else has moved it meanwhile."""
    path = f"/records/deal/{deal['id']}"
    for _ in range(TRIES):
        deal, tag = call("GET", path)
        order = stages(pipeline)
        place = order.index(deal["fields"]["place"]["stage"])
        stage = order[min(place + 1, len(order) - 1)]
        fields = {"place": {"pipeline": pipeline["id"], "stage": stage}}
        try:
            return call("PATCH", path, {"fields": fields}, If_Match=tag)[0]
        except Refused as refused:
            if refused.status != 412:
                raise
    raise SystemExit("the deal is changed by others all the time")


def follow(after, log, count):
    """Tells every change behind a position. Keep `next` and `log` to go on after a restart."""
    told = 0
    while count is None or told < count:
        asked = urllib.parse.urlencode({"after": after, "log": log, "wait": WAIT_SECONDS})
        feed, _ = call("GET", f"/changes?{asked}")
        for change in feed["changes"]:
            names = [*change["fields"], *change["notes"]]
            print(change["position"], change["action"], change["kind"], *names, flush=True)
            told += 1
        after = feed["next"]


def main():
    name = sys.argv[1]
    count = int(sys.argv[2]) if len(sys.argv) > 2 else None
    # Where the log stands before anything is done: from here on it is followed.
    feed, _ = call("GET", "/changes?limit=500")
    while feed["has_more"]:
        feed, _ = call("GET", f"/changes?limit=500&after={feed['next']}")

    customer = create("customer", {"name": name, "status": "potential", "source": "web_form"})
    pipeline = next(every("pipeline", archived="false", sort="rank"), None)
    if pipeline is None or not stages(pipeline):
        raise SystemExit("there is no pipeline with stages")
    deal = create("deal", {
        "title": f"{name} 首单",
        "customer": customer["id"],
        "amount": {"currency": "CNY", "minor": 1_200_000},
        "place": {"pipeline": pipeline["id"], "stage": stages(pipeline)[0]},
    })
    deal = move(deal, pipeline)
    print("customer", customer["id"])
    print("deal", deal["id"], deal["fields"]["place"]["stage"], flush=True)
    follow(feed["next"], feed["log"], count)


if __name__ == "__main__":
    try:
        main()
    except Refused as refused:
        raise SystemExit(f"refused: {refused}")
