"""The app's own page: begun forms, documents that are sent again, templates, and the setup for administrators."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.slack.desk import Desk
from tests.integration.support.fake_slack import USER

Json = dict[str, Any]


def _home(desk: Desk) -> Json:
    """Open the page."""
    event = {"type": "app_home_opened", "user": USER, "channel": f"D{USER}", "tab": "home"}
    return _shown_after(desk, lambda: desk.send("/slack/events", desk.slack.event(event)))


def _shown_after(desk: Desk, act: Callable[[], object]) -> Json:
    """Do something, and return the page that is shown after it."""
    before = desk.slack.homes.get(USER)
    act()
    desk.slack.wait_for(lambda: desk.slack.homes.get(USER) is not before)
    return desk.slack.homes[USER]


def _click(desk: Desk, home: Json, action_id: str) -> None:
    button = next(each for each in _buttons(home) if each["action_id"] == action_id)
    desk.interact(desk.slack.in_view({"id": "V0HOME", **home}, {"action_id": action_id, "value": button["value"]}))


def _buttons(home: Json) -> list[Json]:
    return [
        button
        for block in home["blocks"]
        for button in [block.get("accessory"), *block.get("elements", ())]
        if button is not None and button["type"] == "button"
    ]


def _texts(home: Json) -> str:
    return "\n".join(block["text"]["text"] for block in home["blocks"] if "text" in block)


def test_a_form_is_begun_left_and_gone_on_with(desk: Desk) -> None:
    view = desk.form('offer-letter name="Grace"')
    home = _home(desk)
    assert "*offer-letter*" in _texts(home).replace("\u2060", "")
    before = set(desk.slack.views)
    _click(desk, home, "home:continue")
    again = desk.new_form(before)
    assert again["private_metadata"] == view["private_metadata"]
    name = next(block for block in again["blocks"] if block.get("label", {}).get("text") == "Name")
    assert name["element"]["initial_value"] == "Grace"


def test_a_begun_form_is_discarded(desk: Desk) -> None:
    view = desk.form('offer-letter name="Nobody"')
    home = _home(desk)
    assert view["private_metadata"] in [each["value"] for each in _buttons(home)]
    discard = desk.slack.in_view(
        {"id": "V0HOME", **home}, {"action_id": "home:discard", "value": view["private_metadata"]}
    )
    home = _shown_after(desk, lambda: desk.interact(discard))
    assert view["private_metadata"] not in [each["value"] for each in _buttons(home)]


def test_a_document_is_sent_once_more_to_the_person_alone(desk: Desk) -> None:
    desk.document('offer-letter name="Ada" salary=7')
    known = {file.id for file in desk.slack.shared()}
    home = _home(desk)
    _shown_after(desk, lambda: _click(desk, home, "home:send"))
    file = desk.slack.wait_for(lambda: next((each for each in desk.slack.shared() if each.id not in known), None))
    assert file.content == b"Dear Ada,\n\nyour salary is 7.\n"
    assert file.shares == [(f"D{USER}", None)]


def test_a_template_of_the_page_opens_its_form(desk: Desk) -> None:
    before = set(desk.slack.views)
    _click(desk, _home(desk), "home:begin")
    assert desk.new_form(before)["title"]["text"] == "offer-letter"


def test_the_page_opens_the_menu_of_templates(desk: Desk) -> None:
    _click(desk, _home(desk), "home:create")
    desk.slack.wait_for(lambda: desk.slack.shown("docgen_pick"))


@pytest.mark.parametrize("admin", [True, False])
def test_administrators_see_how_it_is_set_up(desk: Desk, admin: bool) -> None:
    desk.slack.users[USER]["is_owner"] = admin
    home = _home(desk)
    desk.slack.users[USER].pop("is_owner")
    assert ("bot token of the settings" in _texts(home)) is admin
    assert ("template:new" in [each["action_id"] for each in _buttons(home)]) is admin


def test_other_tabs_are_left_alone(desk: Desk) -> None:
    event = {"type": "app_home_opened", "user": USER, "channel": f"D{USER}", "tab": "messages"}
    before = len(desk.slack.called("views.publish"))
    assert desk.send("/slack/events", desk.slack.event(event)).status_code == 200
    _home(desk)
    assert len(desk.slack.called("views.publish")) == before + 1
