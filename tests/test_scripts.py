"""Scripts: the shell reader, its places, and what becomes of the container's command, held against real runs under bash."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from binderlint.lint.linter import check
from binderlint.read.script import Command, Script, parse_shell
from binderlint.read.shell.machine import own_shell
from binderlint.read.shell.syntax import windows
from binderlint.snapshot import Snapshot
from binderlint.source import Source
from tests.systems import linux


def script(text: str, path: str = "start", **files: str) -> Script:
    return Script(
        Source(path, text.encode()), lambda name: Source(name, files[name].encode()) if name in files else None
    )


def commands(text: str) -> list[Command]:
    return list(script("#!/bin/bash\n" + text).commands)


def test_places_are_code_points() -> None:
    found = commands("echo 'größer 😀' # naïve\nwget  https://x.org/ü.csv\n")
    assert [str(one.place) for one in found] == ["start:2:1", "start:3:1"]
    assert str(found[1].args[0].place) == "start:3:7"
    assert found[1].args[0].place.text == "https://x.org/ü.csv"


def test_places_in_a_text_that_runs_as_code() -> None:
    """Exact where the text is written as it is, else that of the text, or of its first word."""
    found = commands("""\
bash -c 'pip install x'
eval "pip install 'y'"
eval pip install z
sh -c "pip \\"install\\" a"
bash <<< 'cd b; pip install b'
bash <<EOF
pip install c
EOF
bash -c pip
""")
    assert not any(one.context.whole for one in found if one.context.nested)
    assert [(str(one.place), one.place.text, one.context.nested) for one in found if one.name == "pip"] == [
        ("start:2:10", "pip install x", ("bash -c",)),
        ("start:3:7", "pip install 'y'", ("eval",)),
        ("start:4:6", "pip", ("eval",)),
        ("start:5:7", '"pip \\"install\\" a"', ("sh -c",)),
        ("start:6:17", "pip install b", ("bash <<",)),
        ("start:8:1", "pip install c", ("bash <<",)),
        ("start:10:9", "pip", ("bash -c",)),
    ]


def test_windows_line_ends() -> None:
    found = script("#!/bin/bash\r\nset -e\r\nwget -q \\\r\n  x\r\ny\r\n").commands
    assert [(one.name, one.values) for one in found] == [("set", ("-e",)), ("wget", ("-q", "x")), ("y", ())]
    assert found[1].place.text == "wget -q \\\r\n  x"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("DATA=https://x.org/d.zip; wget $DATA", ("https://x.org/d.zip",)),
        ('V=1.2; wget "https://x.org/$V/d-${V}.zip"', ("https://x.org/1.2/d-1.2.zip",)),
        ("wget https://x.org/$(date).zip", ("https://x.org/\0.zip",)),
        ("A='1 2'; wget $A \"$A\"", ("1", "2", "1 2")),
        ("wget ${URL:-https://x.org/a}", ("https://x.org/a",)),
        ("if x; then A=1; else A=2; fi; wget $A", ("\0",)),
        ("wget ~/x $HOME/y", ("/home/jovyan/x", "/home/jovyan/y")),
        ("A=(x 'y z'); wget \"${A[@]}\"", ("x", "y z")),
        ("wget a\\ b 'c'd\"e f\"", ("a b", "cde f")),
        ("IFS=,; A=1,2; wget $A", ("\0",)),
    ],
)
def test_values(text: str, values: tuple[str, ...]) -> None:
    assert commands(text)[-1].values == values


@linux
@pytest.mark.parametrize(
    "text",
    [
        "printf -v A %s 2",
        "printf -vA 2",
        "let A=2 B=3",
        "(( A = 2 ))",
        "(( A += 1 ))",
        "(( 1, A++ ))",
        "(( --A ))",
        "for (( A = 0; A < 2; A++ )); do :; done",
        "readarray -t A <<< 2",
        "mapfile A <<< 2",
        "read -r B A <<< '1 2'",
        "getopts ab A",
        "declare -i A=2+2",
        "declare -u A=x",
    ],
)
def test_what_gives_a_variable_a_value(text: str) -> None:
    """Which one is not known."""
    code = f"A=1\n{text}\nwget $A\n"
    assert commands(code)[-1].values == ("\0",)
    done = subprocess.run(["bash", "-c", code.replace("wget", "echo")], capture_output=True, check=False)
    assert done.stdout != b"1\n"


@pytest.mark.parametrize(
    "text", ["(( A == 1 ))", "(( A <= 1 ))", "(( A != 2 ))", "printf A=2", "printf", "let", "export A"]
)
def test_what_gives_none(text: str) -> None:
    assert commands(f"A=1\n{text}\nwget $A\n")[-1].values == ("1",)


def test_read_gives_reply() -> None:
    assert commands("REPLY=1; read; wget $REPLY")[-1].values == ("\0",)


@pytest.mark.parametrize(
    "text",
    [
        "sudo -E env A=1 nohup pip install x",
        "bash -c 'pip install x'",
        'bash -lc "pip install x"',
        "python3 -m pip install x",
        "conda run -n notebook --no-capture-output pip install x",
        "time nice -n 5 pip install x",
        "cat list | xargs -n 1 pip install x",
        "timeout -k 5 60 pip install x",
        "eval pip install x",
        "bash <<'EOF'\npip install x\nEOF",
        "exec pip install x",
    ],
)
def test_wrappers_are_looked_through(text: str) -> None:
    found = [one for one in commands(text) if one.name == "pip"]
    assert [one.values for one in found] == [("install", "x")]


@pytest.mark.parametrize("text", ["nohup A=1 pip install x", "nice -n 5 A=1 pip", "python3 -c m pip"])
def test_what_is_no_command_behind_a_wrapper(text: str) -> None:
    """Only env and sudo take variables."""
    assert not any(one.name == "pip" for one in commands(text))


def test_context() -> None:
    found = {
        one.name: one
        for one in commands("""\
