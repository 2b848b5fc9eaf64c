"""Launch links: where a repository's documentation, notebooks and configuration send people to a BinderHub."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator

from binderlint.fact import fact
from binderlint.facts.parsed import notebook_of
from binderlint.pattern import regex
from binderlint.read.address import DEAD_HOSTS, MYBINDER, Address, Route, is_sample, is_template, parse_address
from binderlint.read.markup import Line, Markup, read_lines
from binderlint.read.plain_notebook import cells_with
from binderlint.repo2docker.names import OWN_PACKAGE
from binderlint.snapshot import Snapshot
from binderlint.source import Source, Text, stands_in
from binderlint.values import Enum, NamedTuple


class Where(Enum):
    """What an address is in its document."""

    LINK = "the target of a link"
    IMAGE = "an image"
    BARE = "an address in the text, which readers (and GitHub) take for a link"
    VALUE = "a value of a configuration file"
    TEXT = "text that is not clicked on"
    CODE = "code, a literal block or a comment"


class Link(NamedTuple):
    """A launch link or badge image: the address as written, its parts (each a Text with its place), and what it is in the document."""

    url: Text
    address: Address
    where: Where
    markup: Markup

    @property
    def live(self) -> bool:
        """Whether people or tools follow it: no code, no comment, and no example that readers fill in."""
        return self.where not in (Where.CODE, Where.TEXT) and not self.example

    @property
    def example(self) -> bool:
        """Whether its host or repository is a placeholder."""
        return is_template(self.address.host) or is_sample(self.address.repo)

    @property
    def shows_badge(self) -> bool:
        return self.address.route is Route.BADGE

    @property
    def launches(self) -> bool:
        return self.address.route in (Route.LAUNCH, Route.LEGACY)

    def text(self, start: str, end: str = "") -> Text:
        """A part of the address, or what stands from one part to the end of another."""
        fields = Address._fields
        first, last = fields.index(start), fields.index(end or start) + 1
        lengths = [len(part) for part in self.address[:11]]
        return self.url.part(sum(lengths[:first]), sum(lengths[:last]))

    def onwards(self, start: str) -> Text:
        """The address from a part to the end of its query."""
        lengths = [len(part) for part in self.address[:11]]
        first = sum(lengths[: Address._fields.index(start)])
        return self.url.part(first, len(self.url) - len(self.address.fragment))

    def launches_repository(self, repo: Snapshot) -> bool:
        """Whether it launches the repository it stands in, whose name is known from git's origin."""
        return bool(repo.git.origin) and self.launches and self.address.identity == repo.git.origin.lower()


@fact
def live_launches(repo: Snapshot) -> tuple[Link, ...]:
    """The links that people follow to a launch, in today's form."""
    return tuple(link for link in launch_links(repo) if link.live and link.address.route is Route.LAUNCH)


_MARKUP = {
    ".md": Markup.MARKDOWN,
    ".markdown": Markup.MARKDOWN,
    ".mkd": Markup.MARKDOWN,
    ".mdx": Markup.MARKDOWN,
    ".rmd": Markup.MARKDOWN,
    ".qmd": Markup.MARKDOWN,
    ".rst": Markup.RST,
    ".rest": Markup.RST,
    ".html": Markup.HTML,
    ".htm": Markup.HTML,
    ".org": Markup.ORG,
    ".adoc": Markup.ASCIIDOC,
    ".asciidoc": Markup.ASCIIDOC,
}
# Configuration that holds launch links: Jupyter Book, Jekyll, MyST, Quarto, MkDocs, Sphinx, and Python packages' addresses.
_CONFIG_NAMES = frozenset(
    {"_config.yml", "_config.yaml", "myst.yml", "_quarto.yml", "mkdocs.yml", "conf.py"}
    | {"binder-gallery.yaml", "binder-gallery.yml"}
    | frozenset(OWN_PACKAGE)
)
_HISTORY = ("change", "history", "news", "release", "migrat", "blog")
_WHATS_NEW = regex(r"what'?s[-_]?new")
# Folders of test data, of what tools build, and of other people's packages.
_NOT_OURS = frozenset(
    [
        "test",
        "tests",
        "testdata",
        "test-data",
        "test_data",
        "test-files",
        "test_files",
        "fixtures",
        "_build",
        "_site",
        "_static",
        "_sources",
        "site-packages",
        "node_modules",
        "vendor",
        "third-party",
        "third_party",
        ".local",
        "share",
        ".ipynb_checkpoints",
    ]
)
# What a file with a launch link has in it: plain searches first, which are much faster than the expression.
_NEEDLES = (b"binder", b"Binder", b"BINDER", b"/v2/", b"//hub.")
_BYTES = regex(
    rb"https?://[^\s\"'<>]{0,200}?(?:binder|/v2/(?:g[hlit]|zen|fig|hyd|data|ckan|swh)|/user/)", re.IGNORECASE
)
_NEEDLE = regex(r"binder|/v2/|//hub\.", re.IGNORECASE)
_URL = regex(
    r"""(?i:https?)://(?:(?!&(?i:nbsp|lt|gt|quot|apos|emsp|ensp|#\d+);)[^\s"'<>\\^`{}\[\]|\u2010-\u2027\u3000-\u303f\uff00-\uffef]|(?<=[/=])<[\w .:-]+>|(?<=[/=])\[[\w -]+\]|(?<=[/=])\|\w+\||\{\{[^{}\n]*\}\}|\{%[^%\n]*%\}|\$?\{[^{}\s]*\}|\\[_*~&-])+""",
)


