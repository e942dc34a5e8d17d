from django.urls import path

from cashpilot.pages import (
    applications,
    arms_and_money,
    choices,
    designs,
    draws,
    enrolment,
    home,
    intakes,
    life_events,
    pairs,
    personal_data,
    pilots,
    problems,
    setting_up,
    timeline,
)

INTAKE_VERBS = ("add", "undo", "check", "columns", "drop")

set_up = "pilots/<slug:pilot_id>/set-up/"
setting_up_patterns = [
    path("pilots/begin/", setting_up.begin, name="begin_pilot"),
    path("pilots/from-file/", setting_up.bring_in, name="bring_in_pilot"),
    path(set_up, setting_up.set_up, name="set_up"),
    path(f"{set_up}ready/", setting_up.ready, name="declare_ready"),
    path(f"{set_up}launch/", setting_up.launch, name="launch_pilot"),
    path(f"{set_up}arms/", arms_and_money.arms, name="set_up_arms"),
    path(f"{set_up}arms/add/", arms_and_money.arm, name="add_arm"),
    path(f"{set_up}arms/<slug:code>/", arms_and_money.arm, name="set_up_arm"),
    path(f"{set_up}budget/", arms_and_money.budget, name="set_up_budget"),
    path(f"{set_up}take-away/<slug:part>/", arms_and_money.take_away, name="take_away"),
    path(f"{set_up}help/", arms_and_money.help_line, name="help_line"),
    path(f"{set_up}<slug:step>/", setting_up.step, name="set_up_step"),
]
design_patterns = [
    path("pilots/<slug:pilot_id>/designs/", designs.designs, name="designs"),
    path("pilots/<slug:pilot_id>/designs/<int:version>/", designs.design, name="design"),
    path("pilots/<slug:pilot_id>/amend/", designs.amend, name="amend_pilot"),
    path("pilots/<slug:pilot_id>/amend/file/", designs.amend_by_file, name="amend_by_file"),
    path("pilots/<slug:pilot_id>/close/", designs.close_pilot, name="close_pilot"),
    path("pilots/<slug:pilot_id>/pilot.yaml", designs.plan_file, name="plan_file"),
]
application_patterns = [
    path("pilots/<slug:pilot_id>/applications/", applications.applications, name="applications"),
    path("pilots/<slug:pilot_id>/applications/new/", applications.new, name="new_application"),
    path("applications/<slug:public_id>/", applications.application, name="application"),
    path("applications/<slug:public_id>/decide/", applications.decide, name="decide_application"),
    path("applications/<slug:public_id>/join/", applications.join, name="join_pilot"),
]
staff_patterns = [
    path("", home.to_do, name="to_do"),
    path("problems/", problems.problems, name="problems"),
    path("pilots/new/", pilots.set_up, name="set_up_pilot"),
    *setting_up_patterns,
    *design_patterns,
    *application_patterns,
    path("pilots/<slug:public_id>/", pilots.pilot, name="pilot"),
    path("pilots/<slug:pilot_id>/enrol/", enrolment.enrol, name="enrol"),
    path("pilots/<slug:pilot_id>/enrol-file/", intakes.enrol_file, name="enrol_file"),
    path("pilots/<slug:pilot_id>/pairs/", pairs.pairs, name="pairs"),
    path("pilots/<slug:pilot_id>/pairs/search/", pairs.search_anew, name="search_pairs"),
    path("pairs/<slug:public_id>/decide/", pairs.decide, name="decide_pair"),
    path("intakes/<slug:public_id>/", intakes.intake, name="intake"),
    path("intakes/<slug:public_id>/match/", intakes.match_columns, name="match_columns"),
    path("intakes/<slug:public_id>/answer/", intakes.answer, name="answer_intake"),
    path("intakes/<slug:public_id>/to-correct.csv", intakes.rejected, name="rejected"),
    *(
        path(
            f"intakes/<slug:public_id>/{verb}/", intakes.act, {"verb": verb}, name=f"intake_{verb}"
        )
        for verb in INTAKE_VERBS
    ),
    path("pilots/<slug:pilot_id>/people.csv", enrolment.file_to_fill, name="file_to_fill"),
    path("pilots/<slug:pilot_id>/draw/hold/", draws.hold, name="hold_draw"),
    path("participants/<slug:public_id>/", enrolment.person, name="person"),
    path("participants/<slug:public_id>/sign-in-link/", enrolment.offer_link, name="offer_link"),
    path("participants/<slug:public_id>/timeline/", timeline.timeline, name="timeline"),
    path("participants/<slug:public_id>/personal-data/", personal_data.looks, name="personal_data"),
    path(
        "participants/<slug:public_id>/personal-data/copy/",
        personal_data.copy,
        name="copy_of_person",
    ),
    path("participants/<slug:public_id>/erase/", personal_data.erase, name="erase_person"),
    path("accounts-to-close/<slug:public_id>/closed/", personal_data.closed, name="account_closed"),
    path("participants/<slug:public_id>/choices/", choices.choices, name="choices"),
    path("participants/<slug:public_id>/life-events/", life_events.life_events, name="life_events"),
    path(
        "participants/<slug:public_id>/life-events/record/",
        life_events.record,
        name="record_life_event",
    ),
    path(
        "participants/<slug:public_id>/life-events/<slug:event_id>/correct/",
        life_events.correct,
        name="correct_life_event",
    ),
]

urlpatterns = [
    path("", home.front_door, name="front_door"),
    path("my/<slug:public_id>/timeline/", timeline.my_timeline, name="my_timeline"),
    path("my/<slug:public_id>/data/", personal_data.my_data, name="my_data"),
    path("my/<slug:public_id>/data/copy/", personal_data.my_copy, name="my_copy"),
    path("my/<slug:public_id>/choices/", choices.my_choices, name="my_choices"),
    path("my/<slug:public_id>/choices/<slug:purpose>/", choices.my_choice, name="my_choice"),
]