set -e
never() { a; }
used() { b; }
used
c || true
if d; then e; fi
f | g
(h)
i &
j=$(k)
cd sub && l
exit
m
""")
    }
    assert not found["a"].context.called and found["b"].runs and found["b"].context.function == "used"
    assert found["c"].ignored and not found["c"].errexit and found["b"].errexit
    assert found["d"].ignored and found["e"].context.conditional
    assert found["f"].context.piped and not found["g"].context.piped
    assert found["f"].context.subshell and found["g"].context.subshell
    assert not found["k"].context.whole
    assert found["h"].context.subshell and found["i"].context.background and found["k"].context.substitution
    assert found["l"].cwd == "sub"
    assert not found["m"].runs


def test_which_arguments_a_command_has() -> None:
    (found,) = commands("x --name=1 -qy --all 2 -z=3")
    assert found.operands == ("2",)
    assert all(map(found.has, ("--name", "--name=1", "-q", "-y", "-qy", "--all", "-z")))
    assert not any(map(found.has, ("--n", "-n", "-a", "--qy", "-x", "2=")))
    assert found.has("--none", "--all") and not found.has()


def test_other_languages() -> None:
    assert script("#!/usr/bin/env python3\nimport os\n").language == "python"
    assert script("#!/usr/bin/env -S Rscript --vanilla\n").language == "r"
    assert script("#!/srv/conda/envs/notebook/bin/julia\n").language == "julia"
    assert script("#!/usr/bin/env python3\n").shell is None
    assert script("echo").language == "shell"


def test_any_piece_of_text() -> None:
    source = Source("Dockerfile", b"FROM x\nRUN apt-get update && \\\n    pip install 'a b'\n")
    text = source.slice(source.text.index("apt-get"), len(source.text))
    found = parse_shell(text).commands
    assert [(str(one.place), one.name, one.values) for one in found] == [
        ("Dockerfile:2:5", "apt-get", ("update",)),
        ("Dockerfile:3:5", "pip", ("install", "a b")),
    ]


def test_other_scripts_are_followed() -> None:
    found = script(
        '#!/bin/bash\nsource binder/env.sh\nbinder/run.sh "$@"\n',
        **{
            "binder/env.sh": "export A=x\nwget $A\n",
            "binder/run.sh": '#!/bin/bash\nexec "$@"\n',
        },
    )
    shell = found.shell
    assert shell is not None
    assert [(str(one.place), one.values) for one in shell.commands if one.name == "wget"] == [
        ("binder/env.sh:2:1", ("x",))
    ]
    assert shell.arrival.name == "PLAIN"
    assert [one.name for one in found.running] == ["source", "run.sh"]


@pytest.mark.parametrize(
    "condition",
    ['[ -n "${JUPYTER_IMAGE_SPEC:-}" ]', '[[ "${MODE:-dev}" == prod ]]', 'MODE=${MODE:-}; test -n "$MODE"'],
)
def test_a_default_decides_no_condition(condition: str) -> None:
    """The hub may have set the variable."""
    head, _, last = condition.rpartition("; ")
    code = f'{head}\nif {last}; then\n  sed -i s/a/b/ file\nfi\nexec "$@"\n'
    assert any(
        command.name == "sed" and command.runs
        for command in parse_shell(Source("start", code.encode()).slice(0, len(code))).commands
    )


@pytest.mark.parametrize(
    ("attributes", "found"),
    [("* -text\n", True), ("* text=auto\n", False), ("start text eol=lf\n", False), ("start text eol=crlf\n", True)],
)
def test_windows_line_ends_are_those_of_the_clone(tmp_path: Path, attributes: str, found: bool) -> None:
    """What git stores counts, and what it gives Binder: not the line ends of a work tree on Windows."""
    files = {".gitattributes": attributes, "requirements.txt": "numpy\n", "start": '#!/bin/bash\r\nexec "$@"\r\n'}
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())
    for arguments in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *arguments], cwd=tmp_path, check=True, capture_output=True)
    report = check(Snapshot.from_folder(tmp_path))
    assert ("SCR001" in {one.code for one in report.diagnostics}) is found


def test_scripts_that_call_each_other_end() -> None:
    files = {"a.sh": '#!/bin/bash\n./b.sh "$@"\n', "b.sh": '#!/bin/bash\n./a.sh "$@"\nloop() { loop; }\nloop\n'}
    shell = script('#!/bin/bash\n. ./a.sh\nf() { g; }\ng() { f; }\nf\nexec "$@"\n', **files).shell
    assert shell is not None and shell.commands


def test_nothing_is_judged_that_is_not_understood() -> None:
    shell = script('#!/bin/bash\nif true; then\n  echo "\nexec "$@"\n').shell
    assert shell is not None and shell.broken and shell.arrival.name == "UNKNOWN"


def test_calls_that_multiply_are_given_up() -> None:
    body = "".join(f"f{number}() {{ {f'f{number + 1}; ' * 9} }}\n" for number in range(11))
    shell = script(f'#!/bin/bash\n{body}f11() {{ echo; }}\nf0\nexec "$@"\n').shell
    assert shell is not None and shell.arrival.name == "EXEC"


@pytest.mark.parametrize(("calls", "arrival"), [(1999, "EXEC"), (2000, "UNKNOWN")])
def test_calls_are_followed_up_to_a_number(calls: int, arrival: str) -> None:
    shell = script('#!/bin/bash\nf() { :; }\ng() { exec "$@"; }\n' + "f\n" * calls + 'g "$@"\n').shell
    assert shell is not None and shell.arrival.name == arrival


def test_a_program_is_no_file_of_the_folder() -> None:
    """It is looked for in PATH, unless a `/` is in it."""
    for word, name in {"./run.sh": "EXEC", "run.sh": "UNKNOWN"}.items():
        shell = script(f'#!/bin/bash\nexec {word} "$@"\n', **{"run.sh": '#!/bin/bash\nexec "$@"\n'}).shell
        assert shell is not None and shell.arrival.name == name


@pytest.mark.parametrize(
    "text",
    ["if a; then exit; x; fi", "case $a in b) exit; x;; esac", "for a in 1 2; do break; x; done", "{ exit; x; }"],
)
def test_what_follows_an_exit_in_a_block_never_runs(text: str) -> None:
    assert [one.runs for one in commands(text) if one.name == "x"] == [False]


def test_deep_nesting_is_given_up() -> None:
    shell = script("#!/bin/bash\n" + "{ " * 3000 + "ls; " + "}; " * 3000 + "\n").shell
    assert shell is not None and shell.broken and shell.arrival.name == "UNKNOWN"


@pytest.mark.parametrize(
    ("text", "arrival"),
    [
        ('nohup\nexec "$@"', "EXEC"),
        ('exec "$@" | tee log 2>&1', "PLAIN"),
        ('if test a = a; then exec "$@"; fi', "EXEC"),
        ('if test a = b; then exec "$@"; fi', "NEVER"),
        ('if [ a != b ]; then exec "$@"; fi', "EXEC"),
        ('if [ -d x ]; then "$@" & else exec $@; fi', "BACKGROUND"),
        ("if [ -d x ]; then :; else exec $@; fi", "NEVER"),
        ('f() { "$@"; }\nf "$@"', "PLAIN"),
        ('"$@" |\n# a note\ncat', "PLAIN"),
        ('args=()\nwhile [ $# -gt 0 ]; do args+=("$1"); shift; done\nexec "${args[@]}"', "UNKNOWN"),
        ('shift $X\nexec "$@"', "UNKNOWN"),
        ('. ./missing.sh\nexec "$@"', "EXEC"),
        (". ./missing.sh", "UNKNOWN"),
        (". /srv/conda/etc/profile.d/conda.sh", "NEVER"),
        ('exec ./missing.sh "$@"', "UNKNOWN"),
        ('bash missing.sh "$@"', "UNKNOWN"),
        ('exec $X "$@"', "UNKNOWN"),
        ("exec $X", "UNKNOWN"),
        ("exec ls", "NEVER"),
        ('(./missing.sh "$@")', "UNKNOWN"),
        ('./missing.sh "$@" | cat', "UNKNOWN"),
        ('bash -c \'./missing.sh "$@"\' start "$@"', "UNKNOWN"),
        ('case $X in a) exec "$@" ;; esac', "NEVER"),
        ('if [ -d x ]; then set -- "$@" --x; fi\n"$@"', "UNKNOWN"),
        ('if [ -d x ]; then set -- "$@" --x; fi\nenv "$@"', "UNKNOWN"),
        ('if [ -d x ]; then set -- "$@" --x; fi\n"$1" "${@:2}"', "UNKNOWN"),
        ('if [ -d x ]; then set -- "$@" --x; fi\neval "$@"', "UNKNOWN"),
        ('if [ -d x ]; then set -- "$@" --x; fi\nbash -c "$*"', "UNKNOWN"),
        ('if [ -d x ]; then set -- "$@" --x; fi\n"$@" &\nwait', "UNKNOWN"),
        ('if [ -d x ]; then set -- "$@" --x; fi\necho "$@"', "NEVER"),
        ('if [ -d x ]; then shift; fi\nshift\n"$@"', "UNKNOWN"),
        ('eval "$X"', "NEVER"),
        ('./missing.sh "$@" &\nwait', "UNKNOWN"),
        ('case $X in a) exec "$@" ;; *) exec "$@" ;; esac', "EXEC"),
    ],
)
def test_where_the_command_arrives(text: str, arrival: str) -> None:
    shell = script(f"#!/bin/bash\n{text}\n").shell
    assert shell is not None
    assert shell.arrival.name == arrival


def test_what_is_known_of_a_command() -> None:
    shell = script("#!/bin/bash\ntrue && mongod\nfalse && wget a\nredis-server\nx=b; x[0]=c; cat $x $'d e'\n").shell
    assert shell is not None
    mongod, wget, redis, cat = (
        next(one for one in shell.commands if one.name == name) for name in ("mongod", "wget", "redis-server", "cat")
    )
    assert mongod.alone is None
    assert redis.alone is not None
    assert not wget.context.reachable
    assert mongod.context.reachable
    assert cat.values[-1] == "d e"
    assert cat.values[1] != "b"


@pytest.mark.parametrize(
    ("language", "runner", "expected"),
    [("shell", "", True), ("", "bash", True), ("", "source", True), ("", "python", False), ("python", "bash", False)],
)
def test_own_shell(language: str, runner: str, expected: bool) -> None:
    assert own_shell(language, runner) == expected


def test_a_pipeline_without_end_is_not_read() -> None:
    for text in ("a|" * 1500 + "b", ")" * 20_000):
        shell = script(f"#!/bin/bash\n{text}\n").shell
        assert shell is not None and shell.broken and shell.root.end_byte < 10
    shell = script("#!/bin/bash\n" + "echo a\n" * 3000).shell
    assert shell is not None and not shell.broken


CONDITIONS = {
    True: (
        "true",
        ":",
        "! false",
        "A=1 test a = a",
        "test a = a",
        "[ a == a ]",
        "[[ abc == a* ]]",
        "[ a != b ]",
        "test -z ''",
        'test -n "$1"',
        '[ "$1" ]',
        "[ a ]",
        "test a",
        "[ 1 ]",
        "(( 1 ))",
        "(( ! 0 ))",
        "(( ($# > 2) && 1 ))",
        "[ ! a = b ]",
        "[[ $1 == python* ]]",
        "[[ $1 = pyth?n3 ]]",
        "[[ $1 != -* ]]",
        "[[ $# -gt 0 && $1 != -* ]]",
        "[ ! -t 1 ]",
        "test ! a = b",
        "test a = a -a ! b = c",
        "[[ ! a = b && c = c ]]",
        "[[ a = b && a = b || a = a ]]",
        "[[ -n $1 && a = a ]]",
        "set --; [ $# ]",
        '[ "a$X" ]',
        "[[ -n $1 ]]",
        "[[ ! -z $1 ]]",
        "[[ ( a = a ) ]]",
        "[[ a = a && -z '' ]]",
        "[[ a = b || -z '' ]]",
        "[ a = a -a b = b ]",
        "[ a = b -o b = b ]",
        "true && [ a = a ]",
        "! false && [ a = a ]",
        "(( $# > 1 )) && ! test a = b",
        "true && (true) || [ a = a ]",
        "false || true",
        'test "$1" = python3',
        '[ "x$1" != x ]',
        '[ "$1" != jupyter ]',
        'X=a; [ "$X" = a ]',
        "test -f x || true",
        "[ $# -ne 0 ]",
        '[ "$#" -gt 0 ]',
        "[ ${#} -gt 2 ]",
        "[[ ${#@} -ge 3 ]]",
        "[[ ${#*} != 1 ]]",
        "(( $# ))",
        "(( $# > 1 ))",
        "(( $# >= 2 ))",
        "[[ $# ]]",
        "shift; [ $# -gt 1 ]",
        "set --; [ $# -eq 0 ]",
        "set --; [ $# -lt 1 ]",
        "set --; [ $# -le 0 ]",
        "set --; (( $# < 1 ))",
        "set -- ''; [ $# = 1 ]",
        "set -- a b; test $# -eq 2",
        'set -- a "$@"; [ $# -gt 3 ]',
        'set -- "$1"; [ $# -gt 0 ]',
        "set -- a $X; [ $# -ge 1 ]",
        "set -- $2; [ $# -gt 0 ]",
        "set -- $1$3; [ $# -gt 0 ]",
        'X="$*"; set -- $X; [ $# -gt 2 ]',
        'set -- "$3"; [ $# -gt 0 ]',
        '[ "$3" ]',
        '[ -n "${*:3}" ]',
    ),
    False: (
        "false",
        "! true",
        "test a = b",
        "[ a != a ]",
        "[ a == b ]",
        "test -n ''",
        'test -z "$1"',
        "[[ -z $* ]]",
        "[ '' ]",
        "(( 0 ))",
        "[[ $1 == -* ]]",
        "[[ $1 != *y* ]]",
        "[ -t 1 ]",
        "test -t 1",
        "(( ! $# ))",
        "set --; (( $# ))",
        "[[ ! ( a = a ) ]]",
        "[ a = a -a a = b -o '' ]",
        "[[ ! -n $1 ]]",
        "[[ a = a && a = b ]]",
        "[[ -f x && a = b ]]",
        "[ a = b -o a = c ]",
        "true && false",
        "test -f x && false",
        '[ "$1" = jupyter ]',
        '[ "$1" = "" ]',
        '[ "" = "$1" ]',
        '[ "x$1" = x ]',
        "[ $# -eq 0 ]",
        "test $# -lt 1",
        "[ $# -lt 3 ]",
        "[[ $# -le 2 ]]",
        '[ "$#" = 0 ]',
        "(( $# == 1 ))",
        "(( $# <= 1 ))",
        "(( $# < 2 ))",
        "set --; [ $# -ne 0 ]",
        "set --; [ $# -gt 0 ]",
        "set --; [ $# -ge 1 ]",
        "set -- a b; [ $# != 2 ]",
    ),
    None: (
        "test -f x",
        "! test -f x",
        '[ "$X" ]',
        '[ -n "$X" ]',
        'test -z "$X"',
        'test "$X" = a',
        'test "$X" != a',
        "[ a = a -a -f x ]",
        "[[ -f x || a = b ]]",
        "test -f x || false",
        "test -f x && true",
        "[[ ! -f x ]]",
        '[[ $1 == "python*" ]]',
        "[[ $1 == [a-z]* ]]",
        "[[ $1 == \\* ]]",
        "[[ $1 == @(a|b)* ]]",
        "[[ $X == a* ]]",
        '[ "$1" = python* ]',
        "[[ $X == $1 ]]",
        "[ 1 -lt 2 ]",
        "[[ -o errexit ]]",
        '[ -n "$X" -a a = a ]',
        "[[ ( -f x ) ]]",
        "[ $(ls) ]",
        'A=; A=x && [ "$A" ]',
        'A=; true && A=x && [ "$A" ]',
        "set --; set -- a && [ $# -eq 1 ]",
        'A=; ls && A=x && [ "$A" ]',
        'if ls; then X=; fi; [ "${X:+a}" ]',
        'if ls; then X=; fi; [ "${X+a}" ]',
        'if ls; then X=; else X=a; fi; [ "${X:-b}" = b ]',
        "n=1; (( n == 1 ))",
        "(( n ))",
        "(( n = 1 ))",
        "(( $# > n ))",
        "(( $# > 1 && n ))",
        "set -- $X; (( $# ))",
        "[ $# -eq 8 ]",
        "[ $# -gt 3 ]",
        "[ $# -ge 4 ]",
        "[ $# -lt 9 ]",
        "[ $# -le 3 ]",
        "[ $# -eq $X ]",
        "set -- $X; [ $# -eq 1 ]",
        "set -- $X; [ $# -gt 0 ]",
        "shift $X; [ $# -gt 0 ]",
        "shift 3; [ $# -gt 0 ]",
        "set -- a $X; [ $# -gt 1 ]",
        "set -- $2; [ $# -gt 1 ]",
        "set -- $1$3; [ $# -gt 1 ]",
        '[ "$9" ]',
        'test -n "${@:4}"',
        'test -n "${@:9}"',
        'X="${*:9}"; [ "$X" ]',
        "set -- ${*:9}; [ $# -gt 0 ]",
        "ls",
    ),
}
"""What a start script asks, and whether the answer is known before it runs."""


@linux
@pytest.mark.parametrize(("condition", "known"), [(one, known) for known, some in CONDITIONS.items() for one in some])
def test_a_condition_is_decided_as_bash_does(condition: str, known: bool | None) -> None:
    *before, asked = condition.split("; ")
    shell = script("\n".join(["#!/bin/bash", *before, f"if {asked}; then yes; else no; fi"])).shell
    assert shell is not None and not shell.broken
    runs = {one.name for one in shell.commands if one.runs} & {"yes", "no"}
    assert runs == {True: {"yes"}, False: {"no"}, None: {"yes", "no"}}[known]
    if known is not None:
        arguments = ["python3", "-c", "import os", "--ip=0.0.0.0", "--port=8888"]
        code = "\n".join([*before, f"if {asked}; then exit 0; fi", "exit 3"])
        done = subprocess.run(["bash", "-c", code, "start", *arguments], capture_output=True, check=False)
        assert done.returncode == (0 if known else 3)


WORDS = (
    'A=(x \'y z\')\nshow "${A[@]}" ${A[@]} "${A[*]}" ${A[*]} $A "${A}" "a${A[@]}b"',
    "A='b c'\nshow ${A[@]} \"${A[@]}\"",
    'A=()\nshow "${A[@]}" x "${A[*]}"',
    "show $\"a b\" 'it'\"'\"'s' $'a\\tb\\'c\\n'",
    "show ~ ~/x a~ \"~\" '~'",
    'show "a\\$b\\"c\\\\d\\e" a\\ b \\\\ \\$A \'a\\b\'',
    'show "a\nb" "a\\\nb"',
    'A=\nshow ${A:-d e} "${A:-d}" "x${A-d}" ${A:+e} "x${A:+e}" "x${A+f}"',
    'A=1\nshow "${A:+$A 2}" ${A:-3}',
    'set -- a ""\nshow "${1:-c}" ${2:-d} "x${2:+e}" ${3:-$1} ${1-f}',
    'set -- a b\nshow "${@:2:1}" x "${@:3:1}" y "${@:2:3}" ${*:4:1} "${*:4:1}"',
    "A=1\nif false; then A=2; fi\nshow ${A:+b} ${A+c}",
    "A=1\nf() { local A=2 B=$A; A=3; }\nf\nshow $A x${B-4}",
    "A=1\nf() { declare A; typeset B=2; g; }\ng() { A=2; B=3; }\nf\nshow $A x${B-4}",
    "A=1\nf() { declare -g A=2; B=3; }\nf\nshow $A $B",
    "f() { local A=2 B; show $A x${B-c}; }\nA=1 B=3\nf",
    "A=1\nf() { g; show $A; }\ng() { local A=2; }\nf",
    "A=1\nexport A=2 B=$A\nshow $A $B",
    "B=2\nexport \"A=1 $B\" 'C=3' D=x'y'\nshow \"$A\" $C $D",
    'export "$X=1" A\nshow x',
    'IFS=,\nA=abc\nshow $A "$A"',
    "for i in a b; do for j in c; do break 2; done; done\nshow x",
    "while true; do while true; do break 2; done; done\nshow x",
    "while true; do break 9; done\nshow x",
    "A=1\nfor i in a; do for j in b; do continue 2; done; A=2; done\nshow $A",
    "f() { A=1; }\nif false; then f() { A=2; }; fi\nf\nshow $A",
    "f() { show x; }\nif false; then f; fi\nf",
    "case a in 'a') show 1;; esac",
    "eval 'set -- a b'\nshow $1 $2",
    'show ${X:-d} "${X:-d e}" ${X-d} x${X:-y}z "${X:-$HOME/x}" ${X:-~/x}',
    'A=1\nshow ${A:-d} ${A:+"b c"} ${A+b} "${A-d}" "${A}2" $A$A "$A"b\'c\'',
    'A="1 2"\nB="$A 3"\nshow $B "$B" x$A "x$A" ${A}y',
    'A=\nshow $A "$A" x',
    "A=1 B='2 3'; show $A $B",
    "A=1 B='2 3'\nshow $A $B",
    "A=1 B=2 # of mine\n\nshow $A $B",
    "A=1 B=2\nC=$A D=$B\nshow $A $B $C $D",
    "A=1 B=2\nC=3 show $A $B ${C:-4}",
    "A=1 B=2\nexport C=$A\nshow $A $C",
    "A=1 B=2\n{ show $A; }",
    "A=1 B=2 \\\n  show ${A:-3}",
    "case a in a) A=1;& b) B=$A;; *) A=2;; esac\nshow $A $B",
    "case a in a) A=1;;& a*) B=$A;; *) A=2;; esac\nshow $A $B",
    "export A='x y' B=2\nshow \"$A\" $B",
    'A=$"b c $HOME"\nshow "$A"',
    "declare A=1\nreadonly B=2\nshow $A $B",
    'f() {\n  local A=1\n  show $A "$1" "$2" "$3" ${1}\n}\nf a \'b c\'',
    "f() { return; show no; }\nf\nshow yes",
    'set -- a \'b c\' d\nshow "$@" $* "$*" "$2" "${2}" $4 "${@:2}" "${@:2:1}" "${*:2}" "x$@y"',
    'set -- a b c\nshift\nshow "$@" $1',
    'set -- a b c\nshift 2\nshow "$@" $1 "$2"',
    "set a b\nshow $1",
    "set -e a b\nshow $1",
    "set -o pipefail x\nshow $1",
    "set +e -- -x y\nshow $1 $2",
    "set -- a\nset -e\nset -o nounset\nshow $1",
    "set -- a b c d e f g h i j k\nshow $1 ${10} ${11}",
    "for i in 'a b'; do show $i \"$i\"; done",
    "if true; then A=1; fi\nshow $A",
    "A=1\nif true; then :; else A=2; fi\nshow $A",
    "A=1\n(A=2)\nshow $A",
    "A=1\nA=2 true\nshow $A",
    "A=1\nbash -c 'A=2'\nshow $A",
    "A=1\neval 'A=2'\nshow $A",
    "A=1\nf() { A=2; }\nf\nshow $A",
    "A=1; B=$A; A=2\nshow $B $A",
    "A=1\nunset A\nshow x${A:-2}",
    "A=1\nunset -f A\nshow $A",
    "A=1\nf() { A=2; }\nunset -f f\nf || true\nshow $A",
    "set -- a b\nset -\nshow $1 $2",
    "set -- a\nset - b -x\nshow $1 $2",
    "A=1\ncommand export A=b C='d e'\nshow $A \"$C\"",
    "A=1\nbuiltin export A=2\nshow $A",
    "command export A\nshow x${A:-2}",
    "time A=6\nshow $A",
    "time A=6 B=7\nshow $A $B",
    "A=1\ntime A=6 true\nshow $A",
    "A=x\ncase $A in x) show 1;; *) show 2;; esac",
    "eval show a 'b c'",
    "eval \"show a 'b c'\"",
    "eval 'A=1' ';' 'show $A'",
    "show a >x 2>&1 b",
    "show a b # c",
    "show {a}",
    "show '' \"\" ''\"\"",
)


@linux
@pytest.mark.parametrize("code", WORDS)
def test_words_are_what_bash_makes_of_them(code: str, tmp_path: Path) -> None:
    shell = script(f"#!/bin/bash\n{code}\n").shell
    assert shell is not None and not shell.broken
    found = [one.values for one in shell.commands if one.name == "show" and one.runs]
    show = 'show() { printf "%s\\0" "$@" >>"$HERE/shown"; }\n'
    known = {"HERE": str(tmp_path), "HOME": "/home/jovyan", "PATH": "/usr/bin:/bin"}
    subprocess.run(["bash", "-c", show + code], env=known, cwd=tmp_path, check=True)
    assert found == [tuple((tmp_path / "shown").read_text().split("\0")[:-1])]


FOLDERS = (
    ("x", ""),
    ("cd a; x", "a"),
    ("cd a && cd ../b && x", "b"),
    ("cd a/b; cd ..; x", "a"),
    ("cd -P a; x", "a"),
    ("cd -- a; x", "a"),
    ("cd a; cd; x", ""),
    ("cd a; cd b; cd -; x", "a"),
    ("cd ~/a; x", "a"),
    ("cd $HOME/a; x", "a"),
    ("cd /home/jovyan; x", ""),
    ("cd /home/jovyan/a; x", "a"),
    ("cd /home/jovyans; x", None),
    ("cd /tmp; x", None),
    ("cd /tmp; cd a; x", None),
    ("cd ..; x", None),
    ('cd "$A"; x', None),
    ("pushd a; x", "a"),
    ("pushd a; popd; x", ""),
    ("pushd -- a; x", "a"),
    ("pushd a > log; x", "a"),
    ("pushd a; pushd ../b; popd; x", "a"),
    ("pushd a; pushd ../b; popd; popd; x", ""),
    ("pushd a; pushd ../b; pushd; pushd; x", "b"),
    ("pushd a; pushd; x", ""),
    ("pushd a; cd b; popd; x", ""),
    ("pushd a; popd; cd -; x", "a"),
    ("pushd; x", ""),
    ("popd; x", ""),
    ("pushd -n a; x", None),
    ("pushd a; pushd +1; x", None),
    ("pushd a; popd +0; x", None),
    ("pushd a; popd -n; popd; x", None),
    ("pushd a; bash -c 'popd; x'", "a"),
    ("pushd a; (popd; x)", ""),
    ("pushd a; (popd); x", "a"),
    ("if ls; then pushd a; else pushd a; fi; popd; x", ""),
    ("if ls; then pushd a; cd ..; fi; popd; x", None),
    ("pushd a; if ls; then popd; fi; x", None),
    ("pushd . ; " * 502 + "x", None),
    ("(cd a); x", ""),
    ("(cd a; x)", "a"),
    ("bash -c 'cd a'; x", ""),
    ("cd a | cat; x", ""),
    ("cd a & x", ""),
    ("f() { cd a; }; f; x", "a"),
    ("if ls; then cd a; fi; x", None),
    ("if ls; then cd a; else cd a; fi; x", "a"),
    ("if ls; then cd a; exit; fi; x", ""),
    ("cd a || exit 1; x", "a"),
    ("for y in 1 2; do cd a; done; x", "a"),
)


@pytest.mark.parametrize(("text", "cwd"), FOLDERS)
def test_the_folder_of_a_command(text: str, cwd: str | None) -> None:
    assert [one.cwd for one in commands(text) if one.name == "x"] == [cwd]


@linux
@pytest.mark.parametrize(
    ("text", "cwd"), [(text, cwd) for text, cwd in FOLDERS if cwd is not None and "/home" not in text]
)
def test_the_folder_of_a_command_is_that_of_bash(text: str, cwd: str, tmp_path: Path) -> None:
    for name in ("home/a/b", "home/b", "bin"):
        (tmp_path / name).mkdir(parents=True)
    for name, content in {"x": f'pwd -P >> "{tmp_path}/shown"', "ls": "exit $LS"}.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{content}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    for answer in "01":  # of a question
        known = {"HOME": str(tmp_path / "home"), "PATH": f"{tmp_path}/bin:/usr/bin:/bin", "LS": answer}
        subprocess.run(["bash", "-c", text], env=known, cwd=tmp_path / "home", capture_output=True, check=False)
    folders = {str(Path(one).relative_to(tmp_path / "home")) for one in (tmp_path / "shown").read_text().split()}
    assert folders == {cwd or "."}


@pytest.mark.parametrize(
    ("text", "errexit", "ignored"),
    [
        ("x", False, False),
        ("set -e; x", True, False),
        ("set -eu; x", True, False),
        ("set -ue; x", True, False),
        ("set -o errexit; x", True, False),
        ("set -euo pipefail; x", True, False),
        ("set -o pipefail -o errexit; x", True, False),
        ("set -eo; x", True, False),
        ("set -u; x", False, False),
        ("set -o pipefail; x", False, False),
        ("set -e; set +e; x", False, False),
        ("set -e; set +o errexit; x", False, False),
        ("set -e; set +u; x", True, False),
        ("set -e; set -o nounset; x", True, False),
        ("set -- -e; x", False, False),
        ("set -e -- a; x", True, False),
        ("set a -e; x", False, False),
        ("if ls; then set -e; fi; x", False, False),
        ("if ls; then set -e; else set -e; fi; x", True, False),
        ("bash -c 'set -e'; x", False, False),
        ("set -e; bash -c x", False, False),
        ("set -e; bash -c 'set -e; x'", True, False),
        ("set -e; (x)", True, False),
        ("set -e; eval x", True, False),
        ("set -e; x || true", False, True),
        ("set -e; x && ls", False, False),
        ("set -e; ls && x && ls", False, False),
        ("set -e; (x; ls) && ls", False, False),
        ("set -e; ls && x", True, False),
        ("set -e; ls && x || true", False, True),
        ("set -e; ls || x", True, False),
        ("set -e; if x; then ls; fi", False, True),
        ("set -e; while x; do ls; done", False, True),
        ("set -e; ! x", False, True),
        ("set -e; x &", False, True),
        ("set -e; x | cat", False, True),
        ("set -eo pipefail; x | cat", True, False),
        ("set -e; ls | x", True, False),
        ("set -e; ls | x | cat", False, True),
    ],
)
def test_what_the_failure_of_a_command_does(text: str, errexit: bool, ignored: bool) -> None:
    assert [(one.errexit, one.ignored) for one in commands(text) if one.name == "x"] == [(errexit, ignored)]


@pytest.mark.parametrize(
    ("text", "trapped"),
    [
        ("", False),
        ("trap 'kill $pid' TERM", True),
        ("trap - TERM", False),
        ("trap '' TERM", False),
        ("trap", False),
        ("(trap 'exit' TERM)", False),
        ("if ls; then trap 'exit' INT; fi", True),
    ],
)
def test_whether_signals_are_caught(text: str, trapped: bool) -> None:
    shell = script(f'#!/bin/bash\n{text}\n"$@"\n').shell
    assert shell is not None
    assert [one.trapped for one in shell.arrivals] == [trapped]


def test_every_command_is_recorded_once() -> None:
    found = commands("exec env A=1 ls\n")
    assert [(one.name, one.wrappers) for one in found] == [("exec", ()), ("ls", ("exec", "env"))]
    found = commands("for x in 1 2; do a; done\nf() { b; }\nf\nf\n(( $(c) > 1 )) && [ $(d) ]\n")
    assert [one.name for one in found] == ["a", "f", "b", "f", "c", "d"]
    assert [one.name for one in found if one.context.substitution] == ["c", "d"]


def test_words_without_number() -> None:
    """Written ones are kept; of a list that is used again and again so many that nobody needs more."""
    (found,) = commands("cat " + "a " * 600)
    assert len(found.values) == 600
    shell = script(f"#!/bin/bash\nA=({'a ' * 400})\ncat {'${A[@]} ' * 4}\n").shell
    assert shell is not None and shell.arrival.name == "UNKNOWN"
    assert len(shell.commands[-1].values) == 800


def test_a_long_text_is_read_in_pieces() -> None:
    data = (b"a" * 50 + b"\n") * 300 + b"b" * 9000
    pieces = list(windows(data))
    assert b"".join(pieces) == data
    assert all(len(piece) <= 4096 for piece in pieces)
    assert [piece[-1:] for piece in pieces] == [b"\n"] * 4 + [b"b"] * 3


@pytest.mark.parametrize(
    ("text", "redirects"),
    [
        ("x > a", [(">", "a")]),
        ("x >> a b 2>&1 c", [(">>", "a"), ("2>&", "1")]),
        ("x < a > b", [("<", "a"), (">", "b")]),
        ("> a x", [(">", "a")]),
        ("x <<E > a\nb\nE", [(">", "a")]),
        ("x &> a | y > b", [("&>", "a")]),
        ("y > a; x", []),
        ("{ x; } > a", []),
    ],
)
def test_redirections_of_a_command(text: str, redirects: list[tuple[str, str]]) -> None:
    (found,) = (one for one in commands(text) if one.name == "x")
    assert [(one.operator, one.target and one.target.value) for one in found.redirects] == redirects


@pytest.mark.parametrize(
    ("first", "asks"),
    [
        ("[ -f a ]", True),
        ("test -f a", True),
        ("! ls", True),
        ("(( a ))", True),
        ("command -v a", True),
        ("command -V a", True),
        ("which a > b", True),
        ("ls | grep -q b", True),
        ("ls && grep b", True),
        ("ls", False),
        ("command ls", False),
        ("grep b | cat", False),
        ("ls > grep", False),
        ("ls && cat", False),
        ("(grep b)", False),
    ],
)
def test_what_follows_a_question_runs_on_some_paths(first: str, asks: bool) -> None:
    (found,) = (one for one in commands(f"{first} && x") if one.name == "x")
    assert found.context.conditional is asks
