"""Tokens: pieces of the languages in a repository, and mutations that keep a text close to being one of its language."""

from __future__ import annotations

import json
import re
from functools import cache
from random import Random
from typing import Any

_TOKEN = re.compile(r"\w+|\s+|[^\w\s]")

# What has a meaning of its own in each language, so that a text with one more of it is often a text that a reader has not met.
PIECES = {
    "yaml": """&a|*a|!!binary|!!set|!!timestamp|!!int|!!null|!!python/none|!x|? |- - |- ? |: |>-\n|\\|2\n|---\n|...\n|<<: *a|{|}|[|]|[]|{}|""|''|'|"|~|null|"\\x41"|"\\u00e9"|
2001-02-30|0o17|1_000|.inf|1e3|yes|=|%YAML 1.1\n---\n|# c\n| # c|\n\n|\n  |\t|@|`|"a\\\n  b"|'a\n\n  b'|- pip|- pip:|dependencies:|channels:|name:|prefix: /x|numpy=1.2=py_0|conda-forge::numpy|python=3.12|null: x|? [a]\n: b\n|1: 2""",
    "toml": """[[x]]|[a.b]|[project]|[tool.x]|a.b.c = 1|a = { b = 1 }|\"""|'''|"|'|= 1979-05-27T07:32:00Z|= 07:32|= inf|= nan|= 0x1F|= +1|= 1__0|= [1, "a"]|= []|= {}|# c\n|\\u0041|\\U0010ffff|"a" = 1|'' = 1|\n|,|=|requires-python = ">=3.11"|dependencies = ["numpy"]|name = "x"|dynamic = ["version"]|python_version = "3.9"|julia = "1.6" """,
    "shell": """;|;;|&|&&|\\|\\||\\||$(|)|`|<<EOF\n|EOF\n|<<-'E'\n|<<<x|case x in|esac|if true; then|fi|for x in a; do|while :; do|done|{ |}|( |)|'|"|\\|\\\n|#|"$@"|$@|$*|${@:1}|exec |exec "$@"|! |[[ |]]|[ |function f {|f() {|> /dev/null|2>&1|&>x|$((1+|))|${x:-y}|${x//a/b}|$'\\n'|$"x"|set -e\n|set -euo pipefail\n|trap x EXIT|export A=b |A=b |eval |source |. |sudo |nohup |env -i |time |if ! |\n|\r|jupyter lab |pip install x|conda install -y x|wget http://a/b|git clone https://github.com/a/b|cd x|return|exit 1|shift|coproc |select x in a; do|until x; do|elif|else|in|~|*|?|{a,b}|<(x)|>|<|>>|2>|&-""",
    "docker": """FROM x|FROM x AS y|FROM --platform=$A x:1@sha256:a|ARG A=b|ENV A=b C d|ENV A b|RUN |RUN --mount=type=cache,target=/x |RUN <<EOF\n|EOF\n|RUN ["a", "b"]|CMD []|CMD |ENTRYPOINT ["|ENTRYPOINT |COPY --chown=a:b . /x|COPY --from=y /a /b|COPY ["a b", "c"]|ADD http://a /b|USER root\n|USER ${NB_USER}|WORKDIR /x|SHELL ["a"]|ONBUILD |HEALTHCHECK NONE|LABEL a=b|EXPOSE 80|VOLUME ["/x"]|STOPSIGNAL 9|# escape=`\n|# syntax=a\n|#|\\\n|`\n|\\|${A:-b}|$A|${A|'|"|[|]|,|--|=|\n""",
    "requirements": """;|; python_version < "3"|@ file:///x|@ git+https://github.com/a/b@c#egg=d|-r more.txt|-c c.txt|-e .|-e git+https://github.com/a/b#egg=c|--hash=sha256:a|--index-url https://x/y|--extra-index-url=http://u:p@x|-f .|--no-binary :all:|\\\n|[a,b]|[]|==|===|~=|!=|>=|<|,|*|==1.*|==1.0+local|(>=1)|#| # c|${X}|.|./x|file:x|x.whl|https://x/y.tar.gz|numpy|sklearn|\n|'|"|@|!""",
    "json": """{|}|[|]|[]|{}|null|true|1e999|-0|NaN|"|\\u0000|\\ud800|\\udc00\\ud83d|"a": 1|,|:|""|\n|//|0123""",
    "markup": """[![Binder](https://mybinder.org/badge_logo.svg)](https://mybinder.org/v2/gh/a/b/HEAD)|https://mybinder.org/v2/gh/a/b/HEAD?urlpath=lab%2Ftree%2Fx|?filepath=|?urlpath=git-pull%3Frepo%3Dhttps%253A%252F%252Fx|%|%2F|%252F|#|&|&amp;|<a href="|">|</a>|<!--|-->|<img src="|```\n|~~~\n|    |`|``|[|](|)|[x]: |.. image:: |   :target: |.. |::|<|>|\\|$$|{{ |}}|{% raw %}|\n\n|---\n|<script>|<?|<![CDATA[|![](|https://mybinder.org/badge.svg|http://|gl/|zenodo/10.5281/zenodo.1|gist/a/b|git/https%3A%2F%2Fx/HEAD""",
    "r": """install.packages("x")|install.packages(c("a", 'b'), repos="http://x")|library(x)|require(x)|x::y|(|)|{|}|c(|,|"|'|`|#|\\|%|r"(a)"|devtools::install_github("a/b@c")|remotes::install_version("a", "1")|if (|} else {|function(x) |<-|=|\n|;|$|[[|]]|TRUE|NULL|1L""",
    "git": """[submodule "x"]|path = x|url = git@github.com:a/b|url = ../x|"|\\|=|#|;|\n|\t|[|]|!|**|*|/|filter=lfs diff=lfs merge=lfs -text|-text|eol=crlf|text=auto|.|?""",
    "words": """numpy|python|3.9|1|""|x|-|.|/|:|=|,|;|#|\n|\t| """,
}  # fmt: skip


