"""The picture is readable: nothing overlaps, every text fits, no line runs through a box or a text."""

from itertools import combinations, pairwise
from xml.etree import ElementTree as ET

import pytest

from environments.schema import Fleet
from operations.graph.layout import lay_out
from operations.graph.model import Topology
from operations.graph.shapes import HEADINGS, LINE, TITLE, Frame, Picture, Rect, Route
from operations.graph.svg import svg
from operations.graph.text import clip, width, wrap
from operations.graph.view import UNLIMITED, view
from tests.operations.graph.written import many_to_one

Segment = tuple[tuple[float, float], tuple[float, float]]

PICTURES = ["committed", "grown", "dev", "staging", "prod", "shared", "dr", "grown prod", "many to one"]


@pytest.fixture(scope="session")
def pictures(topology: Topology, grown: Topology) -> dict[str, Picture]:
    """The whole fleet, a larger one, and each environment."""
    parts = {name: lay_out(view(topology.only(name), listed=UNLIMITED)) for name in topology.environments}
    large = lay_out(view(grown.only("prod"), listed=UNLIMITED))
    return {
        "committed": lay_out(view(topology)),
        "grown": lay_out(view(grown)),
        "grown prod": large,
        "many to one": lay_out(view(many_to_one(9))),
    } | parts


@pytest.fixture(params=PICTURES)
def picture(request: pytest.FixtureRequest, pictures: dict[str, Picture]) -> Picture:
    return pictures[request.param]


def _segments(route: Route) -> list[Segment]:
    return list(pairwise(route.points))


def _runs_through(segment: Segment, rect: Rect) -> bool:
    """Whether a segment has a part inside, not only on the border."""
    (x1, y1), (x2, y2) = segment
    left, right, top, bottom = min(x1, x2), max(x1, x2), min(y1, y2), max(y1, y2)
    return (
        left < rect.right - 0.1 and right > rect.x + 0.1 and top < rect.bottom - 0.1 and bottom > rect.y + 0.1
    )


def _heading(frame: Frame) -> Rect:
    size = HEADINGS[frame.look]
    bold = frame.look in ("region", "panel", "vpc")
    return Rect(frame.rect.x + 8, frame.rect.y + 3, width(frame.title, size, bold=bold), size + 2)


def test_every_environment_is_drawn(topology: Topology) -> None:
    assert set(topology.environments) < set(PICTURES)


def test_no_two_boxes_overlap(picture: Picture) -> None:
    pairs = combinations(picture.boxes, 2)
    assert [(a.title, b.title) for a, b in pairs if a.rect.overlaps(b.rect)] == []


def test_frames_lie_inside_or_beside_each_other(picture: Picture) -> None:
    crossing = [
        (a.title, b.title)
        for a, b in combinations(picture.frames, 2)
        if a.rect.overlaps(b.rect) and not a.rect.contains(b.rect) and not b.rect.contains(a.rect)
    ]
    assert crossing == []


def test_every_box_lies_inside_the_frames_that_it_touches(picture: Picture) -> None:
    sheet = Rect(0, 0, picture.width, picture.height)
    for box in picture.boxes:
        assert sheet.contains(box.rect)
        touched = [frame for frame in picture.frames if frame.rect.overlaps(box.rect)]
        assert touched
        assert [frame.title for frame in touched if not frame.rect.contains(box.rect)] == []


def test_text_fits_its_box(picture: Picture) -> None:
    for box in picture.boxes:
        room = box.rect.w - 18
        assert width(box.title, TITLE, bold=True) <= room
        assert [line for line in box.lines if width(line, LINE) > room] == []
        assert 15 + 13 * len(box.lines) + 3 <= box.rect.h


def test_no_title_or_name_is_cut_in_the_committed_picture(pictures: dict[str, Picture]) -> None:
    shown = [text for box in pictures["committed"].boxes for text in (box.title, *box.lines)]
    assert [text for text in shown if "…" in text] == []


def test_headings_fit_and_no_box_covers_them(picture: Picture) -> None:
    for frame in picture.frames:
        heading = _heading(frame)
        assert frame.rect.contains(heading)
        assert [box.title for box in picture.boxes if box.rect.overlaps(heading)] == []


def test_lines_run_outside_the_boxes(picture: Picture) -> None:
    through = [
        (route.arrow, box.title)
        for route in picture.routes
        for segment in _segments(route)
        for box in picture.boxes
        if _runs_through(segment, box.rect)
    ]
    assert through == []


def test_lines_end_at_what_they_join(picture: Picture) -> None:
    rects = {box.card.id: box.rect for box in picture.boxes} | {f.id: f.rect for f in picture.frames if f.id}
    for route in picture.routes:
        for end, (x, y) in ((route.arrow.source, route.points[0]), (route.arrow.target, route.points[-1])):
            rect = rects[end]
            assert x in (rect.x, rect.right) or y == rect.bottom
            assert rect.x <= x <= rect.right
            assert rect.y <= y <= rect.bottom


