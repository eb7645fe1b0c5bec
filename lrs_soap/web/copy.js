// Shows the links that copy a text to the clipboard, which need a script, and makes them work.
for (const link of document.querySelectorAll("[data-copies]")) {
  link.hidden = false;
  link.addEventListener("click", async () => {
    const said = document.getElementById(link.dataset.says);
    try {
      await navigator.clipboard.writeText(link.dataset.copies);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "Your browser does not let a page copy. Select the ULN, and copy it.";
    }
  });
}
