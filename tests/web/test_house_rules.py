"""Rules of the house, over all routes, templates, styles and code: what a reviewer would otherwise have to remember."""

import re
import subprocess
import sys
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes
from werkzeug.routing import Rule

from contest.app import create_app

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [
    path
    for path in TEMPLATES
    if not path.name.startswith("_") and path.parent.name not in ("components", "layouts", "emails")
]
STYLES = sorted((ROOT / "static/css").glob("*.css"))
SCRIPTS = sorted((ROOT / "static/js").glob("*.js"))
ACCESS = {"public", "signed_in", "judge", "organiser", "auditor", "unit_officer"}
LIBRARY_ENDPOINTS = {"static"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
STEP = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
OUTSIDE = re.compile(r"""(?:src|href|action|poster|srcset)\s*=\s*["']?(?:https?:)?//""", re.IGNORECASE)
INLINE = re.compile(
    r"""<style|\sstyle\s*=|\son[a-z]+\s*=\s*["']|\shx-on|javascript:|<script(?![^>]*\ssrc=)""", re.IGNORECASE
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The whole service put together; nobody asks its database."""
    return create_app(instance=tmp_path_factory.mktemp("house"), testing=True)


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def faults(paths: Iterable[Path], find: Callable[[Path, str], Collection[str]]) -> dict[str, list[str]]:
    """What `find` says of each file, of those that it says something of."""
    said = {name(path): sorted(find(path, path.read_text(encoding="utf-8"))) for path in paths}
    return {file: found for file, found in said.items() if found}


def own_rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in LIBRARY_ENDPOINTS]


# routes


def test_every_view_says_who_may_open_it(service: Flask) -> None:
    access = {
        rule.endpoint: getattr(service.view_functions[rule.endpoint], "__access__", None) for rule in own_rules(service)
    }

    assert {endpoint: said for endpoint, said in access.items() if said not in ACCESS} == {}


def test_every_view_function_carries_exactly_one_access_decorator() -> None:
    """Read in the code: the decorator directly above the view, and no second one that would hide the first."""
    decorators = {"public", "signed_in", "judge_required", "organiser_required", "auditor_required", "officer_required"}
    wrong = []
    for path in sorted((ROOT / "contest").rglob("views/*.py")) + sorted((ROOT / "contest").rglob("views.py")):
        for block in re.findall(r"(?:^@.+\n(?:^[ )].*\n)*)+def \w+", path.read_text(encoding="utf-8"), re.MULTILINE):
            lines = [line.removeprefix("@") for line in block.splitlines() if line.startswith("@")]
            if any(re.match(r"\w+\.(route|get|post)\(", line) for line in lines):
                ours = [line for line in lines if line.split("(")[0].split(".")[-1] in decorators]
                if len(ours) != 1:
                    wrong.append(f"{name(path)}: {block.splitlines()[-1]} has {ours}")
    assert wrong == []


def test_addresses_are_nouns_in_small_letters_with_hyphens(service: Flask) -> None:
    wrong = []
    for rule in own_rules(service):
        steps = re.sub(r"<[^>]+>", "", rule.rule).split("/")
        wrong += [rule.rule for step in steps if step.strip(".-") and not STEP.fullmatch(step.strip(".-"))]
    assert wrong == []


def test_views_have_names_that_are_addresses_of_their_feature(service: Flask) -> None:
    assert [rule.endpoint for rule in own_rules(service) if "." not in rule.endpoint] == []


def test_no_view_takes_its_place_in_silence(service: Flask) -> None:
    """Two views at one address and method: the second could never be reached."""
    seen: dict[tuple[str, str], str] = {}
    doubles = []
    for rule in service.url_map.iter_rules():
        shape = re.sub(r"<(?:\w+(?:\([^)]*\))?:)?\w+>", "<>", rule.rule)
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            kind = re.sub(r":\w+>", ":>", rule.rule)
            if (kind, method) in seen:
                doubles.append(f"{method} {shape}: {seen[kind, method]} and {rule.endpoint}")
            seen[kind, method] = rule.endpoint
    assert doubles == []


def test_no_unsafe_request_goes_without_a_token(service: Flask) -> None:
    """Flask-WTF checks every unsafe request; a view that is exempt has to be named here, with why."""
    exempt = service.extensions["csrf"]

    assert sorted(exempt._exempt_views) == []
    assert sorted(blueprint for blueprint in exempt._exempt_blueprints) == []
    assert service.config.get("WTF_CSRF_ENABLED", True) is True
    assert {"POST", "PUT", "PATCH", "DELETE"} <= set(service.config["WTF_CSRF_METHODS"])


# templates


def test_every_page_stands_in_a_layout() -> None:
    frame = re.compile(r"(\{#.*?#\}\s*)?\{% extends \"(layouts/[a-z]+|[a-z_]+/_[a-z_]+)\.html\" %\}", re.S)

    def outside(path: Path, source: str) -> list[str]:
        if path.name == "500.html":
            return ["it must extend nothing and touch nothing"] if "{%" in source or "{{" in source else []
        return [] if frame.match(source) else ["it extends no layout"]

    assert faults(PAGES, outside) == {}


def test_no_template_has_styles_or_scripts_inside_or_other_hosts() -> None:
    def loose(_path: Path, source: str) -> list[str]:
        spoken = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
        return INLINE.findall(spoken) + OUTSIDE.findall(spoken)

    assert faults(TEMPLATES, loose) == {}


def test_templates_use_only_components_that_are_there(service: Flask) -> None:
    parse = lru_cache(maxsize=None)(service.jinja_env.parse)

    def missing(_path: Path, source: str) -> list[str]:
        found = []
        for node in parse(source).find_all((nodes.FromImport, nodes.Import, nodes.Include, nodes.Extends)):
            if not isinstance(node.template, nodes.Const):
                continue
            file = ROOT / "templates" / str(node.template.value)
            if not file.exists():
                found.append(str(node.template.value))
            elif isinstance(node, nodes.FromImport):
                defined = {macro.name for macro in parse(file.read_text(encoding="utf-8")).find_all(nodes.Macro)}
                wanted = {one if isinstance(one, str) else one[0] for one in node.names}
                found += [f"{node.template.value}: {macro}" for macro in wanted - defined]
        return found

    assert faults(TEMPLATES, missing) == {}


def test_no_template_asks_the_database() -> None:
    asks = re.compile(r"db\.session|\.query\b|\bselect\(|\.scalars?\(|\.execute\(")

    assert faults(TEMPLATES, lambda _path, source: asks.findall(source)) == {}


def test_every_address_in_a_template_is_a_view(service: Flask) -> None:
    def unknown(path: Path, source: str) -> list[str]:
        named = re.findall(r"(?:url_for|address)\(\s*[\"'](\w*\.\w+)[\"']", source)
        endpoints = [f"{path.parent.name}{endpoint}" if endpoint.startswith(".") else endpoint for endpoint in named]
        return [endpoint for endpoint in endpoints if endpoint not in service.view_functions]

    assert faults(TEMPLATES, unknown) == {}


def test_every_static_file_in_a_template_is_there() -> None:
    named = re.compile(r"url_for\(\s*[\"']static[\"'],\s*filename=[\"']([\w./-]+)[\"']\s*\)")

    def missing(_path: Path, source: str) -> list[str]:
        return [file for file in named.findall(source) if not (ROOT / "static" / file).exists()]

    assert faults(TEMPLATES, missing) == {}


# styles and scripts


def test_both_dark_blocks_are_equal() -> None:
    """Written twice on purpose, see tokens.css: by the system's theme, and by choice."""
    source = (ROOT / "static/css/tokens.css").read_text(encoding="utf-8")
    starts = [':root:not([data-theme="light"]) {', ':root[data-theme="dark"] {']

    by_system, by_choice = (" ".join(source.split(start, 1)[1].split("}", 1)[0].split()) for start in starts)

    assert by_system == by_choice
    assert "--paper" in by_choice


def test_styles_use_only_tokens_that_are_there() -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in STYLES)
    defined = set(re.findall(r"(--[\w-]+)\s*:", everything)) | {"--p", "--zoom"}  # these two are set by scripts

    assert faults(STYLES, lambda _path, source: set(re.findall(r"var\((--[\w-]+)\s*\)", source)) - defined) == {}


def test_styles_and_scripts_fetch_nothing_from_other_hosts_and_run_no_text() -> None:
    forbidden = re.compile(
        r"@import|url\(\s*[\"']?(?:https?:)?//|[\"'](?:https?:)?//[a-z]"
        r"|\beval\(|new Function|innerHTML\s*=|document\.write"
    )

    assert faults([*STYLES, *SCRIPTS], lambda _path, source: forbidden.findall(source)) == {}


# code


def test_nothing_commits_but_transaction() -> None:
    sources = {path: path.read_text(encoding="utf-8") for path in sorted((ROOT / "contest").rglob("*.py"))}

    found = [
        name(path) for path, source in sources.items() if re.search(r"session\(?\)?\.commit\(|\.commit\(\)", source)
    ]
    assert found == ["contest/db.py"]


def test_only_the_clock_asks_what_time_it_is() -> None:
    asks = re.compile(r"datetime\.(now|utcnow|today)\(|date\.today\(|func\.now\(")
    found = [
        name(path) for path in sorted((ROOT / "contest").rglob("*.py")) if asks.search(path.read_text(encoding="utf-8"))
    ]

    assert found == ["contest/clock.py", "contest/ops/findings.py"]  # the doctor compares the machine with the database


def test_vendored_files_are_as_their_manifest_says() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "script/vendor", "--check"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout.strip()) == (0, "8 vendored files are as the manifest says")


def test_the_lock_of_vendored_files_names_no_host() -> None:
    lock = (ROOT / "static/vendor/package-lock.json").read_text(encoding="utf-8")

    assert "resolved" not in lock
    assert re.findall(r"https?://(?!(?:www\.)?(?:github\.com|opencollective\.com|tidelift\.com))[^\"/]+", lock) == []
