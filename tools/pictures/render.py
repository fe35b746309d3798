"""Renders a terminal screen, as `tmux capture-pane -e -p` prints it, to a PNG.

usage: render.py COLUMNS ROWS OUT.png < screen
"""

import sys

import pyte
from PIL import Image, ImageDraw, ImageFont

FONTS = "/usr/share/fonts/truetype/dejavu/DejaVuSansMono{}.ttf"
# The monospaced face has no braille, which spinners are made of.
FALLBACK = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"
SIZE = 15
MARGIN = 16
BACKGROUND = "#1a1b26"
FOREGROUND = "#c0caf5"
NAMED = {
    "black": "#414868",
    "red": "#f7768e",
    "green": "#9ece6a",
    "brown": "#e0af68",
    "blue": "#7aa2f7",
    "magenta": "#bb9af7",
    "cyan": "#7dcfff",
    "white": "#c0caf5",
    "brightblack": "#737aa2",
    "brightred": "#f7768e",
    "brightgreen": "#9ece6a",
    "brightbrown": "#e0af68",
    "brightblue": "#7aa2f7",
    "brightmagenta": "#bb9af7",
    "brightcyan": "#7dcfff",
    "brightwhite": "#ffffff",
}


def colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return NAMED.get(name, f"#{name}")


def main() -> None:
    columns, rows, out = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    screen = pyte.Screen(columns, rows)
    text = sys.stdin.read().rstrip("\n")
    pyte.Stream(screen).feed(text.replace("\n", "\r\n"))

    regular = ImageFont.truetype(FONTS.format(""), SIZE)
    bold = ImageFont.truetype(FONTS.format("-Bold"), SIZE)
    fallback = ImageFont.truetype(FALLBACK, SIZE - 2)
    width = round(regular.getlength("M"))
    height = SIZE + 5
    image = Image.new("RGB", (columns * width + 2 * MARGIN, rows * height + 2 * MARGIN), BACKGROUND)
    draw = ImageDraw.Draw(image)
    for y in range(rows):
        for x in range(columns):
            cell = screen.buffer[y][x]
            front, back = colour(cell.fg, FOREGROUND), colour(cell.bg, BACKGROUND)
            if cell.reverse:
                front, back = back, front
            left, top = MARGIN + x * width, MARGIN + y * height
            if back != BACKGROUND:
                draw.rectangle([left, top, left + width - 1, top + height - 1], fill=back)
            if cell.data.strip():
                braille = "\u2800" <= cell.data <= "\u28ff"
                font = fallback if braille else bold if cell.bold else regular
                draw.text((left, top + 1), cell.data, font=font, fill=front)
            if cell.underscore:
                draw.line([left, top + height - 2, left + width - 1, top + height - 2], fill=front)
    image.save(out, optimize=True)


if __name__ == "__main__":
    main()
