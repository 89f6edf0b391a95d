#!/usr/bin/env python3
# Asks a really served instance what no client would ask: schemathesis makes requests from the description of the API
# and holds every answer against it. No answer may be a 5xx, and none may be undocumented.
#
# The debug binary serves an empty folder with a small roster; somebody of each role is signed in. The seed is fixed, and
# so are the counts: see ROUNDS, each of which is a process of its own. What ends a session is asked by a session of its
# own.
import base64
import hashlib
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAM = ROOT / "target/debug/miaopu"
FOLDER = ROOT / "target/schemathesis"
PASSWORD = "当归黄芪党参甘草 2019"
ROSTER = """number,name,role,branch,committee,kind,basis,work_line,founded_on,membership
20190001,王芳,member,骨伤科党支部,附属医院党委,staff,professional,medical,2010-07-01,formal
20190002,李明,secretary,骨伤科党支部,附属医院党委,staff,professional,medical,2010-07-01,formal
20190003,吴刚,committee,,附属医院党委,,,,,
20190004,周敏,school,,,,,,,
20190005,孙丽,member,骨伤科党支部,附属医院党委,staff,professional,medical,2010-07-01,formal
"""
SEED = 20190921
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
    "ignored_auth",
]
# These end the session that asks, or take the password that it was opened by.
ENDING = ["sessions.end", "accounts.change_password", "devices.revoke", "sessions.refresh"]
# A stream without an end; tests of the API listen to it.
ENDLESS = ["sync.events"]
# Who asks, in which phases, how many made-up requests each route gets, and which routes: all but ENDING, or some.
ROUNDS = [
    ("admin", "examples,coverage,fuzzing", 12, None),
    ("member", "coverage,fuzzing", 8, ["sync", "uploads", "media"]),
    ("secretary", "fuzzing", 8, ["sync", "entries", "audit", "org"]),
    ("committee", "fuzzing", 8, ["entries", "media", "org"]),
    ("school", "fuzzing", 8, ["media", "grants", "entries"]),
    (None, "fuzzing", 8, ["sessions", "accounts", "health", "limits", "openapi"]),
    ("leaving", "examples,coverage,fuzzing", 8, ENDING),
]


