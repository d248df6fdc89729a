"""The lobby's map: places are dragged with a finger or moved with the arrow keys, then saved."""

import copy
import json
from html import escape
from typing import TYPE_CHECKING, Any

from nicegui import ui
from nicegui.events import GenericEventArguments

if TYPE_CHECKING:
    from assistant.console.centre import CentrePage

_GREEN, _INK, _LOTUS = "#0b4a46", "#0b2a28", "#9c1f5c"
_SIZE = 0.32
"""Radius of a place, metres."""
_SCRIPT = """
(() => {
const {toGrid, toMap, places} = DATA;
const svg = document.querySelector('.desk-map svg');
if (!svg || svg.dataset.live) return;
svg.dataset.live = '1';
const apply = (m, x, y) => [m[0] * x + m[1] * y + m[2], m[3] * x + m[4] * y + m[5]];
const draw = (group) => {
  const place = places[group.dataset.id];
  const [column, row] = apply(toGrid, place.x, place.y);
  const degrees = -place.theta * 180 / Math.PI;
  group.setAttribute('transform', `translate(${column} ${row})`);
  group.querySelector('.nose').setAttribute('transform', `rotate(${degrees})`);
  group.setAttribute('aria-label', `${place.name}: x ${place.x.toFixed(2)} m, `
    + `y ${place.y.toFixed(2)} m, ${Math.round(place.theta * 180 / Math.PI)}°`);
};
const tell = (group) => {
  const {x, y, theta} = places[group.dataset.id];
  emitEvent('place_moved', {id: group.dataset.id, x, y, theta});
};
const point = (event) => {
  const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(
    svg.getScreenCTM().inverse());
  return apply(toMap, at.x, at.y);
};
for (const group of svg.querySelectorAll('.desk-place')) {
  draw(group);
  let offset = null;
  group.addEventListener('pointerdown', (event) => {
    const place = places[group.dataset.id];
    const [x, y] = point(event);
    offset = [place.x - x, place.y - y];
    group.setPointerCapture(event.pointerId);
    group.classList.add('is-held');
    group.focus();
    event.preventDefault();
  });
  group.addEventListener('pointermove', (event) => {
    if (!offset) return;
    const [x, y] = point(event);
    const place = places[group.dataset.id];
    place.x = x + offset[0];
    place.y = y + offset[1];
    draw(group);
  });
  for (const end of ['pointerup', 'pointercancel']) {
    group.addEventListener(end, () => {
      if (!offset) return;
      offset = null;
      group.classList.remove('is-held');
      tell(group);
    });
  }
  group.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 0.5 : 0.1;
    const place = places[group.dataset.id];
    const moves = {
      ArrowLeft: () => { place.x -= step; }, ArrowRight: () => { place.x += step; },
      ArrowUp: () => { place.y += step; }, ArrowDown: () => { place.y -= step; },
      '+': () => { place.theta += Math.PI / 12; }, '-': () => { place.theta -= Math.PI / 12; },
    };
    if (!moves[event.key] || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    moves[event.key]();
    place.theta = Math.atan2(Math.sin(place.theta), Math.cos(place.theta));
    draw(group);
    tell(group);
  });
}
})();
"""


