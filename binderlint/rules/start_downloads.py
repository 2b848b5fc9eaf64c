"""STA: downloads in `start`, before the server runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Diagnostic, Level, Severity
from binderlint.launch_scripts import before_server, moved
from binderlint.rule import Bad, Good, Rule

if TYPE_CHECKING:
    from binderlint.repository import Repository

_PIP = {"requirements.txt": "numpy==2.2.0\n"}
_SH = "#!/bin/bash\n"
_POST = "#!/bin/bash\nset -euo pipefail\n\n"


class StartDownloads(Rule):
    """`start` downloads data.

    `start` runs at every launch, for every visitor, before the server answers. Binder gives up on a server that does not answer within 30 seconds, so a
    large download, or a slow site, makes the launch fail. `postBuild` runs once, when the image is built, and what it downloads is then part of every session.

    Downloads in the background (`... &`), from the session itself (localhost, the hub) and in functions that are never called are not reported.
    `git pull` in an existing clone is reported as an info only.

    ## Fix safety

    The fix is unsafe: the data become part of the image, as they are at the time of the build. The fix moves the command, its comments and the lines that
    unpack the data to `postBuild`, and creates that file if there is none.
    """

    code = "STA005"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = ("repo2docker/docs/source/config_files.rst", "IGES-Geospatial/JupyterLabBinder")
    examples = (
        Bad(
            {
                "binder/environment.yml": "dependencies: [python=3.12]\n",
                "binder/start": _SH
                + "set -e\n\n# the photos of all campaigns\ngit clone https://github.com/example/photos\ngit clone https://github.com/example/maps\n\n"
                + 'exec "$@"\n',
            },
            at=("binder/start:5:1", "binder/start:6:1"),
            fixed={
                "binder/start": _SH + 'set -e\n\nexec "$@"\n',
                "binder/postBuild": _POST
                + "# the photos of all campaigns\ngit clone https://github.com/example/photos\ngit clone https://github.com/example/maps\n",
            },
            severity=Severity.ERROR,
            why="Two repositories with data are cloned",
        ),
        Bad(
            {
                **_PIP,
                "start": _SH
                + "export A=1\n# download data\ncd /home/jovyan\nmkdir data\ncd data\nwget http://example.org/~x/sst.tar.gz\ntar -xvzf sst.tar.gz\nrm sst.tar.gz\ncd -\n\n\n"
                + 'exec "$@"\n',
                "postBuild": _SH + "set -e\necho hi",
            },
            at="start:7:1",
            fixed={
                "start": _SH + 'export A=1\n\n\nexec "$@"\n',
                "postBuild": _SH
                + "set -e\necho hi\n# download data\ncd /home/jovyan\nmkdir data\ncd data\nwget http://example.org/~x/sst.tar.gz\ntar -xvzf sst.tar.gz\nrm sst.tar.gz\ncd -\n",
            },
            severity=Severity.ERROR,
            why="A download with the lines that unpack it, and a postBuild that exists",
        ),
        Bad(
            {**_PIP, "start": _SH + 'DATA=https://example.org/table.csv\nwget -q $DATA\nexec "$@"\n'},
            at="start:3:1",
            fixed={
                "start": _SH + 'exec "$@"\n',
                "postBuild": _POST + "DATA=https://example.org/table.csv\nwget -q $DATA\n",
            },
            why="The address is in a variable",
        ),
        Bad(
            {
                **_PIP,
                "start": _SH + 'if [ ! -d data ]; then\n  curl -L https://example.org/d.zip | tar xz\nfi\nexec "$@"\n',
            },
            at="start:3:3",
            severity=Severity.ERROR,
            why="An archive is downloaded unless the folder is there",
        ),
        Bad(
            {**_PIP, "start": _SH + 'export TOKEN=x\nwget "https://example.org/$TOKEN/a.csv"\nexec "$@"\n'},
            at="start:3:1",
            why="The address needs a variable that only start sets",
        ),
        Bad(
            {**_PIP, "start": _SH + 'cd notebooks && git pull\nexec "$@"\n'},
            at="start:2:17",
            severity=Severity.INFO,
            why="git pull in a clone that is there",
        ),
        Bad(
            {**_PIP, "start": _SH + 'aws s3 sync s3://bucket/data data --no-sign-request\r\nexec "$@"\n'},
            at="start:2:1",
            fixed={
                "start": _SH + 'exec "$@"\n',
                "postBuild": _POST + "aws s3 sync s3://bucket/data data --no-sign-request\n",
            },
            severity=Severity.ERROR,
            why="aws s3 sync",
        ),
        Bad(
            {
                **_PIP,
                "start": _SH
                + "python - <<'PY'\nimport pooch\npooch.retrieve('https://example.org/x.nc', None)\nPY\nexec \"$@\"\n",
            },
            at="start:2:1",
            fixed={
                "start": _SH + 'exec "$@"\n',
                "postBuild": _POST
                + "python - <<'PY'\nimport pooch\npooch.retrieve('https://example.org/x.nc', None)\nPY\n",
            },
            severity=Severity.ERROR,
            why="Python code in start downloads",
        ),
        Bad(
            {
                **_PIP,
                "start": _SH + 'tools/data.sh\nexec "$@"\n',
                "tools/data.sh": "#!/bin/bash\nwget https://example.org/a.csv\n",
            },
            at="tools/data.sh:2:1",
            why="Another script of the repository downloads",
        ),
        Good(
            {**_PIP, "start": _SH + 'until curl -s http://localhost:8080/; do sleep 1; done\nexec "$@"\n'},
            why="It waits for its own server",
        ),
        Good({**_PIP, "start": _SH + 'curl "$JUPYTERHUB_API_URL/info"\nexec "$@"\n'}, why="It asks the hub"),
        Good(
            {**_PIP, "start": _SH + 'curl --head https://example.org/d.zip\nexec "$@"\n'},
            why="It asks for the header only",
        ),
        Good(
            {**_PIP, "start": _SH + 'fetch() { wget https://example.org/d.zip; }\nexec "$@"\n'},
            why="A function that is never called",
        ),
        Good(
            {**_PIP, "start": _SH + 'wget -q https://example.org/d.zip &\nexec "$@"\n'},
            why="The download runs in the background",
        ),
        Good(
            {**_PIP, "start": _SH + '(git clone https://github.com/example/x; python index.py) &\nexec "$@"\n'},
            why="A subshell in the background",
        ),
        Good(
            {**_PIP, "start": _SH + 'git clone ~/binder/bundle.git data\nexec "$@"\n'},
            why="A clone of a bundle in the image",
        ),
        Good(
            {**_PIP, "start": _SH + 'exec "$@"\nwget https://example.org/d.zip\n'},
            why='Lines after `exec "$@"`, which never run',
        ),
        Good(
            {**_PIP, "postBuild": _SH + "set -e\nwget https://example.org/d.zip\n"}, why="postBuild downloads the file"
        ),
        Good(
            {**_PIP, "start": _SH + 'echo "wget https://example.org/d.zip"\nexec "$@"\n'},
            why="The command is only printed",
        ),
        Good(
            {**_PIP, "start": _SH + 'export ADDRESS=$(curl -s https://example.org/ip)\nexec "$@"\n'},
            why="It asks a server for a short value",
        ),
        Good(
            {
                **_PIP,
                "postBuild": _SH + "set -e\nwget https://example.org/d.csv\n",
                "start": _SH + 'test -f d.csv || wget https://example.org/d.csv\nexec "$@"\n',
            },
            why="postBuild has downloaded the file already",
        ),
    )

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        from binderlint.files.actions import download

        script = repo.start
        if script is None:
            return
        built = {found.url for one in (repo.post_build.running if repo.post_build else ()) if (found := download(one))}
        for command in before_server(script):
            found = download(command)
            if found is None or (command.context.conditional and found.url and found.url in built):
                continue
            if command.context.substitution and not found.heavy:  # asks for a value
                continue
            if found.update:
                yield self.at(
                    command.place,
                    f"`{found.tool}` runs at every launch, for every visitor, before the server answers",
                    help="Let the launch link do it with nbgitpuller, or leave it out: a push to the repository builds a new image",
                    severity=Severity.INFO,
                )
                continue
            yield self.at(
                command.place,
                f"`{found.tool}` downloads at every launch, for every visitor, before the server answers: a launch that takes more than 30 seconds fails",
                help="Move it to postBuild, which runs once when the image is built",
                severity=Severity.ERROR if found.heavy else None,
                fix=moved(repo, script, command),
            )
