// A phone's chat with the centre's account; what is said takes the whole way of the channel.

const PATH = "/simulator/zalo";
const T = JSON.parse(document.body.dataset.strings);
const KINDS = ["image", "file", "audio", "location", "sticker", "card", "link", "follow", "takeover", "withdraw", "restart"];
const chat = document.getElementById("chat");
const text = document.getElementById("text");
const recordButton = document.getElementById("record");
const picker = document.getElementById("picker");
const more = document.getElementById("more");

let phone = sessionStorage.getItem("phone") || newPhone();
let after = 0;
let recorder = null;
let waiting = new AbortController();

function newPhone() {
  const bytes = crypto.getRandomValues(new Uint8Array(6));
  const made = Array.from(bytes, (byte) => (byte % 36).toString(36)).join("") + "a1";
  sessionStorage.setItem("phone", made);
  return made;
}

function label(root) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = T[node.dataset.t];
  for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", T[node.dataset.label]);
  for (const node of root.querySelectorAll("[data-placeholder]")) node.placeholder = T[node.dataset.placeholder];
}

function bubble(kind, ...children) {
  const node = document.createElement("li");
  node.className = `bubble ${kind}`;
  node.append(...children);
  chat.append(node);
  node.scrollIntoView({ block: "end" });
  return node;
}

function clock(at) {
  const node = document.createElement("time");
  node.textContent = new Date(at).toLocaleTimeString("vi-VN", { hour: "2-digit", minute: "2-digit" });
  return node;
}

function mine(...children) {
  return bubble("mine", ...children, clock(Date.now()));
}

function player(source) {
  const audio = document.createElement("audio");
  audio.controls = true;
  audio.src = source;
  audio.setAttribute("aria-label", T.voice);
  return audio;
}

function show(message) {
  const children = [];
  if (message.kind === "image") {
    const picture = document.createElement("img");
    picture.src = `${PATH}/files/${message.file}`;
    picture.alt = message.text;
    children.push(picture);
  }
  children.push(document.createTextNode(message.text));
  children.push(clock(message.at));
  if (message.buttons?.length) children.push(buttons(message.buttons));
  bubble("theirs", ...children);
}

function buttons(list) {
  const box = document.createElement("div");
  box.className = "buttons";
  for (const one of list) {
    const link = one.url || (one.phone && `tel:${one.phone}`);
    const node = document.createElement(link ? "a" : "button");
    node.textContent = one.title;
    if (link) {
      node.href = link;
      node.target = "_blank";
      node.rel = "noreferrer";
    } else {
      node.type = "button";
      // As `oa.query.hide`: the payload is sent and not shown.
      node.addEventListener("click", () => say({ kind: "text", text: one.payload }, one.title));
    }
    box.append(node);
  }
  return box;
}

async function post(path, body, type) {
  const answer = await fetch(PATH + path, { method: "POST", body, headers: type ? { "Content-Type": type } : {} });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function say(event, shown) {
  if (shown) mine(document.createTextNode(shown));
  try {
    await post("/events", JSON.stringify({ phone, ...event }), "application/json");
  } catch {
    bubble("note", document.createTextNode(T.failed));
  }
}

async function sendNote(blob) {
  mine(player(URL.createObjectURL(blob)));
  try {
    const { file } = await post("/files", blob);
    await say({ kind: "audio", file });
  } catch {
    bubble("note", document.createTextNode(T.failed));
  }
}

async function record() {
  if (recorder) {
    recorder.stop();
    return;
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch {
    bubble("note", document.createTextNode(T.no_microphone));
    return;
  }
  const pieces = [];
  recorder = new MediaRecorder(stream);
  recorder.addEventListener("dataavailable", (event) => pieces.push(event.data));
  recorder.addEventListener("stop", () => {
    stream.getTracks().forEach((track) => track.stop());
    const blob = new Blob(pieces, { type: recorder.mimeType });
    recorder = null;
    recordButton.classList.remove("on");
    recordButton.setAttribute("aria-label", T.record);
    sendNote(blob);
  });
  recorder.start();
  recordButton.classList.add("on");
  recordButton.setAttribute("aria-label", T.stop);
}

function choose(kind) {
  more.open = false;
  if (kind === "audio") {
    picker.click();
  } else if (kind === "restart") {
    phone = newPhone();
    after = 0;
    chat.replaceChildren();
    waiting.abort();
  } else if (kind === "takeover") {
    bubble("note", document.createTextNode(T.officer));
    say({ kind, text: "…" });
  } else if (kind === "withdraw") {
    bubble("note", document.createTextNode(T.erased));
    say({ kind });
  } else {
    say({ kind }, `[${T[kind]}]`);
  }
}

async function follow() {
  for (;;) {
    waiting = new AbortController();
    const asked = phone;
    try {
      const query = new URLSearchParams({ phone, after });
      const answer = await fetch(`${PATH}/messages?${query}`, { signal: waiting.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      const { messages } = await answer.json();
      if (asked !== phone) continue;
      for (const message of messages) {
        after = message.n;
        show(message);
      }
    } catch (error) {
      if (error.name !== "AbortError") await new Promise((resolve) => setTimeout(resolve, 2000));
    }
  }
}

label(document);
const other = document.querySelector(".language");
other.href = document.documentElement.lang === "vi" ? "?lang=en" : "?lang=vi";
if (document.documentElement.lang !== "vi") other.textContent = "Tiếng Việt";
for (const kind of KINDS) {
  const node = document.createElement("button");
  node.type = "button";
  node.textContent = T[kind];
  node.dataset.kind = kind;
  node.addEventListener("click", () => choose(kind));
  document.getElementById("kinds").append(node);
}
recordButton.addEventListener("click", record);
picker.addEventListener("change", () => {
  if (picker.files[0]) sendNote(picker.files[0]);
  picker.value = "";
});
text.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    document.getElementById("write").requestSubmit();
  }
});
document.getElementById("write").addEventListener("submit", (event) => {
  event.preventDefault();
  const words = text.value.trim();
  if (words) say({ kind: "text", text: words }, words);
  text.value = "";
});
follow();
