"""Config: what setuptools refuses in setup.cfg, which it reads with Python's own configparser (setuptools/dist.py, `_parse_config_files`)."""

from __future__ import annotations

import re

from binderlint.values import NamedTuple


class Refused(NamedTuple):
    """The line at which the reader stops (from 1), why, and what to do."""

    line: int
    reason: str
    advice: str


def refused_config(text: str) -> Refused | None:
    """Where configparser stops in a text; None where it reads all of it."""
    import configparser

    parser = configparser.ConfigParser()
    parser.optionxform = str  # type: ignore[assignment]
    try:
        parser.read_string(text)
        for section in parser.sections():
            parser.items(section)
    except configparser.DuplicateOptionError as error:
        return Refused(
            error.lineno or 1, f"`{error.option}` is set twice in `[{error.section}]`", "Remove one of the two"
        )
    except configparser.DuplicateSectionError as error:
        return Refused(error.lineno or 1, f"there are two sections `[{error.section}]`", "Make one section of the two")
    except configparser.MissingSectionHeaderError as error:
        return Refused(
            error.lineno, "there is no section above this line", "Write the section, such as `[metadata]`, above it"
        )
    except configparser.ParsingError as error:
        line = error.errors[0][0] if error.errors else 1
        return Refused(
            line,
            "this line is no `key = value`",
            "Write `key = value`, or indent the line if it goes on with the one above",
        )
    except configparser.InterpolationError as error:
        found = re.search(
            rf"^{re.escape(error.option)}[ \t]*[=:]", text[text.find(f"[{error.section}]") :], re.MULTILINE
        )
        at = text.find(f"[{error.section}]") + (found.start() if found else 0)
        return Refused(text.count("\n", 0, at) + 1, "`%` begins the name of another key here", "Write `%%` for `%`")
    except (configparser.Error, ValueError, AttributeError):
        return None
    return None