class PlacesMap:
    """The part of the page; moves are kept until they are saved or let go."""

    def __init__(self, page: "CentrePage") -> None:
        self._page = page
        self._moved: dict[str, dict[str, float]] = {}

    def build(self) -> None:
        page, say = self._page, self._page.say
        ui.label(
            say(
                "Kéo một nơi tới chỗ robot phải dừng; hoặc chọn bằng phím Tab rồi dùng mũi tên "
                "(giữ Shift: bước dài), phím + và − để xoay hướng. Robot dùng vị trí mới sau khi "
                "khởi động lại máy chủ."
            )
        )
        self._drawing()
        if page.may_write:
            ui.on("place_moved", self._on_moved)
        self._buttons()

    @ui.refreshable_method
    def _drawing(self) -> None:
        page = self._page
        with ui.element("div").classes("desk-map"):
            ui.html(_picture(page), sanitize=False).classes("w-full")
        if page.may_write:
            data = json.dumps(_data(page), ensure_ascii=False)
            # After the element is there: NiceGUI draws it in the next message.
            ui.timer(0.3, lambda: ui.run_javascript(_SCRIPT.replace("DATA", data)), once=True)

    @ui.refreshable_method
    def _buttons(self) -> None:
        page, say = self._page, self._page.say
        if not self._moved:
            return
        names = {id_: place.name for id_, place in page.centre.content.places.items()}
        told = ", ".join(
            f"{names[id_].get(page.language)} ({pose['x']:.2f}; {pose['y']:.2f})"
            for id_, pose in self._moved.items()
        )
        ui.label(say("Đã dời, chưa lưu: {places}", places=told)).props(
            'data-testid="moved" role=status'
        )
        with ui.row():
            ui.button(say("Lưu vị trí"), on_click=say.guarded(self._save)).props(
                'data-testid="save-map" unelevated no-caps'
            )
            ui.button(say("Bỏ, để như cũ"), on_click=self._let_go).props("outline no-caps")

    def _on_moved(self, event: GenericEventArguments) -> None:
        told: dict[str, Any] = event.args
        id_ = str(told.get("id"))
        if id_ in self._page.centre.content.places:
            self._moved[id_] = {key: float(told[key]) for key in ("x", "y", "theta")}
            self._buttons.refresh()

    async def _save(self) -> None:
        page = self._page
        values = copy.deepcopy(page.parts["places"])
        for place in values["places"]:
            pose = self._moved.get(place["id"])
            if pose is not None:
                place["pose"] = {key: round(value, 4) for key, value in pose.items()}
        await page.save("places", values)
        self._let_go()

    def _let_go(self) -> None:
        self._moved.clear()
        self._drawing.refresh()
        self._buttons.refresh()


def _picture(page: "CentrePage") -> str:
    lobby = page.centre.map
    size = _SIZE / lobby.resolution
    write = page.may_write
    drawn = []
    for id_, place in page.centre.content.places.items():
        column, row = lobby.to_grid_exact(place.pose.x, place.pose.y)
        at = f"translate({column:.1f} {lobby.height - row:.1f})"
        name = escape(place.name.get(page.language), quote=True)
        short = escape(place.counter or place.name.get(page.language))
        colour = _GREEN if place.kind == "counter" else _LOTUS
        role = 'tabindex="0" role="button"' if write else 'role="img"'
        drawn.append(
            f'<g class="desk-place" data-id="{id_}" data-testid="place-{id_}" {role} '
            f'aria-label="{name}" transform="{at}">'
            f'<circle class="halo" r="{size * 1.7:.1f}" fill="transparent"/>'
            f'<circle r="{size:.1f}" fill="{colour}"/>'
            f'<path class="nose" d="M{size:.1f} -{size / 2:.1f}L{size * 1.8:.1f} 0'
            f'L{size:.1f} {size / 2:.1f}Z" fill="{colour}"/>'
            f'<text y="{-1.5 * size:.1f}" text-anchor="middle" font-size="{size * 1.6:.1f}" '
            f'fill="{_INK}" aria-hidden="true">{short}</text></g>'
        )
    return (
        f'<svg viewBox="0 0 {lobby.width} {lobby.height}" data-testid="lobby">'
        f'<image href="/api/v1/centre/map.png" width="{lobby.width}" height="{lobby.height}"/>'
        f"{''.join(drawn)}</svg>"
    )


def _data(page: "CentrePage") -> dict[str, Any]:
    """Matrices from map to picture and back, and where each place is."""
    lobby = page.centre.map

    def at(x: float, y: float) -> tuple[float, float]:
        column, row = lobby.to_grid_exact(x, y)
        return column, lobby.height - row

    (c, f), (ac, df), (bc, ef) = at(0, 0), at(1, 0), at(0, 1)
    a, b, d, e = ac - c, bc - c, df - f, ef - f
    scale = a * e - b * d
    back = [e / scale, -b / scale, 0.0, -d / scale, a / scale, 0.0]
    back[2] = -(back[0] * c + back[1] * f)
    back[5] = -(back[3] * c + back[4] * f)
    return {
        "toGrid": [a, b, c, d, e, f],
        "toMap": back,
        "places": {
            id_: {**place.pose.as_dict(), "name": place.name.get(page.language)}
            for id_, place in page.centre.content.places.items()
        },
    }
