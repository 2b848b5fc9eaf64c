"""Balance: what binderlint calls a syntax error, bash refuses to read as well. `bash -n` reads a script and runs nothing."""

from __future__ import annotations

import subprocess
from random import Random

import pytest

from binderlint.read.shell.balance import unbalanced
from binderlint.source import Source
from tests.cases import cases
from tests.systems import linux

TOKENS = (
    "if",
    "then",
    "elif",
    "else",
    "fi",
    "for",
    "do",
    "done",
    "case",
    "esac",
    ";;",
    "{",
    "}",
    "(",
    ")",
    '"',
    "'",
    "`",
    "$(",
    "\n",
    "; ",
    "\\\n",
)


def speaks(text: str) -> bool:
    source = Source("postBuild", text.encode("utf-8", "surrogateescape"))
    return unbalanced(source.slice(0, len(source.text))) is not None


def refused(text: str) -> bool:
    """Whether bash does not read it."""
    read = subprocess.run(
        ["bash", "-O", "extglob", "-n"], input=text.encode("utf-8", "surrogateescape"), capture_output=True, check=False
    )
    return read.returncode != 0


def scripts() -> list[str]:
    found = {
        source.text
        for _, case in cases()
        for path, source in case.repository().sources.items()
        if path.rpartition("/")[2] in ("start", "postBuild") and source.text.startswith(("#!/bin/bash", "#!/bin/sh"))
    }
    return sorted(text for text in found if "\r" not in text)


@linux
def test_what_bash_reads_is_no_syntax_error() -> None:
    spoken = [text for text in scripts() if speaks(text)]
    assert len(spoken) > 5
    assert all(refused(text) for text in spoken)


@linux
@pytest.mark.parametrize("seed", range(4))
def test_what_bash_reads_is_no_syntax_error_in_changed_scripts(seed: int) -> None:
    """A word, a quote or a bracket is taken away or put in somewhere."""
    random, spoken = Random(seed), 0
    long = [text for text in scripts() if text.count("\n") > 4]
    for text in random.choices(long, k=120):
        token, at = random.choice([one for one in TOKENS if one in text]), random.randrange(len(text) + 1)
        places = [index for index in range(len(text)) if text.startswith(token, index)]
        if places and random.random() < 0.6:
            at = random.choice(places)
            changed = text[:at] + text[at + len(token) :]
        else:
            changed = text[:at] + token + text[at:]
        if speaks(changed):
            spoken += 1
            assert refused(changed), changed
    assert spoken > 10


DEEP = "$(" * 200 + ")" * 200


@pytest.mark.parametrize(
    "text", [DEEP, "'" * 3, '"' * 5, "((", "${", "case", "case x in", "for", "[[", "<<", "\\", "$", "`", "x" * 10 + "("]
)
def test_it_ends_whatever_it_is_given(text: str) -> None:
    speaks(text)


@pytest.mark.parametrize(
    "piece", ["$(", "${x:-", "$((", '"$(', '"${x:-', "<(", "(", "@(", '@("', "a=(@(", "`", "x=$(", "case x in a) $("]
)
def test_it_does_not_follow_for_ever(piece: str) -> None:
    assert not speaks(piece * 3000)


@linux
@pytest.mark.parametrize(
    "text",
    [
        "echo $''\n",
        "echo $'a\\'b'\n",
        'echo "${x:-\\"}"\n',
        'echo ${x:-\\"}\n',
        "((x = 1 << 2))\necho a\n",
        "echo $((1 << 2)) b\n",
        "case x in a) echo a;;& b) echo b;& *) echo c;; esac\n",
        "x=$(if true; then echo a; fi)\n",
    ],
)
def test_what_is_hard_to_read_is_read(text: str) -> None:
    assert not refused(text)
    assert not speaks(text)


@linux
@pytest.mark.parametrize("text", ["for x in a; { ls; }", "for ((;;)) { ls; }", "coproc { ls; }", "coproc x { ls; }"])
def test_what_nobody_writes_is_passed_over(text: str) -> None:
    assert not refused(f"{text}\n")
    assert not speaks(f"{text}\nfi\n")


@linux
@pytest.mark.parametrize("text", ["x=$(if true; then echo a)\n", "x=$(echo $(echo $(while true; do a)))\n"])
def test_errors_within_are_found(text: str) -> None:
    assert refused(text)
    assert speaks(text)


