"""Hold plans against recorded answers of the real repo2docker: `python tests/corpus_plan.py FOLDER RECORDS.jsonl`.

FOLDER holds one repository in each subfolder; RECORDS.jsonl one object a line: `name` (the subfolder), `buildpack`, `all_matching`,
`binder_dir`, `python_version`, `r_version`, `separate_kernel_env`, `uses_r`, `should_preassemble_env`, `should_preassemble_pip`, `start`,
`postBuild`, `default_fallback` and `error` (`stage`, `type`, `message`).
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from binderlint.repo2docker.build import build_plan

sys.path.insert(0, str(Path(__file__).parents[1]))

from binderlint.snapshot import Snapshot
from tests.agreement import differences

_RENAMED = {
    "should_preassemble_env": "_should_preassemble_env",
    "should_preassemble_pip": "_should_preassemble_pip",
    "start": "get_start_script",
}


def main(folder: Path, records: Path) -> int:
    """Print each disagreement and the totals; 1 when there is any."""
    rows = [json.loads(line) for line in records.read_text("utf-8").splitlines() if line.strip()]
    missing = [row["name"] for row in rows if not (folder / row["name"]).is_dir()]
    wrong = 0
    for row in rows:
        if row["name"] in missing:
            continue
        found = list(differences(build_plan(Snapshot.from_folder(folder / row["name"])), as_said(row)))
        wrong += bool(found)
        for difference in found:
            print(f"{row['name']}: {difference}")
    print(f"{len(rows) - len(missing) - wrong} of {len(rows)} agree, {wrong} disagree, {len(missing)} are not there")
    return int(wrong > 0)


def as_said(row: dict[str, Any]) -> dict[str, Any]:
    """A record in the form of the oracle's answer."""
    said = {_RENAMED.get(key, key): value for key, value in row.items() if value is not None or key == "error"}
    said.setdefault("buildpack", None)
    if row["buildpack"] and row["buildpack"] != "DockerBuildPack":
        said["get_start_script"] = row.get("start")
        said["get_post_build_scripts"] = [row["postBuild"]] if row.get("postBuild") else []
    return said


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
