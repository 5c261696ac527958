"""Templates: versions, publication, archive."""

from datetime import timedelta

import pytest

from domain.errors import ConflictError, InvalidRequestError, NotPublishedError
from domain.template import TemplateStatus
from tests.builders import NOW, a_template

LATER = NOW + timedelta(hours=1)


def test_a_render_without_a_version_takes_the_published_one() -> None:
    assert a_template(published_version=3, latest_version=5).version_to_render(None) == 3


def test_a_render_may_name_any_version() -> None:
    assert a_template(published_version=3).version_to_render(1) == 1


def test_without_a_published_version_a_render_must_name_one() -> None:
    with pytest.raises(NotPublishedError, match="no published version"):
        a_template(published_version=None).version_to_render(None)


def test_an_archived_template_renders_by_explicit_version_only() -> None:
    archived = a_template(published_version=1).archive(LATER)
    assert archived.version_to_render(1) == 1
    with pytest.raises(NotPublishedError, match="archived"):
        archived.version_to_render(None)


def test_a_new_version_has_the_next_number_and_leaves_the_published_one() -> None:
    changed = a_template(published_version=1).with_new_version(publish=False, at=LATER)
    assert (changed.latest_version, changed.published_version) == (2, 1)
    assert changed.updated_at == LATER


def test_a_new_version_may_be_published_at_once() -> None:
    assert a_template(published_version=1).with_new_version(publish=True, at=LATER).published_version == 2


def test_every_change_counts_the_revision() -> None:
    template = a_template()
    assert template.publish(1, at=LATER).revision == template.revision + 1


@pytest.mark.parametrize("again", ["publish", "restore", "archive"])
def test_what_is_so_already_stays_as_it_is(again: str) -> None:
    published = a_template(published_version=1)
    if again == "publish":
        assert published.publish(1, at=LATER) is published
    elif again == "restore":
        assert published.restore(LATER) is published
    else:
        archived = published.archive(LATER)
        assert archived.archive(LATER) is archived


def test_an_archived_template_changes_only_by_being_restored() -> None:
    archived = a_template().archive(LATER)
    for change in (
        lambda: archived.publish(1, at=LATER),
        lambda: archived.edit(LATER, name="x"),
        lambda: archived.with_new_version(publish=False, at=LATER),
    ):
        with pytest.raises(ConflictError, match="restore it"):
            change()
    assert archived.restore(LATER).status is TemplateStatus.ACTIVE


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 201),
        ("description", "x" * 4001),
        ("tags", ("",)),
        ("tags", ("x" * 51,)),
        ("tags", tuple(map(str, range(21)))),
    ],
)
def test_values_that_no_template_may_have_are_refused_by_name(field: str, value: object) -> None:
    with pytest.raises(InvalidRequestError) as refusal:
        a_template().edit(LATER, **{field: value})
    assert refusal.value.field == field