WHOLE = (
    "cat <<EOF\nif '\nEOF",
    "cat <<-'EOF' && cat << \\END\n\tif\n\tEOF\ncase \"\nEND",
    "cat <<EOF >file; echo done\n EOF\nEOF",
    'cat <<< "$x" <<<if',
    "(cd x; ls) && (ls)",
    "((x = (1 + 2) * 3))",
    "echo $(( (1 + $x) * ${y:-2} )) $((\n1))",
    "for ((i = 0; i < 3; i++)); do ls; done",
    "for ((i = 0;(i < 3);)); do ls; done",
    "for x do ls; done",
    "for x in if fi; do ls; done; select y in a; do break; done",
    "for x in a \\\n  b\ndo ls\ndone",
    "until ls; do :; done & while ls; do :; done | cat",
    "if ! ls; then time ls; elif ls; then ls; else ls; fi",
    "case $x in (a|b) ls;; c | 'd e') ls;& f) ls;;& *) esac",
    "case $x in\n  # if\n  a)\n    case y in b) ls; esac\n    ;;\n  (esac) ;;\nesac",
    "case a$(ls) in\nesac",
    "case x in a)if ls; then ls; fi;; b)case y in esac esac",
    "case in in in) ls;; esac; case 'a b'\"$x\" in *) ls; esac",
    "a=(1 'if' # )\n 2) b+=($(ls)) c[0]=x ls",
    "a=( ) ls if",
    "echo !(if|'(') +(a) @(b|c)",
    "f() { ls; }\ng () ( ls )\nfunction h { ls; }\nfunction i() { ls; }",
    "f()\n{\n  exit 0\n}",
    "{ ls; } 2>&1 >|x <>y &>z &>>z | cat",
    "ls > if; ls >fi 2> >(cat) < <(ls)",
    "ls >| if <> fi >& do >> done <& esac",
    "echo ${x#\\}} ${y:-'}'} ${z:-\"}\"} ${#x} ${x:-`ls`} ${x:-${y}}",
    "echo ${x#*)} ${y%(*} ${z:-a b} ${z/;/|}",
    "echo $'it\\'s' $\"x$(ls)\" $# $$ $! $? $@ $* $- $",
    'echo "$(echo "`ls`" \')\')" "a\\"b" "${x:-"y"}"',
    "echo `ls` `echo \\`ls\\``",
    "[[ a == (b|c) && ! -f x ]] || [[ 1 < 2 ]]",
    'echo "$$(" "$#(" "$?("',
    "[[ a\n&& b ]]",
    "echo a;ls # if '\n# \"",
    "echo a#' ' if\\\n fi",
    "\\\nif ls; then :; fi",
    "x=if fi=1; echo then",
    "for \\\n x \\\n do ls; done; f \\\n () { ls; }; case \\\n x \\\n in a) ls;; esac > \\\n if",
    "exec 2>&1\nexec >log; exec {fd}>x",
    "exec\nexec &>log 3>x 2> >(cat) & exec <y | ls; exec # ls\nls",
    "if ls; then exec ls >log; fi",
    "if ls; then if ls; then ls; fi fi",
    "{ { ls; } }; { (ls) }; { ((1)) }; { [[ a ]] }; { if ls; then ls; fi }",
    "while ls; do for x in a; do ls; done done",
    "if (ls) then ls; elif ! (ls) then ls; elif [[ a ]] then ls; else (ls) fi",
    "if ((1)) then ls; fi; while { ls; } do ls; done",
    "case x in a) case y in b) ls; esac esac; case x in a) if ls; then ls; fi esac",
    "if ls; then f() { ls; } fi; g() { { ls; } \\\n }",
    "if ls; then for ((;;)) do ls; done fi; { ls; } 2>x; { ls; } >x",
    "echo " + "$(" * 30 + "ls" + ")" * 30,
    "cat " + "<(cat " * 30 + ")" * 30,
    "( " * 30 + "ls" + " )" * 30,
    "echo " + "${x:-" * 30 + "}" * 30,
    "echo " + '"$(echo ' * 15 + ')"' * 15,
    "echo " + '"${x:-' * 15 + '}"' * 15,
    "echo " + "$((1 + " * 30 + "1" + "))" * 30,
    "echo " + "@(a|" * 30 + ")" * 30,
)
"""Scripts in which everything is closed."""


