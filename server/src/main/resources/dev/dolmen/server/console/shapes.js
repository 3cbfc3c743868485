// Shapes of things that shops sell, on a field of 100 by 100. Each has the words that mean it and draws itself in a
// color c, a darker one d and a lighter one l, as [element, attributes] pairs.

const p = (d, fill, more = {}) => ["path", { d, fill, ...more }];
const line = (d, stroke, width = 4) => ["path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round" }];
const box = (x, y, width, height, fill, rx = 4) => ["rect", { x, y, width, height, fill, rx }];
const disc = (cx, cy, r, fill) => ["circle", { cx, cy, r, fill }];
const oval = (cx, cy, rx, ry, fill) => ["ellipse", { cx, cy, rx, ry, fill }];

export const SHAPES = [
  [/tent/, (c, d, l) => [p("M50 20 88 78H12z", c), p("M50 20 64 78H36z", d), p("M50 42 56 78H44z", l)]],
  [/sleeping bag|duvet/, (c, d, l) => [box(28, 14, 44, 74, c, 22), box(34, 18, 32, 20, l, 10), line("M50 40v44", d, 3)]],
  [/mat\b|towel|throw|blanket|linen|topper/, (c, d, l) => [box(20, 30, 60, 14, l, 7), box(20, 42, 60, 14, c, 7), box(20, 54, 60, 14, d, 7)]],
  [/stove|barbecue|pizza oven/, (c, d, l) => [p("M18 42h64c0 22-14 30-32 30S18 64 18 42z", c), p("M22 38c2-16 54-16 56 0z", d), line("M36 70 28 90M64 70 72 90", d), disc(50, 28, 4, l)]],
  [/boots?\b|shoes?\b(?! bench)/, (c, d, l) => [p("M34 18h22v32c14 6 26 10 26 22v6H34z", c), p("M32 78h52v8H32z", d), line("M40 30h12M40 40h12", l, 3)]],
  [/poles/, (c, d, l) => [line("M34 16 28 88", c, 5), line("M66 16 72 88", c, 5), box(29, 12, 10, 18, d, 5), box(61, 12, 10, 18, d, 5), line("M22 78h14M64 78h14", l, 3)]],
  [/pack\b|bag|basket/, (c, d, l) => [line("M38 26c0-16 24-16 24 0", d, 5), box(24, 24, 52, 62, c, 14), box(32, 52, 36, 24, d, 6), line("M34 40h32", l)]],
  [/jacket/, (c, d, l) => [p("M36 18h28l22 16-8 22-10-6v36H32V50l-10 6-8-22z", c), line("M50 26v58", l, 3), p("M40 18h20l-10 12z", d)]],
  [/harness|rope/, (c, d, l) => [line("M50 50m-26 0a26 26 0 1 0 52 0a26 26 0 1 0-52 0", c, 9), line("M50 50m-14 0a14 14 0 1 0 28 0a14 14 0 1 0-28 0", d, 7), line("M68 68l16 16", l, 6)]],
  [/helmet/, (c, d, l) => [p("M16 62C16 20 84 20 84 62z", c), line("M34 34c-4 8-4 18-4 26M52 30v30M68 36c4 8 4 16 4 24", l, 4), line("M30 64c4 16 36 16 42 0", d, 4)]],
  [/pump|tripod|easel/, (c, d, l) => [line("M50 20 24 86M50 20 76 86M50 20v64", c, 6), box(36, 14, 28, 16, d, 4), line("M36 58h28", l, 4)]],
  [/bulb|light\b/, (c, d, l) => [disc(50, 42, 24, c), box(40, 64, 20, 6, d, 3), box(42, 72, 16, 6, d, 3), line("M42 42l8 8 8-8", l, 3), line("M50 50v14", l, 3)]],
  [/lamp/, (c, d, l) => [p("M36 16h28l12 30H24z", c), line("M50 46v36", d, 5), box(34, 80, 32, 6, d, 3), p("M40 20h6l-8 22h-6z", l)]],
  [/espresso|thermostat/, (c, d, l) => [box(24, 18, 52, 20, c, 6), box(24, 38, 18, 40, d, 2), box(20, 76, 60, 10, c, 4), p("M52 56h20v10c0 8-20 8-20 0z", l), line("M62 40v10", d, 5), disc(66, 28, 4, l)]],
  [/grinder|dispenser|frother/, (c, d, l) => [p("M34 16h32l-6 26H40z", l), box(36, 42, 28, 36, c, 4), box(32, 78, 36, 8, d, 3), disc(50, 56, 6, d)]],
  [/dripper|casserole|saucepan/, (c, d, l) => [box(22, 40, 56, 38, c, 8), box(18, 34, 64, 8, d, 4), disc(50, 28, 5, d), line("M14 50h8M78 50h8", d, 6), line("M30 50v18", l, 4)]],
  [/pan\b|wok/, (c, d, l) => [oval(40, 56, 30, 22, d), oval(40, 52, 30, 20, c), oval(40, 52, 20, 12, l), line("M68 46 92 32", d, 8)]],
  [/mixer/, (c, d, l) => [box(20, 20, 56, 20, c, 10), box(58, 36, 16, 44, c, 4), box(18, 78, 62, 8, d, 4), p("M22 50h30c0 20-6 26-15 26S22 70 22 50z", l), line("M36 40v12", d, 4)]],
  [/tin\b|clay|drum/, (c, d, l) => [box(24, 34, 52, 42, c, 4), oval(50, 76, 26, 8, c), oval(50, 34, 26, 9, l), line("M26 54c8 6 40 6 48 0", d, 3)]],
  [/rolling pin/, (c, d, l) => [["g", { transform: "rotate(-40 50 50)" }, [box(24, 40, 52, 20, c, 8), box(10, 46, 14, 8, d, 4), box(76, 46, 14, 8, d, 4), line("M32 46h36", l, 3)]]]],
  [/scale|keyboard|sensor/, (c, d, l) => [box(14, 36, 72, 36, c, 8), line("M24 48h4M36 48h4M48 48h4M60 48h4M72 48h4M24 60h4M72 60h4", l, 6), line("M38 60h24", d, 6)]],
  [/knife block/, (c, d, l) => [p("M30 40 66 28l10 50H36z", c), line("M40 34l-4-18M52 30l-4-18M62 26l-4-16", d, 7), line("M44 52l22-6", l, 3)]],
  [/knife/, (c, d, l) => [["g", { transform: "rotate(-35 50 50)" }, [p("M8 44h52v16C34 60 14 56 8 44z", l), box(60, 42, 32, 12, c, 5), disc(70, 48, 2, d), disc(82, 48, 2, d)]]]],
  [/cushion/, (c, d, l) => [p("M20 24c20 6 40 6 60 0-6 18-6 36 0 54-20-6-40-6-60 0 6-18 6-36 0-54z", c), line("M34 38c10 4 22 4 32 0M34 64c10-4 22-4 32 0", l, 3), disc(50, 51, 4, d)]],
  [/table|bench|stand\b/, (c, d, l) => [box(14, 36, 72, 10, c, 4), line("M24 46v38M76 46v38", d, 6), line("M28 62h44", l, 4)]],
  [/curtain/, (c, d, l) => [line("M12 18h76", d, 5), p("M20 20h24c0 26-4 44-10 62H18zM56 20h24l2 62H66c-6-18-10-36-10-62z", c), line("M30 26c0 18-2 34-6 50M70 26c0 18 2 34 6 50", l, 3)]],
  [/bookcase|shelf/, (c, d, l) => [box(24, 12, 52, 76, c, 4), box(30, 18, 40, 18, d, 2), box(30, 41, 40, 18, d, 2), box(30, 64, 40, 18, d, 2), line("M36 22v12M42 22v12M48 24v10M36 46v12M60 70v10", l, 4)]],
  [/box|blocks/, (c, d, l) => [p("M50 16 84 32v36L50 86 16 68V32z", c), p("M50 50 84 32v36L50 86z", d), p("M50 16 84 32 50 50 16 32z", l)]],
  [/rack/, (c, d, l) => [box(12, 24, 76, 12, c, 4), line("M26 36v14c0 8 10 8 10 0M50 36v14c0 8 10 8 10 0M74 36v14c0 8 10 8 10 0", d, 5), line("M20 30h60", l, 2)]],
  [/headphones/, (c, d, l) => [line("M20 62C16 10 84 10 80 62", c, 8), box(14, 52, 20, 32, d, 8), box(66, 52, 20, 32, d, 8), line("M22 60v16M78 60v16", l, 3)]],
  [/speaker|soundbar/, (c, d, l) => [box(28, 12, 44, 76, c, 8), disc(50, 62, 16, d), disc(50, 62, 6, l), disc(50, 30, 8, d)]],
  [/turntable/, (c, d, l) => [box(12, 24, 76, 56, c, 6), disc(44, 52, 22, d), disc(44, 52, 8, l), disc(44, 52, 2, d), line("M78 34v16l-14 14", l, 4)]],
  [/camera|doorbell/, (c, d, l) => [box(14, 30, 72, 48, c, 8), box(38, 20, 24, 14, c, 4), disc(50, 54, 18, d), disc(50, 54, 10, l), disc(76, 40, 4, l)]],
  [/lens/, (c, d, l) => [box(28, 18, 44, 64, c, 6), box(24, 34, 52, 10, d, 3), box(24, 54, 52, 10, d, 3), oval(50, 20, 20, 7, l)]],
  [/mouse/, (c, d, l) => [box(32, 18, 36, 64, c, 18), line("M50 20v22", d, 3), box(47, 28, 6, 12, l, 3)]],
  [/monitor/, (c, d, l) => [box(12, 20, 76, 48, c, 5), box(18, 26, 64, 36, l, 2), line("M50 68v14M34 84h32", d, 6)]],
  [/plant pot|bed\b|tray/, (c, d, l) => [p("M28 50h44l-6 36H34z", c), box(24, 44, 52, 10, d, 3), p("M50 44c-2-18-16-20-22-22 0 14 8 20 22 22zM50 44c2-22 14-26 24-28 0 16-8 24-24 28z", l)]],
  [/watering can/, (c, d, l) => [p("M28 42h36v40H28z", c), line("M64 54 88 36", c, 8), line("M34 42c-4-26 28-26 26-2", d, 5), line("M84 30l8 10", l, 4)]],
  [/secateurs|tongs|fork|spade|rake/, (c, d, l) => [line("M50 88V44", d, 7), p("M34 14h32v22c0 12-32 12-32 0z", c), line("M42 16v20M50 16v22M58 16v20", l, 3)]],
  [/chair/, (c, d, l) => [box(28, 14, 44, 36, c, 5), box(24, 52, 52, 10, d, 4), line("M30 62v26M70 62v26", d, 5), line("M40 20v24M50 20v24M60 20v24", l, 3)]],
  [/parasol|cover/, (c, d, l) => [p("M12 46C20 8 80 8 88 46z", c), p("M38 46c2-24 22-24 24 0z", l), line("M50 20v66M38 88h24", d, 5)]],
  [/train|wagon/, (c, d, l) => [box(18, 46, 64, 22, c, 4), box(54, 22, 26, 26, d, 4), box(60, 28, 14, 12, l, 2), box(26, 32, 10, 14, d, 2), disc(32, 74, 9, d), disc(56, 74, 9, d), disc(76, 74, 7, d)]],
  [/puzzle/, (c, d, l) => [p("M18 34h22c-6-16 22-16 16 0h22v20c14-6 14 22 0 16v16H18z", c), disc(38, 62, 8, l), line("M60 74h8", d, 4)]],
  [/marble|mobile/, (c, d, l) => [line("M14 24c30 0 40 16 72 12M14 52c30 0 40 12 72 10M14 80h72", d, 5), disc(28, 16, 8, c), disc(62, 26, 8, l), disc(46, 48, 8, c), disc(78, 72, 8, c)]],
  [/paint|pencils/, (c, d, l) => [p("M50 16c46 0 46 56 12 52-12-2-12 8-6 12 4 4 0 8-8 8C4 88 4 16 50 16z", c), disc(34, 40, 6, l), disc(54, 32, 6, d), disc(72, 44, 6, l), disc(32, 62, 6, d)]],
  [/bike|tricycle|scooter|cycl/, (c, d, l) => [line("M26 68 44 40h24l6 28M44 40l12 28h18M38 34h10M66 30l4 10", c, 5), line("M26 68m-16 0a16 16 0 1 0 32 0a16 16 0 1 0-32 0M74 68m-16 0a16 16 0 1 0 32 0a16 16 0 1 0-32 0", d, 5), disc(26, 68, 3, l)]],
  [/kettle|coffee|tea/, (c, d, l) => [p("M28 36h38l8 46H22z", c), line("M66 46 86 34", c, 8), line("M32 36c0-26 32-26 32 0", d, 5), disc(47, 30, 4, d), line("M34 48l-3 24", l, 4)]],
  [/book|novel|magazine/, (c, d, l) => [box(24, 14, 52, 72, c, 4), box(24, 14, 10, 72, d, 3), line("M44 32h22M44 42h16", l, 4)]],
  [/movie|film|video|series/, (c, d, l) => [box(14, 26, 72, 50, c, 6), p("M42 38 64 51 42 64z", l), line("M14 36h8M14 50h8M14 64h8M78 36h8M78 50h8M78 64h8", d, 5)]],
  [/shirt|dress|clothing|apparel/, (c, d, l) => [p("M34 16c6 8 26 8 32 0l22 14-10 20-10-4v40H32V46l-10 4-10-20z", c), line("M40 22c6 6 14 6 20 0", d, 4), line("M40 60h20", l, 4)]],
];

/** For things that no word here means: one of a few plain forms. */
export const FORMS = [
  (c, d, l) => [box(24, 24, 52, 52, c, 12), disc(50, 50, 14, l), line("M24 64h52", d, 3)],
  (c, d, l) => [disc(50, 50, 32, c), p("M50 18a32 32 0 0 1 32 32H50z", d), disc(50, 50, 10, l)],
  (c, d, l) => [p("M50 14 86 76H14z", c), disc(50, 58, 12, l), line("M30 84h40", d, 4)],
  (c, d, l) => [p("M50 12 84 32v38L50 90 16 70V32z", c), line("M30 42l20 12 20-12M50 54v22", d, 4), disc(50, 34, 5, l)],
];
