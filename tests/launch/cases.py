"""Cases: the small repositories that are launched. Nothing here says what happens to them: that is what the laboratory finds out."""

from __future__ import annotations

import json

from binderlint.values import NamedTuple

AS_IT_IS, FIXED = "as it is", "fixed"


class Case(NamedTuple):
    """A repository: its files, what its launch link asks for (the query of the link, and the path that BinderHub makes of it), and notebooks to run."""

    name: str
    files: dict[str, str]
    query: str = ""
    path: str = "lab"
    notebooks: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    """The states in which it fails for what no file of the repository says, so that nothing is the right thing to say."""

    @property
    def readme(self) -> str:
        query = f"?{self.query}" if self.query else ""
        link = f"https://mybinder.org/v2/gh/ocean-lab/tides/HEAD{query}"
        return f"# Tides\n\n[![Binder](https://mybinder.org/badge_logo.svg)]({link})\n"


def notebook(*cells: str, kernel: str = "python3", language: str = "python") -> str:
    """A notebook of code cells."""
    found = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": one} for one in cells
    ]
    about = {
        "kernelspec": {"display_name": kernel, "name": kernel, "language": language},
        "language_info": {"name": language},
    }
    return json.dumps({"cells": found, "metadata": about, "nbformat": 4, "nbformat_minor": 4}, indent=1) + "\n"


SIX = {"requirements.txt": "six==1.16.0\n"}


def start(text: str) -> dict[str, str]:
    return {**SIX, "start": f"#!/bin/bash\n{text}\n"}


def post_build(text: str) -> dict[str, str]:
    return {**SIX, "postBuild": f"#!/bin/bash\n{text}\n"}


def notebooks(files: dict[str, str], **cells: str) -> dict[str, str]:
    return {**files, **{f"{name}.ipynb": notebook(text) for name, text in cells.items()}}


PACKAGE = (
    '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n\n[project]\nname = "tides"\n'
)
DOCKER = "FROM localhost/plain:1\nENV HOME=/home/jovyan\nCOPY --chown=1000:1000 . /home/jovyan\nWORKDIR /home/jovyan\nUSER 1000\n"

