"""HUB: what a particular hub allows: ports that sessions can reach, memory that they may use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from binderlint.diagnostic import Applicability, Diagnostic, Fix, Level, Severity
from binderlint.edits import replace
from binderlint.files.launch import KNOWN_HOSTS, MYBINDER
from binderlint.rule import Bad, Good, Rule
from binderlint.rules.notebook_examples import page

if TYPE_CHECKING:
    from binderlint.files.network import Reached
    from binderlint.repository import Repository

# Hosts that give over https what they give over ftp, at the same path; each says so on its own pages of downloads.
_BOTH = frozenset(
    {"ftp.ncbi.nlm.nih.gov", "ftp.ebi.ac.uk", "ftp.ensembl.org", "ftp.uniprot.org", "ftp.gnu.org", "ftp.sra.ebi.ac.uk"}
)
_ENV = {"environment.yml": "dependencies: [python=3.12]\n"}


class BlockedNetworkPort(Rule):
    """The hub blocks a network port that the code uses.

    On mybinder.org, builds and sessions reach other machines on eight ports only: http (80), https (443), git (9418), rsync (873) and a few scientific ones (1094, 1095, 4001, 16286). Everything else waits until it gives up: `ftp://` (port 21), `ssh`,
    `scp` and `git@` addresses (22), databases (5432, 3306, 27017), web servers on ports such as 8080. At home it works; on Binder the cell or the build hangs for minutes and ends in a timeout.

    Most archives offer the same files over https. Addresses of the session itself, comments, text, and code that handles a failure are not reported. Other hubs have other rules: `hub` in the configuration says which hub you use, and which
    ports it opens.

    ## Fix safety

    The fix changes `ftp` to `https` if the host is known to have the same files under both. It is unsafe, because a program that speaks FTP itself, such as `lftp` or Python's `ftplib`, cannot use the new address.
    """

    code = "HUB001"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = (
        "jupyterhub/mybinder.org-deploy: mybinder/values.yaml",
        "jupyterhub/mybinder.org-user-guide#43",
        "jupyterhub/mybinder.org-user-guide#163",
        "jupyterhub/mybinder.org-deploy#3860",
    )
    examples = (
        Bad(
            {**_ENV, "postBuild": "#!/bin/bash\nset -e\nwget -q ftp://ftp.ensembl.org/pub/x.gz\n"},
            at="postBuild:3:9",
            fixed={"postBuild": "#!/bin/bash\nset -e\nwget -q https://ftp.ensembl.org/pub/x.gz\n"},
         why="A download over FTP in postBuild"),
        Bad(
            {**_ENV, "postBuild": "#!/bin/bash\nDATA='ftp://ftp.some-lab.org/pub'\ncurl -O \"ftp://ftp.some-lab.org/pub/a\"\r\n"},
            at="postBuild:3:10",
         why="FTP in a variable, and a quoted address"),
        Bad({**_ENV, "start": '#!/bin/bash\ngit clone git@github.com:o/r.git\nexec "$@"\n'}, at="start:2:11", why="git over ssh in start"),
        Bad({**_ENV, "start": '#!/bin/bash\nscp me@data.some-lab.org:a .\nexec "$@"\n'}, at="start:2:5", why="scp in start"),
        Bad({"Dockerfile": "FROM python:3.12\nRUN curl http://data.some-lab.org:8080/a > b\n"}, at="Dockerfile:2:10", why="A web server on another port, in a Dockerfile"),
        Bad(
            {**_ENV, "a.ipynb": page("import pandas\nurl = 'ftp://ftp.ncbi.nlm.nih.gov/a.csv'\n")},
            at="a.ipynb:10",
            fixed={"a.ipynb": page("import pandas\nurl = 'https://ftp.ncbi.nlm.nih.gov/a.csv'\n")},
         why="A download over FTP in a notebook"),
        Bad(
            {**_ENV, "a.ipynb": page("a = 'http://data.some-lab.org:8080/a'", "b = 'http://data.some-lab.org:8080/b'"), "b.ipynb": page("c = 'http://data.some-lab.org:8080/c'")},
            at="a.ipynb:9",
         why="Two notebooks with one host"),
        Bad({**_ENV, "a.ipynb": page("!wget ftp://ftp.some-lab.org/a")}, at="a.ipynb:9", why="A shell command in a cell"),
        Bad({**_ENV, "a.ipynb": page("URL=ftp://ftp.some-lab.org/a", kernel="bash", language="bash")}, at="a.ipynb:9", why="A notebook in Bash"),
        Bad({**_ENV, "a.ipynb": page("e = create_engine('postgresql+psycopg2://me:pw@db.some-lab.org/x')")}, at="a.ipynb:9", why="A database in a notebook"),
        Good({**_ENV, "postBuild": "#!/bin/bash\ncurl https://ftp.ensembl.org/pub/x.gz http://data.some-lab.org:80/a git://h.some-lab.org/x rsync://h.some-lab.org/x\n"}, why="Ports that are open"),
        Good({**_ENV, "postBuild": "#!/bin/bash\n# wget ftp://ftp.ensembl.org/x\necho see ftp://ftp.ensembl.org/x\nwget ftp://ftp.ensembl.org/x || true\n"}, why="A comment, a text, and a failure that is handled"),
        Good({**_ENV, "start": '#!/bin/bash\ncurl http://127.0.0.1:8080/ http://localhost:9200\npsql postgresql://localhost:5432/x\nexec "$@"\n'}, why="Addresses of the session itself"),
        Good({**_ENV, "a.ipynb": page('"""See ftp://ftp.ensembl.org"""\n# ftp://ftp.ensembl.org\nprint("ftp://ftp.ensembl.org")\nx = "see ftp://ftp.ensembl.org"')}, why="Text in a notebook"),
        Good({**_ENV, "a.ipynb": page("try:\n    get('ftp://ftp.ensembl.org/x')\nexcept OSError:\n    pass")}, why="A failure that is handled in a notebook"),
        Good({**_ENV, "a.ipynb": page("c = connect('postgresql://me@db/x', 'mongodb://{host}:27017', 'http://example.org:8080')")}, why="Hosts that are not known"),
        Good({**_ENV, "postBuild": "#!/bin/bash\nwget ftp://ftp.ensembl.org/x\n"}, why="Another hub", hub="generic"),
        Good({**_ENV, "README.md": "[x](https://hub.some-lab.org/v2/gh/o/r/HEAD)\n", "postBuild": "#!/bin/bash\nwget ftp://ftp.ensembl.org/x\n"}, why="Launched on another hub"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        ports = repo.allows.ports
        if ports is None or _elsewhere(repo):
            return
        from binderlint.files.network import reached_in_build_and_start, reached_in_notebooks

        for reached in reached_in_build_and_start(repo):
            if reached.port not in ports:
                yield self._blocked(repo, reached, "the build or launch waits")
        hosts: dict[tuple[str, int], list[Reached]] = {}
        for reached in reached_in_notebooks(repo):
            if reached.port not in ports:
                hosts.setdefault((reached.host.lower(), reached.port), []).append(reached)
        for places in hosts.values():
            others = len({reached.text.place.path for reached in places}) - 1
            also = f" (as in {others} more notebook{'s' if others > 1 else ''})" if others else ""
            for reached in places if _has_fix(places[0]) else places[:1]:
                yield self._blocked(repo, reached, f"this cell{also} waits")

    def _blocked(self, repo: Repository, reached: Reached, waits: str) -> Diagnostic:
        fix = None
        if _has_fix(reached):
            fix = Fix("Fetch it over https", (replace(reached.scheme, "https"),), Applicability.UNSAFE)
        return self.at(
            reached.text,
            f"{repo.hub} lets nothing out to port {reached.port}, so {waits} for {reached.host} until it gives up",
            help="Fetch the data over https" if reached.scheme.startswith("ftp") else _help(reached.port),
            fix=fix,
        )


def _has_fix(reached: Reached) -> bool:
    return reached.scheme == "ftp" and reached.host.lower() in _BOTH and reached.port == 21


def _help(port: int) -> str:
    if port == 22:
        return "Use an https address"
    return "Read the data from an https address, or keep a copy in the repository or at Zenodo"


class MemoryBudget(Rule):
    """The code may use more memory than a session has.

    A session on mybinder.org may use 2 GB. Java, Spark and dask use the size they are given, and if that is more, the kernel dies without warning: "The kernel appears to have died". The size should leave room for Jupyter and for Python itself,
    about half a gigabyte.

    dask workers may not need all of it, and newer ones look at what the container has, so those are an info.

    Reported are Java's `-Xmx`, `spark.driver.memory` (and `--driver-memory`), and dask's `LocalCluster` or `Client` whose workers together may use more than the hub gives. Another `hub` in the configuration, or one described there with its
    `memory`, changes the limit.
    """

    code = "HUB002"
    severity = Severity.WARNING
    level = Level.LAUNCH
    sources = (
        "jupyterhub/mybinder.org-deploy: mybinder/values.yaml",
        "kraina-ai/srai-tutorial#8",
        "OpenSenseAction/OPENSENSE_sandbox#46",
    )
    examples = (
        Bad({**_ENV, "start": '#!/bin/bash\nexport _JAVA_OPTIONS=-Xmx4g\nexec "$@"\n'}, at="start:2:22", why="Java in start"),
        Bad({"Dockerfile": 'FROM python:3.12\nENV JAVA_OPTS="-Xms1g -Xmx4096m"\n'}, at="Dockerfile:2:23", why="Java in a Dockerfile"),
        Bad({**_ENV, "a.ipynb": page('spark = S.builder.config("spark.driver.memory", "8g").getOrCreate()')}, at="a.ipynb:9", why="Spark in a notebook"),
        Bad({**_ENV, "a.ipynb": page('os.environ["PYSPARK_SUBMIT_ARGS"] = "--driver-memory 4g pyspark-shell"')}, at="a.ipynb:9", why="Spark in an environment variable"),
        Bad({**_ENV, "a.ipynb": page("cluster = LocalCluster(\n    n_workers=4, memory_limit='2GB')")}, at="a.ipynb:10", severity=Severity.INFO, why="A dask cluster in a notebook"),
        Good({**_ENV, "start": '#!/bin/bash\n# -Xmx4g\nexport _JAVA_OPTIONS=-Xmx1g\nexec "$@"\n'}, why="Java within the limit"),
        Good({**_ENV, "a.ipynb": page("c = LocalCluster(n_workers=2, memory_limit='1GB')\nd = LocalCluster(n_workers=8)\ne = Client(memory_limit=0)\nf = LocalCluster(memory_limit='auto')")}, why="Within the limit"),
        Good({**_ENV, "a.ipynb": page('c.config("spark.executor.memory", "8g")')}, why="Spark executors, which are not in the session"),
        Good({**_ENV, "a.ipynb": page("# -Xmx8g\nc.config('spark.driver.memory', size)")}, why="A comment, and a size that is not known"),
        Good({**_ENV, "start": '#!/bin/bash\nexport _JAVA_OPTIONS=-Xmx4g\nexec "$@"\n'}, why="Another hub", hub="generic"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        memory = repo.allows.memory
        if memory is None or _elsewhere(repo):
            return
        from binderlint.files.memory import asked_for

        for asked in asked_for(repo):
            if asked.size > memory:
                yield self.at(
                    asked.text,
                    f"This may use {_gigabytes(asked.size)} GB, but a session on {repo.hub} is ended when it goes over {_gigabytes(memory)} GB",
                    severity=Severity.INFO if asked.shared else None,
                    help=f"Ask for less than {_gigabytes(memory)} GB, and leave about half a gigabyte to Jupyter and Python",
                )


def _gigabytes(size: float) -> str:
    return f"{size / 2**30:.1f}".removesuffix(".0")


def _elsewhere(repo: Repository) -> bool:
    """Whether the repository is launched on hubs of its own only, of which nothing is known."""
    if repo.hub != MYBINDER:
        return False
    hosts = {link.address.hub for link in repo.links if link.launches and link.live}
    return bool(hosts) and not hosts & KNOWN_HOSTS
