"""PBD: conda environments in scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Level, Severity
from binderlint.launch_scripts import removed, result, rewritten, scripts
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command, Word
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\nset -e\n"
_ENV = "name: rca\ndependencies:\n  - python=3.12\n"


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

    repo2docker ignores the `name` in environment.yml. It installs everything into one environment called `notebook`, which is active in `postBuild`, `start` and
    the notebooks. `conda activate my-name` and `conda run -n my-name` stop with "Could not find conda environment".

    ## Fix safety

    The fix is unsafe: it runs the command in the environment `notebook`, or removes the activation.
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
            why="The environment is activated by its name",
        ),
        Bad(
            {"environment.yml": _ENV, "postBuild": _SH + "conda run -n rca python prepare.py\n"},
            at="postBuild:3:14",
            fixed={"postBuild": _SH + "conda run -n notebook python prepare.py\n"},
            why="conda run with its name",
        ),
        Bad(
            {
                "binder/environment.yml": _ENV,
                "binder/start": '#!/bin/bash\neval "$(conda shell.bash hook)" && conda activate rca\nexec "$@"\n',
            },
            at="binder/start:2:51",
            why="conda activate in start",
        ),
        Good(
            {"environment.yml": _ENV, "postBuild": _SH + "conda run -n notebook python prepare.py\n"},
            why="conda run with the name `notebook`",
        ),
        Good(
            {"environment.yml": _ENV, "postBuild": _SH + "source activate base\n"},
            why="The environment `base`, which exists",
        ),
        Good(
            {
                "environment.yml": _ENV,
                "postBuild": _SH + "conda create -y -n rca python=3.9\nconda run -n rca python prepare.py\n",
            },
            why="The script creates the environment",
        ),
        Good({"environment.yml": _ENV, "postBuild": _SH + "source activate ./rca\n"}, why="A path instead of a name"),
        Good(
            {"environment.yml": _ENV, "postBuild": _SH + "conda run -n other python prepare.py\n"},
            why="A name that environment.yml does not give",
        ),
        Good(
            {
                "environment.yml": "name: notebook\ndependencies: []\n",
                "postBuild": _SH + "conda run -n notebook python a.py\n",
            },
            why="environment.yml calls it `notebook` too",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        named = repo.environment.get("name") if repo.environment else None
        if not isinstance(named, str) or named in ("notebook", "kernel", "base", "root"):
            return
        made = any(
            one.name in ("conda", "mamba", "micromamba") and "create" in one.values[:2]
            for script, _ in scripts(repo)
            for one in script.commands
        )
        for script, _ in scripts(repo):
            for command in script.executed if not made else ():
                word = _environment_word(command)
                if word is None or word.value != named or command.ignored:
                    continue
                activation = command.name in ("conda", "mamba", "micromamba", "source", ".")
                fix = (
                    removed(command, "Leave it out: the environment is active", Applicability.UNSAFE)
                    if activation
                    else rewritten("Use the environment `notebook`", word.raw, "notebook", Applicability.UNSAFE)
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
    """A script runs `conda activate`.

    `conda activate` needs a shell function that only interactive shells load. The shells that run `postBuild` and `start` have not loaded it, so conda stops with
    "Run 'conda init' before 'conda activate'". The environment described in environment.yml is already active. To use another one, load the function
    first: `eval "$(conda shell.bash hook)"`.

    ## Fix safety

    The fix is unsafe: it removes the activation of the environment `notebook`, which is already active.
    """

    code = "PBD006"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/repo2docker#411",)
    examples = (
        Bad(
            {**_PIP, "postBuild": _SH + "conda activate base\npip list\n"},
            at="postBuild:3:1",
            severity=Severity.ERROR,
            why="conda activate in postBuild",
        ),
        Bad(
            {**_PIP, "postBuild": "#!/bin/bash\nmamba activate notebook\npip list\n"},
            at="postBuild:2:1",
            fixed={"postBuild": "#!/bin/bash\npip list\n"},
            why="mamba activate without set -e",
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\nconda init bash\nconda activate base\nexec "$@"\n'},
            at="start:3:1",
            why="conda init does not help",
        ),
        Good(
            {**_PIP, "start": '#!/bin/bash\n. /srv/conda/etc/profile.d/conda.sh\nconda activate base\nexec "$@"\n'},
            why="conda.sh is loaded first",
        ),
        Good(
            {**_PIP, "postBuild": _SH + 'eval "$(conda shell.bash hook)"\nconda activate base\n'},
            why="The function is loaded first",
        ),
        Good({**_PIP, "postBuild": _SH + "source activate notebook\n"}, why="source activate, which is a script"),
        Good(
            {**_PIP, "postBuild": "#!/bin/bash -l\nconda activate base\n"}, why="The first line asks for a login shell"
        ),
        Good(
            {**_PIP, "postBuild": _SH + "bash -lc 'conda activate base; pip list'\n"},
            why="A login shell inside the script",
        ),
        Good({**_PIP, "postBuild": _SH + "conda activate base || true\n"}, why="The failure is expected"),
        Good(
            {"environment.yml": _ENV, "postBuild": _SH + "conda activate rca\n"},
            why="A name from environment.yml, which env-name-assumed reports",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        named = repo.environment.get("name") if repo.environment else None
        for script, _ in scripts(repo):
            loaded = bool(re.search(r"(?:^|\s)-\w*[li]", script.shebang.argument))
            for command in script.executed:
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
                    f"`{command.name} activate` needs a function that this shell has not loaded: {result(script, command)}",
                    help="Leave it out: the environment is active already"
                    if here
                    else 'Load it first: `eval "$(conda shell.bash hook)"`',
                    severity=Severity.ERROR if script.decides(command) else None,
                    fix=removed(command, "Leave it out: the environment is active", Applicability.UNSAFE)
                    if here
                    else None,
                )
