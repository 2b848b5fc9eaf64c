"""PBD: commands that need an administrator, or somebody to answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.edits import append_lines, create
from binderlint.launch_scripts import removed, result, rewritten, scripts
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\nset -e\n"


_SYSTEM = regex(r"/(?:usr|etc|opt|bin|sbin|lib|root|var/lib)(?:/|$)")


_WRITERS = frozenset({"cp", "mv", "ln", "install", "mkdir", "touch", "tee", "rsync"})


class PostbuildNeedsRoot(Rule):
    """A script needs administrator rights.

    `postBuild` and `start` run as the user jovyan. There is no `sudo`, nobody can become root in a Binder session, and system folders are read-only for jovyan. System
    packages belong in `apt.txt`: they are installed earlier, as root.

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
            why="System packages are installed with sudo",
        ),
        Bad(
            {
                "binder/requirements.txt": "x==1\n",
                "binder/apt.txt": "tree",
                "binder/postBuild": _SH + "apt install -y graphviz",
            },
            at="binder/postBuild:3:1",
            fixed={"binder/postBuild": _SH, "binder/apt.txt": "tree\ngraphviz\n"},
            why="apt without sudo, and an apt.txt that exists",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "sudo ln -s $HOME/tool /usr/local/bin/tool\n"},
            at="postBuild:3:1",
            why="A link in a system folder",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "cp tool /usr/local/bin/\necho 1 > /etc/tool.conf\n"},
            at=("postBuild:3:1", "postBuild:4:1"),
            why="A file is written to a system folder",
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\nsudo service postgresql start\nexec "$@"\n'},
            at="start:2:1",
            why="A service is started at every launch",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "cp /usr/share/dict/words data/\nls /etc\nln -s /usr/share/dict/words\n"},
            why="System folders are only read",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "cp a.py ${NB_PYTHON_PREFIX}/lib/\ncp a.py /srv/conda/bin/\n"},
            why="Folders that belong to jovyan",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "if command -v sudo; then sudo apt-get install -y tree; fi\n"},
            why="sudo is used only where it exists",
        ),
        Good({**_PIP, "postBuild": _SH + "sudo apt-get install -y tree || true\n"}, why="The failure is expected"),
        Good({**_PIP, "postBuild": _SH + "echo done > /dev/null 2>/dev/stderr\n"}, why="Output goes to a device"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        for script, _ in scripts(repo):
            for command in script.executed:
                if command.ignored or command.after or command.context.conditional:
                    continue
                reason = self._reason(command)
                if reason:
                    yield self.at(
                        command.place,
                        f"{reason}, and nobody is root in Binder: {result(script, command)}",
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
        copies = command.name in ("cp", "mv", "ln", "rsync", "install")
        if command.name in _WRITERS and len(command.operands) > copies and _SYSTEM.match(command.operands[-1]):
            return f"`{command.operands[-1]}` can only be written by root"
        return ""

    def _fix(self, repo: Repository, command: Command) -> Fix | None:
        """`apt-get install` as lines of apt.txt."""
        if command.name not in ("apt", "apt-get"):
            return None
        if "update" in command.values and (fix := removed(command, "Remove it", Applicability.UNSAFE)):
            return fix
        packages = command.operands[1:]
        plain = all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", one) for one in packages)
        fix = removed(command, "Move the packages to apt.txt", Applicability.UNSAFE)
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

    Nobody can answer while the image is built: the input is empty. `pip uninstall` without `--yes` then stops with an error, and so does `read`. conda and mamba take
    the empty answer as a yes, so a missing `--yes` is only an info there.
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
            why="pip uninstall without --yes",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "conda install -c conda-forge gdal\n"},
            at="postBuild:3:7",
            fixed={"postBuild": _SH + "conda install -y -c conda-forge gdal\n"},
            severity=Severity.INFO,
            why="conda install without --yes",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + 'read -p "Continue? " answer\nmake\n'},
            at="postBuild:3:1",
            why="read waits for an answer",
        ),
        Bad(
            {**_PIP, "postBuild": "#!/bin/bash\npython -m pip uninstall numpy\nmake\n"},
            at="postBuild:2:15",
            fixed={"postBuild": "#!/bin/bash\npython -m pip uninstall -y numpy\nmake\n"},
            severity=Severity.WARNING,
            why="pip uninstall in a script that goes on after errors",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + 'bash -c "pip uninstall \\"numpy\\""\n'},
            at="postBuild:3:9",
            why="pip uninstall in an inner shell",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "./tools/clean.sh\n", "tools/clean.sh": "#!/bin/sh\npip uninstall numpy\n"},
            at="tools/clean.sh:2:5",
            fixed={"tools/clean.sh": "#!/bin/sh\npip uninstall -y numpy\n"},
            why="pip uninstall in another script of the repository",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "pip uninstall param --yes\nmamba install -yq gdal\n"},
            why="pip and mamba with --yes",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "conda config --set always_yes yes\nconda install gdal\n"},
            why="conda is told once to assume yes",
        ),
        Good({**_PIP, "postBuild": _SH + "yes | pip uninstall numpy\n"}, why="The question is answered by `yes`"),
        Good(
            {
                **_PIP,
                "postBuild": _SH + "while read -r line; do echo $line; done < list.txt\nread -r first < list.txt\n",
            },
            why="read reads a file",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "conda env update -f environment.yml\nconda list\n"},
            why="conda commands that ask nothing",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        script = repo.post_build
        if script is None:
            return
        settled = any("always_yes" in one.place.text or "ALWAYS_YES" in one.place.text for one in script.executed)
        settled = settled or "ALWAYS_YES" in script.source.prose
        for command in script.executed:
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
                    f"`pip uninstall` asks for a confirmation that nobody gives while the image is built: {result(script, command)}",
                    help="Add `-y`",
                    severity=None if script.decides(command) else Severity.WARNING,
                    fix=rewritten("Add `-y`", word.raw, "uninstall -y"),
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
                        fix=rewritten("Add `-y`", word.raw, f"{word.value} -y"),
                    )
            elif command.name == "read" and command.has("-p") and not command.context.loop:
                yield self.at(
                    command.place,
                    f"`read` waits for an answer that nobody gives while the image is built: {result(script, command)}",
                    help="Leave the question out",
                    severity=None if script.decides(command) else Severity.WARNING,
                )
