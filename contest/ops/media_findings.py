"""What contest.media found out about this machine, in words."""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from flask_babel import gettext as _

from contest.config import Settings
from contest.media import capabilities
from contest.media.sandbox import detect
from contest.ops.finding import Finding


def media_findings(settings: Settings, at: datetime) -> Iterator[Finding]:
    """Things of one kind and one state as one line: nobody wants to read the names of twenty filters."""
    looked = capabilities.findings(detect(settings.sandbox))
    for (code, state), same in groupby(looked, key=lambda one: (one.code, one.state)):
        names = ", ".join(dict.fromkeys(one.detail for one in same if one.detail))
        title, remedy = _words(code, state)
        yield Finding(state, title, names, remedy)


def _words(code: str, state: str) -> tuple[str, str]:
    """The fact, and what to do about it."""
    good = state == "ok"
    ffmpeg = "" if good else _("Install Debian's ffmpeg: apt install ffmpeg")
    titles = {
        "tool": (_("The tools that limit programs are there"), _("A tool that limits programs is missing")),
        "ffmpeg": (_("ffmpeg is installed"), _("ffmpeg is missing: uploads are received, but wait to be checked")),
        "ffmpeg-version": (_("ffmpeg is recent enough"), _("ffmpeg is old")),
        "ffmpeg-fix": (_("ffmpeg has a known hole in a part that this service never uses"), ""),
        "ffprobe": (_("ffprobe is installed"), _("ffprobe is missing: uploads are received, but wait to be checked")),
        "encoder": (_("ffmpeg has the encoders that are needed"), _("ffmpeg lacks an encoder")),
        "decoder": (_("ffmpeg reads what phones record"), _("ffmpeg cannot read something that phones record")),
        "filter": (_("ffmpeg has the filters that are needed"), _("ffmpeg lacks a filter")),
        "sound-likeness": (
            _("Films with the same sound are found"),
            _("Films with the same sound are not found: this ffmpeg lacks chromaprint"),
        ),
        "tone-mapping": (_("HDR videos are shown in true colours"), _("HDR videos will look pale")),
        "sandbox": (
            _("Media are opened in a sandbox with walls (bubblewrap)"),
            _("Media are opened with limits only, without walls"),
        ),
        "photos": (_("Photos of all kinds can be opened"), _("Some kinds of photos cannot be opened")),
        "chinese-fonts": (_("There are Chinese fonts"), _("There is no Chinese font: certificates cannot be written")),
    }
    remedies = {
        "tool": _("Install it: apt install util-linux coreutils"),
        "sandbox": _("Install it: apt install bubblewrap. In a container, allow user namespaces."),
        "photos": _("Install the dependencies again: script/setup"),
        "chinese-fonts": _("Install them: apt install fonts-noto-cjk"),
        "ffmpeg-version": _("Install a newer system: ffmpeg 5.1 or later is needed."),
    }
    ok, bad = titles.get(code, (code, code))
    return (ok if good else bad), "" if good else remedies.get(code, ffmpeg)
