"""PIP: packages that clash with what Binder's images and machines are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from binderlint.diagnostic import Applicability, Diagnostic, Edit, Fix, Level, Severity
from binderlint.digits import release
from binderlint.edits import insert_lines, prepend, replace
from binderlint.files.requirements import Requirement, canonical
from binderlint.rule import Bad, Good, Rule
from binderlint.source import Text

if TYPE_CHECKING:
    from binderlint.files.installs import PipFile
    from binderlint.files.matchspec import MatchSpec
    from binderlint.repository import Repository

# The lowest versions that work with the server of repo2docker's images: what jupyter_server 2.17, jupyterlab 4.4 and notebook 7.4
# (environment.py-3.*.lock) ask for; of jupyterlab, notebook and jupyterhub the major version that is there.
_LOWEST = {
    "ipykernel": (6, 5),
    "jinja2": (3, 0, 3),
    "jupyter-client": (7, 4, 4),
    "jupyter-core": (4, 12),
    "jupyter-server": (2, 4),
    "jupyterhub": (4,),
    "jupyterhub-singleuser": (4,),
    "jupyterlab": (4,),
    "jupyterlab-server": (2, 27, 1),
    "nbconvert": (6, 4, 4),
    "nbformat": (5, 3),
    "notebook": (7,),
    "pyzmq": (24,),
    "tornado": (6, 2),
    "traitlets": (5, 6),
}


class _Pin(NamedTuple):
    """A version limit: the package as written, its text, and the part that holds the version."""

    name: Text
    text: Text
    version: Text


class JupyterStackPin(Rule):
    """A part of the Jupyter server is pinned to a version older than Binder's.

    repo2docker's images have a working server: JupyterLab 4, Notebook 7, jupyter_server 2 and what these need. A pin such as `notebook==6.4` or `tornado==5.1`, often left over from `pip freeze`, replaces parts of
    it. pip does not object, but the server may not start ("Launch attempt failed"), or starts without extensions. conda replaces the whole server to match, which is slow and installs an old one.
    Without the pins, Binder's own versions stay.

    For conda's pins this is an info. It is an error if pip replaces jupyter_server with version 1 under JupyterLab 4, which cannot start then. Lower bounds (`>=`), pins that match the image, and
    Python 3.7 and older, which have a server of their own time, are not reported.

    ## Fix safety

    For pip, the fix removes the versions. An environment that conda solved is consistent, and freeing parts of it may break that. The server becomes Binder's; extensions for the older one may not
    work with it.
    """

    code = "PIP010"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = (
        "jupyterhub/mybinder.org-user-guide#161",
        "scikit-hep/pyhf#389",
        "pyiron/pyiron_base#1427",
        "jupyterhub/repo2docker#1231",
    )
    examples = (
        Bad(
            {"requirements.txt": "numpy==1.26.4\r\nnotebook==6.4.8  # ours\r\ntornado<6 ; python_version > '3'\r\n"},
            at="requirements.txt:2:1",
            fixed={"requirements.txt": "numpy==1.26.4\r\nnotebook  # ours\r\ntornado ; python_version > '3'\r\n"},
         why="An old notebook and an old tornado"),
        Bad(
            {"requirements.txt": "jupyter_server==1.4.1\n"},
            at="requirements.txt:1:1",
            severity=Severity.ERROR,
            fixed={"requirements.txt": "jupyter_server\n"},
         why="jupyter_server 1, which cannot start"),
        Bad(
            {"environment.yml": "dependencies: [python=3.10, jupyterlab=3, 'notebook<7']\n"},
            at="environment.yml:1:29",
            severity=Severity.INFO,
         why="conda's pins"),
        Bad({"requirements.txt": "notebook<7.0\n"}, at="requirements.txt:1:1", fixed={"requirements.txt": "notebook\n"}, why="An upper bound"),
        Good({"requirements.txt": "notebook>=6\njupyterlab==4.1.0\ntornado==6.4.1\nnotebook<8\ntraitlets\n"}, why="Versions that match the image"),
        Good({"environment.yml": "dependencies: [python=3.7, jupyterlab=2]\n"}, why="Python 3.7, which has a server of its time"),
        Good({"requirements.txt": "notebook==6.4.8 ; python_version < '3.8'\n"}, why="A line for another Python"),
        Good({"Dockerfile": "FROM x:1\n", "requirements.txt": "notebook==5.0\n"}, why="With a Dockerfile, Binder does not read requirements.txt"),
        Good({"requirements.txt": "-c c.txt\nnumpy\n", "c.txt": "notebook==6.4\n"}, why="A constraint for a package that is not listed"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        python = repo.plan.python.version if repo.plan.python else "3.10"
        if not re.match(r"3\.(?:[89]|\d\d)$", python) or repo.plan.separate_kernel:
            return
        conda = [pin for spec in repo.conda_specs if (pin := _conda_pin(spec))]
        old_lab = any(canonical(pin.name) == "jupyterlab" for pin in conda)
        pips = [
            [pin for one in file.requirements if one.applies(python) and (pin := _pip_pin(one))]
            for file in repo.pip_files
            if not file.constraint
        ]
        old_lab = old_lab or any(canonical(pin.name) == "jupyterlab" for pins in pips for pin in pins)
        for pins in [conda, *pips]:
            if not pins:
                continue
            names = ", ".join(f"`{pin.text.partition(';')[0].strip()}`" for pin in pins[:4])
            more = f" and {len(pins) - 4} more" if len(pins) > 4 else ""
            broken = pins is not conda and not old_lab and any(canonical(pin.name) == "jupyter-server" for pin in pins)
            if pins is conda:
                result, severity = "; conda changes the whole server to fit, and visitors get an old one", Severity.INFO
            elif broken:
                result, severity = ", which cannot start with it", Severity.ERROR
            else:
                result, severity = ", which may not start with it, or loses extensions", Severity.WARNING
            yield self.at(
                pins[0].text,
                f"{names}{more}: older than the Jupyter server in Binder's images{result}",
                help="Take the version off: Binder brings one that works",
                fix=None
                if pins is conda
                else Fix("Take the versions off", tuple(_freed(pin) for pin in pins), Applicability.UNSAFE),
                severity=severity,
                level=Level.LAUNCH if broken else Level.REPRODUCE,
            )


def _pip_pin(one: Requirement) -> _Pin | None:
    lowest = _LOWEST.get(one.key)
    if not lowest or one.url or not _below(one.specifier, lowest):
        return None
    return _Pin(one.name, one.text, one.specifier)


def _conda_pin(spec: MatchSpec) -> _Pin | None:
    lowest = _LOWEST.get(canonical(spec.name))
    if not lowest or spec.version is None or spec.whole or not _below(spec.version, lowest):
        return None
    return _Pin(spec.name, spec.text, spec.version)


def _below(version: str, lowest: tuple[int, ...]) -> bool:
    """Whether a constraint allows only versions below the lowest that works."""
    for operator, number in re.findall(r"(===|==|=|!=|~=|>=|<=|>|<|^)\s*v?(\d+(?:\.\d+)*)", version):
        parts = release(re.sub(r"(?:\.0)+$", "", number))
        if operator in ("<", "<="):
            if parts < lowest or (operator == "<" and parts == lowest[: len(parts)] and not any(lowest[len(parts) :])):
                return True
        elif operator in ("==", "===", "=", "~=", "") and parts[: len(lowest)] < lowest[: len(parts)]:
            return True
    return False


def _freed(pin: _Pin) -> Edit:
    start = pin.name.place.span.end - pin.text.place.span.start
    end = pin.version.place.span.end - pin.text.place.span.start
    return replace(pin.text.part(start, end), "")


_CPU_INDEX = "https://download.pytorch.org/whl/cpu"
_TORCH = {"torch", "torchvision", "torchaudio"}
# Packages for NVIDIA hardware -> what does the same on a processor, where there is something.
_GPU = {
    "cudatoolkit": "",
    "cuda-toolkit": "",
    "cudnn": "",
    "pytorch-cuda": "",
    "pytorch-gpu": "pytorch-cpu",
    "tensorflow-gpu": "tensorflow-cpu",
    "jaxlib-cuda": "",
    "onnxruntime-gpu": "onnxruntime",
    "faiss-gpu": "faiss-cpu",
    "nvidia-cudnn-cu11": "",
    "nvidia-cudnn-cu12": "",
    "nvidia-cublas-cu12": "",
    "cudf": "",
    "cuml": "",
    "rapids": "",
}


class GpuDependency(Rule):
    """The build installs a package for GPUs, which Binder does not have.

    The machines of mybinder.org have no GPU. `cupy`, `tensorflow-gpu`, `jax[cuda12]` and similar packages cost gigabytes, and minutes at every launch, and do nothing there. `torch` from the usual index
    includes several gigabytes of CUDA libraries; PyTorch's own index has builds for CPUs that are a tenth of the size.

    Not reported are `torch` with an index, a link or a version (`+cpu`) for CPUs, conda's `pytorch` (conda finds no GPU during the build and installs the small variant), and other hubs than
    mybinder.org.

    ## Fix safety

    The fix adds PyTorch's index for CPUs. If it has no build of the listed version, pip installs the large one as before.
    """

    code = "PIP011"
    severity = Severity.WARNING
    level = Level.REPRODUCE
    sources = ("stschubert/VPR_Tutorial#5", "rs-station/reciprocalspaceship#123", "rs-station/reciprocalspaceship#125")
    examples = (
        Bad(
            {"requirements.txt": "# ours\nnumpy==1.26.4\ntorch==2.10.0  # models\ntorchvision\n"},
            at="requirements.txt:3:1",
            fixed={"requirements.txt": "# ours\nnumpy==1.26.4\n--extra-index-url https://download.pytorch.org/whl/cpu\ntorch==2.10.0  # models\ntorchvision\n"},
         why="torch in requirements.txt"),
        Bad(
            {"environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n    - torch\r\n"},
            at="environment.yml:4:7",
            fixed={"environment.yml": "dependencies:\n  - python=3.12\n  - pip:\n    - --extra-index-url https://download.pytorch.org/whl/cpu\n    - torch\r\n"},
         why="torch in the list for pip"),
        Bad({"environment.yml": "dependencies:\n- python=3.10\n- pytorch\n- cudatoolkit=11.3\n- pip:\n  - jax[cuda12]\n  - cupy-cuda12x\n"}, at=("environment.yml:4:3", "environment.yml:6:5", "environment.yml:7:5"), why="Packages for CUDA in environment.yml"),
        Good({"requirements.txt": "--index-url https://download.pytorch.org/whl/cpu\ntorch\n"}, why="PyTorch's index for CPUs"),
        Good({"requirements.txt": "torch==2.1.0+cpu\njax[cpu]\ntensorflow\n"}, why="Versions and extras for CPUs"),
        Good({"environment.yml": "dependencies: [python=3.12, pytorch, torchvision]\n"}, why="conda's pytorch"),
        Good({"requirements.txt": "torch ; sys_platform == 'darwin'\n"}, why="A line that is not for Linux"),
        Good({"requirements.txt": "cupy-cuda12x\n"}, hub="hub.example.org", why="Another hub, which may have GPUs"),
    )  # fmt: skip

    def check(self, repo: Repository) -> Iterator[Diagnostic]:
        if repo.hub != "mybinder.org":
            return
        python = repo.plan.python.version if repo.plan.python else "3.10"
        for spec in repo.conda_specs:
            if spec.key in _GPU or spec.key == "cupy" or spec.key.startswith(("cuda-", "nvidia-")):
                yield self._useless(spec.text, spec.name)
        for file in repo.pip_files:
            if file.constraint:
                continue
            wanted = [one for one in file.requirements if one.applies(python) and not one.url]
            for one in wanted:
                if (
                    one.key in _GPU
                    or one.key.startswith(("cupy", "nvidia-cu"))
                    or any(extra.startswith(("cuda", "gpu", "and-cuda")) for extra in one.extras)
                ):
                    yield self._useless(one.text, one.name)
            torch = [one for one in wanted if one.key in _TORCH and "+cpu" not in one.specifier]
            if torch and not _from_elsewhere(repo):
                yield self.at(
                    torch[0].text,
                    f"pip's `{torch[0].name}` brings gigabytes of libraries for GPUs, which mybinder.org does not have: the image gets large and launches slowly",
                    help="Install the build for processors from PyTorch's own index",
                    fix=Fix("Use the builds for processors", (_add_index(file, torch[0]),), Applicability.UNSAFE),
                )

    def _useless(self, where: Text, name: str) -> Diagnostic:
        other = _GPU.get(canonical(name))
        return self.at(
            where,
            f"`{name}` is for NVIDIA GPUs, which mybinder.org does not have: it makes the image large and does nothing",
            help=f"Use `{other}`" if other else "Leave it out, or install the variant for processors",
        )


def _from_elsewhere(repo: Repository) -> bool:
    """Whether pip looks for packages in other places than the usual index too."""
    return any(
        option.name in ("--index-url", "--extra-index-url", "--find-links", "--no-index")
        for file in repo.pip_files
        for option in file.options
    )


def _add_index(file: PipFile, one: Requirement) -> Edit:
    line = f"--extra-index-url {_CPU_INDEX}"
    if file.array is not None:
        return prepend(file.array, line)
    return insert_lines(file.source, one.line.place.line, line)
