"""Opinions: one module for each family of rules, one class for each rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from binderlint.rule import Rule


class Family(NamedTuple):
    """A family of rules: its prefix, its modules (names parted by blanks), what it is about, and the paths (a regular expression) whose change can change what it says."""

    prefix: str
    module: str
    title: str
    files: str
    always: bool = False
    """Whether it also speaks about what is missing, so that it runs whatever the files are."""


_ANY_FOLDER = r"(?:.*/)?"
_CONFIG = r"(?:\.?[Bb]inders?/)?"
_DOCS = (
    _ANY_FOLDER
    + r"(?:[^/]*\.(?:md|markdown|mkd|mdx|[Rr]md|qmd|rst|rest|html?|org|adoc|asciidoc|ipynb)|(?:README|readme)[^/]*|_config\.ya?ml|_quarto\.yml|mkdocs\.yml|myst\.yml|binder-gallery\.ya?ml|conf\.py|pyproject\.toml|setup\.(?:cfg|py))"
)

FAMILIES = (
    Family(
        "LAY",
        "layout layout_folder layout_names layout_environment layout_missing layout_reach layout_package layout_own layout_home layout_stencila layout_error",
        "Layout: which files Binder reads",
        _CONFIG
        + r"(?i:[^/]*(?:environment|requirement|runtime|apt|install|dockerfile|project|description|pipfile|require|default|setup|post_?-?build|start)[^/]*|\.?binders?/.*)|\.(?:bash_profile|bash_login|bashrc|profile)|(?:.*/)?manifest\.xml",
        True,
    ),
    Family(
        "CND",
        "conda conda_yaml conda_lists conda_specs conda_python conda_base conda_exports conda_platforms conda_channels conda_duplicates conda_pip",
        "environment.yml",
        _CONFIG + r"(?:environment\.ya?ml|runtime\.txt|Pipfile(?:\.lock)?)",
    ),
    Family(
        "PIP",
        "pip pip_addresses pip_paths pip_packages pip_stack pip_project",
        "requirements.txt, pyproject.toml, Pipfile",
        _ANY_FOLDER
        + r"(?:requirements.*\.txt|environment\.ya?ml|constraints.*\.txt|pyproject\.toml|setup\.(?:py|cfg)|Pipfile(?:\.lock)?)",
    ),
    Family("RUN", "runtime runtime_r runtime_use", "runtime.txt", _CONFIG + r"runtime\.txt"),
    Family("APT", "apt apt_advice", "apt.txt", _CONFIG + r"apt\.txt"),
    Family(
        "PIN",
        "pins pin_python pin_packages pin_vcs pin_wheels",
        "Pins and reproducibility",
        _CONFIG
        + r"(?:environment\.ya?ml|requirements.*\.txt|runtime\.txt|pyproject\.toml|setup\.py|Pipfile(?:\.lock)?|Dockerfile|postBuild|start|install\.R|constraints.*\.txt|conda-lock\.yml|pylock[^/]*\.toml|[^/]*\.lock)",
    ),
    Family(
        "SCR",
        "scripts scripts_lines",
        "Scripts: line ends, byte order marks, first lines",
        _CONFIG + r"(?:start|postBuild)",
    ),
    Family("STA", "start start_arguments start_downloads start_installs start_server", "start", _CONFIG + r"start"),
    Family(
        "PBD",
        "postbuild postbuild_jupyter postbuild_conda postbuild_system postbuild_downloads postbuild_python",
        "postBuild",
        _CONFIG + r"(?:start|postBuild)",
    ),
    Family(
        "DKR",
        "docker_base docker_old_base docker_entry docker_launch docker_user docker_context docker_copy",
        "Dockerfile",
        _CONFIG + r"(?:Dockerfile|\.dockerignore)",
    ),
    Family(
        "DSK",
        "dask dask_commands dask_images dask_own_image dask_keys dask_cluster dask_limits",
        "dask",
        _ANY_FOLDER + r"(?:\.dask/.*|\.config/dask/.*|[^/]*\.(?:ya?ml|ipynb)|start|postBuild|Dockerfile)",
    ),
    Family(
        "HUB",
        "hub",
        "What a particular hub allows",
        _CONFIG + r"(?:start|postBuild|Dockerfile)|" + _ANY_FOLDER + r"[^/]*\.ipynb",
    ),
    Family(
        "LNK",
        "links links_old links_refs links_pasted links_targets links_badge links_spec links_parameters links_encoding links_interface links_route links_repository links_config links_markup links_rebuild",
        "Badges and launch links",
        _DOCS,
    ),
    Family(
        "NBK",
        "notebooks notebook_kernels notebook_code notebook_paths notebook_modules",
        "Notebooks",
        _ANY_FOLDER + r"[^/]*\.ipynb|[^/]*\.py",
    ),
    Family(
        "RLG",
        "r r_install r_repositories r_libraries",
        "R",
        _ANY_FOLDER + r"(?:install\.R|DESCRIPTION|runtime\.txt|\.Rprofile|renv\.lock|Dockerfile)",
    ),
    Family(
        "JUL", "julia julia_versions", "Julia", _CONFIG + r"(?:Julia)?(?:Project|Manifest)\.toml|" + _CONFIG + "REQUIRE"
    ),
    Family("NIX", "nix", "Nix", _CONFIG + r"[^/]*\.nix"),
    Family("DAT", "data", "Data, size, submodules, LFS", r"\.gitmodules|(?:.*/)?\.gitattributes", True),
    Family(
        "SEC",
        "security security_push",
        "Secrets and security",
        _ANY_FOLDER + r"(?:[^/]*\.(?:pem|key|env)|id_(?:rsa|dsa|ecdsa|ed25519)|\.env|credentials[^/]*|start|postBuild)",
        True,
    ),
    Family("BLT", "run", "About binderlint's own run", r"\.?binderlint\.toml|pyproject\.toml", True),
)


@cache
def family_rules(family: Family) -> tuple[Rule, ...]:
    """The rules of a family in the order of their codes; its modules are imported now. A family without rules yet has none."""
    return tuple(
        sorted((rule for name in family.module.split() for rule in _module_rules(name)), key=lambda rule: rule.code)
    )


def _module_rules(name: str) -> Iterator[Rule]:
    from binderlint.rule import Rule

    try:
        module = import_module(f"binderlint.rules.{name}")
    except ModuleNotFoundError as error:
        if error.name != f"binderlint.rules.{name}":
            raise
        return
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Rule) and value.__module__ == module.__name__:
            if hasattr(value, "code"):
                yield value()


def all_rules() -> Iterator[Rule]:
    """Every rule, family by family."""
    for family in FAMILIES:
        yield from family_rules(family)


def find_rule(name: str) -> Rule | None:
    """The rule with this code or name."""
    return next((rule for rule in all_rules() if name.lower() == rule.name or name.upper() == rule.code), None)


def rules_for(paths: Iterable[str]) -> Iterator[Rule]:
    """The rules that can have something to say about a repository with these files; other families are not even imported."""
    joined = "\n".join(paths)
    for family in FAMILIES:
        if family.always or re.search(f"^(?:{family.files})$", joined, re.MULTILINE):
            yield from family_rules(family)
