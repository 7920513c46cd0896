// The certified OpenID Connect provider, on loopback, with one client and its own forms of signing in.
import { createRequire } from "node:module";
const [port, client, secret, back, modules] = process.argv.slice(2);
const { Provider } = await import(createRequire(`${modules}/`).resolve("oidc-provider"));
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: client, client_secret: secret, redirect_uris: [back], grant_types: ["authorization_code"], response_types: ["code"] }],
  claims: { openid: ["sub"], auth_time: null },
  cookies: { keys: ["made up for a test"] },
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
