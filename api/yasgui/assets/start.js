"use strict";

const questions = JSON.parse(document.getElementById("questions").textContent);
const endpoint = new URL("sparql", document.baseURI).href;

// Names of variables can be completed from the query alone; the other completers ask servers elsewhere.
Yasgui.Yasqe.defaults.autocompleters = ["variables"];

document.getElementById("loading").remove();
const yasgui = new Yasgui(document.getElementById("yasgui"), {
  requestConfig: { endpoint, method: "POST" },
  copyEndpointOnNewTab: false,
  endpointCatalogueOptions: { getData: () => [{ endpoint }] },
  persistenceId: "paperkg",
  autoAddOnInit: false,
});

function open({ name, query }, active) {
  return yasgui.addTab(active, { name, yasqe: { value: query } });
}

// Who comes back finds the tabs of the last visit.
if (Object.keys(yasgui._tabs).length === 0) {
  questions.forEach((question, place) => open(question, place === 0));
}

const examples = document.getElementById("examples");
questions.forEach(({ name }, place) => examples.add(new Option(name, String(place))));
examples.addEventListener("change", () => {
  if (examples.value !== "") open(questions[Number(examples.value)], true);
  examples.value = "";
});
