"""The two markers of a postmortem: without them nobody can tell what people wrote, and nothing is written."""

import pytest

from operations.incident import postmortem
from operations.incident.record import Record
from tests.operations.incident.stage import hybrid_incident
from tests.operations.incident.test_postmortem import at, incident, set_clock, write_all

__all__ = ["incident", "set_clock"]

BOTH = (postmortem.BEGIN, postmortem.END)


@pytest.mark.parametrize("lost", [BOTH[:1], BOTH[1:], BOTH], ids=["begin", "end", "both"])
def test_fails_to_renew_what_has_lost_a_marker(incident: Record, lost: tuple[str, ...]) -> None:
    hybrid_incident("close")
    path = incident.directory / "postmortem.md"
    write_all(path)
    whole = path.read_text()
    text = whole
    for marker in lost:
        text = text.replace(marker, "")
    path.write_text(text)
    refused = hybrid_incident("postmortem", code=3)
    named = " and no ".join(repr(marker) for marker in lost)
    assert f"{path} was left as it is: it has no {named}, so what people wrote" in refused.err
    assert "or move the file away to get a new one" in refused.err
    assert path.read_text() == text
    # What is written is still seen, and the way out leads out.
    assert "postmortem: written" in hybrid_incident("list").out
    path.write_text(whole)
    assert "0001: written" in hybrid_incident("postmortem").err
    path.rename(path.with_suffix(".aside"))
    assert "not written: Impact" in hybrid_incident("postmortem").err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"{BOTH[1]}\nMine.\n{BOTH[0]}\n", f"{BOTH[1]!r} comes before {BOTH[0]!r}"),
        (f"{BOTH[0]}\n{BOTH[1]}\nMine.\n{BOTH[1]}\n", f"it has {BOTH[1]!r} more than once"),
    ],
)
def test_fails_to_renew_what_has_its_markers_elsewhere(incident: Record, text: str, message: str) -> None:
    path = incident.directory / "postmortem.md"
    path.write_text(text)
    assert message in hybrid_incident("postmortem", "--incident", "0001", code=3).err
    assert path.read_text() == text


def test_a_document_that_cannot_be_renewed_does_not_stop_the_closing(incident: Record) -> None:
    path = incident.directory / "postmortem.md"
    path.write_text("Mine.\n")
    closed = hybrid_incident("close")
    assert f"note: {path} was left as it is: it has no" in closed.err
    assert not incident.open
    assert path.read_text() == "Mine.\n"


def test_a_note_that_quotes_a_marker_is_none(incident: Record) -> None:
    incident.write("note", f"somebody removed {BOTH[1]}", when=at("15:16"))
    hybrid_incident("close")
    path = incident.directory / "postmortem.md"
    write_all(path)
    before = path.read_text()
    assert "somebody removed &lt;!-- end of" in before
    hybrid_incident("postmortem")
    assert hybrid_incident("postmortem").code == 0
    assert path.read_text().count("Written: Root cause.") == 1
