"""Actions: what a command does that matters to a launch: it downloads, it installs,."""

from __future__ import annotations

import re

from binderlint.pattern import regex
from binderlint.read.installer import is_pip
from binderlint.read.script import UNKNOWN, Command
from binderlint.read.shebang import PYTHON
from binderlint.source import Place
from binderlint.values import NamedTuple

DOWNLOADERS = frozenset({"wget", "wget2", "curl", "aria2c", "axel"})
"""Programs that save what is at an address."""

_URL = regex(r"(?:https?|ftp|sftp|rsync|git|s3|gs)://[^\s'\"]+|\w[\w.-]*@[\w.-]+:[^\s'\"]+")
_LOCAL = regex(
    r"(?:https?://)?(?:localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\]|host\.docker\.internal|"
    + UNKNOWN
    + r"(?:/|:|$))"
)
_ARCHIVE = regex(
    r"\.(?:zip|tar|tgz|tbz2?|txz|tar\.\w+|7z|rar|gz|bz2|xz|zst|nc4?|h5|hdf5?|grib2?|grb2?|zarr|parquet|feather|sqlite3?|db|iso|img|vhd|fits|tiff?|jld2?|rds|rdata|pkl|pickle|npz?|pt|pth|ckpt|onnx|safetensors|bam|fastq|fa|vcf|mat|jar|deb|sh|whl|csv|tsv|json|geojson|shp|las|laz)(?:[?#].*)?$",
    re.IGNORECASE,
)
_SMALL = regex(r"\.(?:csv|tsv|json|geojson|sh|txt|ya?ml|py|ipynb|md)(?:[?#].*)?$", re.IGNORECASE)
CODE_DOWNLOADS = regex(
    r"urlretrieve|urlopen|requests\.get|pooch\.\w+|nltk\.download|wget\.download|gdown\.\w+|hf_hub_download|snapshot_download|load_dataset\(|download\.file|\bdownload\(|Downloads\.download|tfds\.load|fetch_\w+\(|open_zarr\(|from_pretrained\("
)
CODE_INSTALLS = regex(
    r"install\.packages\(|install_github\(|install_version\(|BiocManager::install|remotes::install|devtools::install|pak::pkg_install|Pkg\.(?:add|instantiate|build|precompile|update|develop|activate)|Pkg\.clone"
)


class Download(NamedTuple):
    """What a command fetches: the tool, the address where it is written out, and whether it is a lot."""

    tool: str
    url: str
    heavy: bool
    update: bool = False
    """Only brings something up to date that is there already."""


def subcommand(command: Command) -> tuple[str, ...]:
    """The program and the words after it without options: `("jupyter", "labextension", "install", "x")`; `jupyter-lab` is `jupyter lab`."""
    name = command.name
    if name.startswith("jupyter-"):
        return ("jupyter", name.removeprefix("jupyter-"), *command.operands)
    if name.startswith(("notebook.", "jupyter_contrib")):
        return (
            "jupyter",
            {"notebook.nbextensions": "nbextension", "notebook.serverextensions": "serverextension"}.get(name, name),
            *command.operands,
        )
    return (name, *command.operands)


def code(command: Command) -> str | None:
    """The program text that a command is given: `python -c '...'`, `Rscript -e '...'`, a heredoc; None when it has none."""
    name = command.name
    options = {"julia": ("-e", "-E", "--eval"), "Rscript": ("-e",), "R": ("-e",), "perl": ("-e",), "node": ("-e",)}.get(
        name, ("-c",) if PYTHON.fullmatch(name) else ()
    )
    values = command.values
    found = [values[index + 1] for index, text in enumerate(values[:-1]) if text in options]
    if found:
        return "\n".join(found)
    if options and command.input is not None and all(text == "-" or text.startswith("-") for text in values):
        return str(command.input)
    return None