# What follows a string of Python that is only a piece: `+`, `%`, `.format`, or the next string.
_ADDED = regex(r"""['"][ \t]*(?:\\?\r?\n[ \t]*)?(?:\+|%|\.format\b|\.join\b|[rRbBfFuU]{0,2}['"])""")
# Above which a JSON file holds data.
_LARGEST_JSON = 50_000
# What a workspace of JupyterLab holds: the state of panels, no links for readers.
_WORKSPACE = b'"layout-restorer:data"'


@fact
def launch_links(repo: Snapshot) -> tuple[Link, ...]:
    """Every launch link and badge image in the documentation, notebooks and configuration of the repository, file by file."""
    return tuple(link for source, markup in documents(repo) for link in _links_of(repo, source, markup))


def documents(repo: Snapshot) -> Iterator[tuple[Source, Markup]]:
    """The files that can hold launch links. Pages that a documentation tool has built are left out: their sources are what to change."""
    built = _built_folders(repo.sources)
    for source in repo.files:
        if not is_ours(source.path):
            continue
        markup = markup_of(source)
        if markup and not (markup is Markup.HTML and any(_below(source.path, folder) for folder in built)):
            yield source, markup


def is_ours(path: str) -> bool:
    """Whether a file is the repository's own documentation: no test data, nothing that a tool built, no other package."""
    return not stands_in(path, _NOT_OURS)


def markup_of(source: Source) -> Markup | None:
    """The markup of a document that can hold launch links; None for other files and for records of what was."""
    name = source.name.lower()
    stem, extension = posixpath.splitext(name)
    if name in _CONFIG_NAMES:
        return Markup.CONFIG
    if stem.startswith(_HISTORY) or (stem.startswith("what") and _WHATS_NEW.match(stem)):
        return None
    if extension == ".ipynb":
        return Markup.MARKDOWN
    if stem.startswith("readme") and extension in ("", ".txt"):
        return Markup.PLAIN
    if extension == ".json":
        return Markup.CONFIG if len(source.data) < _LARGEST_JSON and _WORKSPACE not in source.data else None
    return _MARKUP.get(extension)


def _links_of(repo: Snapshot, source: Source, markup: Markup) -> Iterator[Link]:
    """The links of one file, in order."""
    if not any(needle in source.searchable for needle in _NEEDLES) or not _BYTES.search(source.searchable):
        return
    if source.name.lower().endswith(".ipynb"):
        for cell in cells_with(notebook_of(repo, source), _NEEDLE.search):
            if cell.kind == "markdown":
                yield from _in_lines(cell.lines, Markup.MARKDOWN)
            else:
                yield from _in_lines(cell.lines, Markup.PLAIN, Where.CODE)
        return
    yield from _in_lines(source.lines(), markup)


def _in_lines(lines: Iterable[Text], markup: Markup, where: Where | None = None) -> Iterator[Link]:
    for line in read_lines(lines, markup):
        if not _NEEDLE.search(line.text):
            continue
        for found in _URL.finditer(line.text):
            start, end = found.span()
            role = where or _where(line, start, end, markup)
            if line.text[end : end + 1] == "{":  # a template that goes on in the next line
                role = Where.TEXT
            end = start + _length(line.text[start:end], role)
            if role is Where.TEXT and line.text.startswith(f"]({line.text[start:end]})", end):
                role = Where.BARE  # a link that shows its address, which is to stay the same as where it leads
            if role is Where.BARE and not line.text[start:end].isascii():
                role = Where.TEXT  # words of a language without spaces may follow the address
            if role is Where.LINK:
                end = _with_spaces(line.text, start, end)
            url = line.text.part(start, end)
            if markup is Markup.CONFIG and _goes_on(url):
                continue
            address = parse_address(url)
            if address is not None:
                yield Link(url, address, role, markup)


# How an address with spaces goes on, by what it begins after: in quotes, in angle brackets, in the brackets of Markdown, where a title
# in quotes may follow, and behind an option of reStructuredText.
_SPACED = (
    (regex(r"=\s*\"$"), regex(r" [^\"<>]*(?=\")")),
    (regex(r"=\s*'$"), regex(r" [^'<>]*(?=')")),
    (regex(r"<$"), regex(r" [^<>]*(?=>)")),
    (regex(r"\]\($"), regex(r"(?: +[^\s\"'()<>][^\s()<>]*)+(?=\))")),
    (regex(r"^\s*:target: +$"), regex(r"(?: +\S+)+(?=\s*$)")),
)


def _with_spaces(line: Text, start: int, end: int) -> int:
    """Where the address of a link ends when spaces are part of it."""
    if line[end : end + 1] != " ":
        return end
    before = line[max(0, start - _NEAR) : start]
    rest = next((rest for opened, rest in _SPACED if opened.search(before)), None)
    found = rest.match(line, end) if rest else None
    return found.end() if found else end


