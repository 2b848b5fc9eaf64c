"""PBD: commands in postBuild and start that cannot work in Binder's image, or not as meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import append_lines, create, remove_lines, replace
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command, Script, Word
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\nset -e\n"
_ENV = "name: rca\ndependencies:\n  - python=3.12\n"


def _scripts(repo: Repository) -> Iterator[Script]:
    for script in (repo.post_build, repo.start):
        if script is not None:
            yield script


def _removed(command: Command, title: str, applicability: Applicability) -> Fix | None:
    """The fix that removes a command with its lines, where it is all that stands on them."""
    place = command.alone
    if place is None or not command.context.whole:
        return None
    source = place.source
    around = source.text[source.line(place.line).start : place.span.start]
    around += source.text[place.span.end : source.line(place.end_line).end]
    return None if around.strip(" \t;") else Fix(title, (remove_lines(place),), applicability)


def _result(script: Script, command: Command) -> str:
    if not script.decides(command):
        return "the command fails and the rest goes on without it"
    return "the launch fails" if script.source.name == "start" else "the build fails"


def _environment_word(command: Command) -> Word | None:
    """The word that names a conda environment to activate or to run in."""
    words = command.written
    values = [word.value or "" for word in words]
    name = values[0].rpartition("/")[2] if values else ""
    if name in ("conda", "mamba", "micromamba") and values[1:2] == ["activate"] and len(words) == 3:
        return words[2]
    if name in ("source", ".") and len(words) == 3 and values[1].rpartition("/")[2] == "activate":
        return words[2]
    if " run" in " ".join(command.wrappers):
        for index, text in enumerate(values[:-1]):
            if text == "run" and values[index - 1].rpartition("/")[2] in ("conda", "mamba", "micromamba"):
                for at in range(index + 1, len(values) - 1):
                    if values[at] in ("-n", "--name"):
                        return words[at + 1]
                    if not values[at].startswith("-"):
                        return None
    return None


class EnvNameAssumed(Rule):
    """A script uses the name that environment.yml gives the environment.

    repo2docker does not use the `name` in environment.yml: it installs everything into one environment that is called `notebook`, and that is active
    in `postBuild`, `start` and the notebooks. `conda activate my-name` and `conda run -n my-name` end in "Could not find conda environment".

    ## Fix safety

    The fix is unsafe: it runs the command in the environment `notebook`, or leaves the activation out.
    """

    code = "PBD005"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#411", "jupyterhub/repo2docker#698")
    examples = (
        Bad(
            {"environment.yml": _ENV, "postBuild": _SH + "source activate rca\npython prepare.py\n"},
            at="postBuild:3:17",
            fixed={"postBuild": _SH + "python prepare.py\n"},
        ),
        Bad(
            {"environment.yml": _ENV, "postBuild": _SH + "conda run -n rca python prepare.py\n"},
            at="postBuild:3:14",
            fixed={"postBuild": _SH + "conda run -n notebook python prepare.py\n"},
        ),
        Bad(
            {
                "binder/environment.yml": _ENV,
                "binder/start": '#!/bin/bash\neval "$(conda shell.bash hook)" && conda activate rca\nexec "$@"\n',
            },
            at="binder/start:2:51",
        ),
        Good(
            {"environment.yml": _ENV, "postBuild": _SH + "conda run -n notebook python prepare.py\n"},
            why="that is its name",
        ),
        Good({"environment.yml": _ENV, "postBuild": _SH + "source activate base\n"}, why="it exists"),
        Good(
            {
                "environment.yml": _ENV,
                "postBuild": _SH + "conda create -y -n rca python=3.9\nconda run -n rca python prepare.py\n",
            },
            why="the script makes it",
        ),
        Good({"environment.yml": _ENV, "postBuild": _SH + "source activate ./rca\n"}, why="a path"),
        Good(
            {"environment.yml": _ENV, "postBuild": _SH + "conda run -n other python prepare.py\n"},
            why="it is not known where that one comes from",
        ),
        Good(
            {
                "environment.yml": "name: notebook\ndependencies: []\n",
                "postBuild": _SH + "conda run -n notebook python a.py\n",
            }
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        named = repo.environment.get("name") if repo.environment else None
        if not isinstance(named, str) or named in ("notebook", "kernel", "base", "root"):
            return
        made = any(
            one.name in ("conda", "mamba", "micromamba") and "create" in one.values[:2]
            for script in _scripts(repo)
            for one in script.commands
        )
        for script in _scripts(repo):
            for command in script.running if not made else ():
                word = _environment_word(command)
                if word is None or word.value != named or command.ignored:
                    continue
                activation = command.name in ("conda", "mamba", "micromamba", "source", ".")
                fix = (
                    _removed(command, "Leave it out: the environment is active", Applicability.UNSAFE)
                    if activation
                    else Fix("Use the environment `notebook`", (replace(word.raw, "notebook"),), Applicability.UNSAFE)
                )
                yield self.at(
                    word.raw,
                    f"There is no environment `{named}`: Binder installs environment.yml into one that is called `notebook`, whatever its `name`",
                    help="Leave the activation out: the environment is active already"
                    if activation
                    else "Use `-n notebook`, or leave `conda run` out",
                    fix=fix,
                )


class PostbuildCondaActivate(Rule):
    """`conda activate` in a script.

    `conda activate` is a function that an interactive shell loads. The shell that runs `postBuild` and `start` has not loaded it, and conda ends
    with "Run 'conda init' before 'conda activate'". The environment that environment.yml describes is active already.
    To use another one, load the function first: `eval "$(conda shell.bash hook)"`.

    ## Fix safety

    The fix is unsafe: it leaves the activation of the environment `notebook` out, which is active already.
    """

    code = "PBD006"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#411",)
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "conda activate base\npip list\n"}, at="postBuild:3:1", severity=Severity.ERROR
        ),
        Bad(
            {**_PIP, "postBuild": "#!/bin/bash\nmamba activate notebook\npip list\n"},
            at="postBuild:2:1",
            fixed={"postBuild": "#!/bin/bash\npip list\n"},
        ),
        Bad({**_PIP, "start": '#!/bin/bash\nconda init bash\nconda activate base\nexec "$@"\n'}, at="start:3:1"),
        Good(
            {**_PIP, "start": '#!/bin/bash\n. /srv/conda/etc/profile.d/conda.sh\nconda activate base\nexec "$@"\n'},
            why="the function is loaded",
        ),
        Good(
            {**_PIP, "postBuild": _SH + 'eval "$(conda shell.bash hook)"\nconda activate base\n'},
            why="the function is loaded",
        ),
        Good({**_PIP, "postBuild": _SH + "source activate notebook\n"}, why="the script of that name is on the path"),
        Good({**_PIP, "postBuild": "#!/bin/bash -l\nconda activate base\n"}, why="a login shell loads it"),
        Good({**_PIP, "postBuild": _SH + "bash -lc 'conda activate base; pip list'\n"}, why="a login shell loads it"),
        Good({**_PIP, "postBuild": _SH + "conda activate base || true\n"}, why="its failure is expected"),
        Good({"environment.yml": _ENV, "postBuild": _SH + "conda activate rca\n"}, why="env-name-assumed says it"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        named = repo.environment.get("name") if repo.environment else None
        for script in _scripts(repo):
            loaded = bool(re.search(r"(?:^|\s)-\w*[li]", script.shebang.argument))
            for command in script.running:
                words = " ".join(word.raw for word in command.written)
                if command.name in ("source", ".", "eval") and re.search(
                    r"conda\.sh|mamba\.sh|hook|bashrc|profile|bin/activate", words
                ):
                    loaded = True
                if command.name not in ("conda", "mamba", "micromamba") or command.values[:1] != ("activate",):
                    continue
                if loaded or command.ignored or command.context.nested or command.values[1:] == (named,):
                    continue
                here = command.values[1:] in (("notebook",), ("/srv/conda/envs/notebook",))
                yield self.at(
                    command.place,
                    f"`{command.name} activate` needs a function that this shell has not loaded: {_result(script, command)}",
                    help="Leave it out: the environment is active already"
                    if here
                    else 'Load it first: `eval "$(conda shell.bash hook)"`',
                    severity=Severity.ERROR if script.decides(command) else None,
                    fix=_removed(command, "Leave it out: the environment is active", Applicability.UNSAFE)
                    if here
                    else None,
                )


_SYSTEM = re.compile(r"/(?:usr|etc|opt|bin|sbin|lib|root|var/lib)(?:/|$)")
_WRITERS = frozenset({"cp", "mv", "ln", "install", "mkdir", "touch", "tee", "rsync"})


class PostbuildNeedsRoot(Rule):
    """A script needs the rights of the system's administrator.

    `postBuild` and `start` run as the user jovyan, without `sudo`: nobody can become root in a Binder session, and the folders of the system cannot
    be written. System packages belong into `apt.txt`, which is installed before, as root.

    ## Fix safety

    The fix is unsafe: it moves the packages of `apt-get install` to `apt.txt`, where they are installed earlier in the build.
    """

    code = "PBD007"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("repo2docker/docs/source/configuration/actions.md", "binderhub/helm-chart/binderhub/values.yaml")
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "sudo apt-get update\nsudo apt-get install -y tree gdal-bin\npip list\n"},
            at=("postBuild:3:1", "postBuild:4:1"),
            fixed={"postBuild": _SH + "pip list\n", "apt.txt": "tree\ngdal-bin\n"},
        ),
        Bad(
            {
                "binder/requirements.txt": "x==1\n",
                "binder/apt.txt": "tree",
                "binder/postBuild": _SH + "apt install -y graphviz",
            },
            at="binder/postBuild:3:1",
            fixed={"binder/postBuild": _SH, "binder/apt.txt": "tree\ngraphviz\n"},
        ),
        Bad({**_PIP, "postBuild": _SH + "sudo ln -s $HOME/tool /usr/local/bin/tool\n"}, at="postBuild:3:1"),
        Bad(
            {**_PIP, "postBuild": _SH + "cp tool /usr/local/bin/\necho 1 > /etc/tool.conf\n"},
            at=("postBuild:3:1", "postBuild:4:1"),
        ),
        Bad({**_PIP, "start": '#!/bin/bash\nsudo service postgresql start\nexec "$@"\n'}, at="start:2:1"),
        Good({**_PIP, "postBuild": _SH + "cp /usr/share/dict/words data/\nls /etc\n"}, why="reading is allowed"),
        Good(
            {**_PIP, "postBuild": _SH + "cp a.py ${NB_PYTHON_PREFIX}/lib/\ncp a.py /srv/conda/bin/\n"},
            why="these belong to jovyan",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "if command -v sudo; then sudo apt-get install -y tree; fi\n"},
            why="only where it is there",
        ),
        Good({**_PIP, "postBuild": _SH + "sudo apt-get install -y tree || true\n"}, why="its failure is expected"),
        Good({**_PIP, "postBuild": _SH + "echo done > /dev/null 2>/dev/stderr\n"}),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script in _scripts(repo):
            for command in script.running:
                if command.ignored or command.after or command.context.conditional:
                    continue
                reason = self._reason(command)
                if reason:
                    yield self.at(
                        command.place,
                        f"{reason}, and nobody is root in Binder: {_result(script, command)}",
                        help="List system packages in apt.txt; put other files into your home folder"
                        if command.name in ("apt", "apt-get", "aptitude")
                        else "Do it without root, in the home folder or the environment",
                        fix=self._fix(repo, command),
                    )

    def _reason(self, command: Command) -> str:
        if "sudo" in command.wrappers:
            return "`sudo` asks for the rights of root"
        if command.name in ("apt", "apt-get", "aptitude", "add-apt-repository", "dpkg", "yum", "dnf", "apk"):
            if command.name == "dpkg" and not command.has("-i", "--install", "-r", "--remove", "--configure"):
                return ""
            if {"list", "show", "search", "policy", "--version", "download"} & set(command.values):
                return ""
            return f"`{command.name}` needs the rights of root"
        for redirect in command.redirects:
            if ">" in redirect.operator and redirect.target and _SYSTEM.match(redirect.target.value or ""):
                return f"`{redirect.target.raw}` can only be written by root"
        if command.name in _WRITERS and command.operands and _SYSTEM.match(command.operands[-1]):
            return f"`{command.operands[-1]}` can only be written by root"
        return ""

    def _fix(self, repo: Repository, command: Command) -> Fix | None:
        """`apt-get install` as lines of apt.txt."""
        if command.name not in ("apt", "apt-get"):
            return None
        if "update" in command.values and (fix := _removed(command, "Remove it", Applicability.UNSAFE)):
            return fix
        packages = command.operands[1:]
        plain = all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", one) for one in packages)
        fix = _removed(command, "Move the packages to apt.txt", Applicability.UNSAFE)
        if command.operands[:1] != ("install",) or not packages or not plain or fix is None:
            return None
        path, lines = repo.plan.path("apt.txt"), "\n".join(packages)
        source = repo.used("apt.txt")
        if source is None and repo.exists(path):
            return None
        edit: Edit = append_lines(source, lines) if source else create(path, f"{lines}\n")
        return fix._replace(edits=(*fix.edits, edit))


class PostbuildInteractive(Rule):
    """A script asks a question.

    Nobody answers while the image is built: the input is empty. `pip uninstall` without `--yes` then stops with an error, and so does `read`. conda and mamba take
    the empty answer for a yes, so a missing `--yes` is only mentioned there.
    """

    code = "PBD008"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = ("pypa/pip: src/pip/_internal/utils/misc.py", "conda/conda: conda/cli/common.py")
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "pip uninstall numpy\npip install .\n"},
            at="postBuild:3:5",
            fixed={"postBuild": _SH + "pip uninstall -y numpy\npip install .\n"},
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "conda install -c conda-forge gdal\n"},
            at="postBuild:3:7",
            fixed={"postBuild": _SH + "conda install -y -c conda-forge gdal\n"},
            severity=Severity.INFO,
        ),
        Bad({**_PIP, "postBuild": _SH + 'read -p "Continue? " answer\nmake\n'}, at="postBuild:3:1"),
        Bad(
            {**_PIP, "postBuild": "#!/bin/bash\npython -m pip uninstall numpy\nmake\n"},
            at="postBuild:2:15",
            fixed={"postBuild": "#!/bin/bash\npython -m pip uninstall -y numpy\nmake\n"},
            severity=Severity.WARNING,
        ),
        Good({**_PIP, "postBuild": _SH + "pip uninstall param --yes\nmamba install -yq gdal\n"}),
        Good(
            {**_PIP, "postBuild": _SH + "conda config --set always_yes yes\nconda install gdal\n"},
            why="said once for all",
        ),
        Good({**_PIP, "postBuild": _SH + "yes | pip uninstall numpy\n"}, why="answered"),
        Good(
            {
                **_PIP,
                "postBuild": _SH + "while read -r line; do echo $line; done < list.txt\nread -r first < list.txt\n",
            },
            why="reads a file",
        ),
        Good({**_PIP, "postBuild": _SH + "conda env update -f environment.yml\nconda list\n"}, why="asks nothing"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        script = repo.post_build
        if script is None:
            return
        settled = any("always_yes" in one.place.text or "ALWAYS_YES" in one.place.text for one in script.running)
        settled = settled or "ALWAYS_YES" in script.source.text
        for command in script.running:
            if command.ignored or command.context.pipeline or command.input is not None:
                continue
            if any("<" in one.operator for one in command.redirects):
                continue
            word = command.args[0] if command.args else None
            if (
                re.fullmatch(r"pip[\d.]*", command.name)
                and word
                and word.value == "uninstall"
                and not command.has("-y", "--yes")
            ):
                yield self.at(
                    word.raw,
                    f"`pip uninstall` asks for a confirmation that nobody gives while the image is built: {_result(script, command)}",
                    help="Add `-y`",
                    severity=None if script.decides(command) else Severity.WARNING,
                    fix=Fix("Add `-y`", (replace(word.raw, "uninstall -y"),)),
                )
            elif command.name in ("conda", "mamba", "micromamba") and word and not settled:
                if word.value in ("install", "remove", "uninstall", "update", "upgrade", "create") and not command.has(
                    "-y", "--yes", "--dry-run", "-d", "--help", "-h"
                ):
                    yield self.at(
                        word.raw,
                        f"`{command.name} {word.value}` asks for a confirmation; while the image is built it takes the answer to be yes",
                        help="Add `-y`",
                        severity=Severity.INFO,
                        level=Level.POLISH,
                        fix=Fix("Add `-y`", (replace(word.raw, f"{word.value} -y"),)),
                    )
            elif command.name == "read" and command.has("-p") and not command.context.loop:
                yield self.at(
                    command.place,
                    f"`read` waits for an answer that nobody gives while the image is built: {_result(script, command)}",
                    help="Leave the question out",
                    severity=None if script.decides(command) else Severity.WARNING,
                )


class PostbuildLabBuild(Rule):
    """JupyterLab is built again.

    `jupyter lab build` takes minutes and more memory than many builds have, and is needed only for extensions that are installed from their
    sources. Extensions that come in a Python package need no build.
    """

    code = "PBD009"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterlab/jupyterlab#4824", "jupytercalpoly/jupyterlab-interactive-dashboard-editor#101")
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "# build it\njupyter lab build --minimize=False\nmake\n"},
            at="postBuild:4:1",
            fixed={"postBuild": _SH + "# build it\nmake\n"},
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "jupyter labextension install @example/x\njupyter lab build\n"},
            at="postBuild:4:1",
        ),
        Good({**_PIP, "postBuild": _SH + "jupyter lab clean\njupyter lab workspaces import w.json\n"}),
        Good(
            {"requirements.txt": "jupyterlab==2.3\n", "postBuild": _SH + "jupyter lab build\n"},
            why="JupyterLab before 3 needs it",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.actions import subcommand
        from binderlint.files.jupyter_stack import may_be_older

        script = repo.post_build
        found = [one for one in script.running if subcommand(one)[:3] == ("jupyter", "lab", "build")] if script else []
        if script is None or not found or may_be_older(repo, "jupyterlab", (3, 0)):
            return
        sources = any(
            subcommand(one)[:2] == ("jupyter", "labextension") and {"install", "link", "develop"} & set(one.values)
            for one in script.running
        )
        for command in found:
            yield self.at(
                command.place,
                "`jupyter lab build` takes minutes and much memory"
                + (
                    ""
                    if sources
                    else ", and nothing here needs it: extensions that come in a Python package are ready-made"
                ),
                help="Install extensions as Python packages and leave the build out",
                fix=None if sources else _removed(command, "Remove it", Applicability.SAFE),
            )
