"""DKR: ENTRYPOINT and CMD: whether the command that Binder gives the image is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.pattern import regex
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from binderlint.files.dockerfile import Stage
    from binderlint.files.dockerfile_lines import Instruction
    from binderlint.repository import Repository

# Programs that take what follows as arguments of their own, so that Binder's `python3 -c ...` never runs.
_PROGRAMS = regex(
    r"jupyter(?:-\w+)*|python[\d.]*|ipython|R|Rscript|julia|voila|streamlit|panel|marimo|node|npm|java|tail|sleep|cat|echo"
)
_WRAPPERS = regex(
    r"tini|tini-static|dumb-init|docker-init|catatonit|env|xvfb-run|nice|setsid|stdbuf|gosu|su-exec|fixuid"
)
_SHELLS = regex(r"(?:ba|da|z|k)?sh")


class DockerEntrypointSwallowsArgs(Rule):
    """The ENTRYPOINT does not run the command that Binder gives it.

    BinderHub starts every image with its own command (`python3 -c ... --ip=0.0.0.0 --port=8888 ...`), which Docker passes to the ENTRYPOINT as arguments. That command is lost if the
    entrypoint is a program that does not run its arguments, a script without `exec "$@"`, or written without brackets: Docker then runs it with `sh -c` and without arguments.
    The launch ends with "didn't respond in 30 seconds".

    Not reported are `tini`, `dumb-init` and other programs that run the rest of their line, scripts that are not in the repository (such as the `start.sh` of the Jupyter
    stacks), `ENTRYPOINT []`, and the ENTRYPOINT of an earlier stage.

    ## Fix safety

    The fix removes the entrypoint (`ENTRYPOINT []`), and with it whatever it prepared for the session.
    """

    code = "DKR008"
    severity = Severity.ERROR
    level = Level.LAUNCH
    sources = (
        "janpfeifer/gonb#164",
        "projectnessie/nessie-demos#401",
        "OGGM/tutorials#89",
        "https://mybinder.readthedocs.io/en/latest/tutorials/dockerfile.html",
    )
    examples = (
        Bad(
            {"Dockerfile": 'FROM x:1\nENTRYPOINT ["jupyter", "lab", \\\n  "--ip=0.0.0.0"]\nUSER 1000\n'},
            at="Dockerfile:2:12",
            fixed={"Dockerfile": "FROM x:1\nENTRYPOINT []\nUSER 1000\n"},
         why="The entrypoint is Jupyter"),
        Bad(
            {"binder/Dockerfile": "FROM x:1\r\nENTRYPOINT /bin/bash ${HOME}/start.sh\r\n"},
            at="binder/Dockerfile:2:12",
            fixed={"binder/Dockerfile": "FROM x:1\r\nENTRYPOINT []\r\n"},
         why="An entrypoint without brackets"),
        Bad(
            {"Dockerfile": 'FROM x:1\nCOPY entry.sh /usr/bin/\nENTRYPOINT ["tini", "-g", "--", "/usr/bin/entry.sh"]', "entry.sh": "#!/bin/bash\njupyter lab\n"},
            at="Dockerfile:3:12",
            fixed={"Dockerfile": "FROM x:1\nCOPY entry.sh /usr/bin/\nENTRYPOINT []"},
         why="A script that does not run its arguments"),
        Bad(
            {
                "binder/Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nCOPY . ${HOME}\nENTRYPOINT [\"bash\", \"/home/jovyan/binder/run\"]\n",
                "binder/run": "#!/bin/bash\nexec $@\n",
            },
            at="binder/Dockerfile:3:12",
            fixed={"binder/Dockerfile": "FROM quay.io/jupyter/base-notebook:2024-10-07\nCOPY . ${HOME}\nENTRYPOINT []\n"},
         why="A script that runs its arguments without quotes"),
        Bad({"Dockerfile": "FROM x:1\nENTRYPOINT [\"bash\", \"-c\", \"source /opt/setup.sh && exec \\\"$@\\\"\"]\n"}, at="Dockerfile:2:12",
            fixed={"Dockerfile": "FROM x:1\nENTRYPOINT []\n"}, why="`bash -c` without a word for $0"),
        Bad({"Dockerfile": "FROM x:1\nENTRYPOINT ['tini', '--']\n"}, at="Dockerfile:2:12",
            fixed={"Dockerfile": "FROM x:1\nENTRYPOINT []\n"}, why="Single quotes, which make it a form without brackets"),
        Good({"Dockerfile": 'FROM x:1\nENTRYPOINT ["tini", "-g", "--"]\n'}, why="A program that runs the rest of its line"),
        Good({"Dockerfile": 'FROM x:1\nENTRYPOINT ["/usr/bin/dumb-init", "--", "start.sh"]\n'}, why="A script of the base image"),
        Good({"Dockerfile": 'FROM x:1\nENTRYPOINT ["/usr/local/bin/repo2docker-entrypoint"]\n'}, why="The entrypoint of repo2docker"),
        Good({"Dockerfile": "FROM x:1\nENTRYPOINT []\n"}, why="No entrypoint"),
        Good({"Dockerfile": 'FROM x:1 AS b\nENTRYPOINT ["jupyter"]\nFROM y:1\nCOPY --from=b /a /a\n'}, why="The entrypoint of an earlier stage"),
        Good({"Dockerfile": 'FROM x:1\nENTRYPOINT ["jupyter"]\nENTRYPOINT ["tini", "--"]\n'}, why="Two entrypoints, of which the last one counts"),
        Good({"Dockerfile": "FROM x:1\nENTRYPOINT [\"bash\", \"-lc\", \"exec \\\"$@\\\"\", \"--\"]\n"}, why="`bash -c` with a word for $0"),
        Good({"Dockerfile": "FROM x:1\nCOPY entry.sh /entry.sh\nENTRYPOINT [\"/entry.sh\"]\n", "entry.sh": '#!/bin/sh\nset -e\nprepare\nexec "$@"\n'}, why="A script that runs its arguments"),
        Good({"Dockerfile": "FROM x:1\nCOPY <<E /entry.sh\n#!/bin/sh\nexec \"$@\"\nE\nENTRYPOINT [\"/entry.sh\"]\n"}, why="A script from a heredoc that runs its arguments"),
        Good({"Dockerfile": "FROM x:1\nENTRYPOINT [\"micromamba\", \"run\", \"-n\", \"base\"]\n"}, why="micromamba run"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        dockerfile = repo.dockerfile
        entry = dockerfile.last("ENTRYPOINT") if dockerfile else None
        if not dockerfile or not dockerfile.final or not entry or not entry.body.strip():
            return
        reason = _lost(repo, dockerfile.final, entry)
        if reason:
            yield self.at(
                entry.body,
                f"{reason}, so Binder's own command never runs and the launch fails",
                help='Use `ENTRYPOINT []`, or a script that ends with `exec "$@"`, written as `ENTRYPOINT ["/path/to/script"]`',
                fix=Fix("Use no entrypoint", (replace(entry.body.place, "[]"),), Applicability.UNSAFE),
            )


def _lost(repo: Repository, stage: Stage, entry: Instruction) -> str:
    """Why an ENTRYPOINT loses its arguments; empty when it does not, or nobody knows."""
    if not entry.json:
        kept = "$0" in entry.body and "$@" in entry.body
        return "" if kept else "Docker runs an entrypoint without brackets with `sh -c`, which drops its arguments"
    words = _unwrapped(entry.words)
    if not words:
        return ""
    name = words[0].rpartition("/")[2]
    if _SHELLS.fullmatch(name):
        options = [index for index, word in enumerate(words[1:], 1) if word.startswith("-")]
        script = next((index + 1 for index in options if re.fullmatch(r"-\w*c", words[index])), 0)
        if script:
            return _shell_loses(words[script:])
        rest = [word for word in words[1:] if not word.startswith("-")]
        return _script_loses(repo, stage, rest[0]) if rest else f"`{name}` takes `python3` for a shell script"
    if _PROGRAMS.fullmatch(name):
        return f"`{name}` takes Binder's command for arguments of its own"
    return _script_loses(repo, stage, words[0])


def _unwrapped(words: Sequence[str]) -> Sequence[str]:
    """The words without the programs before them that run the rest of their line."""
    while words and _WRAPPERS.fullmatch(words[0].rpartition("/")[2]):
        rest = list(words[1:])
        while rest and (rest[0].startswith("-") or "=" in rest[0]):
            if rest.pop(0) == "--":
                break
        words = rest
    return words


def _shell_loses(words: Sequence[str]) -> str:
    from binderlint.files.script import Kind, parse
    from binderlint.source import Source

    if len(words) == 1:
        kept = "$0" in words[0] and "$@" in words[0]
        return (
            ""
            if kept
            else "Without a word for `$0` after its script, `-c` takes the `python3` of Binder's command for it"
        )
    source = Source("ENTRYPOINT", words[0].encode())
    lost = (
        parse(source.slice(0, len(source.text))).arrival in (Kind.NEVER, Kind.SPLIT, Kind.BACKGROUND)
        if words
        else False
    )
    return 'The script after `-c` does not run `exec "$@"`' if lost else ""


def _script_loses(repo: Repository, stage: Stage, path: str) -> str:
    from binderlint.files.docker_context import copied_file
    from binderlint.files.script import Kind, Script, parse
    from binderlint.source import Source

    found = copied_file(repo, stage, path)
    if isinstance(found, Source):
        script = Script(found)
        shell = script.shell if script.shebang.language in ("", "shell") else None
    else:
        shell = parse(found) if found else None
    if shell and shell.arrival in (Kind.NEVER, Kind.SPLIT, Kind.BACKGROUND):
        return f'`{path.rpartition("/")[2]}` does not end with `exec "$@"`'
    return ""


class DockerCmdIgnored(Rule):
    """The CMD of the Dockerfile never runs on Binder.

    BinderHub gives the container its own command, so the CMD of the Dockerfile does not run: a service that it would start is missing, and settings that it passes to Jupyter have no
    effect. A CMD that only starts Jupyter is not reported: it is for `docker run`.
    """

    code = "DKR011"
    severity = Severity.INFO
    level = Level.POLISH
    sources = ("https://mybinder.readthedocs.io/en/latest/tutorials/dockerfile.html",)
    examples = (
        Bad({"Dockerfile": 'FROM x:1\nCMD [ "node", "src/index.js" ]\n'}, at="Dockerfile:2:5", why="CMD starts another program"),
        Bad({"binder/Dockerfile": "FROM x:1\r\nCMD jupyter lab --ServerApp.root_dir=/data\r\n"}, at="binder/Dockerfile:2:5", why="CMD passes a setting to Jupyter"),
        Good({"Dockerfile": 'FROM x:1\nCMD ["jupyter", "lab", "--ip", "0.0.0.0", "--no-browser"]\n'}, why="CMD starts Jupyter"),
        Good({"Dockerfile": "FROM x:1\nCMD jupyterhub-singleuser\n"}, why="CMD starts the server of a hub"),
        Good({"Dockerfile": 'FROM x:1\nCMD ["start-notebook.sh"]\n'}, why="CMD starts the script of the Jupyter stacks"),
        Good({"Dockerfile": "FROM x:1\nCMD [\"bash\"]\n"}, why="CMD starts a shell"),
        Good({"Dockerfile": "FROM x:1 AS b\nCMD node\nFROM y:1\n"}, why="The CMD of another stage"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        command = repo.dockerfile.last("CMD") if repo.dockerfile else None
        words = [word.strip("'\",[]") for word in command.words] if command else []
        words = [word for word in words if word]
        if not command or not words:
            return
        name = words[0].rpartition("/")[2]
        if re.fullmatch(r"jupyter(?:hub-singleuser|-\w+)?|start[\w-]*(?:\.sh|\.py)?", name):
            if not any(
                re.match(r"--(?:\w+App\.(?!ip|port|token|password|allow|open)|notebook-dir|config)", word)
                for word in words
            ):
                return
            yield self.at(
                command.body,
                "Binder starts Jupyter with its own command, so the settings in this CMD have no effect there",
                help="Put the settings into a file in `/etc/jupyter` or `~/.jupyter`",
            )
        elif not re.fullmatch(r"(?:ba|da|z)?sh|R|i?python[\d.]*|true|/init|init|tini", name) or len(words) > 1:
            yield self.at(
                command.body,
                f"Binder starts Jupyter in place of this CMD, so `{name}` is not run there",
                help='Start what the session needs in an ENTRYPOINT script that ends with `exec "$@"`',
            )
