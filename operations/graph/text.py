"""How wide text is, without a font: the widths of DejaVu Sans, which is wider than Arial and Helvetica."""

_REGULAR = (
    *(32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36, 32, 34),
    *(64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53),
    *(100, 68, 69, 70, 77, 63, 58, 77, 75, 29, 29, 66, 56, 86, 75, 79),
    *(60, 79, 69, 63, 61, 73, 68, 99, 69, 61, 69, 39, 34, 39, 84, 50),
    *(50, 61, 63, 55, 63, 62, 35, 63, 63, 28, 28, 58, 28, 97, 63, 61),
    *(63, 63, 41, 52, 39, 63, 59, 82, 59, 59, 52, 64, 34, 64, 84),
)
"""Hundredths of the font size, from space to tilde."""

_BOLD = (
    *(35, 46, 52, 84, 70, 100, 87, 31, 46, 46, 52, 84, 38, 42, 38, 37),
    *(70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40, 84, 84, 84, 58),
    *(100, 77, 76, 73, 83, 68, 68, 82, 84, 37, 37, 77, 64, 100, 84, 85),
    *(73, 85, 77, 72, 68, 81, 77, 110, 77, 72, 73, 46, 37, 46, 84, 50),
    *(50, 67, 72, 59, 72, 68, 44, 72, 71, 34, 34, 67, 34, 104, 71, 69),
    *(72, 72, 49, 60, 48, 71, 65, 92, 65, 65, 58, 71, 37, 71, 84),
)

_ROUNDING = 1.03
"""Some programs round each letter to whole pixels."""


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that `text` takes at most, in the fonts that browsers choose for sans-serif."""
    table = _BOLD if bold else _REGULAR
    hundredths = sum(
        table[ord(each) - 32] if " " <= each <= "~" else (40 if each in "\u00a0·" else 100) for each in text
    )
    return hundredths * size / 100 * _ROUNDING


def wrap(text: str, size: float, within: float) -> list[str]:
    """Lines that are not wider than `within` pixels, broken at spaces; a longer word is cut."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if width(longer, size) <= within:
            lines[-1] = longer
        else:
            lines.append(clip(word, size, within))
    return [line for line in lines if line]


def clip(text: str, size: float, within: float, *, bold: bool = False) -> str:
    """`text`, with an ellipsis for what does not fit."""
    if width(text, size, bold=bold) <= within:
        return text
    while text and width(f"{text}…", size, bold=bold) > within:
        text = text[:-1]
    return f"{text}…"
