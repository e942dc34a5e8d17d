"""What the sandbox remembers, in one SQLite database.

Objects are JSON with a few columns beside them for what lists filter by. Keys that
start with an underscore are the sandbox's own and never leave it.
One connection under one lock: a `unit` is at once a transaction and a critical section.
"""

import json
import secrets
import sqlite3
import threading
from contextlib import contextmanager

COLUMNS = {  # column: key in the body
    "account": "_account",
    "created": "created",
    "type": "type",
    "status": "status",
    "transfer_group": "transfer_group",
    "destination": "destination",
    "source": "source",
    "payout": "_payout",
    "payment": "_payment",
}

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    account TEXT, created INTEGER, type TEXT, status TEXT, transfer_group TEXT,
    destination TEXT, source TEXT, payout TEXT, payment TEXT, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS by_time ON objects (kind, account, created, seq);
DROP INDEX IF EXISTS by_group;
DROP INDEX IF EXISTS by_destination;
DROP INDEX IF EXISTS by_source;
DROP INDEX IF EXISTS by_payout;
CREATE INDEX IF NOT EXISTS of_kind ON objects (kind, created, seq);
CREATE INDEX IF NOT EXISTS of_group ON objects (transfer_group, kind, created, seq)
    WHERE transfer_group IS NOT NULL;
CREATE INDEX IF NOT EXISTS of_destination ON objects (destination, kind, created, seq)
    WHERE destination IS NOT NULL;
CREATE INDEX IF NOT EXISTS of_source ON objects (source, kind, account, created, seq)
    WHERE source IS NOT NULL;
CREATE INDEX IF NOT EXISTS of_payout ON objects (payout, kind, account, created, seq)
    WHERE payout IS NOT NULL;
CREATE INDEX IF NOT EXISTS not_paid_out ON objects (account)
    WHERE kind = 'balance_transaction' AND payout IS NULL;
CREATE TABLE IF NOT EXISTS floats (currency TEXT PRIMARY KEY, amount INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS agenda (
    at INTEGER NOT NULL, act TEXT NOT NULL, subject TEXT NOT NULL, PRIMARY KEY (act, subject));
CREATE INDEX IF NOT EXISTS agenda_by_time ON agenda (at);
DROP TABLE IF EXISTS idempotency;
CREATE TABLE IF NOT EXISTS keys (
    account TEXT, key TEXT, until INTEGER NOT NULL, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (account, key));
CREATE INDEX IF NOT EXISTS keys_by_end ON keys (until);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, endpoint TEXT NOT NULL,
    due INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, copies INTEGER NOT NULL DEFAULT 1,
    state TEXT NOT NULL DEFAULT 'waiting');
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (due) WHERE state = 'waiting';
CREATE INDEX IF NOT EXISTS deliveries_of ON deliveries (event);
CREATE TABLE IF NOT EXISTS requests (n INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
IDS_AT_A_TIME = 1000
TABLES = ("objects", "floats", "agenda", "keys", "deliveries", "requests")


class Store:
    """A file that survives restarts, or `:memory:`.

    A file has one sandbox at a time; the second gets sqlite3.OperationalError.
    """

    def __init__(self, path=":memory:"):
        self.lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(
            path, timeout=1, isolation_level=None, check_same_thread=False
        )
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(SCHEMA)
        self.is_new = self.setting("tag") is None
        if self.is_new:
            self.remember("tag", secrets.token_hex(3))
            self.remember("ids_reserved", "0")
        self._tag = self.setting("tag")
        self._last_id = self._reserved = int(self.setting("ids_reserved"))

    @contextmanager
    def unit(self):
        """All of it or none of it, and nobody else meanwhile. Units may nest."""
        with self.lock:
            outermost = self._depth == 0
            self._depth += 1
            try:
                if outermost:
                    self._connection.execute("BEGIN IMMEDIATE")
                yield
                if outermost:
                    self._connection.execute("COMMIT")
            except BaseException:
                if outermost:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    def new_id(self, prefix):
        """Ids never repeat, not even after `clear` or between state files."""
        with self.lock:
            self._last_id += 1
            if self._last_id > self._reserved:
                self._reserved += IDS_AT_A_TIME
                self.remember("ids_reserved", str(self._reserved))
            return f"{prefix}_sbx{self._tag}{self._last_id:010d}"

    def add(self, body, kind=None):
        columns = _columns_of(body)
        names = ", ".join(columns)
        marks = ", ".join("?" * len(columns))
        self.run(
            f"INSERT INTO objects (id, kind, body, {names}) VALUES (?, ?, ?, {marks})",
            body["id"],
            kind or body["object"],
            json.dumps(body),
            *columns.values(),
        )
        return body

    def save(self, body):
        columns = _columns_of(body)
        changes = ", ".join(f"{name} = ?" for name in columns)
        self.run(
            f"UPDATE objects SET body = ?, {changes} WHERE id = ?",
            json.dumps(body),
            *columns.values(),
            body["id"],
        )
        return body

    def get(self, kind, id):
        """The object, or None."""
        row = self.row("SELECT body FROM objects WHERE id = ? AND kind = ?", id, kind)
        return json.loads(row[0]) if row else None

    def body_of(self, id):
        """The object of whatever kind, or None."""
        row = self.row("SELECT body FROM objects WHERE id = ?", id)
        return json.loads(row[0]) if row else None

    def find(self, kind, where="1", *values, order="seq"):
        sql = f"SELECT body FROM objects WHERE kind = ? AND {where} ORDER BY {order}"
        return [json.loads(body) for (body,) in self.run(sql, kind, *values)]

    def run(self, sql, *values):
        with self.lock:
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql, *values):
        rows = self.run(sql, *values)
        return rows[0] if rows else None

    def setting(self, name):
        row = self.row("SELECT value FROM settings WHERE name = ?", name)
        return row[0] if row else None

    def remember(self, name, value):
        self.run("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, value)

    def clear(self):
        """Forget every object; ids go on counting."""
        with self.unit():
            for table in TABLES:
                self.run(f"DELETE FROM {table}")

    def close(self):
        with self.lock:
            self._connection.close()


def _columns_of(body):
    values = {column: body.get(key) for column, key in COLUMNS.items()}
    return {
        column: value for column, value in values.items() if not isinstance(value, (dict, list))
    }