@cache
def pieces(language: str) -> tuple[str, ...]:
    """The pieces of a language: what `|` parts in the table, where a `|` with a backslash before it is itself."""
    return tuple(piece.replace("\\|", "|") for piece in re.split(r"(?<!\\)\|", PIECES[language]) if piece)


def language_of(path: str) -> str:
    """The language of a file, by its name."""
    name = path.rpartition("/")[2].lower()
    if name.endswith((".yml", ".yaml")):
        return "yaml"
    if name.endswith(".toml") or name == "pipfile":
        return "toml"
    if name in ("start", "postbuild") or name.endswith((".sh", ".bash")):
        return "shell"
    if name.startswith("dockerfile"):
        return "docker"
    if name.endswith(".txt"):
        return "requirements"
    if name.endswith((".json", ".lock", ".ipynb")):
        return "json"
    if name.endswith((".md", ".rst", ".html", ".rmd", ".qmd")):
        return "markup"
    if name.endswith((".r", ".rprofile")):
        return "r"
    if name.startswith((".git", ".docker")):
        return "git"
    return "words"


def mutate_tokens(path: str, text: str, random: Random) -> str:
    """The text with up to four of its tokens removed, doubled, exchanged or moved, or with pieces of its language put in."""
    tokens = _TOKEN.findall(text)
    vocabulary = pieces(language_of(path))
    for _ in range(random.choice((1, 1, 2, 4))):
        at = random.randrange(len(tokens) + 1)
        other = random.randrange(len(tokens) + 1)
        kind = random.choice(("add", "add", "add", "replace", "remove", "double", "swap", "move", "number"))
        if kind == "add":
            tokens.insert(at, random.choice(vocabulary))
        elif at == len(tokens):
            tokens.append(random.choice(vocabulary))
        elif kind == "replace":
            tokens[at] = random.choice(vocabulary)
        elif kind == "remove":
            del tokens[at : at + random.choice((1, 1, 2, 5))]
        elif kind == "double":
            tokens[at:at] = tokens[at : at + random.choice((1, 2, 5))]
        elif kind == "swap" and other < len(tokens):
            tokens[at], tokens[other] = tokens[other], tokens[at]
        elif kind == "move":
            tokens.insert(min(other, len(tokens) - 1), tokens.pop(at))
        elif tokens[at].isdigit():
            tokens[at] = random.choice(("0", "00", "1.", "-1", "3.99", "99999999999999999999", "٣", "1e5", "x"))
    return "".join(tokens)


# Values for the keys of notebooks: of every type that JSON has, and some that only nearly fit.
_VALUES: tuple[Any, ...] = (
    None, True, 0, 1, 3, 4, 5, -1, 1.5, 10**30, "", "x", "4", [], {}, [[]], [None], ["a\n", "b"], {"x": []}, "code", "markdown", "raw", "python3",
    {"name": "python3"}, {"name": None}, {"kernelspec": {"name": "ir"}}, ["!pip install x\n"], "%%bash\nconda install -y x", "\ud800", "a\r\nb",
)  # fmt: skip
_KEYS = ("cells", "metadata", "nbformat", "nbformat_minor", "source", "outputs", "cell_type", "id", "execution_count", "kernelspec", "worksheets", "language_info", "name", "x")  # fmt: skip


def mutate_json(text: str, random: Random) -> str:
    """A JSON text with up to three of its values removed, doubled or exchanged; one that is not JSON as it is."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for _ in range(random.choice((1, 1, 2, 3))):
        value = _changed(value, random)
    return json.dumps(value, indent=random.choice((None, 1, 1, 2)), ensure_ascii=random.random() < 0.8) + "\n"


def _changed(value: Any, random: Random) -> Any:
    """The value with a change somewhere in it."""
    if isinstance(value, dict):
        keys = list(value)
        if not keys or random.random() < 0.15:
            return {**value, random.choice(_KEYS): random.choice(_VALUES)}
        key = random.choice(keys)
        if random.random() < 0.2:
            return {name: one for name, one in value.items() if name != key}
        if random.random() < 0.1:
            return {random.choice(_KEYS) if name == key else name: one for name, one in value.items()}
        return {**value, key: _changed(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.85:
        at = random.randrange(len(value))
        kind = random.random()
        if kind < 0.15:
            return value[:at] + value[at + 1 :]
        if kind < 0.3:
            return [*value, value[at]]
        return [*value[:at], _changed(value[at], random), *value[at + 1 :]]
    if isinstance(value, str) and random.random() < 0.6:
        return mutate_tokens(random.choice(("start", "x.md", "x.txt", "x.r")), value, random)
    return random.choice(_VALUES)
