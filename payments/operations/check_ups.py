"""Looking at how the provider is set up: what is right, what to look at, what is missing."""

import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from importlib.metadata import version

from django.conf import settings
from django.db import transaction

from cashpilot.core.calendars import NATIONS
from cashpilot.core.models import AuditEvent, User
from cashpilot.core.money import in_words
from cashpilot.core.refusals import Invalid
from participants.models import Pilot
from payments.models import Attestation, CheckUp, Disbursement, Fund, RateSlot
from payments.providers.base import (
    Credential,
    Endpoint,
    Platform,
    Provider,
    Unreachable,
)
from payments.queries import owed_until, unsent_minor

OK, LOOK, MISS = "ok", "look", "miss"
SDK = "16.1"
ROLES = ("sending", "onboarding", "matching")
CLOCKS_APART = timedelta(seconds=60)
_NO_MARK = "Set SEND_MARK_FILE: without it nobody notices a database restored by other means."
LOOKS_AHEAD = timedelta(days=30)
FEWEST_READS, READS_A_PAYMENT, READS_ALARM = 10_000, 500, 0.8  # docs.stripe.com/rate-limits


@dataclass(frozen=True)
class Finding:
    """One line of a check-up: `verdict` is ok, look or miss; `says` what to do."""

    about: str
    verdict: str
    says: str


def check_up(*, provider: Provider, by: str, now: datetime) -> tuple[CheckUp, list[Finding]]:
    """Look at everything once, outside any transaction, and keep the result.

    In live mode nothing is sent unless a check-up has passed within a week.
    """
    findings = [*_of_the_keys(provider.credentials()), *_of_the_program()]
    try:
        platform = provider.platform()
        findings += [*_of_the_platform(platform), *_of_the_endpoints(platform, provider)]
        findings += [_of_the_clock(platform, now), *_of_the_float(provider, now)]
    except Unreachable as no:
        findings.append(Finding("provider", MISS, str(no)))
    findings += [_of_the_reads(now), *_of_what_no_api_shows()]
    passed = all(one.verdict != MISS for one in findings)
    made = CheckUp.objects.create(
        mode=settings.CASHPILOT_MODE,
        has_passed=passed,
        findings=[asdict(one) for one in findings],
        made_at=now,
    )
    return made, findings


@transaction.atomic
def attest(*, kind: str, reference: str, person: User, by: str, now: datetime) -> Attestation:
    """Say of something no API shows that it is so, and where that is written."""
    if kind not in Attestation.Kind.values:
        known = ", ".join(Attestation.Kind.values)
        raise Invalid(f"There is no {kind!r} to attest: choose from {known}.", field="kind")
    if not reference.strip():
        raise Invalid("Give a reference: a letter, a ticket, an address.", field="reference")
    made = Attestation.objects.create(
        kind=kind, reference=reference.strip()[:200], attested_by=person, attested_at=now
    )
    AuditEvent.record(person, "set-up.attested", at=now, by=by, kind=kind)
    return made


def _of_the_keys(keys: list[Credential]) -> Iterator[Finding]:
    for key in keys:
        yield _of_the_kind(key)
        right = key.is_live == (settings.CASHPILOT_MODE == "live")
        kind = "live" if key.is_live else "for tests"
        says = f"The mode is {settings.CASHPILOT_MODE}, {key.name} {kind}."
        yield Finding("mode", OK if right else MISS, says)
    if len(keys) == len(ROLES):
        yield Finding("roles", OK, "Each role has a key of its own.")
    else:
        yield Finding("roles", LOOK, "One key does several roles' work: give each its own.")


def _of_the_kind(key: Credential) -> Finding:
    if not key.is_known:
        return Finding("key", MISS, f"{key.name} is no secret or restricted key.")
    if key.is_restricted:
        return Finding("key", OK, f"{key.name} is restricted.")
    return Finding("key", LOOK, f"{key.name} may do everything. Use a restricted one (rk_…).")


def _of_the_program() -> Iterator[Finding]:
    found = version("stripe")
    is_pinned = found.startswith(f"{SDK}.")
    yield Finding("SDK", OK if is_pinned else MISS, f"stripe {found}; tested with {SDK}.")
    file = settings.SEND_MARK_FILE
    says = f"The last try is noted in {file}, apart from the database." if file else _NO_MARK
    yield Finding("mark", OK if file else LOOK, says)
    logs = "STRIPE_LOG" in os.environ
    says = "Unset STRIPE_LOG: it prints personal data." if logs else "STRIPE_LOG is not set."
    yield Finding("logging", MISS if logs else OK, says)


