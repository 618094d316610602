// A page that waits for something is read again once that is there, unless somebody has begun to fill it in.
{
  const begun = () => [...document.querySelectorAll("main input")].some((field) =>
    field.type === "file" ? field.files.length : field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
  for (const waiting of document.querySelectorAll("[data-until]")) {
    fetch(waiting.dataset.until).then((answer) => {
      if (answer.status === 204 && !begun()) readAgain();
    }, () => {});
  }
}
