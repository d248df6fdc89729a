"""`docs/content.md` tells a clerk every key, every service and true numbers."""

import re
from pathlib import Path

from catalogue_samples import SHIPPED

from assistant.catalogue import schemas
from assistant.catalogue.content import load_folder, parse_file
from assistant.catalogue.services import SERVICES

PAGE = (Path(__file__).parents[2] / "docs" / "content.md").read_text("utf-8")


def test_every_key_is_explained() -> None:
    for model in (schemas.ProcedureEntry, schemas.Document, schemas.Fee, schemas.Case):
        for name, known in model.model_fields.items():
            assert f"`{known.alias or name}`" in PAGE, name


def test_every_service_is_listed() -> None:
    listed = re.findall(r"^\| `([a-z_]+)` \| (?:quầy|cơ quan|nơi)", PAGE, re.MULTILINE)
    assert listed == list(SERVICES)


def test_the_example_is_valid_content() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    assert [i.entry.code for i in parse_file("a.yaml", example.encode())] == [
        "1.001193",
        "x-cap-so-nha",
    ]


def test_every_doubtful_procedure_is_listed() -> None:
    doubtful = {i.entry.code for i in load_folder(SHIPPED).entries if i.entry.needs_review}
    table = PAGE.split("### Cần xem lại", 1)[1]
    assert set(re.findall(r"\d\.\d{6}|x-[a-z0-9-]+", table)) == doubtful
