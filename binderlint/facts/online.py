"""Online: what a repository names that services on the web can be asked about, and the questions about it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from binderlint.data import rows
from binderlint.fact import fact
from binderlint.facts.docker.context import build_dockerfile
from binderlint.facts.environment.channels import ANACONDA, channel_list
from binderlint.facts.environment.foreign import is_foreign
from binderlint.facts.environment.held import held_at
from binderlint.facts.environment.installs import has_other_index, pip_requirements
from binderlint.facts.environment.mapping import conda_specs
from binderlint.facts.environment.own_package import own_names
from binderlint.facts.environment.python import python_minor, python_releases
from binderlint.facts.environment.runtime import runtime_file
from binderlint.facts.launch.links import Link, live_launches
from binderlint.facts.scripts.commands import script_addresses
from binderlint.git import hosted_name
from binderlint.pattern import regex
from binderlint.read.actions import DOWNLOADERS
from binderlint.read.address import HOSTED, KNOWN_HOSTS, is_template
from binderlint.read.dockerfile.instructions import images_of
from binderlint.read.gitmodules import read_modules
from binderlint.read.images import Image
from binderlint.read.index import Choice, choose
from binderlint.read.matchspec import MatchSpec
from binderlint.read.r_versions import FIRST_SNAPSHOT
from binderlint.read.requirements import Requirement
from binderlint.read.script import UNKNOWN, Command, Script
from binderlint.read.services import ended_service
from binderlint.read.wheels import is_unknown
from binderlint.repo2docker.build import build_plan
from binderlint.repo2docker.buildpack import Buildpack
from binderlint.snapshot import Snapshot
from binderlint.source import GITLINK, Text
from binderlint.today import today
from binderlint.values import NamedTuple
from binderlint.web import CONTROL, Kind, Question


def web_questions(repo: Snapshot) -> Iterator[Question]:
    """What to ask about a repository: only what a rule judges."""
    yield from (Question(Kind.PACKAGE, one.key) for one in index_requirements(repo))
    for package in channel_packages(repo):
        yield from (Question(Kind.CONDA, subject) for subject in package.subjects)
    yield from (Question(Kind.REPOSITORY, one.name) for one in named_repositories(repo))
    yield from (Question(Kind.HUB, hub_address(link)) for link in unknown_hubs(repo))
    if unknown_hubs(repo) or fetched_files(repo):  # whether the names of hosts can be looked up here
        yield CONTROL
    if day := snapshot_day(repo):
        yield Question(Kind.SNAPSHOT, str(day))
    yield from (Question(Kind.IMAGE, image_subject(image)) for image in pulled_images(repo))
    yield from (Question(Kind.FILE, str(fetched.url)) for fetched in fetched_files(repo))
    if repo.git.origin.partition("/")[0] in HOSTED and not repo.git.complete:
        yield Question(Kind.REPOSITORY, repo.git.origin)


# -- packages


@fact
def index_requirements(repo: Snapshot) -> tuple[Requirement, ...]:
    """The packages that the build has pip look for on PyPI, without those of which it is known offline that there is none, or none for this Python."""
    plan = build_plan(repo)
    if plan.error or not plan.python or not plan.transparent or plan.separate_kernel or has_other_index(repo):
        return ()
    python, own = plan.python.version, own_names(repo)
    return tuple(
        one
        for one in pip_requirements(repo)
        if one.name and not one.url and one.applies(python) and one.key not in own and not _is_said(one, python)
    )


def _is_said(one: Requirement, python: str) -> bool:
    """Whether a table already says what becomes of a requirement."""
    held = held_at(one, python)
    pin = one.pin
    return (
        is_foreign(one.key)
        or (held is not None and (held.missing or held.too_old))
        or "+" in pin
        or bool(pin and re.fullmatch(r"\d+(?:\.\d+)*", pin) and is_unknown(one.key, pin))
    )


@fact
def chosen_versions(repo: Snapshot) -> tuple[tuple[Requirement, Choice], ...]:
    """What pip does about each requirement of which PyPI was asked, where the release of the Python is known."""
    python, releases = python_minor(repo), python_releases(repo)
    found = []
    for one in index_requirements(repo) if repo.web and releases else ():
        answer = repo.web.answer(Kind.PACKAGE, one.key) if repo.web else None
        choice = choose(one.key, answer.files, one.specifier, python, releases[0]) if answer else None
        if choice:
            found.append((one, choice))
    return tuple(found)


class ChannelPackage(NamedTuple):
    """A package that conda looks for, and what to ask anaconda.org: one of these has it."""

    spec: MatchSpec
    subjects: tuple[str, ...]


_CHANNEL = regex(r"[A-Za-z0-9][\w.-]*")


@fact
def channel_packages(repo: Snapshot) -> tuple[ChannelPackage, ...]:
    """The packages that the build has conda look for in channels of anaconda.org."""
    plan = build_plan(repo)
    if plan.error or not plan.transparent:
        return ()
    listed = [str(one) for one in channel_list(repo) or () if isinstance(one, Text)]
    channels = list(dict.fromkeys(["conda-forge", *(one for one in listed if one != "nodefaults")]))
    if not all(_CHANNEL.fullmatch(one) and not ANACONDA.fullmatch(one) for one in channels):
        return ()
    wrong = {name for name, *_ in rows("wrong_conda_names.tsv")}
    return tuple(
        ChannelPackage(spec, tuple(f"{channel}/{spec.key}" for channel in channels))
        for spec in conda_specs(repo)
        if not spec.channel and spec.key not in wrong and spec.key != "python"
    )


# -- links


@fact
def unknown_hubs(repo: Snapshot) -> tuple[Link, ...]:
    """The launch links of hubs of which nothing is known."""
    return tuple(link for link in live_launches(repo) if link.address.hub not in KNOWN_HOSTS)


def hub_address(link: Link) -> str:
    """Where the hub of a launch link is."""
    address = link.address
    return f"{address.scheme.lower()}://{address.hub}{address.port}{address.base}".rstrip("/")


class NamedRepository(NamedTuple):
    """A public repository that a launch or the build needs: its name for BinderHub, where it is written, and the link, or else what fails without it."""

    name: str
    written: Text
    link: Link | None = None
    fails: str = ""


@fact
def named_repositories(repo: Snapshot) -> tuple[NamedRepository, ...]:
    """The repositories on GitHub and GitLab that launch links start, that pip installs from, and that are submodules."""
    return tuple(_named(repo))


def _named(repo: Snapshot) -> Iterator[NamedRepository]:
    for link in live_launches(repo):
        name = link.address.identity
        if _NAME.fullmatch(name) and not is_template(name):
            yield NamedRepository(name, link.text("repo"), link)
    for one in pip_requirements(repo):
        url = (one.url or "").removeprefix("git+").partition("#")[0]
        if one.vcs and _NAME.fullmatch(name := hosted_name(_REF.sub("", url)).lower()):
            yield NamedRepository(name, one.text, None, "pip cannot install it and the build stops")
    source = repo.get(".gitmodules")
    for module in read_modules(source) if source else ():
        place = repo.sources.get(module.path.rstrip("/"))
        if module.url and place and place.mode == GITLINK and module.url.startswith("https://"):
            if _NAME.fullmatch(name := hosted_name(module.url).lower()):
                yield NamedRepository(name, module.url, None, "Binder cannot fetch the submodule and the launch fails")


_NAME = regex(r"g[hl](?:/[\w.-]+){2,8}", re.ASCII)
_REF = regex(r"(?<=[\w/])@[^@/]+(?:/[^@:]*)?$")


# -- what the build fetches


def snapshot_day(repo: Snapshot) -> Text | None:
    """The day in runtime.txt whose state of CRAN repo2docker looks for; None for one of which it is known that there is none."""
    plan = build_plan(repo)
    runtime = runtime_file(repo) if plan.buildpack == Buildpack.R and not plan.error else None
    day = runtime.date if runtime and not runtime.error else None
    return day if day and FIRST_SNAPSHOT <= day <= today() else None


def pulled_images(repo: Snapshot) -> Iterator[Image]:
    """The images that the build of a Dockerfile pulls from a registry."""
    for image in images_of(build_dockerfile(repo)):
        if image.path != "docker.io/library/scratch" and "$" not in image.value:
            yield image


def image_subject(image: Image) -> str:
    """An image as it is asked for."""
    return f"{image.path}@{image.digest}" if image.digest else f"{image.path}:{image.tag or 'latest'}"


class Fetched(NamedTuple):
    """A file that a command of postBuild or `start` downloads."""

    script: Script
    command: Command
    url: Text


_SENDS = (
    "-X",
    "--request",
    "-d",
    "--data",
    "-F",
    "--form",
    "-T",
    "--upload-file",
    "--post-data",
    "-u",
    "--user",
    "-H",
    "--header",
)


@fact
def fetched_files(repo: Snapshot) -> tuple[Fetched, ...]:
    """The files that commands download whose address is written out."""
    return tuple(
        Fetched(script, command, url)
        for script, command, url in script_addresses(repo)
        if command.name in DOWNLOADERS
        and re.match("https?:", url)
        and not any(sign in url for sign in (UNKNOWN, "$", "`", "{", "*"))
        and not command.has(*_SENDS)
        and not ended_service(url)
    )
