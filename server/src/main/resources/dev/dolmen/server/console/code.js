// A call as text for other programs. The key is never in it.
import { remote } from "./api.js";

const shell = (text) => `'${text.replaceAll("'", "'\\''")}'`;
const java = (text) => `"""\n${text.replaceAll("\\", "\\\\").replaceAll('"""', '\\"\\"\\"').replace(/^/gm, "    ")}"""`;

/** The same call in four languages. */
export function snippets(path, body, needsKey) {
  const url = remote() ? remote() + path : new URL(path, location.origin).href;
  const json = JSON.stringify(body, null, 2);
  return {
    curl: [
      `curl ${shell(url)} \\`,
      ...(needsKey ? ['  -H "authorization: Bearer $DOLMEN_KEY" \\'] : []),
      `  --json ${shell(json)}`,
    ].join("\n"),
    Java: [
      "HttpRequest request = HttpRequest.newBuilder(URI.create(" + JSON.stringify(url) + "))",
      ...(needsKey ? ['    .header("authorization", "Bearer " + System.getenv("DOLMEN_KEY"))'] : []),
      '    .header("content-type", "application/json")',
      `    .POST(HttpRequest.BodyPublishers.ofString(${java(json)}))`,
      "    .build();",
      "String answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();",
    ].join("\n"),
    Python: [
      `import json${needsKey ? ", os" : ""}, urllib.request`,
      "",
      `body = json.loads(r'''${json.replaceAll("'''", "''\\u0027")}''')`,
      `request = urllib.request.Request(${JSON.stringify(url)}, json.dumps(body).encode(), {`,
      ...(needsKey ? ['    "authorization": "Bearer " + os.environ["DOLMEN_KEY"],'] : []),
      '    "content-type": "application/json"})',
      "answer = json.load(urllib.request.urlopen(request))",
    ].join("\n"),
    TypeScript: [
      `const response = await fetch(${JSON.stringify(url)}, {`,
      '  method: "POST",',
      `  headers: { "content-type": "application/json"${needsKey ? ", authorization: `Bearer ${process.env.DOLMEN_KEY}`" : ""} },`,
      `  body: JSON.stringify(${json.replace(/\n/g, "\n  ")}),`,
      "});",
      "const answer = await response.json();",
    ].join("\n"),
  };
}
