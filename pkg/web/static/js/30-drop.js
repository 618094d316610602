// A file that is dropped anywhere on the start page is the roster. On no page does the browser open it in place of the page.
{
  const form = document.querySelector("[data-drop]");
  const input = form?.querySelector("input[type=file]");
  const chosen = form?.querySelector("[data-chosen]");

  // What is wrong with a file is said before it is sent: whoever sends too much is cut off without a word.
  const show = () => {
    const file = input.files[0];
    const large = file && file.size > form.dataset.most;
    input.setCustomValidity(large ? form.dataset.large : "");
    chosen.textContent = large ? `${file.name}: ${form.dataset.large}` : file ? file.name : "";
    form.toggleAttribute("data-full", Boolean(file));
    return file && !large;
  };
  input?.addEventListener("change", show);
  if (input) addEventListener("pageshow", show);

  const files = (event) => event.dataTransfer?.types.includes("Files");
  for (const type of ["dragenter", "dragover", "dragleave", "drop"]) {
    document.addEventListener(type, (event) => {
      if (!files(event)) return;
      event.preventDefault();
      form?.toggleAttribute("data-over", type === "dragenter" || type === "dragover");
      if (type !== "drop" || !input || !event.dataTransfer.files.length) return;
      const one = new DataTransfer();
      one.items.add(event.dataTransfer.files[0]);
      input.files = one.files;
      if (show()) form.requestSubmit();
    });
  }
}
