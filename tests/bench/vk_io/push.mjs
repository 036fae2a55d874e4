// Adds goods with vk-io in its parallel mode: all calls are asked for at once, and it packs them
// into executes of 25 and paces those. Reads {url, token, goods} from stdin; tells how it went.
import http from "node:http";
import { readFileSync } from "node:fs";

import { VK } from "vk-io";

const { url, token, goods } = JSON.parse(readFileSync(0, "utf8"));
const vk = new VK({
  token,
  apiMode: "parallel",
  apiBaseUrl: `${url}/method`,
  agent: new http.Agent({ keepAlive: true }),
});

const began = performance.now();
const results = await Promise.allSettled(goods.map((good) => vk.api.market.add(good)));
const seconds = (performance.now() - began) / 1000;
const refused = results.find((result) => result.status === "rejected");
const added = results.filter((result) => result.status === "fulfilled").length;
process.stdout.write(JSON.stringify({ seconds, added, refusal: refused ? String(refused.reason) : "" }));
