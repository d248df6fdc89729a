// The answer: the question as understood, the words being read, and what one needs to keep.

import { button, el } from "../shared/dom.js";
import { face } from "../shared/face.js";
import { icon } from "../shared/icons.js";
import { t } from "../shared/i18n.js";
import { Captions } from "./captions.js";
import * as cards from "./cards.js";
import { askCorrection, sendToPhone } from "./dialogs.js";
import { firstCounter, lifeEventCard } from "./life-event.js";
import { HallMap } from "./map.js";
import { robotNote } from "./robot-note.js";

export function answerScreen(app) {
  const { question, pending, problem, reply } = app.state;
  const robotFace = face(pending ? "thinking" : problem ? "idle" : "speaking");
  const blocks = pending || problem ? [] : replyBlocks(app, reply.parts);
  const captions = pending || problem ? null : new Captions(app.state.paragraphs);
  const hasCard = blocks.some((block) => block.main);
  const asking = !pending && !problem && reply.parts.some((part) => part.type === "checklist" && part.of !== "procedures" && !part.done);
  const node = el("div", { class: `answer${hasCard ? " has-card" : ""}${asking ? " is-asking" : ""}` }, [
    el("div", { class: "asked" }, [
      robotFace,
      el("p", { class: "asked-words" }, [
        el("span", { class: "asked-label" }, t("Anh/chị hỏi:")),
        " ",
        el("span", { testid: "transcript" }, question || ""),
      ]),
      button(t("Không phải?"), { kind: "quiet", icon: icon("repeat"), on: { click: () => askCorrection(app) } }),
    ]),
    pending ? waiting() : problem ? sorry(app, problem) : said(app, blocks, captions),
    hasCard ? el("div", { class: "answer-main" }, blocks.filter((block) => block.main).map((block) => block.node)) : null,
    pending || problem ? null : actions(app, reply.parts),
  ]);
  return {
    node,
    face: robotFace,
    map: blocks.find((block) => block.map)?.map || null,
    update: (state) => blocks.forEach((block) => block.update?.(state)),
    captions,
    pages: captions ? [captions, ...blocks] : blocks,
    close: () => [captions, ...blocks].forEach((block) => block?.close()),
  };
}

/** What is said: every sentence is an element, so that the one being read can be marked. */
function said(app, blocks, captions) {
  return el("section", { class: "said", testid: "reply", "aria-live": "polite" }, [
    el("h1", { class: "visually-hidden", tabindex: "-1" }, t("Câu trả lời")),
    el("div", { class: "said-words" }, captions.node),
    voiceControls(app),
    blocks.filter((block) => !block.main).map((block) => block.node),
  ]);
}

/** The voice's own buttons stand beside the words. */
function voiceControls(app) {
  return el("div", { class: "said-controls", role: "group", "aria-label": t("Giọng đọc") }, [
    button(t("Đọc lại"), { icon: icon("repeat"), on: { click: () => app.speaker.repeat() } }),
    button(t("Chậm hơn"), {
      icon: icon("slower"),
      "aria-pressed": String(app.speaker.slow),
      on: {
        click: (event) => {
          event.currentTarget.setAttribute("aria-pressed", String(app.slower()));
        },
      },
    }),
  ]);
}

function waiting() {
  return el("section", { class: "said said-waiting", role: "status" }, [
    el("h1", { class: "said-words", tabindex: "-1" }, t("Dạ, anh/chị chờ em một chút…")),
  ]);
}

function sorry(app, problem) {
  return el("section", { class: "said said-problem", role: "alert" }, [
    el("div", { class: "said-words" }, [
      el("h1", { tabindex: "-1" }, problem.title),
      problem.detail ? el("p", {}, problem.detail) : null,
      el("div", { class: "problem-actions" }, [
        problem.retry ? button(t("Thử lại"), { kind: "primary", icon: icon("repeat"), on: { click: problem.retry } }) : null,
        problem.type ? button(t("Gõ câu hỏi"), { icon: icon("text"), on: { click: () => app.focusInput() } }) : null,
        button(t("Gặp cán bộ"), { icon: icon("person"), on: { click: () => app.staff() } }),
        button(t("Về trang đầu"), { kind: "quiet", icon: icon("home"), on: { click: () => app.wipe() } }),
      ]),
    ]),
  ]);
}