def _of_the_platform(platform: Platform) -> Iterator[Finding]:
    for pilot in Pilot.objects.order_by("pk"):
        country = NATIONS[pilot.nation][1]
        same = (country, pilot.currency) == (platform.country, platform.currency)
        says = f"{pilot.name}: {country}, {pilot.currency.upper()}."
        other = (
            f"{says} The account is {platform.country}, {platform.currency.upper()}: ask Stripe."
        )
        yield Finding("country", OK if same else LOOK, says if same else other)
    manual = platform.payouts_are_manual
    swept = "Set the account's own payouts to manual, or the float is swept to your bank."
    yield Finding("payouts", OK if manual else MISS, "Manual." if manual else swept)


def _of_the_endpoints(platform: Platform, provider: Provider) -> Iterator[Finding]:
    for name, connect in (("platform", False), ("connect", True)):
        url = f"{settings.BASE_URL}/api/v1/webhooks/stripe/{name}/"
        found = next((one for one in platform.endpoints if one.url == url), None)
        yield _of_one_endpoint(name, url, found, provider.wanted_events(connect=connect))


def _of_one_endpoint(
    name: str, url: str, found: Endpoint | None, wanted: frozenset[str]
) -> Finding:
    about = f"webhook {name}"
    if found is None:
        return Finding(about, MISS, f"Add an endpoint for {url}.")
    if not found.is_on:
        return Finding(about, MISS, f"Switch the endpoint for {url} on.")
    missing = sorted(wanted - found.events) if "*" not in found.events else []
    if missing:
        return Finding(about, MISS, f"Add its events: {', '.join(missing)}.")
    if not found.api_version:
        return Finding(about, LOOK, f"Fix its version at {settings.STRIPE_API_VERSION}.")
    if found.api_version != settings.STRIPE_API_VERSION:
        return Finding(about, MISS, f"Set its version to {settings.STRIPE_API_VERSION}.")
    return Finding(about, OK, url)


def _of_the_clock(platform: Platform, now: datetime) -> Finding:
    apart = abs(platform.provider_time - now)
    says = f"{int(apart.total_seconds())} s apart from the provider's."
    if apart > CLOCKS_APART:
        return Finding("clock", MISS, f"{says} Set this machine's clock: signatures depend on it.")
    return Finding("clock", OK, says)


def _of_the_float(provider: Provider, now: datetime) -> Iterator[Finding]:
    """Against what falls due in the next 30 days and what is approved and not sent yet, in each
    currency."""
    owed = owed_until(now.date() + LOOKS_AHEAD)
    for currency in sorted({*owed, *Fund.objects.values_list("currency", flat=True)}):
        needed = owed.get(currency, 0) + unsent_minor(currency)
        if not needed:
            continue
        missing = needed - provider.float_available(currency)
        enough = missing <= 0
        short = f"{in_words(max(missing, 0), currency)} short of the next 30 days: top up."
        yield Finding("float", OK if enough else LOOK, "Enough." if enough else short)


def _of_the_reads(now: datetime) -> Finding:
    """The provider allows so many reads a payment: calls that ask are counted each month."""
    sent = Disbursement.objects.filter(first_sent_at__gt=now - timedelta(days=30)).count()
    allowed = max(FEWEST_READS, READS_A_PAYMENT * sent)
    first = now.date().replace(day=1)
    reads = RateSlot.objects.filter(key="read", month=first).first()
    calls = reads.calls if reads else 0
    says = f"{calls:,} of about {allowed:,} reads this month."
    if calls > allowed * READS_ALARM:
        return Finding("reads", LOOK, f"{says} Have beat look less often, or ask Stripe for more.")
    return Finding("reads", OK, says)


def _of_what_no_api_shows() -> Iterator[Finding]:
    said = {one.kind: one for one in Attestation.objects.order_by("pk")}
    severity = MISS if settings.CASHPILOT_MODE == "live" else LOOK
    for kind in Attestation.Kind:
        found = said.get(kind)
        if found:
            says = f"{found.attested_at:%Y-%m-%d}: {found.reference}"
            yield Finding(kind.value, OK, says)
        else:
            how = f"{kind.label}? Record it: manage.py doctor --record {kind.value} …"
            yield Finding(kind.value, severity, how)
