"""Moves: which statements of `start` go to postBuild together, and what both files are afterwards."""

from __future__ import annotations

import pytest

from binderlint.changes.to_post_build import to_post_build
from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.snapshot import Snapshot


def moved(text: str, name: str = "wget", **files: str) -> dict[str, str] | None:
    """The files after the first command of this name has moved; None where it cannot."""
    start = "#!/bin/bash\n" + text + 'exec "$@"\n'
    repo = Snapshot.from_dict({"requirements.txt": "numpy\n", "start": start, **files})
    script = start_script(repo)
    assert script is not None
    edits = to_post_build(repo, script, next(one for one in script.commands if one.name == name))
    if edits is None:
        return None
    after = repo.apply(edits)
    return {path: source.text for path, source in after.sources.items() if path != "requirements.txt"}


URL = "wget https://x.org/a.zip\n"


@pytest.mark.parametrize(
    ("text", "taken", "left"),
    [
        ("wget x\n", "wget x\n", ""),
        (f"# get x\n# now\n{URL}", f"# get x\n# now\n{URL}", ""),
        (f"# one\n\n# two\n{URL}", f"# two\n{URL}", "# one\n\n"),
        (f"echo # one\n# two\n{URL}", f"# two\n{URL}", "echo # one\n"),
        (f"echo\n\n{URL}\necho\n", URL, "echo\n\necho\n"),
        (f"echo\n{URL}\necho\n", URL, "echo\n\necho\n"),
        ("wget x \\\n  y # z\n", "wget x \\\n  y # z\n", ""),
        (f"mkdir -p data\ncd data\n{URL}unzip a.zip\nrm a.zip\ncd ..\necho\n", ..., "echo\n"),
        (f"mkdir data\n\n{URL}\nrm a.zip\n", URL, "mkdir data\n\nrm a.zip\n"),
        (f"echo\nmkdir a; {URL}", f"mkdir a; {URL}", "echo\n"),
        (f"{URL}cd a\npip install .\ncd ~\n", ..., ""),
        (f"pushd data\n{URL}popd\n", ..., ""),
        (f"rm a.zip\n{URL}mkdir b\n", URL, "rm a.zip\nmkdir b\n"),
        (f"mkdir b && echo\n{URL}rm b || echo\n", URL, "mkdir b && echo\nrm b || echo\n"),
        (f"mkdir b &\n{URL}rm a.zip &\n", URL, "mkdir b &\nrm a.zip &\n"),
        ("URL=x\nwget $URL ${HOME}/x $REPO_DIR\n", ..., ""),
        ("A=1\nB=$A\nwget $B\n", ..., ""),
        ("A=1 B=2\nwget $A\n", ..., ""),
        (f"A=1\n{URL}B=1\n", URL, "A=1\nB=1\n"),
        (URL * 100, URL * 100, ""),
        ("mkdir a\n" * 98 + URL * 2, ..., ""),
    ],
)
def test_what_goes_together(text: str, taken: str | None, left: str) -> None:
    taken = text.removesuffix(left) if taken is ... else taken
    assert moved(text) == {
        "postBuild": f"#!/bin/bash\nset -euo pipefail\n\n{taken}",
        "start": f'#!/bin/bash\n{left}exec "$@"\n',
    }


@pytest.mark.parametrize(
    "text",
    [
        "URL=x\nwget $URL\necho $URL\n",  # a variable that start needs as well
        "A=1 B=2\nwget $A\necho $B\n",
        "wget $OTHER\n",
        "A=1\necho\nwget $A\n",
        "export A=1\nwget $A\n",
        "A=$(date)\nwget $A\n",
        "wget $1\n",
        "wget ${@}\n",
        "wget x &\n",
        "wget x; ",
        "echo; wget x\n",
        "if true; then\n  wget x\nfi\n",
        "f() { wget x; }\nf\n",
        "bash -c 'wget x'\n",
        "cd sub\necho\nwget x\n",  # in another folder
        f"cd data\n{URL}",
        f"pushd data\n{URL}",
        f"pushd data\n{URL}popd +0\n",
        "cd data && wget x\n",
        "exec ls\nwget x\n",
        '"$@" &\nwget x\nwait\n',
        URL * 101,
        "mkdir a\n" * 99 + URL * 2,
    ],
)
def test_what_stays(text: str) -> None:
    assert moved(text) is None


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("#!/bin/bash\npip list\n", f"#!/bin/bash\npip list\n# x\n{URL}"),
        ("#!/bin/bash\npip list", f"#!/bin/bash\npip list\n# x\n{URL}"),
        ("#!/bin/bash\r\npip list\r\n", f"#!/bin/bash\npip list\n# x\n{URL}".replace("\n", "\r\n")),
        ("#!/bin/bash\ncd sub\n", f'#!/bin/bash\ncd sub\ncd "$HOME"\n# x\n{URL}'),
        ("#!/bin/bash\ncd sub\ncd ..\n", f"#!/bin/bash\ncd sub\ncd ..\n# x\n{URL}"),
        (f"#!/bin/bash\nls\n{URL}", f"#!/bin/bash\nls\n{URL}"),
        (f"#!/bin/bash\n# {URL}", f"#!/bin/bash\n# {URL}# x\n{URL}"),
        (f"#!/bin/bash\nif a; then\n{URL}fi\n", f"#!/bin/bash\nif a; then\n{URL}fi\n# x\n{URL}"),
        ("", f"# x\n{URL}"),
        ("#!/bin/bash\ncd /tmp\n", None),
        ("#!/bin/bash\nexit 0\n", None),
        ("#!/bin/bash\nexec ls\n", None),
        ('#!/bin/bash\necho "\n', None),
        ("#!/usr/bin/env python\n", None),
    ],
)
def test_the_post_build_that_is_there(before: str, after: str | None) -> None:
    found = moved(f"# x\n{URL}", postBuild=before)
    assert found == (None if after is None else {"postBuild": after, "start": '#!/bin/bash\nexec "$@"\n'})


def test_the_last_statement() -> None:
    repo = Snapshot.from_dict({"requirements.txt": "numpy\n", "start": f"#!/bin/bash\nls\n{URL}"})
    script = start_script(repo)
    assert script is not None
    edits = to_post_build(repo, script, script.commands[-1])
    assert edits is not None and repo.apply(edits).sources["start"].text == "#!/bin/bash\nls\n"


@pytest.mark.parametrize("name", ["postbuild", "postBuild.sh", "postBuild/a"])
def test_a_file_that_has_nearly_its_name(name: str) -> None:
    assert moved(URL, **{name: "x"}) is None
