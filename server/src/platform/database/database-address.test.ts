import { describe, expect, it } from "@jest/globals";
import { databaseAddress, isSilentlyPlain } from "./database-address.js";

const server = (url: string, password?: string) => {
  const address = databaseAddress(url, password);
  if (address.kind !== "server") throw new Error("this is SQLite");
  return address;
};
const hostsOf = (url: string) => server(url).hosts.map(({ host, port }) => `${host} ${port}`);

describe("DATABASE_URL", () => {
  it.each([
    ["sqlite:./data/gatehouse.sqlite", "./data/gatehouse.sqlite"],
    ["sqlite:/var/lib/gate house/a%20b.sqlite", "/var/lib/gate house/a%20b.sqlite"],
    ["sqlite::memory:", ":memory:"],
  ])("%s names a file", (url, file) => expect(databaseAddress(url)).toEqual({ kind: "sqlite", file }));

  it("names a server of MySQL or MariaDB, the user and the database", () => {
    const everything = {
      kind: "server",
      hosts: [{ host: "db.example.org", port: 3310 }],
      user: "gate",
      password: "secret",
      database: "portal",
      sslMode: null,
      tls: { ca: null, cert: null, key: null },
    };
    for (const scheme of ["mysql", "mariadb"])
      expect(databaseAddress(`${scheme}://gate:secret@db.example.org:3310/portal`)).toEqual(everything);
  });

  it.each([
    ["mysql://u@a/d", ["a 3306"]],
    ["mysql://u@a:1,b,c.example:65535/d", ["a 1", "b 3306", "c.example 65535"]],
    ["mysql://u@[::1]/d", ["::1 3306"]],
    ["mysql://u@[2001:db8::7]:3307,10.0.0.5:3308/d", ["2001:db8::7 3307", "10.0.0.5 3308"]],
  ])("%s: the hosts in their order, port 3306 unless there is another", (url, hosts) =>
    expect(hostsOf(url)).toEqual(hosts),
  );

  it("holds any user, password and database name, percent-encoded", () => {
    const odd = "a/b@c:d?e#f%g&h=i é";
    const encoded = encodeURIComponent(odd);
    expect(server(`mysql://${encoded}:${encoded}@a/${encodeURIComponent("my db")}`)).toMatchObject({
      user: odd,
      password: odd,
      database: "my db",
    });
    expect(server("mysql://u:a:b@a/d").password).toBe("a:b");
  });

  it("DATABASE_PASSWORD holds a password as it is, instead of one in the URL", () => {
    expect(server("mysql://u@a/d", "a/b@c%2F").password).toBe("a/b@c%2F");
    expect(() => databaseAddress("mysql://u:inside@a/d", "beside")).toThrow("keep one of them");
    expect(() => databaseAddress("sqlite:./x", "beside")).toThrow("remove DATABASE_PASSWORD");
  });

  it("says whether and how connections are encrypted", () => {
    const url = "mysql://u@a/d?ssl-mode=verify_identity&ssl-ca=/etc/ca%20s.pem&ssl-cert=/c.pem&ssl-key=/k.pem";
    expect(server(url)).toMatchObject({
      sslMode: "VERIFY_IDENTITY",
      tls: { ca: "/etc/ca s.pem", cert: "/c.pem", key: "/k.pem" },
    });
    for (const mode of ["DISABLED", "REQUIRED", "VERIFY_CA"])
      expect(server(`mysql://u@a/d?ssl-mode=${mode}`).sslMode).toBe(mode);
  });

  it.each([
    ["postgres://u:hunter2@a/d", "must begin with mysql:// or mariadb://"],
    ["hunter2", "must begin with mysql:// or mariadb://"],
    ["sqlite:", "must be sqlite:<file>"],
    ["sqlite:./x?mode=ro", "must be sqlite:<file>, without parameters"],
    ["mysql://a/d", "with a user and a database's name"],
    ["mysql://u:hunter2@a", "with a user and a database's name"],
    ["mysql://u:hunter2@a/", "with a user and a database's name"],
    ["mysql://u:hunter2@a/d/e", "with a user and a database's name"],
    ["mysql://u:hunter2@/d", "has no valid host"],
    ["mysql://u:hunter2@a,,b/d", "has no valid host"],
    ["mysql://u:hunter2@a:0/d", "has no valid host"],
    ["mysql://u:hunter2@a:65536/d", "has no valid host"],
    ["mysql://u:hunter2@::1/d", "has no valid host"],
    ["mysql://u:hunter2@[::1/d", "has no valid host"],
    ["mysql://u:hunter2@[::g]/d", "has no valid host"],
    ["mysql://u:hunter2@a b/d", "has no valid host"],
    // Passwords whose special characters were not encoded.
    ["mysql://u:hun@ter2@a/d", 'has a "@"'],
    ["mysql://u:hun/ter2@a/d", 'has a "@"'],
    ["mysql://u:12?hunter2@a/d", 'has a "@"'],
    ["mysql://u:hun#ter2@a/d", '"#" where none belongs'],
    ["mysql://u:hun%ter2@a/d", 'write "%" itself as %25'],
    ["mysql://u:hunter2@a/d?ssl=true", 'the parameter "ssl", which is not known; known: ssl-mode, ssl-ca'],
    ["mysql://u:hunter2@a/d?ssl-mode=REQUIRED&ssl-mode=DISABLED", 'the parameter "ssl-mode" twice'],
    ["mysql://u:hunter2@a/d?ssl-mode", 'the parameter "ssl-mode" without a value'],
    ["mysql://u:hunter2@a/d?ssl-mode=PREFERRED", "unknown ssl-mode; known: DISABLED, REQUIRED, VERIFY_CA"],
    ["mysql://u:hunter2@a/d?ssl-ca=/ca.pem", "has ssl-ca, which only ssl-mode=VERIFY_CA and VERIFY_IDENTITY check"],
    ["mysql://u:hunter2@a/d?ssl-mode=REQUIRED&ssl-ca=/ca.pem", "has ssl-ca, which only ssl-mode=VERIFY_CA"],
    ["mysql://u:hunter2@a/d?ssl-mode=VERIFY_CA&ssl-cert=/c.pem", "needs ssl-cert and ssl-key together"],
    ["mysql://u:hunter2@a/d?ssl-mode=DISABLED&ssl-cert=/c.pem&ssl-key=/k.pem", "has ssl-cert without TLS"],
    ["mysql://u:hunter2@b,10.0.0.5/d?ssl-mode=VERIFY_IDENTITY", "needs host names for ssl-mode=VERIFY_IDENTITY"],
  ])("X62 %s is refused, and the reason holds no password", (url, reason) => {
    expect(() => databaseAddress(url)).toThrow(reason);
    expect(() => databaseAddress(url)).not.toThrow(/hun|ter2|12/);
  });

  it.each([
    ["mysql://u@db.example.org/d", true],
    ["mysql://u@localhost,db.example.org/d", true],
    ["mysql://u@127.example.org/d", true],
    ["mysql://u@db.example.org/d?ssl-mode=DISABLED", false],
    ["mysql://u@db.example.org/d?ssl-mode=REQUIRED", false],
    ["mysql://u@localhost,127.0.0.9,[::1]/d", false],
    ["sqlite:./x", false],
  ])("%s: goes to another machine in plain text without saying so: %s", (url, isIt) =>
    expect(isSilentlyPlain(databaseAddress(url))).toBe(isIt),
  );
});
