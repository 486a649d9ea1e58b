// What is nicer with a script; every page works without.
"use strict";

// "/" puts the cursor into the box of the header, as in other consoles.
document.addEventListener("keydown", (event) => {
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const box = document.getElementById("find-address");
    if (box) {
      event.preventDefault();
      box.focus();
    }
  }
  if (event.key === "Escape") {
    document.querySelectorAll("details.me[open]").forEach((menu) => menu.removeAttribute("open"));
  }
});

// A form that was sent says so, and is not sent twice by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  if (form.method === "post") {
    form.dataset.sent = "yes";
    form.classList.add("sending");
    const status = form.querySelector("[data-progress]");
    if (status) {
      status.hidden = false;
    }
  }
});

// Back to a page that the browser kept: its forms can be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form.sending").forEach((form) => {
    form.classList.remove("sending");
    delete form.dataset.sent;
  });
});

// The box at the top of a list ticks all of it.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-ticks-all]")) {
    document.querySelectorAll(`input[name="${event.target.dataset.ticksAll}"]`).forEach((box) => {
      box.checked = event.target.checked;
    });
  }
});