@linux
@pytest.mark.parametrize("text", WHOLE)
def test_what_follows_is_read_where_it_stands(text: str) -> None:
    """Behind each of these an `if` without its `fi` is found, and it is the only mistake."""
    assert not refused(f"{text}\n")
    assert not speaks(f"{text}\n")
    for gap in ("\n", "\r\n"):
        broken = f"{text}\nif ls; then\n".replace("\n", gap)
        source = Source("postBuild", broken.encode())
        found = unbalanced(source.slice(0, len(source.text)))
        assert found is not None
        assert found.words == "This `if` has no `fi`"
        assert found.where.place.span == (len(broken) - len(f"if ls; then{gap}"), len(broken) - len(f" ls; then{gap}"))


@linux
@pytest.mark.parametrize(
    ("text", "piece", "words"),
    [
        ("ls )", ")", "Nothing was opened that this `)` closes"),
        ("ls; fi", "fi", "Nothing was opened that this `fi` belongs to"),
        ("ls\ndone", "done", "Nothing was opened that this `done` belongs to"),
        ("then ls", "then", "Nothing was opened that this `then` belongs to"),
        ("ls; do ls", "do", "Nothing was opened that this `do` belongs to"),
        ("}", "}", "Nothing was opened that this `}` belongs to"),
        ("if ls; fi", "if", "This `if` has no `then` before its `fi`"),
        ("while ls; done", "while", "This `while` has no `do` before its `done`"),
        ("if ls; then for x in a; do ls; fi", "for", "This `for` has no `done`"),
        ("while ls; do if ls; then ls; done", "if", "This `if` has no `fi`"),
        ("for x in a; do ls; else ls; done", "for", "This `for` has no `done`"),
        ("if ls; do ls; fi", "if", "This `if` has no `fi`"),
        ("case x in a) ls;;", None, None),
        ("case x in a) ls", "case", "This `case` has no `esac`"),
        ("case x in a) if ls; then ls; esac", "if", "This `if` has no `fi`"),
        ("f() {\n  ls\n", "{", "This `{` has no `}`"),
        ("(if ls)", "if", "This `if` has no `fi`"),
        ("x=$(while ls)", "while", "This `while` has no `done`"),
        ("diff <(if ls) a", "if", "This `if` has no `fi`"),
        ("echo 'a", "'", "The quotes do not pair up: this one is never closed, or one is missing before it"),
        ('echo a "b', '"', "The quotes do not pair up: this one is never closed, or one is missing before it"),
        ("echo ${x:-'a}", "'", "The quotes do not pair up: this one is never closed, or one is missing before it"),
        ("echo `if ls`; fi", "fi", "Nothing was opened that this `fi` belongs to"),
        ("echo `ls", None, None),
        ("f() { exit 0; }\nfi", "fi", "Nothing was opened that this `fi` belongs to"),
        ("if ls; then exit; fi\nfi", "fi", "Nothing was opened that this `fi` belongs to"),
        ("exit 0\nfi", None, None),
        ("exec ls\nfi", None, None),
        ("exec >log ls\nfi", None, None),
        ("exec 2>&1 3 >log\nfi", None, None),
        ("exec \\\n  ls\nfi", None, None),
        ("A=1 exec >log ls &\nfi", None, None),
        ("if ls; then ls; fi ls\nfi", None, None),
        ("[[ a ]] fi", "fi", "Nothing was opened that this `fi` belongs to"),
        ("[[ a ]] ls\nfi", None, None),
        ("{ { ls; } > x }", "{", "This `{` has no `}`"),
        ("if ls; then ls; fi fi", "fi", "Nothing was opened that this `fi` belongs to"),
        ("(ls) done", "done", "Nothing was opened that this `done` belongs to"),
        ("exec >log; ls 3\nfi", "fi", "Nothing was opened that this `fi` belongs to"),
        ("exec 3>x\nfi", "fi", "Nothing was opened that this `fi` belongs to"),
    ],
)
def test_which_mistake_is_named(text: str, piece: str | None, words: str | None) -> None:
    """Where it is the shell does not say; None where it is not certain, or the shell may never get there."""
    source = Source("postBuild", f"{text}\n".encode())
    found = unbalanced(source.slice(0, len(source.text)))
    assert refused(source.text)
    assert (found and found.where, found and found.words) == (piece, words)
