"""Every sentence has its Chinese, with the same places to fill in."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from contest.web import catalogs


def a_catalogue(folder: Path, name: str = "web", **messages: str) -> Path:
    """A .po with these messages; `_` in a name is a space."""
    catalog = Catalog(locale="zh_CN", fuzzy=False)
    for message, translation in messages.items():
        catalog.add(message.replace("_", " "), translation)
    path = folder / "zh_CN/LC_MESSAGES" / f"{name}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog)
    return path


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A small tree of code and templates."""
    root = tmp_path / "source"
    (root / "contest/entries").mkdir(parents=True)
    (root / "templates/entries").mkdir(parents=True)
    (root / "templates/layouts").mkdir()
    (root / "contest/entries/rules.py").write_text('def f():\n    return _("Sent by %(name)s", name=1)\n')
    (root / "contest/entries/forms.py").write_text('label = _l("Title")\n')
    (root / "templates/entries/list.html").write_text(
        '{{ _("Title") }}{{ ngettext("%(num)s day", "%(num)s days", 2) }}'
    )
    (root / "templates/layouts/base.html").write_text('{{ _("Menu") }}')
    return root


def test_every_sentence_of_the_service_has_its_chinese() -> None:
    assert catalogs.complaints() == []


def test_sentences_are_found_in_code_forms_and_templates(source: Path) -> None:
    assert catalogs.extracted(source) == {
        "Sent by %(name)s": {"contest/entries/rules.py"},
        "Title": {"contest/entries/forms.py", "templates/entries/list.html"},
        ("%(num)s day", "%(num)s days"): {"templates/entries/list.html"},
        "Menu": {"templates/layouts/base.html"},
    }


def test_a_sentence_without_chinese_is_named_with_its_place(source: Path, tmp_path: Path) -> None:
    a_catalogue(tmp_path, Menu="菜单", Title="")

    assert catalogs.complaints(source, tmp_path) == [
        "contest/entries/forms.py, templates/entries/list.html: no Chinese for 'Title'",
        "contest/entries/rules.py: no Chinese for 'Sent by %(name)s'",
        "templates/entries/list.html: no Chinese for ('%(num)s day', '%(num)s days')",
    ]


def test_a_translation_that_lost_a_place_to_fill_in_is_named(source: Path, tmp_path: Path) -> None:
    path = a_catalogue(tmp_path, Menu="菜单")
    path.write_text(path.read_text() + '\nmsgid "Sent by %(name)s"\nmsgstr "由%(who)s提交"\n')

    wrong = [text for text in catalogs.complaints(source, tmp_path) if text.startswith("web.po")]
    assert wrong == ["web.po: 'Sent by %(name)s' has ['name'], its translation ['who']"]


def test_new_sentences_go_to_the_file_of_their_feature(source: Path, tmp_path: Path) -> None:
    a_catalogue(tmp_path, Title="标题")

    assert catalogs.update(source, tmp_path) == 3
    assert {
        path.stem: sorted(str(m.id) for m in catalogs.read(path) if m.id) for path in catalogs.po_files(tmp_path)
    } == {
        "entries": ["('%(num)s day', '%(num)s days')", "Sent by %(name)s"],
        "web": ["Menu", "Title"],
    }
    assert catalogs.update(source, tmp_path) == 0


def test_a_changed_file_is_compiled_when_the_service_starts(tmp_path: Path) -> None:
    path = a_catalogue(tmp_path, Menu="菜单")
    assert catalogs.compile_stale(tmp_path) == ["web"]

    a_catalogue(tmp_path, Menu="目录")
    catalogs.compile_stale(tmp_path)

    assert catalogs.loaded("zh_CN", tmp_path).gettext("Menu") == "目录"
    assert sorted(file.name for file in path.parent.iterdir()) == ["web.mo", "web.po"]


def test_catalogues_of_several_features_are_read_as_one(tmp_path: Path) -> None:
    a_catalogue(tmp_path, "entries", Title="标题")
    a_catalogue(tmp_path, "web", Menu="菜单")
    catalogs.compile_stale(tmp_path)

    together = catalogs.loaded("zh_CN", tmp_path)

    assert [together.gettext(word) for word in ("Title", "Menu", "Unknown")] == ["标题", "菜单", "Unknown"]


def test_where_nothing_can_be_written_the_chinese_is_there_all_the_same(tmp_path: Path) -> None:
    path = a_catalogue(tmp_path, Menu="菜单")

    assert not path.with_suffix(".mo").exists()
    assert catalogs.loaded("zh_CN", tmp_path).gettext("Menu") == "菜单"
