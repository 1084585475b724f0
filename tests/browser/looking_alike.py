"""Whether a page looks as it did: small pictures of it, held against each other in blocks.

What is compared is the mean colour of blocks of 16 pixels, so that another way to draw letters
is no difference, and a part that moved, went or changed its colour is one.
"""

import base64
import os
from pathlib import Path

from playwright.sync_api import Browser, Page

FOLDER = Path(__file__).parent / "pictures"
SMALLER = 4  # the kept pictures: blocks of 4 of their pixels
NEW = bool(os.environ.get("TRAINYARD_NEW_PICTURES"))  # `make pictures`
# A block differs beyond this many of 255 steps of a colour, and so many blocks may.
STEPS, SHARE = 24, 0.003
# Moments and what is drawn by chance differ from run to run; their room is kept.
CALM = """
time { display: inline-block !important; width: 9ch; height: 1.2em; overflow: hidden; }
time > *, time { color: transparent !important; }
.live-note, .toasts, .avatar { visibility: hidden !important; }
*, *::before, *::after { animation: none !important; transition: none !important; }
"""
# Not by an element, which the content security policy forbids.
STYLE = """(text) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  document.adoptedStyleSheets.push(sheet);
}"""
SHRINK = """async ([png, by]) => {
  const bitmap = await createImageBitmap(await (await fetch(png)).blob());
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(bitmap.width / by);
  canvas.height = Math.round(bitmap.height / by);
  const context = canvas.getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL('image/png');
}"""
DIFFERENT = """async ([one, other, steps]) => {
  const pixels = async (png) => {
    const bitmap = await createImageBitmap(await (await fetch(png)).blob());
    const canvas = document.createElement('canvas');
    canvas.width = bitmap.width; canvas.height = bitmap.height;
    const context = canvas.getContext('2d');
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  };
  const [a, b] = [await pixels(one), await pixels(other)];
  if (a.width !== b.width || a.height !== b.height) return [1, 1];
  const off = new Map();
  for (let y = 0; y < a.height; y++) for (let x = 0; x < a.width; x++) {
    const block = `${y >> 2},${x >> 2}`, at = 4 * (y * a.width + x);
    if (!off.has(block)) off.set(block, [0, 0, 0]);
    for (let c = 0; c < 3; c++) off.get(block)[c] += (a.data[at + c] - b.data[at + c]) / 16;
  }
  const differ = [...off.values()].filter((by) => Math.max(...by.map(Math.abs)) > steps);
  return [differ.length, off.size];
}"""


def take_picture(page: Page) -> str:
    """Return a small picture of what a window shows, as a ``data:`` address."""
    page.wait_for_load_state("networkidle")
    page.evaluate(STYLE, CALM)
    shot = page.screenshot(animations="disabled", caret="hide")
    with page.context.browser.new_page() as plain:
        return plain.evaluate(SHRINK, [_as_address(shot), SMALLER])


def hold_against_kept(browser: Browser, name: str, picture: str, found: Path) -> str | None:
    """Say how a picture differs from the one that is kept under its name; None if it does not.

    Parameters
    ----------
    browser : Browser
        In which they are compared.
    name : str
        Name of the kept one, without its ending.
    picture : str
        From `take_picture`.
    found : Path
        A folder for the picture, should it differ.
    """
    kept, content = FOLDER / f"{name}.png", base64.b64decode(picture.partition(",")[2])
    if NEW:
        kept.write_bytes(content)
        return None
    with browser.new_page() as plain:
        differ, blocks = plain.evaluate(
            DIFFERENT, [_as_address(kept.read_bytes()), picture, STEPS]
        )
    if differ <= SHARE * blocks:
        return None
    (found / kept.name).write_bytes(content)
    return (
        f"{differ} of {blocks} blocks of {name} look different: {found / kept.name}, which was "
        f"{kept}. If that is meant, `make pictures` and look at each before you commit it"
    )


def _as_address(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
