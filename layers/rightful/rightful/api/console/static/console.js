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
    document.querySelectorAll("details.me[open]").forEach((menu) => {
      // What is hidden has no focus: it goes back to what opened it.
      if (menu.contains(document.activeElement)) {
        menu.querySelector("summary").focus();
      }
      menu.removeAttribute("open");
    });
  }
});

// A form that was sent says so, and is not sent twice by a second click.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent === "yes") {
    event.preventDefault();
    return;
  }
  if (event.submitter && "downloads" in event.submitter.dataset) {
    return; // the page stays as it is
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

// What htmx asked for and did not get is said at the top; a page with the part that it wanted says it in that part.
const sayNotLoaded = (message) => {
  document.getElementById("not-loaded")?.remove();
  if (message) {
    const place = document.createElement("p");
    place.id = "not-loaded";
    place.className = "banner fails";
    place.setAttribute("role", "alert");
    place.textContent = message;
    document.querySelector("main").prepend(place);
  }
};
const pageIn = (xhr) => new DOMParser().parseFromString(xhr.responseText, "text/html");
document.addEventListener("htmx:beforeSwap", (event) => {
  const { detail } = event;
  if (detail.xhr.status >= 400 && detail.xhr.status < 500) {
    const part = detail.requestConfig.elt.closest("[hx-select]");
    const there = part && pageIn(detail.xhr).querySelector(part.getAttribute("hx-select"));
    detail.shouldSwap = Boolean(there);
    detail.isError = !there;
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const { xhr } = event.detail;
  const told = xhr.status < 500 && pageIn(xhr).querySelector(".banner.fails");
  sayNotLoaded((told && told.textContent) || "That could not be loaded just now. Load the page again.");
});
document.addEventListener("htmx:sendError", () => {
  sayNotLoaded("Rightful cannot be reached just now. Load the page again.");
});
document.addEventListener("htmx:afterSwap", () => sayNotLoaded(""));

// The box at the top of a list ticks all of it.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-ticks-all]")) {
    document.querySelectorAll(`input[name="${event.target.dataset.ticksAll}"]`).forEach((box) => {
      box.checked = event.target.checked;
    });
  }
});

// What works with a script only is shown where there is one.
document.querySelectorAll("[data-needs-script]").forEach((part) => {
  part.hidden = false;
});

// A file that is chosen is put into a field, where it can be read before it is sent.
const MOST_OCTETS = 400 * 1024;
document.addEventListener("change", async (event) => {
  const field = event.target.matches("[data-fills]") && document.getElementById(event.target.dataset.fills);
  const file = field && event.target.files[0];
  if (!file) {
    return;
  }
  const told = document.getElementById(event.target.getAttribute("aria-describedby"));
  if (file.size > MOST_OCTETS) {
    told.textContent = `${file.name} is larger than 400 KiB. Take it in parts.`;
    return;
  }
  try {
    field.value = new TextDecoder("utf-8", { fatal: true }).decode(await file.arrayBuffer());
    told.textContent = `${file.name} stands above now.`;
  } catch {
    told.textContent = `${file.name} is not UTF-8, or cannot be read. Save it as UTF-8. Nothing was taken from it.`;
  }
});

// What is to be copied elsewhere has a button for it.
if (navigator.clipboard) {
  document.querySelectorAll(".copy").forEach((place) => {
    const code = place.querySelector("code, pre");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "quiet";
    const field = place.closest("dd");
    const name = field ? ` ${field.previousElementSibling.textContent}` : "";
    const say = (word) => {
      button.textContent = word;
      button.setAttribute("aria-label", word + name);
    };
    say("Copy");
    button.addEventListener("click", () => {
      navigator.clipboard.writeText(code.textContent).then(() => say("Copied"));
    });
    place.append(button);
  });
}
