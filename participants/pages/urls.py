from django.urls import path

from participants.pages import (
    benefits,
    complaints,
    contact,
    draws,
    entrants,
    my_complaints,
    policies,
    questions,
    safeguarding,
    sign_in,
    signposts,
    staff,
    texts,
)

staff_patterns = [
    path("participants/", staff.people, name="participants"),
    path("participants/<slug:public_id>/benefits/", benefits.benefits, name="benefits"),
    path("participants/<slug:public_id>/benefits/<slug:verb>/", benefits.add, name="add_benefit"),
    path("pilots/<slug:pilot_id>/questions/", questions.questions, name="questions"),
    path("pilots/<slug:pilot_id>/questions/all/", questions.whole, name="whole_questions"),
    path("pilots/<slug:pilot_id>/questions/what-else/", questions.what_else, name="what_else"),
    path("pilots/<slug:pilot_id>/questions/try/", questions.try_out, name="try_questions"),
    path(
        "pilots/<slug:pilot_id>/questions/take-away/",
        questions.take_away,
        name="take_question_away",
    ),
    path(
        "participants/<slug:public_id>/problems/",
        complaints.problems_of_person,
        name="problems_of_person",
    ),
    path("problems/<slug:public_id>/", complaints.problem, name="problem"),
    path("problems/<slug:public_id>/<slug:verb>/", complaints.act, name="act_on_problem"),
    path("pilots/<slug:pilot_id>/places/", signposts.signposts, name="signposts"),
    path("pilots/<slug:pilot_id>/complaint-days/", complaints.days, name="complaint_days"),
    path("participants/<slug:public_id>/contact/", contact.contact, name="contact"),
    path(
        "participants/<slug:public_id>/restricted-notes/",
        safeguarding.restricted_notes,
        name="restricted_notes",
    ),
    path("pilots/<slug:pilot_id>/texts/", texts.texts, name="consent_texts"),
    path("pilots/<slug:pilot_id>/life-events/", policies.policies, name="life_event_policies"),
    path("pilots/<slug:pilot_id>/draw/", draws.draw, name="draw"),
    path("pilots/<slug:pilot_id>/draw/commit/", draws.commit, name="commit_to_draw"),
    path("pilots/<slug:pilot_id>/draw/withdraw/", draws.withdraw, name="withdraw_draw"),
    path("pilots/<slug:pilot_id>/draw/draw.json", draws.proof, name="draw_proof"),
    path("pilots/<slug:pilot_id>/draw/list/", entrants.entrants, name="entrants"),
    path("pilots/<slug:pilot_id>/draw/list/new/", entrants.enter_one, name="enter_one"),
    path("pilots/<slug:pilot_id>/draw/list/file/", entrants.enter_many, name="enter_many"),
    path("pilots/<slug:pilot_id>/draw/list.csv", entrants.list_to_fill, name="list_to_fill"),
    path(
        "pilots/<slug:pilot_id>/draw/list/<slug:public_id>/take-off/",
        entrants.remove,
        name="take_off_list",
    ),
]

urlpatterns = [
    path("s/<str:secret>/", sign_in.link, name="sign_in_link"),
    path("my/", sign_in.my_pages, name="my_pages"),
    path("my/leave/", sign_in.leave, name="leave"),
    path("my/<slug:public_id>/problems/", my_complaints.my_problems, name="my_problems"),
    path(
        "my/<slug:public_id>/problems/<slug:complaint_id>/",
        my_complaints.settle,
        name="settle_my_problem",
    ),
    path("my/<slug:public_id>/places/", signposts.my_places, name="my_places"),
    path("my/<slug:public_id>/contact/", contact.my_contact, name="my_contact"),
    path("left/", sign_in.left, name="left"),
]
