import { describe, expect, it } from "@jest/globals";
import { redisAddress } from "./redis-address.js";

describe("REDIS_URL", () => {
  it.each([
    ["redis://cache", { kind: "single", hosts: [{ host: "cache", port: 6379 }], database: 0, tls: null }],
    ["redis://:p%2Fw@cache:6380/3", { user: "", password: "p/w", hosts: [{ host: "cache", port: 6380 }], database: 3 }],
    ["rediss://maya:pw@[::1]", { user: "maya", hosts: [{ host: "::1", port: 6379 }], tls: { ca: null } }],
    ["rediss://cache?tls-ca=/ca.pem", { tls: { ca: "/ca.pem", cert: null, key: null } }],
    [
      "redis-sentinel://:pw@s1,s2:26380/portal?sentinel-user=watch&sentinel-password=p%26w",
      {
        kind: "sentinel",
        hosts: [
          { host: "s1", port: 26_379 },
          { host: "s2", port: 26_380 },
        ],
        primary: "portal",
        password: "pw",
        sentinelUser: "watch",
        sentinelPassword: "p&w",
      },
    ],
    ["rediss-sentinel://s1/portal", { kind: "sentinel", tls: { ca: null } }],
    ["redis-cluster://a,b:7001", { kind: "cluster", hosts: [{ host: "a" }, { host: "b", port: 7001 }], tls: null }],
    ["rediss-cluster://a?tls-cert=/c.pem&tls-key=/k.pem", { kind: "cluster", tls: { cert: "/c.pem", key: "/k.pem" } }],
  ])("%s", (url, address) => expect(redisAddress(url)).toMatchObject(address));

  it.each([
    ["cache:6379", "must begin with redis:// or rediss:// or redis-sentinel://"],
    ["redis://a,b", "begin it with redis-sentinel:// or redis-cluster://"],
    ["redis://cache/portal", "must end with a database's number"],
    ["redis://cache?tls-ca=/ca.pem", 'the parameter "tls-ca", which is not known; it takes none'],
    ["redis-sentinel://s1", "end it with /name"],
    ["redis-cluster://a/1", "a cluster has only one database"],
    ["redis://:hunter2/@cache", 'has a "@"'],
  ])("%s is refused", (url, reason) => {
    expect(() => redisAddress(url)).toThrow(reason);
    expect(() => redisAddress(url)).not.toThrow(/hunter2/);
  });
});
