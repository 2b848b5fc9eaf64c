"""Launch links: what an address is cut into, where addresses are found, and that nothing of them is lost."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from binderlint.facts.launch.buttons import launch_configs
from binderlint.facts.launch.launched import environment_elsewhere, is_for_other_hubs, launched_elsewhere
from binderlint.facts.launch.links import Link, Where, launch_links
from binderlint.git import Git
from binderlint.lint.diagnostic import Applicability
from binderlint.lint.fixer import fix
from binderlint.read.address import PROVIDERS, Address, Route, is_sample, parse_address
from binderlint.read.notebook import json_problem, read_notebook
from binderlint.rules import rules_of
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text

SEGMENT = st.text("abcXYZ019._-%2F~+@:", min_size=1, max_size=12)
HOST = st.sampled_from(["mybinder.org", "binder.pangeo.io", "MyBinder.org", "gesis.mybinder.org", "binder.example.edu"])


def links(path: str, text: str | bytes) -> list[Link]:
    return list(launch_links(Snapshot.from_dict({path: text})))


def found(path: str, text: str) -> list[tuple[str, Where]]:
    return [(str(link.url), link.where) for link in links(path, text)]


@given(HOST, st.text("abc/.:?&=#%2F~+-_@v2ghreposrn;", max_size=60))
def test_any_address_is_the_sum_of_its_parts(host: str, rest: str) -> None:
    url = f"https://{host}/{rest}"
    source = Source("a.md", f"see {url}".encode())
    address = parse_address(source.slice(4, 4 + len(url)))
    assert parse_address(url) == address
    if address is None:
        return
    assert str(address) == url
    for part in [*address[:11], address.fragment, *(piece for parameter in address.query for piece in parameter)]:
        assert isinstance(part, Text)
        assert part.place.text == part


@given(
    HOST,
    st.sampled_from(["gh", "gl", "git", "gist", "zenodo"]),
    st.lists(SEGMENT, min_size=2, max_size=5),
    st.lists(st.tuples(st.sampled_from(["labpath", "urlpath", "filepath", "x"]), SEGMENT), max_size=3),
)
def test_printed_and_read_again(host: str, provider: str, spec: list[str], query: list[tuple[str, str]]) -> None:
    written = "&".join(f"{name}={value}" for name, value in query)
    url = f"https://{host}/v2/{provider}/{'/'.join(spec)}" + (f"?{written}" if written else "")
    address = parse_address(url)
    assert address is not None
    assert str(address) == url
    assert address.route is Route.LAUNCH
    assert (address.provider, address.hub) == (provider, host.lower())
    assert [(parameter.name, parameter.value) for parameter in address.query] == query
    changed = address._replace(scheme="http", host="mybinder.org", base="")
    assert parse_address(str(changed)) == changed


@pytest.mark.parametrize(
    ("url", "provider", "repo", "ref"),
    [
        ("https://mybinder.org/v2/gh/ada/waves/main", "gh", "ada/waves", "main"),
        ("https://mybinder.org/v2/gh/ada/waves/feature/x/?a=b#c", "gh", "ada/waves", "feature/x/"),
        ("https://mybinder.org/v2/gh/ada/waves", "gh", "ada/waves", ""),
        ("https://mybinder.org/v2/gl/lab%2Fsea%2Fwaves/v1", "gl", "lab%2Fsea%2Fwaves", "v1"),
        (
            "https://mybinder.org/v2/git/https%3A%2F%2Fcodeberg.org%2Fa%2Fb/main",
            "git",
            "https%3A%2F%2Fcodeberg.org%2Fa%2Fb",
            "main",
        ),
        ("https://mybinder.org/v2/gist/ada/0a1b2c", "gist", "ada/0a1b2c", ""),
        ("https://mybinder.org/v2/gist/ada/0a1b2c/main", "gist", "ada/0a1b2c", "main"),
        ("https://mybinder.org/v2/zenodo/10.5281/zenodo.3242074/", "zenodo", "10.5281/zenodo.3242074/", ""),
        (
            "https://mybinder.org/v2/figshare/10.6084/m9.figshare.9782777.v1",
            "figshare",
            "10.6084/m9.figshare.9782777.v1",
            "",
        ),
        (
            "https://mybinder.org/v2/hydroshare/b8f6eae9d89241cf8b5904033460af61",
            "hydroshare",
            "b8f6eae9d89241cf8b5904033460af61",
            "",
        ),
        ("https://mybinder.org/v2/dataverse/10.7910/DVN/TJCLKP", "dataverse", "10.7910/DVN/TJCLKP", ""),
        (
            "https://mybinder.org/v2/ckan/https%3A%2F%2Fx.org%2Fdataset%2Fy",
            "ckan",
            "https%3A%2F%2Fx.org%2Fdataset%2Fy",
            "",
        ),
        ("https://mybinder.org/v2/swh/swh:1:dir:94dca98c/", "swh", "swh:1:dir:94dca98c/", ""),
    ],
)
def test_providers(url: str, provider: str, repo: str, ref: str) -> None:
    address = parse_address(url)
    assert address is not None
    assert str(address) == url
    assert (address.provider, address.repo, address.ref) == (provider, repo, ref)
    assert provider in PROVIDERS


@pytest.mark.parametrize(
    ("url", "route"),
    [
        ("https://mybinder.org", Route.HOME),
        ("https://notebooks.gesis.org/binder/", Route.HOME),
        ("http://mybinder.org:/repo/ada/waves/notebooks/a.ipynb", Route.LEGACY),
        ("https://hub.gke.mybinder.org/user/ada-waves-0a1b2c3d/lab", Route.SESSION),
        ("https://hub.binder.example.edu/user/ada-waves-0a1b2c3d/lab", Route.SESSION),
        ("https://hub.example.edu/user/ada/lab", None),
        ("https://mybinder.org/badge_logo.svg", Route.BADGE),
        ("https://mybinder.org/assets/images/badge.svg", Route.BADGE),
        ("https://notebooks.gesis.org/binder/v2/gh/ada/waves/main", Route.LAUNCH),
        ("https://hub.example.edu/services/binder/v2/gh/ada/waves/main", Route.LAUNCH),
        ("https://grafana.mybinder.org/d/overview", Route.OTHER),
        ("https://registry.example.edu/v2/library/python", None),
        ("https://mybinder.readthedocs.io/en/latest/", None),
        ("https://example.edu/badge_logo.svg", None),
        ("https://example.edu/v2/gh/", None),
    ],
)
def test_routes(url: str, route: Route | None) -> None:
    address = parse_address(url)
    assert (address.route if address else None) is route


@pytest.mark.parametrize(
    ("query", "opens"),
    [
        ("?labpath=a%20b.ipynb&urlpath=x", ("doc/tree", "a b.ipynb")),
        ("?urlpath=x&amp;filepath=a+b", ("tree", "a b")),
        ("?urlpath=%2Flab%2Ftree%2Fa.ipynb%3Fx=1", ("lab/tree", "a.ipynb")),
        ("?urlpath=lab/workspaces/w/tree/a", ("lab/workspaces/w/tree", "a")),
        ("?urlpath=lab", ("lab", "")),
        ("?urlpath=rstudio/", ("rstudio/", "")),
        ("?urlpath=voila/render/n/a.ipynb", ("voila/render", "n/a.ipynb")),
        ("?urlpath=lab/tree/", ("lab/tree", "")),
        ("?flush_cache=true", ("", "")),
        ("", ("", "")),
    ],
)
def test_what_opens(query: str, opens: tuple[str, str]) -> None:
    address = parse_address(f"https://mybinder.org/v2/gh/ada/waves/main{query}")
    assert isinstance(address, Address)
    assert address.opens == opens


@pytest.mark.parametrize(
    "repo",
    [
        "USER/REPO",
        "your-name/your-repo",
        "<owner>/<repo>",
        "{{ org }}/x",
        "username/repository",
        "my-github-username/waves",
        "ada/your-repo",
    ],
)
def test_samples(repo: str) -> None:
    assert is_sample(repo)


@pytest.mark.parametrize(
    "repo", ["ada/waves", "binder-project/binder", "user-guide/waves", "organ/repo2docker", "ada/repo"]
)
def test_no_samples(repo: str) -> None:
    assert not is_sample(repo)


URL = "https://mybinder.org/v2/gh/ada/waves/main"
IMAGE = "https://mybinder.org/badge_logo.svg"


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("a.md", f"[![Binder]({IMAGE})]({URL}).", [(IMAGE, Where.IMAGE), (URL, Where.LINK)]),
        ("a.md", f"[![Binder][img]][b]\n\n[img]: {IMAGE}\n[b]: <{URL}>\n", [(IMAGE, Where.LINK), (URL, Where.LINK)]),
        ("a.md", f"See {URL}, and ({URL}).", [(URL, Where.BARE), (URL, Where.BARE)]),
        ("a.md", f"<a href='{URL}'><img src=\"{IMAGE}\"></a>", [(URL, Where.LINK), (IMAGE, Where.IMAGE)]),
        ("a.md", f"`{URL}` and ``{URL}``", [(URL, Where.CODE), (URL, Where.CODE)]),
        ("a.md", f"```md\n{URL}\n```\n{URL}\n", [(URL, Where.CODE), (URL, Where.BARE)]),
        ("a.md", f"~~~~\n```\n{URL}\n~~~\n~~~~\n{URL}\n", [(URL, Where.CODE), (URL, Where.BARE)]),
        ("a.md", f"1. one\n\n   ```\n   {URL}\n   ```\n\n    {URL}\n", [(URL, Where.CODE), (URL, Where.BARE)]),
        ("a.md", f"text\n\n    {URL}\n", [(URL, Where.CODE)]),
        ("a.md", f"!!! note\n    a\n\n    {URL}\n\nb\n\n    {URL}\n", [(URL, Where.BARE), (URL, Where.CODE)]),
        ("a.md", f"<!-- {URL}\n{URL} --> {URL}", [(URL, Where.CODE), (URL, Where.CODE), (URL, Where.BARE)]),
        ("a.md", f"```{{image}} {IMAGE}\n:target: {URL}\n```\n", [(IMAGE, Where.IMAGE), (URL, Where.LINK)]),
        ("a.md", f"|{URL}|x|\n{URL}&nbsp;*\n", [(URL, Where.BARE), (URL, Where.BARE)]),
        ("a.md", f"\u8bf7\u770b{URL}\u3002 {URL}\uff09", [(URL, Where.BARE), (URL, Where.BARE)]),
        ("a.md", f"{URL}\u3092\u958b\u304f", [(f"{URL}\u3092\u958b\u304f", Where.TEXT)]),
        ("a.md", f"[{URL}]({URL})", [(URL, Where.BARE), (URL, Where.LINK)]),
        ("a.md", f"[{URL}]({URL}?a)", [(URL, Where.TEXT), (f"{URL}?a", Where.LINK)]),
        ("a.md", f"[x]({URL}?labpath=a(1).ipynb)", [(f"{URL}?labpath=a(1).ipynb", Where.LINK)]),
        ("a.md", f"See ({URL}?labpath=a(1).), {URL}?labpath=a(1).", [(f"{URL}?labpath=a(1)", Where.BARE)] * 2),
        ("a.rst", f".. image:: {IMAGE}\n   :target: {URL}\n", [(IMAGE, Where.IMAGE), (URL, Where.LINK)]),
        ("a.rst", f"`run <{URL}>`_ or ``{URL}``\n", [(URL, Where.LINK), (URL, Where.CODE)]),
        ("a.rst", f".. |b| image:: {IMAGE}\n.. _b: {URL}\n", [(IMAGE, Where.IMAGE), (URL, Where.LINK)]),
        ("a.rst", f"So::\n\n  {URL}\n\n{URL}\n", [(URL, Where.CODE), (URL, Where.BARE)]),
        ("a.rst", f".. code-block:: html\n\n   {URL}\n", [(URL, Where.CODE)]),
        ("a.rst", f".. note::\n\n   {URL}\n", [(URL, Where.BARE)]),
        ("a.rst", f".. A comment\n   {URL}\n", [(URL, Where.CODE)]),
        ("a.html", f"<p>{URL}</p><a href={URL}>x</a><pre>{URL}</pre>", [(URL, Where.TEXT), (URL, Where.LINK), (URL, Where.CODE)]),
        ("a.org", f"[[{URL}][{IMAGE}]]\n#+begin_src\n{URL}\n#+end_src\n", [(URL, Where.LINK), (IMAGE, Where.IMAGE), (URL, Where.CODE)]),
        ("a.adoc", f"image:{IMAGE}[Binder,link={URL}]\n----\n{URL}\n----\n{URL}\n", [(IMAGE, Where.IMAGE), (URL, Where.LINK), (URL, Where.CODE), (URL, Where.BARE)]),
        ("a.adoc", f"{URL}[Run it], {URL} or link:{URL}[it]\n", [(URL, Where.LINK), (URL, Where.BARE), (URL, Where.LINK)]),
        ("_config.yml", f"link: {URL}  # {URL}\n", [(URL, Where.VALUE), (URL, Where.CODE)]),
        ("pyproject.toml", f'[project.urls]\nBinder = "{URL}"\n', [(URL, Where.VALUE)]),
        ("conf.py", "u = f'https://mybinder.org/v2/gh/ada/waves/{release}?filepath=a'\n", [("https://mybinder.org/v2/gh/ada/waves/{release}?filepath=a", Where.VALUE)]),
        ("conf.py", f"u = r\"\"\"\n{URL}?labpath=a/{{{{\n docname }}}}\"\"\"\n", [(f"{URL}?labpath=a/", Where.TEXT)]),
        ("README", f"{URL}\n", [(URL, Where.BARE)]),
        ("notes.py", f"# {URL}\n", []),
        ("docs/_build/a.html", f"<a href='{URL}'>x</a>", []),
    ],
)  # fmt: skip
def test_found(path: str, text: str, expected: list[tuple[str, Where]]) -> None:
    assert found(path, text) == expected


def notebook(*cells: tuple[str, str | list[str]]) -> str:
    return json.dumps({"cells": [{"cell_type": kind, "source": source} for kind, source in cells], "nbformat": 4})


def test_in_notebooks() -> None:
    text = notebook(("markdown", ["# Waves\n", f'<a href="{URL}?labpath=ä.ipynb">go</a>']), ("code", f"# {URL}\n"))
    first, second = links("a.ipynb", text)
    assert (str(first.url), first.where) == (f"{URL}?labpath=ä.ipynb", Where.LINK)
    assert str(first.url.place) == "a.ipynb:cell 1:2"
    assert first.text("ref").place.text == "main"
    assert second.where is Where.CODE


@given(st.lists(st.lists(st.text('ab\\"\n\t\r\x00é\U0001f600/ ', max_size=8), max_size=4), max_size=3), st.booleans())
def test_notebook_lines_know_their_place(cells: list[list[str]], ascii_only: bool) -> None:
    data = {"cells": [{"outputs": [{"x": ["]"]}], "cell_type": "code", "source": cell} for cell in cells]}
    source = Source("a.ipynb", json.dumps(data, ensure_ascii=ascii_only, indent=1).encode("utf-8", "surrogatepass"))
    book = read_notebook(source)
    for cell, pieces in zip(book.cells, cells, strict=True):
        assert cell.text == "".join(pieces).removesuffix("\n")
        for line in cell.lines:
            for index in range(len(line)):
                assert json.loads(f'"{line.part(index, index + 1).place.text}"') == line[index]


@pytest.mark.parametrize(
    "text", ["", "{", '{"cells": [}', '{"cells": []', '{"cells": [] "a": 1}', "[1,]", '{"a": "\\x"}', "{} {}", "nul"]
)
def test_broken_notebooks_have_a_problem(text: str) -> None:
    source = Source("a.ipynb", text.encode())
    problem = json_problem(source)
    assert problem and problem[0] and not read_notebook(source).cells


@pytest.mark.parametrize("text", ["[]", "1", '{"cells": 1}', '{"cells": [1, {"source": 2}]}', '{"worksheets": []}'])
def test_odd_notebooks_are_read(text: str) -> None:
    source = Source("a.ipynb", text.encode())
    assert json_problem(source) is None
    assert not any(cell.text for cell in read_notebook(source).cells)


def test_old_notebooks_are_read() -> None:
    text = json.dumps({"worksheets": [{"cells": [{"cell_type": "code", "input": "a = 1"}]}], "nbformat": 3})
    assert read_notebook(Source("a.ipynb", text.encode())).cells[0].text == "a = 1"


HUBS = [
    "mybinder.org",
    "binder.pangeo.io",
    "beta.mybinder.org",
    "gesis.mybinder.org",
    "notebooks.gesis.org/binder",
    "x.edu",
]
SPECS = [
    "gh/ada/waves",
    "gh/ada/waves/",
    "gh/ada/waves.git/main",
    "gh/ada/waves/tree/main/a.ipynb",
    "gh/ada/waves/gone",
    "gh/ada/waves/master",
    "gh/https://github.com/ada/waves/blob/main/a%20b.ipynb",
    "gh/grace/tides/v1",
    "gh/USER/REPO/{{ branch }}",
    "gl/lab/sea/waves/main",
    "git/https://x.org/a/b.git/main",
    "zenodo/10.5281/zenodo.1",
]
QUERIES = [
    "labpath=/a.ipynb",
    "labpath=a%2520b.ipynb",
    "labpath=rstudio",
    "filepath=a b".replace(" ", "%20"),
    "filepath=%2Fnotes",
    "urlpath=lab/tree/b.ipynb",
    "urlpath=a.ipynb",
    "urlpath=voila/render/a.ipynb",
    "urlpath=git-pull?repo=https://x.org/y&branch=z",
    "urlpath=git-pull%3Frepo=https://x.org/y%26amp%3Bbranch=z",
    "urlpath=stencila",
    "flush_cache=true",
]
SHAPES = {
    "README.md": ["[run]({})", "[![Binder](http://mybinder.org/badge.svg)]({})", "`{}`", "<a href='{}'>run</a>", "See {}."],
    "README.rst": ["`run <{}>`_", ".. image:: https://binder.pangeo.io/badge.svg\n   :target: {}", "``{}``", "See {}."],
    "b.ipynb": ["[run]({})", "<a href='{}'>run</a>", "See {}.", "**{}**"],
    "docs/a.html": ["<a href='{}'>run</a>", "<!-- {} -->", "<img src='{}'>"],
}  # fmt: skip
ADDRESS = st.builds(
    lambda scheme, hub, spec, query: f"{scheme}://{hub}/v2/{spec}" + (f"?{'&'.join(query)}" if query else ""),
    st.sampled_from(["http", "https"]),
    st.sampled_from(HUBS),
    st.sampled_from(SPECS),
    st.lists(st.sampled_from(QUERIES), max_size=2),
)


@given(st.data(), st.sampled_from(sorted(SHAPES)), st.booleans())
@settings(max_examples=30, deadline=None)
def test_fixes_settle_and_touch_links_only(data: st.DataObject, path: str, unsafe: bool) -> None:
    pairs = st.lists(st.tuples(st.sampled_from(SHAPES[path]), ADDRESS), min_size=1, max_size=4)
    parts = [shape.format(address) for shape, address in data.draw(pairs)]
    text = "Title\n=====\n\n" + "\n\n".join(parts) + "\n"
    if path == "b.ipynb":
        text = '{"cells": [{"cell_type": "markdown", "source": ["' + '\\n", "'.join(parts) + '"]}], "nbformat": 4}'
    git = Git("gh/ada/waves", "main", "main", frozenset({"main", "v1", "v2"}), True)
    files = {path: text, "environment.yml": "dependencies: [python=3.12]\n", "a.ipynb": "{}"}
    repo = Snapshot.from_dict(files, git=git)
    rules = rules_of("LNK")
    level = Applicability.UNSAFE if unsafe else Applicability.SAFE
    once = fix(repo, applicability=level, rules=rules)
    assert not once.reverted
    assert not [found for found in once.report.diagnostics if found.fix and found.fix.applicability >= level]
    assert not [found for found in once.report.diagnostics if found.code == "BLT001"]
    words = re.compile(r"https?://[^\s'<>`)\\\"]*(?:\{\{ branch \}\}[^\s'<>`)\\\"]*)?")
    if not any(found.code == "LNK010" for found in once.applied):
        assert words.sub("U", once.repo.sources[path].text) == words.sub("U", text)


OWN, OTHER = "https://mybinder.org/v2/gh/ada/waves", "https://mybinder.org/v2/gh/bob/tides"
BOOK = "launch_buttons:\n  binderhub_url: https://mybinder.org\nrepository:\n  url: https://github.com/"
CONF = "sphinx_gallery_conf = {'binder': {'org': 'ada', 'repo': 'waves', 'branch': 'dev', 'binderhub_url': 'x'}}\n"


@pytest.mark.parametrize(
    ("files", "launched", "environment"),
    [
        ({"README.md": "nothing"}, False, False),
        ({"README.md": f"{OWN}/main"}, False, False),
        ({"README.md": OWN}, False, False),
        ({"README.md": f"{OWN}/HEAD"}, False, False),
        ({"README.md": f"{OWN}/dev"}, True, True),
        ({"README.md": f"{OWN}/gone"}, True, True),
        ({"README.md": f"{OWN}/master"}, False, False),
        ({"README.md": f"{OWN}/dev {OWN}/main"}, False, False),
        ({"README.md": f"`{OWN}/dev`"}, False, False),
        ({"README.md": f"{OTHER}/main"}, True, True),
        ({"README.md": f"{OTHER}/main", "binder/environment.yml": ""}, False, False),
        ({"README.md": f"{OTHER}/main", "apt.txt": ""}, False, False),
        ({"README.md": f"{OTHER}/main", "runtime.txt": ""}, False, False),
        ({"_config.yml": f"{BOOK}ada/waves\n  branch: dev\n", "a.ipynb": "{}"}, True, True),
        ({"_config.yml": f"{BOOK}ada/waves\n  branch: main\n", "a.ipynb": "{}"}, False, False),
        ({"_config.yml": f"{BOOK}ada/waves\n", "a.ipynb": "{}"}, False, False),
        ({"_config.yml": f"{BOOK}ada/waves\n  branch: main\n"}, True, True),
        ({"_config.yml": f"{BOOK}bob/tides\n", "a.ipynb": "{}"}, True, True),
        ({"_config.yml": f"{BOOK}bob/tides\n", "a.ipynb": "{}", "apt.txt": ""}, False, True),
        ({"_config.yml": f"{BOOK}rada/waves\n", "a.ipynb": "{}", "apt.txt": ""}, False, True),
        ({"_config.yml": f"{BOOK}ada/waves.git\n", "a.ipynb": "{}"}, False, False),
        ({"_config.yml": f"{BOOK}bob/tides\n", "README.md": f"{OWN}/main", "a.ipynb": "{}"}, False, False),
        ({"conf.py": CONF}, True, True),
        ({"conf.py": CONF.replace("dev", "main")}, False, False),
        ({"conf.py": CONF.replace("dev", "main").replace("ada", "bob")}, True, True),
    ],
)
def test_what_is_launched(files: dict[str, str], launched: bool, environment: bool) -> None:
    repo = Snapshot.from_dict(files, git=Git("gh/ada/waves", "main", "main", frozenset({"main", "dev"}), 0, True))
    assert (launched_elsewhere(repo), environment_elsewhere(repo)) == (launched, environment)


@pytest.mark.parametrize(
    ("text", "other"),
    [
        ("nothing", False),
        (f"{OWN}/main", False),
        ("https://binder.example.edu/v2/gh/ada/waves/main", True),
        ("[![B](https://mybinder.org/badge_logo.svg)](https://binder.example.edu/v2/gh/ada/waves/main)", True),
        (f"https://binder.example.edu/v2/gh/ada/waves/main {OWN}/main", False),
        ("`https://binder.example.edu/v2/gh/ada/waves/main`", False),
    ],
)
def test_hubs_of_which_nothing_is_known(text: str, other: bool) -> None:
    assert is_for_other_hubs(Snapshot.from_dict({"README.md": text})) is other
    assert not is_for_other_hubs(Snapshot.from_dict({"README.md": text}, hub="generic"))


THEBE = "thebe_config = {'repository_url': 'https://x.org/a', 'repository_branch': "


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (
            "docs/_config.yml",
            "launch_buttons:\n  binderhub_url: 'h'\nrepository:\n  url: \"r\"\n  branch: b\n  path_to_book: f\n",
            [("Jupyter Book", "h", "r", "b", "f")],
        ),
        ("_config.yml", "launch_buttons:\n  thebe: true\n", [("Jupyter Book", None, None, None, None)]),
        ("_config.yml", "launch_buttons:\n  thebelab: true\n", [("Jupyter Book", None, None, None, None)]),
        ("_config.yml", "launch_buttons:\n  thebe: false\n", []),
        ("_config.yml", "launch_buttons: [thebe]\n", []),
        ("_config.yml", "- thebe\n", []),
        ("other.yml", "launch_buttons:\n  thebe: true\n", []),
        ("binder-gallery.yaml", "binder_url: h\nbinder_repo: a/b\n", [("the gallery", "h", "a/b", None, None)]),
        (
            "myst.yml",
            "project:\n  jupyter:\n    binder:\n      url: h\n      repo: a/b\n      ref: v\n",
            [("MyST", "h", "a/b", "v", None)],
        ),
        ("myst.yml", "project:\n  thebe:\n    binder:\n      repo: a/b\n", [("MyST", None, "a/b", None, None)]),
        ("myst.yml", "project:\n  thebe:\n    binder: {}\n", []),
        ("myst.yml", "project:\n  thebe: true # binder\n", []),
        ("other.yml", "project:\n  thebe:\n    binder:\n      repo: a/b\n", []),
        (
            "conf.py",
            "x = 1\nsphinx_gallery_conf = {'binder': {'org': 'a', 'repo': 'b', 'branch': \"v\", 'binderhub_url': 'h'}}\n",
            [("sphinx-gallery", "h", "a/b", "v", None)],
        ),
        ("conf.py", "sphinx_gallery_conf = {'binder': {'org': 'a'}}\n", [("sphinx-gallery", None, None, None, None)]),
        ("conf.py", "sphinx_gallery_conf = {}  # binder\n", []),
        (
            "conf.py",
            "html_theme_options = {'launch_buttons': {'binderhub_url': 'h'}, 'repository_url': 'r',\n"
            " 'repository_branch': 'b', 'path_to_docs': 'f'}\n",
            [("sphinx-book-theme", "h", "r", "b", "f")],
        ),
        ("conf.py", "html_theme_options = {'repository_url': 'r'}  # binder\n", []),
        ("conf.py", f"\ufeff{THEBE}'v'}}\n", [("sphinx-thebe", None, "https://x.org/a", "v", None)]),
        ("conf.py", f"{THEBE}'v', 'é': 'ü', 'binderhub_url': 'h'}}\n", [("sphinx-thebe", "h", "https://x.org/a", "v", None)]),
        ("conf.py", f"é = 'ü'; {THEBE}'v', None: 1, **z}}\n", [("sphinx-thebe", None, "https://x.org/a", "v", None)]),
        ("conf.py", f"{THEBE}'v' + x}}\n", [("sphinx-thebe", None, "https://x.org/a", None, None)]),
        ("conf.py", f"{THEBE}'\\x76'}}\n", [("sphinx-thebe", None, "https://x.org/a", None, None)]),
        ("conf.py", f"{THEBE}'''v\nw'''}}\n", [("sphinx-thebe", None, "https://x.org/a", None, None)]),
        ("conf.py", f"{THEBE}\n", []),
        (
            "a.md",
            "<script>\n{ binderOptions: { repo: 'a/b', ref: \"v\", binderUrl: 'h' } }\n",
            [("thebe", "h", "a/b", "v", None)],
        ),
        (
            "a.html",
            "binderOptions: {repo: 'a/b'} \"binderOptions\" : {\"ref\": \"v\"}",
            [("thebe", None, "a/b", None, None), ("thebe", None, None, "v", None)],
        ),
        ("a.txt", "binderOptions: {repo: 'a/b'}", []),
    ],
)  # fmt: skip
def test_launch_buttons(path: str, text: str, expected: list[tuple[str | None, ...]]) -> None:
    found = launch_configs(Snapshot.from_dict({path: text}))
    assert [(one.tool, *(part and str(part) for part in one[2:])) for one in found] == expected
    for one in found:
        parts = [part for part in one[2:] if part is not None and one.tool != "sphinx-gallery"]
        assert all(part.place.text == part for part in parts)
