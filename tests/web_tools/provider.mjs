// A provider of OpenID Connect in which everybody is whoever they say: node provider.mjs REDIRECT_URI
// It prints its issuer when it listens, on a port that the system chose.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const server = createServer((request, response) => answer(request, response));
let answer;
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  answer = new Provider(issuer, {
    clients: [{ client_id: "dps", client_secret: "a secret of the collector", redirect_uris: [process.argv[2]] }],
    cookies: { keys: ["for tests"] },
    findAccount: (_context, subject) => ({ accountId: subject, claims: () => ({ sub: subject }) }),
    pkce: { methods: ["S256"], required: () => true },
  }).callback();
  console.log(issuer);
});
