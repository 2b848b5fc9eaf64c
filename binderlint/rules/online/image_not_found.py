"""image-not-found: The registry has no public image for a Dockerfile's FROM."""

from __future__ import annotations

from collections.abc import Iterator

from binderlint.facts.answered import web_answers
from binderlint.facts.online import image_subject, pulled_images
from binderlint.lint.about import about
from binderlint.lint.diagnostic import Diagnostic, Level, Severity
from binderlint.lint.rule import Rule
from binderlint.snapshot import Snapshot
from binderlint.web import Kind, Web


class ImageNotFound(Rule):
    code = "ONL009"
    severity = Severity.ERROR
    level = Level.LAUNCH

    @about(web_answers)
    def check(self, repo: Snapshot, web: Web) -> Iterator[Diagnostic]:
        for image in pulled_images(repo):
            if web.lacks(Kind.IMAGE, image_subject(image)):
                what = "with this digest" if image.digest else f"with the tag `{image.tag or 'latest'}`"
                yield self.at(
                    image.written,
                    f"There is no public image `{image.path.removeprefix('docker.io/').removeprefix('library/')}` {what}, so the build stops",
                    help="Use a name and tag that exist, or make the image public: Binder has no password",
                )
