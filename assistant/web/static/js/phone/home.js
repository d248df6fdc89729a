// The front door: where to go from here.

import { Centre } from "../kiosk/centre.js";
import { keepLanguage, language, setLanguage, startLanguage } from "../shared/i18n.js";
import { translatePage } from "../shared/translate-page.js";

const find = (id) => document.getElementById(id);
const centre = new Centre();
const other = () => (language() === "vi" ? ["English", "en"] : ["Tiếng Việt", "vi"]);

function show() {
  translatePage();
  [find("language").textContent, find("language").lang] = other();
  if (!centre.info) return;
  find("home-title").textContent = centre.name;
  find("home-open").textContent = [centre.openLine, centre.phone].filter(Boolean).join(" · ");
}

find("language").addEventListener("click", async () => {
  await setLanguage(other()[1]);
  keepLanguage();
  show();
});
find("slip-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = find("slip-code").value.trim().toUpperCase();
  if (/^[A-Z0-9]{3,8}$/.test(code)) location.href = `/s/${code}`;
});
await startLanguage();
show();
await centre.refresh();
show();
