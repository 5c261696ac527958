"""render, check and schema: no server, no database."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import docx
import pytest
from jsonschema import Draft202012Validator

from tests.image_files import image_file
from tests.integration.cli.conftest import EXAMPLES, Run, clean_environment
from tests.word_files import lines_of, word_file

TEMPLATES = ["offer-letter.docx", "invoice.docx", "meeting-minutes.md", "payment-reminder.txt"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_example_renders(docgen: Run, tmp_path: Path, name: str) -> None:
    template = EXAMPLES / name
    output = tmp_path / name
    done = docgen("render", template, "--data", template.with_suffix(".json"), "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    if output.suffix == ".docx":
        with zipfile.ZipFile(output) as archive:
            assert archive.testzip() is None
            text = archive.read("word/document.xml").decode()
    else:
        text = output.read_text(encoding="utf-8")
    assert "{{" not in text
    assert "{%" not in text


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_example_has_no_finding_and_a_schema_that_its_data_fits(docgen: Run, name: str) -> None:
    template = EXAMPLES / name
    data = template.with_suffix(".json")
    checked = docgen("check", template, "--data", data)
    assert (checked.returncode, checked.stderr) == (0, "")
    schema = json.loads(docgen("schema", template).stdout)
    Draft202012Validator.check_schema(schema)
    assert set(schema["required"]) <= set(json.loads(data.read_text(encoding="utf-8")))


def test_markdown_becomes_html_by_the_extension(docgen: Run, tmp_path: Path) -> None:
    template = EXAMPLES / "meeting-minutes.md"
    output = tmp_path / "minutes.html"
    done = docgen("render", template, "--data", template.with_suffix(".json"), "--output", output)
    assert done.returncode == 0
    assert output.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_markdown_becomes_a_word_document_by_the_extension(docgen: Run, tmp_path: Path) -> None:
    template = EXAMPLES / "meeting-minutes.md"
    output = tmp_path / "minutes.docx"
    done = docgen("render", template, "--data", template.with_suffix(".json"), "--output", output)
    assert (done.returncode, done.stderr) == (0, "")
    assert docx.Document(str(output)).paragraphs[0].style.name == "Heading 1"


def test_data_may_come_from_standard_input(docgen: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Dear {{ name }}", encoding="utf-8")
    done = docgen("render", "a.txt", "--data", "-", "--output", "out.txt", stdin='{"name": "Ada"}')
    assert done.returncode == 0
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "Dear Ada"


def test_missing_data_is_listed_at_once_and_nothing_is_written(docgen: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("{{ name }} {{ city }}", encoding="utf-8")
    (tmp_path / "out.txt").write_text("before", encoding="utf-8")
    done = docgen("render", "a.txt", "--data", "-", "--output", "out.txt", stdin='{"nam": "Ada"}')
    assert done.returncode == 1
    assert "name" in done.stderr
    assert "city" in done.stderr
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.txt", "out.txt"]


@pytest.mark.parametrize(("missing", "text"), [("empty", "<>"), ("keep", "<{{ name }}>")])
def test_missing_data_may_be_left_out(docgen: Run, tmp_path: Path, missing: str, text: str) -> None:
    (tmp_path / "a.txt").write_text("<{{ name }}>", encoding="utf-8")
    docgen("render", "a.txt", "--data", "-", "--output", "out.txt", "--missing", missing, stdin="{}")
    assert (tmp_path / "out.txt").read_text(encoding="utf-8") == text


def test_diagnostics_come_as_json(docgen: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("ok\n{% for a in b %}", encoding="utf-8")
    done = docgen("check", "a.txt", "--json")
    report = json.loads(done.stdout)
    assert done.returncode == 1
    assert not report["ok"]
    assert report["diagnostics"][0]["location"]["line"] == 2
    failed = docgen("render", "a.txt", "--data", "-", "--output", "o.txt", "--json", stdin="{}")
    assert failed.returncode == 1
    assert json.loads(failed.stdout)["diagnostics"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["render", "none.txt", "--data", "-", "--output", "o.txt"], 3, "none.txt"),
        (["render", "a.txt", "--data", "none.json", "--output", "o.txt"], 3, "none.json"),
        (["render", "a.txt", "--data", "-", "--output", "nowhere/o.txt"], 3, "nowhere"),
        (["render", "a.txt", "--data", "-", "--output", "o.pdf"], 2, "possible output is: txt"),
        (["render", "a.txt", "--data", "-", "--output", "o.txt", "--locale", "x y"], 2, "locale"),
        (["render", "a.txt", "--data", "-", "--output", "o.txt", "--timezone", "Mars"], 2, "time zone"),
        (["render", "a.txt", "--data", "-", "--output", "o.txt", "--now", "soon"], 2, "2026-01-31T"),
        (["render", "a.txt", "--output", "o.txt"], 2, "--data"),
        (["check", "a.doc"], 1, "save it as .docx"),
        (["check", "fake.docx"], 1, "not a Word document"),
        (["nonsense"], 2, "invalid choice"),
        ([], 2, "usage"),
    ],
)
def test_what_cannot_be_done_is_said_with_its_exit_code(
    docgen: Run, tmp_path: Path, arguments: list[str], code: int, words: str
) -> None:
    for name in ("a.txt", "a.doc", "fake.docx"):
        (tmp_path / name).write_text("plain", encoding="utf-8")
    done = docgen(*arguments, stdin="{}")
    assert done.returncode == code, done.stderr
    assert words in done.stderr


def test_a_template_larger_than_the_limit_is_refused(docgen: Run, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x" * 101, encoding="utf-8")
    done = docgen("check", "a.txt", DOCGEN_LIMITS__TEMPLATE_BYTES="100")
    assert done.returncode == 1
    assert "100 bytes" in done.stderr


def test_a_wrong_setting_is_one_sentence(docgen: Run) -> None:
    done = docgen("config", DOCGEN_HTTP__PROT="1")
    assert (done.returncode, done.stderr) == (
        2,
        "docgen: There is no setting DOCGEN_HTTP__PROT; did you mean DOCGEN_HTTP__PORT?\n",
    )


def test_config_hides_passwords(docgen: Run) -> None:
    done = docgen(
        "config",
        DOCGEN_DATABASE__URL="postgresql://docgen:s3cret@db/docgen",
        OTEL_EXPORTER_OTLP_HEADERS="authorization=s3cret",
        OTEL_TRACES_SAMPLER="always_off",
    )
    assert "DOCGEN_DATABASE__URL=postgresql://docgen:***@db/docgen" in done.stdout
    assert "OTEL_EXPORTER_OTLP_HEADERS=***\nOTEL_TRACES_SAMPLER=always_off\n" in done.stdout
    assert "s3cret" not in done.stdout + done.stderr


def test_local_commands_import_nothing_of_the_service() -> None:
    """The service's packages take longer to import than a letter takes to render."""
    script = "import sys, entrypoints.cli.main, entrypoints.cli.render; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()
    assert not {"fastapi", "sqlalchemy", "pydantic", "dependency_injector", "alembic", "botocore"} & set(loaded)


