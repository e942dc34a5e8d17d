from django.urls import path

from participants.pages import (
    benefits,
    join,
    policies,
    programs,
    sign_in,
    sites,
    staff,
    team,
    texts,
)

staff_patterns = [
    path("participants/", staff.people, name="participants"),
    path("participants/<slug:public_id>/benefits/", benefits.benefits, name="benefits"),
    path("participants/<slug:public_id>/benefits/<slug:verb>/", benefits.add, name="add_benefit"),
    path("participants/<slug:public_id>/site/", sites.site_of_person, name="site_of_person"),
    path("pilots/<slug:pilot_id>/sites/", sites.sites, name="sites"),
    path("pilots/<slug:pilot_id>/team/", team.team, name="team"),
    path("pilots/<slug:pilot_id>/team/invite/", team.invite_somebody, name="invite"),
    path("pilots/<slug:pilot_id>/team/give/", team.give, name="give_role"),
    path(
        "pilots/<slug:pilot_id>/team/<slug:user_id>/<slug:role>/take/", team.take, name="take_role"
    ),
    path(
        "pilots/<slug:pilot_id>/invitations/<slug:public_id>/revoke/",
        team.revoke,
        name="revoke_invitation",
    ),
    path("pilots/<slug:pilot_id>/programs/", programs.programs, name="programs"),
    path(
        "pilots/<slug:pilot_id>/programs/<slug:public_id>/revoke/",
        programs.revoke,
        name="revoke_token",
    ),
    path("pilots/<slug:pilot_id>/texts/", texts.texts, name="consent_texts"),
    path("pilots/<slug:pilot_id>/life-events/", policies.policies, name="life_event_policies"),
]

urlpatterns = [
    path("s/<str:secret>/", sign_in.link, name="sign_in_link"),
    path("join/<str:secret>/", join.join, name="join"),
    path("my/", sign_in.my_pages, name="my_pages"),
    path("my/leave/", sign_in.leave, name="leave"),
    path("left/", sign_in.left, name="left"),
]
