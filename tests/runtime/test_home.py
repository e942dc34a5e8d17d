"""The demo's folder: one demo at a time, secrets kept, thrown away when a person says so."""

import pytest

from cashpilot.runtime.home import Home, home_in
from cashpilot.runtime.processes import Account

NAMES = {"SECRET_KEY": "", "WEBHOOK": "whsec_"}


@pytest.fixture
def demo(home):
    demo = home_in(home / "var", None)
    demo.open()
    return demo


def test_secrets_are_made_once_kept_and_closed_to_others(demo):
    first = demo.secrets(NAMES)

    assert demo.secrets(NAMES) == first
    assert first["WEBHOOK"].startswith("whsec_")
    assert len(set(first.values())) == 2
    assert (demo.path / "secrets.json").stat().st_mode & 0o777 == 0o600


def test_a_new_secret_leaves_the_others_as_they_were(demo):
    first = demo.secrets(NAMES)

    more = demo.secrets(NAMES | {"PSEUDONYM_KEY": ""})

    assert more.items() >= first.items()


def test_a_second_demo_in_the_same_folder_is_refused(demo):
    second = Home(demo.path, None)

    with pytest.raises(SystemExit, match=r"already running from this folder \(process \d+\)"):
        second.open()
    with pytest.raises(SystemExit, match="already running"):
        second.throw_away()

    assert demo.path.exists()


def test_thrown_away_it_is_gone(home):
    demo = home_in(home / "var", None)
    (demo.path / "postgres").mkdir(parents=True)

    demo.throw_away()

    assert not demo.path.exists()


def test_data_of_a_closed_checkout_are_kept_where_the_account_can_reach_them(home):
    nobody = Account("nobody", 65534, 65534)
    (home / "checkout").mkdir(mode=0o700)

    demo = home_in(home / "checkout" / "var", nobody)

    assert str(demo.path).startswith("/var/tmp/cashpilot-demo-")
