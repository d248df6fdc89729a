// On the way: the hall from above, the robot, the way that is left, then the arrival.

import { button, el } from "../shared/dom.js";
import { face } from "../shared/face.js";
import { icon } from "../shared/icons.js";
import { pick, t } from "../shared/i18n.js";
import { Captions } from "./captions.js";
import { directions, ticketCard } from "./cards.js";
import { HallMap } from "./map.js";

/** Length of an old person's step in metres. */
const STEP_M = 0.5;

export function guidingScreen(app) {
  const { route, ticket } = app.state.guiding;
  const place = app.centre.place(route.to);
  const name = pick(route.title) || pick(place?.name) || "";
  const robotFace = face("walking");
  const title = el("h1", { class: "guide-title", tabindex: "-1" }, t("Anh/chị theo em nhé"));
  const distance = el("p", { class: "guide-distance", role: "status" });
  const remark = el("p", { class: "guide-remark", role: "status" });
  const map = app.plan ? new HallMap(app.plan, { places: app.centre.places, destination: route.to, path: route.path || [] }) : null;
  const buttons = el("div", { class: "guide-actions" });
  const captions = new Captions(app.state.paragraphs);
  const node = el("div", { class: "guiding" }, [
    el("section", { class: "guide-head" }, [
      robotFace,
      el("div", { class: "guide-words" }, [title, el("p", { class: "guide-place" }, icon("pin"), name), distance, remark]),
    ]),
    el("div", { class: "guide-talk" }, [
      app.state.question
        ? el("p", { class: "asked-words" }, [el("span", { class: "asked-label" }, t("Anh/chị hỏi:")), " ", el("span", { testid: "transcript" }, app.state.question)])
        : null,
      el("section", { class: "guide-said", testid: "reply", "aria-live": "polite", "aria-label": t("Câu trả lời") }, captions.node),
    ]),
    map?.node || directions(route),
    ticket ? ticketCard(app, ticket).node : null,
    buttons,
  ]);
  const screen = {
    node,
    map,
    captions,
    face: robotFace,
    arrived: false,
    update(state) {
      const mission = state?.mission;
      map?.setRobot(state);
      // The last visitor's mission may still be told as arrived for a moment.
      const other = app.state.guiding?.mission && mission?.id !== app.state.guiding.mission;
      if (!mission || other || screen.arrived) return;
      if (mission.path?.length && mission.state !== "arrived") map?.setPath(mission.path);
      if (mission.state === "arrived") arrive();
      else {
        distance.textContent = state.stopped ? t("Robot đang đứng yên.") : steps(mission);
        robotFace.mood(state.stopped ? "stopped" : "walking");
        remark.textContent = remarkOf(state);
        ask(mission.question || null, mission.pace, Boolean(mission.fetch));
      }
      app.marks.mission = mission.state;
    },
    close() {
      captions.close();
      map?.close();
    },
  };
  const arrive = () => {
    screen.arrived = true;
    node.classList.add("has-arrived");
    robotFace.mood("happy");
    title.textContent = t("Đã đến nơi ạ!");
    distance.textContent = t("Mời anh/chị đến {place}.", { place: name });
    remark.textContent = "";
    map?.setPath([]);
    app.say(t("Đã đến nơi ạ! Mời anh/chị đến {place}.", { place: name }));
    buttons.replaceChildren(
      ...[
        route.counter && !ticket && button(t("Lấy số"), { kind: "primary", icon: icon("ticket"), on: { click: () => app.ask({ payload: `ticket:${route.counter}` }, t("Lấy số")) } }),
        button(t("Hỏi việc khác"), { icon: icon("question"), on: { click: () => app.wipe() } }),
        button(t("Xong rồi"), { kind: route.counter && !ticket ? "plain" : "primary", icon: icon("check"), on: { click: () => app.goodbye() } }),
      ].filter(Boolean),
    );
  };
  const going = (pace, coming) => [
    pace === "normal" && !coming ? button(t("Đi chậm lại"), { icon: icon("walk"), on: { click: () => app.guide.slower() } }) : null,
    button(t("Thôi, không đi nữa"), { icon: icon("close"), on: { click: () => app.cancelGuiding() } }),
  ];
  const asked = (question) => {
    const yes = question.about === "other_counter" ? t("Vâng, đến đó") : t("Tôi vẫn theo");
    return [
      button(yes, { kind: "primary", icon: icon("check"), on: { click: () => app.guide.answer(question.id, true) } }),
      button(t("Thôi, không đi nữa"), { icon: icon("close"), on: { click: () => decline(question) } }),
    ];
  };
  const decline = async (question) => {
    await app.guide.answer(question.id, false);
    app.leaveGuiding();
  };
  let shown = null;
  /** The robot's question and its two answers, or what may be pressed on the way. */
  const ask = (question, pace, coming) => {
    const wanted = question ? question.id : `going ${pace} ${coming}`;
    if (wanted === shown) return;
    shown = wanted;
    const invited = coming ? t("Em đang đến chỗ anh/chị") : t("Anh/chị theo em nhé");
    title.textContent = question ? pick(question) : invited;
    node.classList.toggle("is-asked", Boolean(question));
    buttons.replaceChildren(...(question ? asked(question) : going(pace, coming)).filter(Boolean));
  };
  ask(null, null, Boolean(app.state.guiding.fetch));
  screen.update(app.robotState);
  return screen;
}

function steps(mission) {
  const metres = mission.remaining_m;
  if (!(metres > 0)) return mission.fetch ? t("Anh/chị chờ em một chút ạ.") : t("Em chuẩn bị đi…");
  const n = Math.max(1, Math.round(metres / STEP_M));
  return mission.fetch ? t("Robot còn cách khoảng {n} bước chân", { n }) : t("Còn khoảng {n} bước chân", { n });
}

function remarkOf(state) {
  if (state.link !== "up") return t("Em đang mất liên lạc với robot, anh/chị chờ một chút.");
  if (state.mission?.state === "failed") return t("Em không đi tiếp được. Mời anh/chị theo sơ đồ này.");
  if (state.blocked) return t("Có người đi ngang, em chờ một chút.");
  if (state.mission?.fetch) return t("Anh/chị chờ ở đây, em đến rồi dẫn anh/chị đi.");
  if (state.mission?.state === "waiting") return t("Em đợi anh/chị.");
  return "";
}
