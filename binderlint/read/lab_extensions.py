"""Lab extensions: npm packages of JupyterLab before 4, and the Python package that brings the same today."""

from __future__ import annotations

from binderlint.read.digits import is_number, number

BUILT_IN = "*"
"""The function is part of JupyterLab itself, or ipywidgets, which every build has."""

# The projects' own installation pages; JupyterLab's changelog for what moved into it (toc, debugger, celltags, hub-extension: 3.0).
PREBUILT = {
    "@jupyter-widgets/jupyterlab-manager": BUILT_IN,
    "@jupyterlab/hub-extension": BUILT_IN,
    "@jupyterlab/toc": BUILT_IN,
    "@jupyterlab/toc-extension": BUILT_IN,
    "@jupyterlab/debugger": BUILT_IN,
    "@jupyterlab/celltags": BUILT_IN,
    "@jupyterlab/shortcutui": BUILT_IN,
    "@jupyterlab/json-extension": BUILT_IN,
    "@jupyterlab/vega4-extension": BUILT_IN,
    "@jupyterlab/vega5-extension": BUILT_IN,
    "@jupyterlab/mathjax3-extension": BUILT_IN,
    "@jupyterlab/latex": "jupyterlab-latex",
    "@jupyterlab/git": "jupyterlab-git",
    "@jupyterlab/github": "jupyterlab-github",
    "@jupyterlab/geojson-extension": "jupyterlab-geojson",
    "@jupyterlab/fasta-extension": "jupyterlab-fasta",
    "@jupyterlab/katex-extension": "jupyterlab-katex",
    "@jupyterlab/server-proxy": "jupyter-server-proxy",
    "jupyterlab-server-proxy": "jupyter-server-proxy",
    "@jupyterlab/plotly-extension": "plotly",
    "jupyterlab-plotly": "plotly",
    "plotlywidget": "plotly",
    "jupyterlab_bokeh": "jupyter-bokeh",
    "@bokeh/jupyter_bokeh": "jupyter-bokeh",
    "@pyviz/jupyterlab_pyviz": "pyviz-comms",
    "dask-labextension": "dask-labextension",
    "jupyter-leaflet": "ipyleaflet",
    "jupyter-matplotlib": "ipympl",
    "jupyter-threejs": "pythreejs",
    "jupyter-vuetify": "ipyvuetify",
    "jupyter-vue": "ipyvue",
    "jupyter-cytoscape": "ipycytoscape",
    "jupyter-webrtc": "ipywebrtc",
    "jupyterlab-datawidgets": "ipydatawidgets",
    "ipyvolume": "ipyvolume",
    "bqplot": "bqplot",
    "ipycanvas": "ipycanvas",
    "ipytree": "ipytree",
    "k3d": "k3d",
    "nglview-js-widgets": "nglview",
    "itkwidgets": "itkwidgets",
    "nbdime-jupyterlab": "nbdime",
    "jupyterlab-jupytext": "jupytext",
    "@voila-dashboards/jupyterlab-preview": "voila",
    "@krassowski/jupyterlab-lsp": "jupyterlab-lsp",
    "@lckr/jupyterlab_variableinspector": "lckr-jupyterlab-variableinspector",
    "@ryantam626/jupyterlab_code_formatter": "jupyterlab-code-formatter",
    "@krassowski/jupyterlab_go_to_definition": "jupyterlab-lsp",
    "@aquirdturtle/collapsible_headings": BUILT_IN,
    "jupyterlab-drawio": "jupyterlab-drawio",
    "jupyterlab-execute-time": "jupyterlab-execute-time",
    "jupyterlab-topbar-extension": "jupyterlab-topbar",
    "jupyterlab-system-monitor": "jupyter-resource-usage",
    "jupyterlab_tensorboard": "jupyterlab-tensorboard-pro",
    "@finos/perspective-jupyterlab": "perspective-python",
    "@jupyterlab/dataregistry-extension": "",
    "qgrid2": "",
    "qgrid": "",
}


# Packages without a release for JupyterLab 4, or that are no extension any more.
_ENDED = frozenset(
    {"@jupyterlab/hub-extension", "@jupyterlab/toc", "@jupyterlab/toc-extension", "@jupyterlab/celltags"}
    | {"@jupyterlab/shortcutui", "@jupyterlab/vega4-extension", "@jupyterlab/plotly-extension", "@jupyterlab/debugger"}
    | {"jupyterlab_bokeh", "plotlywidget", "qgrid", "qgrid2"}
)
# The first major release for JupyterLab 4.
_FIRST = {"@jupyter-widgets/jupyterlab-manager": 5, "dask-labextension": 7, "@pyviz/jupyterlab_pyviz": 3}


def outdated(package: str) -> bool:
    """Whether an npm package, with its version if one is written, cannot be built into JupyterLab 4 for certain."""
    name, _, version = package[1:].partition("@")
    name = package[:1] + name
    major = version.lstrip("^~=v").partition(".")[0]
    return name in _ENDED or (name in _FIRST and is_number(major) and number(major) < _FIRST[name])


def prebuilt(package: str) -> str | None:
    """The Python package that replaces an npm package (`BUILT_IN`, or empty where there is none), None when it is not known."""
    name = package[:1] + package[1:].partition("@")[0]
    return PREBUILT.get(name)
