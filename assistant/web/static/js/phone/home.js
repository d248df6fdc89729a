// The front door: where to go from here.

import { Centre } from "../kiosk/centre.js";

const centre = new Centre();
if (await centre.refresh()) {
  document.getElementById("home-title").textContent = centre.name;
  document.getElementById("home-open").textContent = [centre.openLine, centre.phone].filter(Boolean).join(" · ");
}
document.getElementById("slip-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const code = document.getElementById("slip-code").value.trim().toUpperCase();
  if (/^[A-Z0-9]{3,8}$/.test(code)) location.href = `/s/${code}`;
});