def _goes_on(url: Text) -> bool:
    """Whether a program adds something to an address, so that nobody knows where it leads."""
    source, end = url.place.source, url.place.span.end
    return source.name.endswith(".py") and bool(_ADDED.match(source.text, end, end + 200))


def _length(url: str, where: Where) -> int:
    """How much of a run of characters is the URL: up to a bracket that closes what stood before it, without the sentence's own marks."""
    depth = 0
    for index, character in enumerate(url):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if depth < 0:
            url = url[:index]
            break
    if where in (Where.BARE, Where.TEXT, Where.CODE):
        url = url.rstrip(".,;:!?*_")
    return len(url)


# -- what an address is

_HREF = regex(r"\b(?:href|action)\s*=\s*[\"']?\s*$", re.IGNORECASE)
_SRC = regex(r"\bsrc\s*=\s*[\"']?\s*$", re.IGNORECASE)
_ATTRIBUTE = regex(r"[\w-]+\s*=\s*[\"']\s*$")
_DEFINITION = regex(r"\s*\[[^\]]+\]:\s*<?$")
_TARGET_OPTION = regex(r":(?:target|link|url):\s*$|(?:button-link|link-button|grid-item-card)[}:]+\s*$")
_IMAGE_DIRECTIVE = regex(r"(?:image|figure)(?:::|\})\s*$")
_RST_TARGET = regex(r"\.\.\s+_.*:\s*$|^__\s+$")


_NEAR = 1000  # characters before an address, in which its markup begins


def _where(line: Line, start: int, end: int, markup: Markup) -> Where:
    before, after = line.text[max(0, start - _NEAR) : start], line.text[end : end + 2]
    if not line.shows(start):
        return Where.CODE
    if markup is Markup.CONFIG:
        return Where.VALUE
    if "=" in before and _HREF.search(before):
        return Where.LINK
    if "=" in before and _SRC.search(before):
        return Where.IMAGE
    if markup is Markup.HTML:
        return Where.TEXT
    if before.rstrip().endswith((":", "}")):
        if _IMAGE_DIRECTIVE.search(before):
            return Where.IMAGE
        if _TARGET_OPTION.search(before):
            return Where.LINK
    match markup:
        case Markup.MARKDOWN:
            return _where_in_markdown(before, after)
        case Markup.RST:
            linked = _RST_TARGET.search(before) or (before.endswith("<") and after.startswith(">"))
            return Where.LINK if linked else _where_in_markdown(before, after)
        case Markup.ORG:
            return Where.LINK if before.endswith("[[") else Where.IMAGE if before.endswith("][") else Where.BARE
        case Markup.ASCIIDOC:
            if re.search(r"image::?$", before):
                return Where.IMAGE
            return Where.LINK if after.startswith("[") or re.search(r"link[=:]\"?$", before) else Where.BARE
    return Where.BARE


def _where_in_markdown(before: str, after: str) -> Where:
    opened = re.search(r"\]\(\s*<?$", before)
    if opened:
        return Where.IMAGE if _is_image(before[: opened.start()]) else Where.LINK
    if before.endswith("<") or _DEFINITION.match(before):
        return Where.LINK
    if after.startswith("]("):
        return Where.TEXT
    return Where.TEXT if "=" in before and _ATTRIBUTE.search(before) else Where.BARE


def _is_image(text: str) -> bool:
    """Whether the bracket that closes at the end of a text was opened as `![`."""
    depth = 1
    for index in range(len(text) - 1, -1, -1):
        depth += {"]": 1, "[": -1}.get(text[index], 0)
        if not depth:
            return text[index - 1 : index] == "!"
    return False


# -- documentation that a tool has built

_BUILD_MARKS = (
    "objects.inv",
    "searchindex.js",
    ".buildinfo",
    "search/search_index.json",
    "search.json",
    "genindex.html",
)


def _built_folders(paths: Iterable[str]) -> set[str]:
    """Folders that hold what Sphinx, MkDocs or Quarto have written."""
    return {path[: -len(mark)].rstrip("/") for path in paths for mark in _BUILD_MARKS if path.endswith(mark)}


def _below(path: str, folder: str) -> bool:
    return not folder or path.startswith(f"{folder}/")


def same_launch(link: Link) -> tuple[str, str, str]:
    """What two links to the same launch on different hubs share, and their file."""
    return link.url.place.path, str(link.onwards("lead")), link.address.fragment


OLD_IMAGE = regex(r"/(?:(?:binder/)?(?:static/|assets/)?(?:images/)?)?badge\.svg$")


def is_old_image(link: Link) -> bool:
    """Whether a badge image is the old one, or on a host that has none any more."""
    hub, path = link.address.hub, link.address.lead
    if hub in DEAD_HOSTS or hub == "notebooks.gesis.org" or hub == "beta.mybinder.org":
        return True
    return hub.endswith(MYBINDER) and path.endswith("badge.svg") and bool(OLD_IMAGE.match(path))
