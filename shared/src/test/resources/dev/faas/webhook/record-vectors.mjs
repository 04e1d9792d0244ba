// Wrote vectors.json, once: what the libraries of senders sign. To write it again, in an empty folder:
//   npm install standardwebhooks@1.1.1 svix@2.5.0 @octokit/webhooks-methods@6.0.0
//   cp .../record-vectors.mjs . && node record-vectors.mjs > vectors.json
import { createHash } from "node:crypto";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";
import { sign as github } from "@octokit/webhooks-methods";

const bytes = (seed, length) => Buffer.concat(
  [0, 1].map((i) => createHash("sha256").update(seed + i).digest())).subarray(0, length);
const bodies = [
  '{"test": 2432232314}',
  '{"type":"activation.failed","timestamp":"2026-11-24T00:00:00Z","data":{"result":null}}',
  "",
  " spaces stay \r\n\t",
  "umlaut ä, euro €, emoji \u{1f680}, no byte order mark",
  "nul \u0000 and line separator \u2028",
  "x".repeat(2000),
];
const vectors = [];
for (const [index, body] of bodies.entries()) {
  const secret = "whsec_" + bytes("secret" + index, [24, 32, 33, 48, 63, 64, 25][index]).toString("base64");
  const id = "evt_" + bytes("id" + index, 12).toString("hex");
  const timestamp = 1614265330 + index * 86400;
  for (const [library, Library] of [["standardwebhooks", Standard], ["svix", Svix]]) {
    const signature = new Library(secret).sign(id, new Date(timestamp * 1000), body);
    vectors.push({ library, scheme: "standard", secret, id, timestamp, body, signature });
  }
  if (body !== "") { // octokit asks for a payload
    const word = "It's a secret №" + index;
    vectors.push({ library: "octokit", scheme: "github", secret: word, body, signature: await github(word, body) });
  }
}
console.log(JSON.stringify(vectors, null, 1));
