"""The reader's verdict on start scripts, held against what bash really does with them and a command like BinderHub's."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from binderlint.facts.scripts.start_and_post_build import start_script
from binderlint.lint.diagnostic import Applicability
from binderlint.lint.fixer import fix
from binderlint.read.script import Kind, Script
from binderlint.rules import rules_of
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from tests.systems import linux

pytestmark = linux

# As BinderHub's: a program of several lines with blanks, quotes and stars as one argument, then options.
COMMAND = [
    "python3",
    "-c",
    "import os\nfor name in ('a b', \"c\"):\n    print(name)  # *\n",
    "--ip=0.0.0.0",
    "--ServerApp.token=a b",
    "--ServerApp.base_url=/user/x/",
]

# The container's `python3`: writes down its process and arguments, and lives for a moment.
RECORDER = """#!{python} -IS
import json, os, sys, time
with open(os.environ["RECORD"], "a") as file:
    file.write(json.dumps([os.getpid(), ["python3", *sys.argv[1:]]]) + "\\n")
time.sleep(0.15)
with open(os.environ["RECORD"], "a") as file:
    file.write('"done"\\n')
"""
# Stand-ins for programs that are not on every machine; they do what theirs do with the command.
PROGRAMS = {
    "tini": '#!/bin/sh\n[ "$1" = -g ] && shift\n[ "$1" = -- ] && shift\n"$@"\n',
    "dumb-init": '#!/bin/sh\n"$@"\n',
    "xvfb-run": '#!/bin/sh\n[ "$1" = -a ] && shift\nDISPLAY=:99 "$@"\n',
    "jupyter": "#!/bin/sh\nexit 0\n",
    "conda": '#!/bin/sh\nshift 3\n"$@"\n',
}


class Row(NamedTuple):
    """A start script (its first line is `#!/bin/bash` unless it has its own), the verdict, and the environments it is run in: the worst result counts."""

    script: str
    kind: Kind
    runs: tuple[Mapping[str, str], ...] = ({},)
    files: Mapping[str, str] = {}
    hangs: bool = False


E, P, S, N, B = Kind.EXEC, Kind.PLAIN, Kind.SPLIT, Kind.NEVER, Kind.BACKGROUND
X = ({}, {"X": "1"})

TABLE = (
    # handed over as it should be
    Row('exec "$@"', E),
    Row('exec "$@"  # the last line\n\n\n', E),
    Row('export A="1 2"\nset -eu\nexec "${@}"', E),
    Row('exec -- "$@"', E),
    Row('exec -a server "$@"', E),
    Row('A=1 exec "$@"', E),
    Row('exec env -u B A=1 "$@"', E),
    Row('exec nice -n 5 env "$@"', E),
    Row('exec nohup "$@" > log.txt', E),
    Row('exec stdbuf -oL "$@"', E),
    Row('exec "$@" --ServerApp.default_url=/lab', E),
    Row('exec "$@" > >(cat > log.txt) 2>&1', E),
    Row('exec > log.txt 2>&1\nexec "$@"', E),
    Row('exec "${@:-bash}"', E),
    Row('while true; do [ -d /tmp ] && break; sleep 1; done\nexec "$@"', E),
    Row('while true; do exec "$@"; done', E),
    Row('if [ -t 0 ]; then exec bash; fi\nexec "$@"', E),
    Row('if [[ $1 == -* ]]; then set -- jupyter "$@"; fi\nexec "$@"', E),
    Row('if [[ $# -gt 0 && $1 != -* ]]; then exec "$@"; fi\nexec jupyter lab', E),
    Row('exec > log.txt "$@"', E),
    Row('exec env A=1 2>&1 > log.txt "$1" "${@:2}"', E),
    Row('2>&1 exec "$@"', E),
    Row('{ exec "$@"; } > log.txt', E),
    Row('exec ${1+"$@"}', E),
    Row('exec "$1" "${@:2}"', E),
    Row('exec $1 "${@:2}"', E),
    Row('program=$1\nshift\nexec "$program" "$@"', E),
    Row('args=("$@")\nexec "${args[@]}"', E),
    Row('set -- "$@" --debug\nexec "$@"', E),
    Row('set -- env A=1 "$@"\nexec "$@"', E),
    Row('main() {\n  export A=1\n  exec "$@"\n}\nmain "$@"', E),
    Row('function go { local a=1; exec "$@"; }\ngo "$@"', E),
    Row('run() { exec "$@"; }\nif [ -n "$X" ]; then run env A=1 "$@"; fi\nrun "$@"', E, X),
    Row('if [ -n "$X" ]; then\n  exec "$@"\nelse\n  export A=1\n  exec "$@"\nfi', E, X),
    Row('if [ $# -eq 0 ]; then exec jupyter lab; fi\nexec "$@"', E),
    Row('if [[ $# -gt 0 ]]; then exec "$@"; else exec jupyter lab; fi', E),
    Row('if [ -z "$1" ]; then exec jupyter lab; else exec "$@"; fi', E),
    Row('(( $# == 0 )) && exit 0\nexec "$@"', E),
    Row('[ "$#" -gt 0 ] || set -- jupyter lab\nexec "$@"', E),
    Row('case "$X" in\n  1) export A=1; exec "$@" ;;\n  *) exec "$@" ;;\nesac', E, X),
    Row('case "$1" in\n  jupyter*) exec "$@" --no-browser ;;\n  *) exec "$@" ;;\nesac', E),
    Row('cd .. && exec "$@"', E),
    Row('mkdir -p a/b\ncd a/b || exit 1\nexec "$@"', E),
    Row('for name in a b; do\n  export $name=1\ndone\nexec "$@"', E),
    Row('n=0\nwhile [ $n -lt 3 ]; do n=$((n + 1)); done\nexec "$@"', E),
    Row('until true; do sleep 1; done\nexec "$@"', E),
    Row('sleep 1 &\nexec "$@"', E),
    Row('cat > note.txt <<EOF\nexec jupyter "$@"\nEOF\nexec "$@"', E),
    Row("cat <<'EOF' | tail -n 1\nexit\nEOF\nexec \"$@\"", E),
    Row('echo "running $*" >&2\nexec "$@"', E),
    Row('exec bash -c \'export A=1; exec "$@"\' start "$@"', E),
    Row('exec sh -c \'exec "$0" "$@"\' "$@"', E),
    Row("eval 'exec \"$@\"'", E),
    Row('. ./helper.sh\nexec "$@"', E, files={"helper.sh": "export A=1\n"}),
    Row(". ./helper.sh", E, files={"helper.sh": 'export A=1\nexec "$@"\n'}),
    Row('exec ./run.sh "$@"', E, files={"run.sh": '#!/bin/bash\nexec "$@"\n'}),
    Row('exec bash run.sh "$@"', E, files={"run.sh": 'exec "$@"\n'}),
    Row('#!/bin/sh\nexec "$@"', E),
    Row('#!/usr/bin/env bash\nset -euo pipefail\ntrap "echo bye" EXIT\nexec "$@"', E),
    Row('command exec "$@"', E),
    Row('case ${1:-} in\n  jupyter) $@ --no-browser ;;\n  *) exec "$@" ;;\nesac', E),
    Row('if [ "$1" = python3 ]; then exec "$@"; fi', E),
    Row('case "$1" in python*) exec "$@" ;; esac', E),
    Row('case "$1" in "python"*) exec "$@" ;; esac', E),
    Row("case a in '*') exit ;; 'b'|'a'?) exit ;; \\a) exec \"$@\" ;; esac", E),
    Row('[ "$1" = jupyter ] && exec $@\nexec "$@"', E),
    Row('return 2> /dev/null\nexec "$@"', E),
    Row('f() { [ -n "$X" ] && return; export A=1; }\nf\nexec "$@"', E, X),
    Row('f() { return; exec jupyter lab; }\nf\nexec "$@"', E),
    Row('f() { if [ -n "$X" ]; then return; fi; exec "$@"; }\nf "$@"\nexec "$@"', E, X),
    Row('while true; do break; done\nexec "$@"', E),
    Row('until false; do break; done\nexec "$@"', E),
    Row('for x in a b; do continue; exec jupyter lab; done\nexec "$@"', E),
    Row('for x in a b; do exec "$@"; done', E),
    Row('break\nexec "$@"', E),
    Row('for a in 1; do for b in 1; do break 1; done; exec "$@"; done', E),
    Row('for a in 1; do for b in 1; do break 2; done; exec "$@"; done', N),
    Row('cat > note.txt <<EOF && exec "$@"\na\nEOF', E),
    Row('cat <<EOF && true && exec "$@"\na\nEOF', E),
    Row('cat <<EOF | cat && exec "$@"\na\nEOF', E),
    Row('true && cat <<EOF | cat && exec "$@"\na\nEOF', E),
    Row('false <<EOF || exec "$@"\na\nEOF', E),
    Row('true && bash <<EOF\nexit\nEOF\nexec "$@"', E),
    Row('A=\nif A=x; [ "$A" ]; then exec "$@"; fi', E),
    Row('set a\nif shift; [ $# -eq 0 ]; then exit; fi\nexec "$@"', N),
    Row('eval \'set -- env "$@"\'\nexec "$@"', E),
    Row('. ./run.sh\nexec "$@"', E, files={"run.sh": 'set -- env "$@"\n'}),
    Row('. ./run.sh x y\nexec "$@"', E, files={"run.sh": "shift\n"}),
    Row('source\nexec "$@"', E),
    Row('shift 0\nexec "$@"', E),
    Row('f() { shift; exec "$@"; }\nf env "$@"', E),
    Row('f() { shift 2; exec "$@"; }\nf a b "$@"', E),
    Row('set -e -- "$@"\nexec "$@"', E),
    Row('. ./run.sh env A=1 "$@"', E, files={"run.sh": 'exec "$@"\n'}),
    Row('. ./run.sh a b\nexec "$@"', E, files={"run.sh": "shift\nexport A=$1\n"}),
    Row('. ./run.sh\nexec "$@"', E, files={"run.sh": "return 0\nexec jupyter lab\n"}),
    Row("eval exec '\"$@\"'", E),
    Row('eval\nexec "$@"', E),
    Row('exec bash -ec \'exec "$@"\' start "$@"', E),
    Row('exec bash -o pipefail -c \'exec "$@"\' start "$@"', E),
    Row('exec bash --norc --rcfile a.sh +x run.sh "$@"', E, files={"run.sh": 'exec "$@"\n'}),
    Row('exec bash -- run.sh a "$@"', E, files={"run.sh": 'shift\nexec "$@"\n'}),
    Row('exec bash -O extglob -c \'exec "$@"\' start "$@"', E),
    Row("bash -c 'exit 1'\nexec \"$@\"", E),
    Row('bash <<< "exit 1"\nexec "$@"', E),
    Row('exec -l "$@"', E),
    Row('exec {fd}> log.txt\nexec "$@"', E),
    Row('echo() { exec "$@"; }\necho "$@"', E),
    Row('if false; then exec jupyter lab; elif true; then exec "$@"; else exec jupyter lab; fi', E),
    Row('if ! true; then exec jupyter lab; fi\nexec "$@"', E),
    Row('if false; then :; else exec "$@"; fi', E),
    Row('if [ -n "$X" ]; then true; elif [ -d / ]; then exec "$@"; fi\nexec "$@"', E, X),
    Row('case a in b) exec jupyter lab ;; a) exec "$@" ;; *) exec jupyter lab ;; esac', E),
    Row('case a in a) ;; *) exec jupyter lab ;; esac\nexec "$@"', E),
    Row('case "$#" in 0) exec jupyter lab ;; *) exec "$@" ;; esac', E),
    Row('for x in "$@"; do echo "$x"; done\nexec "$@"', E),
    Row('while [ $# -eq 0 ]; do sleep 1; done\nexec "$@"', E),
    Row('while [ $# -gt 0 ]; do case "$1" in --x) shift ;; *) break ;; esac; done\nexec "$@"', E),
    Row('n=0\nwhile [ "$n" = 0 ]; do n=1; done\nexec "$@"', E),
    Row('exec "$@" || exit 1', E),
    Row('false && exec jupyter lab\nexec "$@"', E),
    Row('true || exec jupyter lab\nexec "$@"', E),
    Row('false || exec "$@"', E),
    Row('true && false || exec "$@"', E),
    Row('true || false && exec "$@"', E),
    Row('(exit)\nexec "$@"', E),
    Row('echo $(exit) `exit`\nexec "$@"', E),
    Row('A=$(exec true) exec "$@"', E),
    Row('A=\nexec $A "$@"', E),
    Row('A="nice -n 5"\nexec $A "$@"', E),
    Row('exec nice -n 5 -- "$@"', E),
    Row('trap "exit" TERM\nexec "$@"', E),
    Row('exit() { true; }\nexit\nexec "$@"', E),
    Row('main() {\n  start "$@"\n}\nstart() { exec "$@"; }\nmain "$@"', E),
    Row('if [ -n "$X" ]; then f() { exec "$@"; }; else f() { exec env "$@"; }; fi\nf "$@"', E, X),
    Row('unset X\nexec "$@" ${X:+--debug}', E),
    Row('for ((i = 0; i < 2; i++)); do echo $i; done\nexec "$@"', E),
    Row('select x in a; do break; done\nexec "$@"', E),
    Row('A=1 B=2\n{ exec "$@"; }', E),
    Row('case a in a) ;& b) exec "$@" ;; *) exec jupyter lab ;; esac', E),
    Row('case a in a) ;;& b) exec jupyter lab ;;& a*) exec "$@" ;; esac', E),
    Row('case a in b) ;& a) ;; *) exec jupyter lab ;; esac\nexec "$@"', E),
    Row('case "$X" in 1) export A=1 ;& *) exec "$@" ;; esac', E, X),
    Row('case "$X" in 1) export A=1 ;;& *) exec "$@" ;; esac', E, X),
    Row('coproc sleep 1\nexec "$@"', E),
    Row('hash python3 2> /dev/null || exit 1\nexec "$@"', E),
    Row('until [ -d / ]; do sleep 1; done\nexec "$@"', E),
    # as a child
    Row('"$@"', P),
    Row('"$@"\necho done', P),
    Row('A=1 "$@" || exit 1', P),
    Row('if "$@"; then echo fine; fi', P),
    Row('time "$@"', P),
    Row('command "$@"', P),
    Row('(cd .. && exec "$@")\ntrue', P),
    Row('"$@" 2>&1 | tee log.txt', P),
    Row('exec "$@" 2>&1 | tee log.txt', P),
    Row('xvfb-run exec "$@" 2>&1 | tee log.txt', P),
    Row('exec xvfb-run -a "$@"', P),
    Row('exec tini -g -- "$@"', P),
    Row('"$@" &\nwait', P),
    Row('"$@" &\npid=$!\ntrap "kill $pid" TERM\nwait $pid', P),
    Row('bash -c \'exec "$@"\' start "$@"\ntrue', P),
    Row('./run.sh "$@"\ntrue', P, files={"run.sh": '#!/bin/bash\nexec "$@"\n'}),
    Row('if [ -n "$X" ]; then "$@"; else exec "$@"; fi\ntrue', P, X),
    Row('while :; do if "$@"; then break; fi; sleep 1; done', P),
    Row('f() ( exec "$@" )\nf "$@"\ntrue', P),
    Row('until "$@"; do sleep 1; done', P),
    Row('"$@" & wait $!', P),
    Row('sleep 1 & "$@"', P),
    Row('true | exec "$@"', P),
    Row('echo | "$@" | cat', P),
    Row('! "$@"', P),
    Row('"$@"; exit $?', P),
    Row('"$@" || true; echo done', P),
    Row('( "$@" ) | cat', P),
    Row('eval \'set -- env "$@"\'\n"$@"', P),
    Row('A=1 B=2  # of mine\n! "$@"', P),
    Row('x=$("$@")', P),
    Row('cat <<EOF | "$@" && true\na\nEOF', P),
    Row('cat <<EOF && "$@" | cat\na\nEOF', P),
    Row('x="$(exec "$@")"\nexec "$@"', P),
    Row('for x in $("$@"); do :; done', P),
    Row('case $("$@") in a) ;; esac', P),
    Row('x=$(./run.sh "$@")', P, files={"run.sh": '#!/bin/bash\nexec "$@"\n'}),
    Row('case "$X" in 1) "$@" ;& *) exec "$@" ;; esac', P, X),
    # split, joined, cut
    Row("exec $@", S),
    Row("exec $*", S),
    Row('exec "$*"', S),
    Row("exec ${@}", S),
    Row("exec ${@:-bash}", S),
    Row('exec "${*:-bash}"', S),
    Row("$@", S),
    Row('exec "$1"', S),
    Row('exec "${@:1:2}"', S),
    Row('command="$@"\nexec $command', S),
    Row('args=($@)\nexec "${args[@]}"', S),
    Row('args=("$@")\nexec ${args[@]}', S),
    Row('bash -c "$*"', S),
    Row('exec bash -c "exec $*"', S),
    Row('exec bash -c "$@"', S),
    Row('eval "$@"', S),
    Row('eval exec "$@"', S),
    Row('shift\nexec "$@"', S),
    Row('eval shift\nexec "$@"', S),
    Row('. ./run.sh\nexec "$@"', S, files={"run.sh": "shift\n"}),
    Row('main() { exec $@; }\nmain "$@"', S),
    Row('main() { exec "$@"; }\nmain $@', S),
    Row('if [ -n "$X" ]; then exec $@; else exec "$@"; fi', S, X),
    Row("exec env A=1 $@", S),
    Row('bash -c \'exec "$@"\' "$@"', S),
    Row('while [ $# -gt 0 ]; do shift; done\nexec "$@"', S),
    # not at all
    Row("export A=1", N),
    Row("", N),
    Row('exit 0\nexec "$@"', N),
    Row("exec jupyter lab --ip=0.0.0.0", N),
    Row('exec jupyter lab "$@"', N),
    Row('jupyter lab "$@"', N),
    Row('echo "$@"', N),
    Row('exec command "$@"', N),
    Row("exec", N),
    Row("exec > log.txt", N),
    Row('exec bash\nexec "$@"', N),
    Row('exec bash "$@"', N),
    Row('echo > log.txt "$@"', N),
    Row('main() { exec "$@"; }', N),
    Row('main() { if [ $# -eq 0 ]; then exec jupyter lab; fi; }\nmain\nexec "$@"', N),
    Row('main() { [ "$#" -gt 0 ] && exec "$@"; }\nmain', N),
    Row('main() { exec "$@"; }\nmain', N),
    Row('if [ -n "$X" ]; then exec "$@"; fi', N, X),
    Row('[ -n "$X" ] && exec "$@"', N, X),
    Row('if [ -n "$X" ]; then exit; fi\nexec "$@"', N, X),
    Row('if [ "$1" = jupyter ]; then exec "$@"; fi', N),
    Row('case "$1" in jupyter) exec "$@" ;; esac', N),
    Row('if [ "$1" != python3 ]; then exec "$@"; fi', N),
    Row("exec /usr/bin/true", N),
    Row('set --\nexec "$@"', N),
    Row('cat <<EOF\nexec "$@"\nEOF', N),
    Row('# exec "$@"', N),
    Row('echo exec "$@"', N),
    Row('while true; do sleep 1; done\nexec "$@"', N, hangs=True),
    Row(". ./helper.sh", N, files={"helper.sh": "export A=1\n"}),
    Row("./run.sh", N, files={"run.sh": '#!/bin/bash\nexec "$@"\n'}),
    Row('while true; do [ -n "$X" ] && break; exec "$@"; done', N, X),
    Row("exec sh -c 'exec \"$@\"'", N),
    Row("exec sh -c 'exec jupyter lab' start \"$@\"", N),
    Row('exec echo "$@"', N),
    Row('if exit; then :; fi\nexec "$@"', N),
    Row('if true; then :; else exec "$@"; fi', N),
    Row('if false; then exec "$@"; fi', N),
    Row('case "$X" in 1) exit 0 ;; esac\nexec "$@"', N, X),
    Row('case 1 in $X) exit 0 ;; esac\nexec "$@"', N, X),
    Row('case a in "$X"*) exit 0 ;; esac\nexec "$@"', N),
    Row("case a in '*') exec \"$@\" ;; esac", N),
    Row('case a in \\*) exec "$@" ;; "?") exec "$@" ;; esac', N),
    Row('false <<EOF && exec "$@"\na\nEOF', N),
    Row('cat <<EOF | true || exec "$@"\na\nEOF', N),
    Row('cat <<EOF && exit && exec "$@"\na\nEOF', N),
    Row('case a in a) exit ;& b) exec "$@" ;; esac', N),
    Row('case a in a) ;; b) exec "$@" ;& *) exec "$@" ;; esac', N),
    Row('case "$X" in 1) exec jupyter lab ;;& *) exec "$@" ;; esac', N, X),
    Row('case "$X" in 1) ;;& 1) exec "$@" ;; esac', N, X),
    Row('case a in a) A=1 ;;& b) exec "$@" ;; esac', N),
    Row('x=$(getopt a "$@")', N),
    Row('for x in $X; do exec "$@"; done', N, X),
    Row('while [ 1 ]; do sleep 1; done\nexec "$@"', N, hangs=True),
    Row('until [ 1 = 2 ]; do sleep 1; done\nexec "$@"', N, hangs=True),
    Row('exec builtin "$@"', N),
    Row('"$@" &', B),
    Row('"$@" > log.txt 2>&1 &\necho started', B),
    Row('nohup "$@" &\nexit 0', B),
    Row('(exec "$@") &', B),
    Row('{ "$@"; } &', B),
)


def fixed(row: Row) -> Row:
    """The row with the script that the fixes leave, and the verdict on that."""
    files = {"requirements.txt": "numpy\n", **row.files, "start": text(row)}
    rules = rules_of("STA")
    repo = fix(Snapshot.from_dict(files), applicability=Applicability.UNSAFE, rules=rules).repo
    assert start_script(repo) and start_script(repo).shell
    return row._replace(script=repo.sources["start"].text, kind=start_script(repo).shell.arrival)


def text(row: Row) -> str:
    return row.script if row.script.startswith("#!") else f"#!/bin/bash\n{row.script}\n"


FIXED = tuple(new for row in TABLE if row.kind is not E and (new := fixed(row)).script != text(row))
ROWS = [pytest.param(row, id=row.script.replace("\n", "; ")[:60]) for row in TABLE]
_ORDER = (N, B, S, P, E)


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("bin")
    for name, content in {**PROGRAMS, "python3": RECORDER.replace("{python}", sys.executable)}.items():
        (folder / name).write_text(content)
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def results(programs: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Kind]:
    """What really happens to the command, for every row and for what the fixes make of it."""
    return run_all((*TABLE, *FIXED), programs, tmp_path_factory)


def run_all(rows: tuple[Row, ...], programs: Path, factory: pytest.TempPathFactory) -> dict[str, Kind]:
    # All files are there before anything runs: one being written cannot be run
    homes = [[home(row, factory.mktemp("run")) for _ in row.runs] for row in rows]
    with ThreadPoolExecutor(8) as pool:
        found = pool.map(lambda one: real(*one, programs), zip(rows, homes, strict=True))
        return dict(zip(map(key, rows), found, strict=True))


def key(row: Row) -> str:
    return repr((row.script, row.files, row.runs))


def home(row: Row, folder: Path) -> Path:
    place = folder / "home"
    place.mkdir()
    for name, content in {**row.files, "start": text(row)}.items():
        (place / name).write_text(content)
        (place / name).chmod(0o755)
    return place


def real(row: Row, homes: list[Path], programs: Path) -> Kind:
    limit = 1.0 if row.hangs else 20.0
    kinds = [run(place, programs, environment, limit) for place, environment in zip(homes, row.runs, strict=True)]
    return min(kinds, key=_ORDER.index)


def run(place: Path, programs: Path, environment: Mapping[str, str], limit: float) -> Kind:
    record = place.parent / "record.jsonl"
    known = {"PATH": f"{programs}:/usr/bin:/bin", "HOME": str(place), "RECORD": str(record), **environment}
    process = subprocess.Popen(
        [place / "start", *COMMAND],
        cwd=place,
        env=known,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        pass
    lines = [json.loads(line) for line in record.read_text().splitlines()] if record.exists() else []
    for _ in range(400):  # what was put into the background may not have begun yet
        if lines or process.returncode is None:
            break
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            break
        time.sleep(0.05)
        text = record.read_text() if record.exists() else ""
        lines = [json.loads(text.partition("\n")[0])] if "\n" in text else []
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    process.wait()
    if not lines:
        return N
    number, arguments = lines[0]
    if arguments[: len(COMMAND)] != COMMAND:
        return S
    if lines[-1] != "done":
        return B
    return E if number == process.pid else P


@pytest.mark.parametrize("row", ROWS)
def test_verdict_is_what_bash_does(row: Row, results: dict[str, Kind]) -> None:
    source = Source("start", text(row).encode())
    files = {name: Source(name, content.encode()) for name, content in row.files.items()}
    shell = Script(source, files.get).shell
    assert shell is not None
    assert shell.arrival is row.kind
    happened = results[key(row)]
    if row.kind is S:  # split into something that runs, or into something that is not even found
        assert happened in (S, N)
    else:
        assert happened is row.kind


@pytest.mark.parametrize("row", [pytest.param(row, id=row.script[12:70].replace("\n", "; ")) for row in FIXED])
def test_fixed_start_hands_over(row: Row, results: dict[str, Kind]) -> None:
    """After the fixes the command arrives whole, and bash agrees."""
    assert row.kind in (E, P)
    assert results[key(row)] is row.kind


def test_table_is_large_enough() -> None:
    assert len({(row.script, *row.files.items()) for row in TABLE}) == len(TABLE) >= 60
