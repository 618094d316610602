// The page works without this. It makes it nicer: a button is pressed once, a file can be dropped, numbers move while it sends.

// A form that is on its way is not sent a second time. The button keeps the focus, so it is not disabled.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  sessionStorage.focus = "main";
  event.submitter?.setAttribute("aria-disabled", "true");
});

// A page that comes back by the browser's Back has buttons that work.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  }
});

// What a form has done, and what a page reads again by itself, is where the focus goes on. It has been lost otherwise.
function readAgain() {
  sessionStorage.focus = "main";
  location.reload();
}
if (sessionStorage.focus) {
  delete sessionStorage.focus;
  (document.querySelector("main [autofocus]") ?? document.getElementById("main")).focus();
}
