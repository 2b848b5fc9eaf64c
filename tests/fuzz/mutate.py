"""Mutations: of bytes, lines, characters, names, modes and links, and the making of a case from some seeds."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from binderlint.lint.options import OPTIONS
from binderlint.rules import all_rules
from binderlint.source import EXECUTABLE, GITLINK, REGULAR, SYMLINK, Source
from tests.fuzz.case import Case
from tests.fuzz.seeds import example_cases, fixture_cases, seed_files, seed_files_of
from tests.fuzz.tokens import language_of, mutate_json, mutate_tokens

Files = dict[str, Source]

# White space that editors and web pages leave, and that only some parsers take for white space.
SPACES = "\u00a0\u2003\u2028\u2029\u3000\u0085\u200b\u202f\u1680\x0b\x0c\x1c\x1f\t\ufeff"
# Characters that a terminal, a log or a web page acts upon.
CONTROLS = ("\x00", "\x07", "\x08", "\x1b[31m", "\x1b]0;x\x07", "\x7f", "\x9b", "\r", "\u202e", "\u2066", "\u200f", "\u061c", "\u2028", "\udc80", "\udcff", "\U000e0041", "\ufffe")  # fmt: skip
# Text that would be an order or a page of its own, were it printed as it is.
FORGERIES = (
    "\n::error::pwned", "\r\n::stop-commands::x\r\n", "##[error]pwned", "``<img src=x>", "`|`<b>x", "</td><h1>x", "![x](http://x)", "[x](http://x)",
    "|x|x|", "\n| x | x |\n", "```\n", "%0A::error::x", "\n## binderlint\n", "`", "``", "```", "<!--", "-->", "&lt;", "\\`", "\\|", "@x", "http://u:pw@x/", "$(touch x)",
)  # fmt: skip
BYTES = (b"\xff", b"\xe9", b"\x00", b"\xc3", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\x1b$B", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xc0\x80", b"\r", b"\n", b"\x1a", b"\x85")  # fmt: skip
ENCODINGS = (
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-8-sig",
    "latin-1",
    "cp1252",
    "cp037",
    "shift_jis",
    "utf-7",
)
SETTINGS = (
    "true", "1", '""', '"ALL"', '["ALL"]', '["CND", "x", "PIN001"]', '["CND001\\u001b::error::"]', "[1]", "[[[]]]", "{}", '{ CND001 = "ours" }', '{ ALL = "error" }', '{ PIN = "x" }',
    '{ "*" = ["ALL"] }', '{ "[" = ["CND"] }', '"error"', '"never"', '"info"', '"generic"', '{ name = "x" }', '{ name = "\\u202e", dask = true }', "1979-05-27", "nan", "9" * 5000, "[" * 500, '"',
)  # fmt: skip
CONFIGS = (
    "environment.yml", "environment.yaml", "requirements.txt", "runtime.txt", "apt.txt", "start", "postBuild", "Dockerfile", "Pipfile", "Pipfile.lock", "pyproject.toml",
    "setup.py", "Project.toml", "JuliaProject.toml", "Manifest.toml", "REQUIRE", "install.R", "DESCRIPTION", "default.nix", "README.md", "README.rst", "index.html", "a.ipynb",
    "_config.yml", ".dask/config.yaml", "worker-template.yaml", ".gitmodules", ".gitattributes", ".dockerignore", ".gitignore", "conda-lock.yml", "pixi.lock", "uv.lock", "poetry.lock", "renv.lock",
    "pylock.toml", "conf.py", "mkdocs.yml", "_quarto.yml", "myst.yml", ".Rprofile", "labconfig/default_setting_overrides.json", "manifest.xml", ".github/workflows/binder.yml", "requirements3.txt",
    "enviroment.yml", "Requirements.txt", "postbuild", "post_build.sh", "start.sh", "dockerfile", "apt-get.txt", "run.py", "binder-gallery.yaml", ".env", "id_rsa", "jupyter_notebook_config.py",
)  # fmt: skip


# -- bytes


def _slice(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + int(random.expovariate(1 / 12)) + 1)


def _flip(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    at = random.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << random.randrange(8)]) + data[at + 1 :]


def _put(data: bytes, random: Random) -> bytes:
    at = random.choice((0, len(data), random.randrange(len(data) + 1)))
    return data[:at] + random.choice(BYTES) + data[at:]


def _cut(data: bytes, random: Random) -> bytes:
    start, end = _slice(data, random)
    return data[:start] + data[end:]


def _truncate(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data) + 1)
    return random.choice((data[:at], data[at:]))


def _repeat(data: bytes, random: Random) -> bytes:
    start, end = _slice(data, random)
    return data[:start] + data[start:end] * random.choice((2, 2, 3, 30)) + data[end:]


def _recode(data: bytes, random: Random) -> bytes:
    return data.decode("utf-8", "replace").encode(random.choice(ENCODINGS), "replace")


def _mark(data: bytes, random: Random) -> bytes:
    return b"\xef\xbb\xbf" * random.choice((1, 1, 2)) + data


# -- lines


def _lines(data: bytes, random: Random) -> bytes:
    """Lines doubled, removed, exchanged, moved, indented, or with white space at their ends."""
    lines = data.splitlines(keepends=True) or [b""]
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(12)
    if kind == 0:
        lines.insert(other, lines[at])
    elif kind == 1:
        del lines[at : at + random.choice((1, 1, 3))]
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        lines.insert(other, lines.pop(at))
    elif kind == 4:
        lines[at] = random.choice((b" ", b"  ", b"\t", b"    ")) + lines[at]
    elif kind == 5:
        lines[at] = lines[at].lstrip(b" \t")
    elif kind == 6:
        lines[at] = lines[at].rstrip(b"\r\n") + random.choice((b" ", b"  \t", b" \\", b"\\", b" # ours")) + b"\n"
    elif kind == 7:
        lines.insert(at, random.choice((b"\n", b"\n\n", b" \n", b"# ours\n", b"\x0c\n", b"---\n")))
    elif kind == 8:
        lines[at] = b"#" + lines[at]
    elif kind == 9:
        lines.insert(at, _suppression(random) + b"\n")
    elif kind == 10:
        lines[at] = lines[at].rstrip(b"\r\n") + b" " + _suppression(random) + b"\n"
    else:
        lines[at] = lines[at].rstrip(b"\r\n") + b" "
    return b"".join(lines)


def _suppression(random: Random) -> bytes:
    """A suppression comment, with or without a reason."""
    rules = [
        random.choice((rule.code, rule.name)) for rule in random.choices(list(all_rules()), k=random.choice((1, 1, 2)))
    ]
    start, end = random.choice((("#", ""), ("#", ""), ("//", ""), ("<!--", " -->"), ("..", ""), ("%", "")))
    kind, reason = (
        random.choice(("ignore", "ignore", "ignore-file")),
        random.choice(("", " ours", " the licence: see #3", " é")),
    )
    return f"{start} binderlint: {kind}[{', '.join(rules)}]{reason}{end}".encode()


def _line_ends(data: bytes, random: Random) -> bytes:
    unix = data.replace(b"\r\n", b"\n")
    kind = random.randrange(6)
    if kind < 2:
        return unix.replace(b"\n", b"\r\n")
    if kind == 2:
        return unix.replace(b"\n", b"\r")
    if kind == 3:
        return unix.rstrip(b"\n")
    if kind == 4:
        return unix + b"\n" * random.choice((1, 2, 5))
    return b"".join(line + random.choice((b"\n", b"\r\n", b"\r")) for line in unix.split(b"\n"))


# -- characters


def _characters(data: bytes, random: Random) -> bytes:
    """Exotic white space, control characters, forgeries, long numbers and deep brackets somewhere in the text."""
    text = data.decode("utf-8", "surrogateescape")
    kind = random.randrange(7)
    if kind == 0:
        spaces = [at for at, character in enumerate(text) if character in " \t"]
        if spaces:
            at = random.choice(spaces)
            return _encoded(text[:at] + random.choice(SPACES) + text[at + 1 :])
    at = random.randrange(len(text) + 1)
    ends = [at for at, character in enumerate(text) if character == "\n"]
    if ends and random.random() < 0.4:
        at = random.choice(ends) + random.choice((0, 1))
    if kind <= 1:
        put = random.choice(SPACES)
    elif kind == 2:
        put = random.choice(CONTROLS)
    elif kind <= 4:
        put = random.choice(FORGERIES)
    elif kind == 5:
        put = str(random.randrange(10)) * random.choice((5, 20, 400, 5000))
    else:
        put = random.choice("[({<`'\"-*&!#|\\/") * random.choice((2, 3, 8, 60, 300))
    return _encoded(text[:at] + put + text[at:])


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


BYTE_MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flip, _put, _cut, _truncate, _repeat, _recode, _mark, _lines, _lines, _lines, _line_ends, _line_ends, _characters, _characters, _characters,
)  # fmt: skip


# -- files


def _content(files: Files, random: Random) -> None:
    """Change the bytes of one file."""
    chosen = _chosen(files, random)
    if chosen:
        _write(files, chosen, random.choice(BYTE_MUTATIONS)(chosen.data, random))


def _tokens(files: Files, random: Random) -> None:
    """Change the tokens of one file, of a notebook often its values."""
    chosen = _chosen(files, random)
    if chosen:
        text = chosen.data.decode("utf-8", "surrogateescape")
        structured = chosen.name.endswith((".ipynb", ".json", ".lock")) and random.random() < 0.75
        changed = mutate_json(text, random) if structured else mutate_tokens(chosen.path, text, random)
        _write(files, chosen, changed.encode("utf-8", "replace" if structured else "surrogateescape"))


def _splice(files: Files, random: Random) -> None:
    """The head of one file with the tail of another, most often of the same language."""
    chosen = _chosen(files, random)
    if chosen:
        other = _relative(chosen.path, random)
        head = random.randrange(len(chosen.data) + 1)
        tail = random.randrange(len(other.data) + 1)
        if random.random() < 0.6:  # at line ends
            head = chosen.data.find(b"\n", head) + 1
            tail = other.data.find(b"\n", tail) + 1
        _write(files, chosen, chosen.data[:head] + other.data[tail:])


def _foreign(files: Files, random: Random) -> None:
    """The content of any file under the name of a configuration file."""
    path = random.choice(("", "", "binder/", ".binder/")) + random.choice(CONFIGS)
    other = seed_files().choice(random)
    _place(files, Source(path, other.data, random.choice((REGULAR, EXECUTABLE))))


def _more(files: Files, random: Random) -> None:
    """A file more, with a content that a seed has under this name."""
    other = seed_files().choice(random)
    _place(files, Source(random.choice(("", "", "binder/", ".binder/", "docs/")) + other.path, other.data, other.mode))


def _settings(files: Files, random: Random) -> None:
    """A configuration of binderlint, more or less; without `online`, since nothing here asks the network."""
    names = [option.name for option in OPTIONS if option.name != "online"]
    lines = [f"{random.choice(names)} = {random.choice(SETTINGS)}\n" for _ in range(random.choice((1, 1, 2, 3)))]
    path = random.choice(("binderlint.toml", "binderlint.toml", ".binderlint.toml", "pyproject.toml"))
    head = "[tool.binderlint]\n" if path == "pyproject.toml" else ""
    _place(files, Source(path, _encoded(head + "".join(lines))))


def _drop(files: Files, random: Random) -> None:
    """A file less."""
    if len(files) > 1:
        del files[random.choice(sorted(files))]


def _rename(files: Files, random: Random) -> None:
    """One file under another name: of a configuration file, nearly its own, or one that would be an order in a log."""
    chosen = _any(files, random)
    if chosen is None:
        return
    folder, name = f"{chosen.folder}/" if chosen.folder else "", chosen.name
    stem, dot, end = name.rpartition(".")
    kind = random.randrange(6)
    if kind == 0:
        name = random.choice(CONFIGS)
    elif kind == 1:
        name = random.choice((name.upper(), name.lower(), name.title(), name.swapcase(), f"{name}.txt", f"{name}.sh", f"{name}~", f"{name}.bak", f"{name} ", f" {name}", f"-{name}", stem or name, f"{stem}{dot}yaml", f"{stem}-1{dot}{end}"))  # fmt: skip
    elif kind == 2:
        at = random.randrange(len(name) + 1)
        name = name[:at] + random.choice(CONTROLS + FORGERIES).replace("/", "\u2044").replace("\0", "") + name[at:]
    elif kind == 3:
        name = seed_files().choice(random).name
    elif kind == 4:
        folder += random.choice(("\n::error::x", "``<b>", "a b", "é", "\udce9", "\x1b[1m", "x:y", "%0A", "#", "*", "[x]", "test", "docs", "binder", ".binder", ".dask", "node_modules")) + "/"  # fmt: skip
    else:
        at = random.randrange(len(name))
        name = name[:at] + random.choice(("", "_", "-", ".", name[at] * 2)) + name[at + 1 :]
    if name and name not in (".", ".."):
        del files[chosen.path]
        _place(files, Source(folder + name, chosen.data, chosen.mode, chosen.tracked))


def _move(files: Files, random: Random) -> None:
    """One file, or all, in another folder, most often one that Binder looks in."""
    folder = random.choice(
        ("binder", "binder", ".binder", ".binder", "Binder", "binders", "_binder", "docs", "sub/binder", "")
    )
    everything = random.random() < 0.3
    moved = list(files.values()) if everything else [_any(files, random)]
    for source in moved:
        if source:
            path = source.path if everything else source.name
            path = path.removeprefix("binder/").removeprefix(".binder/") if random.random() < 0.5 else path
            if random.random() < 0.7:
                del files[source.path]
            _place(files, Source(f"{folder}/{path}" if folder else path, source.data, source.mode, source.tracked))


def _mode(files: Files, random: Random) -> None:
    """A file with another mode: executable, a link, a submodule, or not tracked by git."""
    chosen = _any(files, random)
    if chosen is None:
        return
    kind = random.randrange(8)
    if kind < 3:
        mode = EXECUTABLE if chosen.mode == REGULAR else REGULAR
        files[chosen.path] = Source(chosen.path, chosen.data, mode, chosen.tracked)
    elif kind < 5:
        targets = [*(path.encode("utf-8", "surrogateescape") for path in files), b"nowhere", b".", b"..", b"../x", b"/etc/passwd", b"", b"x/../y", chosen.name.encode("utf-8", "surrogateescape"), b"a\nb", b"\xff"]  # fmt: skip
        files[chosen.path] = Source(chosen.path, random.choice(targets), SYMLINK)
    elif kind == 5:
        folder = random.choice(("binder", ".binder", "docs", chosen.name))
        if not any(path == folder or path.startswith(f"{folder}/") for path in files):
            files[folder] = Source(
                folder, random.choice((b".", b"docs", b"../x", b"a", b"binder", b".binder")), SYMLINK
            )
    elif kind == 6:
        files[chosen.path] = Source(chosen.path, b"", GITLINK)
    else:
        files[chosen.path] = Source(chosen.path, chosen.data, chosen.mode, not chosen.tracked)


def _folder(files: Files, random: Random) -> None:
    """A folder in the place of a file."""
    chosen = _any(files, random)
    if chosen:
        del files[chosen.path]
        _place(files, Source(f"{chosen.path}/{random.choice(('x', 'file.txt', 'environment.yml'))}", chosen.data))


FILE_MUTATIONS: tuple[Callable[[Files, Random], None], ...] = (
    *(_content,) * 8,
    *(_tokens,) * 8,
    *(_splice,) * 2,
    *(_foreign,) * 2,
    _more,
    _more,
    _settings,
    _drop,
    *(_rename,) * 3,
    *(_move,) * 3,
    *(_mode,) * 2,
    _folder,
)


def _any(files: Files, random: Random) -> Source | None:
    return files[random.choice(sorted(files))] if files else None


def _chosen(files: Files, random: Random) -> Source | None:
    """A file with content."""
    paths = sorted(path for path, source in files.items() if source.mode in (REGULAR, EXECUTABLE))
    return files[random.choice(paths)] if paths else None


def _relative(path: str, random: Random) -> Source:
    """Some file of the seeds, one of the same language in most cases."""
    return (seed_files_of(language_of(path)) if random.random() < 0.8 else seed_files()).choice(random)


def _write(files: Files, source: Source, data: bytes) -> None:
    files[source.path] = Source(source.path, data, source.mode, source.tracked)


def _place(files: Files, source: Source) -> None:
    """Add a file where no folder or file is in its way; git knows no file inside of its own folder."""
    parts = source.path.split("/")
    above = {"/".join(parts[:count]) for count in range(1, len(parts))}
    if any(path in above or path.startswith(f"{source.path}/") for path in files):
        return
    if all(part not in ("", ".", "..") and part.lower() != ".git" for part in parts):
        files[source.path] = source


# -- cases


def mutated(case: Case, count: int, random: Random) -> Case:
    """The case after a number of mutations."""
    files = dict(case.files)
    for _ in range(count):
        random.choice(FILE_MUTATIONS)(files, random)
    return case.with_files(files)


def merged(cases: list[Case], random: Random) -> Case:
    """One case with the files of several; of two with the same path the first, the second, or one after the other."""
    files: Files = {}
    for source in (source for case in cases for source in case.files.values()):
        known = files.get(source.path)
        if known is None:
            _place(files, source)
        elif known.mode == source.mode and known.mode in (REGULAR, EXECUTABLE):
            _write(files, known, random.choice((known.data, source.data, known.data + source.data)))
    return random.choice(cases).with_files(files)


def make_case(random: Random) -> Case:
    """A case from one to five seeds, with none to six mutations."""
    if random.random() < 0.03:
        base = fixture_cases().choice(random)
    else:
        count = random.choice((1, 1, 1, 1, 2, 2, 3, 5))
        base = merged([example_cases().choice(random) for _ in range(count)], random)
    if random.random() < 0.1:
        base = base._replace(hub="generic")
    return mutated(base, random.choice((0, 1, 1, 1, 2, 2, 3, 6)), random)
