"""Single sign-on (OpenID Connect): staff come in as their organisation's provider knows them.

Whoever signs in so is somebody with an account here, or with an open invitation, under an email
address that the provider says is verified. State and PKCE are checked by allauth, the nonce here.
"""

import hmac
import secrets

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from cashpilot.core.models import User
from participants.operations.invitations import accept_by_email

LOGIN = "login"


class Provider(OpenIDConnectProvider):
    """Asks for the identity with a nonce, which comes back inside it and nowhere else."""

    def redirect(self, request, process, *args, **kwargs):
        nonce = secrets.token_urlsafe(32)
        asked = kwargs.pop("auth_params", None) or self.get_auth_params()
        more = {"auth_params": {**asked, "nonce": nonce}, "nonce": nonce}
        return super().redirect(request, process, *args, **kwargs, **more)


class SignOn(DefaultSocialAccountAdapter):
    def get_provider(self, request, provider, client_id=None):
        return Provider(request, app=super().get_provider(request, provider, client_id).app)

    def pre_social_login(self, request, sociallogin) -> None:
        """Find whose account it is, or refuse: an address that is not proven opens nothing."""
        told = sociallogin.account.extra_data
        if sociallogin.state.get("process") != LOGIN or not _is_answer_to(sociallogin.state, told):
            raise ImmediateHttpResponse(
                _refusal(request, _("This sign-in was not asked for here. Start again."))
            )
        email = next((one.email for one in sociallogin.email_addresses if one.verified is True), "")
        user = sociallogin.user if sociallogin.is_existing else _user_for(email, told)
        if user is None:
            raise ImmediateHttpResponse(
                _refusal(
                    request,
                    _(
                        "Nobody is invited under an address that your organisation has proven. "
                        "Ask the manager of your pilot for an invitation."
                    ),
                )
            )
        if not sociallogin.is_existing:
            sociallogin.connect(request, user)


def _is_answer_to(state: dict, told: dict) -> bool:
    """Whether the identity carries the nonce of this very sign-in, and all of it is of one
    person."""
    identity = told.get("id_token") or {}
    about = told.get("userinfo") or identity
    asked, came = str(state.get("nonce", "")), str(identity.get("nonce", ""))
    is_ours = bool(asked) and hmac.compare_digest(asked.encode(), came.encode())
    return is_ours and about.get("sub") == identity.get("sub")


def _user_for(email: str, told: dict) -> User | None:
    about = {**(told.get("id_token") or {}), **(told.get("userinfo") or {})}
    names = {
        "first_name": str(about.get("given_name", ""))[:150],
        "last_name": str(about.get("family_name", ""))[:150],
    }
    if not email:
        return None
    return accept_by_email(email=email, **names, by="single sign-on", now=timezone.now())


def _refusal(request: HttpRequest, says: str):
    return render(request, "refused.html", {"says": says}, status=403)
