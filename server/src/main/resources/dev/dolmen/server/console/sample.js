// A sample shop for an empty server, by the slots that its schema has.

const TYPES = {
  "Kitchen / Coffee": ["espresso machine 260", "coffee grinder 95", "milk frother 38", "pour-over dripper 24"],
  "Kitchen / Cookware": ["frying pan 54", "casserole 130", "saucepan 48", "wok 44"],
  "Outdoor / Camping": ["dome tent 210", "sleeping bag 120", "sleeping mat 65", "camping stove 48"],
  "Outdoor / Hiking": ["hiking boots 140", "trekking poles 60", "daypack 75", "rain jacket 130"],
  "Home / Living Room": ["floor lamp 115", "wool throw 68", "cushion 32", "side table 140"],
  "Children / Toys": ["building blocks 36", "wooden train 48", "puzzle 18", "marble run 42"],
};
const BRANDS = { Kitchen: ["Copperleaf", "Maren"], Outdoor: ["Fellbright", "Skarn"], Home: ["Tidewater", "Osk"], Children: ["Plumtree", "Nimbus"] };
const COLORS = ["sage", "brick red", "ink blue", "sand", "charcoal"];

/** The slot of a schema with one of these kinds whose name fits. */
const slot = (schema, pattern, ...kinds) => schema.slots.find((one) => kinds.includes(one.kind) && pattern.test(one.name));

/** Items of the sample shop; those slots are set that the schema has. */
export function sampleShop(schema) {
  const category = slot(schema, /categor|department/i, "category_path", "category");
  const brand = slot(schema, /brand|maker/i, "category", "tokens");
  const title = slot(schema, /title|name/i, "text", "category");
  const price = slot(schema, /price|cost/i, "number");
  const items = [];
  for (const [place, types] of Object.entries(TYPES)) {
    const [department, kind] = place.split(" / ");
    for (const [t, type] of types.entries()) {
      const [, name, cost] = /^(.*) (\d+)$/.exec(type);
      for (const [b, maker] of BRANDS[department].entries()) {
        for (const [c, color] of COLORS.entries()) {
          const slots = {};
          if (category) slots[category.name] = category.kind === "category_path" ? { path: { token: [department, kind, name] } } : { token: name };
          if (brand) slots[brand.name] = { token: maker };
          if (title) slots[title.name] = { token: `${maker} ${name}, ${color}` };
          if (price) slots[price.name] = { number: Math.round(cost * (0.8 + 0.4 * b + 0.03 * c)) - 0.05 };
          items.push({ item_id: `sample-${kind.toLowerCase().replace(" ", "-")}-${t}${b}${c}`, slots });
        }
      }
    }
  }
  return items;
}
