import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";

const key = Buffer.from(process.env.SECRET.replace("whsec_", ""), "base64");

createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray());
  const { "webhook-id": event, "webhook-timestamp": at, "webhook-signature": given } = request.headers;
  const expected = Buffer.from("v1," + createHmac("sha256", key).update(`${event}.${at}.`).update(body).digest("base64"));
  const equal = given.split(" ").some((it) => it.length === expected.length && timingSafeEqual(Buffer.from(it), expected));
  const valid = equal && Math.abs(Date.now() / 1000 - at) < 300;
  response.writeHead(valid ? 204 : 401).end();
  console.log(event, valid ? body.toString() : "refused");
}).listen(process.env.PORT, "127.0.0.1");