CASES = (
    # start
    Case("start-none", SIX),
    Case("start-exec", start('export A=1\nexec "$@"')),
    Case("start-plain", start('"$@"')),
    Case("start-missing-exec", start("echo ready")),
    Case("start-unquoted", start("exec $@")),
    Case("start-star", start('exec "$*"')),
    Case("start-first-only", start('exec "$1"')),
    Case("start-other-server", start('jupyter lab --ip=127.0.0.1 --port=9999\nexec "$@"')),
    Case("start-background", start('python3 -m http.server 9998 &\nexec "$@"')),
    Case("start-command-in-background", start('"$@" &\necho started')),
    Case("start-waits-for-background", start('"$@" &\nwait')),
    Case("start-fails-with-errexit", start('set -e\nsource /opt/tides/settings.sh\nexec "$@"'), unknown=(AS_IT_IS, FIXED)),
    Case("start-fails-without-errexit", start('false\nexec "$@"')),
    Case("start-unset-with-nounset", start('set -u\necho "$TIDES_KEY"\nexec "$@"')),
    Case("start-needs-root", start('apt-get install -y graphviz\nexec "$@"')),
    Case("start-sudo-and-errexit", start('set -e\nsudo service cron start\nexec "$@"')),
    Case("start-exit-before", start('exit 0\nexec "$@"')),
    Case("start-open-if", start('if [ -f a ]; then\n    echo a\nexec "$@"')),
    Case("start-open-quote", start('export GREETING="hello\nexec "$@"')),
    Case("start-crlf", {**SIX, "start": '#!/bin/bash\r\nexec "$@"\r\n'}),
    Case("start-no-shebang", {**SIX, "start": 'export A=1\nexec "$@"\n'}),
    Case("start-python", {**SIX, "start": '#!/usr/bin/env python3\nimport os, sys\nos.execvp(sys.argv[1], sys.argv[1:])\n'}),
    Case("start-no-such-interpreter", {**SIX, "start": '#!/usr/local/bin/bash\nexec "$@"\n'}),
    Case("start-sleeps-40", start('sleep 40\nexec "$@"')),
    Case("start-sleeps-5", start('sleep 5\nexec "$@"')),
    Case("start-in-binder-without-exec", {"binder/requirements.txt": "six==1.16.0\n", "binder/start": "#!/bin/bash\necho ready\n"}),
    # postBuild
    Case("post-build-works", post_build("set -e\nmkdir -p data\necho 1 > data/a.csv")),
    Case("post-build-fails-at-the-end", post_build("echo begin\ncat /opt/tides/version"), unknown=(AS_IT_IS, FIXED)),
    Case("post-build-fails-in-the-middle", post_build("cat /opt/tides/version\necho end"), unknown=(FIXED,)),
    Case("post-build-errexit", post_build("set -e\ncat /opt/tides/version\necho end"), unknown=(AS_IT_IS, FIXED)),
    Case("post-build-no-such-command", post_build("set -e\njupyter nbextension enable --py widgetsnbextension")),
    Case("post-build-old-labextension", post_build("set -e\njupyter labextension install @jupyterlab/toc")),
    Case("post-build-needs-root", post_build("set -e\napt-get install -y graphviz")),
    Case("post-build-open-if", post_build("set -e\nif [ ! -f a ]; then\n    echo a")),
    Case("post-build-crlf", {**SIX, "postBuild": "#!/bin/bash\r\nset -e\r\necho a\r\n"}),
    Case("post-build-python-2", {**SIX, "postBuild": '#!/usr/bin/env python\nprint "hello"\n'}),
    Case("post-build-kernel-for-the-user", post_build("set -e\npython -m ipykernel install --user --name tides")),
    Case("post-build-file-in-binder", {"binder/requirements.txt": "six==1.16.0\n", "binder/postBuild": "#!/bin/bash\nset -e\npip install -r more.txt\n", "binder/more.txt": "attrs\n"}),
    # requirements.txt
    Case("requirements-invalid-line", {"requirements.txt": "six==1.16.0\nnumpy=1.26\n"}),
    Case("requirements-no-such-version", {"requirements.txt": "six==99.0\n"}, unknown=(AS_IT_IS, FIXED)),
    Case("requirements-wrong-name", {"requirements.txt": "six==1.16.0\nbinderlint-no-such-package-of-anybody\n"}, unknown=(AS_IT_IS, FIXED)),
    Case("requirements-windows", {"requirements.txt": "six==1.16.0\npywin32==306\n"}),
    Case("requirements-standard-library", {"requirements.txt": "six==1.16.0\npickle5==0.0.12\n"}),
    Case("requirements-old-numpy", {"requirements.txt": "numpy==1.16.0\n"}),
    Case("requirements-file-url", {"requirements.txt": "six @ file:///home/conda/feedstock_root/six\n"}),
    Case("requirements-private", {"requirements.txt": "six==1.16.0\ngit+ssh://git@github.com/ocean-lab/private.git\n"}, unknown=(FIXED,)),
    Case("requirements-missing-include", {"requirements.txt": "six==1.16.0\n-r more.txt\n"}),
    Case("requirements-old-server", {"requirements.txt": "jupyter_server==1.13.0\n"}),
    Case("requirements-old-traitlets", {"requirements.txt": "six==1.16.0\ntraitlets==4.3.3\n"}),
    Case("requirements-old-traitlets-notebook", {"requirements.txt": "notebook\ntraitlets==4.3.3\n"}),
    Case("requirements-old-tornado", {"requirements.txt": "tornado==6.0.4\n"}),
    Case("requirements-old-jinja2", {"requirements.txt": "flask==1.1.4\njinja2==2.11.3\n"}),
    Case("requirements-old-jupyter-core", {"requirements.txt": "jupyter-core==4.9.2\n"}),
    Case("requirements-old-nbformat", {"requirements.txt": "notebook==6.4.8\nnbformat==4.4.0\n"}),
    Case("requirements-own-package", {"requirements.txt": "-e .\n", "pyproject.toml": PACKAGE + 'version = "1.0"\n', "tides/__init__.py": ""}),
    # packages
    Case("package", {"pyproject.toml": PACKAGE + 'version = "1.0"\n', "tides/__init__.py": ""}),
    Case("package-no-version", {"pyproject.toml": PACKAGE, "tides/__init__.py": ""}),
    Case("package-conda-requirement", {"pyproject.toml": PACKAGE + 'version = "1.0"\ndependencies = ["six=1.16"]\n', "tides/__init__.py": ""}),
    Case("package-needs-newer-python", {"pyproject.toml": PACKAGE + 'version = "1.0"\nrequires-python = ">=3.14"\n', "tides/__init__.py": ""}),
    Case("setup-open-bracket", {"setup.py": 'from setuptools import setup\n\nsetup(\n    name="tides",\n'}),
    Case("setup-python-2", {"setup.py": 'from setuptools import setup\n\nprint "tides"\nsetup(name="tides", version="1.0")\n'}),
    Case("setup-imports-numpy", {"setup.py": 'import numpy\nfrom setuptools import setup\n\nsetup(name="tides", version="1.0")\n'}),
    Case("setup-reads-missing-file", {"setup.py": 'from setuptools import setup\n\nsetup(name="tides", version="1.0", long_description=open("README.rst").read())\n'}),
    # runtime.txt and environment.yml
    Case("runtime-3.12", {**SIX, "runtime.txt": "python-3.12\n"}),
    Case("runtime-patch", {**SIX, "runtime.txt": "python-3.12.1\n"}),
    Case("runtime-unknown", {**SIX, "runtime.txt": "python3.12\n"}),
    Case("runtime-capital", {**SIX, "runtime.txt": "Python-3.12\n"}),
    Case("environment", {"environment.yml": "dependencies:\n  - python=3.11\n  - pip\n  - pip:\n      - six==1.16.0\n"}),
    Case("environment-tabs", {"environment.yml": "dependencies:\n\t- python=3.11\n"}),
    Case("environment-not-a-mapping", {"environment.yml": "- python=3.11\n- six\n"}),
    Case("environment-empty-dependencies", {"environment.yml": "name: tides\ndependencies:\n"}),
    Case("environment-duplicate-key", {"environment.yml": "dependencies:\n  - python=3.11\ndependencies:\n  - six\n"}),
    # apt.txt
    Case("apt", {**SIX, "apt.txt": "tree\n"}),
    Case("apt-no-such-package", {**SIX, "apt.txt": "binderlint-no-such-package\n"}, unknown=(AS_IT_IS, FIXED)),
    Case("apt-comments", {**SIX, "apt.txt": "# trees\ntree  # lists folders\n"}),
    # others
    Case("nothing", {"a.txt": "a\n"}),
    Case("julia-broken", {"Project.toml": "[deps\n"}),
    Case("both-folders", {"binder/requirements.txt": "six\n", ".binder/requirements.txt": "six\n"}),
    Case("shadowing-module", {**SIX, "random.py": "raise SystemExit\n"}),
    Case("server-configuration-broken", {**SIX, "jupyter_server_config.py": "c.ServerApp.x = (\n"}),
    # links
    Case("link-lab", notebooks(SIX, tides="1"), "labpath=tides.ipynb", "lab/tree/tides.ipynb"),
    Case("link-lab-missing", notebooks(SIX, tides="1"), "labpath=waves.ipynb", "lab/tree/waves.ipynb"),
    Case("link-notebook", notebooks(SIX, tides="1"), "urlpath=tree/tides.ipynb", "tree/tides.ipynb"),
    Case("link-filepath", notebooks(SIX, tides="1"), "filepath=tides.ipynb", "notebooks/tides.ipynb"),
    Case("link-lab-notebooks", notebooks(SIX, tides="1"), "urlpath=lab/notebooks/tides.ipynb", "lab/notebooks/tides.ipynb"),
    Case("link-voila-without", notebooks(SIX, tides="1"), "urlpath=voila/render/tides.ipynb", "voila/render/tides.ipynb"),
    Case("link-voila", notebooks({"requirements.txt": "voila==0.5.8\n"}, tides="1"), "urlpath=voila/render/tides.ipynb", "voila/render/tides.ipynb"),
    Case("link-rstudio", SIX, "urlpath=rstudio", "rstudio"),
    Case("link-proxy-without", SIX, "urlpath=proxy/8050/", "proxy/8050/"),
    Case("link-proxy", {"requirements.txt": "jupyter-server-proxy==4.4.0\n", "start": '#!/bin/bash\npython3 -m http.server 8050 &\nexec "$@"\n'}, "urlpath=proxy/8050/", "proxy/8050/"),
    Case("link-nbgitpuller-without", SIX, "urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Focean-lab%252Ftides", "git-pull?repo=https%3A%2F%2Fgithub.com%2Focean-lab%2Ftides"),
    Case("link-nbgitpuller", {"requirements.txt": "nbgitpuller==1.2.1\n"}, "urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fgithub.com%252Focean-lab%252Ftides", "git-pull?repo=https%3A%2F%2Fgithub.com%2Focean-lab%2Ftides"),
    Case("link-desktop-without", SIX, "urlpath=desktop", "desktop"),
    # notebooks
    Case(
        "notebooks",
        {
            **notebooks(
                {"requirements.txt": "pandas==2.2.3\n", "runtime.txt": "python-3.11\n", "data/a.csv": "a,b\n1,2\n", "waves.py": "import seaborn\n"},
                works='import pandas as pd\npd.read_csv("data/a.csv")',
                missing="import seaborn",
                local="import waves",
                caught="try:\n    import seaborn\nexcept ImportError:\n    seaborn = None",
                file='import pandas as pd\npd.read_csv("data/b.csv")',
                excel='import pandas as pd\npd.DataFrame({"a": [1]}).to_excel("a.xlsx")\npd.read_excel("a.xlsx")',
                python2='print "hello"',
                removed='import pandas as pd\npd.DataFrame({"a": [1]}).append({"a": 2}, ignore_index=True)',
                installs="%pip install -q attrs==24.2.0\nimport attrs",
                absolute='open("/home/ada/tides/a.csv")',
                dropped="import imp",
            ),
            "kernel.ipynb": notebook("1", kernel="tides"),
            "r.ipynb": notebook("1", kernel="ir", language="R"),
        },
        notebooks=("works", "missing", "local", "caught", "file", "excel", "python2", "removed", "installs", "absolute", "dropped", "r"),
    ),
    Case("notebooks-python-3.12", notebooks({**SIX, "runtime.txt": "python-3.12\n"}, dropped="import imp", distutils="import distutils.util"), notebooks=("dropped", "distutils")),
    # Dockerfile
    Case("docker", {"Dockerfile": DOCKER}),
    Case("docker-root", {"Dockerfile": DOCKER + "USER root\n"}),
    Case("docker-entrypoint-swallows", {"Dockerfile": DOCKER + 'ENTRYPOINT ["bash", "-c", "echo ready"]\n'}),
    Case("docker-entrypoint", {"Dockerfile": DOCKER + 'ENTRYPOINT ["/home/jovyan/run.sh"]\n', "run.sh": '#!/bin/bash\nexec "$@"\n'}),
    Case("docker-cmd", {"Dockerfile": DOCKER + 'CMD ["bash", "-c", "echo ready"]\n'}),
    Case("docker-unknown-instruction", {"Dockerfile": DOCKER + "pip install six\n"}),
    Case("docker-env-without-value", {"Dockerfile": DOCKER + "ENV TIDES\n"}),
    Case("docker-comment-behind-env", {"Dockerfile": DOCKER + "ENV TIDES=1 # of two\n"}),
    Case("docker-open-if", {"Dockerfile": DOCKER + "RUN if [ -f a ]; then echo a\n"}),
    Case("docker-copy-missing", {"Dockerfile": DOCKER + "COPY data.csv /home/jovyan/\n"}),
    Case("docker-copy-above", {"Dockerfile": DOCKER + "COPY ../data.csv /home/jovyan/\n"}),
)  # fmt: skip
