"""What lists of the second API are read from: a copy that follows a little later.

An object shows in its list, or changes there, `lag` seconds of the sandbox clock after it did so
itself; read by its id it is always as it is.
"""

from . import agenda

LAGGING = "listed "  # before the kind and the id of a copy


def follow(world, body):
    """Let the list take notice of this object, now or after the lag."""
    if world.list_lag:
        agenda.put(world, world.now() + world.list_lag, "list_catches_up", body["id"])
    else:
        _copy(world, body)


def catch_up(world, id):
    _copy(world, world.store.body_of(id))


def kind_of(kind):
    return LAGGING + kind


def _copy(world, body):
    copy = {**body, "id": LAGGING + body["id"], "object": kind_of(body["object"]), "_of": body}
    is_there = world.store.body_of(copy["id"]) is not None
    (world.store.save if is_there else world.store.add)(copy)