def download(command: Command) -> Download | None:
    """What a command fetches from elsewhere, None when it fetches nothing."""
    words, values = subcommand(command), command.values
    urls = [text for value in values if ":" in value for text in _URL.findall(value)]
    url = next((text for text in urls if UNKNOWN not in text), urls[0] if urls else "")
    match words:
        case ("git", "clone", *_):
            target = next((text for text in values[1:] if not text.startswith("-")), "")
            return None if _is_path(target) else Download("git clone", target, not command.has("--depth"))
        case ("git", "pull" | "fetch" as verb, *_):
            return Download(f"git {verb}", "", False, True)
        case ("git", "submodule", "update", *_):
            return Download("git submodule update", "", True)
        case ("git", "lfs", "pull" | "fetch" | "checkout" as verb, *_):
            return Download(f"git lfs {verb}", "", True)
        case ("git", "annex", "get" | "sync" as verb, *_) | ("git-annex", "get" | "sync" as verb, *_):
            return Download(f"git annex {verb}", "", True)
        case ("gitpuller", target, *_):
            return Download("gitpuller", target, True)
        case ("wget" | "wget2" | "curl" | "aria2c" | "axel" | "lftp" | "http" | "https" as tool, *_):
            return _fetch(command, tool, urls)
        case ("aws", "s3", "cp" | "sync" | "mv" as verb, *_) if any(
            text.startswith("s3://") for text in values[2:3] + words[3:4]
        ):
            return Download(f"aws s3 {verb}", url, True)
        case ("gsutil", *rest) if {"cp", "rsync"} & set(rest) and url.startswith("gs://"):
            return Download("gsutil", url, True)
        case ("gcloud", "storage", "cp" | "rsync", *_):
            return Download("gcloud storage", url, True)
        case ("rclone", "copy" | "sync" | "copyto" | "copyurl" as verb, *_):
            return Download(f"rclone {verb}", url, True)
        case ("azcopy", "copy" | "sync" as verb, *_):
            return Download(f"azcopy {verb}", url, True)
        case ("kaggle", "datasets" | "competitions" | "d" | "c", "download", *_):
            return Download("kaggle", "", True)
        case ("dvc", "pull" | "fetch" | "get" | "import-url" as verb, *_):
            return Download(f"dvc {verb}", url, True)
        case ("datalad", "get" | "install" | "clone" as verb, *_):
            return Download(f"datalad {verb}", url, True)
        case ("osf", "clone" | "fetch" as verb, *_):
            return Download(f"osf {verb}", "", True)
        case ("huggingface-cli" | "hf", "download", *_) | ("gdown" | "zenodo_get" | "zenodo-get" | "gdrive", *_):
            return Download(words[0], url, True)
        case ("spacy" | "nltk.downloader" | "textblob.download_corpora", *_):
            return Download(f"python -m {words[0]}", "", True) if words[0] != "spacy" or "download" in words else None
        case ("svn", "checkout" | "co" | "export" as verb, *_) | ("hg", "clone" as verb, *_):
            return Download(f"{words[0]} {verb}", url, True)
        case ("scp" | "sftp" | "rsync" as tool, *_) if any(
            re.match(r"(?:\w[\w.-]*@)?[\w.-]{2,}::?\S", text) for text in words[1:]
        ):
            return Download(tool, url, True)
    text = code(command)
    if text and CODE_DOWNLOADS.search(text) and not _LOCAL.search(text):
        target = next(iter(_URL.findall(text)), "").rstrip(")]}'\";,")
        return Download(command.name, target, _is_archive(target))
    return None


def _is_archive(url: str) -> bool:
    return bool(_ARCHIVE.search(url) and not _SMALL.search(url))


def _is_path(text: str) -> bool:
    """Whether what is cloned lies on this machine."""
    return (
        bool(text)
        and UNKNOWN not in text
        and (text.startswith(("/", ".", "~", "file:")) or not re.search(r"[:/]", text))
    )