class Server:
    """An instance of its own, with what the roster and one upload bring."""

    def __init__(self, folder):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.folder = Path(folder)
        self.url = f"http://127.0.0.1:{port}"
        self.env = {"PATH": os.environ["PATH"], "MIAOPU__DATA__DIR": f"{folder}/data"}
        self.env["MIAOPU__SERVER__LISTEN"] = f"127.0.0.1:{port}"
        for whose in ["DEVICE", "ACCOUNT", "NETWORK"]:
            self.env[f"MIAOPU__RATES__{whose}_PER_SECOND"] = "0"
        self.log = open(self.folder / "log", "w+", encoding="utf-8")
        self.process = None

    def command(self, *words):
        done = subprocess.run([PROGRAM, *words], env=self.env, cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"miaopu {' '.join(words)}: {done.stderr}")
        return done.stdout

    def start(self):
        self.process = subprocess.Popen([PROGRAM, "serve"], env=self.env, cwd=self.folder, stdout=self.log, stderr=self.log)
        for _ in range(600):
            try:
                return self.ask("GET", "/api/v1/health/ready")
            except OSError:
                time.sleep(0.1)
        sys.exit("the server does not start; see " + self.log.name)

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)

    def ask(self, method, path, token=None, body=None, headers=None):
        """The answer's JSON, or its headers where it has no body."""
        data = json.dumps(body).encode() if isinstance(body, (dict, list)) else body
        request = urllib.request.Request(self.url + path, data, headers or {"content-type": "application/json"}, method=method)
        if token:
            request.add_header("authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
            return json.loads(text) if text else dict(answer.headers)

    def sign_in(self, number, code):
        body = {"number": number, "code": code, "password": PASSWORD, "next": secrets.token_hex(32)}
        return self.ask("POST", "/api/v1/activations", body=body)

    def people(self):
        """A session of each role."""
        code = code_in(self.command("account", "create-admin", "--number", "A0001", "--name", "赵强"))
        (self.folder / "roster.csv").write_text(ROSTER, encoding="utf-8")
        self.command("roster", "import", "roster.csv")
        found = {"admin": self.sign_in("A0001", code)}
        for number, role in enumerate(["member", "secretary", "committee", "school", "leaving"], 20190001):
            code = code_in(self.command("account", "reset", str(number)))
            found[role] = self.sign_in(str(number), code)
        return found


def code_in(text):
    return re.search(r"\b[0-9A-Z]{5}(-[0-9A-Z]{5}){3}\b", text).group()


def fresh_id():
    """A UUID of version 7."""
    text = f"{time.time_ns() // 1_000_000:012x}{secrets.token_hex(10)}"
    return f"{text[:8]}-{text[8:12]}-7{text[13:16]}-8{text[17:20]}-{text[20:32]}"


def begin(server, people):
    """Things that exist, by the noun in the path that names them."""
    member, admin = people["member"], people["admin"]
    branch = member["me"]["branches"][0]["id"]
    entry, media, photo = fresh_id(), fresh_id(), b"no picture, but bytes of a photo"
    now = time.time_ns() // 1_000_000
    named = {"media": media, "entry": entry, "sha256": hashlib.sha256(photo).hexdigest(), "size_bytes": len(photo)}
    acts = [
        ("entry.create", {"entry": entry, "created_at": now, "leaves": {}}),
        ("media.add", {**named, "kind": "photo", "leaves": {}, "provenance": {}}),
    ]
    op = lambda name, args: {"id": fresh_id(), "v": 1, "made_at": now, "branch": branch, "op": name, "args": args}
    ops = [{"n": n, "op": op(*act)} for n, act in enumerate(acts, 1)]
    server.ask("POST", "/api/v1/sync/push", member["access"], {"client": fresh_id(), "ops": ops})
    text = lambda value: base64.b64encode(value.encode()).decode()
    metadata = f"media {text(media)},role {text('original')},sha256 {text(named['sha256'])}"
    tus = {"tus-resumable": "1.0.0", "upload-length": str(len(photo)), "upload-metadata": metadata}
    begun = server.ask("POST", "/api/v1/uploads", member["access"], b"", tus)
    grants = server.ask("GET", f"/api/v1/accounts/{people['school']['me']['account']}/grants", admin["access"])
    return {
        "branches": branch,
        "media": media,
        "uploads": begun["location"].rsplit("/", 1)[1],
        "accounts": people["school"]["me"]["account"],
        "devices": people["school"]["device"],
        "grants": grants[0]["id"],
    }


def run(server, known, document, who, session):
    """One round; answers whether it found nothing."""
    role, phases, count, routes = who
    operations = [one for item in document["paths"].values() for one in item.values()]
    wanted = [
        one["operationId"] for one in operations
        if one["operationId"] not in ENDLESS
        and (one["operationId"] in routes if routes == ENDING else
             one["operationId"] not in ENDING and (routes is None or one["tags"][0] in routes))
    ]
    words = ["run", f"{server.url}/api/v1/openapi.json", "--checks", ",".join(CHECKS), "--phases", phases]
    words += ["--max-examples", str(count), "--seed", str(SEED)]
    # One worker: in two threads CPython 3.11 fails at times with "AST constructor recursion depth mismatch", and what is
    # asked would depend on which comes first.
    words += ["--workers", "1"]
    words += ["--generation-database", "none", "--request-timeout", "20", "--continue-on-failure", "--no-color"]
    for name in wanted:
        words += ["--include-operation-id", name]
    if session:
        words += ["--header", f"Authorization: Bearer {session['access']}"]
    env = {**os.environ, "SCHEMATHESIS_HOOKS": "hooks_of_ours", "MIAOPU_KNOWN": json.dumps(known)}
    env |= {"PYTHONPATH": str(Path(__file__).resolve().parent), "PYTHONDONTWRITEBYTECODE": "1"}
    started = time.monotonic()
    done = subprocess.run([FOLDER / "venv/bin/schemathesis", *words], env=env, cwd=FOLDER, capture_output=True, text=True)
    counted = re.search(r"\d+ generated.*", done.stdout)
    asked = counted.group() if counted else "nothing asked"
    seconds = time.monotonic() - started
    print(f"-- {role or 'nobody'}: {len(wanted)} routes, {phases}: {asked} in {seconds:.0f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout, done.stderr)
    return done.returncode == 0 and counted is not None


def main():
    with tempfile.TemporaryDirectory(dir=FOLDER) as folder:
        server = Server(folder)
        try:
            server.start()
            people = server.people()
            known = begin(server, people)
            document = server.ask("GET", "/api/v1/openapi.json")
            ask = lambda who: run(server, known, document, who, people.get(who[0]))
            with ThreadPoolExecutor(os.cpu_count()) as rounds:
                found = list(rounds.map(ask, ROUNDS))
            alive = server.process.poll() is None
        finally:
            server.stop()
        sys.exit(0 if alive and all(found) else 1)


if __name__ == "__main__":
    main()
