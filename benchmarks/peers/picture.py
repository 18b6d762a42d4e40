"""The ratios as a picture: a dot a peer, a row a shape, on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil, floor, log10
from xml.sax.saxutils import escape

from benchmarks.peers.report import Figure

COLOURS = ("#0969da", "#cf222e", "#1a7f37", "#9a6700", "#8250df")
LEFT, TOP, ROW, WIDTH = 60, 64, 24, 640
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500)


def picture(found: Sequence[Figure]) -> str:
    """Processor time of a request, theirs to ours, as SVG."""
    shapes = list(dict.fromkeys(figure.shape for figure in found))
    peers = list(dict.fromkeys(figure.peer for figure in found))
    low = floor(min(0.0, *(log10(figure.cpu_ratio) for figure in found)) * 4) / 4
    high = ceil(max(0.5, *(log10(figure.cpu_ratio) for figure in found)) * 4) / 4

    def across(ratio: float) -> float:
        return LEFT + WIDTH * (log10(ratio) - low) / (high - low)

    def down(shape: str) -> int:
        return TOP + ROW * shapes.index(shape) + ROW // 2

    bottom = TOP + ROW * len(shapes)

    def lines() -> Iterator[str]:
        yield (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDTH + 30} '
            f'{bottom + 30}" font-family="sans-serif" font-size="12">'
        )
        yield '<rect width="100%" height="100%" fill="white"/>'
        yield _text(LEFT, 20, "Processor time of a request: how many times ours each peer takes")
        for number, peer in enumerate(peers):
            x = LEFT + 125 * number
            yield f'<circle cx="{x + 5}" cy="40" r="5" fill="{COLOURS[number]}"/>'
            yield _text(x + 15, 44, peer)
        for tick in TICKS:
            if low <= log10(tick) <= high:
                at = round(across(tick), 1)
                colour = "#1f2328" if tick == 1 else "#d1d9e0"
                yield f'<path d="M{at} {TOP}V{bottom}" stroke="{colour}"/>'
                yield _text(at, bottom + 16, f"{tick:g}", "middle")
        for shape in shapes:
            yield _text(LEFT - 12, down(shape) + 4, shape, "end")
        for figure in found:
            yield (
                f'<circle cx="{across(figure.cpu_ratio):.1f}" cy="{down(figure.shape)}" r="5" '
                f'fill="{COLOURS[peers.index(figure.peer)]}" fill-opacity="0.8">'
                f"<title>{escape(figure.peer)} {figure.shape}: {figure.cpu_ratio:.2f}</title>"
                "</circle>"
            )
        yield "</svg>\n"

    return "\n".join(lines())


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}">{escape(text)}</text>'
