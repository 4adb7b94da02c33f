"""The guides say what the code says."""

from __future__ import annotations

import doctest
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from augury.config import FunctionSettings
from augury.errors import Kind
from augury.routes import ROUTES

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_ROUTE = re.compile(r"`((?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /[^\s`]*)`")
_LINK = re.compile(r"\]\((?!https?://|mailto:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]*))?\)")
_HEADING = re.compile(r"^#{1,6} (?P<title>.+)$", re.MULTILINE)


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def prose(text: str) -> str:
    return _FENCE.sub("", text)


def table_rows(text: str) -> Iterator[tuple[str, ...]]:
    for line in prose(text).splitlines():
        if line.startswith("|") and not line.startswith("|--"):
            yield tuple(cell.strip() for cell in line.strip().strip("|").split("|"))


def section(text: str, title: str) -> str:
    return prose(text).split(f"\n## {title}\n")[1].split("\n## ")[0]


def anchors_of(text: str) -> set[str]:
    titles = (match["title"].replace("`", "") for match in _HEADING.finditer(prose(text)))
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()) for title in titles}


def test_the_table_of_routes_has_every_route_with_its_credential_and_scope() -> None:
    documented = {row[:3] for row in table_rows(page("http-api.md")) if _ROUTE.fullmatch(row[0])}
    assert documented == {(f"`{route.key}`", route.credential.value, route.scope or "") for route in ROUTES}


def test_every_route_has_a_section() -> None:
    assert set(re.findall(r"^## `(.+)`$", page("http-api.md"), re.MULTILINE)) == {route.key for route in ROUTES}


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_no_page_speaks_of_a_route_that_there_is_not(path: Path) -> None:
    assert set(_ROUTE.findall(prose(path.read_text(encoding="utf-8")))) <= {route.key for route in ROUTES}


def test_the_table_of_errors_has_every_kind_with_its_status_and_message() -> None:
    errors = section(page("http-api.md"), "Errors").split("\n### ")[0]
    documented = sorted(row[:3] for row in table_rows(errors) if row[0].isdecimal())
    assert documented == sorted((str(kind.error_id), str(kind.status), kind.message) for kind in Kind)


def test_the_refusals_of_events_have_ids_of_the_error_table() -> None:
    ids = {int(row[1]) for row in table_rows(section(page("events.md"), "What is refused")) if row[1].isdecimal()}
    assert ids
    assert ids <= {kind.error_id for kind in Kind}


def test_the_table_of_settings_has_every_setting_of_a_function_with_its_default() -> None:
    rows = {row[0].strip("`"): row[1].strip("`") for row in table_rows(section(page("operating.md"), "Settings"))}
    documented = {name: default for name, default in rows.items() if name.startswith("AUGURY_")}
    fields = FunctionSettings.model_fields
    assert documented.keys() == {f"AUGURY_{name.upper()}" for name in fields}
    for name in ("stage", "token_lifetime_s", "model_cache_bytes", "registry_ttl_s"):
        assert documented[f"AUGURY_{name.upper()}"] == str(fields[name].default)


@pytest.mark.parametrize("path", [*PAGES, ROOT / "README.md"], ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for match in _LINK.finditer(prose(path.read_text(encoding="utf-8"))):
        target = (path.parent / match["path"]).resolve() if match["path"] else path
        assert target.exists(), match[0]
        if match["anchor"]:
            assert match["anchor"] in anchors_of(target.read_text(encoding="utf-8")), match[0]


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    assert sorted(re.findall(r"(\S+\.md)$", navigation, re.MULTILINE)) == [path.name for path in PAGES]


def test_every_dependency_but_the_tools_of_dev_has_its_line_and_nothing_else_has_one() -> None:
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups: dict[str, list[str]] = {"core": project["dependencies"], **project["optional-dependencies"]}
    names = {group: {re.split(r"[\[<>=;~! ]", requirement)[0] for requirement in groups[group]} for group in groups}
    documented = {row[0] for row in table_rows(page("dependencies.md")) if row[0] not in ("", "package")}
    needed = set().union(*(names[group] for group in groups if group != "dev")) - {project["name"]}
    assert needed <= documented  # the tools of [dev] come and go
    assert documented <= needed | names["dev"]


@pytest.mark.parametrize("name", ["pipelines.md", "transforms.md"])
def test_the_examples_of_the_page_run(name: str) -> None:
    blocks = [match for match in _FENCE.finditer(page(name)) if match["language"] == "python"]
    source = "\n".join(block["body"] for block in blocks)
    example = doctest.DocTestParser().get_doctest(source, {}, name, str(DOCS / name), 0)
    runner = doctest.DocTestRunner(verbose=False)
    failures: list[str] = []
    runner.run(example, out=failures.append)
    assert len(example.examples) > 10
    assert not failures, "".join(failures)
