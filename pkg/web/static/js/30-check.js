// What was typed into cells is not lost by a click on a link.
const cells = document.getElementById("cells");
if (cells) {
  const typed = () => [...cells.elements].some((field) => field.type === "text" && field.value !== field.defaultValue ||
    field.tagName === "SELECT" && !field.options[field.selectedIndex].defaultSelected && field.selectedIndex > 0);
  addEventListener("beforeunload", (event) => {
    if (!cells.dataset.sent && typed()) event.preventDefault();
  });
}