/** Parts as blocks; `main` ones get the large area. */
function replyBlocks(app, parts) {
  const find = (type) => parts.filter((part) => part.type === type);
  const [procedure] = find("procedure");
  const [route] = find("route");
  const [checklist] = find("checklist");
  const blocks = [];
  const add = (block, main = true) => blocks.push({ ...block, main });
  if (app.state.refused) add(robotNote(app, app.state.refused));
  if (checklist?.of === "procedures") add(lifeEventCard(app, checklist));
  else if (checklist && !checklist.done && checklist.current) add(cards.paperQuestion(app, checklist));
  else if (checklist) add(cards.checklistResult(checklist));
  find("ticket").forEach((part) => add(cards.ticketCard(app, part)));
  const choices = checklist?.of === "procedures" ? [] : find("choices").filter(isForPeople);
  const card = procedure && !checklist;
  const withMap = Boolean(route?.path) && !asks(procedure) && Boolean(procedure?.asked?.length);
  if (card) add(cards.procedureCard(app, procedure, { withMap, choices: choices.shift() }));
  choices.forEach((part) => add(cards.choicesCard(app, part)));
  find("handoff").forEach((part) => add(cards.handoffCard(part)));
  if (route && app.plan && (withMap || !procedure)) add(routeBlock(app, route));
  return blocks;
}

/** The telephone shows two actions and this; a kiosk shows them all. */
function moreButton(group) {
  const toggle = (event) => {
    const open = group.classList.toggle("is-open");
    event.currentTarget.setAttribute("aria-expanded", String(open));
  };
  return button(t("Thêm"), { class: "btn btn-plain btn-more narrow-only", "aria-expanded": "false", on: { click: toggle } });
}

/** Whether the visitor asked for facts, so that the map would only take their room. */
function asks(procedure) {
  return (procedure?.asked || []).some((aspect) => aspect !== "place");
}

/** The checklist's and the actions' own buttons are drawn by us, larger. */
function isForPeople(part) {
  return part.choices?.length > 0 && !part.choices.every((choice) => /^have:/.test(choice.payload));
}

function routeBlock(app, route) {
  const map = new HallMap(app.plan, { places: app.centre.places, destination: route.to, path: route.path || [] });
  map.setRobot(app.robotState);
  const node = el("section", { class: "route" }, [map.node, cards.directions(route)]);
  return { node, map, update: (state) => map.setRobot(state), close: () => map.close() };
}

function actions(app, parts) {
  const procedure = parts.find((part) => part.type === "procedure");
  const route = parts.find((part) => part.type === "route");
  const checklist = parts.find((part) => part.type === "checklist");
  const ticket = parts.some((part) => part.type === "ticket");
  const plan = checklist?.of === "procedures" ? checklist : null;
  const asking = checklist && !plan && !checklist.done;
  const counter = (procedure && cards.counterId(procedure)) || route?.counter || (plan && firstCounter(plan));
  const to = route?.to || app.centre.counter(counter)?.place || (counter && app.centre.place(`counter-${counter}`)?.id);
  const send = (payload, label) => ({ click: () => app.ask({ payload }, label) });
  const lead = app.session.canMove ? t("Dẫn tôi đi") : t("Chỉ đường");
  const list = [
    to && !asking && !app.state.refused && button(lead, { kind: "primary", icon: icon("walk"), on: send(`lead:${to}`, lead) }),
    counter && !ticket && !asking && button(t("Lấy số"), { kind: "primary", icon: icon("ticket"), on: send(`ticket:${counter}`, t("Lấy số")) }),
    procedure && !asking && !checklist &&
      button(t("Tôi còn thiếu giấy gì?"), { icon: icon("list"), on: send("checklist:start", t("Tôi còn thiếu giấy gì?")) }),
    (procedure || checklist?.done) && !asking &&
      button(t("Gửi về điện thoại"), { icon: icon("phone"), on: { click: () => sendToPhone(app, procedure || checklist, checklist) } }),
    button(t("Xong rồi"), { kind: "quiet", icon: icon("check"), on: { click: () => app.goodbye() } }),
  ].filter(Boolean);
  const group = el("div", { class: `actions n${list.length}`, role: "group", "aria-label": t("Làm gì tiếp") }, list);
  if (list.length > 2) group.append(moreButton(group));
  return group;
}