def test_arrow_heads_are_apart(picture: Picture) -> None:
    ends: dict[str, list[float]] = {}
    for route in picture.routes:
        (_, before), (_, y) = route.points[-2:]
        if before == y and route.arrow.relation != "attaches":  # which has no head
            ends.setdefault(route.arrow.target, []).append(y)
    distances = [b - a for ys in ends.values() for a, b in pairwise(sorted(ys))]
    assert [distance for distance in distances if distance < 9] == []


def test_lines_run_outside_the_texts(picture: Picture) -> None:
    texts = [_heading(frame) for frame in picture.frames]
    texts += [route.label for route in picture.routes if route.label]
    through = [
        (route.arrow, rect)
        for route in picture.routes
        for segment in _segments(route)
        for rect in texts
        if _runs_through(segment, rect)
    ]
    assert through == []


def test_labels_are_apart(picture: Picture) -> None:
    labels = [(route.arrow.label, route.label) for route in picture.routes if route.label]
    assert [(a, b) for (a, one), (b, two) in combinations(labels, 2) if one.overlaps(two)] == []
    boxes = [box.rect for box in picture.boxes]
    assert [text for text, label in labels if any(label.overlaps(rect) for rect in boxes)] == []


def test_no_two_lines_run_on_each_other(picture: Picture) -> None:
    def strip(segment: Segment) -> Rect:
        (x1, y1), (x2, y2) = segment
        return Rect(min(x1, x2), min(y1, y2), abs(x2 - x1) or 2, abs(y2 - y1) or 2)

    def along(segment: Segment) -> str:
        return "x" if segment[0][1] == segment[1][1] else "y"

    together = [
        (a.arrow, b.arrow)
        for a, b in combinations(picture.routes, 2)
        for one in _segments(a)
        for two in _segments(b)
        if along(one) == along(two)
        and one[0] != one[1]
        and two[0] != two[1]
        and strip(one).overlaps(strip(two))
    ]
    assert together == []


def test_the_committed_picture_is_as_wide_as_a_page(pictures: dict[str, Picture]) -> None:
    assert pictures["committed"].width == pytest.approx(1400)


def test_every_copy_and_every_way_of_traffic_is_drawn(pictures: dict[str, Picture], fleet: Fleet) -> None:
    drawn = {route.arrow.relation for route in pictures["committed"].routes}
    assert drawn == {
        *("primary", "secondary", "origin", "fallback", "peers", "attaches"),
        *("database", "objects", "images", "secrets", "logs"),
    }
    labels = {route.arrow.label for route in pictures["committed"].routes}
    assert {"PRIMARY", "SECONDARY", "Database ≤ 15 min", "Files RTC 15 min", "Logs ≤ 5 min"} <= labels


def test_the_svg_is_well_formed_and_the_same_twice(topology: Topology, pictures: dict[str, Picture]) -> None:
    text = svg(pictures["committed"], "Topology")
    assert text == svg(lay_out(view(topology)), "Topology")
    root = ET.fromstring(text)  # noqa: S314 - made here
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert {element.tag.rpartition("}")[2] for element in root.iter()} == {
        *("svg", "title", "defs", "marker", "path", "rect", "text", "g"),
    }
    assert float(root.attrib["height"]) > max(
        float(element.attrib["y"]) for element in root.iter("{http://www.w3.org/2000/svg}text")
    )


def test_what_stands_by_is_dashed(pictures: dict[str, Picture]) -> None:
    root = ET.fromstring(svg(pictures["committed"], "Topology"))  # noqa: S314
    name = "{http://www.w3.org/2000/svg}"
    dashed = {
        group.findall(f"{name}text")[0].text
        for group in root.iter(f"{name}g")
        if "stroke-dasharray" in group.findall(f"{name}rect")[0].attrib
    }
    standby = {box.title for box in pictures["committed"].boxes if box.card.standby}
    assert dashed == standby
    assert len(standby) == 2


def test_text_is_escaped(pictures: dict[str, Picture]) -> None:
    root = ET.fromstring(svg(pictures["dev"], "<&>"))  # noqa: S314
    assert root[0].text == "<&>"


@pytest.mark.parametrize("text", ["short", "several words of which some must move on", "x" * 90])
def test_wrapped_lines_fit(text: str) -> None:
    lines = wrap(text, 10, 80)
    assert all(width(line, 10) <= 80 for line in lines)
    assert "".join(lines).replace(" ", "").startswith(text.replace(" ", "")[:10])


def test_a_list_that_is_too_long_is_counted(grown: Topology) -> None:
    cards = {card.id: card for card in view(grown, listed=5).cards}
    (long,) = [card for card in cards.values() if card.id.endswith("/prod/Queues")]
    queues = sum(node.kind == "aws_sqs_queue" and node.place == "prod" for node in grown.nodes)
    assert len(long.lines) == 5
    assert long.lines[-1] == f"and {queues - 4} more"
    (whole,) = [card for card in view(grown, listed=UNLIMITED).cards if card.id == long.id]
    assert len(whole.lines) == queues


def test_what_is_cut_ends_in_an_ellipsis() -> None:
    assert clip("abc", 10, 100) == "abc"
    assert clip("a" * 50, 10, 60).endswith("…")
    assert width(clip("a" * 50, 10, 60), 10) <= 60