def _fetch(command: Command, tool: str, urls: list[str]) -> Download | None:
    """wget, curl and their like: not a look at a header, a file on this machine, or the hub's own address."""
    if command.has("--head", "--spider", "--version", "--help") or (tool == "curl" and command.has("-I")):
        return None
    if tool in ("http", "https") and not command.has("--download", "-d"):
        return None
    if any(
        text in ("-X", "--request", "-d", "--data", "-F", "--form", "-T", "--upload-file", "--post-data", "--post-file")
        or text.startswith(("-XP", "--data-", "--request=P"))
        for text in command.values
    ):
        return None
    targets = [text for text in (urls or command.operands) if not _LOCAL.match(text)]
    if not targets or (not urls and all("." not in text and UNKNOWN not in text for text in targets)):
        return None
    if all(text.startswith(UNKNOWN) for text in targets):
        raw = " ".join(word.raw for word in command.args)
        if re.search(r"\$\{?(?:JUPYTERHUB|JPY|BINDER)_", raw):
            return None
    if command.has("/dev/null"):
        return None
    target = targets[0]
    heavy = command.has("-r", "--recursive", "-m", "--mirror") if tool.startswith("wget") else False
    return Download(tool, target, heavy or _is_archive(target))


def install(command: Command) -> str | None:
    """What installs packages here (`pip install`), None when nothing does."""
    words = subcommand(command)
    match words:
        case (name, "install" | "download" as verb, *_) if is_pip(name):
            return f"pip {verb}"
        case ("uv", "pip", "install" | "sync" as verb, *_):
            return f"uv pip {verb}"
        case ("uv", "sync" | "add" as verb, *_) | ("poetry" | "pdm" | "pixi", "install" | "add" | "sync" as verb, *_):
            return f"{words[0]} {verb}"
        case ("pipenv", "install" | "sync" as verb, *_):
            return f"pipenv {verb}"
        case ("conda" | "mamba" | "micromamba" as tool, "install" | "update" | "upgrade" | "create" as verb, *_):
            return f"{tool} {verb}"
        case ("conda" | "mamba" as tool, "env", "update" | "create" as verb, *_):
            return f"{tool} env {verb}"
        case ("npm", "install" | "i" | "ci" as verb, *_) | ("yarn" | "pnpm", "install" | "add" as verb, *_):
            return f"{words[0]} {verb}"
        case ("yarn",):
            return "yarn"
        case ("apt" | "apt-get" | "aptitude" as tool, *rest) if "install" in rest:
            return f"{tool} install"
        case ("jupyter", "lab", "build", *_):
            return "jupyter lab build"
        case ("jupyter", "labextension" | "nbextension" as kind, "install", *_):
            return f"jupyter {kind} install"
        case ("cargo" | "gem" | "go" | "opam" | "cabal" | "stack" | "cpan" | "cpanm" | "ghcup" as tool, "install", *_):
            return f"{tool} install"
        case ("install2.r" | "installGithub.r", *_):
            return words[0]
        case ("R", "CMD", "INSTALL", *_):
            return "R CMD INSTALL"
        case ("code-server" | "code", *_) if command.has("--install-extension"):
            return f"{words[0]} --install-extension"
        case ("setup.py" | "python" | "python3", *rest) if any(text.endswith("setup.py") for text in rest) and {
            "install",
            "develop",
        } & set(rest):
            return "setup.py install"
    text = code(command)
    found = CODE_INSTALLS.search(text) if text else None
    return found.group().rstrip("(") if found else None


_NOT_IN_ADDRESS = "\t\n '\"`;|<>()&"
_ADDRESS = regex(r"(?:https?|ftp)://|(?<![^=])/")
_ASKS = regex(r"[?=]")
_QUERY = regex(r"\?[\w.%-]+=")
_TAIL = regex(r"(?:&[\w.%-]+(?:=[^\s'\"`;|<>()&]*)?)+(?=\s|$)")


def cut_address(command: Command) -> Place | None:
    """An address without quotes that its `&` cuts off: the whole of it, as it was meant. None where there is none.

    That is a URL, or the path and the question that a server is to open: `--ServerApp.default_url=/git-pull?repo=...`.
    """
    if not command.context.background or not command.written:
        return None
    word = command.written[-1]
    source, end = word.place.source, command.place.span.end
    if word.place.text != word.raw or word.place.span.end != end:
        return None
    found = _ADDRESS.search(word.raw, max(map(word.raw.rfind, _NOT_IN_ADDRESS)) + 1)
    if not found or not (_QUERY if found.group() == "/" else _ASKS).search(word.raw, found.end()):
        return None
    tail = _TAIL.match(source.text, end)
    return source.place(word.place.span.start + found.start(), tail.end()) if tail else None
