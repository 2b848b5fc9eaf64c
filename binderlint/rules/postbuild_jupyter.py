"""PBD: Jupyter commands of earlier years."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.launch_scripts import removed, rewritten
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.files.script import Command, Script
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\nset -e\n"


def _commands(repo: Repository) -> Iterator[tuple[Script, Command]]:
    """The commands of both scripts that run and whose failure is not expected."""
    for script in (repo.post_build, repo.start):
        if script is None:
            continue
        for command in script.executed:
            if not command.ignored and not command.after:
                yield script, command


def _effect(script: Script, command: Command) -> str:
    """What the failure of a command does."""
    if not script.decides(command):
        return "and the rest goes on without it"
    return "and the launch with it" if script.source.name == "start" else "and the build with it"


# Extensions that register themselves: enabling them does nothing (their packages' own data files, Notebook 7 and jupyter_server 2).
_AUTOMATIC = frozenset(
    {"widgetsnbextension", "jupyterlab", "jupyter_server_proxy", "nbgitpuller", "voila", "voila.server_extension"}
    | {"bqplot", "ipyleaflet", "ipympl", "pythreejs", "ipyvolume", "jupyter_resource_usage", "jupyterlab_git", "nbdime"}
)


class PostbuildRemovedJupyterCommand(Rule):
    """A script runs a `jupyter` command that no longer exists.

    `jupyter nbextension`, `jupyter serverextension` and `jupyter contrib` were part of Notebook 6. Binder installs Notebook 7, which removed them: "Jupyter command
    `jupyter-nbextension` not found". As the last command of `postBuild`, or under `set -e`, this stops the build. Today's extensions register themselves
    when their package is installed. If a server extension does not, `jupyter server extension enable` does.

    With Python 3.7, Binder still installs Notebook 6, and so does an environment that pins `notebook<7`.

    ## Fix safety

    Removing a command that enables extensions which register themselves is safe. Replacing `jupyter serverextension` with `jupyter server extension` is unsafe: an
    old extension may not work with the new server.
    """

    code = "PBD001"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("data-8/textbook#203", "firedrakeproject/firedrake#3042", "jupyterhub/repo2docker#1363")
    examples = (
        Bad(
            {
                **_PIP,
                "postBuild": _SH
                + "# widgets\njupyter nbextension enable --py --sys-prefix widgetsnbextension\npip list\n",
            },
            at="postBuild:4:1",
            fixed={"postBuild": _SH + "# widgets\npip list\n"},
            severity=Severity.ERROR,
            why="An extension for widgets is enabled",
        ),
        Bad(
            {
                **_PIP,
                "postBuild": "#!/bin/bash\njupyter serverextension enable --sys-prefix bokehserverextension\necho done\n",
            },
            at="postBuild:2:1",
            fixed={
                "postBuild": "#!/bin/bash\njupyter server extension enable --sys-prefix bokehserverextension\necho done\n"
            },
            why="A server extension is enabled",
        ),
        Bad(
            {
                **_PIP,
                "binder/requirements.txt": "bqplot\n",
                "binder/postBuild": "jupyter contrib nbextension install --user",
            },
            at="binder/postBuild:1:1",
            severity=Severity.ERROR,
            why="jupyter contrib",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "python -m notebook.nbextensions enable toc2/main\njupyter-nbextension list\n"},
            at=("postBuild:3:1", "postBuild:4:1"),
            severity=Severity.ERROR,
            why="The same commands in other spellings",
        ),
        Bad(
            {**_PIP, "start": '#!/bin/bash\njupyter nbextension enable toc2/main\nexec "$@"\n'},
            at="start:2:1",
            why="At every launch",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.7]\n",
                "postBuild": _SH + "jupyter nbextension enable toc2/main\n",
            },
            why="With Python 3.7, Binder installs Notebook 6",
        ),
        Good(
            {
                "environment.yml": "dependencies: [python=3.10, notebook=6]\n",
                "postBuild": _SH + "jupyter nbextension enable toc2/main\n",
            },
            why="Notebook 6 is pinned",
        ),
        Good(
            {"requirements.txt": "notebook<7\n", "postBuild": _SH + "jupyter nbextension enable toc2/main\n"},
            why="requirements.txt pins Notebook 6",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "jupyter nbextension enable toc2/main || true\n"}, why="The failure is expected"
        ),
        Good(
            {**_PIP, "postBuild": _SH + "jupyter labextension list\njupyter server extension enable x\n"},
            why="Commands that exist",
        ),
        Good(
            {"Dockerfile": "FROM jupyter/base-notebook:2022-01-01\n", "postBuild": "jupyter nbextension enable x\n"},
            why="With a Dockerfile, Binder does not read postBuild",
        ),
        Good({**_PIP, "postBuild": _SH + 'echo "jupyter nbextension enable x"\n'}, why="The command is only printed"),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.actions import subcommand
        from binderlint.files.jupyter_stack import may_be_older

        for script, command in _commands(repo):
            words = subcommand(command)
            if words[0] != "jupyter" or len(words) < 2:
                continue
            kind = words[1]
            if kind not in (
                "nbextension",
                "serverextension",
                "contrib",
                "nbextensions_configurator",
                "bundlerextension",
            ):
                continue
            if may_be_older(repo, "notebook", (7, 0)):
                return
            yield self.at(
                command.place,
                f"`jupyter {kind}` is gone since Notebook 7, which Binder installs: the command fails, {_effect(script, command)}",
                help="Leave it out where the extension registers itself; else install an extension for Notebook 7",
                severity=Severity.ERROR if script.decides(command) else None,
                fix=self._fix(command, kind, words),
            )

    def _fix(self, command: Command, kind: str, words: tuple[str, ...]) -> Fix | None:
        targets = set(words[3:])
        if kind in ("nbextension", "serverextension") and words[2:3] in (("enable",), ("install",)) and targets:
            if targets <= _AUTOMATIC:
                return removed(command, "Remove it: the extension registers itself", Applicability.SAFE)
        if kind == "serverextension" and words[2:3] == ("enable",) and command.name == "jupyter":
            word = next((one for one in command.args if one.raw == "serverextension"), None)
            if word:
                return rewritten("Use `jupyter server extension`", word.raw, "server extension", Applicability.UNSAFE)
        return None


class PostbuildLabextensionInstall(Rule):
    """A script installs a JupyterLab extension from source.

    `jupyter labextension install` rebuilds JupyterLab with webpack. That takes minutes and gigabytes of memory, and fails for every extension made for JupyterLab 3 or
    earlier. Since JupyterLab 3, extensions come prebuilt in a Python package, and installing the package is enough. Some are part of JupyterLab now.

    `jupyter labextension develop`, `enable`, `disable` and `list` are not reported, nor is anything in an environment that pins JupyterLab below 4.

    ## Fix safety

    The fix removes the command if the build already has everything that it installs. This is safe unless the command may succeed as the last one of a script
    without `set -e`: then the command before it decides whether the build fails.
    """

    code = "PBD002"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("jupyterhub/mybinder.org-user-guide#256", "cytoscape/ipycytoscape#246", "jupyterlab/jupyterlab#4824")
    examples = (
        Bad(
            {
                **_PIP,
                "postBuild": _SH
                + "jupyter labextension install @jupyter-widgets/jupyterlab-manager@0.38 --minimize=False\n",
            },
            at="postBuild:3:1",
            fixed={"postBuild": _SH},
            severity=Severity.ERROR,
            why="The extension for widgets",
        ),
        Bad(
            {
                "environment.yml": "dependencies: [python=3.12, dask-labextension=7]\n",
                "postBuild": "#!/bin/bash\njupyter labextension install --clean @jupyterlab/toc \\\n    dask-labextension\necho done\n",
            },
            at="postBuild:2:1",
            fixed={"postBuild": "#!/bin/bash\necho done\n"},
            why="Extensions that are part of JupyterLab or in the environment",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "jupyter labextension install @jupyterlab/latex\n"},
            at="postBuild:3:1",
            why="An extension made for JupyterLab 3",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "jupyter labextension install jupyterlab_bokeh\n"},
            at="postBuild:3:1",
            severity=Severity.ERROR,
            why="An extension that is a Python package now",
        ),
        Bad(
            {**_PIP, "postBuild": _SH + "jupyter labextension install @example/unheard-of\n"},
            at="postBuild:3:1",
            why="An extension that binderlint does not know",
        ),
        Good(
            {**_PIP, "postBuild": _SH + "jupyter labextension develop . --overwrite\njupyter labextension list\n"},
            why="Commands that build nothing",
        ),
        Good({**_PIP, "postBuild": _SH + "jupyter labextension install .\n"}, why="The repository's own extension"),
        Good(
            {"requirements.txt": "jupyterlab<4\n", "postBuild": _SH + "jupyter labextension install @jupyterlab/toc\n"},
            why="JupyterLab 3 is pinned",
        ),
        Good(
            {
                **_PIP,
                "postBuild": _SH + 'jupyter labextension disable "@jupyterlab/apputils-extension:announcements"\n',
            },
            why="An extension is disabled",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.actions import subcommand
        from binderlint.files.jupyter_stack import asked, may_be_older
        from binderlint.files.lab_extensions import BUILT_IN, outdated, prebuilt

        for script, command in _commands(repo):
            words = subcommand(command)
            if words[:3] != ("jupyter", "labextension", "install"):
                continue
            packages = words[3:]
            if not packages or any(
                one.startswith((".", "/", "~")) or "\0" in one or repo.exists(one) for one in packages
            ):
                continue
            if may_be_older(repo, "jupyterlab", (4, 0)):
                return
            known = {one: prebuilt(one) for one in packages}
            there = [one for one, name in known.items() if name == BUILT_IN or (name and asked(repo, name))]
            missing = sorted({name for one, name in known.items() if name and one not in there and name is not None})
            old = any(outdated(one) for one in packages)
            names = ", ".join(f"`{name}`" for name in missing)
            yield self.at(
                command.place,
                f"`{next(one for one in packages if outdated(one))}` was made for JupyterLab before 4, which Binder installs: the command fails, {_effect(script, command)}"
                if old
                else "`jupyter labextension install` builds JupyterLab from its sources, which is slow, needs much memory and fails for extensions made before JupyterLab 4",
                help=f"Leave it out and add {names} to the environment file"
                if names
                else "Leave it out; install the extension's Python package where it has one",
                severity=Severity.ERROR if old and script.decides(command) else None,
                fix=removed(
                    command,
                    "Remove it: the build has it already",
                    Applicability.UNSAFE if not old and script.covers(command) else Applicability.SAFE,
                )
                if len(there) == len(packages)
                else None,
            )