def test_a_service_with_a_directory_imports_nothing_of_buckets(tmp_path: Path) -> None:
    script = """
import sys
from entrypoints.container import Container
from entrypoints.settings.service import load_settings
Container(settings=load_settings(database={"url": "postgresql://nowhere/docgen"})).lifetimes()
print(*sys.modules)
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout.split()
    assert "adapters.storage.local" in loaded
    assert not {"aioboto3", "aiobotocore", "botocore", "aiohttp"} & set(loaded)


def word_with_images(folder: Path) -> Path:
    """Write a template with two images, and the data and the images beside it."""
    template, images = folder / "template.docx", folder / "images"
    images.mkdir()
    template.write_bytes(word_file("{{ logo }}{{ 'photo.jpg' | image('2cm') }}"))
    (folder / "data.json").write_text('{"logo": {"$image": "asset:logo.png"}}')
    for place in (folder, images):
        (place / "logo.png").write_bytes(image_file())
        (place / "photo.jpg").write_bytes(image_file("JPEG"))
    return template


@pytest.mark.parametrize("chosen", [[], ["--assets", "images"]])
def test_images_come_from_a_folder(docgen: Run, tmp_path: Path, chosen: list[str]) -> None:
    template, output = word_with_images(tmp_path), tmp_path / "out.docx"
    folder = [str(tmp_path / "images") if each == "images" else each for each in chosen]
    if folder:
        (tmp_path / "logo.png").write_text("not the one")
    done = docgen("render", template, "--data", tmp_path / "data.json", "--output", output, *folder)
    assert (done.returncode, done.stderr) == (0, "")
    with zipfile.ZipFile(output) as archive:
        assert archive.read("word/media/image-1.png") == image_file()
        assert archive.read("word/media/image-2.jpeg") == image_file("JPEG")
    assert docgen("check", template, "--data", tmp_path / "data.json", *folder).returncode == 0


@pytest.mark.parametrize("name", ["../logo.png", "images/logo.png", "nothing.png", "link.png", "data.json"])
def test_names_do_not_lead_out_of_the_folder(docgen: Run, tmp_path: Path, name: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    template = word_with_images(inner)
    (tmp_path / "logo.png").write_bytes(image_file())
    (inner / "link.png").symlink_to(tmp_path / "logo.png")
    (inner / "data.json").write_text(json.dumps({"logo": {"$image": f"asset:{name}"}}))
    done = docgen("render", template, "--data", inner / "data.json", "--output", tmp_path / "out.docx")
    assert done.returncode == 1
    assert "unknown-asset" in done.stderr
    assert not (tmp_path / "out.docx").exists()


def test_a_folder_of_assets_has_to_be_there_and_to_hold_what_names_say(docgen: Run, tmp_path: Path) -> None:
    template, data, output = word_with_images(tmp_path), tmp_path / "data.json", tmp_path / "out.docx"
    wrong = docgen("render", template, "--data", data, "--output", output, "--assets", tmp_path / "nothing")
    assert wrong.returncode == 2
    assert "--assets" in wrong.stderr
    (tmp_path / "logo.png").write_text("no image")
    broken = docgen("render", template, "--data", data, "--output", output)
    assert "logo.png" in broken.stderr
    assert broken.returncode != 0


def test_documents_within_documents_come_from_the_folder(docgen: Run, tmp_path: Path) -> None:
    folder, template, output = tmp_path / "parts", tmp_path / "contract.docx", tmp_path / "out.docx"
    folder.mkdir()
    template.write_bytes(word_file("{{ a }}", "{{ b }}", "{{ c }}"))
    (folder / "clause-a.docx").write_bytes(word_file("clause {{ n }}"))
    (folder / "notes.md").write_text("notes for {{ who }}")
    (folder / "terms.docx").write_bytes(word_file("terms"))
    data = {
        "a": {"$document": {"template": "clause-a", "data": {"n": 1}}},
        "b": {"$document": {"template": "notes", "data": {"who": "Ada"}}},
        "c": {"$document": "asset:terms.docx"},
    }
    written = tmp_path / "data.json"
    written.write_text(json.dumps(data))
    done = docgen("render", template, "--data", written, "--output", output, "--assets", folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert lines_of(output.read_bytes()) == ["clause 1", "notes for Ada", "terms"]
    data["b"] = {"$document": {"template": "contract", "data": {"a": 1, "b": 2, "c": 3}}}
    (folder / "contract.docx").write_bytes(template.read_bytes())
    written.write_text(json.dumps(data))
    circle = docgen("render", template, "--data", written, "--output", output, "--assets", folder)
    assert circle.returncode == 1
    assert "document-cycle" in circle.stderr
    data["b"] = {"$document": {"template": "clause-a", "version": 2}}
    written.write_text(json.dumps(data))
    none = docgen("render", template, "--data", written, "--output", output, "--assets", folder)
    assert "unknown-template" in none.stderr
