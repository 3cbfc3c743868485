// A form for a new item, by the slots of the server's schema.
import { h, put, field, button, problem } from "./dom.js";
import * as api from "./api.js";
import { words } from "./format.js";
import { valueOf } from "./table.js";

const HINTS = {
  category_path: "levels from the root, with / between them", tokens: "several, with commas between them", number: "a number",
  age: "seconds since 1970, when it came into being", vector: "numbers, with commas between them",
};

/** Opens the form; `added` is told the item once it is in the catalogue. */
export function addItem(schema, added) {
  const told = h("div");
  const id = h("input", { required: true, value: `new-${Date.now().toString(36)}`, maxlength: 512 });
  const inputs = schema.slots.filter((slot) => slot.kind !== "id" && slot.kind !== "context").map((slot) => {
    const control = h("input", { required: slot.required, inputmode: slot.kind === "number" ? "decimal" : null });
    return { slot, control, element: field(words(slot.name), control, HINTS[slot.kind]) };
  });
  const submit = async (event) => {
    event.preventDefault();
    const slots = {};
    for (const { slot, control } of inputs) {
      try {
        const value = valueOf(slot.kind, control.value);
        if (value !== null) slots[slot.name] = value;
      } catch (e) {
        put(told, problem(new Error(`${words(slot.name)}: ${e.message}`)));
        control.focus();
        return;
      }
    }
    const item = { item_id: id.value.trim(), slots };
    try {
      const answer = await api.upsert([item]);
      if (answer.errors.length) throw new Error(`${answer.errors[0].field}: ${answer.errors[0].message}`);
      dialog.close();
      added(api.remember(await api.item(item.item_id)));
    } catch (e) {
      put(told, problem(e));
    }
  };
  const dialog = h("dialog", { class: "panel", "aria-labelledby": "add-title", onclose: () => dialog.remove() },
    h("h2", { id: "add-title" }, "Add an item"),
    h("p", { class: "muted" }, "It can be recommended the moment it is there, by what its metadata says."),
    h("form", { onsubmit: submit, class: "form" }, field("Item id", id), inputs.map((one) => one.element), told,
      h("div", { class: "row" }, h("button", { class: "button main", type: "submit" }, "Add it"), button("Cancel", () => dialog.close(), "quiet"))));
  document.body.append(dialog);
  dialog.showModal();
  inputs[0]?.control.focus();
}
