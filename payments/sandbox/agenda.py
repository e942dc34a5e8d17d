"""What happens by itself, and when: a diary of (moment, act, subject).

Acts run with the clock held at the moment they were due, so a jump of two weeks leaves
the same dates behind as two weeks of waiting.
"""


def put(world, at, act, subject):
    """Do `act` at `at`; if it is in the diary already, at the earlier of the two."""
    world.store.run(
        "INSERT INTO agenda (at, act, subject) VALUES (?, ?, ?)"
        " ON CONFLICT (act, subject) DO UPDATE SET at = min(at, excluded.at)",
        at,
        act,
        subject,
    )


def strike(world, act, subject):
    world.store.run("DELETE FROM agenda WHERE act = ? AND subject = ?", act, subject)


def run_due(world, acts, until):
    """Do everything due by `until`, in order; returns how many acts that was."""
    done = 0
    while _do_next(world, acts, until):
        done += 1
    return done


def _do_next(world, acts, until):
    with world.store.unit():
        entry = world.store.row(
            "SELECT at, act, subject FROM agenda WHERE at <= ? ORDER BY at, rowid LIMIT 1", until
        )
        if entry is None:
            return False
        at, act, subject = entry
        strike(world, act, subject)
        world.clock.pin(at)
        try:
            acts[act](world, subject)
        finally:
            world.clock.pin(None)
        return True
